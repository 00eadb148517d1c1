//! The days by which YouTube counts: those of Los Angeles.

use carillon_domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The rules since 2007 (Energy Policy Act of 2005, section 110), for machines without a list of time zones.
const RULES: &str = "PST8PDT,M3.2.0,M11.1.0";

/// The zone of Los Angeles.
pub(super) fn zone() -> TimeZone {
    TimeZone::get("America/Los_Angeles").or_else(|_| TimeZone::posix(RULES)).unwrap_or(TimeZone::UTC)
}

/// The day in Los Angeles at this time.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(zone()).date()
}

/// The first instant of a day; `None` beyond the end of the calendar.
pub(super) fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(zone()).ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_say_what_the_list_says() {
        let rules = TimeZone::posix(RULES).expect("rules");
        let first: Date = "2026-01-01".parse().expect("a day");
        for day in first.series(jiff::Span::new().days(1)).take(3 * 365) {
            let by_rules = day.to_zoned(rules.clone()).expect("a day").timestamp();
            assert_eq!(midnight(day), Some(by_rules), "{day}");
        }
    }

    #[test]
    fn days_begin_and_end_at_midnight_there() {
        let begins = |day: &str| midnight(day.parse().expect("a day")).map(|at| at.to_string());
        // Clocks go back in the night of 1 Nov 2026, and ahead in that of 14 Mar 2027.
        assert_eq!(begins("2026-11-01").as_deref(), Some("2026-11-01T07:00:00Z"));
        assert_eq!(begins("2026-11-02").as_deref(), Some("2026-11-02T08:00:00Z"));
        assert_eq!(begins("2027-03-15").as_deref(), Some("2027-03-15T07:00:00Z"));
        let of = |at: &str| day(at.parse().expect("a time")).to_string();
        assert_eq!(
            (of("2026-11-02T07:59:59Z"), of("2026-11-02T08:00:00Z")),
            ("2026-11-01".into(), "2026-11-02".into())
        );
    }
}
