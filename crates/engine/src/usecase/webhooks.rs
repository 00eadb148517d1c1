//! What networks send by themselves: it makes Carillon look sooner than it would have, and ends logins that people took back.
//!
//! Nobody is signed in here; what a request may do is proved by its signature, and is bounded by what the network may say anyway.

mod forged;
mod person;
mod withdrawal;

use carillon_connectors::contract::progress::{Progress, Stage};
use carillon_connectors::contract::webhooks::{
    Address, Answer, Deaf, Event, Heard, HookCx, Incoming, Webhooks, What,
};
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::error::AppError;
use carillon_domain::publication::PublicationState;
use carillon_domain::sync::SyncReason;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::job::{self, Party};
use carillon_store::repo::publication::{self, PublicationRow};
use http::{HeaderMap, Method, StatusCode};

pub(crate) use forged::Forged;
pub(crate) use person::learn as learn_person;
pub(crate) use withdrawal::finish_deletions;
pub use withdrawal::{Deletion, deletion};

use crate::Engine;
use crate::jobs::read_back;
use crate::jobs::sync::{self, Target};
use crate::publish::{self, Saved};

/// An account is read at most once in this time for being told of news: a post that is liked a thousand times is one reading.
const BETWEEN_READINGS: SignedDuration = SignedDuration::from_mins(1);

/// Most publications of an account that are looked through for those that a network still works on, and for those that it owes an
/// id of.
const MOST_IN_WORK: i64 = 100;

/// How a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To a handshake.
    Answer(Answer),
    /// It was heard.
    Heard,
    /// What is held of a person is deleted; by this code they can ask how that stands.
    Deleting {
        /// The code.
        code: String,
    },
    /// It is not believed.
    Refused(StatusCode),
}

const NOTHING_HERE: AppError = AppError::NotFound { what: "webhook" };

/// Whether a request is worth reading, by what stands before its body. How it is answered, if it is not.
///
/// # Errors
/// [`AppError::NotFound`] where no network sends anything.
pub fn glance(
    engine: &Engine,
    platform: &str,
    address: Address,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Option<Reply>, AppError> {
    let webhooks = engine.networks.webhooks(platform).ok_or(NOTHING_HERE)?;
    match address {
        Address::Deauthorize | Address::DataDeletion if !webhooks.tells_withdrawals() => Err(NOTHING_HERE),
        Address::Events if *method == Method::POST && !headers.contains_key(webhooks.signature_header()) => {
            Ok(Some(refused(engine, platform, webhooks)))
        }
        _ => Ok(None),
    }
}

fn refused(engine: &Engine, platform: &str, webhooks: &dyn Webhooks) -> Reply {
    metrics::counter!("carillon_webhooks_refused_total", "platform" => platform.to_owned()).increment(1);
    if let Some(times) = engine.networks.forged.count(platform, engine.clock.now()) {
        tracing::warn!(platform, times, "webhooks are not signed as the network would; they change nothing");
    }
    Reply::Refused(webhooks.refusal())
}

/// Listens to a request of somebody who says to be the network.
///
/// # Errors
/// [`AppError::NotFound`] for networks that send nothing, are switched off or whose secret is not set; [`AppError::Invalid`] for what
/// is signed well and can't be read; else when the database fails: the network then sends it again.
pub async fn hear(engine: &Engine, platform: &str, incoming: &Incoming) -> Result<Reply, AppError> {
    let webhooks = engine.networks.webhooks(platform).ok_or(NOTHING_HERE)?;
    let cx = HookCx { settings: engine.networks.settings(platform), now: engine.clock.now() };
    match webhooks.hear(cx, incoming) {
        Ok(Heard::Handshake(answer)) => Ok(Reply::Answer(answer)),
        Ok(Heard::Events(events)) => {
            for event in &events {
                Box::pin(act(engine, platform, event)).await?;
            }
            Ok(Reply::Heard)
        }
        Ok(Heard::Withdrawn(withdrawn)) => withdrawal::accept(engine, platform, withdrawn).await,
        Err(Deaf::Forged) => Ok(refused(engine, platform, webhooks)),
        Err(deaf @ Deaf::NotSetUp(_)) => {
            tracing::warn!(platform, error = %deaf, "a webhook can't be checked");
            Err(NOTHING_HERE)
        }
        Err(Deaf::NoSuchAddress) => Err(NOTHING_HERE),
        Err(Deaf::Unreadable) => Err(AppError::invalid("body", "unreadable", "This can't be read.")),
    }
}

async fn act(engine: &Engine, platform: &str, event: &Event) -> Result<(), AppError> {
    for (workspace, id) in account::by_remote(&engine.db, platform, &event.remote_id).await? {
        let Some(row) = account::find(&engine.db, workspace, id).await? else { continue };
        match event.what {
            What::Changed => read_soon(engine, &row).await?,
            What::Processed => look_now(engine, &row).await?,
            What::Removed(at) => withdrawal::removed(engine, &row, at).await?,
        }
    }
    Ok(())
}

/// Reads the account, unless that is going to happen anyway.
async fn read_soon(engine: &Engine, row: &AccountRow) -> Result<(), AppError> {
    if row.status != AccountStatus::Connected || engine.networks.reader(&row.platform).is_none() {
        return Ok(());
    }
    let run = sync::new_run(engine, row, SyncReason::Told, None);
    let party = Party::new(&run.platform, run.workspace, run.account);
    let soonest = row.synced_at.map(|at| at + BETWEEN_READINGS);
    let target = Target { workspace: run.workspace, run: run.id };
    let job = sync::new_job(engine, target, party, soonest.filter(|at| *at > engine.clock.now()));
    let opened = engine.db.write(move |tx| Box::pin(async move { sync::open(tx, &run, &job).await }));
    if opened.await? {
        engine.wake.notify_waiters();
        engine.events.account_changed(row.workspace, row.id);
    }
    Ok(())
}

/// Asks the network at once about what it still works on, instead of at the next poll, and about what it owes since it took it.
async fn look_now(engine: &Engine, row: &AccountRow) -> Result<(), AppError> {
    let mut keys = in_work(engine, row).await?;
    keys.extend(owed(engine, row).await?);
    let now = engine.clock.now();
    let hastened = engine.db.write(move |tx| {
        Box::pin(async move {
            for key in &keys {
                job::hasten(tx, key, now).await?;
            }
            Ok::<_, carillon_store::StoreError>(!keys.is_empty())
        })
    });
    if hastened.await? {
        engine.wake.notify_waiters();
    }
    Ok(())
}

/// The jobs of publications that wait for nothing but the network's work, or for what they sent to be seen. What waits for its due
/// time, or because the network asked for patience, is not among them.
async fn in_work(engine: &Engine, row: &AccountRow) -> Result<Vec<String>, AppError> {
    let rows = newest(engine, row, PublicationState::Publishing).await?;
    let now = engine.clock.now();
    let waits = |row: &PublicationRow| {
        // What was sent and not seen yet is looked for again in any case; looking sooner proves nothing that later would not.
        let at_work = |progress: &Progress| {
            matches!(progress.stage, Stage::Processing { .. } | Stage::Committing { .. })
                && progress.patient_until.is_none_or(|at| at <= now)
        };
        let in_doubt = row.error.as_ref().is_none_or(|error| error.kind == ErrorKind::Ambiguous);
        in_doubt && matches!(publish::saved_progress(row), Saved::Progress(progress) if at_work(&progress))
    };
    Ok(rows.iter().filter(|row| waits(row)).map(|row| publish::job_key(row.id)).collect())
}

/// The jobs that ask for the ids of publications which are done. A network that asked for patience gets it: its limits are the
/// account's, whoever asks.
async fn owed(engine: &Engine, row: &AccountRow) -> Result<Vec<String>, AppError> {
    let rows = newest(engine, row, PublicationState::Published).await?;
    Ok(rows.iter().filter(|row| read_back::awaits(engine, row)).map(|row| read_back::key(row.id)).collect())
}

async fn newest(
    engine: &Engine,
    row: &AccountRow,
    state: PublicationState,
) -> Result<Vec<PublicationRow>, AppError> {
    let query = publication::ListQuery {
        state: Some(state),
        account: Some(row.id),
        limit: MOST_IN_WORK,
        ..publication::ListQuery::default()
    };
    Ok(publication::list(&engine.db, row.workspace, &query).await?)
}
