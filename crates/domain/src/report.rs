//! When a report goes out by itself, and what time it is about.

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::time::{SignedDuration, Timestamp};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// About the week before, Monday to Sunday.
    Week,
    /// About the calendar month before.
    Month,
}

impl Every {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Week, Self::Month];

    /// The stable name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.as_str() == text)
    }

    /// The last day that can be chosen: Sunday, or a day that every month has.
    pub const fn last_day(self) -> i8 {
        match self {
            Self::Week => 7,
            Self::Month => 28,
        }
    }
}

/// A time that comes again and again, in some zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How often.
    pub every: Every,
    /// Day of the week, Monday being 1, or of the month.
    pub day: i8,
    /// Hour of the day.
    pub hour: i8,
}

impl Rule {
    /// A rule, if there is such a day and hour.
    pub fn new(every: Every, day: i8, hour: i8) -> Option<Self> {
        let is_there = (1..=every.last_day()).contains(&day) && (0..24).contains(&hour);
        is_there.then_some(Self { every, day, hour })
    }

    /// The first time after `now`. An hour that clocks skip is the one that they show then; of one that comes twice it is the first.
    pub fn next(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        // Two of any month's days of one number lie among so many.
        let mut date = Some(zone.to_datetime(now).date());
        for _ in 0..64 {
            let Some(day) = date else { break };
            if self.is_on(day)
                && let Ok(at) = day.at(self.hour, 0, 0, 0).to_zoned(zone.clone())
                && at.timestamp() > now
            {
                return at.timestamp();
            }
            date = day.tomorrow().ok();
        }
        // The end of the calendar.
        now + SignedDuration::from_hours(24 * 365)
    }

    fn is_on(self, date: Date) -> bool {
        match self.every {
            Every::Week => date.weekday().to_monday_one_offset() == self.day,
            Every::Month => date.day() == self.day,
        }
    }

    /// First and last day of what a report that is due then is about.
    pub fn days(self, at: Timestamp, zone: &TimeZone) -> (Date, Date) {
        let today = zone.to_datetime(at).date();
        match self.every {
            Every::Week => {
                let since_monday = i64::from(today.weekday().to_monday_zero_offset());
                let back = |days: i64| today.checked_sub(Span::new().days(days)).unwrap_or(today);
                (back(since_monday + 7), back(since_monday + 1))
            }
            Every::Month => {
                let last = today.first_of_month().yesterday().unwrap_or(today);
                (last.first_of_month(), last)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn athens() -> TimeZone {
        TimeZone::get("Europe/Athens").expect("a zone")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_week_comes_on_its_day_and_is_about_the_one_before() {
        // The 24th of November 2026 is a Tuesday; Athens is two hours ahead then.
        let rule = Rule::new(Every::Week, 1, 8).expect("a rule");
        let next = rule.next(at("2026-11-24T10:00:00Z"), &athens());
        assert_eq!(next, at("2026-11-30T06:00:00Z"));
        let (first, last) = rule.days(next, &athens());
        assert_eq!((first.to_string(), last.to_string()), ("2026-11-23".into(), "2026-11-29".into()));
        assert_eq!(rule.next(next, &athens()), at("2026-12-07T06:00:00Z"), "a time is not its own next one");
        let sunday = Rule::new(Every::Week, 7, 8).expect("a rule");
        let (first, last) = sunday.days(at("2026-11-29T06:00:00Z"), &athens());
        assert_eq!((first.to_string(), last.to_string()), ("2026-11-16".into(), "2026-11-22".into()));
    }

    #[test]
    fn a_month_comes_on_its_day_also_later_today() {
        let rule = Rule::new(Every::Month, 1, 0).expect("a rule");
        let next = rule.next(at("2026-12-31T21:59:59Z"), &athens());
        assert_eq!(next, at("2026-12-31T22:00:00Z"), "the first of January has begun there");
        let (first, last) = rule.days(next, &athens());
        assert_eq!((first.to_string(), last.to_string()), ("2026-12-01".into(), "2026-12-31".into()));
        let today = Rule::new(Every::Month, 24, 13).expect("a rule");
        assert_eq!(today.next(at("2026-11-24T10:00:00Z"), &athens()), at("2026-11-24T11:00:00Z"));
    }

    #[test]
    fn an_hour_that_clocks_skip_comes_all_the_same() {
        // On the 28th of March 2027 clocks in Athens go from 3 to 4.
        let rule = Rule::new(Every::Week, 7, 3).expect("a rule");
        assert_eq!(rule.next(at("2027-03-27T12:00:00Z"), &athens()), at("2027-03-28T01:00:00Z"));
    }

    #[test]
    fn days_that_some_months_lack_are_no_rule() {
        assert_eq!(Rule::new(Every::Month, 29, 8), None);
        assert_eq!(Rule::new(Every::Week, 8, 8), None);
        assert_eq!(Rule::new(Every::Week, 0, 8), None);
        assert_eq!(Rule::new(Every::Week, 1, 24), None);
    }
}
