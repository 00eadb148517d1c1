//! When an account's posts do best: a map of the week, the best hours in words, and how much of it is the account's own. What rests
//! on too few posts says so, and recommends nothing.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::best_times::{COVERAGE, Cell, ENOUGH, Trust};
use carillon_engine::Actor;
use carillon_engine::usecase::analytics::{self, AccountBestTimes, Filter, Slot};
use jiff::Timestamp;

use super::heat::{self, Heat};
use super::one::Place;
use crate::http::App;
use crate::http::extract::Path;
use crate::urls;
use crate::web::downloads::Downloads;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// Hours that are recommended.
const FEW: usize = 3;

/// The section of an account's page.
#[derive(Template)]
#[template(path = "components/best_times.html")]
pub struct Best {
    ui: Ui,
    lead: String,
    trust: String,
    slots: Vec<SlotLine>,
    map: Heat,
    files: Downloads,
}

/// The best hours among what else is said of an account.
#[derive(Template)]
#[template(path = "components/best_few.html")]
struct Few {
    ui: Ui,
    /// Empty where there are too few posts to recommend any.
    hours: String,
    is_hint: bool,
    url: String,
}

/// The best hours of an account, for a line of the connections page. It comes later than the page: the first answer takes a moment.
pub async fn few(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let filter = Filter { account: Some(place.account.to_string()), ..Filter::default() };
    let mut found = analytics::best_times(&app.engine, &actor, &filter).await?;
    let found = found.items.pop().ok_or(AppError::NotFound { what: "account" })?;
    let trust = found.times.trust;
    let few = if trust == Trust::General { 0 } else { FEW };
    let hours = found.slots.iter().take(few).map(|slot| hour(&ui, &slot.cell));
    let page = Few {
        hours: hours.collect::<Vec<_>>().join(", "),
        is_hint: trust == Trust::Hint,
        url: format!("{}#best-times", urls::account(actor.workspace, place.account)),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// An hour that is recommended.
struct SlotLine {
    name: String,
    text: String,
    next: Timestamp,
}

impl Best {
    /// Of an account, if it has numbers to be told.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn of(app: &App, ui: &Ui, actor: &Actor, account: AccountId) -> Result<Option<Self>, AppError> {
        let filter = Filter { account: Some(account.to_string()), ..Filter::default() };
        let mut found = analytics::best_times(&app.engine, actor, &filter).await?;
        Ok(found.items.pop().map(|found| Self::new(ui, &actor.timezone, &found)))
    }

    fn new(ui: &Ui, zone: &str, found: &AccountBestTimes) -> Self {
        let trust = found.times.trust;
        let few = if trust == Trust::General { 0 } else { FEW };
        let of_all = format!("{:.0}", COVERAGE * 100.0);
        let caption = ui.arg("n", of_all).tr("best-times-map");
        Self {
            lead: lead(ui, zone, found),
            trust: match trust {
                Trust::General => ui.count("n", ENOUGH).tr("best-times-general"),
                Trust::Hint => ui.tr("best-times-hint"),
                Trust::Own => ui.tr("best-times-own"),
            },
            slots: found.slots.iter().take(few).map(|slot| SlotLine::new(ui, slot)).collect(),
            map: Heat::new(ui, caption, found.times.cells.iter().map(|cell| shown(ui, cell))),
            files: Downloads::table(
                ui,
                found.account.workspace,
                "best-times",
                &format!("account={}", found.account.id),
            ),
            ui: ui.clone(),
        }
    }
}

/// What it is made of.
fn lead(ui: &Ui, zone: &str, found: &AccountBestTimes) -> String {
    let by = match (found.basis, found.per_follower) {
        (None, _) => return ui.arg("zone", zone).tr("best-times-nothing"),
        (Some("views"), false) => ui.tr("best-times-by-views"),
        (Some("views"), true) => ui.tr("best-times-by-views-each"),
        (Some(_), false) => ui.tr("best-times-by-engagements"),
        (Some(_), true) => ui.tr("best-times-by-engagements-each"),
    };
    let lead = ui.count("n", found.times.posts).arg("by", by).arg("zone", zone).tr("best-times-lead");
    if found.told { format!("{lead} {}", ui.tr("best-times-told")) } else { lead }
}

fn weekday(ui: &Ui, cell: &Cell) -> String {
    ui.of("weekday", &(cell.hour.weekday() + 1).to_string())
}

/// A weekday and its hour.
fn hour(ui: &Ui, cell: &Cell) -> String {
    ui.arg("day", weekday(ui, cell)).arg("hour", cell.hour.hour()).tr("best-times-hour")
}

/// A multiple of the mean in words, with so many digits.
pub fn multiple(ui: &Ui, value: f64, digits: usize) -> String {
    format!("{value:.digits$}").replace('.', &ui.tr("number-point"))
}

impl SlotLine {
    fn new(ui: &Ui, slot: &Slot) -> Self {
        let Cell { estimate, low, high, .. } = slot.cell;
        let [value, low, high] = [estimate, low, high].map(|value| multiple(ui, value, 1));
        Self {
            name: hour(ui, &slot.cell),
            text: ui.arg("value", value).arg("low", low).arg("high", high).tr("best-times-slot"),
            next: slot.next,
        }
    }
}

fn shown(ui: &Ui, cell: &Cell) -> heat::Cell {
    let [value, low, high] = [cell.estimate, cell.low, cell.high].map(|value| multiple(ui, value, 2));
    let posts = ui.count("n", cell.posts);
    let note = posts.arg("value", value).arg("low", low).arg("high", high).tr("best-times-cell");
    heat::Cell::new(cell.estimate, multiple(ui, cell.estimate, 1), note)
}
