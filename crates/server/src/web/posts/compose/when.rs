//! Which time is meant: what a form for wall-clock times leaves open where clocks are changed, and what it proposes.

use carillon_domain::schedule::{ScheduleError, resolve};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::draft::Draft;
use crate::web::ui::Ui;

/// What a person chooses between, where the wall clock shows a time twice or never.
pub struct TimeChoices {
    /// What is asked.
    pub legend: String,
    /// The type of the inputs.
    pub input: &'static str,
    /// One or two.
    pub options: Vec<TimeChoice>,
}

/// One possible meaning.
pub struct TimeChoice {
    /// As the form sends it.
    pub value: String,
    /// As people read it.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The choices for the time of a form, if it leaves any open.
pub fn choices(ui: &Ui, draft: &Draft) -> Option<TimeChoices> {
    let choice =
        |value: String, label: String| TimeChoice { chosen: value == draft.scheduled_offset, value, label };
    match resolve(&draft.scheduled_at, &draft.timezone) {
        Err(ScheduleError::Fold { wall, first, second, .. }) => {
            let time = wall.strftime("%H:%M").to_string();
            let wall = wall.to_string();
            let offset = |instant: &str| instant.strip_prefix(&wall).unwrap_or(instant).to_owned();
            let (first, second) = (offset(&first), offset(&second));
            let before = ui.arg("time", format!("{time} UTC{first}")).tr("compose-fold-first");
            let after = ui.arg("time", format!("{time} UTC{second}")).tr("compose-fold-second");
            let options = vec![choice(first, before), choice(second, after)];
            Some(TimeChoices { legend: ui.tr("compose-fold"), input: "radio", options })
        }
        Err(ScheduleError::Gap { next, .. }) => {
            let label = ui.arg("time", next.strftime("%H:%M")).tr("compose-gap-next");
            let options = vec![choice(next.to_string(), label)];
            Some(TimeChoices { legend: ui.tr("compose-gap"), input: "checkbox", options })
        }
        _ => None,
    }
}

/// The time of a form with the choice that was made about it. A choice counts only for the time it was made about: one that is
/// left over from another time is nobody's word.
pub fn meant(scheduled_at: &str, timezone: &str, choice: &str) -> String {
    let chosen = match resolve(scheduled_at, timezone) {
        _ if choice.is_empty() => None,
        Err(ScheduleError::Fold { wall, first, second, .. }) => {
            let chosen = format!("{wall}{choice}");
            [first, second].contains(&chosen).then_some(chosen)
        }
        Err(ScheduleError::Gap { next, .. }) => Some(next.to_string()).filter(|next| next == choice),
        _ => None,
    };
    chosen.unwrap_or_else(|| scheduled_at.to_owned())
}

/// Which of two equal times an existing post has, as [`meant`] takes it; empty where the clock shows the time once.
pub fn choice_of(wall: &str, timezone: &str, due: Option<Timestamp>) -> String {
    let Err(ScheduleError::Fold { wall, first, second, .. }) = resolve(wall, timezone) else {
        return String::new();
    };
    let wall = wall.to_string();
    let is_due = |text: &String| resolve(text, timezone).is_ok_and(|found| Some(found.at) == due);
    let instant = [first, second].into_iter().find(is_due).unwrap_or_default();
    instant.strip_prefix(&wall).unwrap_or_default().to_owned()
}

/// What a new post of a place in the calendar is proposed for: its hour; without one, or once it has begun, what is [`proposed`] for
/// its day.
pub fn of_slot(day: Date, hour: Option<i8>, now: Timestamp, zone: &TimeZone) -> String {
    match hour {
        Some(hour @ 0..24) if day.at(hour, 0, 0, 0) >= zone.to_datetime(now) => {
            format!("{day}T{hour:02}:00")
        }
        _ => proposed(day, now, zone),
    }
}

/// What a new post of a day is proposed for: nine o'clock, or the next full hour where that is past today.
pub fn proposed(day: Date, now: Timestamp, zone: &TimeZone) -> String {
    let here = zone.to_datetime(now);
    if here.date() != day || here < day.at(9, 0, 0, 0) {
        return format!("{day}T09:00");
    }
    zone.to_datetime(now + SignedDuration::from_hours(1)).strftime("%Y-%m-%dT%H:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATHENS: &str = "Europe/Athens";

    #[test]
    fn an_hour_is_proposed_until_it_has_begun() {
        let zone = TimeZone::get(ATHENS).expect("zone");
        let now = "2026-11-24T09:10:00Z".parse().expect("a time");
        let slot = |day: i8, hour| of_slot(jiff::civil::date(2026, 11, day), hour, now, &zone);
        assert_eq!(slot(25, Some(7)), "2026-11-25T07:00");
        assert_eq!(slot(24, Some(12)), "2026-11-24T12:00");
        assert_eq!(slot(24, Some(11)), "2026-11-24T12:00", "it began ten minutes ago");
        assert_eq!([slot(25, None), slot(25, Some(24))], ["2026-11-25T09:00", "2026-11-25T09:00"]);
    }

    #[test]
    fn a_choice_counts_only_for_the_time_it_was_made_about() {
        let autumn = "2027-10-31T03:30";
        assert_eq!(meant(autumn, ATHENS, "+02"), "2027-10-31T03:30:00+02");
        assert_eq!(meant(autumn, ATHENS, "+03"), "2027-10-31T03:30:00+03");
        assert_eq!(meant(autumn, ATHENS, "+05"), autumn);
        assert_eq!(meant(autumn, ATHENS, ""), autumn);
        assert_eq!(
            meant("2027-12-24T18:00", ATHENS, "+03"),
            "2027-12-24T18:00",
            "the time was changed since"
        );
        let spring = "2027-03-28T03:30";
        assert_eq!(meant(spring, ATHENS, "2027-03-28T04:00:00"), "2027-03-28T04:00:00");
        assert_eq!(meant(spring, ATHENS, "2027-03-28T09:00:00"), spring);
    }

    #[test]
    fn a_post_knows_which_of_two_equal_times_it_has() {
        for offset in ["+02", "+03"] {
            let due = format!("2027-10-31T03:30:00{offset}").parse().ok();
            assert_eq!(choice_of("2027-10-31T03:30", ATHENS, due), offset);
        }
        assert_eq!(choice_of("2027-10-31T05:30", ATHENS, None), "");
    }

    #[test]
    fn a_day_is_proposed_at_nine_or_what_is_left_of_it() {
        let zone = TimeZone::get(ATHENS).expect("zone");
        let at = |now: &str| proposed("2026-11-21".parse().expect("day"), now.parse().expect("now"), &zone);
        assert_eq!(at("2026-11-20T12:00:00Z"), "2026-11-21T09:00", "tomorrow");
        assert_eq!(at("2026-11-21T06:59:00Z"), "2026-11-21T09:00", "a minute before");
        assert_eq!(at("2026-11-21T07:00:00Z"), "2026-11-21T10:00");
        assert_eq!(at("2026-11-21T12:20:00Z"), "2026-11-21T15:00");
        assert_eq!(at("2026-11-21T21:30:00Z"), "2026-11-22T00:00", "the day is over");
    }
}
