//! A span of time, and its days in a zone. Days are those of the calendar, of 23 to 25 hours where clocks change.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A span of time; its first instant belongs to it, its last one does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// The zone that its days are cut in.
    pub zone: TimeZone,
}

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// The time before it.
    #[default]
    Previous,
    /// The same time a year earlier.
    Year,
}

impl Comparison {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Previous, Self::Year];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Previous => "previous",
            Self::Year => "year",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// A part of a period in which clocks don't change, so that a day is a division: (microseconds + offset) ÷ length of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// How far clocks are ahead of UTC, microseconds.
    pub offset: i64,
}

impl Slice {
    /// Length of a day in microseconds.
    pub const DAY: i64 = 86_400_000_000;

    /// The day of this number since the first of January 1970.
    pub fn date(number: i64) -> Option<Date> {
        let days = i32::try_from(number).ok()?;
        jiff::civil::date(1970, 1, 1).checked_add(days.days()).ok()
    }
}

impl Period {
    /// The last so many days, today among them: it begins with the first instant of the first one, and ends with that of tomorrow.
    pub fn last_days(days: u16, now: Timestamp, zone: TimeZone) -> Self {
        let today = now.to_zoned(zone.clone()).date();
        let tomorrow = today.tomorrow().unwrap_or(today);
        let to = Self::start_of(tomorrow, &zone).unwrap_or(now);
        Self::days_until(days, to, zone)
    }

    /// So many days of the calendar that end with this instant.
    pub fn days_until(days: u16, to: Timestamp, zone: TimeZone) -> Self {
        Self { from: earlier(to, i64::from(days), &zone), to, zone }
    }

    /// The first instant of a day; `None` at the end of the calendar.
    pub fn start_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
        date.to_zoned(zone.clone()).and_then(|day| day.start_of_day()).ok().map(|day| day.timestamp())
    }

    /// The day that an instant belongs to.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The first and the last day that it touches.
    pub fn ends(&self) -> (Date, Date) {
        (self.date_of(self.from), self.date_of(self.to - jiff::SignedDuration::from_micros(1)))
    }

    /// All days that it touches, in order.
    pub fn days(&self) -> Vec<Date> {
        if self.from >= self.to {
            return Vec::new();
        }
        let (first, last) = self.ends();
        first.series(1.day()).take_while(|day| *day <= last).collect()
    }

    /// The time before it: as many whole days if it has only such, else as long.
    #[must_use]
    pub fn previous(&self) -> Self {
        let from = if self.has_whole_days() {
            let days = self.days().len();
            earlier(self.from, i64::try_from(days).unwrap_or(i64::MAX), &self.zone)
        } else {
            let length = self.to.duration_since(self.from);
            self.from.checked_sub(length).unwrap_or(Timestamp::MIN)
        };
        Self { from, to: self.from, zone: self.zone.clone() }
    }

    /// The same time a year earlier. Of whole days the same dates: a 29th of February becomes the 28th before it, and one that the
    /// earlier year had is part of no comparison unless days on both sides of it are. So it may have a day more or less. Of other times the
    /// same times of day.
    #[must_use]
    pub fn year_earlier(&self) -> Self {
        let year = |date: Date| date.checked_sub(1.year()).unwrap_or(date);
        if self.has_whole_days() {
            // Of the last day, not of the one after it: what is before the 29th of February ends with the 28th in both years.
            let (first, last) = self.ends();
            let end = year(last).tomorrow().unwrap_or(last);
            let begin = Self::start_of(year(first), &self.zone);
            let (from, to) =
                (begin.unwrap_or(Timestamp::MIN), Self::start_of(end, &self.zone).unwrap_or(Timestamp::MIN));
            return Self { from, to, zone: self.zone.clone() };
        }
        let then =
            |at: Timestamp| at.to_zoned(self.zone.clone()).checked_sub(1.year()).map(|then| then.timestamp());
        let from = then(self.from).unwrap_or(Timestamp::MIN);
        // A day after another may be the same one a year earlier.
        let to = then(self.to).ok().filter(|to| *to > from);
        let to =
            to.unwrap_or_else(|| from.checked_add(self.to.duration_since(self.from)).unwrap_or(self.from));
        Self { from, to, zone: self.zone.clone() }
    }

    /// What it is compared with.
    #[must_use]
    pub fn before(&self, comparison: Comparison) -> Self {
        match comparison {
            Comparison::Previous => self.previous(),
            Comparison::Year => self.year_earlier(),
        }
    }

    /// Whether it begins and ends with the begin of a day.
    pub fn has_whole_days(&self) -> bool {
        let is_start = |at| Self::start_of(self.date_of(at), &self.zone) == Some(at);
        is_start(self.from) && is_start(self.to)
    }

    /// Its parts between changes of the clock, in order.
    pub fn slices(&self) -> Vec<Slice> {
        let changes = self.zone.following(self.from).map(|change| change.timestamp());
        let mut cuts: Vec<_> = changes.take_while(|at| *at < self.to).collect();
        cuts.push(self.to);
        let mut from = self.from;
        let mut slices = Vec::with_capacity(cuts.len());
        for to in cuts {
            let offset = i64::from(self.zone.to_offset(from).seconds()) * 1_000_000;
            slices.push(Slice { from, to, offset });
            from = to;
        }
        slices
    }
}

/// The same time of day, so many days of the calendar before.
fn earlier(at: Timestamp, days: i64, zone: &TimeZone) -> Timestamp {
    let zoned = at.to_zoned(zone.clone());
    let starts = zoned.start_of_day().is_ok_and(|start| start == zoned);
    let days = days.min(1_000_000);
    let Ok(date) = zoned.date().checked_sub(days.days()) else { return Timestamp::MIN };
    let then = if starts { Period::start_of(date, zone) } else { None };
    let then = then.or_else(|| zoned.checked_sub(days.days()).ok().map(|then| then.timestamp()));
    then.unwrap_or(Timestamp::MIN)
}
