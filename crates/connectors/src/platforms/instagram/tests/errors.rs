//! Each documented error: how it is treated, while preparing and at a commit.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::errors::{Context, from_container, from_reply, from_send, needs_new_container};
use crate::kit::http::{Reply, SendError};
use crate::specs;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// An answer with this body.
pub(super) fn reply(status: StatusCode, body: &str) -> Reply {
    Reply { status, headers: HeaderMap::new(), body: body.to_owned().into() }
}

/// What the connector makes of it.
pub(super) fn judge(reply: &Reply, commit: bool) -> ConnectorError {
    from_reply(Context { operation: "test", commit, now: NOW }, reply)
}

fn graph(status: u16, code: Option<i64>, subcode: Option<i64>) -> Reply {
    let body = json!({ "error": {
        "message": "words of the network", "type": "OAuthException", "code": code, "error_subcode": subcode,
        "fbtrace_id": "Axyz",
    } });
    reply(StatusCode::from_u16(status).unwrap(), &body.to_string())
}

fn short(kind: &ErrorKind) -> &'static str {
    kind.code()
}

#[test]
fn every_documented_error_has_its_reaction() {
    let Some(table) = specs::file::<Value>("meta/derived/errors.json") else {
        return specs::skipped("instagram::tests::errors::every_documented_error_has_its_reaction");
    };
    let mut checked = 0;
    for entry in table["errors"].as_array().unwrap() {
        if !entry["platforms"].as_array().unwrap().iter().any(|p| p == "instagram") {
            continue;
        }
        let status = u16::try_from(entry["http"].as_u64().unwrap()).unwrap();
        let codes: Vec<Option<i64>> = match &entry["code"] {
            Value::String(range) => range.split('-').map(|n| n.parse().ok()).collect(),
            code => vec![code.as_i64()],
        };
        for code in codes {
            let answer = graph(status, code, entry["subcode"].as_i64());
            let (quiet, commit) = (judge(&answer, false), judge(&answer, true));
            let retry = entry["retry"].as_str().unwrap();
            let (want, at_commit): (&[&str], &[&str]) = match retry {
                "never" => (&["rejected", "permission_missing"], &["rejected", "permission_missing"]),
                "poll" => (&["not_ready"], &["not_ready"]),
                "backoff" => (&["transient", "rate_limited"], &["ambiguous", "rate_limited"]),
                "backoff_limited"
                | "limited"
                | "new_container"
                | "retry_1_2_within_2min"
                | "reconcile_then_backoff" => (&["transient"], &["ambiguous"]),
                "backoff_header" => (&["rate_limited"], &["rate_limited", "ambiguous"]),
                "after_window" => (&["rate_limited"], &["rate_limited"]),
                "long_backoff" | "reconcile_then_stop" => (&["rate_limited"], &["ambiguous"]),
                "reauth" => (&["auth_revoked"], &["auth_revoked"]),
                "reauth_or_refresh" => (&["auth_expired"], &["auth_expired"]),
                other => panic!("unknown retry class {other}"),
            };
            assert!(want.contains(&short(&quiet.kind)), "{entry}: {quiet:?}");
            assert!(at_commit.contains(&short(&commit.kind)), "{entry}: {commit:?}");
            assert_eq!(needs_new_container(&quiet), needs_new_container(&commit));
            assert!(retry != "new_container" || needs_new_container(&quiet), "{entry}: {quiet:?}");
            for error in [&quiet, &commit] {
                assert_ne!(error.code, "refused", "{entry} is not in the table");
                assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
                assert_eq!(error.remote.message.as_deref(), Some("words of the network"));
                assert_eq!(error.remote.request_id.as_deref(), Some("Axyz"));
            }
            checked += 1;
        }
    }
    assert!(checked >= 50, "only {checked} rows were for Instagram");
}

#[test]
fn codes_that_nobody_documented_fall_to_the_safe_side() {
    let cases = [
        (graph(400, Some(999_999), None), "rejected", "ambiguous"),
        (graph(400, None, Some(2_207_999)), "rejected", "ambiguous"),
        (graph(500, Some(999_999), None), "transient", "ambiguous"),
        (reply(StatusCode::BAD_GATEWAY, "<html>"), "transient", "ambiguous"),
        (reply(StatusCode::REQUEST_TIMEOUT, ""), "transient", "ambiguous"),
        (reply(StatusCode::FOUND, ""), "transient", "ambiguous"),
        (reply(StatusCode::TOO_MANY_REQUESTS, ""), "rate_limited", "rate_limited"),
        (reply(StatusCode::UNAUTHORIZED, ""), "auth_revoked", "auth_revoked"),
        (reply(StatusCode::BAD_REQUEST, "not json"), "rejected", "ambiguous"),
    ];
    for (answer, quiet, commit) in cases {
        assert_eq!(short(&judge(&answer, false).kind), quiet, "{answer:?}");
        assert_eq!(short(&judge(&answer, true).kind), commit, "{answer:?}");
    }
}

#[test]
fn few_viewers_are_no_missing_permission() {
    let body =
        |message: &str| json!({ "error": { "message": message, "type": "OAuthException", "code": 10 } });
    let said = |message: &str| judge(&reply(StatusCode::BAD_REQUEST, &body(message).to_string()), false);
    let few = said("(#10) Not enough viewers for the media to show insights");
    assert_eq!((short(&few.kind), few.code.as_str()), ("rejected", "too_few_viewers"));
    let missing = said("(#10) Application does not have permission for this action");
    assert_eq!((short(&missing.kind), missing.code.as_str()), ("permission_missing", "permission_missing"));
}

#[test]
fn a_missing_object_is_no_lost_token() {
    let error = judge(&graph(400, Some(100), Some(33)), false);
    assert_eq!((short(&error.kind), error.code.as_str()), ("transient", "object_missing"));
}

#[test]
fn limits_say_until_when() {
    let mut answer = graph(400, Some(80_002), None);
    let usage = r#"{"178414":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":7},
        {"type":"pages","call_count":1,"estimated_time_to_regain_access":0}],
        "99":[{"type":"instagram","estimated_time_to_regain_access":3}]}"#;
    answer.headers.insert("x-business-use-case-usage", usage.replace('\n', "").parse().unwrap());
    let until = NOW + SignedDuration::from_mins(7);
    assert_eq!(judge(&answer, false).kind, ErrorKind::RateLimited { until: Some(until) });

    let mut answer = reply(StatusCode::TOO_MANY_REQUESTS, "");
    answer.headers.insert("retry-after", "90".parse().unwrap());
    let until = NOW + SignedDuration::from_secs(90);
    assert_eq!(judge(&answer, false).kind, ErrorKind::RateLimited { until: Some(until) });

    let mut answer = graph(400, Some(80_002), None);
    answer.headers.insert("x-business-use-case-usage", "not json".parse().unwrap());
    let until = NOW + SignedDuration::from_mins(15);
    assert_eq!(judge(&answer, false).kind, ErrorKind::RateLimited { until: Some(until) });

    let blocked = judge(&graph(400, Some(368), None), false);
    assert_eq!(blocked.kind, ErrorKind::RateLimited { until: Some(NOW + SignedDuration::from_hours(1)) });
}

#[test]
fn the_other_hosts_shapes_are_read() {
    let login = json!({ "error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found or was already used" });
    let error = judge(&reply(StatusCode::BAD_REQUEST, &login.to_string()), false);
    assert_eq!(short(&error.kind), "rejected");
    assert!(error.cause.contains("Matching code was not found"), "{error:?}");

    let upload = |retriable: bool, message: &str| {
        let body = json!({ "debug_info": { "retriable": retriable, "type": "ProcessingFailedError", "message": message } });
        judge(&reply(StatusCode::BAD_REQUEST, &body.to_string()), false)
    };
    assert_eq!(short(&upload(true, "try again").kind), "transient");
    assert_eq!(short(&upload(false, "no").kind), "rejected");
    assert_eq!(upload(false, "{\"error\":{\"code\":2207026}}").code, "video_format");
}

#[test]
fn a_failed_container_names_its_cause() {
    let context = Context { operation: "test", commit: false, now: NOW };
    let error = from_container(context, "Error: Media upload has failed with error code 2207026");
    assert_eq!((short(&error.kind), error.code.as_str()), ("rejected", "video_format"));
    let error = from_container(context, "Error: Media upload has failed with error code 2207053");
    assert!(needs_new_container(&error) && error.kind == ErrorKind::Transient, "{error:?}");
    let error = from_container(context, "Error");
    assert!(needs_new_container(&error) && error.kind == ErrorKind::Transient, "{error:?}");
}

#[test]
fn no_answer_at_all() {
    let send = |commit, failure| from_send(Context { operation: "test", commit, now: NOW }, failure);
    assert_eq!(short(&send(true, SendError::Lost(String::new())).kind), "ambiguous");
    assert_eq!(short(&send(false, SendError::Lost(String::new())).kind), "transient");
    assert_eq!(short(&send(true, SendError::NotSent(String::new())).kind), "transient");
    assert_eq!(short(&send(true, SendError::Forbidden(String::new())).kind), "rejected");
}

#[test]
fn tokens_in_messages_are_removed() {
    let token = format!("EAAB{}", "x7Z".repeat(40));
    let body = json!({ "error": { "message": format!("Malformed access token {token}"), "code": 190 } });
    let error = judge(&reply(StatusCode::UNAUTHORIZED, &body.to_string()), false);
    assert_eq!(error.remote.message.as_deref(), Some("Malformed access token [removed]"));
    assert!(!format!("{error:?}").contains(&token));
}

#[test]
fn an_object_that_is_hidden_by_an_outage_is_no_lost_permission() {
    let judge = |operation, commit| {
        from_reply(Context { operation, commit, now: NOW }, &graph(403, Some(10), None)).code
    };
    for read in ["containers.read", "media.read"] {
        assert_eq!(judge(read, false), "object_missing");
    }
    assert_ne!(judge("media.publish", true), "object_missing");
    assert_ne!(judge("media.list", false), "object_missing");
}
