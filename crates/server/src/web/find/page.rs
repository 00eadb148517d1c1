//! The page of the search, which answers while one types.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_engine::usecase::search::{MAX_TEXT, NEWEST};
use serde::Deserialize;

use super::{Answer, Group};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;
use crate::web::components::Empty;
use crate::web::frame::Section;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// Lines of each kind.
const MOST: usize = 20;

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Words.
    pub q: String,
}

#[derive(Template)]
#[template(path = "pages/search.html")]
struct Page {
    ui: Ui,
    query: String,
    longest: usize,
    count: Option<usize>,
    groups: Vec<Group>,
    empty: Option<Empty>,
    partial: bool,
    newest: i64,
    posts_url: String,
    here: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Search);
    let (ui, actor) = (member.ui, member.actor);
    let query = asked.q.trim().to_owned();
    let answer = Answer::to(&app, &ui, &actor, &query, MOST).await?;
    let count = answer.len();
    let empty = match (query.is_empty(), count) {
        (true, _) => Some(Empty::new("search", ui.tr("search-begin"), ui.tr("search-begin-text"))),
        (false, 0) => Some(Empty::new("search", ui.tr("search-none"), ui.tr("search-none-text"))),
        _ => None,
    };
    let page = Page {
        count: (!query.is_empty()).then_some(count),
        posts_url: format!("{}?q={}", urls::posts(actor.workspace), urls::encode(&query)),
        groups: answer.groups,
        partial: answer.partial,
        newest: NEWEST,
        longest: MAX_TEXT,
        here: urls::search(actor.workspace),
        empty,
        query,
        ui,
    };
    Ok(html(&page)?.into_response())
}
