//! What needs a person, and what is good to know: the bell on every page, and the list behind it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::{NoticeId, PublicationId, WorkspaceId};
use carillon_domain::notice::Audience;
use carillon_engine::usecase::notices;
use carillon_store::repo::notice::{NoticeRow, Which};
use jiff::Timestamp;
use serde::Deserialize;

use super::components::{Empty, Pager, State as Mark, at};
use super::frame::Section;
use super::posts::card::{excerpt, title};
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
    tabs: Vec<Tab>,
    wishes_url: String,
    lines: Vec<Line>,
    pager: Pager,
    empty: Empty,
    read_all_url: Option<String>,
    here: String,
}

/// Some of the notices.
struct Tab {
    label: String,
    url: String,
    current: bool,
}

struct Line {
    title: String,
    account: String,
    /// How the post begins that it is about.
    text: Option<String>,
    cause: Option<Said>,
    state: Mark,
    at: Timestamp,
    /// Where something can be done about it, or more of it is seen.
    url: String,
    read_url: Option<String>,
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// `needs`, `news`; all others: everything.
    show: String,
    cursor: Option<String>,
}

/// What is shown, by its name in the address.
const SHOWN: [(&str, Which); 3] = [("", Which::All), ("needs", Which::Needing), ("news", Which::News)];

impl ListQuery {
    fn shown(&self) -> (&'static str, Which) {
        SHOWN.into_iter().find(|(name, _)| *name == self.show).unwrap_or_default()
    }
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
    let cursor: Option<NoticeId> = query.cursor.as_deref().and_then(|text| text.parse().ok());
    let (shown, which) = query.shown();
    let (rows, next) = notices::list(&app.engine, &actor, which, cursor, LINES).await?;
    let url = |shown: &str, cursor: Option<NoticeId>| {
        let cursor = cursor.map(|id| format!("&cursor={id}")).unwrap_or_default();
        format!("{}?show={shown}{cursor}", urls::notices(actor.workspace))
    };
    let tab = |(name, which): (&'static str, Which)| Tab {
        label: match which {
            Which::All => ui.tr("notices-all"),
            Which::Needing => ui.tr("notices-needing"),
            Which::News => ui.tr("notices-news"),
        },
        url: url(name, None),
        current: name == shown,
    };
    let unread = ui.frame.as_ref().map(|frame| frame.unread).unwrap_or_default();
    let page = Notices {
        tabs: SHOWN.into_iter().map(tab).collect(),
        wishes_url: urls::notice_wishes(actor.workspace),
        read_all_url: (unread.needing + unread.news > 0).then(|| urls::read_notices(actor.workspace)),
        pager: Pager::new(ui.tr("older"), next.map(|id| url(shown, Some(id)))),
        empty: if which == Which::News {
            Empty::new("bell", ui.tr("notices-no-news"), ui.tr("notices-no-news-text"))
        } else {
            Empty::new("bell", ui.tr("notices-none"), ui.tr("notices-none-text"))
        },
        here: url(shown, cursor),
        lines: rows.iter().map(|row| Line::new(&app, &ui, actor.workspace, row)).collect(),
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
        let url = match (row.kind.audience(), row.post, row.account) {
            (Audience::Posts, Some(post), _) => {
                urls::publication_of_post(workspace, post, PublicationId::from_uuid(row.subject))
            }
            (Audience::Numbers, _, _) => urls::report_schedules(workspace),
            (_, _, Some(account)) => urls::account(workspace, account),
            (_, _, None) => urls::overview(workspace),
        };
        let unread = row.read_at.is_none() && row.cleared_at.is_none();
        let state = match (row.kind.needs_a_person(), row.cleared_at) {
            (true, Some(_)) => Mark::new("done", ui.tr("notices-settled")),
            (true, None) => Mark::new("failed", ui.tr("notices-open")),
            (false, _) if unread => Mark::new("scheduled", ui.tr("notices-new")),
            (false, _) => Mark::new("draft", ui.tr("notices-seen")),
        };
        Self {
            title: ui.of("notice", row.kind.as_str()),
            account: handle.into_iter().chain(network.map(str::to_owned)).collect::<Vec<_>>().join(" · "),
            text: row.composition.as_ref().map(|composition| excerpt(ui, composition)),
            cause: row.cause.as_deref().map(|cause| ui.said(cause)),
            state,
            at: row.created_at,
            url,
            read_url: unread.then(|| urls::read_notice(workspace, row.id)),
        }
    }
}
