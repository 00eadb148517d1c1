//! The library: every picture, video and document, and every post, in one grid; what is known of each file; where it goes on from there.

mod card;
mod edit;
mod grid;
mod one;
mod take;
mod tile;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::media::MediaKind;
use carillon_engine::media::FileFilter;
use serde::Deserialize;

use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;
pub use card::{FileCard, thumb};
pub use edit::{edit, fit, frame};
pub use grid::{Told, show, tag};
pub use one::{delete, describe, one};
pub use take::{fetch, limit, upload};
pub use tile::{Tile, tile};

/// Files on one page of a dialog.
const PER_PAGE: u32 = 36;
/// What browsers offer in the dialog for files; the content decides what is taken.
pub const ACCEPT: &str = "image/*,video/*,.pdf,.doc,.docx,.ppt,.pptx";

/// Where a file is.
#[derive(Debug, Deserialize)]
pub struct Place {
    pub(super) workspace: WorkspaceId,
    pub(super) media: MediaId,
}

#[derive(Template)]
#[template(path = "components/media_pick.html")]
struct Pick {
    ui: Ui,
    files: Vec<FileCard>,
    next: Option<String>,
    library_url: String,
}

/// Which files.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PickQuery {
    kind: String,
    cursor: Option<MediaId>,
}

/// A page of the library's files for a dialog.
pub async fn pick(
    State(app): State<App>,
    member: Member,
    Query(query): Query<PickQuery>,
) -> Result<Response, Failure> {
    let kind = MediaKind::parse(&query.kind);
    let filter = FileFilter { kind, after: query.cursor, ..FileFilter::default() };
    let mut rows = app.engine.library.list(&member.actor, &filter, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let here = urls::library_pick(member.actor.workspace);
    let kind = kind.map(|k| format!("kind={}&", k.as_str())).unwrap_or_default();
    let next = rows.last().filter(|_| more).map(|row| format!("{here}?{kind}cursor={}", row.info.id));
    let files = rows.iter().map(|row| FileCard::new(&member.ui, row)).collect();
    let library_url = urls::library(member.actor.workspace);
    Ok(html(&Pick { ui: member.ui, files, next, library_url })?.into_response())
}
