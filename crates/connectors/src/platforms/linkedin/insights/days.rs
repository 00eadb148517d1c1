//! Windows as LinkedIn takes and gives them: whole days, in UTC. "Organization Share Statistics" and "Member Post Statistics"
//! (2026): the first instant or day belongs to them, the last one does not.

use carillon_domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::wire::{DateRange, Day, TimeRange};
use crate::contract::insights::Window;
use crate::platforms::linkedin::numbers::COUNTED_FOR;

fn midnight(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// A day that begins then, else the next one.
fn first_from(at: Timestamp) -> Option<Date> {
    let touched = day_of(at);
    if midnight(touched)? == at { Some(touched) } else { touched.checked_add(1.day()).ok() }
}

/// The days of a window that are over and that statistics reach: the first one, and the one after the last. All that begin in the
/// window, so that no day belongs to two windows side by side; and none that goes on, since what came of it would look like all of it.
fn days(window: Window, now: Timestamp) -> Option<(Date, Date)> {
    let first = first_from(window.from.max(now.checked_sub(COUNTED_FOR).ok()?))?;
    let end = first_from(window.to)?.min(day_of(now));
    (first < end).then_some((first, end))
}

/// The time that is asked about.
pub(super) fn asked(window: Window, now: Timestamp) -> Option<Window> {
    let (first, end) = days(window, now)?;
    Some(Window { from: midnight(first)?, to: midnight(end)? })
}

/// `timeIntervals` for the days of a window.
pub(super) fn intervals(window: Window, now: Timestamp) -> Option<String> {
    let Window { from, to } = asked(window, now)?;
    let (start, end) = (from.as_millisecond(), to.as_millisecond());
    Some(format!("timeIntervals=(timeRange:(start:{start},end:{end}),timeGranularityType:DAY)"))
}

/// `dateRange` for the days of a window.
pub(super) fn date_range(window: Window, now: Timestamp) -> Option<String> {
    let (first, end) = days(window, now)?;
    let shown = |d: Date| format!("(year:{},month:{},day:{})", d.year(), d.month(), d.day());
    Some(format!("dateRange=(start:{},end:{})", shown(first), shown(end)))
}

impl TimeRange {
    /// What it spans.
    pub(super) fn window(&self) -> Option<Window> {
        let at = |ms: i64| Timestamp::from_millisecond(ms).ok();
        Some(Window { from: at(self.start)?, to: at(self.end)? })
    }
}

impl DateRange {
    /// What it spans.
    pub(super) fn window(&self) -> Option<Window> {
        let at = |d: &Day| midnight(Date::new(d.year, d.month, d.day).ok()?);
        Some(Window { from: at(&self.start)?, to: at(&self.end)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        Window { from: from.parse().expect("time"), to: to.parse().expect("time") }
    }

    #[test]
    fn whole_days_within_reach() {
        let now: Timestamp = "2026-11-02T09:00:00Z".parse().expect("time");
        let some = window("2026-10-30T15:00:00Z", "2026-11-01T00:00:00Z");
        let days = "dateRange=(start:(year:2026,month:10,day:31),end:(year:2026,month:11,day:1))";
        assert_eq!(date_range(some, now).as_deref(), Some(days));
        let from = "2026-10-31T00:00:00Z".parse::<Timestamp>().expect("time").as_millisecond();
        let to = some.to.as_millisecond();
        let asked = format!("timeIntervals=(timeRange:(start:{from},end:{to}),timeGranularityType:DAY)");
        assert_eq!(intervals(some, now), Some(asked));
        // A day that begins in the window is asked for whole once it is over, and not before.
        let cut = window("2026-10-31T00:00:00Z", "2026-11-01T22:00:00Z");
        let days = "dateRange=(start:(year:2026,month:10,day:31),end:(year:2026,month:11,day:2))";
        assert_eq!(date_range(cut, now).as_deref(), Some(days));
        let open = window("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z");
        let days = "dateRange=(start:(year:2026,month:11,day:1),end:(year:2026,month:11,day:2))";
        assert_eq!(date_range(open, now).as_deref(), Some(days));
        let midnight = "2026-11-02T00:00:00Z".parse::<Timestamp>().expect("time").as_millisecond();
        assert!(intervals(open, now).is_some_and(|q| q.contains(&format!("end:{midnight})"))));
        let today = window("2026-11-02T00:00:00Z", "2026-11-02T09:00:00Z");
        assert_eq!((date_range(today, now), intervals(today, now)), (None, None));
        // A year ago nothing is known any more.
        let long = window("2025-10-01T00:00:00Z", "2025-11-10T00:00:00Z");
        assert!(date_range(long, now).is_some_and(|q| q.contains("start:(year:2025,month:11,day:4)")));
        assert_eq!(date_range(window("2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z"), now), None);
        assert_eq!(intervals(window("2025-10-01T00:00:00Z", "2025-11-01T00:00:00Z"), now), None);
    }
}
