//! When what was posted before Carillon, and when Carillon looked: a habit with some spread, the same at every first start.

use carillon_connectors::sandbox::Persona;
use carillon_domain::time::{SignedDuration, Timestamp};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::lines::LINES;

/// Hours at which it likes to post, and how far off it usually is, minutes.
const HABIT: [i8; 3] = [8, 12, 18];
const SPREAD: i64 = 100;
/// One in so many lines does not go to an account.
const LEFT_OUT: u64 = 6;
/// So long after a post Carillon looks at it; the later looks are those of each midnight.
const AFTER: [i64; 4] = [1, 3, 6, 12];

/// One line, one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// Which one it is, from the beginning.
    pub number: usize,
    /// When.
    pub at: Timestamp,
}

impl Telling {
    /// Index in [`LINES`].
    pub fn line(&self) -> usize {
        self.number % LINES.len()
    }

    /// When it goes to a platform, if it does: people post on one after the other.
    pub fn on(&self, persona: &Persona, platform: &str) -> Option<Timestamp> {
        let number = persona.number(platform, &format!("telling {}", self.number));
        let later = i64::try_from(number / LEFT_OUT % 25).unwrap_or_default();
        (!number.is_multiple_of(LEFT_OUT)).then_some(self.at + SignedDuration::from_mins(later))
    }
}

/// About three posts a week between two times, oldest first.
pub fn tellings(persona: &Persona, zone: &TimeZone, (from, to): (Timestamp, Timestamp)) -> Vec<Telling> {
    let draw = |what: &str, day: Date| persona.number("demo", &format!("{what} {day}"));
    let mut all = Vec::new();
    for day in days(zone, (from, to)) {
        let likely = match day.weekday() {
            Weekday::Tuesday | Weekday::Thursday => 70,
            Weekday::Saturday => 80,
            Weekday::Sunday => 35,
            _ => 20,
        };
        if draw("tells", day) % 100 >= likely {
            continue;
        }
        let hour = HABIT[usize::try_from(draw("hour", day) % 3).unwrap_or(0)];
        // Two dice: near to the hour more often than far from it.
        let die = |what: &str| i64::try_from(draw(what, day) % SPREAD.unsigned_abs()).unwrap_or_default();
        let off = SignedDuration::from_mins((die("one") + die("two")) / 2 - SPREAD / 2);
        let at = zone.to_ambiguous_timestamp(day.at(hour, 0, 0, 0)).compatible().map(|at| at + off);
        let number = all.len();
        all.extend(at.ok().filter(|at| from < *at && *at < to).map(|at| Telling { number, at }));
    }
    all
}

/// When it is looked at an account that posted at these times: soon after each post, and at every midnight.
pub fn looks(
    zone: &TimeZone,
    (from, to): (Timestamp, Timestamp),
    posts: &[Timestamp],
    next_look: impl Fn(Timestamp) -> Timestamp,
    costly: bool,
) -> Vec<(Timestamp, bool)> {
    let just_before = |midnight: Timestamp| midnight - SignedDuration::from_secs(1);
    let midnights = days(zone, (from, to)).filter_map(|day| zone.to_timestamp(day.at(0, 0, 0, 0)).ok());
    let mut all: Vec<_> = midnights.map(|at| (next_look(just_before(at)), true)).collect();
    if !costly {
        let soon = posts.iter().flat_map(|post| AFTER.map(|hours| *post + SignedDuration::from_hours(hours)));
        all.extend(soon.map(|at| (next_look(at), false)));
    }
    all.retain(|(at, _)| from < *at && *at < to);
    // At midnight, if a post's own look falls there.
    all.sort_by_key(|(at, midnight)| (*at, !midnight));
    all.dedup_by_key(|(at, _)| *at);
    all
}

fn days(zone: &TimeZone, (from, to): (Timestamp, Timestamp)) -> impl Iterator<Item = Date> {
    let (first, last) = (zone.to_datetime(from).date(), zone.to_datetime(to).date());
    first.series(jiff::Span::new().days(1)).take_while(move |day| *day <= last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> (Timestamp, Timestamp) {
        let time = |text: &str| text.parse().expect("a time");
        (time("2026-08-20T09:00:00Z"), time("2026-11-15T09:00:00Z"))
    }

    #[test]
    fn a_habit_has_its_days_and_hours() {
        let persona = Persona::find("harborlightcoffee").expect("a persona");
        let zone = TimeZone::get("Europe/Athens").expect("a zone");
        let all = tellings(persona, &zone, span());
        assert_eq!(all, tellings(persona, &zone, span()));
        assert!((30..=50).contains(&all.len()), "{}", all.len());
        assert!(all.windows(2).all(|pair| pair[0].at < pair[1].at));
        let on = |day: Weekday| all.iter().filter(|t| zone.to_datetime(t.at).weekday() == day).count();
        assert!(on(Weekday::Saturday) > on(Weekday::Monday), "{all:?}");
        let hours = all.iter().map(|t| zone.to_datetime(t.at).hour());
        assert!(hours.clone().all(|hour| (7..=19).contains(&hour)), "{all:?}");
        assert!(hours.collect::<std::collections::BTreeSet<_>>().len() > 3);
        let sent = all.iter().filter_map(|t| t.on(persona, "x")).count();
        assert!(sent < all.len() && sent > all.len() / 2, "{sent} of {}", all.len());
    }

    #[test]
    fn each_day_has_a_look_and_each_post_some_soon() {
        let zone = TimeZone::get("Europe/Athens").expect("a zone");
        let next = |at: Timestamp| {
            let hours = at.as_second().div_euclid(3_600) + 1;
            Timestamp::from_second(hours * 3_600).expect("a time")
        };
        let post = "2026-09-01T10:20:00Z".parse().expect("a time");
        let all = looks(&zone, span(), &[post], next, false);
        assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(all.iter().filter(|(_, midnight)| *midnight).count(), 87);
        let soon: Vec<_> =
            all.iter().filter(|(_, midnight)| !midnight).map(|(at, _)| at.to_string()).collect();
        let hours = ["12", "14", "17", "23"];
        assert_eq!(soon, hours.map(|hour| format!("2026-09-01T{hour}:00:00Z")));
        assert!(looks(&zone, span(), &[post], next, true).iter().all(|(_, midnight)| *midnight));
    }
}
