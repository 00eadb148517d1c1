//! Rules of recurrence: the part of RFC 5545 (iCalendar, section 3.3.10) that says on which days something comes.
//!
//! `FREQ` (daily to yearly), `INTERVAL`, `BYDAY`, `BYMONTHDAY`, `COUNT`, `UNTIL` and `WKST=MO`. What else the RFC has is refused by name,
//! never ignored: a rule that means something else than it says would publish on the wrong days. A rule gives days; the time of day is
//! that of its beginning, by the wall clock of one zone, so there is at most one occurrence a day.

mod expand;
mod parse;

use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use crate::schedule::instant;
use crate::time::Timestamp;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freq {
    /// By days.
    Daily,
    /// By weeks, which begin on Monday.
    Weekly,
    /// By months.
    Monthly,
    /// By years.
    Yearly,
}

/// When it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It does not.
    Never,
    /// After so many occurrences.
    After(u32),
    /// With this day, by the clock of its zone.
    Day(Date),
    /// At this instant, which may be an occurrence.
    At(Timestamp),
}

/// A day of the week in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByDay {
    /// Which of the month: 1 is the first, -1 the last; `None`: each of them.
    pub nth: Option<i8>,
    /// The day.
    pub weekday: Weekday,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// How often.
    pub freq: Freq,
    /// Every so many days, weeks, months or years.
    pub interval: u16,
    /// On these days of the week; empty: the one of its beginning.
    pub by_day: Vec<ByDay>,
    /// On these days of the month, from its end where negative; empty: the one of its beginning.
    pub by_month_day: Vec<i8>,
    /// When it ends.
    pub end: End,
}

/// Why a text is no rule, in words for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Not `NAME=VALUE;…`, or a value that its part can't have.
    #[error("`{0}` is not understood. Write the rule like FREQ=WEEKLY;BYDAY=TU,TH.")]
    Malformed(String),
    /// A part of the RFC that is not supported here, or not with the others.
    #[error(
        "`{0}` can't be used here. Rules can have FREQ (DAILY, WEEKLY, MONTHLY or YEARLY), INTERVAL, COUNT or UNTIL; \
         BYDAY, but not with YEARLY; and BYMONTHDAY with MONTHLY."
    )]
    Unsupported(String),
}

impl Rule {
    /// All days of the rule from `start` on, until and with `last`, in order. A day that a month does not have is left out, as the RFC
    /// says. `start` is one of them only if the rule has it.
    pub fn days(&self, start: Date, last: Date) -> Vec<Date> {
        let last = if let End::Day(day) = self.end { last.min(day) } else { last };
        let mut days = expand::days(self, start, last);
        if let End::After(count) = self.end {
            days.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        }
        days
    }

    /// Whether an occurrence of this day and instant lies before the end, as far as that is a time.
    pub fn is_before_end(&self, day: Date, at: Timestamp) -> bool {
        match self.end {
            End::Day(last) => day <= last,
            End::At(last) => at <= last,
            End::Never | End::After(_) => true,
        }
    }

    /// The occurrences from `start` on, a time of day by the clock of `zone`, until before `until`: each day with its instant. A time
    /// that clocks skip comes when they go on, and counts; one that they show twice comes the first time.
    pub fn occurrences(&self, start: DateTime, zone: &TimeZone, until: Timestamp) -> Vec<(Date, Timestamp)> {
        let days = self.days(start.date(), zone.to_datetime(until).date());
        let timed =
            days.into_iter().filter_map(|day| Some((day, instant(day.to_datetime(start.time()), zone)?)));
        timed.filter(|(day, at)| *at < until && self.is_before_end(*day, *at)).collect()
    }

    /// The rule without this day and what follows, whatever the time of day becomes.
    #[must_use]
    pub fn ending_before_day(&self, day: Date) -> Self {
        Self { end: End::Day(day.yesterday().unwrap_or(day)), ..self.clone() }
    }

    /// The rule without what lies at `at` or later.
    #[must_use]
    pub fn ending_before(&self, at: Timestamp) -> Self {
        let end = at - crate::time::SignedDuration::from_secs(1);
        Self { end: End::At(end), ..self.clone() }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let freq = match self.freq {
            Freq::Daily => "DAILY",
            Freq::Weekly => "WEEKLY",
            Freq::Monthly => "MONTHLY",
            Freq::Yearly => "YEARLY",
        };
        write!(f, "FREQ={freq}")?;
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        let days: Vec<String> = self.by_day.iter().map(ToString::to_string).collect();
        if !days.is_empty() {
            write!(f, ";BYDAY={}", days.join(","))?;
        }
        let days: Vec<String> = self.by_month_day.iter().map(ToString::to_string).collect();
        if !days.is_empty() {
            write!(f, ";BYMONTHDAY={}", days.join(","))?;
        }
        match self.end {
            End::Never => Ok(()),
            End::After(count) => write!(f, ";COUNT={count}"),
            End::Day(day) => write!(f, ";UNTIL={}", day.strftime("%Y%m%d")),
            End::At(at) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ")),
        }
    }
}

impl fmt::Display for ByDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(parse::NAMES[usize::from(self.weekday.to_monday_zero_offset().unsigned_abs())])
    }
}

#[cfg(test)]
mod tests;
