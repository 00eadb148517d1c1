//! Posting slots: the times of the week at which an account is to have its posts, each on the clock of a zone.
//!
//! A slot is a wall-clock time, so a change of daylight saving does not move it. It comes once a week whatever clocks do: one that they
//! skip comes when they go on, and one that they show twice comes the first time.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::{Time, Weekday};

use crate::schedule::{self, instant};
use crate::time::Timestamp;

/// A time of the week.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    weekday: i8,
    minute: i16,
    timezone: String,
}

impl Slot {
    /// A slot on this day (1 is Monday, 7 Sunday), so many minutes after midnight, on the clock of this IANA zone; if there is such a
    /// day, minute and zone.
    pub fn new(weekday: i8, minute: i16, timezone: &str) -> Option<Self> {
        let is_there = (1..=7).contains(&weekday) && (0..24 * 60).contains(&minute);
        (is_there && schedule::zone(timezone).is_ok()).then(|| Self {
            weekday,
            minute,
            timezone: timezone.to_owned(),
        })
    }

    /// The day of the week: 1 is Monday.
    pub const fn weekday(&self) -> i8 {
        self.weekday
    }

    /// Minutes after midnight by the clock.
    pub const fn minute(&self) -> i16 {
        self.minute
    }

    /// The IANA zone on whose clock it is.
    pub fn timezone(&self) -> &str {
        &self.timezone
    }

    /// The time of day, as in 18:30.
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// Minutes after midnight of a time of day as in 18:30; seconds are not part of it.
pub fn minute_of(time: &str) -> Option<i16> {
    let time: Time = time.trim().parse().ok()?;
    (time.second() == 0 && time.subsec_nanosecond() == 0)
        .then(|| i16::from(time.hour()) * 60 + i16::from(time.minute()))
}

/// When these slots come from `from` until before `until`, and which it is. Two that fall on one instant, on a day on which clocks skip
/// both or in two zones, are one time: an account is not to publish twice at once.
pub fn upcoming(slots: &[Slot], from: Timestamp, until: Timestamp) -> BTreeMap<Timestamp, Slot> {
    let mut found = BTreeMap::new();
    for slot in slots {
        for at in times(slot, from, until) {
            found.entry(at).or_insert_with(|| slot.clone());
        }
    }
    found
}

fn times(slot: &Slot, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    let mut found = Vec::new();
    let Ok(zone) = schedule::zone(&slot.timezone) else { return found };
    let Ok(weekday) = Weekday::from_monday_one_offset(slot.weekday) else { return found };
    let (hour, minute) = (i8::try_from(slot.minute / 60), i8::try_from(slot.minute % 60));
    let Ok(time) = Time::new(hour.unwrap_or(0), minute.unwrap_or(0), 0, 0) else { return found };
    // The day before as well: one that was skipped may come on the next day.
    let mut day = zone.to_datetime(from).date().yesterday().ok();
    while let Some(date) = day {
        if date.weekday() != weekday {
            day = date.tomorrow().ok();
            continue;
        }
        let Some(at) = instant(date.to_datetime(time), &zone) else { break };
        if at >= until {
            break;
        }
        if at >= from {
            found.push(at);
        }
        day = date.checked_add(Span::new().days(7)).ok();
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::time::SignedDuration;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn slot(weekday: i8, time: &str, zone: &str) -> Slot {
        Slot::new(weekday, minute_of(time).expect("a time of day"), zone).expect("a slot")
    }

    fn coming(slots: &[Slot], from: &str, until: &str) -> Vec<String> {
        upcoming(slots, at(from), at(until)).keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_slot_keeps_its_wall_clock_when_clocks_change() {
        // In Athens clocks go back on the 25th of October 2026.
        let tuesday = [slot(2, "18:30", "Europe/Athens")];
        let found = coming(&tuesday, "2026-10-19T00:00:00Z", "2026-11-01T00:00:00Z");
        assert_eq!(found, ["2026-10-20T15:30:00Z", "2026-10-27T16:30:00Z"]);
    }

    #[test]
    fn a_slot_in_a_skipped_hour_comes_when_clocks_go_on() {
        // On Sunday, the 29th of March 2026, three o'clock is four o'clock.
        let both = [slot(7, "03:15", "Europe/Athens"), slot(7, "03:45", "Europe/Athens")];
        let found = coming(&both, "2026-03-28T12:00:00Z", "2026-04-06T00:00:00Z");
        assert_eq!(
            found,
            ["2026-03-29T01:00:00Z", "2026-04-05T00:15:00Z", "2026-04-05T00:45:00Z"],
            "both fall on one instant that night, which is one time"
        );
    }

    #[test]
    fn a_slot_in_a_doubled_hour_comes_once_and_first() {
        let sunday = [slot(7, "03:30", "Europe/Athens")];
        let found = coming(&sunday, "2026-10-24T12:00:00Z", "2026-10-26T00:00:00Z");
        assert_eq!(found, ["2026-10-25T00:30:00Z"]);
    }

    #[test]
    fn a_range_has_its_beginning_and_not_its_end() {
        let tuesday = [slot(2, "18:30", "UTC")];
        assert_eq!(
            coming(&tuesday, "2026-11-24T18:30:00Z", "2026-12-01T18:30:00Z"),
            ["2026-11-24T18:30:00Z"]
        );
        assert!(coming(&tuesday, "2026-11-24T18:30:01Z", "2026-12-01T18:30:00Z").is_empty());
    }

    #[test]
    fn what_is_no_time_of_a_week_is_no_slot() {
        for (weekday, minute, zone) in
            [(0, 0, "UTC"), (8, 0, "UTC"), (1, -1, "UTC"), (1, 1440, "UTC"), (1, 0, "Mars/Base")]
        {
            assert_eq!(Slot::new(weekday, minute, zone), None, "{weekday} {minute} {zone}");
        }
        for text in ["", "24:00", "18:30:01", "noon", "1830x"] {
            assert_eq!(minute_of(text), None, "{text:?}");
        }
        assert_eq!(minute_of("18:30"), Some(1110));
        assert_eq!(slot(1, "00:05", "UTC").time(), "00:05");
    }

    proptest! {
        /// Whatever clocks do in a year, a slot comes once in each week of its zone.
        #[test]
        fn a_slot_comes_once_a_week(
            weekday in 1_i8..=7,
            minute in 0_i16..1440,
            zone in prop::sample::select(vec!["Europe/Athens", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]),
            week in 0_i64..104,
        ) {
            let slot = Slot::new(weekday, minute, zone).expect("a slot");
            let tz = schedule::zone(zone).expect("a zone");
            let monday = jiff::civil::date(2026, 1, 5).checked_add(Span::new().weeks(week)).expect("a day");
            let next = monday.checked_add(Span::new().weeks(1)).expect("a day");
            let midnight = |day: jiff::civil::Date| instant(day.at(0, 0, 0, 0), &tz).expect("a time");
            let found = upcoming(std::slice::from_ref(&slot), midnight(monday), midnight(next));
            prop_assert_eq!(found.len(), 1);
            let at = *found.keys().next().expect("one");
            let wall = tz.to_datetime(at);
            let meant = wall.date().at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
            // By its clock, unless that time is skipped: then the clock before shows one that is.
            prop_assert!(wall == meant || tz.to_datetime(at - SignedDuration::from_secs(1)) < meant);
            prop_assert_eq!(wall.weekday().to_monday_one_offset(), weekday);
        }
    }
}
