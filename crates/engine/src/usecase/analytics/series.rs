//! One number, day by day.

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::insight::{Basis, PARTS, Period, turns};
use carillon_domain::metric;
use carillon_domain::time::Timestamp;
use carillon_store::repo::account_name::{self, Renamed};

use super::figures::{Figure, Figures, Part};
use super::filter::{Filter, Selection, select};
use super::summary::parts;
use crate::usecase::names;
use crate::{Actor, Engine};

/// Most changes of names that are told.
const RENAMED: i64 = 100;

/// A metric's days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub metric: &'static str,
    /// How many accounts it is of.
    pub accounts: usize,
    /// One for each day of the time.
    pub points: Vec<Point>,
    /// What has to be known to read it.
    pub notes: Vec<Note>,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Its first instant.
    pub at: Timestamp,
    /// The value; `None` for a gap.
    pub value: Option<i64>,
}

/// Something that happened to the number, not to what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What, in plain words.
    pub text: String,
}

/// The metrics of posts that can be asked for.
fn of_posts() -> impl Iterator<Item = &'static str> {
    let sums = ["published", "views", "reach", "engagements"];
    sums.into_iter().chain(PARTS).chain(Basis::ALL.map(Basis::metric))
}

/// The days of a metric: a total of the accounts (the last look of each day), or a number of the posts that became public on that day.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a metric or granularity that there is not, or a
/// filter that says nothing.
pub async fn series(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
    metric: Option<&str>,
    granularity: Option<&str>,
) -> Result<Series, AppError> {
    let selection = select(engine, actor, filter).await?;
    let wanted = metric.unwrap_or("followers");
    let total = metric::OF_ACCOUNT.iter().copied().find(|name| *name == wanted);
    let found = total.or_else(|| of_posts().find(|name| *name == wanted));
    let mut errors = Vec::new();
    if found.is_none() {
        let all: Vec<_> = metric::OF_ACCOUNT.iter().copied().chain(of_posts()).collect();
        let message = format!("There is no series of `{wanted}`. Ask for one of {}.", all.join(", "));
        errors.push(FieldError::new("metric", "unknown", message));
    }
    if let Some(other) = granularity.filter(|text| *text != "day") {
        let message = format!("A series has a point for each `day`, not for each `{other}`.");
        errors.push(FieldError::new("granularity", "unknown", message));
    }
    let (Some(name), true) = (found, errors.is_empty()) else { return Err(AppError::Invalid(errors)) };
    let parts = parts(engine, &selection, total.unwrap_or("followers")).await?;
    let all: Vec<_> = parts.iter().collect();
    let days = if all.is_empty() { Vec::new() } else { days(&all, &selection, name, selection.now) };
    let start = |date| Period::start_of(date, &selection.period.zone);
    let points = selection.period.days().into_iter().zip(days);
    let mut notes = if total.is_some() { notes(engine, &all, &selection.period) } else { Vec::new() };
    if total.is_some() {
        notes.append(&mut renamed(engine, &selection).await?);
        notes.sort_by_key(|note| note.at);
    }
    Ok(Series {
        metric: name,
        accounts: parts.len(),
        points: points.filter_map(|(date, value)| Some(Point { at: start(date)?, value })).collect(),
        notes,
    })
}

fn days(parts: &[&Part<'_>], selection: &Selection, name: &str, now: Timestamp) -> Vec<Option<i64>> {
    if PARTS.contains(&name) {
        let days = selection.period.days().into_iter();
        return days.map(|date| part_of_day(parts, name, date)).collect();
    }
    let figures = Figures::of(parts, selection, now);
    let own = [&figures.views, &figures.reach, &figures.engagements, &figures.posts];
    let found: Option<&Figure> = own.into_iter().chain(&figures.rates).find(|figure| figure.metric == name);
    found.map_or(figures.followers.days.clone(), |figure| figure.days.clone())
}

/// One part of engagements, on one day.
fn part_of_day(parts: &[&Part<'_>], name: &str, date: jiff::civil::Date) -> Option<i64> {
    let posts = parts.iter().flat_map(|part| &part.posts).filter(|post| post.date == date);
    posts.filter_map(|post| post.counts.of(name)).reduce(i64::saturating_add)
}

/// Which of the accounts are called otherwise since a day of the time.
async fn renamed(engine: &Engine, selection: &Selection) -> Result<Vec<Note>, AppError> {
    let (workspace, period) = (selection.scope.workspace, &selection.period);
    let to = selection.known.map_or(period.to, |end| period.to.min(end));
    let found = account_name::between(&engine.db, workspace, (period.from, to), RENAMED).await?;
    let note = |one: Renamed| {
        let network = names::title(engine, &selection.account(one.account)?.platform);
        let Renamed { at, handle_was, handle_is, name_was, name_is, .. } = one;
        let (was, is) = (names::handle(&handle_was), names::handle(&handle_is));
        let text = if was == is {
            format!("{is} on {network} is named “{name_is}” since, before “{name_was}”.")
        } else {
            format!("{was} on {network} is {is} since.")
        };
        Some(Note { at, text })
    };
    Ok(found.into_iter().filter_map(note).collect())
}

/// Where accounts begin to count, and where their numbers begin to come from elsewhere.
fn notes(engine: &Engine, parts: &[&Part<'_>], period: &Period) -> Vec<Note> {
    let mut notes = Vec::new();
    for part in parts {
        let (network, who) = (names::title(engine, &part.row.platform), names::handle(&part.row.handle));
        if let Some(first) = part
            .looks
            .first()
            .filter(|look| !part.begun && period.date_of(look.at) > period.date_of(period.from))
        {
            let text = format!("{who} on {network} counts from this day on: nobody looked before.");
            notes.push(Note { at: first.at, text });
        }
        for turn in turns(&part.looks) {
            let (was, is) = (&turn.was, &turn.is);
            let text = if was.0 == is.0 {
                format!(
                    "The number of {who} on {network} means something else since: version {} after {}.",
                    is.1, was.1
                )
            } else {
                format!("{network} gives the number of {who} as `{}` since, before as `{}`.", is.0, was.0)
            };
            notes.push(Note { at: turn.at, text });
        }
    }
    notes.sort_by_key(|note| note.at);
    notes
}
