//! The trash: what was thrown away and can be taken out again, posts and files of one workspace.

pub mod files;
pub mod posts;
mod undo;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{Id, Kind, MediaId, PostId};
use carillon_domain::permission::Permission;
use carillon_engine::media::{MediaRow, TRASH_KEPT};
use carillon_engine::usecase::posts::trashed;
use carillon_store::repo::post::PostRow;
use jiff::Timestamp;
use serde::Deserialize;

use super::components::{Alert, Empty, Pager};
use super::frame::Section;
use super::posts::card::excerpt;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;
pub use undo::Undo;

/// Most posts, and most files, on one page.
const MOST: u32 = 50;

#[derive(Template)]
#[template(path = "pages/trash.html")]
struct Page {
    ui: Ui,
    alert: Option<Alert>,
    posts: Vec<Line>,
    older_posts: Pager,
    files: Vec<Line>,
    older_files: Pager,
    empty: Option<Empty>,
    days: i64,
    may_restore: bool,
    may_erase: bool,
    library_url: String,
}

/// Something in the trash.
struct Line {
    text: String,
    since: Timestamp,
    until: Timestamp,
    restore_url: String,
    erase_url: String,
}

impl Line {
    fn post(ui: &Ui, row: &PostRow) -> Self {
        let (workspace, id) = (row.workspace, row.id);
        let since = row.trashed_at.unwrap_or(ui.now);
        Self {
            text: excerpt(ui, &row.composition),
            since,
            until: since + TRASH_KEPT,
            restore_url: urls::restore_post(workspace, id),
            erase_url: urls::erase_post(workspace, id),
        }
    }

    fn file(ui: &Ui, row: &MediaRow) -> Self {
        let (workspace, id) = (row.workspace, row.info.id);
        let since = row.deleted_at.unwrap_or(ui.now);
        Self {
            text: row.name.clone(),
            since,
            until: since + TRASH_KEPT,
            restore_url: urls::restore_file(workspace, id),
            erase_url: urls::erase_file(workspace, id),
        }
    }
}

/// Where the page's two lists begin: each goes on by itself, and the other stays where it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TrashQuery {
    posts: Option<String>,
    files: Option<String>,
    /// Something went for good just now.
    erased: Option<String>,
}

/// The last one of a page. Many are thrown away in the same instant, so the time alone does not tell which.
fn cursor<K: Kind>(at: Option<Timestamp>, id: Id<K>) -> Option<String> {
    at.map(|at| format!("{}-{id}", at.as_microsecond()))
}

/// The place of a cursor.
fn place<K: Kind>(cursor: &str) -> Result<(Timestamp, Id<K>), AppError> {
    let read = || -> Option<(Timestamp, Id<K>)> {
        let (at, id) = cursor.split_once('-')?;
        Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, id.parse().ok()?))
    };
    let message = "Use the cursor of the page before, as it is.";
    read().ok_or_else(|| AppError::invalid("cursor", "invalid", message))
}

/// What fits on the page, and whether there is more.
fn cut<T>(rows: &mut Vec<T>) -> bool {
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    more
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<TrashQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Posts);
    let (ui, actor) = (member.ui, member.actor);
    let here = urls::trash(actor.workspace);
    let behind_post: Option<(Timestamp, PostId)> = query.posts.as_deref().map(place).transpose()?;
    let behind_file: Option<(Timestamp, MediaId)> = query.files.as_deref().map(place).transpose()?;
    let mut posts = trashed(&app.engine, &actor, behind_post, i64::from(MOST) + 1).await?;
    let mut files = app.engine.library.trashed(&actor, behind_file, MOST + 1).await?;
    let nothing = posts.is_empty() && files.is_empty();
    if nothing && (behind_post.is_some() || behind_file.is_some()) {
        // All of this page was taken out or erased meanwhile; there may be more before it.
        return Ok(Redirect::to(&here).into_response());
    }
    let (more_posts, more_files) = (cut(&mut posts), cut(&mut files));
    let next_post = posts.last().filter(|_| more_posts).and_then(|row| cursor(row.trashed_at, row.id));
    let next_file = files.last().filter(|_| more_files).and_then(|row| cursor(row.deleted_at, row.info.id));
    let url = |posts: Option<&str>, files: Option<&str>| {
        let mut to = form_urlencoded::Serializer::new(String::new());
        to.extend_pairs(posts.map(|cursor| ("posts", cursor)));
        to.extend_pairs(files.map(|cursor| ("files", cursor)));
        format!("{here}?{}", to.finish())
    };
    let older_posts = next_post.map(|next| url(Some(&next), query.files.as_deref()));
    let older_files = next_file.map(|next| url(query.posts.as_deref(), Some(&next)));
    let page = Page {
        alert: query.erased.map(|_| Alert::success(ui.tr("trash-erased"))),
        posts: posts.iter().map(|row| Line::post(&ui, row)).collect(),
        older_posts: Pager::new(ui.tr("trash-older-posts"), older_posts),
        files: files.iter().map(|row| Line::file(&ui, row)).collect(),
        older_files: Pager::new(ui.tr("trash-older-files"), older_files),
        empty: nothing.then(|| Empty::new("trash", ui.tr("trash-empty"), ui.tr("trash-empty-text"))),
        days: TRASH_KEPT.as_hours() / 24,
        may_restore: actor.role.may(Permission::Write),
        may_erase: actor.role.may(Permission::Publish),
        library_url: urls::library(actor.workspace),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// What the page's address says after something went for good.
const ERASED: &str = "erased";
