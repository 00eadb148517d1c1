//! Finds publications and sync runs that ought to be on their way and have no job, people who are to get an e-mail, reports that
//! are due, and leases that ran out. The queue is the fast path; this is the truth. What is to be read by the schedule is found
//! beside it, by [`open_due`](super::sync::schedule::open_due).

use carillon_domain::time::SignedDuration;
use carillon_store::repo::{job, sync_run, waiting};

use super::{JobError, letter, rendition, report, sync};
use crate::Engine;
use crate::publish::{Target, Times};

/// How many strays of a kind one sweep picks up.
const BATCH: i64 = 500;

/// Public ones with parts to be sent are looked for among those that were due so recently. Much longer than any grace, and
/// much less than all history.
const PARTS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Puts back what was lost. Returns how many jobs it made or freed.
///
/// # Errors
/// When the database fails.
pub async fn sweep(engine: &Engine) -> Result<u64, JobError> {
    let now = engine.clock.now();
    let stray = waiting::without_job(&engine.db, now, now - PARTS, BATCH).await?;
    let mut repaired = 0;
    let times = Times::of(engine);
    for stray in stray {
        let target = Target { workspace: stray.workspace, publication: stray.id };
        let job = times.job(target, &stray.platform, stray.account, stray.due_at);
        engine.db.write(move |tx| Box::pin(async move { job::put_if_absent(tx, &job).await })).await?;
        repaired += 1;
    }
    for stray in sync_run::without_job(&engine.db, BATCH).await? {
        let job = sync::job_of_stray(engine, &stray);
        engine.db.write(move |tx| Box::pin(async move { job::put_if_absent(tx, &job).await })).await?;
        repaired += 1;
    }
    for (workspace, media) in carillon_store::repo::rendition::without_job(&engine.db, BATCH).await? {
        let job = rendition::new_job(engine, rendition::Target { workspace, media });
        engine.db.write(move |tx| Box::pin(async move { job::put_if_absent(tx, &job).await })).await?;
        repaired += 1;
    }
    let freed = engine.db.write(move |tx| Box::pin(async move { job::free_expired(tx, now).await })).await?;
    for (what, found) in [("letters", letter::find(engine).await), ("reports", report::find(engine).await)] {
        match found {
            Ok(found) => repaired += found,
            // Nothing but these waits for it.
            Err(error) => {
                tracing::error!(what, %error, "what is to go out by e-mail could not be looked for");
            }
        }
    }
    if repaired + freed > 0 {
        tracing::info!(repaired, freed, "sweep put work back");
        engine.wake.notify_waiters();
    }
    Ok(repaired + freed)
}
