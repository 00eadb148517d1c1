//! Publications: looking at them, and a person's word where the engine needs one.

use carillon_connectors::contract::progress::Stage;
use carillon_domain::account::NetworkState;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::PublicationId;
use carillon_domain::permission::Permission;
use carillon_domain::publication::{Event, HeldReason, Intent, PublicationState, UnitState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::publication::{self, ListQuery, PublicationRow};
use carillon_store::repo::{attempt, job, notice, waiting};

use super::posts::PublicationView;
use crate::publish::{self, Saved, Target, Times};
use crate::{Actor, Engine};

/// One publication with every attempt and remote step.
///
/// # Errors
/// [`AppError::NotFound`], also for publications of other workspaces.
pub async fn get(engine: &Engine, actor: &Actor, id: PublicationId) -> Result<PublicationView, AppError> {
    actor.require(Permission::Read)?;
    let row = publication::find(&engine.db, actor.workspace, id).await?;
    let row = row.ok_or(AppError::NotFound { what: "publication" })?;
    let attempts = attempt::of_publication(&engine.db, actor.workspace, id).await?;
    Ok(PublicationView::new(row, attempts))
}

/// A page of publications, newest first, without attempts; and where the next one begins.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    mut query: ListQuery,
) -> Result<(Vec<PublicationView>, Option<PublicationId>), AppError> {
    actor.require(Permission::Read)?;
    let limit = query.limit.clamp(1, 200);
    query.limit = limit + 1;
    let mut rows = publication::list(&engine.db, actor.workspace, &query).await?;
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().map(|r| r.id).filter(|_| more);
    Ok((rows.into_iter().map(|r| PublicationView::new(r, Vec::new())).collect(), next))
}

/// Tries a failed one again, or sends the missing parts of an incomplete one.
///
/// # Errors
/// [`AppError::Conflict`] in any other state.
pub async fn retry(engine: &Engine, actor: &Actor, id: PublicationId) -> Result<PublicationView, AppError> {
    change(engine, actor, id, |row, now| {
        if row.state == PublicationState::Published && row.incomplete {
            if row.units.iter().any(|u| u.state == UnitState::Unconfirmed) {
                return Err(conflict(
                    "unconfirmed",
                    "It is not certain whether a part of this thread is public. Look at the account first, and say \
                     what you found.",
                ));
            }
            row.incomplete = false;
            row.tries = 0;
            row.released_at = Some(now);
            for unit in row.units.iter_mut().filter(|u| u.state == UnitState::Failed) {
                unit.state = UnitState::Pending;
                unit.error = None;
            }
            return Ok(Some(now));
        }
        step(row, Event::Retry, "Only a failed publication can be tried again.")?;
        again(row, now);
        Ok(Some(now))
    })
    .await
}

/// Publishes a held one now.
///
/// # Errors
/// [`AppError::Conflict`] when it is not held, or its account must be connected first.
pub async fn publish(engine: &Engine, actor: &Actor, id: PublicationId) -> Result<PublicationView, AppError> {
    change(engine, actor, id, |row, now| {
        step(row, Event::Release, "Only a held publication can be let go.")?;
        row.held_reason = None;
        row.released_at = Some(now);
        row.tries = 0;
        Ok(Some(now))
    })
    .await
}

/// What a person found when looking for an unconfirmed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is public, at this address if they gave one.
    Published(Option<String>),
    /// It is not public; send it again.
    NotPublished,
}

/// Settles an unconfirmed publication, or an unconfirmed part of a public one, by a person's word.
///
/// # Errors
/// [`AppError::Conflict`] when nothing is unconfirmed.
pub async fn resolve(
    engine: &Engine,
    actor: &Actor,
    id: PublicationId,
    finding: Finding,
) -> Result<PublicationView, AppError> {
    change(engine, actor, id, move |row, now| {
        let unit = row.units.iter().position(|u| u.state == UnitState::Unconfirmed);
        if row.state == PublicationState::Published
            && let Some(unit) = unit
        {
            return Ok(settle_part(row, unit, &finding, now));
        }
        let message = "Only an unconfirmed publication can be settled.";
        match &finding {
            Finding::Published(url) => {
                step(row, Event::ResolvePublished, message)?;
                row.remote_url.clone_from(url);
                // The network's id is not known; a link is no id, and none is made up.
                row.remote_id = None;
                row.evidence = Some(SEEN_BY_A_PERSON.to_owned());
                row.published_at = Some(now);
                row.error = None;
                settle_public(row, 0, url.clone());
                Ok(None)
            }
            Finding::NotPublished => {
                step(row, Event::ResolveNotPublished, message)?;
                again(row, now);
                Ok(Some(now))
            }
        }
    })
    .await
}

/// The evidence of a person's word.
const SEEN_BY_A_PERSON: &str = "A person looked at the account and said that it is public.";

fn settle_part(
    row: &mut PublicationRow,
    unit: usize,
    finding: &Finding,
    now: Timestamp,
) -> Option<Timestamp> {
    row.error = None;
    let index = row.units[unit].index;
    match finding {
        Finding::Published(url) => {
            row.evidence = Some(SEEN_BY_A_PERSON.to_owned());
            settle_public(row, unit, url.clone());
            None
        }
        Finding::NotPublished => {
            row.evidence = None;
            row.units[unit].state = UnitState::Pending;
            row.units[unit].error = None;
            row.incomplete = false;
            row.released_at = Some(now);
            // The open commit is settled by the person's word: prepare the unit again.
            if let Saved::Progress(progress) = publish::saved_progress(row) {
                row.progress = serde_json::to_value(progress.at(Stage::Preparing { unit: index })).ok();
            }
            Some(now)
        }
    }
}

/// A unit is public by a person's word. The progress goes past it, so that nobody looks for it or sends it again; what follows
/// it can't be attached, because its id is not known.
fn settle_public(row: &mut PublicationRow, unit: usize, url: Option<String>) {
    if let Some(report) = row.units.get_mut(unit) {
        report.state = UnitState::Published;
        report.remote_url = url;
        report.error = None;
    }
    if let Saved::Progress(progress) = publish::saved_progress(row) {
        row.progress = serde_json::to_value(publish::past_public(progress, &row.units)).ok();
    }
    row.incomplete = publish::next_missing(&row.units).is_some();
    row.error = row.incomplete.then(|| publish::nothing_to_follow(&row.platform));
}

/// Back to the beginning of an attempt; what was prepared is forgotten, because it may have run out.
fn again(row: &mut PublicationRow, now: Timestamp) {
    row.tries = 0;
    row.intent = false;
    row.progress = None;
    row.units.clear();
    row.error = None;
    row.evidence = None;
    row.held_reason = None;
    row.released_at = Some(now);
    row.content_version += 1;
}

fn step(row: &mut PublicationRow, event: Event, message: &str) -> Result<(), AppError> {
    let intent = if row.intent { Intent::Saved } else { Intent::None };
    row.state = row.state.after(event, intent).map_err(|_| {
        conflict("wrong_state", &format!("This publication is {}. {message}", row.state.as_str()))
    })?;
    Ok(())
}

fn conflict(code: &'static str, message: &str) -> AppError {
    AppError::Conflict { code, message: message.to_owned() }
}

/// Changes a publication and queues its job in one transaction. `decide` says when it is to run, if at all.
async fn change(
    engine: &Engine,
    actor: &Actor,
    id: PublicationId,
    decide: impl FnOnce(&mut PublicationRow, Timestamp) -> Result<Option<Timestamp>, AppError> + Send + 'static,
) -> Result<PublicationView, AppError> {
    actor.require(Permission::Publish)?;
    let (workspace, now, times) = (actor.workspace, engine.clock.now(), Times::of(engine));
    let post = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let found = publication::find_locked(tx, workspace, id).await?;
                let mut row = found.ok_or(AppError::NotFound { what: "publication" })?;
                let seen = row.seen();
                let run = decide(&mut row, now)?;
                row.next_at = run;
                row.updated_at = now;
                if !publication::save_edit(tx, &row, seen).await? {
                    return Err(conflict(
                        "wrong_state",
                        "This publication was changed meanwhile. Look at it again.",
                    ));
                }
                // Also where parts are missing for good: who decided that knows it.
                notice::clear_all(tx, (workspace, id.uuid()), now).await?;
                if let Some(at) = run {
                    let target = Target { workspace, publication: id };
                    job::put(tx, &times.job(target, &row.platform, row.account, Some(at))).await?;
                }
                Ok::<_, AppError>(row.post)
            })
        })
        .await?;
    engine.wake.notify_waiters();
    engine.events.publication_changed(workspace, post, id);
    engine.events.notices_changed(workspace);
    get(engine, actor, id).await
}

/// Whether a public one lacks its next part only because the account was not connected.
fn waits_for_login(row: &PublicationRow) -> bool {
    let missing = row.units.iter().find(|u| u.state != UnitState::Published);
    missing.is_some_and(|unit| unit.state == UnitState::Pending && lost_login(unit.error.as_ref()))
}

/// Whether it was the account's login that failed, or the account itself that was refused.
fn lost_login(error: Option<&ConnectorError>) -> bool {
    use ErrorKind::{AuthExpired, AuthRevoked, PermissionMissing};
    error.is_some_and(|error| {
        matches!(error.kind, AuthExpired | AuthRevoked | PermissionMissing)
            || NetworkState::of_code(&error.code).is_some()
    })
}

/// Lets go what waited for an account that is connected again: within the workspace's grace it is published, after that it
/// stays held for a person, as overdue.
///
/// # Errors
/// When the database fails.
pub(crate) async fn account_is_back(
    engine: &Engine,
    workspace: carillon_domain::id::WorkspaceId,
    account: carillon_domain::id::AccountId,
    grace_s: i64,
) -> Result<u64, carillon_store::StoreError> {
    let (now, restored) = (engine.clock.now(), engine.timing.restored_at);
    let mut released = 0;
    for id in waiting::waiting_for_account(&engine.db, workspace, account).await? {
        let times = Times::of(engine);
        let freed = engine
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let Some(mut row) = publication::find_locked(tx, workspace, id).await? else {
                        return Ok(false);
                    };
                    let seen = row.seen();
                    let late = publish::is_late(&row, SignedDuration::from_secs(grace_s), restored, now);
                    let mut at = row.due_at;
                    match row.state {
                        PublicationState::Held if row.held_reason == Some(HeldReason::Reauth) => {
                            // What may have been sent is looked for, however late it is.
                            if late && !row.intent {
                                row.held_reason = Some(HeldReason::Overdue);
                                publication::save_edit(tx, &row, seen).await?;
                                return Ok(false);
                            }
                            let intent = if row.intent { Intent::Saved } else { Intent::None };
                            let Ok(state) = row.state.after(Event::Release, intent) else { return Ok(false) };
                            row.state = state;
                            row.held_reason = None;
                        }
                        // Now somebody can look for what may have been sent, however late it is.
                        PublicationState::Unconfirmed if row.intent && lost_login(row.error.as_ref()) => {
                            let Ok(state) = row.state.after(Event::LookAgain, Intent::Saved) else {
                                return Ok(false);
                            };
                            (row.state, at) = (state, None);
                        }
                        PublicationState::Published if !late && waits_for_login(&row) => at = None,
                        _ => return Ok(false),
                    }
                    row.tries = 0;
                    row.updated_at = now;
                    if !publication::save_edit(tx, &row, seen).await? {
                        return Ok(false);
                    }
                    // A public one still lacks its parts, but waits for nobody.
                    notice::clear_all(tx, (workspace, id.uuid()), now).await?;
                    let target = Target { workspace, publication: id };
                    job::put(tx, &times.job(target, &row.platform, row.account, at.or(Some(now)))).await?;
                    Ok::<_, carillon_store::StoreError>(true)
                })
            })
            .await?;
        released += u64::from(freed);
    }
    engine.wake.notify_waiters();
    Ok(released)
}
