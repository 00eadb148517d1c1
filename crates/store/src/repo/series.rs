//! Posts that come again and again: the series, and which posts are its occurrences.

use carillon_domain::id::{PostId, SeriesId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

/// A series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: SeriesId,
    /// Grows with every change of what is made.
    pub version: i64,
    /// The rule, as in RFC 5545.
    pub rule: String,
    /// The rule that it had before it was cancelled.
    pub ended: Option<String>,
    /// Civil time in `timezone` at which it begins.
    pub first_wall: String,
    /// IANA zone.
    pub timezone: String,
    /// What each occurrence is, as JSON that only the engine reads.
    pub template: String,
    /// Occurrences until then are made.
    pub made_to: Timestamp,
    /// When there is more to make; `None`: never.
    pub look_at: Option<Timestamp>,
    /// Why it stopped, for people.
    pub problem: Option<String>,
    /// Who made it; `None` for a token.
    pub created_by: Option<UserId>,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

/// An occurrence of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The series.
    pub series: SeriesId,
    /// Its day in the zone of the series, as in 2026-11-24.
    pub day: String,
    /// When the rule has it.
    pub at: Timestamp,
    /// The post.
    pub post: PostId,
    /// It was changed alone.
    pub detached: bool,
    /// Why it could not be scheduled, for people.
    pub problem: Option<String>,
}

statements! {
    INSERT = "post_series.insert": "insert into post_series (workspace_id, id, version, rule, ended, first_wall, timezone, template, \
        made_to, look_at, problem, created_by, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    FIND = "post_series.find": "select workspace_id, id, version, rule, ended, first_wall, timezone, template, made_to, look_at, problem, \
        created_by, created_at, updated_at from post_series where workspace_id = $1 and id = $2";
    LOCK = "post_series.lock": "select version from post_series where workspace_id = $1 and id = $2 /*postgres: for update */";
    CHANGE = "post_series.change": "update post_series set version = $3, rule = $4, first_wall = $5, template = $6, made_to = $7, \
        look_at = $8, problem = $9, updated_at = $10, ended = $11 where workspace_id = $1 and id = $2 and version = $3 - 1";
    MADE = "post_series.made": "update post_series set made_to = $4, look_at = $5 \
        where workspace_id = $1 and id = $2 and version = $3";
    STOP = "post_series.stop": "update post_series set look_at = null, problem = $4 \
        where workspace_id = $1 and id = $2 and version = $3";
    DUE = "post_series.due": "select workspace_id, id from post_series where look_at <= $1 order by look_at limit $2";
    LINK = "series_posts.link": "insert into series_posts (workspace_id, series_id, day, at, post_id, detached, problem) \
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
    UNLINK = "series_posts.unlink": "delete from series_posts where workspace_id = $1 and post_id = $2";
    LEAVE_ENDED = "series_posts.leave_ended": "delete from series_posts where workspace_id = $1 and post_id = $2 and not exists \
        (select 1 from post_series s where s.workspace_id = $1 and s.id = series_posts.series_id and s.look_at is not null)";
    RELINK = "series_posts.relink": "update series_posts set series_id = $3 where workspace_id = $1 and series_id = $2 and at >= $4";
    DETACH = "series_posts.detach": "update series_posts set detached = $3, problem = null where workspace_id = $1 and post_id = $2";
    OF = "series_posts.of": "select series_id, day, at, post_id, detached, problem from series_posts where workspace_id = $1 \
        and series_id = $2 and at >= $3 order by day limit $4";
    COMING = "series_posts.coming": "select s.series_id, s.day, s.at, s.post_id, s.detached, s.problem from series_posts s \
        join posts p on p.workspace_id = s.workspace_id and p.id = s.post_id and p.trashed_at is null where s.workspace_id = $1 \
        and s.series_id = $2 and s.at >= $3 and (exists (select 1 from publications x where x.workspace_id = s.workspace_id \
        and x.post_id = s.post_id and x.state <> 'canceled') or not exists (select 1 from publications x \
        where x.workspace_id = s.workspace_id and x.post_id = s.post_id)) order by s.day limit $4";
    CANCELED_WITH = "series_posts.canceled_with": "select s.series_id, s.day, s.at, s.post_id, s.detached, s.problem from series_posts s \
        join posts p on p.workspace_id = s.workspace_id and p.id = s.post_id and p.updated_at = $4 where s.workspace_id = $1 \
        and s.series_id = $2 and s.at >= $3 and not exists (select 1 from publications x where x.workspace_id = s.workspace_id \
        and x.post_id = s.post_id and x.state not in ('canceled', 'draft')) order by s.day limit $5";
    // Whoever erases the post at the same time waits, and erases what names it too.
    LAST = "series_posts.last": "select p.id from series_posts s join posts p on p.workspace_id = s.workspace_id and p.id = s.post_id \
        and p.trashed_at is null where s.workspace_id = $1 and s.series_id = $2 order by s.day desc limit 1 \
        /*postgres: for share of p */";
    OF_POST = "series_posts.of_post": "select series_id, day, at, post_id, detached, problem from series_posts \
        where workspace_id = $1 and post_id = $2";
}

fn read(row: &Row) -> Result<SeriesRow, StoreError> {
    Ok(SeriesRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        version: row.get("version")?,
        rule: row.get("rule")?,
        ended: row.get("ended")?,
        first_wall: row.get("first_wall")?,
        timezone: row.get("timezone")?,
        template: row.get("template")?,
        made_to: row.get("made_to")?,
        look_at: row.get("look_at")?,
        problem: row.get("problem")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn read_occurrence(row: &Row) -> Result<Occurrence, StoreError> {
    Ok(Occurrence {
        series: row.get("series_id")?,
        day: row.get("day")?,
        at: row.get("at")?,
        post: row.get("post_id")?,
        detached: row.get("detached")?,
        problem: row.get("problem")?,
    })
}

/// Adds a series.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &SeriesRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.version,
        &row.rule,
        row.ended.as_deref(),
        &row.first_wall,
        &row.timezone,
        &row.template,
        row.made_to,
        row.look_at,
        row.problem.as_deref(),
        row.created_by,
        row.created_at,
        row.updated_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// The series, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: SeriesId,
) -> Result<Option<SeriesRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|row| read(&row)).transpose()
}

/// Until the transaction ends nobody else changes this series or makes posts of it. Its version.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(tx: &mut Tx<'_>, workspace: WorkspaceId, id: SeriesId) -> Result<Option<i64>, StoreError> {
    (&mut *tx).fetch_optional(LOCK, args![workspace, id]).await?.map(|row| row.get("version")).transpose()
}

/// Saves a series whose version was raised by one. Tells whether nobody else did meanwhile.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn change(tx: &mut Tx<'_>, row: &SeriesRow) -> Result<bool, StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.version,
        &row.rule,
        &row.first_wall,
        &row.template,
        row.made_to,
        row.look_at,
        row.problem.as_deref(),
        row.updated_at,
        row.ended.as_deref()
    ];
    Ok(tx.execute(CHANGE, values).await? == 1)
}

/// Notes how far a series is made, unless it was changed meanwhile.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn made(
    tx: &mut Tx<'_>,
    row: &SeriesRow,
    made_to: Timestamp,
    look_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(MADE, args![row.workspace, row.id, row.version, made_to, look_at]).await.map(drop)
}

/// Makes nothing more of a series, unless it was changed meanwhile: then it tells `false`.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn stop(tx: &mut Tx<'_>, row: &SeriesRow, problem: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(STOP, args![row.workspace, row.id, row.version, problem]).await? == 1)
}

/// Series of which there is more to make, those that wait for longest first. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn due(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<(WorkspaceId, SeriesId)>, StoreError> {
    let read = |row: &Row| Ok((row.get("workspace_id")?, row.get("id")?));
    db.fetch_all(DUE, args![now, limit]).await?.iter().map(read).collect()
}

/// Makes a post an occurrence. Tells whether the series has none on that day yet, and the post belongs to no other.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn link(tx: &mut Tx<'_>, workspace: WorkspaceId, one: &Occurrence) -> Result<bool, StoreError> {
    let values =
        args![workspace, one.series, &one.day, one.at, one.post, one.detached, one.problem.as_deref()];
    Ok(tx.execute(LINK, values).await? == 1)
}

/// Makes a post an occurrence of nothing.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn unlink(tx: &mut Tx<'_>, workspace: WorkspaceId, post: PostId) -> Result<(), StoreError> {
    tx.execute(UNLINK, args![workspace, post]).await.map(drop)
}

/// The same where its series makes nothing more.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn leave_ended(tx: &mut Tx<'_>, workspace: WorkspaceId, post: PostId) -> Result<(), StoreError> {
    tx.execute(LEAVE_ENDED, args![workspace, post]).await.map(drop)
}

/// Gives what a series has at `at` or later to another one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn relink(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    (from, to): (SeriesId, SeriesId),
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(RELINK, args![workspace, from, to, at]).await.map(drop)
}

/// The post was changed alone.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn detach(tx: &mut Tx<'_>, workspace: WorkspaceId, post: PostId) -> Result<(), StoreError> {
    tx.execute(DETACH, args![workspace, post, true]).await.map(drop)
}

/// What a series has at `from` or later, in order: at most so many. Canceled and erased ones are among them: their days stay taken.
///
/// # Errors
/// [`StoreError`].
pub async fn of<'e>(
    ex: impl Executor<'e> + 'e,
    (workspace, id): (WorkspaceId, SeriesId),
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Occurrence>, StoreError> {
    ex.fetch_all(OF, args![workspace, id, from, limit]).await?.iter().map(read_occurrence).collect()
}

/// What is to come of a series at `from` or later, in order: at most so many, without what was canceled or thrown away.
///
/// # Errors
/// [`StoreError`].
pub async fn coming<'e>(
    ex: impl Executor<'e> + 'e,
    (workspace, id): (WorkspaceId, SeriesId),
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Occurrence>, StoreError> {
    ex.fetch_all(COMING, args![workspace, id, from, limit]).await?.iter().map(read_occurrence).collect()
}

/// What was cancelled together with a series, at `from` or later, in order: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn canceled_with<'e>(
    ex: impl Executor<'e> + 'e,
    row: &SeriesRow,
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Occurrence>, StoreError> {
    let values = args![row.workspace, row.id, from, row.updated_at, limit];
    ex.fetch_all(CANCELED_WITH, values).await?.iter().map(read_occurrence).collect()
}

/// The post of the latest day of a series that is still there: what was thrown away or erased only keeps its day. Until the
/// transaction ends nobody erases it.
///
/// # Errors
/// [`StoreError`].
pub async fn last(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: SeriesId,
) -> Result<Option<PostId>, StoreError> {
    (&mut *tx).fetch_optional(LAST, args![workspace, id]).await?.map(|row| row.get("id")).transpose()
}

/// Of which series a post is an occurrence.
///
/// # Errors
/// [`StoreError`].
pub async fn of_post<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    post: PostId,
) -> Result<Option<Occurrence>, StoreError> {
    ex.fetch_optional(OF_POST, args![workspace, post]).await?.map(|row| read_occurrence(&row)).transpose()
}
