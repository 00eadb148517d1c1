//! What networks tell the owner: a part of an account's or a post's page that is asked for by a press of a link, and a page of
//! its own where scripts don't run.

mod figures;
mod folding;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_engine::Engine;
use carillon_engine::usecase::posts::PublicationView;
use carillon_engine::usecase::{accounts, insights, publications};
use carillon_store::repo::account::AccountRow;

use super::account::one::Place;
use super::frame::Section;
use super::posts::one::PublicationPlace;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::extract::Path;
use crate::http::{App, Sensitive};
use crate::urls;
use figures::Figures;

/// Where insights can be asked for.
pub struct Ask {
    /// The address that asks.
    pub url: String,
    /// Name of this place on the page.
    pub id: String,
    /// What will be shown.
    pub lead: String,
}

impl Ask {
    /// About an account, if its network tells anything about it or its audience.
    pub fn account(engine: &Engine, ui: &Ui, row: &AccountRow) -> Option<Self> {
        let offers = insights::offered(engine, row)?;
        if offers.account.is_empty() && offers.audience.is_empty() {
            return None;
        }
        Some(Self {
            url: urls::account_insights(row.workspace, row.id),
            id: "insights".to_owned(),
            lead: ui.count("days", insights::usual_days(offers)).tr("insights-lead"),
        })
    }

    /// About a publication on this account, if it is public and its network tells anything about posts.
    pub fn publication(engine: &Engine, ui: &Ui, row: &AccountRow, view: &PublicationView) -> Option<Self> {
        let offers = insights::offered(engine, row)?;
        let is_public = insights::has_numbers(view.state, view.remote_id.as_deref(), view.deleted_at);
        (is_public && !offers.post.is_empty()).then(|| Self {
            url: urls::publication_insights(row.workspace, view.id),
            id: format!("insights-{}", view.id),
            lead: post_lead(ui, view),
        })
    }
}

fn post_lead(ui: &Ui, view: &PublicationView) -> String {
    let lead = ui.tr("insights-post-lead");
    if view.parts.is_empty() { lead } else { format!("{lead} {}", ui.tr("insights-thread")) }
}

#[derive(Template)]
#[template(path = "pages/insights.html")]
struct Page {
    ui: Ui,
    about: String,
    lead: String,
    figures: Figures,
    back_url: String,
}

impl Page {
    /// All of it, or what the open page asked for.
    fn answer(self, headers: &HeaderMap) -> Result<Response, Failure> {
        if headers.contains_key("hx-request") {
            return Ok(html(&self.figures)?.into_response());
        }
        Ok(html(&self)?.into_response())
    }
}

/// Asks about an account.
pub async fn account(
    State(app): State<App>,
    member: Member,
    _: Sensitive,
    Path(place): Path<Place>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Member { ui, actor, .. } = member.at(Section::Connections);
    let row = accounts::get(&app.engine, &actor, place.account).await?;
    let lead = Ask::account(&app.engine, &ui, &row).map(|ask| ask.lead).unwrap_or_default();
    let figures = match insights::account(&app.engine, &actor, row.id, (None, None)).await {
        Ok(told) => Figures::of_account(&ui, &told),
        Err(error) => refused(&ui, error)?,
    };
    let back_url = urls::account(place.workspace, place.account);
    Page { about: row.name, lead, figures, back_url, ui }.answer(&headers)
}

/// Asks about a publication.
pub async fn publication(
    State(app): State<App>,
    member: Member,
    _: Sensitive,
    Path(place): Path<PublicationPlace>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Member { ui, actor, .. } = member.at(Section::Posts);
    let view = publications::get(&app.engine, &actor, place.publication).await?;
    let row = accounts::get(&app.engine, &actor, view.account).await?;
    let figures = match insights::publication(&app.engine, &actor, view.id).await {
        Ok(told) => Figures::of_publication(&ui, &told),
        Err(error) => refused(&ui, error)?,
    };
    let (lead, back_url) = (post_lead(&ui, &view), urls::post(place.workspace, view.post));
    Page { about: row.name, lead, figures, back_url, ui }.answer(&headers)
}

/// What the network or the account's state stands in the way of is said where the numbers would be.
fn refused(ui: &Ui, error: AppError) -> Result<Figures, AppError> {
    match error {
        AppError::Connector(error) => {
            let text = format!("{} {}", error.cause, error.action);
            Ok(Figures::refused(ui, text.trim_end()))
        }
        AppError::Conflict { message, .. } => Ok(Figures::refused(ui, &message)),
        other => Err(other),
    }
}
