//! Moving a post up or down in a queue: into the slot beside it, or in exchange with the post there.

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::permission::Permission;
use carillon_domain::time::Timestamp;

use super::fill::FreeSlot;
use super::list::{InSlot, QueueRow, of};
use crate::usecase::posts::{self, Aim, PostPatch, PostView};
use crate::{Actor, Engine};

/// Where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the time before.
    Earlier,
    /// To the time after.
    Later,
}

impl Direction {
    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "earlier" => Some(Self::Earlier),
            "later" => Some(Self::Later),
            _ => None,
        }
    }
}

/// A move that somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    /// The post.
    pub post: PostId,
    /// Its time as they saw it: a second press of one button is not a second move.
    pub at: Timestamp,
    /// Where to.
    pub direction: Direction,
}

/// Moves a post to the nearest time of the account's queue on that side that is free or has a post that can be moved; that one gets its
/// time. Each is an ordinary change of a post's time, on all accounts that the post goes to. What is being sent or is held stays.
///
/// # Errors
/// [`AppError::NotFound`] when account or post is not there; [`AppError::Conflict`] when the post was moved meanwhile, can't be moved any
/// more, or is at the end; and as [`posts::update`]. Nothing is moved then.
pub async fn shift(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
    wanted: Move,
) -> Result<PostView, AppError> {
    let queue = of(engine, actor, account).await?;
    actor.require(Permission::Publish)?;
    let is_it = |row: &QueueRow| row.post.as_ref().is_some_and(|one| one.post.id == wanted.post);
    let here = queue.rows.iter().position(is_it).ok_or(AppError::NotFound { what: "post in this queue" })?;
    let row = &queue.rows[here];
    let Some(moved) = row.post.as_ref().filter(|one| one.is_movable()) else {
        return Err(conflict("already_sending", "This post is being sent or was sent, so its time stays."));
    };
    if row.at != wanted.at {
        return Err(conflict("moved", "This post was moved meanwhile. Look at the queue again."));
    }
    let can_go = |other: &&QueueRow| other.at != row.at && other.post.as_ref().is_none_or(InSlot::is_movable);
    let target = match wanted.direction {
        Direction::Earlier => queue.rows[..here].iter().rev().find(can_go),
        Direction::Later => queue.rows[here + 1..].iter().find(can_go),
    };
    let Some(target) = target else {
        return Err(conflict("no_slot", "There is no slot on that side to move this post to."));
    };
    match &target.post {
        None => {
            let slot = FreeSlot::on(account, target.at, &target.timezone);
            posts::move_to(engine, actor, (moved.post.id, moved.post.version), slot).await
        }
        Some(other) => exchange(engine, actor, (row, &moved.post), (target, &other.post)).await,
    }
}

type Place<'a> = (&'a QueueRow, &'a carillon_store::repo::post::PostRow);

async fn exchange(
    engine: &Engine,
    actor: &Actor,
    (here, moved): Place<'_>,
    (there, other): Place<'_>,
) -> Result<PostView, AppError> {
    // The place that it gets is still the other's, and is counted once.
    let aim = Aim { instead_of: Some(other.id), ..Aim::default() };
    let view = posts::change(engine, actor, moved.id, (time_of(there), aim), Some(moved.version)).await?;
    match posts::update(engine, actor, other.id, time_of(here), Some(other.version)).await {
        Ok(_) => Ok(view),
        Err(error) => {
            // Half an exchange is none.
            posts::update(engine, actor, moved.id, time_of(here), Some(view.post.version)).await?;
            Err(error)
        }
    }
}

fn time_of(row: &QueueRow) -> PostPatch {
    PostPatch {
        scheduled_at: Some(row.at.to_string()),
        timezone: Some(row.timezone.clone()),
        ..PostPatch::default()
    }
}

fn conflict(code: &'static str, message: &str) -> AppError {
    AppError::Conflict { code, message: message.to_owned() }
}
