//! The calendar: a month, a week, a day or a list of posts in the workspace's zone, rendered on the server, and the drafts without a
//! time beside it. All views are lists first, so that they read well without a grid, too; see `docs/adr/0049-calendar-views.md`.

mod asked;
mod cell;
mod grid;
pub mod holidays;
mod marks;
mod moving;
pub mod notes;
mod tile;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_engine::Actor;
use carillon_engine::usecase::posts::{self, Entry, Shown};
use carillon_store::repo::account::AccountRow;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use self::asked::Asked;
use self::asked::{Links, STATES};
use self::cell::{Cell, Sheet};
use self::grid::{Span, bounds, days, neighbours};
use self::marks::{DayMarks, Marks};
pub use self::moving::submit as move_post;
use self::tile::{Look, Tile, Tiles};
use super::components::{Choice, Empty};
use super::frame::Section;
use super::posts::card::{Faces, title};
use super::posts::export::CalendarFiles;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;

/// Most posts that one view loads. Whoever has more is told so.
const MOST: usize = 5_000;
/// Most drafts without a time that stand beside the calendar.
const DRAFTS: usize = 20;
/// Drafts without a time among which a filter looks.
const SIEVED: usize = 500;

#[derive(Template)]
#[template(path = "pages/calendar.html")]
struct Calendar {
    ui: Ui,
    title: String,
    zone: String,
    span: &'static str,
    views: Vec<Segment>,
    colours: Vec<Segment>,
    weekdays: Vec<String>,
    before_url: String,
    after_url: String,
    today_url: String,
    cells: Vec<Cell>,
    /// What is on the day, where one is shown by hours.
    marks: Option<DayMarks>,
    drafts: Vec<Tile>,
    more_drafts_url: Option<String>,
    sieve: Sieve,
    here: String,
    compose_url: String,
    /// Where a post is moved, with `:post` in place of its id.
    move_url: String,
    empty: Option<Empty>,
    too_full: Option<String>,
    /// The same with all posts of each day, where some have more than is shown.
    whole_url: Option<String>,
    files: CalendarFiles,
}

impl Calendar {
    /// Whether the key that moves posts does something.
    fn can_move(&self) -> bool {
        let dated = self.cells.iter().flat_map(|cell| &cell.tiles);
        dated.chain(&self.drafts).any(|tile| tile.movable)
    }
}

/// One of a few ways to look at it.
struct Segment {
    label: String,
    url: String,
    current: bool,
}

/// The form that leaves posts out.
struct Sieve {
    asked: Asked,
    picks: Vec<Pick>,
    tags: BTreeSet<String>,
    campaigns: BTreeSet<String>,
    clear_url: Option<String>,
}

/// One of a few to choose, or all.
struct Pick {
    name: &'static str,
    label: String,
    every: String,
    options: Vec<Choice>,
    chosen: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Calendar);
    let (ui, actor) = (member.ui, member.actor);
    let zone = TimeZone::get(&actor.timezone).unwrap_or(TimeZone::UTC);
    let today = zone.to_datetime(ui.now).date();
    let (span, at) = (asked.span(), asked.date().unwrap_or(today));
    let days = days(span, at);
    let range = bounds(&days, &zone).ok_or_else(|| Failure::internal("the calendar has no days"))?;
    let most_drafts = if asked.is_filtered() { SIEVED } else { DRAFTS };
    let shown = posts::calendar(&app.engine, &actor, range, (MOST, most_drafts)).await?;
    let faces = Faces::load(&app, &actor).await?;
    let (tags, campaigns) = words(&shown);
    let fits = asked.filter();
    let dated = if asked.is_filtered() {
        let mut all = posts::entries(&app.engine, &actor, shown.dated).await?;
        all.retain(|entry| fits(entry));
        all.into_iter().map(Entry::into_planned).collect()
    } else {
        shown.dated
    };
    let is_empty = dated.is_empty();
    let mut drafts: Vec<&Entry> = shown.drafts.iter().filter(|&entry| fits(entry)).collect();
    let more_drafts = shown.more_drafts || drafts.len() > DRAFTS;
    drafts.truncate(DRAFTS);
    let here = urls::calendar(actor.workspace);
    let links = asked.links(&here);
    let compose = ui.may_write().then(|| urls::compose(actor.workspace));
    let ends = (days.first().copied().unwrap_or(at), days.last().copied().unwrap_or(at));
    let marks = Marks::load(&app, &actor, ends).await?;
    let most = asked.most();
    let sheet =
        Sheet { ui: &ui, span, most, at, days: &days, zone: &zone, links: &links, marks: &marks, compose };
    let (counts, drawn) = sheet.sort(dated);
    let drawn = posts::entries(&app.engine, &actor, drawn).await?;
    let look = Look { ui: &ui, actor: &actor, zone: &zone, by_network: asked.by_network() };
    let tiled: Vec<&Entry> = drawn.iter().chain(drafts.iter().copied()).collect();
    let mut tiles = Tiles::of(&app, look, &tiled).await?;
    let cells = sheet.cells(&counts, &drawn, &mut tiles);
    let (before, after) = neighbours(span, at);
    let page = Calendar {
        title: heading(&ui, span, at, &days),
        zone: sheet.zone_name().to_owned(),
        span: span.as_str(),
        views: views(&ui, &links, (span, at)),
        colours: colours(&ui, &links, (span, at), asked.by_network()),
        weekdays: (1..=7).map(|d| ui.of("weekday", &d.to_string())).collect(),
        before_url: links.to(span, before),
        after_url: links.to(span, after),
        today_url: links.to(span, today),
        empty: is_empty.then(|| empty(&ui, &actor, asked.is_filtered())),
        files: CalendarFiles::new(&ui, actor.workspace, ends),
        whole_url: counts.iter().any(|count| *count > most).then(|| links.whole(span, at)),
        too_full: shown.more.then(|| ui.tr("calendar-too-full")),
        cells,
        marks: (span == Span::Day).then(|| marks.on(&ui, at)),
        drafts: drafts.iter().map(|entry| tiles.tile(entry)).collect(),
        more_drafts_url: more_drafts.then(|| format!("{}?status=draft", urls::posts(actor.workspace))),
        sieve: Sieve {
            picks: picks(&app, &ui, &faces, &asked),
            tags,
            campaigns,
            clear_url: asked.is_filtered().then(|| links.of_all(span, at)),
            asked: asked.clone(),
        },
        here,
        compose_url: urls::compose(actor.workspace),
        move_url: urls::move_post(actor.workspace, ":post"),
        ui: ui.clone(),
    };
    Ok(html(&page)?.into_response())
}

/// The tags and campaigns that there are.
fn words(shown: &Shown) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut tags, mut campaigns) = (BTreeSet::new(), BTreeSet::new());
    let dated = shown.dated.iter().map(|post| (&post.tags[..], post.campaign.as_deref()));
    for (own, campaign) in dated.chain(shown.drafts.iter().map(|entry| (entry.tags(), entry.campaign()))) {
        tags.extend(own.iter().cloned());
        campaigns.extend(campaign.map(str::to_owned));
    }
    (tags, campaigns)
}

fn empty(ui: &Ui, actor: &Actor, filtered: bool) -> Empty {
    let (title, text) = if filtered {
        (ui.tr("calendar-nothing-fits"), ui.tr("calendar-nothing-fits-text"))
    } else {
        (ui.tr("calendar-empty"), ui.tr("calendar-empty-text"))
    };
    let may = ui.may_write() && !filtered;
    Empty::new("calendar", title, text).action_if(may, ui.tr("nav-compose"), urls::compose(actor.workspace))
}

fn views(ui: &Ui, links: &Links, (span, at): (Span, Date)) -> Vec<Segment> {
    let view = |one: Span| {
        let label = match one {
            Span::Month => ui.tr("calendar-month"),
            Span::Week => ui.tr("calendar-week"),
            Span::Day => ui.tr("calendar-day"),
            Span::List => ui.tr("calendar-list"),
        };
        Segment { label, url: links.to(one, at), current: one == span }
    };
    Span::ALL.map(view).into()
}

fn colours(ui: &Ui, links: &Links, (span, at): (Span, Date), by_network: bool) -> Vec<Segment> {
    let colour = |label: String, current: bool| {
        let url = if current { links.to(span, at) } else { links.in_other_colours(span, at) };
        Segment { label, url, current }
    };
    vec![
        colour(ui.tr("calendar-colour-state"), !by_network),
        colour(ui.tr("calendar-colour-network"), by_network),
    ]
}

fn picks(app: &App, ui: &Ui, faces: &Faces, asked: &Asked) -> Vec<Pick> {
    let choice = |value: &str, label: String| Choice { value: value.to_owned(), label };
    let mut rows: Vec<&AccountRow> = faces.all().collect();
    rows.sort_by_key(|row| (row.name.to_lowercase(), title(app, &row.platform)));
    let account = |row: &&AccountRow| {
        choice(&row.id.to_string(), format!("{} · {}", row.name, title(app, &row.platform)))
    };
    let platforms: BTreeSet<&str> = rows.iter().map(|row| row.platform.as_str()).collect();
    vec![
        Pick {
            name: "account",
            label: ui.tr("overview-account"),
            every: ui.tr("overview-every-account"),
            options: rows.iter().map(account).collect(),
            chosen: asked.account.clone(),
        },
        Pick {
            name: "platform",
            label: ui.tr("overview-network"),
            every: ui.tr("overview-every-network"),
            options: platforms.into_iter().map(|name| choice(name, title(app, name).to_owned())).collect(),
            chosen: asked.platform.clone(),
        },
        Pick {
            name: "state",
            label: ui.tr("calendar-state"),
            every: ui.tr("calendar-every-state"),
            options: STATES.iter().map(|state| choice(state, ui.of("status", state))).collect(),
            chosen: asked.state.clone(),
        },
    ]
}

fn heading(ui: &Ui, span: Span, at: Date, shown: &[Date]) -> String {
    let month = |date: Date| ui.of("month-long", &date.month().to_string());
    match (span, shown.first(), shown.last()) {
        (Span::Week, Some(first), Some(last)) if first.month() != last.month() => {
            format!("{} – {} {}", month(*first), month(*last), last.year())
        }
        (Span::Day, ..) => ui
            .arg("weekday", ui.of("weekday", &at.weekday().to_monday_one_offset().to_string()))
            .arg("day", at.day())
            .arg("month", month(at))
            .arg("year", at.year())
            .tr("calendar-day-title"),
        _ => format!("{} {}", month(at), at.year()),
    }
}
