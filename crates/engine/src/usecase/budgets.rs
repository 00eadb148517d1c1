//! What is used and left of what an account may do in a time, as far as it is counted here: the caps of a day, the network's shorter
//! spans, and what a network allows the installation as a whole.

use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::permission::Permission;
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::{publication, shared_quota, tally};

use super::caps;
use crate::{Actor, Engine};

/// What a budget is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Publications a day, by the user's own will.
    Own,
    /// Publications a day that the network takes of the account.
    Network,
    /// Publications that the network takes of the account in this time.
    Window {
        /// Its length.
        minutes: u32,
    },
    /// What all accounts on this installation share; the connector's name for it.
    Installation(&'static str),
}

impl Kind {
    /// The stable name.
    pub fn name(self) -> String {
        match self {
            Self::Own => "own_daily".to_owned(),
            Self::Network => "network_daily".to_owned(),
            Self::Window { minutes } => format!("network_{minutes}_minutes"),
            Self::Installation(bucket) => format!("installation_{bucket}"),
        }
    }
}

/// One budget as it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What it is of.
    pub kind: Kind,
    /// What is used, what may be public by now included.
    pub used: i64,
    /// What is scheduled until it is filled again; `None` where that can't be said in its units.
    pub planned: Option<i64>,
    /// All of it.
    pub limit: u32,
    /// When it is filled again.
    pub resets_at: Timestamp,
}

impl Budget {
    /// What is neither used nor planned.
    pub fn left(&self) -> i64 {
        (i64::from(self.limit) - self.used - self.planned.unwrap_or(0)).max(0)
    }
}

/// The budgets of an account of the actor's workspace. Days are those of the workspace, but the network's own where it counts by the
/// installation.
///
/// # Errors
/// When the role may not read, or the database fails.
pub async fn of(engine: &Engine, actor: &Actor, account: &AccountRow) -> Result<Vec<Budget>, AppError> {
    actor.require(Permission::Read)?;
    let (now, mut budgets) = (engine.clock.now(), Vec::new());
    if let Some(day) = caps::day(now, &actor.timezone) {
        let caps = [(Kind::Own, caps::daily_cap(account)), (Kind::Network, caps::hard_cap(engine, account))];
        for (kind, limit) in caps {
            let Some(limit) = limit else { continue };
            budgets.push(counted(engine, account, kind, limit, day).await?);
        }
    }
    for window in caps::windows(engine, account) {
        let Some(span) = caps::span(now, window.span_s) else { continue };
        let kind = Kind::Window { minutes: window.span_s / 60 };
        budgets.push(counted(engine, account, kind, window.posts, span).await?);
    }
    let Some(connector) = engine.networks.connector(&account.platform) else { return Ok(budgets) };
    for quota in connector.shared_quotas(engine.networks.settings(&account.platform), now) {
        let used = shared_quota::used(&engine.db, (account.platform.as_str(), quota.bucket), now).await?;
        let (kind, limit) = (Kind::Installation(quota.bucket), quota.units);
        budgets.push(Budget { kind, used, planned: None, limit, resets_at: quota.reset_at });
    }
    Ok(budgets)
}

/// What a cap leaves of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayLeft {
    /// Whose cap it is: [`Kind::Own`] or [`Kind::Network`].
    pub kind: Kind,
    /// The cap.
    pub limit: u32,
    /// What it leaves.
    pub left: i64,
}

/// What the tightest daily cap of an account leaves of the workspace's day in which `at` lies, one post not counted. `None` where there
/// is no cap.
///
/// # Errors
/// When the role may not read, or the database fails.
pub async fn left_on(
    engine: &Engine,
    actor: &Actor,
    account: &AccountRow,
    at: Timestamp,
    except: Option<PostId>,
) -> Result<Option<DayLeft>, AppError> {
    actor.require(Permission::Read)?;
    let Some(range) = caps::day(at, &actor.timezone) else { return Ok(None) };
    let all = [(Kind::Own, caps::daily_cap(account)), (Kind::Network, caps::hard_cap(engine, account))];
    let tightest = all.into_iter().filter_map(|(kind, cap)| Some((kind, cap?))).min_by_key(|(_, cap)| *cap);
    let Some((kind, limit)) = tightest else { return Ok(None) };
    let taken = tally::taken(&engine.db, (account.workspace, account.id), range, [except, None]).await?;
    Ok(Some(DayLeft { kind, limit, left: (i64::from(limit) - taken).max(0) }))
}

/// What the account has in `[from, to)`.
async fn counted(
    engine: &Engine,
    account: &AccountRow,
    kind: Kind,
    limit: u32,
    (from, to): (Timestamp, Timestamp),
) -> Result<Budget, StoreError> {
    let key = (account.workspace, account.id);
    let used = publication::sent(&engine.db, key.0, key.1, from, to, None).await?;
    let taken = tally::taken(&engine.db, key, (from, to), [None; 2]).await?;
    Ok(Budget { kind, used, planned: Some((taken - used).max(0)), limit, resets_at: to })
}
