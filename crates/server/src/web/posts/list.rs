//! All posts, newest first, by status and text.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::PostId;
use carillon_domain::publication::PostStatus;
use carillon_engine::usecase::posts::{self, PostFilter};
use serde::Deserialize;

use super::card::{Card, Faces};
use super::overdue::{self, Overdue};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;
use crate::web::components::{Alert, Empty, Pager};
use crate::web::frame::Section;
use crate::web::signed_in::Member;
use crate::web::trash::Undo;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// What the tabs above the list filter by.
const TABS: &[&str] = &["", "draft", "scheduled", "published", "failed", HELD, "unconfirmed"];
const PER_PAGE: i64 = 30;
/// The tab of what waits for a person.
const HELD: &str = "held";

#[derive(Template)]
#[template(path = "pages/posts.html")]
struct Posts {
    ui: Ui,
    alert: Option<Alert>,
    undo: Option<Undo>,
    trash_url: String,
    overdue: Option<Overdue>,
    tabs: Vec<Tab>,
    query: String,
    status: String,
    cards: Vec<Card>,
    pager: Pager,
    empty: Empty,
    compose_url: String,
    here: String,
}

struct Tab {
    label: String,
    url: String,
    current: bool,
}

/// Which posts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    status: String,
    q: String,
    cursor: Option<String>,
    /// The one that was just thrown away.
    trashed: Option<String>,
    /// How many the button for the overdue ones let go.
    released: Option<usize>,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<ListQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Posts);
    let (ui, actor) = (member.ui, member.actor);
    let status: Option<PostStatus> =
        serde_json::from_value(serde_json::Value::String(query.status.clone())).ok();
    let filter = PostFilter {
        status,
        q: Some(query.q.trim().to_owned()).filter(|q| !q.is_empty()),
        cursor: query.cursor.as_deref().and_then(|c| c.parse::<PostId>().ok()),
        limit: PER_PAGE,
        ..PostFilter::default()
    };
    let (views, next) = posts::list(&app.engine, &actor, &filter).await?;
    let faces = Faces::load(&app, &actor).await?;
    let here = urls::posts(actor.workspace);
    let url = |status: &str, cursor: Option<PostId>| {
        let cursor = cursor.map(|c| format!("&cursor={c}")).unwrap_or_default();
        format!("{here}?status={status}&q={}{cursor}", urls::encode(&query.q))
    };
    let tabs = TABS
        .iter()
        .map(|name| Tab {
            label: if name.is_empty() { ui.tr("posts-all") } else { ui.of("status", name) },
            url: url(name, None),
            current: *name == query.status,
        })
        .collect();
    let empty = if filter.status.is_none() && filter.q.is_none() {
        Empty::new("list", ui.tr("posts-empty"), ui.tr("posts-empty-text")).action_if(
            ui.may_write(),
            ui.tr("nav-compose"),
            urls::compose(actor.workspace),
        )
    } else {
        Empty::new("list", ui.tr("posts-none-found"), ui.tr("posts-none-found-text"))
    };
    let overdue = if query.status == HELD { Overdue::load(&app, &actor).await? } else { None };
    let trashed = query.trashed.as_deref().and_then(|id| id.parse::<PostId>().ok());
    let page = Posts {
        undo: trashed.map(|post| {
            let url = urls::restore_post(actor.workspace, post);
            Undo::new(ui.tr("trash-moved-post"), ui.tr("trash-undo"), url)
        }),
        trash_url: urls::trash(actor.workspace),
        alert: query.released.map(|n| overdue::told(&ui, n)),
        overdue,
        tabs,
        cards: views.iter().map(|v| Card::new(&ui, v, &faces)).collect(),
        pager: Pager::new(ui.tr("older"), next.map(|c| url(&query.status, Some(c)))),
        empty,
        compose_url: urls::compose(actor.workspace),
        here: here.clone(),
        query: query.q.clone(),
        status: query.status.clone(),
        ui,
    };
    Ok(html(&page)?.into_response())
}
