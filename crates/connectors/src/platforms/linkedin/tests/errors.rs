//! What every known refusal means.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::kit::http::{Reply, SendError};
use crate::platforms::linkedin::errors::{map, op, unanswered};

const NOW: &str = "2026-11-02T09:00:00Z";

fn reply(status: u16, body: &str) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert("x-li-uuid", HeaderValue::from_static("AAYl"));
    Reply { status: StatusCode::from_u16(status).expect("status"), headers, body: body.to_owned().into() }
}

fn mapped(operation: &str, status: u16, body: &Value) -> (ErrorKind, String) {
    let now: Timestamp = NOW.parse().expect("time");
    let error = map(operation, &reply(status, &body.to_string()), now);
    assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
    assert_eq!((error.remote.status, error.remote.request_id.as_deref()), (Some(status), Some("AAYl")));
    (error.kind, error.code)
}

fn midnight() -> ErrorKind {
    ErrorKind::RateLimited { until: "2026-11-03T00:00:00Z".parse().ok() }
}

#[test]
fn the_table() {
    use ErrorKind::{Ambiguous, AuthExpired, AuthRevoked, NotReady, PermissionMissing, Rejected, Transient};
    let code = |code: &str| json!({ "status": 400, "code": code, "message": "words" });
    let inner = |code: &str| {
        json!({ "message": "words", "errorDetailType": "com.linkedin.common.error.BadRequest",
        "errorDetails": { "inputErrors": [{ "description": "no", "input": {}, "code": code }] } })
    };
    let number = |number: i64| json!({ "serviceErrorCode": number, "message": "words" });
    let oauth = |error: &str| json!({ "error": error, "error_description": "words" });
    let cases: Vec<(&str, u16, Value, ErrorKind, &str)> = vec![
        (op::POSTS, 400, code("VERSION_MISSING"), Rejected, "version_missing"),
        (op::POSTS, 426, code("NONEXISTENT_VERSION"), Rejected, "version_ended"),
        (op::POSTS, 426, json!({}), Rejected, "version_ended"),
        (op::CREATE, 401, code("REVOKED_ACCESS_TOKEN"), AuthRevoked, "grant_revoked"),
        (op::CREATE, 401, number(65_601), AuthRevoked, "grant_revoked"),
        (op::CREATE, 401, code("EXPIRED_ACCESS_TOKEN"), AuthExpired, "token_expired"),
        (op::CREATE, 401, number(65_602), AuthExpired, "token_expired"),
        (op::CREATE, 401, code("INVALID_ACCESS_TOKEN"), AuthExpired, "token_expired"),
        (op::CREATE, 401, number(65_600), AuthExpired, "token_expired"),
        (op::CREATE, 401, code("EMPTY_ACCESS_TOKEN"), AuthExpired, "token_expired"),
        (op::CREATE, 401, number(65_604), AuthExpired, "token_expired"),
        (op::CREATE, 401, json!({}), AuthExpired, "unauthorized"),
        (op::CREATE, 403, code("ACCESS_DENIED"), PermissionMissing, "permission_missing"),
        (op::CREATE, 403, number(100), PermissionMissing, "forbidden"),
        (op::STATISTICS, 403, code("ACCESS_DENIED"), PermissionMissing, "numbers_not_allowed"),
        (op::STATISTICS_OF_PAGE, 403, json!({}), PermissionMissing, "numbers_not_allowed"),
        (op::ANALYTICS_OF_POSTS, 403, code("ACCESS_DENIED"), PermissionMissing, "numbers_not_allowed"),
        (op::FOLLOWERS, 403, code("ACCESS_DENIED"), PermissionMissing, "permission_missing"),
        (op::STATISTICS_OF_PAGE, 401, code("EXPIRED_ACCESS_TOKEN"), AuthExpired, "token_expired"),
        (op::ANALYTICS_OF_POSTS, 429, code("TOO_MANY_REQUESTS"), midnight(), "rate_limited"),
        (op::CREATE, 422, inner("DUPLICATE_POST"), Rejected, "duplicate"),
        (op::CREATE, 400, inner("FIELD_LENGTH_TOO_LONG"), Rejected, "too_long"),
        (op::CREATE, 400, inner("MISSING_FIELD"), Rejected, "invalid_request"),
        (op::CREATE, 400, inner("INVALID_VALUE_FOR_FIELD"), Rejected, "invalid_request"),
        (op::CREATE, 400, inner("INVALID_VALUE_BLANK_FIELD"), Rejected, "invalid_request"),
        (op::CREATE, 400, code("INVALID_URN_TYPE"), Rejected, "invalid_request"),
        (op::CREATE, 400, code("INVALID_URN_ID"), Rejected, "invalid_request"),
        (op::CREATE, 400, code("INVALID_IMAGE_ID"), Rejected, "media_invalid"),
        (op::CREATE, 400, code("INVALID_VIDEO_ID"), Rejected, "media_invalid"),
        (op::CREATE, 400, code("INVALID_CONTENT_OWNERSHIP"), Rejected, "media_owner"),
        (op::CREATE, 400, code("MEDIA_ASSET_WAITING_UPLOAD"), NotReady, "media_not_ready"),
        (op::CREATE, 400, code("UPDATING_ASSET_FAILED"), NotReady, "media_not_ready"),
        (op::CREATE, 400, code("MEDIA_ASSET_PROCESSING_FAILED"), Rejected, "media_failed"),
        (op::UPLOAD, 400, code("EXPIRED_UPLOAD_URL"), Rejected, "upload_expired"),
        (op::UPLOAD, 403, code("EXPIRED_UPLOAD_URL"), Rejected, "upload_expired"),
        (op::DELETE, 404, code("NOT_FOUND"), Rejected, "not_found"),
        (op::CREATE, 409, code("CONFLICT"), Ambiguous, "conflict"),
        (op::FINALIZE, 409, code("CONFLICT"), Transient, "conflict"),
        (op::CREATE, 411, json!({}), Rejected, "refused"),
        (op::CREATE, 413, json!({}), Rejected, "too_large"),
        (op::CREATE, 415, json!({}), Rejected, "refused"),
        (op::CREATE, 429, code("TOO_MANY_REQUESTS"), midnight(), "rate_limited"),
        (op::CREATE, 429, number(101), midnight(), "rate_limited"),
        (op::CREATE, 418, code("NEW_TOMORROW"), Rejected, "refused"),
        // What may have had its effect.
        (op::CREATE, 500, code("INTERNAL_SERVER_ERROR"), Ambiguous, "server_error"),
        (op::CREATE, 503, json!({}), Ambiguous, "server_error"),
        (op::CREATE, 504, code("ACCESS_DENIED"), Ambiguous, "server_error"),
        (op::CREATE, 408, json!({}), Ambiguous, "timeout"),
        (op::CREATE, 302, json!({}), Ambiguous, "unexpected"),
        (op::POSTS, 500, json!({}), Transient, "server_error"),
        (op::POSTS, 504, json!({}), Transient, "server_error"),
        // Signing in.
        (op::TOKEN, 401, oauth("invalid_request"), Rejected, "code_refused"),
        (op::TOKEN, 400, oauth("invalid_request"), Rejected, "code_refused"),
        (op::TOKEN, 400, oauth("invalid_redirect_uri"), Rejected, "code_refused"),
        (op::TOKEN, 401, oauth("invalid_client"), Rejected, "app_credentials_wrong"),
        (op::REFRESH, 401, oauth("invalid_client"), Rejected, "app_credentials_wrong"),
        (op::REFRESH, 400, oauth("invalid_request"), AuthRevoked, "grant_invalid"),
    ];
    for (operation, status, body, kind, code) in cases {
        assert_eq!(mapped(operation, status, &body), (kind, code.to_owned()), "{operation} {status} {body}");
    }
}

#[test]
fn pages_of_gateways_and_empty_answers_are_read_by_their_status() {
    let now: Timestamp = NOW.parse().expect("time");
    let of = |status, body: &str| map(op::CREATE, &reply(status, body), now).kind;
    assert_eq!(of(502, "<html>Bad Gateway</html>"), ErrorKind::Ambiguous);
    assert_eq!(of(403, ""), ErrorKind::PermissionMissing);
    assert_eq!(of(400, "[]"), ErrorKind::Rejected);
}

#[test]
fn a_lost_answer_is_ambiguous_for_a_post_alone() {
    let of = |operation, error: SendError| unanswered(operation, error).kind;
    let lost = || SendError::Lost("reset".to_owned());
    assert_eq!(of(op::CREATE, lost()), ErrorKind::Ambiguous);
    for operation in [op::IMAGE, op::UPLOAD, op::FINALIZE, op::REFRESH, op::DELETE, op::POSTS] {
        assert_eq!(of(operation, lost()), ErrorKind::Transient, "{operation}");
    }
    assert_eq!(of(op::CREATE, SendError::NotSent("refused".to_owned())), ErrorKind::Transient);
    assert_eq!(of(op::CREATE, SendError::Forbidden("private".to_owned())), ErrorKind::Rejected);
}

/// The codes of the compilation of facts, where it is at hand.
#[test]
fn every_code_that_is_known_has_a_meaning_of_its_own() {
    let Some(facts) =
        super::facts("linkedin::tests::errors::every_code_that_is_known_has_a_meaning_of_its_own")
    else {
        return;
    };
    let mut counted = 0;
    for error in facts["errors"].as_array().expect("errors") {
        let status = u16::try_from(error["status"].as_u64().expect("status")).expect("status");
        let (kind, code) = mapped(op::CREATE, status, error);
        let general = ["refused", "unexpected", "unauthorized", "forbidden"].contains(&code.as_str());
        assert!(!general || matches!(status, 411 | 415), "{error}: {kind:?}, {code}");
        counted += 1;
    }
    for code in facts["input_error_codes_400"].as_object().expect("codes").keys() {
        let body = json!({ "errorDetails": { "inputErrors": [{ "code": code }] } });
        assert_ne!(mapped(op::CREATE, 400, &body).1, "refused", "{code}");
        counted += 1;
    }
    assert!(counted >= 30, "{counted} codes are few");
}
