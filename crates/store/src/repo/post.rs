//! Posts: what people composed.

use std::collections::BTreeSet;

use carillon_domain::composition::Composition;
use carillon_domain::erased::Erased;
use carillon_domain::id::{AccountId, PostId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use super::post_media;
use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// A post as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PostRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: PostId,
    /// Grows with every change.
    pub version: i64,
    /// Base and overrides.
    pub composition: Composition,
    /// Free labels.
    pub tags: Vec<String>,
    /// Campaign.
    pub campaign: Option<String>,
    /// When it is to go out.
    pub due_at: Option<Timestamp>,
    /// Civil time in `timezone`, as meant.
    pub wall: Option<String>,
    /// IANA zone.
    pub timezone: String,
    /// Who composed it; `None` for a token.
    pub created_by: Option<UserId>,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
    /// Thrown away.
    pub trashed_at: Option<Timestamp>,
    /// What is remembered of publications that were erased with their accounts. Only [`remember`] writes it.
    pub erased: Vec<Erased>,
}

statements! {
    INSERT = "posts.insert": "insert into posts (workspace_id, id, version, composition, plain_text, tags, campaign, due_at, \
        wall, timezone, created_by, created_at, updated_at, trashed_at, files_noted) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $3)";
    FIND = "posts.find": "select workspace_id, id, version, composition, tags, campaign, due_at, wall, timezone, created_by, \
        created_at, updated_at, trashed_at, erased from posts where workspace_id = $1 and id = $2";
    FIND_ALL = "posts.find_all": "/*postgres: select workspace_id, id, version, composition, tags, campaign, due_at, wall, timezone, created_by, \
        created_at, updated_at, trashed_at, erased from posts where (workspace_id, id) in \
        (select v.a, v.b from unnest($1::uuid[], $2::uuid[]) as v(a, b))*/";
    UPDATE = "posts.update": "update posts set version = $3, composition = $4, plain_text = $5, tags = $6, campaign = $7, \
        due_at = $8, wall = $9, timezone = $10, updated_at = $11, trashed_at = $12, files_noted = $3 \
        where workspace_id = $1 and id = $2 and version = $3 - 1";
    LIST = "posts.list": "select workspace_id, id, version, composition, tags, campaign, due_at, wall, timezone, created_by, \
        created_at, updated_at, trashed_at, erased from posts p where workspace_id = $1 and trashed_at is null \
        and (cast($2 as uuid) is null or exists (select 1 from publications x where x.workspace_id = p.workspace_id \
        and x.post_id = p.id and x.account_id = $2)) \
        and (cast($3 as bigint) is null or coalesce(due_at, created_at) >= $3) and (cast($4 as bigint) is null or coalesce(due_at, created_at) < $4) \
        and (cast($5 as text) is null or plain_text like $5 escape '!') and (cast($6 as uuid) is null or id < $6) order by id desc limit $7";
    USES_MEDIA = "posts.uses_media": "select p.id from posts p where p.workspace_id = $1 and p.trashed_at is null \
        and p.composition like $2 and (exists (select 1 from publications x where x.workspace_id = p.workspace_id \
        and x.post_id = p.id and (x.state in ('draft', 'in_review', 'approved', 'scheduled', 'publishing', 'held') \
        or (x.state = 'published' and (x.incomplete = $3 or x.units like '%\"state\":\"pending\"%')))) \
        or p.erased is null and not exists (select 1 from publications x where x.workspace_id = p.workspace_id and x.post_id = p.id)) limit 1";
    SENDS_MEDIA = "posts.sends_media": "select p.id from posts p where p.workspace_id = $1 and p.trashed_at is null \
        and p.composition like $2 and exists (select 1 from publications x where x.workspace_id = p.workspace_id \
        and x.post_id = p.id and (x.state in ('scheduled', 'publishing', 'held') \
        or (x.state = 'published' and (x.incomplete = $3 or x.units like '%\"state\":\"pending\"%')))) limit 1";
    LABELS = "posts.labels": "select tags, campaign from posts where workspace_id = $1 and trashed_at is null order by id desc limit $2";
    REMEMBER = "posts.remember": "update posts set erased = $3 where workspace_id = $1 and id = $2";
}

pub(super) fn read(row: &Row) -> Result<PostRow, StoreError> {
    Ok(PostRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        version: row.get("version")?,
        composition: row.json("composition")?,
        tags: row.json("tags")?,
        campaign: row.get("campaign")?,
        due_at: row.get("due_at")?,
        wall: row.get("wall")?,
        timezone: row.get("timezone")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        trashed_at: row.get("trashed_at")?,
        erased: row.json_opt("erased")?.unwrap_or_default(),
    })
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).ok())
}

/// What a search looks at, in lower case so that both engines compare alike.
fn searchable(row: &PostRow) -> String {
    row.composition.text.to_lowercase()
}

/// The pattern (`like … escape '!'`) of a searchable text that contains this.
pub(super) fn containing(text: &str) -> String {
    let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// Adds a post.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &PostRow) -> Result<(), StoreError> {
    let values = vec![
        Value::from(row.workspace),
        Value::from(row.id),
        Value::from(row.version),
        json(&row.composition),
        Value::from(searchable(row)),
        json(&row.tags),
        Value::from(row.campaign.as_deref()),
        Value::from(row.due_at),
        Value::from(row.wall.as_deref()),
        Value::from(&row.timezone),
        Value::from(row.created_by),
        Value::from(row.created_at),
        Value::from(row.updated_at),
        Value::from(row.trashed_at),
    ];
    tx.execute(INSERT, values).await?;
    post_media::put(tx, row).await
}

/// The post, if it is in this workspace; also from the trash.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: PostId,
) -> Result<Option<PostRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// Those of these posts that are there, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn find_all(tx: &mut Tx<'_>, keys: &[(WorkspaceId, PostId)]) -> Result<Vec<PostRow>, StoreError> {
    let keys = keys.iter().map(|(workspace, id)| args![*workspace, *id]).collect();
    tx.fetch_each(FIND, FIND_ALL, keys).await?.iter().map(read).collect()
}

/// Saves a post whose version was raised by one. Tells whether nobody else did meanwhile.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn update(tx: &mut Tx<'_>, row: &PostRow) -> Result<bool, StoreError> {
    let values = vec![
        Value::from(row.workspace),
        Value::from(row.id),
        Value::from(row.version),
        json(&row.composition),
        Value::from(searchable(row)),
        json(&row.tags),
        Value::from(row.campaign.as_deref()),
        Value::from(row.due_at),
        Value::from(row.wall.as_deref()),
        Value::from(&row.timezone),
        Value::from(row.updated_at),
        Value::from(row.trashed_at),
    ];
    if tx.execute(UPDATE, values).await? != 1 {
        return Ok(false);
    }
    post_media::remove(tx, row.workspace, row.id).await?;
    post_media::put(tx, row).await?;
    Ok(true)
}

/// Saves what is remembered of publications that were erased with their accounts.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remember(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: PostId,
    erased: &[Erased],
) -> Result<(), StoreError> {
    let value = if erased.is_empty() { Value::Text(None) } else { json(&erased) };
    tx.execute(REMEMBER, vec![Value::from(workspace), Value::from(id), value]).await.map(drop)
}

/// Which posts to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only with a publication on this account.
    pub account: Option<AccountId>,
    /// Due, or else created, at or after.
    pub from: Option<Timestamp>,
    /// Due, or else created, before.
    pub to: Option<Timestamp>,
    /// Text that the base text contains; case ignored.
    pub q: Option<String>,
    /// Older than this one.
    pub after: Option<PostId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of posts, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &Db, workspace: WorkspaceId, query: &ListQuery) -> Result<Vec<PostRow>, StoreError> {
    let like = query.q.as_ref().map(|q| containing(q));
    let values = args![workspace, query.account, query.from, query.to, like, query.after, query.limit];
    db.fetch_all(LIST, values).await?.iter().map(read).collect()
}

/// A post that still needs this library file: one that is to go out, or a part of which is.
///
/// # Errors
/// [`StoreError`].
pub async fn using_media<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    media: carillon_domain::id::MediaId,
) -> Result<Option<PostId>, StoreError> {
    let row = ex.fetch_optional(USES_MEDIA, args![workspace, format!("%{media}%"), true]).await?;
    row.map(|r| r.get("id")).transpose()
}

/// A post that is to go out with this library file by itself, or a part of which is; no draft, which is checked before it goes anywhere.
///
/// # Errors
/// [`StoreError`].
pub async fn sending_media<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    media: carillon_domain::id::MediaId,
) -> Result<Option<PostId>, StoreError> {
    let row = ex.fetch_optional(SENDS_MEDIA, args![workspace, format!("%{media}%"), true]).await?;
    row.map(|r| r.get("id")).transpose()
}

/// What people call their posts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// Tags, by name.
    pub tags: BTreeSet<String>,
    /// Campaigns, by name.
    pub campaigns: BTreeSet<String>,
}

/// The tags and campaigns of so many of the newest posts, to choose from.
///
/// # Errors
/// [`StoreError`].
pub async fn labels(db: &Db, workspace: WorkspaceId, newest: i64) -> Result<Labels, StoreError> {
    let mut labels = Labels::default();
    for row in db.fetch_all(LABELS, args![workspace, newest]).await? {
        labels.tags.extend(row.json::<Vec<String>>("tags")?);
        labels.campaigns.extend(row.get::<Option<String>>("campaign")?);
    }
    Ok(labels)
}
