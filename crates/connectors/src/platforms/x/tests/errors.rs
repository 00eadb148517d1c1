//! What every known refusal means.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::kit::http::SendError;
use crate::platforms::x::errors::{map, map_inside, op, unanswered};
use crate::specs;

const LIMITED: ErrorKind = ErrorKind::RateLimited { until: None };

fn mapped(operation: &str, status: u16, body: &Value) -> (ErrorKind, String) {
    let status = StatusCode::from_u16(status).unwrap();
    let error = map(operation, status, &HeaderMap::new(), body.to_string().as_bytes());
    assert!(error.cause.ends_with('.') && error.action.ends_with('.'), "{error:?}");
    assert_eq!(error.remote.status, Some(status.as_u16()));
    (error.kind, error.code)
}

#[test]
fn the_table() {
    use ErrorKind::{Ambiguous, AuthExpired, AuthRevoked, PermissionMissing, Rejected, Transient};
    let about = |detail: &str| json!({ "title": "Forbidden", "detail": detail, "type": "about:blank", "status": 403 });
    let typed =
        |name: &str| json!({ "title": "t", "type": format!("https://api.twitter.com/2/problems/{name}") });
    let message = |text: &str| json!({ "errors": [{ "message": text }], "title": "Invalid Request" });
    let number = |code: i64| json!({ "errors": [{ "code": code, "message": "no" }] });
    let cases: Vec<(&str, u16, Value, ErrorKind, &str)> = vec![
        (
            op::CREATE,
            403,
            about("You are not allowed to create a Tweet with duplicate content."),
            Rejected,
            "duplicate",
        ),
        (
            op::CREATE,
            400,
            about("You are not allowed to create a Tweet with duplicate content."),
            Rejected,
            "duplicate",
        ),
        (op::CREATE, 403, number(187), Rejected, "duplicate"),
        (
            op::CREATE,
            403,
            about("Reply to this conversation is not allowed because …"),
            Rejected,
            "reply_not_allowed",
        ),
        (op::CREATE, 400, message("Your media IDs are invalid."), Rejected, "media_invalid"),
        (op::CREATE, 400, message("Your reply tweet ID is invalid."), Rejected, "reply_parent_gone"),
        (op::CREATE, 400, message("Your quote tweet ID is invalid."), Rejected, "quote_invalid"),
        (op::CREATE, 400, message("You can only provide one of poll or media."), Rejected, "exclusive"),
        (
            op::CREATE,
            403,
            about("You are not allowed to post a video longer than 2 minutes."),
            Rejected,
            "video_too_long",
        ),
        (op::CREATE, 403, number(186), Rejected, "text_too_long"),
        (op::CREATE, 403, number(326), Rejected, "account_locked"),
        (op::CREATE, 403, about("You are not permitted to perform this action."), Rejected, "not_permitted"),
        (op::CREATE, 403, about("Something new"), Rejected, "forbidden"),
        (op::CREATE, 401, json!({ "title": "Unauthorized" }), AuthExpired, "unauthorized"),
        (op::CREATE, 401, number(89), AuthExpired, "unauthorized"),
        (op::CREATE, 403, typed("unsupported-authentication"), PermissionMissing, "wrong_token"),
        (op::CREATE, 403, typed("oauth1-permissions"), PermissionMissing, "app_read_only"),
        (op::CREATE, 403, typed("client-forbidden"), Rejected, "client_not_enrolled"),
        (op::CREATE, 402, json!({ "title": "CreditsDepleted" }), Rejected, "credits_depleted"),
        (op::CREATE, 404, typed("resource-not-found"), Rejected, "not_found"),
        (op::CREATE, 409, typed("conflict"), Rejected, "conflict"),
        (op::CREATE, 418, json!({}), Rejected, "refused"),
        (op::CREATE, 429, json!({ "title": "Too Many Requests" }), LIMITED, "rate_limited"),
        (op::CREATE, 429, json!({ "title": "UsageCapExceeded", "period": "Monthly" }), Rejected, "usage_cap"),
        (op::CREATE, 429, typed("usage-capped"), Rejected, "usage_cap"),
        // What may have had its effect.
        (op::CREATE, 408, json!({}), Ambiguous, "timeout"),
        (op::CREATE, 500, json!({}), Ambiguous, "server_error"),
        (
            op::CREATE,
            503,
            about("You are not allowed to create a Tweet with duplicate content."),
            Ambiguous,
            "server_error",
        ),
        (op::CREATE, 302, json!({}), Ambiguous, "unexpected"),
        (op::DELETE, 503, json!({}), Transient, "server_error"),
        (op::ME, 408, json!({}), Transient, "timeout"),
        (op::ME, 302, json!({}), Transient, "unexpected"),
        // Uploads.
        (op::INITIALIZE, 403, about("Forbidden"), PermissionMissing, "media_permission_missing"),
        (op::APPEND, 403, json!({}), PermissionMissing, "media_permission_missing"),
        (op::METADATA, 400, typed("invalid-request"), Rejected, "invalid_request"),
        // Reading.
        (
            op::TIMELINE,
            400,
            message("The query parameter [tweet.fields] is not one of [id]"),
            Rejected,
            "field_unknown",
        ),
        (op::TIMELINE, 403, typed("not-authorized-for-resource"), Rejected, "not_authorized"),
        // Signing in.
        (
            op::REFRESH,
            400,
            oauth("invalid_request", "Value passed for the token was invalid."),
            AuthRevoked,
            "grant_invalid",
        ),
        (op::REFRESH, 400, oauth("invalid_grant", "…"), AuthRevoked, "grant_invalid"),
        (
            op::REFRESH,
            401,
            oauth("unauthorized_client", "Missing valid authorization header"),
            Rejected,
            "app_credentials_wrong",
        ),
        (op::TOKEN, 401, oauth("invalid_client", "…"), Rejected, "app_credentials_wrong"),
        (op::TOKEN, 400, oauth("invalid_request", "Missing required parameter [code]."), Rejected, "refused"),
        (op::REFRESH, 503, json!({}), Transient, "server_error"),
    ];
    for (operation, status, body, kind, code) in cases {
        assert_eq!(mapped(operation, status, &body), (kind, code.to_owned()), "{operation} {status} {body}");
    }
    let page = map(op::CREATE, StatusCode::BAD_GATEWAY, &HeaderMap::new(), b"<html>bad gateway</html>");
    assert_eq!(page.kind, Ambiguous);
    assert_eq!(page.remote.message.as_deref(), Some("<html>bad gateway</html>"));
}

fn oauth(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}

#[test]
fn a_request_id_is_kept_and_secrets_are_not() {
    let mut headers = HeaderMap::new();
    headers.insert("x-transaction-id", HeaderValue::from_static("abc123"));
    let body = json!({ "detail": "bad Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" });
    let error = map(op::CREATE, StatusCode::FORBIDDEN, &headers, body.to_string().as_bytes());
    assert_eq!(error.remote.request_id.as_deref(), Some("abc123"));
    assert!(!format!("{error:?}").contains("AAAAAAAA"), "{error:?}");
}

#[test]
fn the_day_counts_before_the_quarter_of_an_hour() {
    let until = |pairs: &[(&'static str, &'static str)]| {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(k, v)| (http::HeaderName::from_static(k), HeaderValue::from_static(v)))
            .collect();
        match map(op::CREATE, StatusCode::TOO_MANY_REQUESTS, &headers, b"").kind {
            ErrorKind::RateLimited { until } => until.map(Timestamp::as_second),
            other => panic!("{other:?}"),
        }
    };
    let short = ("x-rate-limit-reset", "1000");
    assert_eq!(until(&[]), None);
    assert_eq!(until(&[short]), Some(1000));
    assert_eq!(until(&[("x-rate-limit-reset", "soon")]), None);
    let user = [("x-user-limit-24hour-remaining", "0"), ("x-user-limit-24hour-reset", "90000")];
    assert_eq!(until(&[short, user[0], user[1]]), Some(90_000));
    let app = [("x-app-limit-24hour-remaining", "0"), ("x-app-limit-24hour-reset", "80000")];
    assert_eq!(until(&[short, app[0], app[1]]), Some(80_000));
    assert_eq!(until(&[short, app[0], app[1], user[0], user[1]]), Some(90_000), "both must have passed");
    let left = [("x-user-limit-24hour-remaining", "3"), ("x-user-limit-24hour-reset", "90000")];
    assert_eq!(until(&[short, left[0], left[1]]), Some(1000), "there are posts left for today");
}

#[test]
fn a_missing_answer_is_ambiguous_only_where_it_matters() {
    let of = |operation, error: SendError| unanswered(operation, error).kind;
    let lost = || SendError::Lost("reset".to_owned());
    for (operation, kind) in [
        (op::CREATE, ErrorKind::Ambiguous),
        (op::REFRESH, ErrorKind::Ambiguous),
        (op::APPEND, ErrorKind::Transient),
        (op::TIMELINE, ErrorKind::Transient),
        (op::LOOKUP, ErrorKind::Transient),
        (op::TOKEN, ErrorKind::Transient),
        (op::DELETE, ErrorKind::Transient),
    ] {
        assert_eq!(of(operation, lost()), kind, "{operation}");
        assert_eq!(of(operation, SendError::NotSent(String::new())), ErrorKind::Transient);
        assert_eq!(of(operation, SendError::Forbidden(String::new())), ErrorKind::Rejected);
        assert_eq!(of(operation, SendError::OverBudget { until: None }), LIMITED);
    }
}

/// What each entry of the catalogue means for a post and, where it differs, for another call.
fn intended(id: &str) -> (ErrorKind, &'static str) {
    use ErrorKind::{Ambiguous, AuthExpired, AuthRevoked, PermissionMissing, Rejected};
    match id {
        "validation" => (Rejected, "invalid_request"),
        "unauthorized" => (AuthExpired, "unauthorized"),
        "app_only_forbidden" => (PermissionMissing, "wrong_token"),
        "client_forbidden" => (Rejected, "client_not_enrolled"),
        "duplicate" => (Rejected, "duplicate"),
        "not_permitted" => (Rejected, "not_permitted"),
        "reply_not_allowed" => (Rejected, "reply_not_allowed"),
        "credits_old" | "credits_new" => (Rejected, "credits_depleted"),
        "not_found" => (Rejected, "not_found"),
        "field_not_authorized" => (Rejected, "field_not_authorized"),
        "rate_limited" => (LIMITED, "rate_limited"),
        "usage_capped" => (Rejected, "usage_cap"),
        "server" => (Ambiguous, "server_error"),
        "oauth_token" => (AuthRevoked, "grant_invalid"),
        other => panic!("{other} is new in the catalogue: decide what it means"),
    }
}

#[test]
fn every_entry_of_the_catalogue_is_understood() {
    let test = "platforms::x::tests::errors::every_entry_of_the_catalogue_is_understood";
    let Some(catalogue) = specs::needed(test, "x/error_catalog.json") else { return };
    let cases = catalogue["cases"].as_array().unwrap();
    assert!(cases.len() >= 15);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let statuses: Vec<u16> = match &case["http"] {
            Value::Array(list) => list.iter().map(|s| u16::try_from(s.as_u64().unwrap()).unwrap()).collect(),
            one => vec![u16::try_from(one.as_u64().unwrap()).unwrap()],
        };
        let (kind, code) = intended(id);
        for status in statuses {
            assert_eq!(
                mapped(op::CREATE, status, &case["body"]),
                (kind.clone(), code.to_owned()),
                "{id} {status}"
            );
        }
        if case["also"].is_string() || case["in_errors"] == true {
            let inside = map_inside(op::TIMELINE, &HeaderMap::new(), &case["body"]);
            assert_eq!((inside.kind, inside.code.as_str()), (kind, code), "{id} inside of an answer");
        }
        for message in case["messages"].as_array().into_iter().flatten() {
            let mut body = case["body"].clone();
            body["errors"][0]["message"] = message.clone();
            let (kind, code) = mapped(op::CREATE, 400, &body);
            assert_eq!(kind, ErrorKind::Rejected, "{message}");
            assert!(
                ["media_invalid", "reply_parent_gone", "quote_invalid", "exclusive"].contains(&code.as_str()),
                "{code}"
            );
        }
    }
}
