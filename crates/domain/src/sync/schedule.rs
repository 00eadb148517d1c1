//! When an account is read, by the clock of its workspace.
//!
//! At 00, 06, 12 and 18 o'clock every account is read, and each full hour after these those with a post of the last day. How far back
//! a reading goes follows from which of its times have passed since that was read last: the last seven days at each of the four,
//! 30 days at midnight, all posts at one midnight of the week. So a time that was missed is made up for by the next reading, once.
//!
//! Every account has its own few minutes after the hour and its own day of the week, always the same, so that not all of them begin in
//! one second or read everything in one night.

use jiff::Span;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{Covered, SyncKind};
use crate::id::AccountId;
use crate::time::{SignedDuration, Timestamp};

#[cfg(test)]
mod tests;

/// Readings of an hour begin within so long after it.
pub const SPREAD: SignedDuration = SignedDuration::from_mins(15);

/// A post is read every hour while it is younger.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The hours of each day at which all accounts are read.
const QUARTERS: &[i8] = &[0, 6, 12, 18];
const MIDNIGHT: &[i8] = &[0];

/// From the deepest to the shallowest.
const KINDS: [SyncKind; 4] = [SyncKind::Full, SyncKind::Month, SyncKind::Week, SyncKind::Day];

/// When one account is read.
#[derive(Debug, Clone)]
pub struct Rhythm {
    zone: TimeZone,
    offset: SignedDuration,
    weekday: Weekday,
    costly: bool,
}

/// What is known of an account when it is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// When its last reading began, whatever came of it.
    pub began: Option<Timestamp>,
    /// How far back it was read.
    pub covered: &'a Covered,
    /// When its newest post became public, as far as anybody knows.
    pub newest_post: Option<Timestamp>,
}

impl Rhythm {
    /// Of an account in this zone. Where its network takes money for reading, `costly`, it is read at midnight only.
    pub fn new(zone: TimeZone, account: AccountId, costly: bool) -> Self {
        let hash = fnv1a(account.uuid().as_bytes());
        let spread = SPREAD.as_millis().unsigned_abs();
        let millis = u64::try_from(u128::from(hash) % spread).unwrap_or_default();
        let day = i8::try_from(u128::from(hash) / spread % 7).unwrap_or_default();
        Self {
            zone,
            offset: SignedDuration::from_millis(i64::try_from(millis).unwrap_or_default()),
            weekday: Weekday::from_sunday_zero_offset(day).unwrap_or(Weekday::Sunday),
            costly,
        }
    }

    /// What is to be read now, if anything is.
    pub fn wants(&self, now: Timestamp, known: Known<'_>) -> Option<SyncKind> {
        let shallowest = self.shallowest(now, known.newest_post);
        let due = self.last(shallowest, now)?;
        if known.began.is_some_and(|began| began >= due) {
            return None;
        }
        let missed = |kind: &SyncKind| {
            self.last(*kind, now).is_some_and(|at| known.covered.since(*kind).is_none_or(|since| since < at))
        };
        // What is due now is wanted in any case; what was missed besides makes it go further back.
        let mut kinds = KINDS.into_iter().filter(|kind| kind.covers(shallowest));
        Some(kinds.find(missed).unwrap_or(shallowest))
    }

    /// When to look again after `now`: at the next hour, by this account's minutes.
    pub fn next_look(&self, now: Timestamp) -> Timestamp {
        let at = now - self.offset;
        let hour = self.hour(at).unwrap_or(at) + HOUR;
        let next = self.around(at, QUARTERS).filter(|quarter| *quarter > at).min().unwrap_or(hour);
        next.min(hour) + self.offset
    }

    /// When this kind was due last, up to `now`.
    fn last(&self, kind: SyncKind, now: Timestamp) -> Option<Timestamp> {
        let at = now - self.offset;
        let due = match kind {
            SyncKind::Day => self.hour(at),
            SyncKind::Week => self.latest(at, QUARTERS),
            SyncKind::Basic | SyncKind::Month => self.latest(at, MIDNIGHT),
            SyncKind::Full => self.weekly(at),
        };
        due.map(|due| due + self.offset)
    }

    /// What is read most often of this account for now.
    fn shallowest(&self, now: Timestamp, newest_post: Option<Timestamp>) -> SyncKind {
        if self.costly {
            return SyncKind::Month;
        }
        let hour = self.last(SyncKind::Day, now);
        let fresh = newest_post.zip(hour).is_some_and(|(post, hour)| post > hour - FRESH);
        if fresh { SyncKind::Day } else { SyncKind::Week }
    }

    /// The last full hour since the last of the four times. They count from there, since the clock of a day may jump in between.
    fn hour(&self, at: Timestamp) -> Option<Timestamp> {
        let quarter = self.latest(at, QUARTERS)?;
        Some(quarter + SignedDuration::from_hours(at.duration_since(quarter).as_hours()))
    }

    fn latest(&self, at: Timestamp, hours: &'static [i8]) -> Option<Timestamp> {
        self.around(at, hours).filter(|time| *time <= at).max()
    }

    fn weekly(&self, at: Timestamp) -> Option<Timestamp> {
        let today = self.zone.to_datetime(at).date();
        let days = (0..=8).filter_map(|back| today.checked_sub(Span::new().days(back)).ok());
        let midnights = days.filter(|day| day.weekday() == self.weekday).filter_map(|day| self.at(day, 0));
        midnights.filter(|time| *time <= at).max()
    }

    /// These hours of the days around: some calendars left out a whole day once.
    fn around(&self, at: Timestamp, hours: &'static [i8]) -> impl Iterator<Item = Timestamp> {
        let today = self.zone.to_datetime(at).date();
        let days = (-2..=2).filter_map(move |by| today.checked_add(Span::new().days(by)).ok());
        days.flat_map(move |day| hours.iter().filter_map(move |hour| self.at(day, *hour)))
    }

    /// Where the clock jumps over an hour, it is the first that exists after it; where it shows an hour twice, the first one.
    fn at(&self, day: Date, hour: i8) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(day.at(hour, 0, 0, 0)).compatible().ok()
    }
}

/// When the calendar month after this one begins, UTC.
pub fn next_month(now: Timestamp) -> Timestamp {
    let next = TimeZone::UTC.to_datetime(now).date().first_of_month().checked_add(Span::new().months(1));
    let begins = next.ok().and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
    begins.unwrap_or(Timestamp::MAX)
}

/// FNV-1a. The same on every machine and in every version, which the standard library does not promise of its own.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
