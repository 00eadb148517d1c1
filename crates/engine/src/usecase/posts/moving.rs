//! Moving a post to another time: what stands against that, to be asked about before it is done.

use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::limits::Violation;
use carillon_domain::permission::Permission;
use carillon_domain::schedule;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::{calendar, series};

use super::input::PostPatch;
use super::judge::judge;
use super::query;
use super::update::{merged, update};
use super::view::PostView;
use crate::usecase::caps::Besides;
use crate::{Actor, Engine};

/// What stands against any time, since nothing goes out by this login.
const LOGIN: [&str; 2] = ["account_not_connected", "permission_missing"];

/// What became of a wish to move a post.
#[derive(Debug, Clone)]
pub enum Moved {
    /// It has its new time.
    Done(Box<PostView>),
    /// Nothing is changed: a careful person would want to know this first.
    Asked(Vec<Violation>),
}

/// Gives a post another time, in the zone that it was planned in, or a draft none. Without `sure` only if nothing is broken by that: no cap of the
/// user's own, no login that is lost, lacks a permission or ends before, no other post within the hour, no order within its campaign, and it follows no series.
///
/// # Errors
/// As [`update`]: [`AppError::Invalid`] for a time that is past or that a network's own cap refuses, [`AppError::Conflict`] once
/// something of it may have been sent.
pub async fn reschedule(
    engine: &Engine,
    actor: &Actor,
    (id, version): (PostId, Option<i64>),
    at: Option<Timestamp>,
    sure: bool,
) -> Result<Moved, AppError> {
    actor.require(Permission::Write)?;
    let before = query::get(engine, actor, id).await?;
    let patch = PostPatch {
        scheduled_at: Some(at.map(|at| at.to_string()).unwrap_or_default()),
        timezone: Some(before.post.timezone.clone()),
        ..PostPatch::default()
    };
    if !sure && before.settled().is_none() {
        let besides = Besides { except: Some(id), ..Besides::default() };
        let judged = judge(engine, actor, &merged(&before, &patch), besides).await?;
        let counts = |w: &Violation| w.field == "scheduled_at" || LOGIN.contains(&w.code.as_str());
        let mut against: Vec<_> = judged.warnings.into_iter().filter(counts).collect();
        against.extend(out_of_order(engine, actor, &before, at).await?);
        against.extend(out_of_series(engine, actor, id).await?);
        if !against.is_empty() {
            return Ok(Moved::Asked(against));
        }
    }
    let view = update(engine, actor, id, patch, version).await?;
    Ok(Moved::Done(Box::new(view)))
}

/// That it would follow its series no more: moving it back does not change that.
async fn out_of_series(engine: &Engine, actor: &Actor, id: PostId) -> Result<Option<Violation>, AppError> {
    let follows = series::of_post(&engine.db, actor.workspace, id).await?.is_some_and(|one| !one.detached);
    let message =
        "It follows a series of posts. Moved, it does so no more: changes of the series leave it as it is.";
    Ok(follows.then(|| Violation::new("scheduled_at", "leaves_series", message)))
}

/// The post of the same campaign that this one would pass.
async fn out_of_order(
    engine: &Engine,
    actor: &Actor,
    before: &PostView,
    at: Option<Timestamp>,
) -> Result<Option<Violation>, AppError> {
    let (Some(campaign), Some(from), Some(at)) = (&before.post.campaign, before.post.due_at, at) else {
        return Ok(None);
    };
    // What is due at the same time as it was has no order with it yet.
    let tick = SignedDuration::from_micros(1);
    let (range, way) = if from < at { ((from + tick, at), "before") } else { ((at, from - tick), "after") };
    let passed = calendar::of_campaign(&engine.db, actor.workspace, range, campaign, before.post.id).await?;
    Ok(passed.map(|(_, other)| {
        let when = schedule::zone(&actor.timezone).map_or_else(
            |_| other.to_string(),
            |zone| zone.to_datetime(other).strftime("%Y-%m-%d %H:%M").to_string(),
        );
        let message = format!(
            "In the campaign “{campaign}” it was to go out {way} the post of {when}. Moved, it would not any more."
        );
        Violation::new("scheduled_at", "out_of_order", message)
    }))
}
