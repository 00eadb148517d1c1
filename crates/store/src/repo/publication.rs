//! Publications: a post on one account.

use std::collections::{BTreeMap, HashSet};

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AccountId, PostId, PublicationId, WorkspaceId};
use carillon_domain::publication::{HeldReason, PublicationState, UnitReport};
use carillon_domain::time::Timestamp;

use super::notice;
use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// A publication as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicationRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: PublicationId,
    /// The post.
    pub post: PostId,
    /// The account.
    pub account: AccountId,
    /// The account's platform.
    pub platform: String,
    /// State.
    pub state: PublicationState,
    /// When it is to be public.
    pub due_at: Option<Timestamp>,
    /// When the engine looks at it next, where that is known.
    pub next_at: Option<Timestamp>,
    /// Tries that counted.
    pub tries: u32,
    /// Why it is held.
    pub held_reason: Option<HeldReason>,
    /// When a person or a reconnection let it go after it was held.
    pub released_at: Option<Timestamp>,
    /// A commit intent is open, or something is public.
    pub intent: bool,
    /// The connectors' progress, opaque here.
    pub progress: Option<serde_json::Value>,
    /// Grows with every edit.
    pub content_version: i64,
    /// Fingerprint of the effective content.
    pub fingerprint: String,
    /// A part or comment is missing although the root is public.
    pub incomplete: bool,
    /// The network's id of the root.
    pub remote_id: Option<String>,
    /// Where people see it.
    pub remote_url: Option<String>,
    /// When it became public.
    pub published_at: Option<Timestamp>,
    /// The last thing that went wrong.
    pub error: Option<ConnectorError>,
    /// What reconciliation saw.
    pub evidence: Option<String>,
    /// The state of every unit.
    pub units: Vec<UnitReport>,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

/// `select` with every column, and what follows `publications`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select workspace_id, id, post_id, account_id, platform, state, due_at, next_at, tries, held_reason, \
             released_at, intent, progress, content_version, fingerprint, incomplete, remote_id, remote_url, \
             published_at, error, evidence, units, created_at, updated_at from publications ",
            $rest
        )
    };
}

statements! {
    INSERT = "publications.insert": "insert into publications (workspace_id, id, post_id, account_id, platform, state, due_at, \
        next_at, tries, held_reason, released_at, intent, progress, content_version, fingerprint, \
        incomplete, remote_id, remote_url, published_at, error, evidence, units, created_at, \
        updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
        $18, $19, $20, $21, $22, $23, $24)";
    FIND = "publications.find": select!("where workspace_id = $1 and id = $2");
    FIND_LOCKED = "publications.find_locked": select!("where workspace_id = $1 and id = $2 /*postgres: for update */");
    LOCK_JOB = "publications.lock_job": "select id from jobs where workspace_id = $1 and subject_id = $2 \
        /*postgres: for update */";
    OF_POST = "publications.of_post": select!("where workspace_id = $1 and post_id = $2 order by created_at, id");
    SAVE_EDIT = "publications.save_edit": "update publications set state = $3, due_at = $4, next_at = $5, tries = $6, held_reason = $7, \
        released_at = $8, intent = $9, progress = $10, content_version = $11, fingerprint = $12, \
        incomplete = $13, remote_id = $14, remote_url = $15, published_at = $16, error = $17, evidence \
        = $18, units = $19, updated_at = $20 where workspace_id = $1 and id = $2 and state = $21 and intent = $22";
    // Without the due time, which no worker moves: SQLite would write anew all that is sorted by it.
    SAVE_ONE = "publications.save_one": "update publications set state = $3, next_at = $4, tries = $5, held_reason = $6, \
        released_at = $7, intent = $8, progress = $9, content_version = $10, fingerprint = $11, \
        incomplete = $12, remote_id = $13, remote_url = $14, published_at = $15, error = $16, evidence \
        = $17, units = $18, updated_at = $19 where workspace_id = $1 and id = $2 and content_version = $20 returning id";
    SAVE_ALL = "publications.save_all": "/*postgres: update publications p set state = v.c3, next_at = v.c4, \
        tries = v.c5, held_reason = v.c6, released_at = v.c7, intent = v.c8, progress = v.c9, content_version = v.c10, \
        fingerprint = v.c11, incomplete = v.c12, remote_id = v.c13, remote_url = v.c14, published_at = v.c15, error = v.c16, \
        evidence = v.c17, units = v.c18, updated_at = v.c19 from unnest($1::uuid[], $2::uuid[], $3::text[], \
        $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], $8::boolean[], $9::text[], $10::bigint[], $11::text[], \
        $12::boolean[], $13::text[], $14::text[], $15::bigint[], $16::text[], $17::text[], $18::text[], $19::bigint[], $20::bigint[]) \
        as v(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20) \
        where p.workspace_id = v.c1 and p.id = v.c2 and p.content_version = v.c20 returning p.id*/";
    FIND_ALL = "publications.find_all": concat!("/*postgres: ", select!("where (workspace_id, id) in \
        (select v.a, v.b from unnest($1::uuid[], $2::uuid[]) as v(a, b))"), "*/");
    DELETE = "publications.delete": "delete from publications where workspace_id = $1 and id = $2";
    LIST = "publications.list": select!("where workspace_id = $1 and (cast($2 as text) is null or state = $2) and (cast($3 as uuid) is null or \
        account_id = $3) and (cast($4 as uuid) is null or post_id = $4) and (cast($5 as bigint) is null or due_at >= $5) and (cast($6 as bigint) is \
        null or due_at < $6) and (cast($7 as uuid) is null or id < $7) order by id desc limit $8");
    SENT = "publications.sent": "select (select count(*) from publications where workspace_id = $1 and account_id = $2 \
        and (cast($5 as uuid) is null or post_id <> $5) and published_at >= $3 and published_at < $4) + (select count(*) \
        from publications where workspace_id = $1 and account_id = $2 and (cast($5 as uuid) is null or post_id <> $5) \
        and published_at is null and intent = $6 and state in ('publishing', 'unconfirmed')) as n";
    SAME_CONTENT = "publications.same_content": "select post_id, due_at from publications where workspace_id = $1 and account_id = $2 \
        and fingerprint = $3 and state in ('scheduled', 'publishing', 'published', 'unconfirmed') \
        and due_at >= $4 and (cast($5 as uuid) is null or post_id <> $5) order by due_at desc limit 1";
    PUBLIC = "publications.public": "select id, remote_id, units from publications where workspace_id = $1 and account_id = $2 \
        and published_at >= $3 and published_at <= $4";
}

pub(super) fn read(row: &Row) -> Result<PublicationRow, StoreError> {
    let held: Option<String> = row.get("held_reason")?;
    Ok(PublicationRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        post: row.get("post_id")?,
        account: row.get("account_id")?,
        platform: row.get("platform")?,
        state: row.named("state", PublicationState::parse)?,
        due_at: row.get("due_at")?,
        next_at: row.get("next_at")?,
        tries: row.get("tries")?,
        held_reason: held.as_deref().and_then(HeldReason::parse),
        released_at: row.get("released_at")?,
        intent: row.get("intent")?,
        progress: row.json_opt("progress")?,
        content_version: row.get("content_version")?,
        fingerprint: row.get("fingerprint")?,
        incomplete: row.get("incomplete")?,
        remote_id: row.get("remote_id")?,
        remote_url: row.get("remote_url")?,
        published_at: row.get("published_at")?,
        error: row.json_opt("error")?,
        evidence: row.get("evidence")?,
        units: row.json("units")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).ok())
}

/// The columns that change, in the order of `SAVE` from `$3`.
/// Where the due time stands in [`mutable`].
const DUE_AT: usize = 1;

fn mutable(row: &PublicationRow) -> Vec<Value> {
    vec![
        Value::from(row.state.as_str()),
        Value::from(row.due_at),
        Value::from(row.next_at),
        Value::from(row.tries),
        Value::from(row.held_reason.map(HeldReason::as_str)),
        Value::from(row.released_at),
        Value::from(row.intent),
        Value::from(row.progress.clone()),
        Value::from(row.content_version),
        Value::from(&row.fingerprint),
        Value::from(row.incomplete),
        Value::from(row.remote_id.as_deref()),
        Value::from(row.remote_url.as_deref()),
        Value::from(row.published_at),
        row.error.as_ref().map_or(Value::Text(None), json),
        Value::from(row.evidence.as_deref()),
        json(&row.units),
        Value::from(row.updated_at),
    ]
}

/// Adds a publication.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &PublicationRow) -> Result<(), StoreError> {
    let mut values = args![row.workspace, row.id, row.post, row.account, &row.platform];
    let mut rest = mutable(row);
    let updated_at = rest.pop();
    values.append(&mut rest);
    values.push(Value::from(row.created_at));
    values.extend(updated_at);
    tx.execute(INSERT, values).await.map(drop)
}

/// The publication, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: PublicationId,
) -> Result<Option<PublicationRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// The same, for a change by a person: until the transaction ends no worker saves anything of it. The job is locked before the
/// row, as [`fence`](super::lease::fence) and [`save`] do, so that the two do not wait for each other.
///
/// # Errors
/// [`StoreError`].
pub async fn find_locked(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: PublicationId,
) -> Result<Option<PublicationRow>, StoreError> {
    tx.fetch_optional(LOCK_JOB, args![workspace, id]).await?;
    tx.fetch_optional(FIND_LOCKED, args![workspace, id]).await?.map(|r| read(&r)).transpose()
}

/// All publications of a post, in the order in which they were made.
///
/// # Errors
/// [`StoreError`].
pub async fn of_post<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    post: PostId,
) -> Result<Vec<PublicationRow>, StoreError> {
    ex.fetch_all(OF_POST, args![workspace, post]).await?.iter().map(read).collect()
}

/// Saves workers' views of rows, unless the content was edited meanwhile. Answers which were saved.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn save(tx: &mut Tx<'_>, rows: &[&PublicationRow]) -> Result<HashSet<PublicationId>, StoreError> {
    let values = |row: &&PublicationRow| {
        let mut values = args![row.workspace, row.id];
        let of_workers = mutable(row).into_iter().enumerate().filter(|(place, _)| *place != DUE_AT);
        values.extend(of_workers.map(|(_, value)| value));
        values.push(Value::from(row.content_version));
        values
    };
    let saved = tx.fetch_each(SAVE_ONE, SAVE_ALL, rows.iter().map(values).collect()).await?;
    saved.iter().map(|row| row.get("id")).collect()
}

/// Those of these publications that are there, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn find_all(
    tx: &mut Tx<'_>,
    keys: &[(WorkspaceId, PublicationId)],
) -> Result<Vec<PublicationRow>, StoreError> {
    let keys = keys.iter().map(|(workspace, id)| args![*workspace, *id]).collect();
    tx.fetch_each(FIND, FIND_ALL, keys).await?.iter().map(read).collect()
}

/// How far a publication was when an edit read it: its state, and whether an intent was saved.
pub type Seen = (PublicationState, bool);

impl PublicationRow {
    /// How far it is now.
    pub const fn seen(&self) -> Seen {
        (self.state, self.intent)
    }

    /// Whether it goes on only by a person's word.
    const fn waits_for_a_person(&self) -> bool {
        use PublicationState::{Failed, Held, Unconfirmed};
        self.incomplete || matches!(self.state, Held | Failed | Unconfirmed)
    }
}

/// Saves a person's edit of a row that was read in the same transaction. `false`: a worker came between, nothing is changed. What
/// no longer waits for a person is no longer told.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn save_edit(tx: &mut Tx<'_>, row: &PublicationRow, seen: Seen) -> Result<bool, StoreError> {
    let values = args![row.workspace, row.id].into_iter().chain(mutable(row));
    let saved = tx.execute(SAVE_EDIT, values.chain(args![seen.0.as_str(), seen.1]).collect()).await? == 1;
    if saved && !row.waits_for_a_person() {
        notice::clear_all(tx, (row.workspace, row.id.uuid()), row.updated_at).await?;
    }
    Ok(saved)
}

/// Removes a publication that never went anywhere (an account taken off a draft).
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, id: PublicationId) -> Result<(), StoreError> {
    tx.execute(DELETE, args![workspace, id]).await.map(drop)
}

/// Which publications to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only in this state.
    pub state: Option<PublicationState>,
    /// Only on this account.
    pub account: Option<AccountId>,
    /// Only of this post.
    pub post: Option<PostId>,
    /// Due at or after.
    pub from: Option<Timestamp>,
    /// Due before.
    pub to: Option<Timestamp>,
    /// Older than this one.
    pub after: Option<PublicationId>,
    /// At most so many.
    pub limit: i64,
}

/// A page of publications, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    db: &Db,
    workspace: WorkspaceId,
    query: &ListQuery,
) -> Result<Vec<PublicationRow>, StoreError> {
    let values = args![
        workspace,
        query.state.map(PublicationState::as_str),
        query.account,
        query.post,
        query.from,
        query.to,
        query.after,
        query.limit
    ];
    db.fetch_all(LIST, values).await?.iter().map(read).collect()
}

/// How many publications the account sent in `[from, to)`, and how many more may be public by now; one post not counted.
///
/// # Errors
/// [`StoreError`].
pub async fn sent(
    db: &Db,
    workspace: WorkspaceId,
    account: AccountId,
    from: Timestamp,
    to: Timestamp,
    except: Option<PostId>,
) -> Result<i64, StoreError> {
    let row = db.fetch_optional(SENT, args![workspace, account, from, to, except, true]).await?;
    row.map_or(Ok(0), |r| r.get("n"))
}

/// Another post with the same content on the account, due at or after `since`, and when it is due. Of several the latest.
///
/// # Errors
/// [`StoreError`].
pub async fn same_content(
    db: &Db,
    workspace: WorkspaceId,
    account: AccountId,
    fingerprint: &str,
    since: Timestamp,
    except: Option<PostId>,
) -> Result<Option<(PostId, Timestamp)>, StoreError> {
    let row = db.fetch_optional(SAME_CONTENT, args![workspace, account, fingerprint, since, except]).await?;
    row.map(|r| Ok((r.get("post_id")?, r.get("due_at")?))).transpose()
}

/// The network's ids of everything that publications of the account made public in `[from, to]`: posts, parts, comments.
///
/// # Errors
/// [`StoreError`].
pub async fn public_ids<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    account: AccountId,
    from: Timestamp,
    to: Timestamp,
) -> Result<BTreeMap<String, PublicationId>, StoreError> {
    let mut ids = BTreeMap::new();
    for row in ex.fetch_all(PUBLIC, args![workspace, account, from, to]).await? {
        let publication = row.get("id")?;
        let root: Option<String> = row.get("remote_id")?;
        let units: Vec<UnitReport> = row.json("units")?;
        let parts = units.into_iter().filter_map(|unit| unit.remote_id);
        ids.extend(root.into_iter().chain(parts).map(|remote| (remote, publication)));
    }
    Ok(ids)
}
