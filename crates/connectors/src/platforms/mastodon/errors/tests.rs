use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;

use super::*;

fn now() -> Timestamp {
    "2026-11-02T09:00:00Z".parse().expect("time")
}

fn reply(status: u16, body: &str) -> Reply {
    let status = StatusCode::from_u16(status).expect("status");
    Reply { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
}

fn said(status: u16, text: &str) -> Reply {
    reply(status, &serde_json::json!({ "error": text }).to_string())
}

#[test]
fn every_known_error_has_its_meaning() {
    for meaning in TABLE {
        let reply = match meaning.text {
            Some("") => reply(meaning.status, ""),
            Some(text) => said(meaning.status, &format!("Validation failed: {text} of 500 exceeded")),
            None => reply(meaning.status, "<html>nginx</html>"),
        };
        let error = from_reply("statuses.create", Safety::Invisible, &reply, now());
        assert_eq!(error.code, meaning.code, "{meaning:?}");
        let kind = match meaning.reaction {
            Reaction::Refused => ErrorKind::Rejected,
            Reaction::Revoked => ErrorKind::AuthRevoked,
            Reaction::Scope => ErrorKind::PermissionMissing,
            Reaction::NotReady => ErrorKind::NotReady,
            Reaction::Trouble => ErrorKind::Transient,
        };
        assert_eq!(error.kind, kind, "{meaning:?}");
        assert!(!error.cause.is_empty() && !error.action.is_empty(), "{meaning:?}");
        let unsafe_kind = from_reply("statuses.create", Safety::Unsafe, &reply, now()).kind;
        let ambiguous = meaning.reaction == Reaction::Trouble;
        assert_eq!(unsafe_kind == ErrorKind::Ambiguous, ambiguous, "{meaning:?}");
    }
}

#[test]
fn the_words_of_the_documentation() {
    let cases = [
        (401, "The access token is invalid", "token_invalid"),
        (401, "The access token was revoked", "token_revoked"),
        (401, "This method requires an authenticated user", "token_without_user"),
        (403, "This action is outside the authorized scopes", "scope_missing"),
        (403, "Your login is currently disabled", "account_disabled"),
        (404, "Record not found", "not_found"),
        (422, "Validation failed: Text can't be blank", "text_missing"),
        (422, "Validation failed: Text character limit of 500 exceeded", "text_too_long"),
        (
            422,
            "Cannot attach files that have not finished processing. Try again in a moment!",
            "media_not_ready",
        ),
        (422, "Cannot attach more than 4 files", "too_many_media"),
        (422, "Cannot attach a video to a post that already contains images", "media_mixed"),
        (422, "Media 17 not found or already attached to another post", "media_unavailable"),
        (422, "Validation failed: File content type is invalid, File is invalid", "media_type"),
        (422, "Validation failed: Redirect URI must be an absolute URI.", "redirect_refused"),
        (422, "Validation failed: Something new", "validation_failed"),
        (500, "Error processing thumbnail for uploaded media", "media_processing"),
        (503, "There was a temporary problem serving your request, please try again", "busy"),
        (418, "I'm a teapot", "refused"),
        (500, "Oops", "server_trouble"),
        (502, "", "server_trouble"),
        (301, "", "redirected"),
    ];
    for (status, text, code) in cases {
        let error = from_reply("media.upload", Safety::Invisible, &said(status, text), now());
        assert_eq!(error.code, code, "{status} {text}");
    }
    let oauth =
        reply(400, r#"{"error":"invalid_grant","error_description":"The provided grant is invalid."}"#);
    let error = from_reply("oauth.token", Safety::Invisible, &oauth, now());
    assert_eq!((error.code.as_str(), error.remote.code.as_deref()), ("invalid_grant", Some("invalid_grant")));
    assert_eq!(error.remote.message.as_deref(), Some("invalid_grant: The provided grant is invalid."));
}

#[test]
fn pages_for_people_are_not_quoted() {
    let error = from_reply("statuses.get", Safety::Read, &reply(403, "<html><h1>Go away</h1>"), now());
    assert_eq!((error.code.as_str(), error.remote.message), ("forbidden", None));
    assert!(!error.cause.contains("html"), "{}", error.cause);
}

#[test]
fn an_empty_refusal_is_the_token_where_nothing_else_can_be_wrong() {
    let code = |operation, safety| from_reply(operation, safety, &reply(422, ""), now()).code;
    assert_eq!(code("accounts.verify", Safety::Read), "token_invalid");
    let missing = from_reply("statuses.source", Safety::Read, &reply(404, ""), now());
    assert_eq!(missing.code, NOT_FOUND, "only 422 is meant");
    assert_eq!(code("media.get", Safety::Read), REFUSED_WITHOUT_REASON);
    assert_eq!(code("statuses.create", Safety::Unsafe), REFUSED_WITHOUT_REASON);
}

#[test]
fn a_rate_limit_ends_when_the_server_says() {
    let until = |operation: &str, header: Option<(&'static str, &str)>| {
        let mut reply = said(429, "Too many requests");
        if let Some((name, value)) = header {
            reply.headers.insert(name, value.parse().expect("header"));
        }
        match from_reply(operation, Safety::Unsafe, &reply, now()).kind {
            ErrorKind::RateLimited { until: Some(until) } => until.duration_since(now()).as_secs(),
            other => panic!("{other:?}"),
        }
    };
    const RESET: &str = "x-ratelimit-reset";
    assert_eq!(until("statuses.create", Some((RESET, "2026-11-02T09:04:30.123456Z"))), 270);
    assert_eq!(until("statuses.create", Some((RESET, "1793610060"))), 60);
    assert_eq!(until("statuses.create", Some(("retry-after", "90"))), 90);
    assert_eq!(until("statuses.create", Some((RESET, "2026-11-02T08:00:00Z"))), 0, "over already");
    assert_eq!(until("statuses.create", Some((RESET, "2027-11-02T08:00:00Z"))), 3 * 3600, "not for a year");
    assert_eq!(until("statuses.create", Some((RESET, "soon"))), 300);
    assert_eq!(until("media.upload", None), 1800);
}

proptest! {
    #[test]
    fn an_unsafe_call_that_was_not_clearly_refused_is_ambiguous(status in 500u16..600, body in ".{0,60}") {
        let error = from_reply("statuses.create", Safety::Unsafe, &reply(status, &body), now());
        prop_assert_eq!(error.kind, ErrorKind::Ambiguous);
    }

    #[test]
    fn a_read_is_never_ambiguous(status in 300u16..600, body in ".{0,60}") {
        let error = from_reply("statuses.get", Safety::Read, &reply(status, &body), now());
        prop_assert_ne!(error.kind, ErrorKind::Ambiguous);
    }
}
