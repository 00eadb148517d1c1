//! What members typed into the composer and did not save yet. A form has a row from its first key on. Where nothing is left of it the
//! row stays without fields for a while: a request that was overtaken on its way must find that it comes too late.

use carillon_domain::id::{PostId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use crate::exec::Executor;
use crate::{Db, Row, StoreError, Tx, args, statements};

/// The state of a form that was saved, which no other follows.
const LAST: i64 = i64::MAX;

/// Whose form, and which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRef {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Who typed it.
    pub person: UserId,
    /// The number that the form was given.
    pub form: String,
}

/// A form as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedRow {
    /// The number that the form was given.
    pub form: String,
    /// The post that is changed; `None`: a new one.
    pub post: Option<PostId>,
    /// When something was typed last.
    pub updated_at: Timestamp,
    /// Names and values, in the form's order.
    pub fields: Vec<(String, String)>,
}

/// A form at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormState {
    /// The post that is changed; `None`: a new one.
    pub post: Option<PostId>,
    /// Which state: a later one has a larger number.
    pub seq: u32,
    /// When it was typed.
    pub updated_at: Timestamp,
    /// Names and values, in the form's order; `None`: nothing is left in it.
    pub fields: Option<Vec<(String, String)>>,
}

/// What became of a state that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept.
    Now,
    /// It is not: a later state of this form is.
    Overtaken,
    /// It is not: this form was saved.
    Saved,
}

statements! {
    KEEP = "unsaved_posts.keep": "insert into unsaved_posts (workspace_id, user_id, form, post_id, seq, updated_at, fields) \
        values ($1, $2, $3, $4, $5, $6, $7) \
        on conflict (workspace_id, user_id, form) do update set post_id = excluded.post_id, seq = excluded.seq, \
        updated_at = excluded.updated_at, fields = excluded.fields where unsaved_posts.seq < excluded.seq";
    SEQ = "unsaved_posts.seq": "select seq from unsaved_posts where workspace_id = $1 and user_id = $2 and form = $3";
    TRIM = "unsaved_posts.trim": "delete from unsaved_posts where workspace_id = $1 and user_id = $2 and fields is not null \
        and form not in (select form from unsaved_posts where workspace_id = $1 and user_id = $2 and fields is not null \
        order by updated_at desc, form limit $3)";
    OF_NEW = "unsaved_posts.of_new": "select u.form, u.post_id, u.updated_at, u.fields from unsaved_posts u \
        where u.workspace_id = $1 and u.user_id = $2 and u.fields is not null and (u.post_id is null \
        or not exists (select 1 from posts p where p.workspace_id = $1 and p.id = u.post_id and p.trashed_at is null) \
        or exists (select 1 from publications x where x.workspace_id = $1 and x.post_id = u.post_id \
        and x.state in ('published', 'unconfirmed'))) \
        order by u.updated_at desc, u.form limit $3";
    OF_POST = "unsaved_posts.of_post": "select form, post_id, updated_at, fields from unsaved_posts \
        where workspace_id = $1 and user_id = $2 and post_id = $3 and fields is not null \
        order by updated_at desc, form limit $4";
    FIND = "unsaved_posts.find": "select form, post_id, updated_at, fields from unsaved_posts \
        where workspace_id = $1 and user_id = $2 and form = $3 and fields is not null";
    LET_GO = "unsaved_posts.let_go": "insert into unsaved_posts (workspace_id, user_id, form, post_id, seq, updated_at, fields) \
        values ($1, $2, $3, null, $4, $5, null) on conflict (workspace_id, user_id, form) do update set fields = null, \
        updated_at = excluded.updated_at, \
        seq = case when unsaved_posts.seq < excluded.seq then excluded.seq else unsaved_posts.seq end";
    FORGET_PERSON = "unsaved_posts.forget_person": "delete from unsaved_posts where workspace_id = $1 and user_id = $2";
    FORGET = "unsaved_posts.forget": "delete from unsaved_posts where updated_at < $1 and (fields is null or updated_at < $2)";
}

fn read(row: &Row) -> Result<UnsavedRow, StoreError> {
    Ok(UnsavedRow {
        form: row.get("form")?,
        post: row.get("post_id")?,
        updated_at: row.get("updated_at")?,
        fields: row.json("fields")?,
    })
}

/// Keeps a form in place of an earlier state of it, and the latest `most` forms of its person in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn keep(tx: &mut Tx<'_>, of: &FormRef, state: &FormState, most: i64) -> Result<Kept, StoreError> {
    let fields = state.fields.as_ref().map(|fields| serde_json::json!(fields));
    let values = args![of.workspace, of.person, &of.form, state.post, state.seq, state.updated_at, fields];
    if tx.execute(KEEP, values).await? > 0 {
        tx.execute(TRIM, args![of.workspace, of.person, most]).await?;
        return Ok(Kept::Now);
    }
    let row = tx.fetch_optional(SEQ, args![of.workspace, of.person, &of.form]).await?;
    let there = row.map(|row| row.get::<i64>("seq")).transpose()?;
    Ok(if there == Some(LAST) { Kept::Saved } else { Kept::Overtaken })
}

/// Lets go of a form that was saved. Nothing of it is kept from now on.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn close(tx: &mut Tx<'_>, of: &FormRef, at: Timestamp) -> Result<(), StoreError> {
    let values = args![of.workspace, of.person, &of.form, None::<PostId>, LAST, at, None::<String>];
    tx.execute(KEEP, values).await.map(drop)
}

/// What a person typed in a workspace into forms of new posts and of posts that can't be changed any more, the latest `most` first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_new(
    db: &Db,
    workspace: WorkspaceId,
    person: UserId,
    most: i64,
) -> Result<Vec<UnsavedRow>, StoreError> {
    db.fetch_all(OF_NEW, args![workspace, person, most]).await?.iter().map(read).collect()
}

/// What they typed into forms of this post, the latest `most` first.
///
/// # Errors
/// [`StoreError`].
pub async fn of_post(
    db: &Db,
    workspace: WorkspaceId,
    person: UserId,
    post: PostId,
    most: i64,
) -> Result<Vec<UnsavedRow>, StoreError> {
    db.fetch_all(OF_POST, args![workspace, person, post, most]).await?.iter().map(read).collect()
}

/// One form of theirs; `None` also where nothing is left of it.
///
/// # Errors
/// [`StoreError`].
pub async fn find(db: &Db, of: &FormRef) -> Result<Option<UnsavedRow>, StoreError> {
    let row = db.fetch_optional(FIND, args![of.workspace, of.person, &of.form]).await?;
    row.map(|row| read(&row)).transpose()
}

/// Lets go of what was typed into one up to the state `seq`, also of what is still on its way. What is typed into it later is kept again.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn let_go(tx: &mut Tx<'_>, of: &FormRef, seq: u32, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(LET_GO, args![of.workspace, of.person, &of.form, seq, at]).await.map(drop)
}

/// Forgets, everywhere, everything that was typed before `typed`, and all forms of which nothing was left before `empty`, which is later.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(tx: &mut Tx<'_>, empty: Timestamp, typed: Timestamp) -> Result<(), StoreError> {
    tx.execute(FORGET, args![empty, typed]).await.map(drop)
}

/// Forgets everything that the person typed in the workspace.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget_person(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    person: UserId,
) -> Result<(), StoreError> {
    tx.execute(FORGET_PERSON, args![workspace, person]).await.map(drop)
}
