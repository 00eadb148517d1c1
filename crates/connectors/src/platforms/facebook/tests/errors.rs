//! Each documented error: how it is treated, while preparing and at a commit.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::errors::{Context, NETWORK, final_if_absent};
use super::stage::{error, reply};
use crate::kit::graph::judge::{from_reply, from_send};
use crate::kit::http::{Reply, SendError};
use crate::specs;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn judge(reply: &Reply, commit: bool) -> ConnectorError {
    from_reply(&NETWORK, Context { operation: "test", commit, now: NOW }, reply)
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
    let again = ("rejected", "ambiguous");
    let blocked = ("rate_limited", "ambiguous");
    let table: &[Row] = &[
        (500, 1, None, unclear, "unknown_error"),
        (400, 1, Some(99), unclear, "unknown_error"),
        (500, 2, None, unclear, "service_unavailable"),
        (400, 3, None, permission, "app_capability"),
        (400, 4, None, limited, "app_limit"),
        (403, 10, None, permission, "permission_missing"),
        (400, 17, None, limited, "user_limit"),
        (400, 17, Some(2_446_079), limited, "user_limit"),
        (400, 32, None, limited, "page_limit"),
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
        (401, 190, Some(492), gone, "page_role_lost"),
        (400, 190, Some(2_069_032), refused, "page_token_needed"),
        (403, 200, None, permission, "permission_missing"),
        (403, 299, None, permission, "permission_missing"),
        (400, 200, Some(2_069_030), refused, "page_unsupported"),
        (400, 200, Some(2_069_031), refused, "page_unsupported"),
        (400, 341, None, limited, "app_limit"),
        (400, 368, None, blocked, "blocked"),
        (400, 368, Some(1_390_008), blocked, "too_fast"),
        (400, 506, None, again, "duplicate"),
        (400, 613, None, limited, "custom_limit"),
        (400, 613, Some(1996), limited, "custom_limit"),
        (400, 2500, None, refused, "malformed_request"),
        (400, 3001, Some(1_504_028), refused, "metric_missing"),
        (400, 80_000, Some(2_446_079), limited, "usage_limit"),
        (400, 80_001, None, limited, "usage_limit"),
        (400, 80_014, None, limited, "usage_limit"),
        (400, 100, Some(1_346_003), refused, "content_abusive"),
        (400, 100, Some(1_349_125), refused, "media_format"),
        (400, 1_363_040, None, refused, "video_ratio"),
        (400, 6001, Some(1_363_037), unclear, "upload_offset"),
        (400, 100, Some(1_363_047), unclear, "temporary"),
        (400, 1_363_127, None, refused, "video_resolution"),
        (400, 6000, Some(1_363_128), refused, "video_duration"),
        (400, 1_363_129, None, refused, "video_frame_rate"),
        (400, 324, Some(1_366_046), refused, "photo_file"),
        (400, 324, Some(1_366_051), again, "duplicate_photos"),
        (400, 368, Some(1_404_006), permission, "security_check"),
        (400, 100, Some(1_404_078), permission, "page_authorization"),
        (400, 368, Some(1_404_102), refused, "community_standards"),
        (400, 368, Some(1_404_112), refused, "account_limited"),
        (400, 1_609_005, None, refused, "link_unreadable"),
        (400, 100, Some(1_609_005), refused, "link_unreadable"),
        (400, 100, Some(1_609_008), refused, "own_link"),
        (400, 100, Some(1_609_010), unclear, "temporary"),
        (400, 100, Some(2_061_006), refused, "link_invalid"),
        (400, 352, Some(2_069_019), refused, "media_file"),
        (400, 2_874_008, None, refused, "too_few_followers"),
        (400, 2_932_001, None, refused, "no_insights"),
        (400, 2_932_010, None, refused, "no_insights"),
        (400, 100, Some(4_854_002), permission, "identity_check"),
    ];
    for (status, code, subcode, (quiet, commit), name) in table {
        let found = both(*status, *code, *subcode);
        assert_eq!(found, (*quiet, *commit, (*name).to_owned()), "{code}/{subcode:?}");
    }
}

#[test]
fn every_row_of_the_shared_table_is_known() {
    let Some(table) = specs::file::<Value>("meta/derived/errors.json") else {
        return specs::skipped("facebook::tests::errors::every_row_of_the_shared_table_is_known");
    };
    let mut checked = 0;
    for entry in table["errors"].as_array().unwrap() {
        if !entry["platforms"].as_array().unwrap().iter().any(|p| p == "facebook") {
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
                "never" => {
                    (&["rejected", "permission_missing"], &["rejected", "permission_missing", "ambiguous"])
                }
                "backoff" | "backoff_header" => (&["rate_limited"], &["rate_limited"]),
                "limited" | "reconcile_then_backoff" => (&["transient"], &["ambiguous"]),
                "long_backoff" => (&["rate_limited"], &["ambiguous"]),
                "reauth" => {
                    (&["auth_revoked", "permission_missing"], &["auth_revoked", "permission_missing"])
                }
                "reauth_or_refresh" => (&["auth_expired"], &["auth_expired"]),
                other => panic!("unknown retry class {other}"),
            };
            assert!(want.contains(&quiet) && at_commit.contains(&commit), "{entry}: {quiet}, {commit}");
            let duplicate = ["duplicate", "duplicate_photos"].contains(&name.as_str());
            assert!(retry != "never" || duplicate == (commit == "ambiguous"), "{entry}: {commit}");
            checked += 1;
        }
    }
    assert!(checked >= 45, "only {checked} rows were for Facebook");
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
}

#[test]
fn what_may_hide_a_success_is_told_only_after_a_look() {
    let told = |status, code, subcode| final_if_absent(&judge(&reply(status, &error(code, subcode)), true));
    assert!(told(400, 506, None) && told(400, 368, None) && told(400, 368, Some(1_390_008)));
    assert!(told(400, 324, Some(1_366_051)) && told(400, 999_999, None));
    assert!(!told(500, 2, None) && !told(400, 1, Some(99)) && !told(400, 100, None));
}

#[test]
fn limits_say_until_when() {
    let mut answer = reply(400, &error(80_001, None));
    let usage = r#"{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7}],"2":[{"type":"pages","estimated_time_to_regain_access":3}]}"#;
    answer.headers.insert("x-business-use-case-usage", usage.parse().unwrap());
    let until = NOW + SignedDuration::from_mins(7);
    assert_eq!(judge(&answer, true).kind, ErrorKind::RateLimited { until: Some(until) });
    let blocked = judge(&reply(400, &error(368, None)), false);
    assert_eq!(blocked.kind, ErrorKind::RateLimited { until: Some(NOW + SignedDuration::from_hours(1)) });
}

#[test]
fn limits_without_a_time_are_left_alone_for_long_enough() {
    let minutes = |code: i64, mins: i64| {
        let until = Some(NOW + SignedDuration::from_mins(mins));
        assert_eq!(
            judge(&reply(400, &error(code, None)), true).kind,
            ErrorKind::RateLimited { until },
            "{code}"
        );
    };
    for code in [4, 17, 32, 341, 80_001] {
        minutes(code, 15);
    }
    minutes(613, 60);
    let until = Some(NOW + SignedDuration::from_mins(15));
    assert_eq!(judge(&reply(429, &json!("<html>")), false).kind, ErrorKind::RateLimited { until });
}

#[test]
fn a_create_that_a_server_failed_at_is_open_whatever_the_code() {
    for (code, subcode) in
        [(100, None), (190, Some(460)), (368, Some(1_404_102)), (200, None), (80_001, None)]
    {
        let known = judge(&reply(400, &error(code, subcode)), true);
        let failed = judge(&reply(500, &error(code, subcode)), true);
        assert_eq!((&failed.kind, &failed.code), (&ErrorKind::Ambiguous, &known.code), "{code}");
        assert_eq!(failed.cause, known.cause, "the words stay");
        let mut passing = error(code, subcode);
        passing["error"]["is_transient"] = json!(true);
        let passing = judge(&reply(400, &passing), true);
        // A limit is told before anything is done.
        let open = if code == 80_001 { known.kind } else { ErrorKind::Ambiguous };
        assert_eq!(passing.kind, open, "{code}");
    }
    assert_eq!(judge(&reply(500, &error(100, None)), false).kind, ErrorKind::Rejected, "nothing to look for");
}

#[test]
fn the_upload_hosts_words_are_read() {
    let upload = |retriable: bool, kind: &str, message: &str| {
        let body = json!({ "debug_info": { "retriable": retriable, "type": kind, "message": message } });
        judge(&reply(400, &body), false)
    };
    assert_eq!(upload(true, "PartialRequestError", "Partial request").kind, ErrorKind::Transient);
    assert_eq!(upload(false, "OffsetInvalidError", "Offset is invalid").code, "refused");
    let failed = upload(false, "ProcessingFailedError", "{\"error\":{\"code\":1363128}}");
    assert_eq!((failed.kind.code(), failed.code.as_str()), ("rejected", "video_duration"));
}

#[test]
fn no_answer_at_all() {
    let send = |commit, failure| {
        from_send(&NETWORK, Context { operation: "test", commit, now: NOW }, failure).kind.code()
    };
    assert_eq!(send(true, SendError::Lost(String::new())), "ambiguous");
    assert_eq!(send(false, SendError::Lost(String::new())), "transient");
    assert_eq!(send(true, SendError::NotSent(String::new())), "transient");
    assert_eq!(send(true, SendError::Forbidden(String::new())), "rejected");
}

#[test]
fn tokens_in_messages_are_removed() {
    let token = format!("EAAB{}", "x7Z".repeat(40));
    let body = json!({ "error": { "message": format!("Malformed access token {token}"), "code": 190 } });
    let error = judge(&reply(401, &body), false);
    assert_eq!(error.remote.message.as_deref(), Some("Malformed access token [removed]"));
    assert!(!format!("{error:?}").contains(&token));
}

#[test]
fn an_object_that_is_hidden_by_an_outage_is_no_lost_permission() {
    let judge = |operation, commit| {
        from_reply(&NETWORK, Context { operation, commit, now: NOW }, &reply(403, &error(10, None))).code
    };
    for read in ["videos.read", "posts.read"] {
        assert_eq!(judge(read, false), "object_missing");
    }
    assert_eq!(judge("feed.create", true), "permission_missing");
    assert_eq!(judge("posts.list", false), "permission_missing");
}
