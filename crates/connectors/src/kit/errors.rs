//! From failed sends to errors that people can act on, and from headers to times.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;
use http::HeaderMap;

use super::http::{Reply, Safety, SendError};

/// The code of an error that says no more than that a network is left alone, because it failed several times in a row.
pub const NETWORK_FAILING: &str = "network_failing";

/// What a missing answer means, by the safety of the call: a lost answer to an unsafe call is `Ambiguous`.
pub fn from_send(platform: &str, operation: &str, safety: Safety, error: SendError) -> ConnectorError {
    let new = |kind, code, cause: &str| ConnectorError::new(kind, platform, operation, code, cause);
    match error {
        SendError::NotSent(detail) => new(
            ErrorKind::Transient,
            "not_sent",
            "The network could not be reached, so nothing was sent.",
        )
        .with_action(
            "It is tried again by itself. If it stays so, check the server's connection to the internet.",
        )
        .with_detail(detail),
        SendError::Forbidden(detail) => new(
            ErrorKind::Rejected,
            "address_forbidden",
            "The address is private or not encrypted, so it is not called.",
        )
        .with_action("If the address is right, the operator can allow it under `egress.allow`.")
        .with_detail(detail),
        SendError::OverBudget { until } => new(
            ErrorKind::RateLimited { until },
            "over_budget",
            "The number of calls that the network allows is used up for now.",
        )
        .with_action("It goes on by itself when the network allows more calls."),
        SendError::LeftAlone { until } => new(
            ErrorKind::RateLimited { until: Some(until) },
            NETWORK_FAILING,
            "The network has failed at this several times in a row, so it is left alone for a moment.",
        )
        .with_action("It goes on by itself when the network answers again."),
        SendError::Lost(detail) if safety == Safety::Unsafe => new(
            ErrorKind::Ambiguous,
            "answer_lost",
            "The request was sent, but no answer arrived, so it may or may not have worked.",
        )
        .with_action("Carillon looks on the network before anything is sent again.")
        .with_detail(detail),
        SendError::Lost(detail) => {
            new(ErrorKind::Transient, "answer_lost", "The network did not answer in time.")
                .with_action("It is tried again by itself.")
                .with_detail(detail)
        }
    }
}

/// An unsafe call was answered in a way that tells nothing about its effect: a 5xx, a 408, or a success that can't be read.
pub fn ambiguous(platform: &str, operation: &str, reply: &Reply, request_id: Option<&str>) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Ambiguous,
        platform,
        operation,
        "unclear_answer",
        "The network's answer does not say whether it worked.",
    )
    .with_action("Carillon looks on the network before anything is sent again.")
    .with_remote(remote(reply, None, request_id, None))
}

/// What the network said, with secrets taken out of its message.
pub fn remote(reply: &Reply, code: Option<&str>, request_id: Option<&str>, message: Option<&str>) -> Remote {
    let message = message.map_or_else(|| reply.snippet(500), |m| m.chars().take(500).collect());
    Remote {
        status: Some(reply.status.as_u16()),
        code: code.map(str::to_owned),
        request_id: request_id.map(str::to_owned),
        message: (!message.is_empty()).then(|| super::redact::text(&message)),
    }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds or an HTTP date.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return now.checked_add(Duration::from_secs(u64::from(seconds))).ok();
    }
    http_date(value)
}

/// An HTTP date in its usual form: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value).ok()
}

/// A header that holds a Unix time in seconds, with or without a fraction.
pub fn epoch_header(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    let whole = value.split_once('.').map_or(value, |(whole, _)| whole);
    Timestamp::from_second(whole.parse().ok()?).ok()
}

/// A header that holds an RFC 3339 time.
pub fn iso_header(headers: &HeaderMap, name: &str) -> Option<Timestamp> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// A header that holds a whole number.
pub fn number_header(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_a_lost_unsafe_call_is_ambiguous() {
        let lost = || SendError::Lost("reset".to_owned());
        let kind = |safety, error| from_send("toy", "posts.create", safety, error).kind;
        assert_eq!(kind(Safety::Unsafe, lost()), ErrorKind::Ambiguous);
        assert_eq!(kind(Safety::Invisible, lost()), ErrorKind::Transient);
        assert_eq!(kind(Safety::Read, lost()), ErrorKind::Transient);
        for safety in [Safety::Unsafe, Safety::Invisible, Safety::Read] {
            assert_eq!(kind(safety, SendError::NotSent(String::new())), ErrorKind::Transient);
            assert_eq!(kind(safety, SendError::Forbidden(String::new())), ErrorKind::Rejected);
            assert_eq!(
                kind(safety, SendError::OverBudget { until: None }),
                ErrorKind::RateLimited { until: None }
            );
        }
    }

    #[test]
    fn times_in_headers() {
        let now = Timestamp::from_second(1_000_000).expect("time");
        let mut headers = HeaderMap::new();
        let mut check = |value: &'static str| {
            headers.insert("retry-after", HeaderValue::from_static(value));
            headers.insert("x-reset", HeaderValue::from_static(value));
            let second = |t: Option<Timestamp>| t.map(|t| t.as_second());
            (
                second(retry_after(&headers, now)),
                second(epoch_header(&headers, "x-reset")),
                second(iso_header(&headers, "x-reset")),
            )
        };
        assert_eq!(check("120"), (Some(1_000_120), Some(120), None));
        assert_eq!(check("Sun, 06 Nov 1994 08:49:37 GMT"), (Some(784_111_777), None, None));
        assert_eq!(
            check("Mon, 06 Nov 1994 08:49:37 GMT"),
            (Some(784_111_777), None, None),
            "a wrong weekday"
        );
        assert_eq!(check("2026-11-02T09:00:00.123456Z"), (None, None, Some(1_793_610_000)));
        assert_eq!(check("1793610000.5"), (None, Some(1_793_610_000), None));
        assert_eq!(check("soon"), (None, None, None));
        assert_eq!(check("-1"), (None, Some(-1), None));
    }
}
