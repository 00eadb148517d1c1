//! Learns what a network tells late of a publication that is done: the id and the address of its units.
//!
//! Invariants, and what each prevents:
//! - The job commits with the verdict that it follows. Otherwise a crash right after it leaves the id unknown for ever.
//! - It changes ids, addresses and where a unit went, of units that are done, and nothing else, under its lease and on the row as it is
//!   at that moment. Otherwise what is learned late could undo what a person or a worker did meanwhile.
//! - It waits while something of the publication is still to be sent. Otherwise the worker of that, who has read the row already,
//!   would write over what was learned.
//! - It asks five times within a day and then never again: a network that tells nothing by then will not tell it.

use carillon_connectors::contract::progress::Progress;
use carillon_connectors::contract::publisher::Publisher;
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::{PublicationId, WorkspaceId};
use carillon_domain::publication::{PublicationState, UnitReport};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account;
use carillon_store::repo::job::{NewJob, Party};
use carillon_store::repo::lease::{self, Again};
use carillon_store::repo::publication::{self, PublicationRow};
use carillon_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};

use super::{JobError, Lease, Next, background, fenced};
use crate::Engine;
use crate::publish::{Saved, next_missing, saved_progress};
use crate::reading::Access;
use crate::usecase::credentials::NoCredential;

/// The job kind of a later read-back.
pub const KIND: &str = "read_back";

/// By this the job of a publication is found.
pub(crate) fn key(publication: PublicationId) -> String {
    format!("{KIND}/{publication}")
}

/// When the network is asked, after the verdict.
const TIMES: [SignedDuration; 5] = [
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(8),
    SignedDuration::from_hours(24),
];

/// Which publication a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Publication.
    pub publication: PublicationId,
    /// When it was done; the times of asking count from here.
    pub since: Timestamp,
}

impl Target {
    /// When to ask next; not before `earliest`, if the network named that.
    fn next(&self, now: Timestamp, earliest: Option<Timestamp>) -> Next {
        let mut times = TIMES.into_iter().filter_map(|after| self.since.checked_add(after).ok());
        match times.find(|at| *at > now) {
            Some(at) => Next::At { at: earliest.map_or(at, |earliest| at.max(earliest)), lane: None },
            None => Next::Finished,
        }
    }
}

/// The job that follows a publication which ends as `row` says, if its network still owes something.
pub(crate) fn following(engine: &Engine, row: &PublicationRow) -> Option<NewJob> {
    if row.state != PublicationState::Published || !awaits(engine, row) {
        return None;
    }
    let now = engine.clock.now();
    let target = Target { workspace: row.workspace, publication: row.id, since: now };
    let Next::At { at: run_at, .. } = target.next(now, None) else { return None };
    Some(NewJob {
        workspace: Some(row.workspace),
        party: Party::new(&row.platform, row.workspace, row.account),
        run_at,
        // Without a subject: whoever asks whether somebody still sends a publication must not find this.
        ..background(engine, KIND, key(row.id), &target)
    })
}

/// Whether the network still owes something of what it took.
pub(crate) fn awaits(engine: &Engine, row: &PublicationRow) -> bool {
    let Saved::Progress(progress) = saved_progress(row) else { return false };
    let publisher = engine.networks.connector(&row.platform).and_then(|connector| connector.publisher());
    publisher.is_some_and(|publisher| publisher.awaits(&progress))
}

/// Asks once, and says when to ask again.
///
/// # Errors
/// [`JobError`] when the lease was lost or the database failed; nothing is written then.
pub async fn run(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    let mut question = match Question::load(engine, target).await? {
        Situation::Over => return Ok(Next::Finished),
        Situation::Later => return Ok(target.next(engine.clock.now(), None)),
        Situation::Ask(question) => question,
    };
    let mut asked = question.ask(engine).await;
    if asked.as_ref().is_err_and(|error| error.kind == ErrorKind::AuthExpired) {
        match question.access.refresh(engine).await {
            Ok(()) => asked = question.ask(engine).await,
            Err(NoCredential::Store(error)) => return Err(error.into()),
            // Those who publish find out what is wrong with the login.
            Err(NoCredential::Later(_) | NoCredential::Reconnect(_)) => {}
        }
    }
    let now = engine.clock.now();
    match asked {
        Ok(told) if told.units != question.progress.units => {
            let next = if question.publisher.awaits(&told) { target.next(now, None) } else { Next::Finished };
            question.keep(engine, lease, told, next).await
        }
        Ok(_) => Ok(target.next(now, None)),
        Err(error) => {
            tracing::debug!(publication = %target.publication, %error, "the network told no id yet");
            let earliest = match error.kind {
                ErrorKind::RateLimited { until } => until,
                _ => None,
            };
            Ok(target.next(now, earliest))
        }
    }
}

/// Whether there is something to ask.
enum Situation {
    /// Nothing, and there will be nothing: it is gone, deleted or told.
    Over,
    /// Not now; what is switched off or disconnected may be back before the day is over.
    Later,
    /// This.
    Ask(Box<Question>),
}

/// A publication whose network owes an id, with all that asking needs.
struct Question {
    row: PublicationRow,
    progress: Progress,
    publisher: &'static dyn Publisher,
    access: Access,
}

impl Question {
    async fn load(engine: &Engine, target: Target) -> Result<Situation, JobError> {
        let found = publication::find(&engine.db, target.workspace, target.publication).await?;
        let Some(row) = found.filter(is_there) else { return Ok(Situation::Over) };
        let connector = engine.networks.connector(&row.platform);
        let Some((connector, publisher)) = connector.and_then(|c| Some((c, c.publisher()?))) else {
            return Ok(Situation::Over);
        };
        let Saved::Progress(progress) = saved_progress(&row) else { return Ok(Situation::Over) };
        if !publisher.awaits(&progress) {
            return Ok(Situation::Over);
        }
        let account = account::find(&engine.db, row.workspace, row.account).await?;
        let Some(account) = account else { return Ok(Situation::Over) };
        let may_ask = engine.networks.is_enabled(&row.platform) && account.status == AccountStatus::Connected;
        if !may_ask || next_missing(&row.units).is_some() {
            return Ok(Situation::Later);
        }
        match Access::open(engine, account, connector.descriptor().name, true).await {
            Ok(access) => Ok(Situation::Ask(Box::new(Self { row, progress, publisher, access }))),
            Err(NoCredential::Store(error)) => Err(error.into()),
            Err(NoCredential::Later(_) | NoCredential::Reconnect(_)) => Ok(Situation::Later),
        }
    }

    async fn ask(&self, engine: &Engine) -> Result<Progress, ConnectorError> {
        self.publisher.read_back(&self.access.cx(engine), self.progress.clone()).await
    }

    /// Writes what was told, and what becomes of the job, in one transaction.
    async fn keep(
        self,
        engine: &Engine,
        lease: &Lease,
        told: Progress,
        next: Next,
    ) -> Result<Next, JobError> {
        let held = (lease.job, lease.epoch);
        let (seen, now) = (self.row, engine.clock.now());
        let (workspace, post, id) = (seen.workspace, seen.post, seen.id);
        fenced(engine, lease, move |tx| {
            Box::pin(async move {
                note(tx, &seen, &told, now).await?;
                match next {
                    Next::At { at, lane } => lease::give_back(tx, &[(held, &Again { at, lane })]).await,
                    Next::Finished | Next::Over => lease::finish(tx, &[held]).await.map(drop),
                }
            })
        })
        .await?;
        engine.events.publication_changed(workspace, post, id);
        Ok(Next::Over)
    }
}

/// What is public, or in an inbox, and was not deleted at the network.
fn is_there(row: &PublicationRow) -> bool {
    row.state == PublicationState::Published
        && row.units.first().is_some_and(|root| root.deleted_at.is_none())
}

/// Puts what was told into the row as it is now, unless that is not what was asked about any more.
async fn note(
    tx: &mut Tx<'_>,
    seen: &PublicationRow,
    told: &Progress,
    now: Timestamp,
) -> Result<(), StoreError> {
    let found = publication::find_locked(tx, seen.workspace, seen.id).await?;
    let Some(mut row) = found.filter(|row| is_there(row) && row.progress == seen.progress) else {
        return Ok(());
    };
    for (report, unit) in row.units.iter_mut().zip(&told.units) {
        let open = |report: &UnitReport| report.is_there() && unit.is_done();
        if open(report) {
            report.remote_id.clone_from(&unit.remote_id);
            report.remote_url.clone_from(&unit.remote_url);
            report.delivered = unit.delivered;
        }
    }
    if let Some(root) = told.units.first() {
        row.remote_id.clone_from(&root.remote_id);
        row.remote_url.clone_from(&root.remote_url);
    }
    row.progress = serde_json::to_value(told).ok();
    row.updated_at = now;
    publication::save(tx, &[&row]).await.map(drop)
}
