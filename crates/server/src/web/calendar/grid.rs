//! Days of a month or a week, and what is due on them, in the workspace's zone.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// What a calendar shows at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The weeks that touch a month.
    Month,
    /// Monday to Sunday.
    Week,
}

impl Span {
    /// Reads the name used in addresses; everything else is a month.
    pub fn parse(text: &str) -> Self {
        if text == "week" { Self::Week } else { Self::Month }
    }

    /// The name used in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
        }
    }
}

/// The days that are shown for `at`: whole weeks from Monday.
pub fn days(span: Span, at: Date) -> Vec<Date> {
    let (first, last) = match span {
        Span::Month => (monday(at.first_of_month()), at.last_of_month()),
        Span::Week => (monday(at), monday(at)),
    };
    let mut days = Vec::new();
    let mut day = first;
    // Whole weeks until the last day is covered.
    while day <= last || !days.len().is_multiple_of(7) || days.is_empty() {
        days.push(day);
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    days
}

fn monday(date: Date) -> Date {
    let back = date.weekday().since(Weekday::Monday);
    date.checked_sub(i64::from(back).days()).unwrap_or(date)
}

/// The dates of the page before and the page after.
pub fn neighbours(span: Span, at: Date) -> (Date, Date) {
    let (back, on) = match span {
        Span::Month => {
            let first = at.first_of_month();
            (first.checked_sub(1.month()), first.checked_add(1.month()))
        }
        Span::Week => (at.checked_sub(1.week()), at.checked_add(1.week())),
    };
    (back.unwrap_or(at), on.unwrap_or(at))
}

/// The instants that `[first, last]` covers in a zone.
pub fn bounds(days: &[Date], zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = days.first()?.to_zoned(zone.clone()).ok()?.start_of_day().ok()?;
    let end = days.last()?.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.start_of_day().ok()?;
    Some((start.timestamp(), end.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_is_whole_weeks_that_cover_it() {
        for month in 1..=12 {
            let shown = days(Span::Month, date(2026, month, 15));
            assert_eq!(shown.len() % 7, 0, "{month}");
            assert_eq!(shown[0].weekday(), Weekday::Monday);
            assert!(shown.contains(&date(2026, month, 1)));
            assert!(shown.contains(&date(2026, month, 1).last_of_month()));
            assert!(shown.len() <= 42, "{month}: {}", shown.len());
        }
        assert_eq!(days(Span::Month, date(2027, 2, 1)).len(), 28, "a February that begins on Monday");
    }

    #[test]
    fn a_week_is_seven_days_from_monday() {
        let shown = days(Span::Week, date(2026, 11, 22));
        assert_eq!((shown.len(), shown[0], shown[6]), (7, date(2026, 11, 16), date(2026, 11, 22)));
    }

    #[test]
    fn a_day_with_a_clock_change_is_covered_whole() {
        let zone = TimeZone::get("Europe/Athens").expect("zone");
        let (from, to) = bounds(&[date(2026, 10, 25)], &zone).expect("bounds");
        assert_eq!(to.duration_since(from).as_hours(), 25);
    }

    #[test]
    fn months_are_turned_without_skipping_short_ones() {
        assert_eq!(neighbours(Span::Month, date(2026, 3, 31)), (date(2026, 2, 1), date(2026, 4, 1)));
    }
}
