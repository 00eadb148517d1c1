//! Which time and which accounts.

use std::collections::BTreeSet;

use carillon_domain::account::AccountStatus;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::AccountId;
use carillon_domain::insight::{Comparison, Period};
use carillon_domain::permission::Permission;
use carillon_domain::time::Timestamp;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::analytics::Scope;
use carillon_store::repo::post::{self, Labels};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::known::{KnownDay, accounts_then, known_day, read_then};
use crate::usecase::accounts;
use crate::{Actor, Engine};

/// So many days are looked at when nobody says how many; today is one of them.
pub const USUAL_DAYS: u16 = 30;

/// Most days of one look.
pub const MOST_DAYS: u16 = 1_100;

/// What is asked for, as it was written; empty texts ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// First day in the workspace's zone, or first instant. By default [`USUAL_DAYS`] before the end.
    pub from: Option<String>,
    /// Last day, or first instant after the time. By default the end of today.
    pub to: Option<String>,
    /// Only this account.
    pub account: Option<String>,
    /// Only accounts on this network.
    pub platform: Option<String>,
    /// Only accounts of this creator. There are no creators yet, so nobody's.
    pub creator: Option<String>,
    /// Only posts that were made here with this tag. Totals of accounts know no tags.
    pub tag: Option<String>,
    /// Only posts that were made here for this campaign. Totals of accounts know no campaigns.
    pub campaign: Option<String>,
    /// Only what was known at the end of this past day, in the workspace's zone. By default everything.
    pub known_on: Option<String>,
    /// What the time is compared with, by the name of a [`Comparison`]; by default the time before it.
    pub compare: Option<String>,
}

/// What a filter means.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub period: Period,
    pub compare: Comparison,
    /// What the time is compared with.
    pub before: Period,
    pub accounts: Vec<AccountRow>,
    pub scope: Scope,
    /// First instant of which nothing is known, if a past day was asked for.
    pub known: Option<Timestamp>,
    /// Now, or the last instant of that day.
    pub now: Timestamp,
}

impl Selection {
    /// The account of a post; it is among those that were selected.
    pub fn account(&self, id: AccountId) -> Option<&AccountRow> {
        self.accounts.iter().find(|row| row.id == id)
    }
}

/// What a filter says, once it is read.
struct Said<'a> {
    day: Option<KnownDay>,
    now: Timestamp,
    period: Period,
    account: Option<AccountId>,
    platform: Option<&'a str>,
    compare: Comparison,
}

/// Finds out what a filter means.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] with everything that is wrong with the filter. An account
/// that is not there, or is another workspace's, is no error: there is nothing to be told about it.
pub(crate) async fn select(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<Selection, AppError> {
    let mut all = accounts::list(engine, actor).await?;
    let Said { day, now, period, account, platform, compare } =
        said(engine, actor, filter).map_err(AppError::Invalid)?;
    if let Some(day) = day {
        all = accounts_then(engine, all, day).await?;
    }
    let nobody = given(filter.creator.as_deref()).is_some();
    // A disconnected account is not changed any more, so this tells when it was.
    let there = |row: &AccountRow| {
        row.status != AccountStatus::Disconnected || day.is_some_and(|day| row.updated_at >= day.end)
    };
    let wanted = |row: &AccountRow| {
        !nobody
            && account.map_or_else(|| there(row), |id| row.id == id)
            && platform.is_none_or(|name| row.platform == name)
    };
    let mut accounts: Vec<_> = all.into_iter().filter(wanted).collect();
    if let Some(day) = day {
        read_then(engine, &mut accounts, day).await?;
    }
    let platforms: BTreeSet<_> = accounts.iter().map(|row| row.platform.clone()).collect();
    let tag = given(filter.tag.as_deref()).map(str::to_owned);
    let campaign = given(filter.campaign.as_deref()).map(str::to_owned);
    let platforms = platforms.into_iter().collect();
    let scope = Scope { workspace: actor.workspace, account, platforms, tag, campaign };
    let known = day.map(|day| day.end);
    Ok(Selection { before: period.before(compare), period, compare, accounts, scope, known, now })
}

fn said<'a>(engine: &Engine, actor: &Actor, filter: &'a Filter) -> Result<Said<'a>, Vec<FieldError>> {
    let zone = actor.zone();
    let mut errors = Vec::new();
    let now = engine.clock.now();
    let day = known_day(filter, now, &zone).unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    let now = day.map_or(now, KnownDay::last);
    let period = period(filter, now, &zone).map_err(|mut e| errors.append(&mut e));
    if let (Some(day), Ok(period)) = (day, &period)
        && period.from >= day.end
    {
        let message = format!("On {} nothing was known of a time that begins later.", day.date);
        let error = FieldError::new("from", "after_known_on", message);
        errors.push(error.with_limit(day.end.to_string(), period.from.to_string()));
    }
    let account = given(filter.account.as_deref()).map(|text| {
        text.parse::<AccountId>().map_err(|_| {
            errors.push(FieldError::new(
                "account",
                "invalid",
                format!("`{text}` is not the id of an account."),
            ));
        })
    });
    let platform = given(filter.platform.as_deref());
    if let Some(name) = platform.filter(|name| engine.networks.connector(name).is_none()) {
        errors.push(FieldError::new(
            "platform",
            "unknown",
            format!("There is no network called `{name}` here."),
        ));
    }
    let compare = given(filter.compare.as_deref()).map_or(Some(Comparison::default()), Comparison::parse);
    if compare.is_none() {
        let message = "Compare with the `previous` time or with the same time a `year` earlier.";
        errors.push(FieldError::new("compare", "unknown", message));
    }
    match (period, account.transpose(), compare) {
        (Ok(period), Ok(account), Some(compare)) if errors.is_empty() => {
            Ok(Said { day, now, period, account, platform, compare })
        }
        _ => Err(errors),
    }
}

/// Posts whose tags and campaigns are offered.
const NEWEST: i64 = 500;

/// Tags and campaigns to choose from: those of the newest posts that were made here.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn labels(engine: &Engine, actor: &Actor) -> Result<Labels, AppError> {
    actor.require(Permission::Read)?;
    Ok(post::labels(&engine.db, actor.workspace, NEWEST).await?)
}

/// Forms send empty fields for what nobody chose.
pub(crate) fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn period(filter: &Filter, now: Timestamp, zone: &TimeZone) -> Result<Period, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut end = |field: &'static str, text: Option<&str>, ends: bool| {
        let parsed = given(text).map(|text| instant(field, text, ends, zone));
        parsed.transpose().map_err(|error| errors.push(error))
    };
    let from = end("from", filter.from.as_deref(), false);
    let to = end("to", filter.to.as_deref(), true);
    let (Ok(from), Ok(to)) = (from, to) else { return Err(errors) };
    let to = to.unwrap_or_else(|| Period::last_days(1, now, zone.clone()).to);
    let usual = Period::days_until(USUAL_DAYS, to, zone.clone());
    let period = Period { from: from.unwrap_or(usual.from), ..usual };
    if period.from >= period.to {
        let error = FieldError::new("from", "not_before_to", "`from` must lie before `to`.");
        return Err(vec![error.with_limit(period.to.to_string(), period.from.to_string())]);
    }
    let days = period.to.duration_since(period.from).as_hours() / 24;
    if days > i64::from(MOST_DAYS) {
        let message = format!("Ask for at most {MOST_DAYS} days at once.");
        return Err(vec![FieldError::new("from", "too_long", message).with_limit(MOST_DAYS, days)]);
    }
    if period.from < Timestamp::UNIX_EPOCH {
        let message = "There are no numbers of the time before 1970.";
        return Err(vec![FieldError::new("from", "out_of_range", message)]);
    }
    Ok(period)
}

/// A day stands for its first instant; as an end, for that of the next one.
fn instant(field: &'static str, text: &str, ends: bool, zone: &TimeZone) -> Result<Timestamp, FieldError> {
    let day = || {
        let date: Date = text.parse().ok().filter(|_| text.len() == "2026-11-24".len())?;
        let date = if ends { date.tomorrow().ok()? } else { date };
        Period::start_of(date, zone)
    };
    text.parse().ok().or_else(day).ok_or_else(|| {
        let message =
            format!("`{text}` is neither a day like 2026-11-24 nor a time like 2026-11-24T18:30:00Z.");
        FieldError::new(field, "malformed_time", message)
    })
}
