//! The person's own link to a workspace's calendar, and what is found under it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::{PostId, WorkspaceId};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use carillon_engine::usecase::feeds;

use crate::http::extract::Path;
use crate::http::{App, Failure, content};
use crate::urls;
use crate::web::components::Empty;
use crate::web::html;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

#[derive(Template)]
#[template(path = "pages/settings/feed.html")]
struct Feed {
    ui: Ui,
    action: String,
    revoke: String,
    /// Shown once, on the answer to the form that made it.
    link: Option<String>,
    row: Option<Row>,
    empty: Empty,
}

struct Row {
    prefix: String,
    created_at: Timestamp,
    used_at: Option<Timestamp>,
}

/// An address with the public one in front.
fn whole(app: &App, path: &str) -> String {
    format!("{}{path}", app.settings.public_url().trim_end_matches('/'))
}

async fn page(app: &App, member: Member, made: Option<Secret>) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let row = feeds::find(&app.engine, &actor).await?;
    let page = Feed {
        action: urls::feed_settings(actor.workspace),
        revoke: urls::revoke_feed(actor.workspace),
        link: made.map(|secret| whole(app, &urls::feed(secret.expose()))),
        row: row.map(|row| Row { prefix: row.prefix, created_at: row.created_at, used_at: row.used_at }),
        empty: Empty::new("calendar", ui.tr("feed-none"), ui.tr("feed-none-text")),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// The link, as far as it can be shown.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    page(&app, member, None).await
}

/// Makes a link and shows it, once; one that was there ends.
pub async fn submit(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let secret = feeds::renew(&app.engine, &member.actor).await?;
    let shown = page(&app, member, Some(secret)).await?;
    Ok((StatusCode::CREATED, shown).into_response())
}

/// Ends it.
pub async fn revoke(State(app): State<App>, member: Member) -> Result<Redirect, Failure> {
    feeds::revoke(&app.engine, &member.actor).await?;
    Ok(Redirect::to(&urls::feed_settings(member.actor.workspace)))
}

/// The calendar itself, for whoever has the link.
pub async fn calendar(
    State(app): State<App>,
    Path(secret): Path<Secret>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let page = |workspace: WorkspaceId, post: PostId| whole(&app, &urls::post(workspace, post));
    let feed = feeds::fetch(&app.engine, &secret, page).await?;
    Ok(content::calendar(&headers, feed))
}
