//! Security headers. A handler that needs another policy sets its own `Content-Security-Policy`, and it stays.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::state::App;
use crate::i18n::Tr;

/// Scripts and styles come from our own files only, nothing is inline, and no other site may frame us. Pictures may come
/// from the networks, and from the sandbox on this machine: avatars live there.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https: \
    http://127.0.0.1:* http://localhost:* http://*.localhost:*; \
    media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// The policy of pages whose form leads on to a network's login page: browsers apply `form-action` to redirects, too.
pub fn policy_for_connecting() -> HeaderValue {
    let policy = POLICY.replace("form-action 'self'", "form-action 'self' https: http:");
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(POLICY))
}

/// Says of a page in which language it is, and that others may get it in another one.
pub fn in_language(mut response: Response, t: Tr) -> Response {
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(t.language()));
        headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    }
    response
}

/// Adds the headers to every answer.
pub async fn secure(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    add(header::CONTENT_SECURITY_POLICY, POLICY);
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups");
    add(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if app.settings.is_https() {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
