//! The queue of an account: what is in which slot, and which are free.

use std::collections::{BTreeMap, HashMap};

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::publication::PublicationState;
use carillon_domain::slot::{Slot, upcoming};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::post::{self, PostRow};
use carillon_store::repo::slot;

use super::fill::minute;
use crate::usecase::accounts;
use crate::{Actor, Engine};

/// So many weeks of a queue are shown.
pub const WEEKS: i64 = 4;

/// Most of what is planned that is shown.
const MOST: i64 = 500;

/// What an account has before it.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its slots, by day and time.
    pub slots: Vec<Slot>,
    /// The coming weeks, in order of time.
    pub rows: Vec<QueueRow>,
}

/// One time of a queue.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// When.
    pub at: Timestamp,
    /// Its zone: the slot's, or the post's where it is in no slot.
    pub timezone: String,
    /// Whether it is a slot's time.
    pub is_slot: bool,
    /// What is to be published then; `None`: the slot is free.
    pub post: Option<InSlot>,
}

/// A post in a queue.
#[derive(Debug, Clone)]
pub struct InSlot {
    /// The post.
    pub post: PostRow,
    /// How its publication on the account stands.
    pub state: PublicationState,
}

impl InSlot {
    /// Whether its time can still be changed.
    pub fn is_movable(&self) -> bool {
        self.state == PublicationState::Scheduled
    }
}

/// The queue of an account for the coming [`WEEKS`].
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces.
pub async fn of(engine: &Engine, actor: &Actor, id: AccountId) -> Result<Queue, AppError> {
    let row = accounts::get(engine, actor, id).await?;
    let key = (row.workspace, row.id);
    let from = engine.clock.now();
    let until = from + SignedDuration::from_hours(24 * 7 * WEEKS);
    let slots = slot::of(&engine.db, key.0, key.1).await?;
    let planned = slot::planned(&engine.db, key, (from, until), None, MOST).await?;
    let keys: Vec<_> = planned.iter().map(|one| (key.0, one.post)).collect();
    let posts = engine.db.read(move |tx| Box::pin(async move { post::find_all(tx, &keys).await })).await?;
    let mut posts: HashMap<PostId, PostRow> = posts.into_iter().map(|post| (post.id, post)).collect();
    let mut free: BTreeMap<i64, (Timestamp, Slot)> =
        upcoming(&slots, from, until).into_iter().map(|(at, slot)| (minute(at), (at, slot))).collect();
    let mut rows = Vec::new();
    let mut filled = Vec::new();
    for one in planned {
        let Some(post) = posts.remove(&one.post) else { continue };
        let is_slot = free.contains_key(&minute(one.due_at));
        filled.push(minute(one.due_at));
        rows.push(QueueRow {
            at: one.due_at,
            timezone: post.timezone.clone(),
            is_slot,
            post: Some(InSlot { post, state: one.state }),
        });
    }
    free.retain(|minute, _| !filled.contains(minute));
    rows.extend(free.into_values().map(|(at, slot)| QueueRow {
        at,
        timezone: slot.timezone().to_owned(),
        is_slot: true,
        post: None,
    }));
    rows.sort_by_key(|row| row.at);
    Ok(Queue { slots, rows })
}
