//! How well each network works for a workspace: what was read and published in the last days, what went wrong, and what is left alone.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_domain::publication::PublicationState;
use carillon_domain::sync::SyncState;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account;
use carillon_store::repo::standing::{self as kept};

use crate::breaker::OpenCount;
use crate::{Actor, Engine};

/// What counts happened in this time.
pub const TIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Most failed publications whose causes are counted.
const MOST: i64 = 1_000;

/// What was tried at a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How much of it succeeded …
    pub good: u64,
    /// … of how much.
    pub all: u64,
    /// When it succeeded last in the time.
    pub last_good: Option<Timestamp>,
    /// What went wrong how often, by the kind of the error.
    pub errors: BTreeMap<String, u64>,
}

impl Tally {
    /// The share that succeeded, in basis points, rounded down; `None` when nothing was tried.
    pub fn share(&self) -> Option<u64> {
        (self.good.saturating_mul(10_000)).checked_div(self.all)
    }

    fn add(&mut self, good: bool, count: u64, last: Option<Timestamp>) {
        self.all += count;
        if good {
            self.good += count;
            self.last_good = self.last_good.max(last);
        }
    }

    fn note(&mut self, kind: &str, count: u64) {
        *self.errors.entry(kind.to_owned()).or_default() += count;
    }
}

/// How one network stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its name.
    pub platform: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// How many of its accounts are connected here, signed out ones among them.
    pub accounts: usize,
    /// Readings. A partial one counts as good: what came is kept.
    pub reading: Tally,
    /// Publications: public, or not.
    pub publishing: Tally,
    /// Operations that this node leaves alone for a while because they failed again and again.
    pub left_alone: Vec<OpenCount>,
}

/// The networks of which the workspace has accounts, or had some in the time, in the order in which they are shown.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn standing(engine: &Engine, actor: &Actor) -> Result<Vec<Standing>, AppError> {
    actor.require(Permission::Read)?;
    let now = engine.clock.now();
    let time = (now - TIME, now);
    let (accounts, readings, publications, errors) = futures::try_join!(
        account::list(&engine.db, actor.workspace),
        kept::readings(&engine.db, actor.workspace, time.0),
        kept::publications(&engine.db, actor.workspace, time),
        kept::errors(&engine.db, actor.workspace, time, MOST),
    )?;
    let connected: Vec<_> = accounts.iter().filter(|row| row.status != AccountStatus::Disconnected).collect();
    let (mut reading, mut publishing): (BTreeMap<&str, Tally>, BTreeMap<&str, Tally>) = Default::default();
    for found in &readings {
        let tally = reading.entry(&found.platform).or_default();
        tally.add(found.state != SyncState::Failed, found.count, Some(found.last));
        if let Some(kind) = &found.error_kind {
            tally.note(kind, found.count);
        }
    }
    for found in &publications {
        let tally = publishing.entry(&found.platform).or_default();
        tally.add(found.state == PublicationState::Published, found.count, found.last);
    }
    for (platform, error) in &errors {
        publishing.entry(platform).or_default().note(error.kind.code(), 1);
    }
    let seen: BTreeSet<&str> = connected
        .iter()
        .map(|row| row.platform.as_str())
        .chain(reading.keys().copied())
        .chain(publishing.keys().copied())
        .collect();
    // What is left alone elsewhere is nothing to this workspace, and none of its business.
    let ours = |platform: &str, server: Option<&str>| {
        connected.iter().any(|row| row.platform == platform && row.server.as_deref() == server)
    };
    let open = engine.networks.breakers.open_at(engine.clock.monotonic(), ours);
    let shown = engine.networks.all().iter().map(|connector| connector.descriptor());
    let standing = shown.filter(|descriptor| seen.contains(descriptor.name)).map(|descriptor| Standing {
        platform: descriptor.name,
        title: descriptor.title,
        accounts: connected.iter().filter(|row| row.platform == descriptor.name).count(),
        reading: reading.remove(descriptor.name).unwrap_or_default(),
        publishing: publishing.remove(descriptor.name).unwrap_or_default(),
        left_alone: open
            .iter()
            .filter(|open| open.platform == descriptor.name && open.servers > 0)
            .cloned()
            .collect(),
    });
    Ok(standing.collect())
}
