//! Reads an account: its profile with totals, then as many of its posts as the run's kind says, with theirs, and once a day what the
//! network tells the owner. When accounts are read by themselves says [`schedule`].
//!
//! Invariants, and what each prevents:
//! - At most one run of an account is open, by an index of the database. Otherwise two would spend the network's patience
//!   on the same answers.
//! - What was read is saved page by page, with how far it got, under the job's lease. So whatever stops a run (a limit, a
//!   restart, a login that ended) costs at most a page, and the next one goes on where this one stopped.
//! - A network that fails again and again is left alone by reading as by publishing, and what a network still takes of an
//!   account is publishing's first. Otherwise numbers, which can wait, would keep posts from their second.
//! - A run never occupies an account's lane, and only a share of the workers. Reading must not delay a commit.
//! - A number that the network did not give is not written. Otherwise a gap would look like a fall to zero.

mod account;
mod ending;
mod keep;
mod owner;
pub mod past;
mod run;
pub mod schedule;

use carillon_domain::id::{Id, SyncRunId, WorkspaceId};
use carillon_domain::sync::{SyncKind, SyncReason, SyncState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::job::{self, NewJob, Party};
use carillon_store::repo::sync_run::{self, Stray, SyncRunRow};
use carillon_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};

pub use run::run;

use super::background;
use crate::{Actor, Engine};

/// The job kind of a sync run.
pub const KIND: &str = "sync";

/// Most posts that a reading goes back that somebody asked for …
pub const MAX_POSTS: u32 = SyncKind::Basic.most_posts();
/// … and how old they may be.
pub const WINDOW: SignedDuration = match SyncKind::Basic.window() {
    Some(window) => window,
    None => SignedDuration::MAX,
};

/// Which run a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Run.
    pub run: SyncRunId,
}

/// How far a reading got; kept with the run, and handed on to the run that continues it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Position {
    /// The profile is there.
    profile: bool,
    /// Where the next page of posts begins.
    cursor: Option<String>,
    /// Pages that are there.
    pages: u32,
    /// Posts that are there, over all runs of this reading.
    posts: u32,
    /// There is nothing more to read.
    complete: bool,
    /// How often the network asked this reading to wait.
    limits: u32,
    /// When it began.
    began: Option<Timestamp>,
    /// The oldest post that was kept.
    oldest: Option<Timestamp>,
    /// Every post since then was looked at, once it is complete; `None`: every post there is.
    back_to: Option<Timestamp>,
    /// Nobody asked for it.
    scheduled: bool,
    /// What the network tells the owner is a part of it, once a day.
    owner: bool,
}

impl Position {
    /// What was saved; a build that can't read it begins anew.
    fn of(run: &SyncRunRow) -> Self {
        serde_json::from_value(run.progress.clone()).unwrap_or_default()
    }

    fn save(&self, run: &mut SyncRunRow) {
        run.progress = serde_json::to_value(self).unwrap_or_default();
    }
}

/// A run that has not begun, of a fresh reading of the account.
pub(crate) fn new_run(
    engine: &Engine,
    account: &AccountRow,
    reason: SyncReason,
    by: Option<&Actor>,
) -> SyncRunRow {
    SyncRunRow {
        workspace: account.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        account: account.id,
        platform: account.platform.clone(),
        kind: SyncKind::Basic,
        reason,
        user: by.and_then(|actor| actor.user),
        token: by.and_then(|actor| actor.token),
        state: SyncState::Queued,
        created_at: engine.clock.now(),
        started_at: None,
        ended_at: None,
        next_at: None,
        tries: 0,
        items: 0,
        calls: 0,
        error: None,
        limited_until: None,
        progress: serde_json::json!({}),
        continues: None,
    }
}

/// The same by schedule.
fn scheduled_run(engine: &Engine, account: &AccountRow, kind: SyncKind) -> SyncRunRow {
    let mut run = SyncRunRow { kind, ..new_run(engine, account, SyncReason::Scheduled, None) };
    // Not with those of each hour: what comes in parts would be asked for all day long.
    let owner = kind.covers(SyncKind::Week);
    Position { scheduled: true, owner, ..Position::default() }.save(&mut run);
    run
}

/// The same because somebody opened a page with its numbers. It reads no further back than what still moves.
pub(crate) fn opened_run(engine: &Engine, account: &AccountRow) -> SyncRunRow {
    let mut run = SyncRunRow { kind: SyncKind::Week, ..new_run(engine, account, SyncReason::Opened, None) };
    Position { scheduled: true, ..Position::default() }.save(&mut run);
    run
}

/// Opens a run and queues its job, unless another run of the account is open. Tells whether it did.
pub(crate) async fn open(tx: &mut Tx<'_>, run: &SyncRunRow, job: &NewJob) -> Result<bool, StoreError> {
    let opened = sync_run::open(tx, run).await?;
    if opened {
        job::put(tx, job).await?;
    }
    Ok(opened)
}

/// The job of a run.
pub(crate) fn new_job(engine: &Engine, target: Target, party: Party, at: Option<Timestamp>) -> NewJob {
    let job = background(engine, KIND, job_key(target.run), &target);
    NewJob {
        workspace: Some(target.workspace),
        party,
        run_at: at.unwrap_or(job.run_at),
        subject: Some(target.run.uuid()),
        ..job
    }
}

/// The unique key of a run's job.
pub(crate) fn job_key(run: SyncRunId) -> String {
    format!("sync/{run}")
}

/// The job of a run that has none.
pub(super) fn job_of_stray(engine: &Engine, stray: &Stray) -> NewJob {
    let party = Party::new(&stray.platform, stray.workspace, stray.account);
    new_job(engine, Target { workspace: stray.workspace, run: stray.id }, party, stray.next_at)
}
