//! Changing a post: content, accounts, time, and whether it goes out at all. One transaction with its jobs; refused once
//! something of it may have been sent.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::{Event, Intent, PostStatus, PublicationState};
use carillon_domain::time::Timestamp;
use carillon_store::repo::post::{self, PostRow};
use carillon_store::repo::publication::{self, PublicationRow};
use carillon_store::repo::series as series_row;
use carillon_store::repo::{job, notice};

use super::create::{Aim, fingerprint, new_publication};
use super::input::{PostInput, PostPatch, WantedStatus};
use super::judge::{Judged, judge};
use super::query;
use super::view::{PostView, PublicationView};
use crate::publish::{self, Target};
use crate::usecase::caps::{self, Besides};
use crate::usecase::queue::{self, FreeSlot};
use crate::usecase::series;
use crate::{Actor, Engine};

/// Applies the patch.
///
/// # Errors
/// As [`create`](super::create()); [`AppError::Stale`] for an old version; [`AppError::Conflict`] once something may have been
/// sent.
pub async fn update(
    engine: &Engine,
    actor: &Actor,
    id: PostId,
    patch: PostPatch,
    if_match: Option<i64>,
) -> Result<PostView, AppError> {
    if patch.status != Some(WantedStatus::Queue) {
        return change(engine, actor, id, (patch, Aim::default()), if_match).await;
    }
    actor.require(Permission::Publish)?;
    for _ in 0..queue::TRIES {
        let accounts = match &patch.accounts {
            Some(accounts) => accounts.clone(),
            None => live(&query::get(engine, actor, id).await?).map(|p| p.account).collect(),
        };
        let slot = queue::next_free(engine, actor, &accounts, Some(id)).await?;
        let placed = slot.place_change(patch.clone());
        let aim = Aim { slot: Some(slot), ..Aim::default() };
        match Box::pin(change(engine, actor, id, (placed, aim), if_match)).await {
            Err(error) if queue::is_taken(&error) => {}
            done => return done,
        }
    }
    Err(queue::too_busy())
}

/// Moves a post, of which this version was seen, into a slot that must still be free then.
pub(in crate::usecase) async fn move_to(
    engine: &Engine,
    actor: &Actor,
    (id, version): (PostId, i64),
    slot: FreeSlot,
) -> Result<PostView, AppError> {
    let patch = slot.place_change(PostPatch::default());
    let aim = Aim { slot: Some(slot), ..Aim::default() };
    change(engine, actor, id, (patch, aim), Some(version)).await
}

/// Applies the patch.
pub(in crate::usecase) async fn change(
    engine: &Engine,
    actor: &Actor,
    id: PostId,
    (patch, aim): (PostPatch, Aim),
    if_match: Option<i64>,
) -> Result<PostView, AppError> {
    actor.require(Permission::Write)?;
    let before = query::get(engine, actor, id).await?;
    if if_match.is_some_and(|v| v != before.post.version) {
        return Err(AppError::Stale);
    }
    if before.went_out_and_was_erased() {
        return Err(already_out());
    }
    let canceled = before.status == PostStatus::Canceled;
    if canceled && (patch.status.is_none() || patch.accounts.is_none()) {
        return Err(AppError::Conflict {
            code: "canceled",
            message: "This post is canceled. To plan it again, send `status` and `accounts` with the change."
                .to_owned(),
        });
    }
    let input = merged(&before, &patch);
    let goes_out = input.status != WantedStatus::Draft;
    if goes_out || before.publications.iter().any(|p| p.state != PublicationState::Draft) {
        actor.require(Permission::Publish)?;
    }
    let now = engine.clock.now();
    let besides = Besides { except: Some(id), instead_of: aim.instead_of, planned: &[] };
    let Judged { composition, checks, due, places, warnings } = judge(engine, actor, &input, besides).await?;
    let row = PostRow {
        version: before.post.version + 1,
        composition,
        tags: input.tags,
        campaign: input.campaign.filter(|c| !c.trim().is_empty()),
        due_at: due.as_ref().map(|d| d.at),
        wall: due.as_ref().map(|d| d.wall.to_string()),
        timezone: due.as_ref().map_or(before.post.timezone.clone(), |d| d.timezone.clone()),
        updated_at: now,
        ..before.post.clone()
    };
    let fresh: BTreeMap<AccountId, PublicationRow> =
        checks.iter().map(|c| (c.account.id, new_publication(engine, &row, c, input.status))).collect();
    let fingerprints: BTreeMap<AccountId, String> =
        checks.iter().map(|c| (c.account.id, fingerprint(&c.draft))).collect();
    let change = Change { row, fresh, fingerprints, wanted: input.status, places, aim, now };
    apply(engine, change).await?;
    engine.wake.notify_waiters();
    engine.events.post_changed(actor.workspace, id);
    engine.events.notices_changed(actor.workspace);
    let mut view = query::get(engine, actor, id).await?;
    view.warnings = warnings;
    Ok(view)
}

/// Its publications. An account that was taken off, or a post that was canceled, comes back only when it is named.
fn live(view: &PostView) -> impl Iterator<Item = &PublicationView> {
    view.publications.iter().filter(|p| p.state != PublicationState::Canceled)
}

/// The post as a request, with the patch on top.
pub(super) fn merged(before: &PostView, patch: &PostPatch) -> PostInput {
    let post = &before.post;
    let now_status = if live(before).any(|p| p.state != PublicationState::Draft) {
        WantedStatus::Scheduled
    } else {
        WantedStatus::Draft
    };
    let retimed = patch.scheduled_at.is_some() || patch.timezone.is_some();
    let kept_time = post.due_at.map(|at| at.to_string());
    let accounts: Vec<AccountId> =
        patch.accounts.clone().unwrap_or_else(|| live(before).map(|p| p.account).collect());
    PostInput {
        text: patch.text.clone().unwrap_or_else(|| post.composition.text.clone()),
        media: patch.media.clone().unwrap_or_else(|| post.composition.media.clone()),
        status: patch.status.unwrap_or(now_status),
        // A new zone moves the wall-clock time that was meant; nothing new keeps the instant.
        scheduled_at: match (&patch.scheduled_at, retimed) {
            (Some(text), _) => Some(text.clone()).filter(|text| !text.is_empty()),
            (None, true) => post.wall.clone().or(kept_time),
            (None, false) => kept_time,
        },
        timezone: Some(patch.timezone.clone().unwrap_or_else(|| post.timezone.clone())),
        overrides: patch.overrides.clone().unwrap_or_else(|| {
            // Without those of accounts that were taken off, or erased.
            let kept = post.composition.overrides.clone().into_iter();
            kept.filter(|(account, _)| accounts.contains(account)).collect()
        }),
        accounts,
        parts: patch.parts.clone().unwrap_or_else(|| post.composition.parts.clone()),
        first_comment: patch.first_comment.clone().or_else(|| post.composition.first_comment.clone()),
        tags: patch.tags.clone().unwrap_or_else(|| post.tags.clone()),
        campaign: patch.campaign.clone().or_else(|| post.campaign.clone()),
        repeat: None,
        link_parameters: patch
            .link_parameters
            .clone()
            .unwrap_or_else(|| post.composition.link_parameters.clone()),
        fill_in: patch.fill_in.unwrap_or(post.composition.fill_in),
    }
}

struct Change {
    row: PostRow,
    fresh: BTreeMap<AccountId, PublicationRow>,
    fingerprints: BTreeMap<AccountId, String>,
    wanted: WantedStatus,
    places: Vec<caps::Place>,
    aim: Aim,
    now: Timestamp,
}

async fn apply(engine: &Engine, mut change: Change) -> Result<(), AppError> {
    let times = publish::Times::of(engine);
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !post::update(tx, &change.row).await? {
                    return Err(AppError::Stale);
                }
                if !change.row.erased.is_empty() {
                    // Nothing of it went out. Planned anew, it is judged by what becomes of it now.
                    post::remember(tx, change.row.workspace, change.row.id, &[]).await?;
                }
                for mut row in publication::of_post(&mut *tx, change.row.workspace, change.row.id).await? {
                    match change.fresh.remove(&row.account) {
                        Some(_) => {
                            let seen = row.seen();
                            edit(&mut row, &change)?;
                            if !publication::save_edit(tx, &row, seen).await? {
                                return Err(already_out());
                            }
                            requeue(tx, &times, &row).await?;
                        }
                        None => take_off(tx, row, change.now).await?,
                    }
                }
                for row in change.fresh.values() {
                    publication::insert(tx, row).await?;
                    requeue(tx, &times, row).await?;
                }
                if let Some(slot) = &change.aim.slot {
                    queue::take(tx, change.row.workspace, slot, change.row.id).await?;
                }
                match &change.aim.part {
                    Some(part) => series::link(tx, change.row.workspace, part, change.row.id).await?,
                    // What is changed alone follows its series no more.
                    None => series_row::detach(tx, change.row.workspace, change.row.id).await?,
                }
                caps::take(tx, &change.places, change.row.id, change.aim.instead_of).await
            })
        })
        .await
}

/// Gives a publication its new content and time; what was prepared for the old content is forgotten.
fn edit(row: &mut PublicationRow, change: &Change) -> Result<(), AppError> {
    let intent = if row.intent { Intent::Saved } else { Intent::None };
    let event = match change.wanted {
        WantedStatus::Draft => Event::Unschedule,
        WantedStatus::Scheduled | WantedStatus::Now | WantedStatus::Queue => Event::Schedule,
    };
    let content = change.fingerprints.get(&row.account);
    if row.state != PublicationState::Draft || event == Event::Schedule {
        row.state = row.state.after(event, intent).map_err(|_| already_out())?;
    }
    row.due_at = change.row.due_at;
    row.next_at = None;
    row.tries = 0;
    row.held_reason = None;
    row.released_at = None;
    row.progress = None;
    row.units.clear();
    row.error = None;
    row.evidence = None;
    row.content_version += 1;
    row.fingerprint = content.cloned().unwrap_or_default();
    row.updated_at = change.now;
    Ok(())
}

/// An account that the post no longer goes to.
async fn take_off(
    tx: &mut carillon_store::Tx<'_>,
    row: PublicationRow,
    now: Timestamp,
) -> Result<(), AppError> {
    if row.state == PublicationState::Canceled {
        return Ok(());
    }
    if row.state == PublicationState::Draft {
        publication::delete(tx, row.workspace, row.id).await?;
        notice::clear_all(tx, (row.workspace, row.id.uuid()), now).await?;
    } else {
        let intent = if row.intent { Intent::Saved } else { Intent::None };
        let (mut row, seen) = (row.clone(), row.seen());
        row.state = row.state.after(Event::Cancel, intent).map_err(|_| already_out())?;
        row.content_version += 1;
        row.updated_at = now;
        if !publication::save_edit(tx, &row, seen).await? {
            return Err(already_out());
        }
    }
    Ok(job::remove(tx, &publish::job_key(row.id)).await?)
}

async fn requeue(
    tx: &mut carillon_store::Tx<'_>,
    times: &publish::Times,
    row: &PublicationRow,
) -> Result<(), AppError> {
    if row.state == PublicationState::Scheduled {
        let target = Target { workspace: row.workspace, publication: row.id };
        job::put(tx, &times.job(target, &row.platform, row.account, row.due_at)).await?;
    } else {
        job::remove(tx, &publish::job_key(row.id)).await?;
    }
    Ok(())
}

fn already_out() -> AppError {
    AppError::Conflict {
        code: "already_sending",
        message:
            "Part of this post is public already or is being sent right now, so it can no longer be changed. \
                  Make a new post for the change."
                .to_owned(),
    }
}
