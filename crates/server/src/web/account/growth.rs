//! How an account grew: its followers day by day, how fast, and how often posts went out on which day of the week.

use askama::Template;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::{Change, growth};
use carillon_domain::schedule::zone_or_utc;
use carillon_engine::Actor;
use carillon_engine::usecase::analytics::{self, Filter};
use jiff::ToSpan;
use jiff::civil::Date;

use super::Amount;
use crate::http::App;
use crate::urls;
use crate::web::chart::geometry::Axis;
use crate::web::chart::{Dot, LineChart, Series};
use crate::web::downloads::Downloads;
use crate::web::overview::written;
use crate::web::ui::Ui;

/// Days of growth, and as many before them to compare with.
const MONTH: usize = 30;
const WEEK: usize = 7;

/// The section of an account's page.
#[derive(Template)]
#[template(path = "components/growth.html")]
pub struct Growth {
    ui: Ui,
    lead: String,
    facts: Vec<Fact>,
    chart: Option<LineChart>,
    days: Vec<DayLine>,
    weekdays: Vec<(String, i64)>,
    files: Downloads,
    more_url: String,
}

/// A number and what it is compared with.
struct Fact {
    label: String,
    /// `None` where a day that it needs was not seen.
    text: Option<String>,
    /// What else there is to say of it.
    note: Option<String>,
}

struct DayLine {
    name: String,
    followers: Option<Amount>,
    posts: Option<i64>,
}

/// What a series of days says of its pace, up to the last day that was seen.
#[derive(Debug, PartialEq, Eq)]
struct Pace {
    month: Option<Change>,
    week: Option<Change>,
    /// The month before that month.
    before: Option<Change>,
}

impl Pace {
    fn of(days: &[Option<i64>]) -> Self {
        let seen = days.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        let days = &days[..seen];
        let before = days.len().checked_sub(MONTH).map(|end| &days[..end]);
        Self {
            month: growth(days, MONTH),
            week: growth(days, WEEK),
            before: before.and_then(|days| growth(days, MONTH)),
        }
    }
}

impl Growth {
    /// Of this account; `None` where nobody has looked yet.
    ///
    /// # Errors
    /// When the role may not read.
    pub async fn of(app: &App, ui: &Ui, actor: &Actor, id: AccountId) -> Result<Option<Self>, AppError> {
        let today = zone_or_utc(&actor.timezone).to_datetime(ui.now).date();
        let back = i64::try_from(2 * MONTH).unwrap_or_default();
        let from = today.checked_sub(back.days()).unwrap_or(today);
        let account = id.to_string();
        let query = format!("account={}&from={from}&to={today}", urls::encode(&account));
        let filter = Filter {
            account: Some(account),
            from: Some(from.to_string()),
            to: Some(today.to_string()),
            ..Filter::default()
        };
        let summary = analytics::summary(&app.engine, actor, &filter).await?;
        let (dates, figures) = (summary.period.days(), summary.figures);
        let (followers, posts) = (figures.followers.days, figures.posts.days);
        if followers.iter().all(Option::is_none) {
            return Ok(None);
        }
        let day = |((date, followers), posts): ((&Date, &Option<i64>), &Option<i64>)| DayLine {
            name: written(ui, *date),
            followers: followers.map(|value| Amount::new(ui.t, value)),
            posts: *posts,
        };
        let lines = dates.iter().zip(&followers).zip(&posts).map(day);
        Ok(Some(Self {
            lead: ui.count("n", dates.len()).tr("growth-lead"),
            facts: facts(ui, &Pace::of(&followers), &posts),
            chart: chart(ui, &dates, &followers),
            days: lines.rev().collect(),
            weekdays: weekdays(ui, &dates, &posts),
            files: Downloads::table(ui, actor.workspace, "days", &query),
            more_url: format!("{}?{query}", urls::overview(actor.workspace)),
            ui: ui.clone(),
        }))
    }
}

fn facts(ui: &Ui, pace: &Pace, posts: &[Option<i64>]) -> Vec<Fact> {
    let grown = |change: Change| {
        let share = change.basis_points().map(|points| Amount::of(ui.t, points, "basis points"));
        let share = share.map(|share| format!(" ({}{})", plus(change), share.text())).unwrap_or_default();
        format!("{}{}{share}", plus(change), Amount::new(ui.t, change.absolute()).text())
    };
    let a_day = |change: Change| format!("{}{}", plus(change), tenths(ui, change.absolute(), MONTH));
    let note = |before: Change| ui.arg("n", a_day(before)).tr("growth-velocity-before");
    let known: Vec<i64> = posts.iter().copied().flatten().collect();
    let each_week = known.iter().sum::<i64>().saturating_mul(7);
    vec![
        Fact { label: ui.tr("growth-month"), text: pace.month.map(grown), note: None },
        Fact { label: ui.tr("growth-week"), text: pace.week.map(grown), note: None },
        Fact { label: ui.tr("growth-velocity"), text: pace.month.map(a_day), note: pace.before.map(note) },
        Fact {
            label: ui.tr("growth-rhythm"),
            text: (!known.is_empty()).then(|| tenths(ui, each_week, known.len())),
            note: None,
        },
    ]
}

/// The minus is part of a number.
fn plus(change: Change) -> &'static str {
    if change.absolute() > 0 { "+" } else { "" }
}

/// A quotient with one digit behind the point, rounded half away from zero.
fn tenths(ui: &Ui, value: i64, by: usize) -> String {
    let by = i64::try_from(by).unwrap_or(i64::MAX).max(1);
    let tenths =
        value.unsigned_abs().saturating_mul(20).saturating_add(by.unsigned_abs()) / (2 * by.unsigned_abs());
    let sign = if value < 0 && tenths > 0 { "−" } else { "" };
    format!("{sign}{}{}{}", tenths / 10, ui.tr("number-point"), tenths % 10)
}

/// How many posts went out on which day of the week.
fn weekdays(ui: &Ui, dates: &[Date], posts: &[Option<i64>]) -> Vec<(String, i64)> {
    let on = |weekday: i8| {
        let days =
            dates.iter().zip(posts).filter(|(date, _)| date.weekday().to_monday_one_offset() == weekday);
        days.filter_map(|(_, posts)| *posts).sum()
    };
    (1..=7).map(|day| (ui.of("weekday", &day.to_string()), on(day))).collect()
}

fn chart(ui: &Ui, dates: &[Date], followers: &[Option<i64>]) -> Option<LineChart> {
    let dot = |(at, value): (usize, i64)| {
        let words = ui.arg("day", written(ui, *dates.get(at)?)).arg("n", Amount::new(ui.t, value).exact());
        Some(Dot { x: i64::try_from(at).ok()?, y: value, text: words.tr("growth-point") })
    };
    let mut pieces: Vec<Vec<Dot>> = vec![Vec::new()];
    for (at, value) in followers.iter().enumerate() {
        match (value, pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.extend(dot((at, *value))),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    let seen = || followers.iter().copied().flatten();
    let (low, high) = seen().min().zip(seen().max())?;
    let last = i64::try_from(dates.len()).ok()?.saturating_sub(1).max(1);
    // None at an end, where half of a label would be cut off.
    let along = Axis { low: 0, high: last, ticks: vec![last / 6, last / 2, last * 5 / 6] };
    let day = |at: i64| {
        let date = usize::try_from(at).ok().and_then(|at| dates.get(at));
        date.map(|date| format!("{} {}", date.day(), ui.of("month", &date.month().to_string())))
            .unwrap_or_default()
    };
    let up = Axis::of_range(low, high);
    let in_thousands = up.ticks.iter().all(|tick| tick % 1_000 == 0);
    let amount = |value: i64| match in_thousands && value != 0 {
        true => ui.arg("n", Amount::new(ui.t, value / 1_000).exact()).tr("number-thousand"),
        false => Amount::new(ui.t, value).exact().to_owned(),
    };
    let series = [Series { class: "chart-own", pieces }];
    let title = ("growth-title".to_owned(), ui.tr("growth-chart"));
    Some(LineChart::new(title, (along, up), (&day, &amount), &series))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(values: impl IntoIterator<Item = i64>) -> Vec<Option<i64>> {
        values.into_iter().map(Some).collect()
    }

    #[test]
    fn a_pace_goes_to_the_last_day_that_was_seen() {
        // Ten a day, then twenty a day.
        let mut all = days((0..=30).map(|n| 1_000 + 10 * n).chain((1..=30).map(|n| 1_300 + 20 * n)));
        let change = |from, to| Some(Change { from, to });
        let whole =
            Pace { month: change(1_300, 1_900), week: change(1_760, 1_900), before: change(1_000, 1_300) };
        assert_eq!(Pace::of(&all), whole);
        all.push(None);
        assert_eq!(Pace::of(&all), whole, "today was not looked at yet");
        all[30] = None;
        let gap = Pace { month: None, before: None, ..whole };
        assert_eq!(Pace::of(&all), gap, "no other day stands in for one that was not seen");
    }

    #[test]
    fn an_account_that_is_new_or_has_nobody_has_no_pace() {
        let none = Pace { month: None, week: None, before: None };
        assert_eq!(Pace::of(&[]), none);
        assert_eq!(Pace::of(&[None, None]), none);
        assert_eq!(Pace::of(&days(1..=7)), none);
        let eight = Pace::of(&days([0; 8]));
        assert_eq!(eight.week.map(Change::absolute), Some(0));
        assert_eq!(eight.week.and_then(Change::basis_points), None, "nobody grows by a percentage of zero");
    }
}
