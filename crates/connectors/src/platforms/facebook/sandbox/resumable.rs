//! The Resumable Upload API: a file is uploaded first, in as many requests as it takes, and its handle stands for it later.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::answer::{Refusal, success};
use super::grant::{self, Kind};
use super::nodes::Call;
use super::params::Params;
use super::state::{self, Session, change};
use super::{PLATFORM, media};
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::{Arrived, Site, World};

const TYPES: &[&str] =
    &["video/mp4", "video/quicktime", "image/jpeg", "image/jpg", "image/png", "application/pdf"];

/// `POST /{app}/uploads`, with a user token.
pub(super) fn start(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.node != call.world.apps().ready_made(PLATFORM).client_id {
        return Err(Refusal::missing(call.node, "post"));
    }
    if call.caller.kind == Kind::Page {
        return Err(Refusal::token(0, "A user access token is required for this call."));
    }
    let p = call.params;
    let total = p.text("file_length").parse::<u64>().ok().filter(|n| *n > 0);
    let total = total.ok_or_else(|| Refusal::parameter("The parameter file_length is required"))?;
    if !TYPES.contains(&p.text("file_type")) || total > media::largest(state::Kind::Video) {
        return Err(Refusal::parameter("Param file_type or file_length is not supported"));
    }
    let id = format!("upload:{}", call.world.random_text(32));
    // Whose upload it is: that of the grant.
    let owner = call.caller.token.grant.clone().unwrap_or_default();
    let session = Session { page: owner, total, ..Session::default() };
    change(call.world, |s| s.uploads.insert(id.clone(), session));
    Ok(json!({ "id": id }))
}

/// `GET` and `POST /upload:…`
pub(super) async fn transfer(
    world: &World,
    site: &Site,
    id: &str,
    method: &Method,
    headers: &HeaderMap,
    params: &Params,
    body: Body,
) -> Response {
    let answer = match session(world, id, params) {
        Ok(session) if *method == Method::GET => Ok(json!({ "id": id, "file_offset": session.received() })),
        Ok(session) if *method == Method::POST => receive(world, id, headers, body, session).await,
        Ok(_) => Err(Refusal::missing(id, &method.as_str().to_ascii_lowercase())),
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok(body) => success(body, world),
        Err(refusal) => refusal.at(site, world),
    }
}

fn session(world: &World, id: &str, params: &Params) -> Result<Session, Refusal> {
    let token = params.token().ok_or_else(|| Refusal::token(0, "An access token is required."))?;
    let caller = grant::of_token(world, token)?;
    let found = state::read(world, |s| s.uploads.get(id).cloned());
    let own = found.filter(|u| !u.over && caller.token.grant.as_deref() == Some(u.page.as_str()));
    own.ok_or_else(|| Refusal::missing(id, "get"))
}

async fn receive(
    world: &World,
    id: &str,
    headers: &HeaderMap,
    body: Body,
    session: Session,
) -> Result<Value, Refusal> {
    let offset = headers.get("file_offset").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let offset: u64 = offset.ok_or_else(|| Refusal::parameter("The header file_offset is required"))?;
    if offset != session.received() {
        let text = format!("The offset {offset} does not match the {} bytes received", session.received());
        return Err(Refusal::parameter(text));
    }
    let keep = |info: BlobInfo| {
        let part = (info.sha256, info.bytes);
        change(world, |s| s.uploads.get_mut(id).map(|upload| upload.parts.push(part)));
    };
    match world.blobs().store_pieces(body, session.total - offset, keep).await {
        Arrived::All => {
            let handle = format!("4:{}", world.random_text(80));
            change(world, |s| s.uploads.get_mut(id).map(|upload| upload.handle = Some(handle.clone())));
            Ok(json!({ "h": handle }))
        }
        Arrived::TooMuch => Err(Refusal::parameter("More bytes arrived than file_length says")),
        Arrived::Less => {
            let text = "The upload ended early".to_owned();
            Err(Refusal { status: 500, message: text, transient: true, ..Refusal::new(2, 0, "") })
        }
    }
}
