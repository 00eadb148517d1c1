//! What the calendar shows: the posts of a range of time and the drafts without one, each with no more than a tile needs.

use carillon_domain::composition::Composition;
use carillon_domain::erased::Erased;
use carillon_domain::id::{AccountId, MediaId, PostId, WorkspaceId};
use carillon_domain::media::{MediaKind, Rendition};
use carillon_domain::publication::{Delivered, PublicationState, UnitReport};
use carillon_domain::time::Timestamp;

use super::some::{self, some_ids};
use crate::{Db, Executor, Row, StoreError, args, statements};

statements! {
    DATED = "calendar.dated": "select id, version, composition, tags, campaign, due_at, erased from posts where workspace_id = $1 \
        and trashed_at is null and due_at >= $2 and due_at < $3 order by due_at, id limit $4";
    UNDATED = "calendar.undated": "select id, version, composition, tags, campaign, due_at, erased from posts where workspace_id = $1 \
        and trashed_at is null and due_at is null order by id desc limit $2";
    // As many places as there may be posts or pictures; what is not needed is null, and null is no id.
    PLACES = "calendar.places": concat!("select x.post_id, x.account_id, x.platform, x.state, x.incomplete, \
        case when x.units like '%\"delivered\":\"inbox\"%' then x.units end as units from publications x \
        where x.workspace_id = $1 and x.post_id in ", some_ids!());
    PICTURES = "calendar.pictures": concat!("select id, kind, renditions from media where workspace_id = $1 and deleted_at is null \
        and id in ", some_ids!());
    OF_CAMPAIGN = "calendar.of_campaign": "select id, due_at from posts where workspace_id = $1 and trashed_at is null \
        and due_at >= $2 and due_at <= $3 and campaign = $4 and id <> $5 order by due_at, id limit 1";
}

/// A post as the calendar needs it. What was composed is read only where it is shown.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Id.
    pub id: PostId,
    /// Grows with every change.
    pub version: i64,
    /// Free labels.
    pub tags: Vec<String>,
    /// Campaign.
    pub campaign: Option<String>,
    /// When it is to go out.
    pub due_at: Option<Timestamp>,
    /// What is remembered of publications that were erased with their accounts.
    pub erased: Vec<Erased>,
    composition: String,
}

impl Planned {
    /// What was composed.
    ///
    /// # Errors
    /// [`StoreError::Decode`].
    pub fn composition(&self) -> Result<Composition, StoreError> {
        serde_json::from_str(&self.composition).map_err(|e| StoreError::Decode {
            statement: DATED.name,
            column: "composition".to_owned(),
            message: e.to_string(),
        })
    }
}

/// Where a post goes.
#[derive(Debug, Clone)]
pub struct Place {
    /// The post.
    pub post: PostId,
    /// The account.
    pub account: AccountId,
    /// Its platform.
    pub platform: String,
    /// How it stands there.
    pub state: PublicationState,
    /// A part or comment is missing.
    pub incomplete: bool,
    /// It waits in the inbox of the network's app.
    pub inbox: bool,
}

fn post(row: &Row) -> Result<Planned, StoreError> {
    Ok(Planned {
        id: row.get("id")?,
        version: row.get("version")?,
        composition: row.get("composition")?,
        tags: row.json("tags")?,
        campaign: row.get("campaign")?,
        due_at: row.get("due_at")?,
        erased: row.json_opt("erased")?.unwrap_or_default(),
    })
}

fn place(row: &Row) -> Result<Place, StoreError> {
    let units: Vec<UnitReport> = row.json_opt("units")?.unwrap_or_default();
    let state = row.named("state", PublicationState::parse)?;
    let waits = |unit: &UnitReport| {
        unit.index == 0 && unit.delivered == Delivered::Inbox && unit.deleted_at.is_none()
    };
    Ok(Place {
        post: row.get("post_id")?,
        account: row.get("account_id")?,
        platform: row.get("platform")?,
        inbox: state == PublicationState::Published && units.iter().any(waits),
        state,
        incomplete: row.get("incomplete")?,
    })
}

/// The first posts whose time lies in this range, in order of time.
///
/// # Errors
/// [`StoreError`].
pub async fn dated(
    db: &Db,
    workspace: WorkspaceId,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Planned>, StoreError> {
    db.fetch_all(DATED, args![workspace, from, to, limit]).await?.iter().map(post).collect()
}

/// The newest posts without a time.
///
/// # Errors
/// [`StoreError`].
pub async fn undated(db: &Db, workspace: WorkspaceId, limit: i64) -> Result<Vec<Planned>, StoreError> {
    db.fetch_all(UNDATED, args![workspace, limit]).await?.iter().map(post).collect()
}

/// Where these posts go, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn places(db: &Db, workspace: WorkspaceId, posts: &[PostId]) -> Result<Vec<Place>, StoreError> {
    some::rows(db, PLACES, workspace, posts).await?.iter().map(place).collect()
}

/// A file of the library, as far as a small picture of it goes.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Which file.
    pub id: MediaId,
    /// Broad type.
    pub kind: MediaKind,
    /// Smaller versions.
    pub renditions: Vec<Rendition>,
}

/// Those of these files that are in the library, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn pictures(db: &Db, workspace: WorkspaceId, ids: &[MediaId]) -> Result<Vec<Picture>, StoreError> {
    let picture = |row: &Row| {
        let kind = row.named("kind", MediaKind::parse)?;
        Ok(Picture { id: row.get("id")?, kind, renditions: row.json("renditions")? })
    };
    some::rows(db, PICTURES, workspace, ids).await?.iter().map(picture).collect()
}

/// The first other post of this campaign that is due in this range, its ends among it.
///
/// # Errors
/// [`StoreError`].
pub async fn of_campaign(
    db: &Db,
    workspace: WorkspaceId,
    (from, to): (Timestamp, Timestamp),
    campaign: &str,
    except: PostId,
) -> Result<Option<(PostId, Timestamp)>, StoreError> {
    let row = db.fetch_optional(OF_CAMPAIGN, args![workspace, from, to, campaign, except]).await?;
    row.map(|row| Ok((row.get("id")?, row.get("due_at")?))).transpose()
}
