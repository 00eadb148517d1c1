//! Which snapshots may go: of each day of the calendar all but the last.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Period;

/// Days of one length that follow each other, so that the day of an instant is a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant of the first day.
    pub from: Timestamp,
    /// First instant after the last day.
    pub to: Timestamp,
    /// Length of each day, microseconds. Days on which clocks change are spans of their own.
    pub day: i64,
}

impl Span {
    /// The whole days of a zone from the one that `from` belongs to until `to`, which is not among them.
    pub fn whole_days(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Vec<Self> {
        let period = Period { from, to, zone: zone.clone() };
        let mut spans: Vec<Self> = Vec::new();
        for date in period.days() {
            let next = date.tomorrow().ok().and_then(|next| Period::start_of(next, zone));
            let Some((begin, end)) = Period::start_of(date, zone).zip(next).filter(|(_, end)| *end <= to)
            else {
                break;
            };
            let day = end.as_microsecond() - begin.as_microsecond();
            match spans.last_mut().filter(|last| last.day == day && last.to == begin) {
                Some(last) => last.to = end,
                None => spans.push(Self { from: begin, to: end, day }),
            }
        }
        spans
    }
}

/// Until when history is thinned: the beginning of the day that lies so many days before today. `None`: everything is kept.
pub fn thinned_until(days: i64, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let days = u16::try_from(days).ok().filter(|days| *days > 0)?;
    let today = Period::start_of(zone.to_datetime(now).date(), zone)?;
    Some(Period::days_until(days, today, zone.clone()).from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Athens").expect("a zone")
    }

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn days_on_which_clocks_change_stand_alone() {
        // Clocks go back on the 25th of October 2026 and ahead on the 28th of March.
        let spans = Span::whole_days(at("2026-10-23T12:00:00Z"), at("2026-10-27T09:00:00Z"), &zone());
        let told: Vec<_> =
            spans.iter().map(|s| (s.from.to_string(), s.to.to_string(), s.day / HOUR)).collect();
        let expected = [
            ("2026-10-22T21:00:00Z", "2026-10-24T21:00:00Z", 24),
            ("2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z", 25),
            ("2026-10-25T22:00:00Z", "2026-10-26T22:00:00Z", 24),
        ];
        assert_eq!(told, expected.map(|(from, to, hours)| (from.to_owned(), to.to_owned(), hours)));
        let spring = Span::whole_days(at("2026-03-28T22:00:00Z"), at("2026-03-30T21:00:00Z"), &zone());
        assert_eq!(spring.iter().map(|s| s.day / HOUR).collect::<Vec<_>>(), [23, 24]);
    }

    #[test]
    fn a_day_that_is_not_over_is_left_alone() {
        assert_eq!(Span::whole_days(at("2026-11-02T09:00:00Z"), at("2026-11-02T20:00:00Z"), &zone()), []);
        assert_eq!(Span::whole_days(at("2026-11-02T09:00:00Z"), at("2026-11-01T20:00:00Z"), &zone()), []);
    }

    #[test]
    fn thinning_ends_so_many_days_before_today() {
        let now = at("2026-11-22T12:00:00Z");
        assert_eq!(thinned_until(30, now, &zone()), Some(at("2026-10-22T21:00:00Z")));
        assert_eq!(thinned_until(0, now, &zone()), None);
        assert_eq!(thinned_until(-1, now, &zone()), None);
    }
}
