//! The first page of a workspace: its numbers with what they were before, network by network, the best posts, and what is next.

mod choice;
pub mod guide;
mod spark;
mod tables;
mod tile;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::account::AccountStatus;
use carillon_domain::insight::MIN_VIEWS;
use carillon_domain::permission::Permission;
use carillon_domain::publication::PostStatus;
use carillon_engine::Actor;
use carillon_engine::usecase::{analytics, posts, refresh, sync};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::post::Labels;
use jiff::SignedDuration;

pub use self::choice::Asked;
use self::choice::{Fields, Item, Link};
use self::guide::Guide;
pub use self::tables::written;
use self::tables::{DayLine, NetworkLine, TopLine};
use self::tile::Tile;
use super::components::Empty;
use super::downloads::{Downloads, HISTORY};
use super::frame::Section;
use super::posts::card::{Card, Faces};
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html, settings};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;

/// So many of the best posts and of the next ones are shown …
const FEW: u32 = 5;
/// … of those that are planned until then.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);

#[derive(Template)]
#[template(path = "pages/overview.html")]
struct Overview {
    ui: Ui,
    ranges: Vec<Link>,
    kept: Vec<(&'static str, String)>,
    accounts: Vec<Item>,
    platforms: Vec<Item>,
    comparisons: Vec<Item>,
    fields: Fields,
    labelled: Labels,
    against: String,
    span: String,
    /// Which accounts and posts it is about, where not all: paper has no form that says so.
    chosen: Option<String>,
    known: Option<String>,
    signed_out: Option<String>,
    guide: Option<Guide>,
    empty: Option<Empty>,
    tiles: Vec<Tile>,
    labels: Vec<String>,
    days: Vec<DayLine>,
    networks: Vec<NetworkLine>,
    top: Vec<TopLine>,
    top_rule: String,
    next: Vec<Card>,
    reading: Option<String>,
    /// Where the workspace's logo is, for paper.
    logo: Option<String>,
    files: Files,
    here: String,
    here_now: String,
    compose_url: String,
    calendar_url: String,
    connections_url: String,
    definitions_url: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Overview);
    let (ui, actor) = (member.ui, member.actor);
    let now = app.engine.clock.now();
    let rows = choice::rows(&app, &actor).await?;
    let filter = asked.filter(&actor, now);
    // What is read now changes nothing of a past day.
    let reading = match asked.known_day() {
        Some(_) => None,
        None => reading(&app, &ui, &actor, &rows).await?,
    };
    let (summary, best) = futures::try_join!(
        analytics::summary(&app.engine, &actor, &filter),
        analytics::top(&app.engine, &actor, &filter, FEW),
    )?;
    let signed_out = rows.iter().filter(|row| row.status == AccountStatus::NeedsReconnect).count();
    let (accounts, platforms) = (asked.accounts(&app, &rows), asked.platforms(&app, &rows));
    let fields = asked.fields(&actor, now);
    let page = Overview {
        ranges: asked.ranges(&ui, &actor),
        kept: asked.kept(),
        chosen: chosen(&ui, &accounts, &platforms, &fields),
        accounts,
        platforms,
        comparisons: asked.comparisons(&ui),
        fields,
        labelled: analytics::labels(&app.engine, &actor).await?,
        against: tables::against(&ui, &summary),
        span: tables::span(&ui, &summary),
        known: asked.known_day().map(|day| ui.arg("day", tables::written(&ui, day)).tr("overview-known")),
        signed_out: (signed_out > 0).then(|| ui.count("n", signed_out).tr("overview-signed-out")),
        guide: Guide::load(&app, &ui, &actor).await?,
        empty: empty(&ui, &actor, rows.is_empty(), summary.accounts),
        tiles: Tile::all(&ui, &summary),
        labels: tile::shown(&summary.figures)
            .iter()
            .map(|(figure, ..)| ui.of("metric", figure.metric))
            .collect(),
        days: tables::days(&ui, &summary),
        networks: tables::networks(&app, &ui, &summary),
        top: best.items.iter().map(|post| TopLine::new(&app, &ui, &actor, post)).collect(),
        top_rule: ui.count("n", MIN_VIEWS).tr("overview-top-rule"),
        next: next(&app, &ui, &actor, &Faces::of(rows)).await?,
        reading,
        logo: settings::logo::url(&app, &actor).await?,
        files: Files::new(&ui, &actor, &asked),
        here: urls::overview(actor.workspace),
        here_now: asked.here(&actor),
        compose_url: urls::compose(actor.workspace),
        calendar_url: urls::calendar(actor.workspace),
        connections_url: urls::connections(actor.workspace),
        definitions_url: urls::definitions(actor.workspace),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// The chosen account, network, tag and campaign in words; `None` when none is.
fn chosen(ui: &Ui, accounts: &[Item], platforms: &[Item], fields: &Fields) -> Option<String> {
    let item = |items: &[Item]| items.iter().find(|item| item.chosen).map(|item| item.label.clone());
    let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let parts = [
        (ui.tr("overview-account"), item(accounts)),
        (ui.tr("overview-network"), item(platforms)),
        (ui.tr("overview-tag"), typed(&fields.tag)),
        (ui.tr("overview-campaign"), typed(&fields.campaign)),
    ];
    let part = |(what, which): (String, Option<String>)| {
        which.map(|which| ui.arg("what", what).arg("which", which).tr("overview-chosen"))
    };
    let parts: Vec<_> = parts.into_iter().filter_map(part).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Lets accounts be read whose numbers are old; how many are being read, in words.
async fn reading(app: &App, ui: &Ui, actor: &Actor, rows: &[AccountRow]) -> Result<Option<String>, Failure> {
    refresh::opened_by_page(&app.engine, actor, rows).await;
    let open = sync::open(&app.engine, actor).await?;
    // Those that wait for another day are not on their way.
    let soon = open.iter().filter(|run| run.next_at.is_none_or(|at| at <= ui.now)).count();
    Ok((soon > 0).then(|| ui.count("n", soon).tr("overview-reading")))
}

/// What can be taken away: beside each table its own file, and together what the page shows none or a part of.
struct Files {
    days: Downloads,
    networks: Downloads,
    top: Downloads,
    more: Vec<(String, Downloads)>,
    report_url: String,
    /// Not where it can't be asked for as the page is.
    history_url: Option<String>,
}

impl Files {
    fn new(ui: &Ui, actor: &Actor, asked: &Asked) -> Self {
        let query = &asked.query();
        let history = || format!("{}?{query}", urls::export(actor.workspace, HISTORY));
        let of = |name: &str| Downloads::table(ui, actor.workspace, name, query);
        let more = ["figures", "accounts", "posts"];
        Self {
            days: of("days"),
            networks: of("networks"),
            top: of("top-posts"),
            history_url: asked.is_plain().then(history),
            report_url: format!("{}?{query}", urls::report(actor.workspace)),
            more: more.into_iter().map(|name| (ui.of("table", name), of(name))).collect(),
        }
    }
}

/// Why there are no numbers, and what to do about it.
fn empty(ui: &Ui, actor: &Actor, nobody: bool, chosen: usize) -> Option<Empty> {
    if nobody {
        let empty = Empty::new("plug", ui.tr("overview-empty"), ui.tr("overview-empty-text"));
        let may = actor.role.may(Permission::ManageAccounts);
        return Some(empty.action_if(may, ui.tr("overview-connect"), urls::connections(actor.workspace)));
    }
    let all = || (ui.tr("overview-all"), urls::overview(actor.workspace));
    (chosen == 0).then(|| {
        let (label, url) = all();
        Empty::new("list", ui.tr("overview-none"), ui.tr("overview-none-text")).action(label, url)
    })
}

/// The posts that go out next.
async fn next(app: &App, ui: &Ui, actor: &Actor, faces: &Faces) -> Result<Vec<Card>, Failure> {
    let most = usize::try_from(FEW).unwrap_or_default();
    // Some of those that are due were canceled.
    let (found, _) = posts::due_between(&app.engine, actor, (ui.now, ui.now + AHEAD), 4 * most).await?;
    let planned = found.iter().filter(|view| view.status == PostStatus::Scheduled).take(most);
    Ok(planned.map(|view| Card::new(ui, view, faces)).collect())
}
