//! One account: its profile, its totals, its recent posts with their numbers, who its audience is, when its posts do best, and the log
//! of how they were read. Refreshes itself while it is being read.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::metric;
use carillon_engine::jobs::sync::{MAX_POSTS, WINDOW};
use carillon_engine::usecase::budgets::{self, Budget, Kind};
use carillon_engine::usecase::{accounts, horizon, refresh, sync};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::account_name::Renamed;
use carillon_store::repo::sync_run::{ListQuery, SyncRunRow};
use serde::Deserialize;

use super::audience::Audience;
use super::best::Best;
use super::growth::Growth;
use super::table::{Column, PostLine, RunLine, posts, runs};
use super::{Amount, Line};
use crate::http::extract::{Form, Path, Query};
use crate::http::{App, Sensitive};
use crate::urls;
use crate::web::components::Empty;
use crate::web::downloads::Downloads;
use crate::web::frame::Section;
use crate::web::insights::Ask;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html, settings};

/// Runs that the page shows.
const RUNS: i64 = 10;

#[derive(Template)]
#[template(path = "pages/account.html")]
struct Account {
    ui: Ui,
    line: Line,
    totals: Vec<Total>,
    budgets: Vec<BudgetLine>,
    insights: Option<Ask>,
    audience: Option<Audience>,
    growth: Option<Growth>,
    trouble: Option<Trouble>,
    posts_lead: String,
    columns: Vec<Column>,
    posts: Vec<PostLine>,
    posts_empty: Empty,
    best: Option<Best>,
    runs: Vec<RunLine>,
    posts_files: Downloads,
    runs_files: Downloads,
    connections_url: String,
    queue_url: String,
    here: String,
    names: Vec<Renamed>,
    /// Where the workspace's logo is, for paper.
    logo: Option<String>,
}

struct Total {
    label: String,
    amount: Option<Amount>,
}

struct BudgetLine {
    label: String,
    budget: Budget,
}

struct Trouble {
    cause: Said,
    action: Option<Said>,
    until: Option<jiff::Timestamp>,
}

/// Where an account is.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
}

/// What the page's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The metric that the posts are sorted by.
    sort: String,
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
    let row = accounts::get(&app.engine, &actor, place.account).await?;
    refresh::opened_by_page(&app.engine, &actor, std::slice::from_ref(&row)).await;
    let query = ListQuery { account: Some(row.id), limit: RUNS, ..ListQuery::default() };
    let (log, _) = sync::list(&app.engine, &actor, query).await?;
    let open = log.iter().find(|run| run.state.is_open());
    let found = sync::posts(&app.engine, &actor, row.id, MAX_POSTS).await?;
    let outlooks = horizon::outlooks(&app.engine, &actor, std::slice::from_ref(&row)).await?;
    let outlook = outlooks.into_iter().next().unwrap_or_default();
    let budgets = budgets::of(&app.engine, &actor, &row).await?;
    let audience = Audience::of(&app, &ui, &actor, row.id).await?;
    let growth = Growth::of(&app, &ui, &actor, row.id).await?;
    let best = Best::of(&app, &ui, &actor, row.id).await?;
    let posts_empty = nothing(&ui, &row, open.is_some());
    let here = urls::account(place.workspace, place.account);
    let (columns, posts) = posts(&ui, &actor, (found, &asked.sort), &here);
    let query = format!("account={}", urls::encode(&row.id.to_string()));
    let files = |name: &str| Downloads::table(&ui, place.workspace, name, &query);
    let page = Account {
        totals: totals(&ui, &row),
        budgets: budgets
            .into_iter()
            .map(|budget| BudgetLine { label: of(&ui, budget.kind), budget })
            .collect(),
        insights: Ask::account(&app.engine, &ui, &row),
        audience,
        growth,
        trouble: trouble(&ui, &log, row.status_cause.as_deref()),
        posts_lead: ui.count("n", MAX_POSTS).arg("days", WINDOW.as_hours() / 24).tr("account-posts-lead"),
        columns,
        posts,
        posts_empty,
        best,
        runs: runs(&ui, &log),
        posts_files: files("account-posts"),
        runs_files: files("sync-runs"),
        names: accounts::names(&app.engine, &actor, row.id).await?,
        logo: settings::logo::url(&app, &actor).await?,
        connections_url: urls::connections(place.workspace),
        queue_url: urls::account_queue(place.workspace, place.account),
        here: if asked.sort.is_empty() { here } else { format!("{here}?sort={}", urls::encode(&asked.sort)) },
        line: Line::new(&app, &ui, &actor, row, outlook, open),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// The three that every network has, and what else this one gave.
fn totals(ui: &Ui, row: &AccountRow) -> Vec<Total> {
    let Some(seen) = &row.profile else { return Vec::new() };
    let shown = |name: &&str| metric::OF_ACCOUNT.contains(name) || seen.of(name).is_some();
    let names = metric::ALL.iter().map(|d| d.name).filter(shown);
    names
        .map(|name| Total {
            label: ui.of("metric", name),
            amount: seen.of(name).map(|r| Amount::new(ui.t, r.value)),
        })
        .collect()
}

/// What a budget is of, in words.
fn of(ui: &Ui, kind: Kind) -> String {
    match kind {
        Kind::Own => ui.tr("account-budget-own"),
        Kind::Network => ui.tr("account-budget-network"),
        Kind::Window { minutes } => ui.count("n", minutes).tr("account-budget-window"),
        Kind::Installation(bucket) => ui.of("budget", bucket),
    }
}

/// What is wrong with the reading that ended last, or with the one that waits, unless the page says it already.
fn trouble(ui: &Ui, log: &[SyncRunRow], known: Option<&str>) -> Option<Trouble> {
    let run = log.iter().find(|run| run.error.is_some() || !run.state.is_open())?;
    let error = run.error.as_ref().filter(|error| known != Some(error.cause.as_str()))?;
    Some(Trouble {
        cause: ui.said(&error.cause),
        action: Some(&error.action).filter(|a| !a.is_empty()).map(|action| ui.said(action)),
        until: run.next_at.or(run.limited_until),
    })
}

/// Why there are no posts.
fn nothing(ui: &Ui, row: &AccountRow, reading: bool) -> Empty {
    let (title, text) = match (reading, row.synced_at) {
        (true, _) => (ui.tr("account-reading"), ui.tr("account-reading-text")),
        (false, Some(_)) => (ui.tr("account-no-posts"), ui.tr("account-no-posts-text")),
        (false, None) => (ui.tr("account-unread"), ui.tr("account-unread-text")),
    };
    Empty::new(if reading { "clock" } else { "list" }, title, text)
}

/// Where somebody was when they asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SyncForm {
    back: String,
}

/// Asks for the account to be read.
pub async fn sync_now(
    State(app): State<App>,
    member: Member,
    _: Sensitive,
    Path(place): Path<Place>,
    Form(form): Form<SyncForm>,
) -> Result<Redirect, Failure> {
    sync::request(&app.engine, &member.actor, place.account).await?;
    let back = if form.back.is_empty() { urls::account(place.workspace, place.account) } else { form.back };
    Ok(Redirect::to(urls::local(&back)))
}
