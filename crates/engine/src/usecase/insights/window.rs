//! The time that numbers are asked for.

use carillon_connectors::contract::insights::{Offers, Window};
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::schedule::zone_or_utc;
use carillon_domain::time::{SignedDuration, Timestamp};
use jiff::ToSpan;
use jiff::tz::TimeZone;

/// So many days are asked for when nobody says how many.
pub const DAYS: u16 = 28;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How many days are asked for when nobody says how many: fewer where the network gives fewer at once.
pub fn usual_days(offers: &Offers) -> u16 {
    DAYS.min(offers.window_days)
}

/// The wanted window; without an end until the beginning of today in `zone`, since a day that is not over looks like a fall;
/// without a beginning [`usual_days`] before the end.
///
/// # Errors
/// [`AppError::Invalid`] for a window that is empty, in the future, or longer than the network gives.
pub(super) fn window(
    offers: &Offers,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    now: Timestamp,
    zone: &str,
) -> Result<Window, AppError> {
    let zone = zone_or_utc(zone);
    let to = to.unwrap_or_else(|| midnight(now, &zone));
    let from = from.unwrap_or_else(|| days_before(to, usual_days(offers), &zone));
    if to > now {
        let error = FieldError::new("to", "in_the_future", "There are no numbers of the future yet.");
        return Err(invalid(error.with_limit(now.to_string(), to.to_string())));
    }
    if from >= to {
        let error = FieldError::new("from", "not_before_to", "`from` must lie before `to`.");
        return Err(invalid(error.with_limit(to.to_string(), from.to_string())));
    }
    let most = offers.window_days;
    let length = to.duration_since(from);
    if length > longest(most) {
        let message = format!("This network gives numbers of at most {most} days at once.");
        let days = (length.as_secs() + DAY.as_secs() - 1) / DAY.as_secs();
        return Err(invalid(FieldError::new("from", "too_long", message).with_limit(most, days)));
    }
    Ok(Window { from, to })
}

fn longest(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

/// The beginning of the day.
fn midnight(now: Timestamp, zone: &TimeZone) -> Timestamp {
    now.to_zoned(zone.clone()).start_of_day().map_or(now, |day| day.timestamp())
}

/// So many calendar days earlier; never longer ago than so many times 24 hours, which is what networks count.
fn days_before(to: Timestamp, days: u16, zone: &TimeZone) -> Timestamp {
    let earliest = to.checked_sub(longest(days)).unwrap_or(Timestamp::UNIX_EPOCH);
    let by_calendar = to.to_zoned(zone.clone()).checked_sub(i64::from(days).days());
    by_calendar.map_or(earliest, |day| day.timestamp().max(earliest))
}

fn invalid(error: FieldError) -> AppError {
    AppError::Invalid(vec![error])
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERS: Offers =
        Offers { account: &[], post: &[], audience: &[], posts_at_once: 1, window_days: 30 };

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn asked(from: Option<&str>, to: Option<&str>, zone: &str) -> Result<Window, FieldError> {
        let now = at("2026-11-10T15:00:00Z");
        match window(&OFFERS, (from.map(at), to.map(at)), now, zone) {
            Ok(window) => Ok(window),
            Err(AppError::Invalid(mut errors)) => Err(errors.remove(0)),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_last_four_weeks_end_where_today_begins() {
        let window = asked(None, None, "Europe/Athens").expect("a window");
        // Summer time ended in between: by the calendar it would be an hour more than 28 times 24.
        assert_eq!((window.from, window.to), (at("2026-10-12T22:00:00Z"), at("2026-11-09T22:00:00Z")));
        let window = asked(None, None, "nowhere").expect("a window");
        assert_eq!((window.from, window.to), (at("2026-10-13T00:00:00Z"), at("2026-11-10T00:00:00Z")));
        let few = Offers { window_days: 7, ..OFFERS };
        let week = super::window(&few, (None, None), at("2026-11-10T15:00:00Z"), "UTC").expect("a window");
        assert_eq!(week.from, at("2026-11-03T00:00:00Z"));
    }

    #[test]
    fn one_end_is_enough() {
        let window = asked(None, Some("2026-11-05T12:00:00Z"), "UTC").expect("a window");
        assert_eq!(window.from, at("2026-10-08T12:00:00Z"));
        let window = asked(Some("2026-11-05T12:00:00Z"), None, "UTC").expect("a window");
        assert_eq!(window.to, at("2026-11-10T00:00:00Z"));
    }

    #[test]
    fn what_no_network_could_answer_is_refused_with_its_limit() {
        let error = asked(None, Some("2026-11-10T15:00:01Z"), "UTC").expect_err("the future");
        assert_eq!((error.field.as_str(), error.code.as_str()), ("to", "in_the_future"));
        assert_eq!(error.limit, Some("2026-11-10T15:00:00Z".into()));
        for from in ["2026-11-09T00:00:00Z", "2026-11-09T00:00:01Z"] {
            let error = asked(Some(from), Some("2026-11-09T00:00:00Z"), "UTC").expect_err("empty");
            assert_eq!((error.field.as_str(), error.code.as_str()), ("from", "not_before_to"));
            assert_eq!(error.value, Some(from.into()));
        }
        let error =
            asked(Some("2026-10-09T23:59:59Z"), Some("2026-11-09T00:00:00Z"), "UTC").expect_err("long");
        assert_eq!((error.field.as_str(), error.code.as_str()), ("from", "too_long"));
        assert_eq!((error.limit, error.value), (Some(30.into()), Some(31.into())));
        assert!(asked(Some("2026-10-10T00:00:00Z"), Some("2026-11-09T00:00:00Z"), "UTC").is_ok());
        assert!(asked(Some("2026-11-10T14:59:59Z"), Some("2026-11-10T15:00:00Z"), "UTC").is_ok());
    }
}
