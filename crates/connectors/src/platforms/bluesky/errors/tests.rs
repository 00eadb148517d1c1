use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::*;

fn now() -> Timestamp {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

fn map(safety: Safety, status: u16, name: &str, message: &str) -> ConnectorError {
    let body = serde_json::json!({ "error": name, "message": message }).to_string();
    let status = StatusCode::from_u16(status).unwrap();
    from_reply("putRecord", safety, status, &HeaderMap::new(), body.as_bytes(), now())
}

#[test]
fn every_error_of_the_sheet_has_a_kind_a_sentence_and_an_action() {
    use ErrorKind::*;
    let until_unknown = RateLimited { until: None };
    let invalid = "Invalid app.bsky.feed.post record: ";
    let cases: &[(u16, &str, String, &ErrorKind, &str)] = &[
        (401, "AuthMissing", "Authentication Required".into(), &AuthRevoked, "auth_missing"),
        (401, "AuthenticationRequired", "Authentication Required".into(), &AuthRevoked, "auth_required"),
        (401, "AuthFactorTokenRequired", String::new(), &Rejected, "app_password_needed"),
        (400, "InvalidToken", "Token could not be verified".into(), &AuthRevoked, "token_invalid"),
        (400, "ExpiredToken", "Token has expired".into(), &AuthExpired, "token_expired"),
        (403, "AccountNotFound", "Account not found".into(), &AuthRevoked, "account_not_found"),
        (401, "AccountTakedown", String::new(), &AuthRevoked, "account_taken_down"),
        (401, "AccountDeactivated", String::new(), &AuthRevoked, "account_deactivated"),
        (400, "RepoNotFound", String::new(), &Rejected, "account_gone"),
        (400, "RecordNotFound", String::new(), &Rejected, "not_found"),
        (400, "InvalidSwap", "Record was at bafy".into(), &Rejected, "record_exists"),
        (400, "BlobNotFound", String::new(), &Transient, "blob_gone"),
        (400, "BlobTooLarge", String::new(), &Rejected, "media_too_large"),
        (400, "InvalidMimeType", String::new(), &Rejected, "media_wrong_type"),
        (429, "RateLimitExceeded", "Rate Limit Exceeded".into(), &until_unknown, "rate_limited"),
        (501, "MethodNotImplemented", String::new(), &Rejected, "not_supported"),
        (
            400,
            "InvalidRequest",
            format!("{invalid}grapheme too big (maximum 300, got 301) at $.record.text"),
            &Rejected,
            "text_too_long",
        ),
        (
            400,
            "InvalidRequest",
            format!("{invalid}string too big (maximum 3000, got 3001)"),
            &Rejected,
            "text_too_long",
        ),
        (400, "InvalidRequest", format!("{invalid}array too big (maximum 4, got 5)"), &Rejected, "too_many"),
        (
            400,
            "InvalidRequest",
            format!("{invalid}blob too big (maximum 1000000, got 1000004)"),
            &Rejected,
            "media_too_large",
        ),
        (
            400,
            "InvalidRequest",
            format!("{invalid}Missing required key \"alt\""),
            &Rejected,
            "invalid_record",
        ),
        (
            400,
            "InvalidRequest",
            format!(
                "{invalid}Expected \"image/*\" (got \"text/plain\") at $.record.embed.images[0].image.mimeType"
            ),
            &Rejected,
            "media_wrong_type",
        ),
        (
            400,
            "InvalidRequest",
            "Invalid record key for app.bsky.feed.post: Invalid TID string".into(),
            &Rejected,
            "invalid_record_key",
        ),
        (400, "InvalidRequest", "Unable to resolve handle".into(), &Rejected, "handle_unknown"),
        (400, "InvalidRequest", "Profile not found".into(), &Rejected, "profile_unknown"),
        (400, "InvalidRequest", "Could not find repo: did:plc:x".into(), &Rejected, "account_gone"),
        (413, "PayloadTooLargeError", "request entity too large".into(), &Rejected, "media_too_large"),
        (401, "SomethingNew", String::new(), &AuthRevoked, "auth_required"),
        (403, "SomethingNew", String::new(), &PermissionMissing, "forbidden"),
        (400, "SomethingNew", String::new(), &Rejected, "refused"),
        (302, "", String::new(), &Rejected, "redirected"),
    ];
    for (status, name, message, kind, code) in cases {
        // A refusal is certain, whatever the call was.
        for safety in [Safety::Read, Safety::Invisible, Safety::Unsafe] {
            let error = map(safety, *status, name, message);
            assert_eq!((&error.kind, error.code.as_str()), (*kind, *code), "{status} {name} {message}");
            assert!(!error.cause.is_empty() && !error.action.is_empty(), "{error:?}");
            assert_eq!(error.remote.status, Some(*status));
            assert_eq!(error.remote.code.as_deref(), Some(*name));
        }
    }
}

#[test]
fn every_known_name_is_in_the_table_above() {
    // Server errors have a test of their own.
    let text = include_str!("tests.rs");
    for meaning in NAMES {
        assert!(text.contains(&format!("\"{}\"", meaning.name)), "{} has no case", meaning.name);
    }
    for meaning in MESSAGES {
        assert!(text.contains(meaning.name), "{} has no case", meaning.name);
    }
}

#[test]
fn server_errors_leave_open_what_a_publishing_call_did() {
    for (status, name) in [
        (500, "InternalServerError"),
        (502, "UpstreamFailure"),
        (503, "NotEnoughResources"),
        (504, "UpstreamTimeout"),
        (500, "ExpiredToken"),
        (408, "RequestTimeout"),
    ] {
        assert_eq!(map(Safety::Unsafe, status, name, "").kind, ErrorKind::Ambiguous, "{status}");
    }
    for (status, name) in [(500, "InternalServerError"), (502, "UpstreamFailure"), (503, ""), (408, "")] {
        for safety in [Safety::Read, Safety::Invisible] {
            assert_eq!(map(safety, status, name, "").kind, ErrorKind::Transient, "{status}");
        }
    }
}

#[test]
fn pages_of_proxies_are_understood_by_their_status() {
    let page =
        b"<html><head><title>502 Bad Gateway</title></head><body>\n\n<center>nginx</center></body></html>";
    let error =
        from_reply("getProfile", Safety::Read, StatusCode::BAD_GATEWAY, &HeaderMap::new(), page, now());
    assert_eq!(error.kind, ErrorKind::Transient);
    assert!(error.remote.message.unwrap().contains("502 Bad Gateway"));
    let error =
        from_reply("putRecord", Safety::Unsafe, StatusCode::BAD_GATEWAY, &HeaderMap::new(), page, now());
    assert_eq!(error.kind, ErrorKind::Ambiguous);
}

#[test]
fn waits_end_when_the_headers_say() {
    let until = |name: &'static str, value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        let error =
            from_reply("putRecord", Safety::Unsafe, StatusCode::TOO_MANY_REQUESTS, &headers, b"{}", now());
        match error.kind {
            ErrorKind::RateLimited { until } => until.map(|t| t.to_string()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(until("ratelimit-reset", "1793610300").as_deref(), Some("2026-11-02T09:05:00Z"));
    assert_eq!(until("retry-after", "60").as_deref(), Some("2026-11-02T09:01:00Z"));
    assert_eq!(
        until("retry-after", "Mon, 02 Nov 2026 09:10:00 GMT").as_deref(),
        Some("2026-11-02T09:10:00Z")
    );
    assert_eq!(until("retry-after", "soon"), None);
}
