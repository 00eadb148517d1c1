//! Security headers. A handler that needs another policy sets its own `Content-Security-Policy`, and it stays.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::state::App;
use crate::i18n::Tr;

/// Scripts and styles come from our own files only, nothing is inline, and no other site may frame us. Pictures may come
/// from the networks by https: avatars live there. `$pictures` and `$forms` are what is allowed besides.
macro_rules! policy {
    ($pictures:literal, $forms:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:",
            $pictures,
            "; media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'",
            $forms,
            "; base-uri 'none'; frame-ancestors 'none'"
        )
    };
}

const POLICY: &str = policy!("", "");
/// Avatars of the sandbox are on this machine, by plain http.
const POLICY_WITH_PLAIN: &str = policy!(" http://127.0.0.1:* http://localhost:* http://*.localhost:*", "");
const CONNECTING: &str = policy!("", " https:");
const CONNECTING_WITH_PLAIN: &str =
    policy!(" http://127.0.0.1:* http://localhost:* http://*.localhost:*", " https: http:");

/// The policy of pages whose form leads on to a network's login page: browsers apply `form-action` to redirects, too.
pub fn policy_for_connecting(app: &App) -> HeaderValue {
    let plain = app.settings.meets_plain_http();
    HeaderValue::from_static(if plain { CONNECTING_WITH_PLAIN } else { CONNECTING })
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
    let plain = app.settings.meets_plain_http();
    add(header::CONTENT_SECURITY_POLICY, if plain { POLICY_WITH_PLAIN } else { POLICY });
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    add(header::REFERRER_POLICY, "same-origin");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if app.settings.is_https() {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}
