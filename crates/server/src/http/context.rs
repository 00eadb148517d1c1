//! What is known of a request before anything else happens: its id, who sent it, and over which scheme.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use carillon_domain::time::random_bytes;

use super::state::App;

/// The header that carries the request id, in answers and, from a trusted proxy, in requests.
pub const REQUEST_ID: &str = "x-request-id";

/// What is known of a request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Ties an answer to its log lines.
    pub request_id: String,
    /// The client's address; behind a trusted proxy the one that the proxy saw.
    pub client: IpAddr,
}

impl Default for RequestContext {
    fn default() -> Self {
        Self { request_id: String::new(), client: IpAddr::V4(Ipv4Addr::UNSPECIFIED) }
    }
}

/// Puts the [`RequestContext`] into the request and the id into the answer.
pub async fn establish(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let trusted = app.settings.server.trust_proxy;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = trusted.then(|| last_forwarded(request.headers())).flatten();
    let given = trusted.then(|| request_id(request.headers())).flatten();
    let context = RequestContext {
        request_id: given.unwrap_or_else(|| hex::encode(random_bytes::<8>(app.engine.entropy.as_ref()))),
        client: canonical(forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))),
    };
    let id = HeaderValue::from_str(&context.request_id).ok();
    request.extensions_mut().insert(context);
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The address that our own proxy appended; entries before it are whatever the client claimed.
fn last_forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!text.is_empty() && text.len() <= 64 && text.chars().all(plain)).then(|| text.to_owned())
}

/// IPv4 in IPv6 form is the same client as in IPv4 form.
fn canonical(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}
