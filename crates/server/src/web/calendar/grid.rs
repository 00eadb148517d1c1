//! What the calendar shows at once, its days in the workspace's zone, and where in them a time lies.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// What a calendar shows at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The weeks that touch a month.
    Month,
    /// Monday to Sunday.
    Week,
    /// The hours of a day.
    Day,
    /// Those days of a month that have posts, one below the other.
    List,
}

impl Span {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Month, Self::Week, Self::Day, Self::List];

    /// Reads the name used in addresses; everything else is a month.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|span| span.as_str() == text).unwrap_or(Self::Month)
    }

    /// The name used in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Week => "week",
            Self::Day => "day",
            Self::List => "list",
        }
    }

    /// Most posts that one place shows before it says how many more there are.
    pub fn most(self) -> usize {
        match self {
            Self::Month => 4,
            Self::Week => 30,
            Self::Day => usize::MAX,
            Self::List => 12,
        }
    }

    /// How many places there are: a day's hours, else days.
    pub fn places(self, days: &[Date]) -> usize {
        if self == Self::Day { 24 } else { days.len() }
    }

    /// In which of them a time lies.
    pub fn place(self, days: &[Date], at: DateTime) -> Option<usize> {
        let day = days.binary_search(&at.date()).ok()?;
        if self == Self::Day { usize::try_from(at.hour()).ok() } else { Some(day) }
    }
}

/// The days that are shown for `at`.
pub fn days(span: Span, at: Date) -> Vec<Date> {
    let (first, last) = match span {
        Span::Month => (monday(at.first_of_month()), sunday(at.last_of_month())),
        Span::Week => (monday(at), sunday(at)),
        Span::Day => (at, at),
        Span::List => (at.first_of_month(), at.last_of_month()),
    };
    let mut days = Vec::new();
    let mut day = first;
    while day <= last {
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

fn sunday(date: Date) -> Date {
    let on = date.weekday().until(Weekday::Sunday);
    date.checked_add(i64::from(on).days()).unwrap_or(date)
}

/// The dates of the page before and the page after.
pub fn neighbours(span: Span, at: Date) -> (Date, Date) {
    let (back, on) = match span {
        Span::Month | Span::List => {
            let first = at.first_of_month();
            (first.checked_sub(1.month()), first.checked_add(1.month()))
        }
        Span::Week => (at.checked_sub(1.week()), at.checked_add(1.week())),
        Span::Day => (at.yesterday(), at.tomorrow()),
    };
    (back.unwrap_or(at), on.unwrap_or(at))
}

/// The instants that these days cover in a zone; `None` beyond the end of time.
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
    fn a_list_is_the_month_and_a_day_is_itself() {
        let shown = days(Span::List, date(2026, 11, 22));
        assert_eq!((shown.len(), shown[0]), (30, date(2026, 11, 1)));
        assert_eq!(days(Span::Day, date(2026, 11, 22)), [date(2026, 11, 22)]);
    }

    #[test]
    fn a_time_lies_in_its_day_or_hour() {
        let week = days(Span::Week, date(2026, 11, 22));
        assert_eq!(Span::Week.place(&week, date(2026, 11, 17).at(23, 59, 0, 0)), Some(1));
        assert_eq!(Span::Week.place(&week, date(2026, 11, 23).at(0, 0, 0, 0)), None);
        let day = days(Span::Day, date(2026, 11, 17));
        assert_eq!(Span::Day.place(&day, date(2026, 11, 17).at(23, 59, 0, 0)), Some(23));
        assert_eq!(Span::Day.place(&day, date(2026, 11, 18).at(0, 0, 0, 0)), None);
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
