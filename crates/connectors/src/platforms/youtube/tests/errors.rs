//! Every reason of the fact sheet and of Google's tables has its meaning.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::Lab;
use super::script::{Script, error_of, updated, video};
use crate::kit::budget::Budget;
use crate::kit::http::SendError;
use crate::platforms::youtube::errors::table::MEANINGS;
use crate::platforms::youtube::errors::{self, op};
use crate::specs;

const NOW: &str = "2026-11-02T09:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn mapped(operation: &str, status: u16, body: &Value) -> (ErrorKind, String) {
    let status = StatusCode::from_u16(status).unwrap();
    let error = errors::map(operation, status, &HeaderMap::new(), body.to_string().as_bytes(), now());
    assert!(!error.cause.is_empty() && !error.action.is_empty(), "{error:?}");
    assert_eq!(error.remote.status, Some(status.as_u16()));
    (error.kind, error.code)
}

fn data(status: u16, reason: &str) -> Value {
    json!({ "error": { "code": status, "message": "m", "errors": [{ "message": "m", "domain": "youtube.video", "reason": reason }] } })
}

fn until(at: &str) -> ErrorKind {
    ErrorKind::RateLimited { until: Some(at.parse().unwrap()) }
}

#[test]
fn each_reason_has_its_kind_and_its_word() {
    use ErrorKind::{Ambiguous, AuthExpired, AuthRevoked, PermissionMissing, Rejected, Transient};
    let midnight = || until("2026-11-03T08:00:00Z");
    let slower = || ErrorKind::RateLimited { until: None };
    let cases = [
        (op::INSERT, 400, "invalidTitle", Rejected, "title_invalid"),
        (op::INSERT, 400, "invalidDescription", Rejected, "description_invalid"),
        (op::INSERT, 400, "invalidTags", Rejected, "tags_invalid"),
        (op::INSERT, 400, "invalidCategoryId", Rejected, "category_invalid"),
        (op::UPDATE, 400, "invalidPublishAt", Rejected, "publish_at_invalid"),
        (op::INSERT, 400, "invalidFilename", Rejected, "metadata_invalid"),
        (op::INSERT, 400, "defaultLanguageNotSet", Rejected, "language_missing"),
        (op::INSERT, 400, "invalidVideoMetadata", Rejected, "metadata_invalid"),
        (op::UPLOAD, 400, "mediaBodyRequired", Rejected, "file_empty"),
        (op::THUMBNAIL, 400, "invalidImage", Rejected, "thumbnail_invalid"),
        (op::VIDEOS, 400, "missingRequiredParameter", Rejected, "invalid_request"),
        (op::VIDEOS, 400, "unexpectedParameter", Rejected, "invalid_request"),
        (op::PLAYLIST, 400, "invalidPageToken", Rejected, "cursor_invalid"),
        (op::CHANNEL, 400, "incompatibleParameters", Rejected, "invalid_request"),
        (op::INSERT, 400, "uploadLimitExceeded", until("2026-11-03T09:00:00Z"), "too_many_uploads"),
        (op::COMMENT, 400, "processingFailure", Transient, "comment_too_early"),
        (op::VIDEOS, 401, "authError", AuthExpired, "unauthorized"),
        (op::UPDATE, 401, "authError", AuthExpired, "unauthorized"),
        (op::CHANNEL, 401, "youtubeSignupRequired", Rejected, "no_channel"),
        (op::UPDATE, 403, "quotaExceeded", midnight(), "quota_used_up"),
        (op::INSERT, 403, "dailyLimitExceeded", midnight(), "quota_used_up"),
        (op::VIDEOS, 403, "rateLimitExceeded", slower(), "rate_limited"),
        (op::VIDEOS, 429, "rateLimitExceeded", slower(), "rate_limited"),
        (op::UPDATE, 403, "userRateLimitExceeded", slower(), "rate_limited"),
        (op::COMMENT, 403, "insufficientPermissions", PermissionMissing, "scope_missing"),
        (op::VIDEOS, 403, "accessNotConfigured", Rejected, "api_not_enabled"),
        (op::UPDATE, 403, "forbidden", Rejected, "forbidden"),
        (op::THUMBNAIL, 403, "forbidden", Rejected, "thumbnail_forbidden"),
        (op::COMMENT, 403, "forbidden", Rejected, "comment_forbidden"),
        (op::COMMENT, 403, "commentsDisabled", Rejected, "comments_disabled"),
        (op::REPORT, 403, "insufficientPermissions", PermissionMissing, "analytics_scope_missing"),
        (op::REPORT, 403, "accessNotConfigured", Rejected, "analytics_not_enabled"),
        (op::REPORT, 403, "forbidden", Rejected, "analytics_forbidden"),
        (op::REPORT, 400, "badRequest", Rejected, "report_refused"),
        (op::REPORT, 403, "quotaExceeded", midnight(), "quota_used_up"),
        (op::REPORT, 500, "internalError", Transient, "server_error"),
        (op::UPDATE, 403, "forbiddenPrivacySetting", Rejected, "privacy_forbidden"),
        (op::UPDATE, 403, "forbiddenLicenseSetting", Rejected, "license_forbidden"),
        (op::VIDEOS, 403, "accountDelegationForbidden", Rejected, "delegation_forbidden"),
        (op::VIDEOS, 403, "authenticatedUserAccountClosed", Rejected, "account_closed"),
        (op::VIDEOS, 403, "authenticatedUserAccountSuspended", Rejected, "account_suspended"),
        (op::UPDATE, 404, "videoNotFound", Rejected, "video_not_found"),
        (op::PLAYLIST_ADD, 404, "playlistNotFound", Rejected, "playlist_not_found"),
        (op::CHANNEL, 404, "channelNotFound", Rejected, "not_found"),
        (op::VIDEOS, 404, "notFound", Rejected, "not_found"),
        (op::PLAYLIST_ADD, 409, "videoAlreadyInPlaylist", Rejected, "already_in_playlist"),
        (op::THUMBNAIL, 429, "uploadRateLimitExceeded", until("2026-11-02T10:00:00Z"), "too_many_thumbnails"),
        (op::VIDEOS, 500, "backendError", Transient, "server_error"),
        (op::UPDATE, 500, "backendError", Ambiguous, "server_error"),
        (op::COMMENT, 500, "internalError", Ambiguous, "server_error"),
        (op::UPDATE, 503, "serviceUnavailable", Ambiguous, "server_error"),
        (op::THUMBNAIL, 503, "serviceUnavailable", Transient, "server_error"),
        // An outage is one, whatever it says; and what nobody knows falls to the safe side.
        (op::UPDATE, 502, "invalidTitle", Ambiguous, "server_error"),
        (op::UPDATE, 408, "", Ambiguous, "timeout"),
        (op::UPDATE, 302, "", Ambiguous, "unexpected"),
        (op::VIDEOS, 302, "", Transient, "unexpected"),
        (op::UPDATE, 400, "somethingNew", Rejected, "refused"),
        (op::UPDATE, 403, "somethingNew", Rejected, "forbidden"),
        (op::UPDATE, 429, "somethingNew", slower(), "rate_limited"),
        (op::VIDEOS, 401, "somethingNew", AuthExpired, "unauthorized"),
        (op::VIDEOS, 404, "somethingNew", Rejected, "not_found"),
    ];
    for (operation, status, reason, kind, code) in cases {
        let found = mapped(operation, status, &data(status, reason));
        assert_eq!(found, (kind, code.to_owned()), "{operation} {status} {reason}");
    }
    for (operation, status, word, kind, code) in [
        (op::REFRESH, 400, "invalid_grant", AuthRevoked, "grant_invalid"),
        (op::TOKEN, 401, "invalid_client", Rejected, "app_credentials_wrong"),
        (op::TOKEN, 400, "redirect_uri_mismatch", Rejected, "redirect_uri_wrong"),
        (op::TOKEN, 400, "unsupported_grant_type", Rejected, "sign_in_refused"),
        (op::REVOKE, 400, "invalid_token", Rejected, "token_unknown"),
    ] {
        let found = mapped(operation, status, &json!({ "error": word, "error_description": "Bad Request" }));
        assert_eq!(found, (kind, code.to_owned()), "{word}");
    }
}

#[test]
fn newer_bodies_say_it_in_details_or_status() {
    let body = |status: &str, details: Value| json!({ "error": { "code": 403, "message": "m", "status": status, "details": details } });
    let detail =
        json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED" }]);
    assert_eq!(mapped(op::VIDEOS, 403, &body("PERMISSION_DENIED", detail)).1, "api_not_enabled");
    let detail = json!([{ "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }]);
    assert_eq!(mapped(op::VIDEOS, 403, &body("PERMISSION_DENIED", detail)).0, ErrorKind::PermissionMissing);
    assert_eq!(mapped(op::VIDEOS, 429, &body("RESOURCE_EXHAUSTED", json!([]))).1, "rate_limited");
    for strange in [json!(null), json!([]), json!({ "error": 7 }), json!({ "error": { "errors": "none" } })] {
        assert_eq!(mapped(op::UPDATE, 403, &strange).1, "forbidden", "{strange}");
    }
}

#[test]
fn googles_table_of_reasons_is_known() {
    let test = "platforms::youtube::tests::errors::googles_table_of_reasons_is_known";
    let Some(file) = specs::needed(test, "google/error_reasons.json") else { return };
    let mut counted = 0;
    for (method, rows) in file.as_object().unwrap() {
        let Some(rows) = rows.as_array() else { continue };
        for row in rows {
            let Some(reason) = row["reason"].as_str().or(row["error"].as_str()) else { continue };
            let status = u16::try_from(row["http"].as_u64().unwrap()).unwrap();
            let operation = if method == "common" { op::VIDEOS } else { method };
            let known = status >= 500 || MEANINGS.iter().any(|m| m.reasons.contains(&reason));
            assert!(known, "{method}: {reason} has no line of its own");
            let (kind, _) = mapped(operation, status, &data(status, reason));
            let fits = match row["retry"].as_str() {
                Some("never") => kind == ErrorKind::Rejected || kind == ErrorKind::PermissionMissing,
                Some("after_reset") => matches!(kind, ErrorKind::RateLimited { until: Some(_) }),
                Some("backoff") => matches!(kind, ErrorKind::RateLimited { .. } | ErrorKind::Transient),
                Some("after_refresh") => kind == ErrorKind::AuthExpired,
                Some("ambiguous") => kind == ErrorKind::Transient,
                _ => true,
            };
            assert!(fits, "{method} {reason}: {kind:?} against {row}");
            counted += 1;
        }
    }
    assert!(counted >= 90, "only {counted} rows");
}

#[test]
fn every_line_is_reached_and_has_a_word_of_its_own() {
    for meaning in MEANINGS {
        assert!(!meaning.reasons.is_empty() && !meaning.cause.is_empty(), "{meaning:?}");
        assert!(meaning.action.ends_with('.') && meaning.cause.ends_with('.'), "{meaning:?}");
    }
    let codes: std::collections::BTreeSet<_> = MEANINGS.iter().map(|m| m.code).collect();
    assert_eq!(codes.len(), MEANINGS.len(), "no two lines say the same");
}

#[test]
fn messages_lose_their_links_and_secrets() {
    let said = "The request cannot be completed because you have exceeded your <a href=\"/youtube/v3/getting-started#quota\">quota</a>. \
                access_token=ya29.SECRETSECRET1";
    let body = json!({ "error": { "code": 403, "message": said, "errors": [{ "message": said, "reason": "quotaExceeded" }] } });
    let error =
        errors::map(op::VIDEOS, StatusCode::FORBIDDEN, &HeaderMap::new(), body.to_string().as_bytes(), now());
    let message = error.remote.message.unwrap();
    assert!(message.contains("exceeded your quota.") && !message.contains("href"), "{message}");
    assert!(!message.contains("SECRETSECRET1"), "{message}");
    assert_eq!(error.remote.code.as_deref(), Some("quotaExceeded"));
}

#[test]
fn a_wait_that_is_named_is_kept() {
    let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, "120".parse().unwrap())]);
    let body = data(429, "rateLimitExceeded").to_string();
    let error = errors::map(op::UPDATE, StatusCode::TOO_MANY_REQUESTS, &headers, body.as_bytes(), now());
    assert_eq!(error.kind, until("2026-11-02T09:02:00Z"));
}

#[test]
fn no_answer() {
    let kind = |operation, error: SendError| errors::unanswered(operation, error).kind;
    let lost = || SendError::Lost("reset".to_owned());
    for operation in [op::UPDATE, op::COMMENT] {
        assert_eq!(kind(operation, lost()), ErrorKind::Ambiguous);
        assert_eq!(errors::unreadable(operation, "x").kind, ErrorKind::Ambiguous);
        assert_eq!(kind(operation, SendError::NotSent("dns".to_owned())), ErrorKind::Transient);
    }
    for operation in [op::INSERT, op::UPLOAD, op::THUMBNAIL, op::PLAYLIST_ADD, op::REFRESH, op::DELETE] {
        assert_eq!(kind(operation, lost()), ErrorKind::Transient, "{operation}");
    }
    assert_eq!(kind(op::UPDATE, SendError::Forbidden("10.0.0.1".to_owned())), ErrorKind::Rejected);
    let later = now() + carillon_domain::time::SignedDuration::from_mins(5);
    assert_eq!(kind(op::UPDATE, SendError::LeftAlone { until: later }), until("2026-11-02T09:05:00Z"));
    assert_eq!(
        kind(op::UPDATE, SendError::OverBudget { until: None }),
        ErrorKind::RateLimited { until: None }
    );
}

/// Keeps what it is told to be used up.
#[derive(Default)]
struct Told(Mutex<Vec<(String, Timestamp)>>);

#[async_trait]
impl Budget for Told {
    async fn reserve(&self, _: &str, _: u32) -> Result<(), Option<Timestamp>> {
        Ok(())
    }
    async fn observe(&self, _: &str, _: StatusCode, _: &HeaderMap) {}
    async fn used_up(&self, operation: &str, until: Timestamp) {
        self.0.lock().unwrap().push((operation.to_owned(), until));
    }
}

#[tokio::test]
async fn that_the_quota_is_used_up_is_kept_for_all_who_use_it() {
    let full = || error_of(403, "quotaExceeded");
    let ready = video(&json!({ "uploadStatus": "processed", "privacyStatus": "private" }));
    let script = Script::fine("public")
        .only("videos.list", [error_of(403, "rateLimitExceeded"), full(), ready])
        .only("videos.update", [full(), updated("public")]);
    let mut lab = Lab::scripted(script);
    let told = Arc::new(Told::default());
    lab.bench.http = lab.bench.http.clone().with_budget(told.clone());
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let told = told.0.lock().unwrap().clone();
    let [first, second] = ["2026-11-03T08:00:00Z", "2026-11-04T08:00:00Z"].map(|at| at.parse().unwrap());
    assert_eq!(told, [("videos.list".to_owned(), first), ("videos.update".to_owned(), second)]);
}
