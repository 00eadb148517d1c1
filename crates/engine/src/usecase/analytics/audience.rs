//! Who an account's audience is, as networks told the owner and as it was kept. Nothing is asked of a network here.
//!
//! Shares are of what was told: networks leave small parts out, so their sum is said beside the account's followers. What a network
//! has and did not tell is named with its reason, and what it does not have is not there.

use std::collections::{BTreeMap, BTreeSet};

use carillon_connectors::contract::insights::Metric;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::insight::{ActiveHours, Period};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::owner::{self, About, Absent, Question, Told};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::filter::{Filter, select};
use crate::{Actor, Engine};

/// Parts that a series shows, the largest ones of the last answer.
const SERIES_PARTS: usize = 10;

/// Active hours are of this time before the end that is asked for: some weeks, so that one holiday does not make a habit, and few, since
/// habits change. Our own choice.
const ACTIVE: SignedDuration = SignedDuration::from_hours(6 * 7 * 24);

/// The metric that tells when followers are online, and what it is split by.
const ONLINE: (&str, Option<&str>) = ("followers_online", Some("hour"));

/// The audiences of some accounts.
#[derive(Debug, Clone)]
pub struct AudiencePage {
    /// The time in which networks were asked.
    pub period: Period,
    /// One for each account.
    pub items: Vec<Audience>,
}

/// The audience of an account.
#[derive(Debug, Clone)]
pub struct Audience {
    /// The account.
    pub account: AccountRow,
    /// Whether its network tells of audiences at all.
    pub offered: bool,
    /// When the network was last asked in the time.
    pub asked_at: Option<Timestamp>,
    /// What it told, in the order in which it is offered.
    pub splits: Vec<Split>,
    /// When followers are online, on the clock of the workspace, where the network tells.
    pub active: Option<ActiveHours>,
    /// What did not come the last time, and why.
    pub missing: Vec<Absent>,
    /// What the network offers, and neither told nor refused.
    pub silent: Vec<Metric>,
}

/// A metric by a dimension, as last told.
#[derive(Debug, Clone)]
pub struct Split {
    /// Which.
    pub metric: Metric,
    /// Version of the definition that it was read under.
    pub definition: u32,
    /// The network's name for it.
    pub native: String,
    /// When the network said so.
    pub as_of: Timestamp,
    /// What time it is of; `None`: from the beginning until it was said.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Its parts, the largest first.
    pub parts: Vec<Part>,
    /// Its days, if a series was asked for.
    pub days: Vec<Day>,
}

/// A part in the network's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub of: String,
    /// Its value, in the unit of the metric.
    pub value: i64,
}

/// What was told on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Its first instant.
    pub at: Timestamp,
    /// The parts of the series in their order; `None` for one that was not told.
    pub values: Vec<Option<i64>>,
}

impl Split {
    /// All parts that were told. Of shares about 10,000 basis points, and less where small ones are left out.
    pub fn sum(&self) -> i64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.value))
    }

    /// The share of a part of all that were told, in basis points, rounded to the nearest; `None` if that is nothing.
    pub fn share(&self, part: &Part) -> Option<i64> {
        let (value, sum) = (i128::from(part.value), i128::from(self.sum()));
        if sum <= 0 || value < 0 {
            return None;
        }
        i64::try_from((value * 10_000 + sum / 2) / sum).ok()
    }
}

/// Who the audience of each selected account is. Of the filter only time, accounts, networks and creators count. With a granularity,
/// each split has its days.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a filter that says nothing, or another granularity
/// than `day`.
pub async fn audience(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
    granularity: Option<&str>,
) -> Result<AudiencePage, AppError> {
    // What networks told their owners has a page of now only.
    let wanted = Filter { known_on: None, tag: None, campaign: None, compare: None, ..filter.clone() };
    let selection = select(engine, actor, &wanted).await?;
    if let Some(other) = granularity.filter(|text| *text != "day") {
        let message = format!("A series has a point for each `day`, not for each `{other}`.");
        return Err(AppError::Invalid(vec![FieldError::new("granularity", "unknown", message)]));
    }
    let period = selection.period;
    let mut items = Vec::with_capacity(selection.accounts.len());
    for row in selection.accounts {
        items.push(of_account(engine, row, &period, granularity.is_some()).await?);
    }
    Ok(AudiencePage { period, items })
}

async fn of_account(
    engine: &Engine,
    row: AccountRow,
    period: &Period,
    with_days: bool,
) -> Result<Audience, AppError> {
    let insights = engine.networks.connector(&row.platform).and_then(|connector| connector.insights());
    let offered = insights.map(|insights| insights.offers().audience).unwrap_or_default();
    let about = About { workspace: row.workspace, account: row.id, question: Question::Audience };
    let within = (period.from, period.to);
    let last = owner::last_look(&engine.db, about, within).await?;
    let (asked_at, missing) = last.map_or((None, Vec::new()), |look| (Some(look.as_of), look.missing));
    let (mut splits, mut silent) = (Vec::new(), Vec::new());
    for metric in offered {
        if (metric.name, metric.by) == ONLINE {
            continue;
        }
        let told = owner::latest(&engine.db, about, (metric.name, metric.by), within).await?;
        match split(*metric, told) {
            Some(mut split) => {
                if with_days {
                    let all = owner::series(&engine.db, about, (metric.name, metric.by), within).await?;
                    split.days = days(&split, &all, period);
                }
                splits.push(split);
            }
            None => silent.push(*metric),
        }
    }
    let active = active(engine, &row, period.to, &period.zone).await?;
    let online = offered.iter().find(|metric| (metric.name, metric.by) == ONLINE);
    silent.extend(online.filter(|_| active.is_none()));
    silent.retain(|metric| !missing.iter().any(|absent| names(absent, metric)));
    Ok(Audience { account: row, offered: !offered.is_empty(), asked_at, splits, active, missing, silent })
}

/// Whether this metric is among those that did not come.
fn names(absent: &Absent, metric: &Metric) -> bool {
    absent.by.as_deref() == metric.by && absent.metrics.iter().any(|name| name == metric.name)
}

/// The last time that an answer tells of, the largest part first; `None` for an answer without parts.
fn split(metric: Metric, told: Vec<Told>) -> Option<Split> {
    let ends = |window: Option<(Timestamp, Timestamp)>| window.map_or(Timestamp::MAX, |(_, to)| to);
    let window = told.iter().map(|told| told.window).max_by_key(|window| ends(*window))?;
    let of_window: Vec<_> = told.into_iter().filter(|told| told.window == window).collect();
    let first = of_window.first()?;
    let (definition, native, as_of) = (first.definition, first.native.clone(), first.as_of);
    let part = |told: Told| Some(Part { of: told.part?, value: told.value });
    let mut parts: Vec<_> = of_window.into_iter().filter_map(part).collect();
    parts.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.of.cmp(&b.of)));
    if parts.is_empty() {
        return None;
    }
    Some(Split { metric, definition, native, as_of, window, parts, days: Vec::new() })
}

/// The last answer of each day, for the largest parts. A day without one is a gap.
fn days(split: &Split, all: &[Told], period: &Period) -> Vec<Day> {
    let shown: Vec<_> = split.parts.iter().take(SERIES_PARTS).collect();
    let last: BTreeMap<Date, Timestamp> =
        all.iter().map(|told| (period.date_of(told.as_of), told.as_of)).collect();
    let answers: BTreeSet<_> = last.values().copied().collect();
    let mut values: BTreeMap<(Date, &str), i64> = BTreeMap::new();
    for told in all.iter().filter(|told| answers.contains(&told.as_of)) {
        if let Some(part) = &told.part {
            // Of several times in one answer the last one stays, since they come in their order.
            values.insert((period.date_of(told.as_of), part.as_str()), told.value);
        }
    }
    let day = |date: Date| {
        let value = |part: &&Part| values.get(&(date, part.of.as_str())).copied();
        Some(Day { at: Period::start_of(date, &period.zone)?, values: shown.iter().map(value).collect() })
    };
    period.days().into_iter().filter_map(day).collect()
}

/// When an account's followers are online, from what was told in the weeks before a time; `None` where nothing was.
pub(super) async fn active(
    engine: &Engine,
    row: &AccountRow,
    until: Timestamp,
    zone: &TimeZone,
) -> Result<Option<ActiveHours>, StoreError> {
    let about = About { workspace: row.workspace, account: row.id, question: Question::Audience };
    let all = owner::series(&engine.db, about, ONLINE, (until - ACTIVE, until)).await?;
    // Each day is told several times, and the last word counts.
    let mut hours: BTreeMap<Timestamp, i64> = BTreeMap::new();
    for told in &all {
        let hour = told.part.as_deref().and_then(|part| part.parse::<i64>().ok());
        let hour = hour.filter(|hour| (0..24).contains(hour));
        let (Some(hour), Some((began, _))) = (hour, told.window) else { continue };
        hours.insert(began + SignedDuration::from_hours(hour), told.value);
    }
    Ok(ActiveHours::of(hours, zone))
}

#[cfg(test)]
mod tests;
