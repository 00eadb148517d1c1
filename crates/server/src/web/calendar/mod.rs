//! The calendar: a month or a week of posts in the workspace's zone, rendered on the server. The week and the month are
//! lists of days first, so that they read well without a grid, too.

mod grid;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_engine::usecase::posts::{self, PostView};
use jiff::civil::Date;
use serde::Deserialize;

use self::grid::{Span, bounds, days, neighbours};
use super::components::Empty;
use super::frame::Section;
use super::posts::card::Chip;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;

/// Most posts that one view loads. Whoever has more is told so.
const MOST: usize = 5_000;
/// Most posts that a day of the month shows before it says "more".
const PER_DAY: usize = 4;

#[derive(Template)]
#[template(path = "pages/calendar.html")]
struct Calendar {
    ui: Ui,
    title: String,
    span: Span,
    days: Vec<Day>,
    weekdays: Vec<String>,
    before_url: String,
    after_url: String,
    today_url: String,
    month_url: String,
    week_url: String,
    compose_url: String,
    empty: Option<Empty>,
    too_full: Option<String>,
}

struct Day {
    iso: String,
    number: i8,
    name: String,
    today: bool,
    past: bool,
    outside: bool,
    compose_url: String,
    week_url: String,
    chips: Vec<Chip>,
    more: usize,
}

/// Which part of time.
#[derive(Debug, Deserialize)]
pub struct CalendarQuery {
    #[serde(default)]
    view: String,
    date: Option<String>,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<CalendarQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Calendar);
    let (ui, actor) = (member.ui, member.actor);
    let today = ui.zone.to_datetime(ui.now).date();
    let span = Span::parse(&query.view);
    let at = query.date.as_deref().and_then(|d| d.parse::<Date>().ok()).unwrap_or(today);
    let shown = days(span, at);
    let Some((from, to)) = bounds(&shown, &ui.zone) else {
        return Err(Failure::internal("the calendar has no days"));
    };
    let (views, too_full) = posts::due_between(&app.engine, &actor, (from, to), MOST).await?;
    let faces = super::posts::card::Faces::load(&app, &actor).await?;
    let chips = placed(&views, &ui, &faces);
    let url = |span: Span, date: Date| {
        format!("{}?view={}&date={date}", urls::calendar(actor.workspace), span.as_str())
    };
    let (before, after) = neighbours(span, at);
    let empty = views.is_empty().then(|| {
        Empty::new("calendar", ui.tr("calendar-empty"), ui.tr("calendar-empty-text")).action_if(
            ui.may_write(),
            ui.tr("nav-compose"),
            urls::compose(actor.workspace),
        )
    });
    let page = Calendar {
        title: heading(&ui, span, at, &shown),
        weekdays: (1..=7).map(|d| ui.of("weekday", &d.to_string())).collect(),
        days: shown
            .iter()
            .map(|date| {
                let mut chips: Vec<Chip> =
                    chips.iter().filter(|(d, _)| d == date).map(|(_, chip)| chip.clone()).collect();
                let most = if span == Span::Month { PER_DAY } else { chips.len() };
                let more = chips.len().saturating_sub(most);
                chips.truncate(most);
                Day {
                    iso: date.to_string(),
                    number: date.day(),
                    name: ui.of("weekday", &date.weekday().to_monday_one_offset().to_string()),
                    today: *date == today,
                    past: *date < today,
                    outside: span == Span::Month && date.month() != at.month(),
                    compose_url: format!("{}?date={date}", urls::compose(actor.workspace)),
                    week_url: url(Span::Week, *date),
                    chips,
                    more,
                }
            })
            .collect(),
        span,
        before_url: url(span, before),
        after_url: url(span, after),
        today_url: url(span, today),
        month_url: url(Span::Month, at),
        week_url: url(Span::Week, at),
        compose_url: urls::compose(actor.workspace),
        empty,
        too_full: too_full.then(|| ui.tr("calendar-too-full")),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// Each post on its local day, in order of time; drafts without a time are not in the calendar.
fn placed(views: &[PostView], ui: &Ui, faces: &super::posts::card::Faces) -> Vec<(Date, Chip)> {
    let mut placed: Vec<_> = views.iter().filter_map(|v| v.post.due_at.map(|at| (at, v))).collect();
    placed.sort_by_key(|(at, v)| (*at, v.post.id));
    placed.into_iter().map(|(at, v)| (ui.zone.to_datetime(at).date(), Chip::new(ui, v, faces))).collect()
}

fn heading(ui: &Ui, span: Span, at: Date, shown: &[Date]) -> String {
    let month = |date: Date| ui.of("month-long", &date.month().to_string());
    match (span, shown.first(), shown.last()) {
        (Span::Week, Some(first), Some(last)) if first.month() != last.month() => {
            format!("{} – {} {}", month(*first), month(*last), last.year())
        }
        _ => format!("{} {}", month(at), at.year()),
    }
}
