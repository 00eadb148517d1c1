//! Files of the library: for pages of their workspace, and for networks that have a signed address.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_engine::media::Version;

use super::signed_in::Member;
use crate::http::content::{self, Keep};
use crate::http::extract::Path;
use crate::http::{App, Failure};

/// A file as a page shows it: `original`, or the name of a rendition.
pub async fn file(
    State(app): State<App>,
    member: Member,
    Path((_, media, version)): Path<(WorkspaceId, MediaId, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let version = if version == "original" { Version::Original } else { Version::Rendition(version) };
    let content = app.engine.library.content(&member.actor, media, &version).await?;
    content::answer(&app, &headers, &content, Keep::Private).await
}

/// A file as a network fetches it. The address itself is the permission.
pub async fn public(
    State(app): State<App>,
    Path((media, expiry, token, _)): Path<(MediaId, String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let content = app.engine.library.linked(media, &expiry, &token).await?;
    content::answer(&app, &headers, &content, Keep::Public).await
}
