//! The series of a post on its page: the rule in words, what comes next, and cancelling more than this one.

use askama::Template;
use axum::extract::State;
use axum::response::Redirect;
use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::permission::Permission;
use carillon_domain::recurrence::{Freq, Rule};
use carillon_engine::Actor;
use carillon_engine::usecase::posts;
use carillon_engine::usecase::series::{self, Scope, SeriesView};
use carillon_store::repo::series::Occurrence;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::one::Place;
use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::urls;
use crate::web::Failure;
use crate::web::signed_in::Member;
use crate::web::trash::Undo;
use crate::web::ui::Ui;

/// What the address of a post's page says after its series was cancelled, with the number of posts …
const CANCELED: &str = "canceled";
/// … and when it goes on again.
pub const RESUMED: &str = "resumed";

/// The card.
#[derive(Template)]
#[template(path = "components/series.html")]
pub struct SeriesCard {
    ui: Ui,
    words: String,
    rule: String,
    stopped: Option<String>,
    next: Vec<Line>,
    cancel_url: Option<String>,
    /// Where it goes on again, if it was cancelled.
    resume_url: Option<String>,
}

/// An occurrence.
struct Line {
    url: String,
    at: Timestamp,
    is_here: bool,
    detached: bool,
    problem: Option<String>,
}

impl SeriesCard {
    /// Of this post, if it belongs to a series.
    ///
    /// # Errors
    /// When the role may not read.
    pub async fn of(app: &App, ui: &Ui, actor: &Actor, post: PostId) -> Result<Option<Self>, AppError> {
        let found = series::of_post(&app.engine, actor, post).await?;
        Ok(found.map(|view| Self::new(ui, actor, view)))
    }

    fn new(ui: &Ui, actor: &Actor, view: SeriesView) -> Self {
        let more = view.goes_on();
        let publishes = actor.role.may(Permission::Publish);
        let resume_url =
            (publishes && view.is_canceled()).then(|| urls::resume_series(actor.workspace, view.here.post));
        let SeriesView { row, rule, here, next } = view;
        let start = row.first_wall.parse::<DateTime>();
        let time = start.map(|start| start.strftime("%H:%M").to_string()).unwrap_or_default();
        let words = ui.arg("rule", words(ui, &rule)).arg("time", time).arg("zone", &row.timezone);
        let line = |one: Occurrence| Line {
            url: urls::post(actor.workspace, one.post),
            at: one.at,
            is_here: one.post == here.post,
            detached: one.detached,
            problem: one.problem.map(|problem| ui.arg("problem", problem).tr("series-problem")),
        };
        Self {
            words: words.tr("series-at"),
            rule: row.rule,
            stopped: row.problem.map(|problem| ui.arg("problem", problem).tr("series-stopped")),
            next: next.into_iter().map(line).collect(),
            cancel_url: (publishes && more).then(|| urls::cancel_series(actor.workspace, here.post)),
            resume_url,
            ui: ui.clone(),
        }
    }

    /// What is said right after it was cancelled, as the page's address tells, with the button that takes it back.
    pub fn undo(&self) -> Option<Undo> {
        let (_, query) = self.ui.path.split_once('?')?;
        let gone: usize = query.strip_prefix(CANCELED)?.strip_prefix('=')?.parse().ok()?;
        let text = self.ui.count("n", gone).tr("series-canceled");
        Some(Undo::new(text, self.ui.tr("trash-undo"), self.resume_url.clone()?))
    }
}

/// How often, in words. The rule itself stands beside them.
fn words(ui: &Ui, rule: &Rule) -> String {
    let every = ui.count("n", rule.interval);
    match rule.freq {
        Freq::Daily => every.tr("series-days"),
        Freq::Weekly => every.tr("series-weeks"),
        Freq::Monthly => every.tr("series-months"),
        Freq::Yearly => every.tr("series-years"),
    }
}

/// How much is to be cancelled.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CancelForm {
    scope: String,
}

/// Cancels this post and those that follow, or all of its series.
pub async fn cancel(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(form): Form<CancelForm>,
) -> Result<Redirect, Failure> {
    posts::get(&app.engine, &member.actor, place.post).await?;
    let unknown = || AppError::invalid("scope", "unknown", "Say how much of the series is to be canceled.");
    let scope = Scope::parse(&form.scope).ok_or_else(unknown)?;
    let gone = series::cancel(&app.engine, &member.actor, place.post, scope).await?;
    Ok(Redirect::to(&format!("{}?{CANCELED}={gone}", urls::post(place.workspace, place.post))))
}

/// Lets a cancelled series go on, and leads to the post of that day.
pub async fn resume(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    let now = series::resume(&app.engine, &member.actor, place.post).await?;
    Ok(Redirect::to(&match now {
        Some(post) => format!("{}?{RESUMED}", urls::post(place.workspace, post)),
        None => urls::posts(place.workspace),
    }))
}
