//! The trash: what was thrown away and can be taken out again, posts and files of one workspace.

pub mod files;
pub mod posts;
mod undo;

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use carillon_domain::permission::Permission;
use carillon_engine::media::{MediaRow, TRASH_KEPT};
use carillon_engine::usecase::posts::trashed;
use carillon_store::repo::post::PostRow;
use jiff::Timestamp;

use super::components::{Alert, Empty};
use super::frame::Section;
use super::posts::card::excerpt;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::urls;
pub use undo::Undo;

/// Most posts, and most files, on the page.
const MOST: u32 = 200;

#[derive(Template)]
#[template(path = "pages/trash.html")]
struct Page {
    ui: Ui,
    alert: Option<Alert>,
    posts: Vec<Line>,
    files: Vec<Line>,
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

/// The page.
pub async fn show(State(app): State<App>, member: Member, uri: Uri) -> Result<Response, Failure> {
    let member = member.at(Section::Posts);
    let (ui, actor) = (member.ui, member.actor);
    let posts = trashed(&app.engine, &actor, i64::from(MOST)).await?;
    let rows = app.engine.library.trashed(&actor, MOST).await?;
    let nothing = posts.is_empty() && rows.is_empty();
    let page = Page {
        alert: (uri.query() == Some(ERASED)).then(|| Alert::success(ui.tr("trash-erased"))),
        posts: posts.iter().map(|row| Line::post(&ui, row)).collect(),
        files: rows.iter().map(|row| Line::file(&ui, row)).collect(),
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
