//! The page of a post that was found on an account: its numbers as last seen, and how they grew. Renews itself when the account is read.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::RemotePostId;
use carillon_domain::metric;
use carillon_engine::usecase::analytics;
use jiff::Timestamp;
use serde::Deserialize;

use super::card::{self, CurveCard};
use crate::http::App;
use crate::http::extract::{Path, Query};
use crate::urls;
use crate::web::account::{Amount, excerpt};
use crate::web::frame::Section;
use crate::web::posts::card::title;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/found.html")]
struct FoundPost {
    ui: Ui,
    heading: String,
    text: String,
    url: Option<String>,
    ours: Option<String>,
    account_url: String,
    handle: String,
    network: &'static str,
    published_at: Timestamp,
    read_at: Timestamp,
    totals: Vec<(String, Amount)>,
    choices: Vec<card::Choice>,
    curves: Vec<CurveCard>,
    account: String,
    here: String,
    definitions_url: String,
}

/// Which post.
#[derive(Debug, Deserialize)]
pub struct Place {
    found: RemotePostId,
}

/// Which number.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Its name; empty for the usual one.
    pub metric: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Connections);
    let (ui, actor) = (member.ui, member.actor);
    let curve = analytics::curve(&app.engine, &actor, place.found, Some(&asked.metric)).await?;
    let (row, here) = (&curve.found.row, urls::found_post(actor.workspace, place.found));
    let given =
        metric::ALL.iter().filter_map(|d| Some((ui.of("metric", d.name), row.seen.of(d.name)?, d.unit)));
    let curves = vec![CurveCard::new(&app, &ui, &curve)];
    let page = FoundPost {
        heading: excerpt(&ui, &row.text),
        text: row.text.clone(),
        url: row.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        ours: curve.found.post.map(|id| urls::post(actor.workspace, id)),
        account_url: urls::account(actor.workspace, row.account),
        handle: curve.account.handle.clone(),
        network: title(&app, &curve.account.platform),
        published_at: row.published_at,
        read_at: row.seen.as_of,
        totals: given.map(|(label, seen, unit)| (label, Amount::of(ui.t, seen.value, unit))).collect(),
        choices: card::choices(&ui, std::slice::from_ref(&curve), &here),
        curves,
        account: row.account.to_string(),
        definitions_url: urls::definitions(actor.workspace),
        here: format!("{here}?metric={}", curve.metric),
        ui,
    };
    Ok(html(&page)?.into_response())
}
