//! What every known refusal means.

use std::collections::BTreeSet;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::kit::http::{Reply, Safety, SendError};
use crate::platforms::tiktok::errors::table::{FAILURES, MEANINGS};
use crate::platforms::tiktok::errors::{of_failure, of_reply, op, unanswered};

const NOW: &str = "2026-11-02T09:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("time")
}

fn until(at: &str) -> ErrorKind {
    ErrorKind::RateLimited { until: at.parse().ok() }
}

fn reply(status: u16, body: &str) -> Reply {
    let status = StatusCode::from_u16(status).expect("status");
    Reply { status, headers: HeaderMap::new(), body: body.to_owned().into() }
}

fn mapped(operation: &str, safety: Safety, status: u16, body: &Value) -> (ErrorKind, String) {
    let error = of_reply(operation, safety, &reply(status, &body.to_string()), now());
    assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
    assert_eq!(error.remote.status, Some(status));
    (error.kind, error.code)
}

fn envelope(code: &str) -> Value {
    json!({ "data": {}, "error": { "code": code, "message": "words", "log_id": "2026LOG" } })
}

#[test]
fn each_code_has_its_kind_and_its_word() {
    use ErrorKind::{Ambiguous, AuthExpired, AuthRevoked, PermissionMissing, Rejected, Transient};
    use Safety::{Invisible, Read, Unsafe};
    let tomorrow = || until("2026-11-03T09:00:00Z");
    let in_a_minute = || until("2026-11-02T09:01:00Z");
    let cases = [
        (op::LIST, Read, 400, "invalid_params", Rejected, "invalid_request"),
        (op::VIDEO, Invisible, 400, "invalid_param", Rejected, "invalid_request"),
        (op::USER, Read, 400, "scope_permission_missed", PermissionMissing, "scope_missing"),
        (op::VIDEO, Invisible, 400, "invalid_file_upload", Rejected, "file_refused"),
        (op::STATUS, Read, 400, "invalid_publish_id", Rejected, "post_not_found"),
        (op::STATUS, Read, 404, "invalid_publish_id", Rejected, "post_not_found"),
        (op::STATUS, Read, 400, "token_not_authorized_for_specified_publish_id", Rejected, "post_not_found"),
        (op::INBOX, Invisible, 400, "app_version_check_failed", Rejected, "app_too_old"),
        (op::USER, Read, 401, "access_token_invalid", AuthExpired, "token_expired"),
        (op::PICTURES, Unsafe, 401, "access_token_invalid", AuthExpired, "token_expired"),
        (op::USER, Read, 401, "scope_not_authorized", PermissionMissing, "scope_missing"),
        (
            op::VIDEO,
            Unsafe,
            403,
            "unaudited_client_can_only_post_to_private_accounts",
            Rejected,
            "app_not_audited",
        ),
        (op::PICTURES, Unsafe, 403, "url_ownership_unverified", Rejected, "domain_not_verified"),
        (op::PICTURES, Unsafe, 200, "url_ownership_unverified", Rejected, "domain_not_verified"),
        (op::VIDEO, Invisible, 403, "privacy_level_option_mismatch", Rejected, "privacy_unavailable"),
        (op::CREATOR, Read, 403, "spam_risk_too_many_posts", tomorrow(), "too_many_posts"),
        (op::INBOX, Invisible, 403, "spam_risk_too_many_pending_share", tomorrow(), "too_many_drafts"),
        (op::PICTURES, Unsafe, 403, "reached_active_user_cap", tomorrow(), "too_many_people"),
        (op::CREATOR, Read, 403, "spam_risk_user_banned_from_posting", Rejected, "account_banned"),
        (op::PICTURES, Unsafe, 429, "rate_limit_exceeded", in_a_minute(), "rate_limited"),
        (op::UPLOAD, Unsafe, 429, "", in_a_minute(), "rate_limited"),
        (op::USER, Read, 500, "internal_error", Transient, "server_error"),
        (op::PICTURES, Unsafe, 500, "internal_error", Ambiguous, "server_error"),
        // TikTok may say it with any status.
        (op::PICTURES, Unsafe, 200, "internal_error", Ambiguous, "server_error"),
        // An outage is one, whatever it says.
        (op::PICTURES, Unsafe, 503, "invalid_param", Ambiguous, "server_error"),
        (op::VIDEO, Invisible, 502, "", Transient, "server_error"),
        (op::PICTURES, Unsafe, 408, "", Ambiguous, "timeout"),
        // What nobody knows falls to the safe side.
        (op::PICTURES, Unsafe, 403, "new_tomorrow", Rejected, "refused"),
        (op::PICTURES, Unsafe, 200, "new_tomorrow", Ambiguous, "unexpected"),
        (op::LIST, Read, 200, "new_tomorrow", Transient, "unexpected"),
        (op::PICTURES, Unsafe, 302, "", Ambiguous, "unexpected"),
        (op::STATUS, Read, 401, "", AuthExpired, "token_expired"),
    ];
    for (operation, safety, status, code, kind, told) in cases {
        let got = mapped(operation, safety, status, &envelope(code));
        assert_eq!(got, (kind, told.to_owned()), "{operation} {status} {code}");
    }
    let oauth = [
        (400, "invalid_grant", AuthRevoked, "grant_invalid"),
        (401, "invalid_client", Rejected, "app_credentials_wrong"),
        (400, "unauthorized_client", Rejected, "app_credentials_wrong"),
        (400, "invalid_scope", Rejected, "scope_not_approved"),
        (400, "invalid_request", Rejected, "sign_in_refused"),
        (400, "unsupported_grant_type", Rejected, "sign_in_refused"),
        (400, "access_denied", Rejected, "access_denied"),
        (400, "server_error", Ambiguous, "server_error"),
    ];
    for (status, word, kind, told) in oauth {
        let body = json!({ "error": word, "error_description": "words", "log_id": "2026LOG" });
        assert_eq!(mapped(op::REFRESH, Unsafe, status, &body), (kind, told.to_owned()), "{word}");
    }
}

#[test]
fn bytes_are_answered_by_a_status_alone() {
    use ErrorKind::{Ambiguous, NotReady, Rejected, Transient};
    for (safety, status, kind, told) in [
        (Safety::Invisible, 400, Rejected, "bytes_refused"),
        (Safety::Invisible, 403, NotReady, "upload_expired"),
        (Safety::Unsafe, 403, NotReady, "upload_expired"),
        (Safety::Unsafe, 404, NotReady, "upload_gone"),
        (Safety::Unsafe, 410, NotReady, "upload_gone"),
        (Safety::Invisible, 416, Transient, "upload_elsewhere"),
        (Safety::Unsafe, 416, Ambiguous, "upload_elsewhere"),
        (Safety::Unsafe, 500, Ambiguous, "server_error"),
        (Safety::Unsafe, 200, Ambiguous, "unexpected"),
    ] {
        let error = of_reply(op::UPLOAD, safety, &reply(status, ""), now());
        assert_eq!((error.kind, error.code.as_str()), (kind, told), "{status}");
    }
    // A status means that only of bytes.
    assert_eq!(of_reply(op::STATUS, Safety::Read, &reply(404, ""), now()).kind, Rejected);
}

#[test]
fn each_reason_for_giving_up_has_its_kind_and_its_word() {
    use ErrorKind::{AuthRevoked, Rejected, Transient};
    for (reason, kind, told) in [
        ("file_format_check_failed", Rejected, "wrong_format"),
        ("duration_check_failed", Rejected, "wrong_length"),
        ("frame_rate_check_failed", Rejected, "wrong_frame_rate"),
        ("picture_size_check_failed", Rejected, "wrong_size"),
        ("internal", Transient, "failed_inside"),
        ("video_pull_failed", Transient, "fetch_failed"),
        ("photo_pull_failed", Transient, "fetch_failed"),
        ("publish_cancelled", Rejected, "cancelled"),
        ("auth_removed", AuthRevoked, "grant_removed"),
        ("spam_risk_too_many_posts", until("2026-11-03T09:00:00Z"), "too_many_posts"),
        ("spam_risk_user_banned_from_posting", Rejected, "account_banned"),
        ("spam_risk_text", Rejected, "text_refused"),
        ("spam_risk", Rejected, "post_refused"),
        ("new_tomorrow", Rejected, "failed"),
    ] {
        let error = of_failure(reason, now());
        assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
        assert_eq!((error.kind, error.code.as_str()), (kind, told), "{reason}");
        assert_eq!(error.remote.code.as_deref(), Some(reason));
    }
}

#[test]
fn every_code_stands_in_one_line() {
    for table in [MEANINGS, FAILURES] {
        let mut seen = BTreeSet::new();
        for code in table.iter().flat_map(|meaning| meaning.codes) {
            assert!(seen.insert(code), "{code} twice: the second line never counts");
        }
    }
}

#[test]
fn what_tiktok_said_is_kept_without_secrets() {
    let body = json!({ "error": { "code": "invalid_param", "message": "bad access_token=act.Zm9vYmFyMTIz", "log_id": "2026LOG" } });
    let error = of_reply(op::VIDEO, Safety::Invisible, &reply(400, &body.to_string()), now());
    assert_eq!(
        (error.remote.code.as_deref(), error.remote.request_id.as_deref()),
        (Some("invalid_param"), Some("2026LOG"))
    );
    let message = error.remote.message.unwrap_or_default();
    assert!(message.starts_with("bad access_token=") && !message.contains("Zm9v"), "{message}");
    let mut slow = reply(429, "");
    slow.headers.insert("retry-after", HeaderValue::from_static("300"));
    assert_eq!(of_reply(op::LIST, Safety::Read, &slow, now()).kind, until("2026-11-02T09:05:00Z"));
}

#[test]
fn a_missing_answer_is_ambiguous_only_of_a_commit() {
    let lost = || SendError::Lost("reset".to_owned());
    assert_eq!(unanswered(op::UPLOAD, Safety::Unsafe, lost()).kind, ErrorKind::Ambiguous);
    assert_eq!(unanswered(op::UPLOAD, Safety::Invisible, lost()).kind, ErrorKind::Transient);
    let not_sent = SendError::NotSent("refused".to_owned());
    assert_eq!(unanswered(op::UPLOAD, Safety::Unsafe, not_sent).kind, ErrorKind::Transient);
}
