//! What can be taken away: tables by name, the report, and the raw history. The same filter as on the pages, the same numbers as there.
//! Of that filter the curve of a post looks at nothing, and the best times of an account, from its posts of the last year, at the account
//! alone; neither is made as known on a past day.

mod curve;
mod history;
mod hours;
mod numbers;
mod posts;
mod report;
mod runs;

#[cfg(test)]
mod tests;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::AccountId;
use carillon_domain::insight::Period;
use carillon_domain::permission::Permission;
use carillon_store::repo::workspace;

pub use history::{HistoryFile, history};
pub use report::report;

use super::accounts;
use super::analytics::{Filter, accounts_then, given, known_day, refuse_known_on};
use super::names::{handle, title};
use crate::report::{About, TABLES, Table};
use crate::{Actor, Engine};

/// Tables of what is kept as it is now and not day by day, or worked out for now alone.
const OF_NOW: [&str; 4] = ["account-posts", "curve", "best-times", "sync-runs"];

/// A table, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The table.
    pub table: Table,
    /// What it is of.
    pub about: About,
}

/// Which table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Which<'a> {
    /// One of [`TABLES`].
    pub name: &'a str,
    /// Of the table of one post, which: `rpost_…`.
    pub post: Option<&'a str>,
    /// Of the same, which of its numbers; by default the one that its page begins with.
    pub metric: Option<&'a str>,
}

impl<'a> From<&'a str> for Which<'a> {
    fn from(name: &'a str) -> Self {
        Self { name, ..Self::default() }
    }
}

/// One of [`TABLES`], whole.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a table that there is not, a filter that says nothing,
/// and for more rows than [`crate::report::MOST_ROWS`].
pub async fn table<'a>(
    engine: &Engine,
    actor: &Actor,
    which: impl Into<Which<'a>>,
    filter: &Filter,
) -> Result<Export, AppError> {
    actor.require(Permission::Read)?;
    let which = which.into();
    let Some(known) = TABLES.into_iter().find(|known| *known == which.name) else {
        let message = format!("There is no table `{}`. Ask for one of {}.", which.name, TABLES.join(", "));
        return Err(AppError::Invalid(vec![FieldError::new("table", "unknown", message)]));
    };
    if OF_NOW.contains(&known) {
        refuse_known_on(filter.known_on.as_deref(), &format!("The table `{known}`"))?;
    }
    // What these are of is an account, whatever else the filter says.
    let mut whose = filter.clone();
    let (table, times) = match known {
        "figures" => numbers::figures(engine, actor, filter).await?,
        "days" => numbers::days(engine, actor, filter).await?,
        "networks" => numbers::networks(engine, actor, filter).await?,
        "accounts" => numbers::accounts(engine, actor, filter).await?,
        "top-posts" => posts::top(engine, actor, filter).await?,
        "posts" => posts::all(engine, actor, filter).await?,
        "account-posts" => (posts::of_account(engine, actor, filter).await?, Times::default()),
        "curve" => {
            let (table, account) = curve::of_post(engine, actor, which).await?;
            whose = only(account);
            (table, Times::default())
        }
        "best-times" => {
            let account = named(filter, "Say which `account`: weeks of different audiences do not mix.")?;
            whose = only(account);
            hours::of_account(engine, actor, account).await?
        }
        _ => runs::log(engine, actor, filter).await?,
    };
    let about = about(engine, actor, &whose, times).await?;
    Ok(Export { table: Table { name: known, ..table }, about })
}

/// Nothing but an account.
fn only(account: AccountId) -> Filter {
    Filter { account: Some(account.to_string()), ..Filter::default() }
}

/// The account that a table is of, which has to be said; `ask` says why.
fn named(filter: &Filter, ask: &str) -> Result<AccountId, AppError> {
    let account = given(filter.account.as_deref());
    let account = account.ok_or_else(|| AppError::invalid("account", "required", ask))?;
    account.parse().map_err(|_| {
        AppError::invalid("account", "invalid", format!("`{account}` is not the id of an account."))
    })
}

/// Which times a table is of.
#[derive(Debug, Default)]
struct Times {
    /// The time; `None` for all that is kept.
    of: Option<Period>,
    /// What its numbers of before are of, if it has such.
    before: Option<Period>,
}

impl Times {
    /// A time that is compared with nothing.
    fn of(period: Period) -> Self {
        Self { of: Some(period), before: None }
    }
}

/// What a file is of. An account that is not there, or is another workspace's, is not named.
async fn about(engine: &Engine, actor: &Actor, filter: &Filter, times: Times) -> Result<About, AppError> {
    let row = workspace::find(&engine.db, actor.workspace).await?;
    let row = row.ok_or(AppError::NotFound { what: "workspace" })?;
    let wanted = given(filter.account.as_deref()).and_then(|text| text.parse::<AccountId>().ok());
    let zone = actor.zone();
    let now = engine.clock.now();
    let day = known_day(filter, now, &zone).map_err(|error| AppError::Invalid(vec![error]))?;
    let mut all = if wanted.is_some() { accounts::list(engine, actor).await? } else { Vec::new() };
    if let Some(day) = day {
        all = accounts_then(engine, all, day).await?;
    }
    let account = all.into_iter().find(|row| Some(row.id) == wanted);
    Ok(About {
        workspace: row.name,
        zone,
        compared: times.before.as_ref().map(Period::ends),
        period: times.of,
        as_of: now,
        known_on: day.map(|day| day.date),
        account: account.map(|row| (handle(&row.handle), title(engine, &row.platform).to_owned())),
        network: given(filter.platform.as_deref()).map(|name| title(engine, name).to_owned()),
        tag: given(filter.tag.as_deref()).map(str::to_owned),
        campaign: given(filter.campaign.as_deref()).map(str::to_owned),
    })
}
