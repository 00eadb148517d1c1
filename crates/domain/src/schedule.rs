//! From what a person types as a time to an instant, and back.

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// A due time: the instant, and the wall clock and zone it was meant in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueTime {
    /// When to send, UTC.
    pub at: Timestamp,
    /// IANA name of the zone the person meant.
    pub timezone: String,
    /// The wall-clock time in that zone, which stays when the zone's rules change.
    pub wall: DateTime,
}

/// Why a time can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Neither RFC 3339 nor a wall-clock time.
    #[error("`{0}` is not a time. Write it like 2026-11-24T18:30:00 or 2026-11-24T18:30:00+02:00.")]
    Malformed(String),
    /// The zone is not in the IANA database.
    #[error("There is no time zone called `{0}`. Use a name like Europe/Athens.")]
    UnknownZone(String),
    /// The wall clock jumps over this time at a daylight-saving change.
    #[error("{wall} does not exist in {zone}: clocks go forward then. The next time that exists is {next}.")]
    Gap {
        /// The time as given.
        wall: DateTime,
        /// The zone as given.
        zone: String,
        /// First wall-clock time after the gap.
        next: DateTime,
    },
    /// The wall clock shows this time twice at a daylight-saving change.
    #[error("{wall} happens twice in {zone}: clocks go back then. Say which one: {first} or {second}.")]
    Fold {
        /// The time as given.
        wall: DateTime,
        /// The zone as given.
        zone: String,
        /// The earlier instant, with its offset.
        first: String,
        /// The later instant, with its offset.
        second: String,
    },
    /// Before now by more than the tolerance.
    #[error("{wall} in {zone} is in the past. Choose a later time, or publish now.")]
    Past {
        /// The time in the zone that was meant.
        wall: DateTime,
        /// That zone.
        zone: String,
    },
    /// More than ten years ahead.
    #[error("`{0}` is too far ahead. Choose a time within the next {MOST_YEARS_AHEAD} years.")]
    TooFar(String),
}

/// So many years ahead something may be planned.
pub const MOST_YEARS_AHEAD: i64 = 10;

impl ScheduleError {
    /// The stable code of the field error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed_time",
            Self::UnknownZone(_) => "unknown_timezone",
            Self::Gap { .. } => "time_does_not_exist",
            Self::Fold { .. } => "time_is_ambiguous",
            Self::Past { .. } => "time_in_past",
            Self::TooFar(_) => "time_too_far",
        }
    }

    /// The request field that is wrong.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::UnknownZone(_) => "timezone",
            _ => "scheduled_at",
        }
    }
}

/// The zone of this IANA name.
///
/// # Errors
/// [`ScheduleError::UnknownZone`] when the name is not in the IANA database. POSIX strings and fixed offsets are refused:
/// they carry no daylight-saving rules that could be kept.
pub fn zone(name: &str) -> Result<TimeZone, ScheduleError> {
    TimeZone::get(name).map_err(|_| ScheduleError::UnknownZone(name.to_owned()))
}

/// The zone of a workspace or a person. Names are checked when they are chosen; one that this version does not know any more is UTC.
pub fn zone_or_utc(name: &str) -> TimeZone {
    zone(name).unwrap_or(TimeZone::UTC)
}

/// Reads `text` (with an offset: that instant; without: wall-clock time in `timezone`).
///
/// # Errors
/// Each variant of [`ScheduleError`] but `Past`; see [`not_past`]. `TooFar` only for what lies behind the calendar's end; see
/// [`not_too_far`].
pub fn resolve(text: &str, timezone: &str) -> Result<DueTime, ScheduleError> {
    let tz = zone(timezone)?;
    let malformed = || match Pieces::parse(text) {
        // The calendar ends in 9999, for instants some hours earlier than for dates.
        Ok(pieces) if pieces.date().year() == 9999 && pieces.time().is_some() => {
            ScheduleError::TooFar(text.to_owned())
        }
        _ => ScheduleError::Malformed(text.to_owned()),
    };
    if let Ok(at) = text.parse::<Timestamp>() {
        let wall = tz.to_datetime(at);
        return Ok(DueTime { at, timezone: timezone.to_owned(), wall });
    }
    if text.contains('[') {
        return Err(malformed());
    }
    let wall: DateTime = text.parse().map_err(|_| malformed())?;
    let ambiguous = tz.to_ambiguous_timestamp(wall);
    let at = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous.unambiguous(),
        AmbiguousOffset::Gap { before, .. } => {
            let next = after_gap(wall, before, &tz).map(|at| tz.to_datetime(at)).ok_or_else(malformed)?;
            return Err(ScheduleError::Gap { wall, zone: timezone.to_owned(), next });
        }
        AmbiguousOffset::Fold { before, after } => {
            return Err(ScheduleError::Fold {
                wall,
                zone: timezone.to_owned(),
                first: format!("{wall}{before}"),
                second: format!("{wall}{after}"),
            });
        }
    }
    .map_err(|_| malformed())?;
    Ok(DueTime { at, timezone: timezone.to_owned(), wall })
}

/// The instant of a wall-clock time about which nobody can be asked: one that clocks skip is the first instant after the gap, and one
/// that they show twice is the first of the two. `None` at the end of the calendar.
pub fn instant(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok(),
        AmbiguousOffset::Gap { before, .. } => after_gap(wall, before, zone),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok(),
    }
}

/// When the gap ends in which this time lies; `before` is the offset that held until then.
fn after_gap(wall: DateTime, before: Offset, zone: &TimeZone) -> Option<Timestamp> {
    let inside = before.to_timestamp(wall).ok()?;
    zone.preceding(inside + SignedDuration::from_secs(1)).next().map(|change| change.timestamp())
}

/// Refuses a due time that lies before `now` by more than a minute; the minute forgives a slow form.
///
/// # Errors
/// [`ScheduleError::Past`].
pub fn not_past(due: &DueTime, now: Timestamp) -> Result<(), ScheduleError> {
    if due.at < now - SignedDuration::from_secs(60) {
        return Err(ScheduleError::Past { wall: due.wall, zone: due.timezone.clone() });
    }
    Ok(())
}

/// Refuses a due time that lies more than ten years ahead of `now`, which nobody means.
///
/// # Errors
/// [`ScheduleError::TooFar`].
pub fn not_too_far(due: &DueTime, now: Timestamp) -> Result<(), ScheduleError> {
    if due.at > now + SignedDuration::from_hours(MOST_YEARS_AHEAD * 8_766) {
        return Err(ScheduleError::TooFar(due.wall.to_string()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_clock_time_is_read_in_the_zone() {
        let due = resolve("2026-07-01T09:00:00", "Europe/Athens").expect("resolves");
        assert_eq!(due.at.to_string(), "2026-07-01T06:00:00Z");
    }

    #[test]
    fn an_offset_wins_over_the_zone() {
        let due = resolve("2026-07-01T09:00:00-05:00", "Europe/Athens").expect("resolves");
        assert_eq!(due.at.to_string(), "2026-07-01T14:00:00Z");
        assert_eq!(due.wall.to_string(), "2026-07-01T17:00:00");
    }

    #[test]
    fn a_time_in_the_spring_gap_names_the_next_one() {
        let error = resolve("2026-03-29T03:30:00", "Europe/Athens").expect_err("gap");
        assert_eq!(error.code(), "time_does_not_exist");
        let ScheduleError::Gap { next, .. } = error else { panic!("{error:?}") };
        assert_eq!(next.to_string(), "2026-03-29T04:00:00");
    }

    #[test]
    fn a_time_in_the_autumn_fold_names_both() {
        let error = resolve("2026-10-25T03:30:00", "Europe/Athens").expect_err("fold");
        let text = error.to_string();
        assert!(text.contains("+03") && text.contains("+02"), "{text}");
        let ScheduleError::Fold { first, second, .. } = error else { panic!() };
        assert!(
            resolve(&first, "Europe/Athens").expect("first").at
                < resolve(&second, "Europe/Athens").expect("second").at
        );
    }

    #[test]
    fn unknown_zones_and_nonsense_are_told_apart() {
        assert_eq!(resolve("2026-01-01T00:00:00", "Mars/Base").expect_err("zone").field(), "timezone");
        assert_eq!(resolve("tomorrow", "UTC").expect_err("time").code(), "malformed_time");
    }

    #[test]
    fn the_past_is_refused_but_a_slow_form_is_forgiven() {
        let due = resolve("2026-01-01T00:00:00Z", "UTC").expect("resolves");
        assert!(not_past(&due, "2026-01-01T00:00:59Z".parse().expect("t")).is_ok());
        assert!(not_past(&due, "2026-01-01T00:01:01Z".parse().expect("t")).is_err());
    }

    #[test]
    fn the_past_is_told_in_the_zone_that_was_meant() {
        let due = resolve("2026-01-01T09:00", "Europe/Athens").expect("resolves");
        let told = not_past(&due, "2026-02-01T00:00:00Z".parse().expect("t")).expect_err("past").to_string();
        assert!(told.starts_with("2026-01-01T09:00:00 in Europe/Athens is in the past."), "{told}");
    }
}
