//! Each documented error: how it is treated, while preparing and at a commit.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::errors::{Context, NETWORK, final_if_absent, from_container, not_there};
use super::stage::{error, reply};
use crate::kit::graph::judge::{from_reply, from_send};
use crate::kit::http::{Reply, SendError};
use crate::specs;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn context(commit: bool) -> Context {
    Context { operation: "test", commit, now: NOW }
}

fn judge(reply: &Reply, commit: bool) -> ConnectorError {
    from_reply(&NETWORK, context(commit), reply)
}

/// Status, code and subcode; the kinds while preparing and at a commit; our code of the cause.
type Row = (u16, i64, Option<i64>, (&'static str, &'static str), &'static str);

/// The kinds of an answer, while preparing and at a commit, and the code of the cause.
fn both(status: u16, code: i64, subcode: Option<i64>) -> (&'static str, &'static str, String) {
    let answer = reply(status, &error(code, subcode));
    let (quiet, commit) = (judge(&answer, false), judge(&answer, true));
    for error in [&quiet, &commit] {
        assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
        assert_eq!(error.remote.message.as_deref(), Some("words of the network"));
        assert_eq!(error.remote.request_id.as_deref(), Some("Axyz"));
    }
    (quiet.kind.code(), commit.kind.code(), quiet.code)
}

#[test]
fn every_code_of_the_sheet_has_its_reaction() {
    let refused = ("rejected", "rejected");
    let limited = ("rate_limited", "rate_limited");
    let permission = ("permission_missing", "permission_missing");
    let gone = ("auth_revoked", "auth_revoked");
    let unclear = ("transient", "ambiguous");
    let blocked = ("rate_limited", "ambiguous");
    let not_yet = ("not_ready", "not_ready");
    let table: &[Row] = &[
        (500, -1, None, unclear, "unknown_error"),
        (500, 1, None, unclear, "unknown_error"),
        (400, 1, Some(99), unclear, "unknown_error"),
        (400, 1, Some(2_207_052), unclear, "media_not_fetched"),
        (500, 2, None, unclear, "service_unavailable"),
        (400, 3, None, permission, "app_capability"),
        (400, 4, None, blocked, "app_limit"),
        (400, 4, Some(2_207_051), blocked, "action_blocked"),
        (403, 10, None, permission, "permission_missing"),
        (400, 17, None, limited, "user_limit"),
        (400, 24, None, not_yet, "container_missing"),
        (400, 24, Some(4_279_009), not_yet, "container_missing"),
        (400, 32, None, limited, "user_limit"),
        (400, 100, None, refused, "invalid_parameter"),
        (400, 100, Some(33), unclear, "object_missing"),
        (401, 102, None, gone, "session_invalid"),
        (401, 190, None, gone, "token_invalid"),
        (401, 190, Some(458), gone, "app_removed"),
        (401, 190, Some(459), gone, "checkpoint"),
        (401, 190, Some(460), gone, "password_changed"),
        (401, 190, Some(463), ("auth_expired", "auth_expired"), "token_expired"),
        (401, 190, Some(464), gone, "unconfirmed_user"),
        (401, 190, Some(467), gone, "token_invalid"),
        (403, 200, None, permission, "permission_missing"),
        (403, 299, None, permission, "permission_missing"),
        (400, 341, None, limited, "app_limit"),
        (400, 368, None, blocked, "blocked"),
        (400, 613, None, limited, "custom_limit"),
        (400, 613, Some(1996), limited, "custom_limit"),
        (400, 2500, None, refused, "malformed_request"),
        (400, 80_002, None, limited, "usage_limit"),
        (400, 9, Some(2_207_042), limited, "quota_reached"),
        (400, 100, Some(4_279_013), refused, "account_restricted"),
    ];
    for (status, code, subcode, (quiet, commit), name) in table {
        let found = both(*status, *code, *subcode);
        assert_eq!(found, (*quiet, *commit, (*name).to_owned()), "{code}/{subcode:?}");
    }
}

#[test]
fn every_row_of_the_shared_table_is_known() {
    let Some(table) = specs::file::<Value>("meta/derived/errors.json") else {
        return specs::skipped("threads::tests::errors::every_row_of_the_shared_table_is_known");
    };
    let mut checked = 0;
    for entry in table["errors"].as_array().unwrap() {
        let ours = entry["platforms"].as_array().unwrap().iter().any(|p| p == "threads");
        if !ours || (entry["code"].is_null() && entry["subcode"].is_null()) {
            continue;
        }
        let status = u16::try_from(entry["http"].as_u64().unwrap()).unwrap();
        let codes: Vec<Option<i64>> = match &entry["code"] {
            Value::String(range) => range.split('-').map(|n| n.parse().ok()).collect(),
            code => vec![code.as_i64()],
        };
        for code in codes {
            let (quiet, commit, name) = both(status, code.unwrap_or(100), entry["subcode"].as_i64());
            assert_ne!(name, "refused", "{entry} is not in the table");
            let retry = entry["retry"].as_str().unwrap();
            let (want, at_commit): (&[&str], &[&str]) = match retry {
                "never" => (&["rejected", "permission_missing"], &["rejected", "permission_missing"]),
                "backoff" | "backoff_header" => (&["rate_limited"], &["rate_limited", "ambiguous"]),
                "limited" | "reconcile_then_backoff" | "backoff_limited" => (&["transient"], &["ambiguous"]),
                "reconcile_then_stop" => (&["rate_limited"], &["ambiguous"]),
                "poll_then_new_container" => (&["not_ready"], &["not_ready"]),
                // A role on a Page is nothing of Threads.
                "reauth" => (&["auth_revoked"], &["auth_revoked"]),
                "reauth_or_refresh" => (&["auth_expired"], &["auth_expired"]),
                other => panic!("unknown retry class {other}"),
            };
            assert!(want.contains(&quiet) && at_commit.contains(&commit), "{entry}: {quiet}, {commit}");
            checked += 1;
        }
    }
    assert!(checked >= 25, "only {checked} rows were for Threads");
}

#[test]
fn what_has_no_code_is_known_by_its_words() {
    let said = |message: &str| {
        let body = json!({ "error": { "message": message, "type": "THApiException", "code": 1 } });
        [false, true].map(|commit| judge(&reply(400, &body), commit)).map(|e| (e.kind.code(), e.code))
    };
    let links = ("rejected", "too_many_links".to_owned());
    assert_eq!(said("THREADS_API__LINK_LIMIT_EXCEEDED"), [links.clone(), links]);
    let long = ("rejected", "text_too_long".to_owned());
    assert_eq!(said("Param text must be at most 500 characters"), [long.clone(), long]);
    let few = ("rejected", "too_few_followers".to_owned());
    assert_eq!(said("(#100) The profile needs at least 100 followers"), [few.clone(), few]);
}

#[test]
fn every_word_of_a_failed_container_has_its_reaction() {
    for (word, kind, name) in [
        ("FAILED_DOWNLOADING_VIDEO", "transient", "media_not_fetched"),
        ("FAILED_PROCESSING_AUDIO", "rejected", "video_audio"),
        ("FAILED_PROCESSING_VIDEO", "rejected", "video_format"),
        ("INVALID_ASPEC_RATIO", "rejected", "media_ratio"),
        ("INVALID_ASPECT_RATIO", "rejected", "media_ratio"),
        ("INVALID_BIT_RATE", "rejected", "video_bit_rate"),
        ("INVALID_DURATION", "rejected", "video_duration"),
        ("INVALID_FRAME_RATE", "rejected", "video_frame_rate"),
        ("INVALID_AUDIO_CHANNELS", "rejected", "video_audio"),
        ("INVALID_AUDIO_CHANNEL_LAYOUT", "rejected", "video_audio"),
        ("UNKNOWN", "transient", "container_failed"),
        ("SOMETHING_NEW", "transient", "container_failed"),
        ("", "transient", "container_failed"),
    ] {
        let error = from_container(context(false), word);
        assert_eq!((error.kind.code(), error.code.as_str()), (kind, name), "{word}");
        assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
        assert_eq!(error.remote.message.as_deref().unwrap_or_default(), word);
    }
}

#[test]
fn codes_that_nobody_documented_fall_to_the_safe_side() {
    let plain = |status: u16| reply(status, &json!("<html>"));
    let transient = reply(400, &json!({ "error": { "code": 999_999, "is_transient": true } }));
    let cases = [
        (reply(400, &error(999_999, None)), "rejected", "ambiguous"),
        (reply(500, &error(999_999, None)), "transient", "ambiguous"),
        (transient, "transient", "ambiguous"),
        (plain(502), "transient", "ambiguous"),
        (plain(408), "transient", "ambiguous"),
        (plain(302), "transient", "ambiguous"),
        (plain(429), "rate_limited", "rate_limited"),
        (plain(401), "auth_revoked", "auth_revoked"),
        (plain(400), "rejected", "ambiguous"),
    ];
    for (answer, quiet, commit) in cases {
        assert_eq!(judge(&answer, false).kind.code(), quiet, "{answer:?}");
        assert_eq!(judge(&answer, true).kind.code(), commit, "{answer:?}");
    }
    let send = |commit, failure| from_send(&NETWORK, context(commit), failure).kind.code();
    assert_eq!(send(true, SendError::Lost(String::new())), "ambiguous");
    assert_eq!(send(false, SendError::Lost(String::new())), "transient");
    assert_eq!(send(true, SendError::NotSent(String::new())), "transient");
}

#[test]
fn what_may_hide_a_success_is_told_only_after_a_look() {
    let told = |status, code, subcode| final_if_absent(&judge(&reply(status, &error(code, subcode)), true));
    assert!(told(400, 368, None) && told(400, 4, Some(2_207_051)) && told(400, 999_999, None));
    assert!(!told(500, 2, None) && !told(400, 4, None) && !told(400, 100, None));
    let missing = |code, subcode| not_there(&judge(&reply(400, &error(code, subcode)), false));
    assert!(missing(100, Some(33)) && missing(24, Some(4_279_009)) && !missing(100, None));
}

#[test]
fn the_logins_own_shape_is_read() {
    let words = "Matching code was not found or was already used";
    let body = json!({ "error_type": "OAuthException", "code": 400, "error_message": words });
    let error = judge(&reply(400, &body), false);
    assert_eq!((error.kind.code(), error.remote.message.as_deref()), ("rejected", Some(words)));
}

#[test]
fn a_block_lasts_an_hour() {
    let blocked = judge(&reply(400, &error(4, Some(2_207_051))), false);
    assert_eq!(blocked.kind, ErrorKind::RateLimited { until: Some(NOW + SignedDuration::from_hours(1)) });
}
