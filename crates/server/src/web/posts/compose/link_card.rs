//! The card that networks show of a link, as far as its page is known. It is looked up beside the check, so that no slow page keeps
//! anybody from seeing what is wrong with a post.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_engine::usecase::link_cards::{self, LinkCard};
use serde::Deserialize;

use crate::http::App;
use crate::http::extract::Query;
use crate::urls;
use crate::web::signed_in::Member;
use crate::web::{Failure, html};

/// The card.
#[derive(Template)]
#[template(path = "components/link_card.html")]
pub struct CardView {
    host: String,
    url: String,
    title: String,
    description: String,
    picture_url: Option<String>,
    /// Where the rest comes from, while nobody asked the page.
    look_up_url: Option<String>,
}

impl CardView {
    /// With what is known without asking the page; `None` for what is no address.
    pub fn known(app: &App, workspace: WorkspaceId, url: String) -> Option<Self> {
        let known = link_cards::known(&app.engine, &url);
        let ask = known.is_none().then(|| with_url(&urls::compose_card(workspace), &url));
        let mut view = Self::new(workspace, url, known.flatten().as_deref())?;
        view.look_up_url = ask;
        Some(view)
    }

    fn new(workspace: WorkspaceId, url: String, card: Option<&LinkCard>) -> Option<Self> {
        let host = url.parse::<url::Url>().ok()?.host_str()?.to_owned();
        let has_picture = card.is_some_and(|card| card.picture.is_some());
        Some(Self {
            host: host.strip_prefix("www.").unwrap_or(&host).to_owned(),
            title: card.map(|card| card.title.clone()).unwrap_or_default(),
            description: card.map(|card| card.description.clone()).unwrap_or_default(),
            picture_url: has_picture.then(|| with_url(&urls::compose_card_picture(workspace), &url)),
            look_up_url: None,
            url,
        })
    }
}

fn with_url(path: &str, url: &str) -> String {
    format!("{path}?url={}", urls::encode(url))
}

/// Which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CardQuery {
    url: String,
}

/// The card of a page, which is asked now.
pub async fn card(
    State(app): State<App>,
    member: Member,
    Query(query): Query<CardQuery>,
) -> Result<Response, Failure> {
    let found = link_cards::look_up(&app.engine, &member.actor, &query.url).await?;
    let view = CardView::new(member.actor.workspace, query.url, found.as_deref());
    Ok(html(&view.ok_or(AppError::NotFound { what: "page" })?)?.into_response())
}

/// The picture of a page's card.
pub async fn picture(
    State(app): State<App>,
    member: Member,
    Query(query): Query<CardQuery>,
) -> Result<Response, Failure> {
    let found = link_cards::look_up(&app.engine, &member.actor, &query.url).await?;
    let picture =
        found.and_then(|card| card.picture.clone()).ok_or(AppError::NotFound { what: "picture" })?;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "private, max-age=900")];
    Ok((headers, picture).into_response())
}
