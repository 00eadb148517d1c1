//! A host that several simulators play: whose is a request?

use axum::body::Body;
use axum::extract::Request;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;

use super::router::Player;
use super::{Claim, World};

/// Longest form that is read ahead to find out. Longer bodies are files.
const READ_AHEAD: u64 = 64 * 1024;

/// The player that claims a request, and the request as it was.
pub(super) async fn whose<'a>(
    world: &World,
    players: &[&'a Player],
    host: &str,
    request: Request,
) -> (&'a Player, Request) {
    let (parts, body) = request.into_parts();
    let mut params = decoded(parts.uri.query().unwrap_or_default().as_bytes());
    let body = if is_short_form(&parts) {
        match axum::body::to_bytes(body, usize::try_from(READ_AHEAD).unwrap_or(usize::MAX)).await {
            Ok(bytes) => {
                params.extend(decoded(&bytes));
                Body::from(bytes)
            }
            // The client broke off; whoever answers will see an empty body.
            Err(_) => Body::empty(),
        }
    } else {
        body
    };
    let claim = Claim { world, host, request: &parts, params: &params };
    let claims = players.iter().find(|player| player.simulator.claims(&claim));
    let player = claims.unwrap_or(&players[0]);
    (player, Request::from_parts(parts, body))
}

fn is_short_form(parts: &Parts) -> bool {
    let header = |name| parts.headers.get(name).and_then(|v| v.to_str().ok());
    let form = header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    form && header(CONTENT_LENGTH).and_then(|len| len.parse::<u64>().ok()).is_some_and(|n| n <= READ_AHEAD)
}

fn decoded(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}
