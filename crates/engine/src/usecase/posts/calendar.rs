//! What the calendar shows: every post of a range of time, and the drafts without a time beside them. How a post stands, and what was
//! composed, is read only of those that are drawn, so that a month of thousands costs little more than one of a few.

use std::collections::{BTreeSet, HashMap};

use carillon_domain::composition::Composition;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, MediaId, PostId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::{PostStatus, PublicationState, post_status};
use carillon_domain::time::Timestamp;
use carillon_store::repo::calendar::{self as kept, Place};
pub use carillon_store::repo::calendar::{Picture, Planned};

use crate::{Actor, Engine};

/// A post in the calendar.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Derived from its publications.
    pub status: PostStatus,
    /// All of it that is published waits in inboxes of the networks' apps.
    pub in_inbox: bool,
    planned: Planned,
    places: Vec<Place>,
}

impl Entry {
    fn new(planned: Planned, places: Vec<Place>) -> Self {
        let erased = &planned.erased;
        let states: Vec<_> = places.iter().map(|p| p.state).chain(erased.iter().map(|e| e.state)).collect();
        let incomplete = places.iter().any(|p| p.incomplete) || erased.iter().any(|e| e.incomplete);
        let mut published = places.iter().filter(|p| p.state == PublicationState::Published).peekable();
        let in_inbox = published.peek().is_some() && published.all(|p| p.inbox);
        Self { status: post_status(&states, incomplete), in_inbox, planned, places }
    }

    /// The post alone.
    pub fn into_planned(self) -> Planned {
        self.planned
    }

    /// The post.
    pub fn id(&self) -> PostId {
        self.planned.id
    }

    /// Its version.
    pub fn version(&self) -> i64 {
        self.planned.version
    }

    /// When it is to go out.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.planned.due_at
    }

    /// Free labels.
    pub fn tags(&self) -> &[String] {
        &self.planned.tags
    }

    /// Campaign.
    pub fn campaign(&self) -> Option<&str> {
        self.planned.campaign.as_deref()
    }

    /// The platforms that it goes to, each once, by name.
    pub fn platforms(&self) -> BTreeSet<&str> {
        self.places.iter().map(|p| p.platform.as_str()).collect()
    }

    /// Whether it goes to this account.
    pub fn goes_to(&self, account: AccountId) -> bool {
        self.places.iter().any(|p| p.account == account)
    }

    /// Whether it goes to this platform.
    pub fn goes_to_platform(&self, platform: &str) -> bool {
        self.places.iter().any(|p| p.platform == platform)
    }

    /// Whether the post, or one of its publications, stands so.
    pub fn stands(&self, state: &str) -> bool {
        self.status.as_str() == state || self.places.iter().any(|p| p.state.as_str() == state)
    }

    /// Whether a change of its time is all that it needs to go out at another one: nothing of it went out, was tried or was given up.
    pub fn can_move(&self) -> bool {
        matches!(self.status, PostStatus::Draft | PostStatus::Scheduled | PostStatus::Held)
    }

    /// What was composed.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn composition(&self) -> Result<Composition, AppError> {
        Ok(self.planned.composition()?)
    }
}

/// What the calendar shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Posts in order of their time; see [`entries`].
    pub dated: Vec<Planned>,
    /// There are more in this range.
    pub more: bool,
    /// The newest drafts without a time, newest first.
    pub drafts: Vec<Entry>,
    /// There are more of them.
    pub more_drafts: bool,
}

/// The posts of a range of time, at most so many, and at most so many drafts without a time.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn calendar(
    engine: &Engine,
    actor: &Actor,
    range: (Timestamp, Timestamp),
    (most, most_drafts): (usize, usize),
) -> Result<Shown, AppError> {
    actor.require(Permission::Read)?;
    let (db, workspace) = (&engine.db, actor.workspace);
    let limit = |most: usize| i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let (mut dated, mut drafts) = futures::try_join!(
        kept::dated(db, workspace, range, limit(most)),
        kept::undated(db, workspace, limit(most_drafts)),
    )?;
    let (more, more_drafts) = (dated.len() > most, drafts.len() > most_drafts);
    dated.truncate(most);
    drafts.truncate(most_drafts);
    let mut drafts = entries(engine, actor, drafts).await?;
    drafts.retain(|entry| entry.status == PostStatus::Draft);
    Ok(Shown { dated, more, drafts, more_drafts })
}

/// These posts with how they stand, in the same order.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn entries(engine: &Engine, actor: &Actor, posts: Vec<Planned>) -> Result<Vec<Entry>, AppError> {
    actor.require(Permission::Read)?;
    let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
    let mut of_post: HashMap<PostId, Vec<Place>> = HashMap::with_capacity(posts.len());
    for place in kept::places(&engine.db, actor.workspace, &ids).await? {
        of_post.entry(place.post).or_default().push(place);
    }
    let entry = |post: Planned| {
        let places = of_post.remove(&post.id).unwrap_or_default();
        Entry::new(post, places)
    };
    Ok(posts.into_iter().map(entry).collect())
}

/// Those of these files that are in the library, for small pictures of them.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn pictures(engine: &Engine, actor: &Actor, ids: &[MediaId]) -> Result<Vec<Picture>, AppError> {
    actor.require(Permission::Read)?;
    Ok(kept::pictures(&engine.db, actor.workspace, ids).await?)
}
