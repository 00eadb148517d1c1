//! What needs a person: the bell on every page, and the list behind it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::{NoticeId, WorkspaceId};
use carillon_domain::notice::Audience;
use carillon_engine::usecase::notices;
use carillon_store::repo::notice::NoticeRow;
use jiff::Timestamp;
use serde::Deserialize;

use super::components::{Empty, Pager, State as Mark, at};
use super::frame::Section;
use super::posts::card::title;
use super::said::Said;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::http::extract::{Path, Query};
use crate::urls;

/// Lines of one page.
const LINES: usize = 50;

/// The bell alone, for pages that are open while something happens.
#[derive(Template)]
#[template(path = "components/bell_alone.html")]
struct Bell {
    ui: Ui,
}

#[derive(Template)]
#[template(path = "pages/notices.html")]
struct Notices {
    ui: Ui,
    lines: Vec<Line>,
    pager: Pager,
    empty: Empty,
    read_all_url: Option<String>,
    here: String,
}

struct Line {
    title: String,
    account: String,
    cause: Option<Said>,
    state: Mark,
    at: Timestamp,
    /// Where something can be done about it.
    url: String,
    read_url: Option<String>,
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    cursor: Option<String>,
}

/// What a form names.
#[derive(Debug, Deserialize)]
pub struct Place {
    notice: NoticeId,
}

/// The list.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Notices);
    let (ui, actor) = (member.ui, member.actor);
    let cursor = query.cursor.as_deref().and_then(|text| text.parse().ok());
    let (rows, next) = notices::list(&app.engine, &actor, cursor, LINES).await?;
    let here = urls::notices(actor.workspace);
    let lines: Vec<Line> = rows.iter().map(|row| Line::new(&app, &ui, actor.workspace, row)).collect();
    let page = Notices {
        read_all_url: ui.unread().map(|_| urls::read_notices(actor.workspace)),
        pager: Pager::new(ui.tr("older"), next.map(|id| format!("{here}?cursor={id}"))),
        empty: Empty::new("bell", ui.tr("notices-none"), ui.tr("notices-none-text")),
        here: cursor.map_or(here.clone(), |id: NoticeId| format!("{here}?cursor={id}")),
        lines,
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// The bell, for the page that shows it: that one says where it is.
pub async fn bell(headers: HeaderMap, member: Member) -> Result<Response, Failure> {
    let mut ui = member.ui;
    let there = headers.get("hx-current-url").and_then(|url| url.to_str().ok()?.parse::<Uri>().ok());
    if let Some(there) = there {
        ui.path = there.path().to_owned();
    }
    Ok(html(&Bell { ui })?.into_response())
}

/// Marks one as read.
pub async fn read(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    notices::read(&app.engine, &member.actor, place.notice).await?;
    Ok(Redirect::to(&urls::notices(member.actor.workspace)))
}

/// Marks all as read.
pub async fn read_all(State(app): State<App>, member: Member) -> Result<Redirect, Failure> {
    notices::read_all(&app.engine, &member.actor).await?;
    Ok(Redirect::to(&urls::notices(member.actor.workspace)))
}

impl Line {
    fn new(app: &App, ui: &Ui, workspace: WorkspaceId, row: &NoticeRow) -> Self {
        let network = row.platform.as_deref().map(|platform| title(app, platform));
        let handle = row.handle.as_deref().map(at);
        let url = match (row.kind.audience(), row.post) {
            (Audience::Posts, Some(post)) => urls::post(workspace, post),
            (Audience::Posts | Audience::Accounts, _) => urls::account(workspace, row.account),
        };
        let state = match row.cleared_at {
            Some(_) => Mark::new("done", ui.tr("notices-settled")),
            None => Mark::new("failed", ui.tr("notices-open")),
        };
        let unread = row.read_at.is_none() && row.cleared_at.is_none();
        Self {
            title: ui.of("notice", row.kind.as_str()),
            account: handle.into_iter().chain(network.map(str::to_owned)).collect::<Vec<_>>().join(" · "),
            cause: row.cause.as_deref().map(|cause| ui.said(cause)),
            state,
            at: row.created_at,
            url,
            read_url: unread.then(|| urls::read_notice(workspace, row.id)),
        }
    }
}
