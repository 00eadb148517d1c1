//! Posts found on an account, made by us or not, with their numbers as last seen.

use carillon_domain::id::{AccountId, PostId, PublicationId, RemotePostId, WorkspaceId};
use carillon_domain::insight;
use carillon_domain::metric::Observation;
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// A post as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct RemotePostRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
    /// Id; the same at every look.
    pub id: RemotePostId,
    /// The network's id.
    pub remote_id: String,
    /// Where people see it.
    pub url: Option<String>,
    /// Plain text.
    pub text: String,
    /// The network's own word for its kind.
    pub kind: Option<String>,
    /// When it became public.
    pub published_at: Timestamp,
    /// The publication that made it, if it is ours.
    pub publication: Option<PublicationId>,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// Its numbers as last seen.
    pub seen: Observation,
}

/// A post of an account, and the post of ours that it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The post.
    pub row: RemotePostRow,
    /// Ours.
    pub post: Option<PostId>,
}

/// Metrics of posts that have columns of their own.
pub(super) const COUNTED: [&str; 6] = ["views", "reach", "likes", "comments", "shares", "saves"];

statements! {
    PUT = "remote_posts.put": "insert into remote_posts (workspace_id, account_id, id, remote_id, url, body, kind, published_at, \
        publication_id, first_seen_at, read_at, numbers, views, reach, likes, comments, shares, saves, engagements, fields, \
        followers) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, coalesce( \
        (select s.value from snapshots s where s.workspace_id = $1 and s.account_id = $2 and s.subject_id = $2 \
        and s.metric = 'followers' and s.as_of <= $8 and s.as_of >= $8 - 604800000000 order by s.as_of desc limit 1), \
        (select s.value from snapshots s where s.workspace_id = $1 and s.account_id = $2 and s.subject_id = $2 \
        and s.metric = 'followers' and s.as_of > $8 and s.as_of <= $8 + 86400000000 order by s.as_of limit 1))) \
        on conflict (workspace_id, account_id, remote_id) do update set url = excluded.url, body = excluded.body, \
        kind = excluded.kind, published_at = excluded.published_at, \
        publication_id = coalesce(excluded.publication_id, remote_posts.publication_id), read_at = excluded.read_at, \
        numbers = excluded.numbers, views = excluded.views, reach = excluded.reach, likes = excluded.likes, \
        comments = excluded.comments, shares = excluded.shares, saves = excluded.saves, engagements = excluded.engagements, \
        fields = excluded.fields, followers = coalesce(remote_posts.followers, excluded.followers) returning id";
    RECENT = "remote_posts.recent": "select r.workspace_id, r.account_id, r.id, r.remote_id, r.url, r.body, r.kind, \
        r.published_at, r.publication_id, r.first_seen_at, r.read_at, r.numbers, p.post_id from remote_posts r \
        left join publications p on p.workspace_id = r.workspace_id and p.id = r.publication_id \
        where r.workspace_id = $1 and r.account_id = $2 order by r.published_at desc, r.id desc limit $3";
    // Accounts first: they are few, and the key of a post begins with its account.
    FIND = "remote_posts.find": "select r.workspace_id, r.account_id, r.id, r.remote_id, r.url, r.body, r.kind, r.published_at, \
        r.publication_id, r.first_seen_at, r.read_at, r.numbers, p.post_id from accounts a cross join remote_posts r \
        left join publications p on p.workspace_id = r.workspace_id and p.id = r.publication_id \
        where a.workspace_id = $1 and r.workspace_id = a.workspace_id and r.account_id = a.id and r.id = $2";
    BY_REMOTE_ID = "remote_posts.by_remote_id": "select r.workspace_id, r.account_id, r.id, r.remote_id, r.url, r.body, r.kind, \
        r.published_at, r.publication_id, r.first_seen_at, r.read_at, r.numbers, p.post_id from remote_posts r \
        left join publications p on p.workspace_id = r.workspace_id and p.id = r.publication_id \
        where r.workspace_id = $1 and r.account_id = $2 and r.remote_id = $3";
    ERASE = "remote_posts.erase": "delete from remote_posts where workspace_id = $1 and account_id = $2";
}

pub(super) fn read(row: &Row) -> Result<Found, StoreError> {
    let post = row.get("post_id")?;
    let row = RemotePostRow {
        workspace: row.get("workspace_id")?,
        account: row.get("account_id")?,
        id: row.get("id")?,
        remote_id: row.get("remote_id")?,
        url: row.get("url")?,
        text: row.get("body")?,
        kind: row.get("kind")?,
        published_at: row.get("published_at")?,
        publication: row.get("publication_id")?,
        first_seen_at: row.get("first_seen_at")?,
        seen: Observation { as_of: row.get("read_at")?, readings: row.json("numbers")? },
    };
    Ok(Found { row, post })
}

/// What analytics add up and sort by, in the order of its columns.
fn counted(seen: &Observation) -> Vec<Value> {
    let mut values: Vec<_> = COUNTED.iter().map(|name| Value::Int(insight::count_of(seen, name))).collect();
    values.push(Value::Int(insight::engagements(seen).map(|e| e.value)));
    values.push(fields(seen).into());
    values
}

/// Where the numbers that are counted came from: `likes=like_count@1 views=view_count@1`.
pub(super) fn fields(seen: &Observation) -> String {
    let counted = seen.readings.iter().filter(|r| COUNTED.contains(&r.metric.as_str()));
    let mut fields: Vec<_> = counted.map(|r| format!("{}={}@{}", r.metric, r.native, r.definition)).collect();
    fields.sort_unstable();
    fields.join(" ")
}

/// Adds a post, or renews what is known of it. Answers its id, which is the older one if it was known.
///
/// The account's followers at its time are those of the last look in the week before it, else of the first one in the day after it; once
/// known they stay.
///
/// # Errors
/// [`StoreError`].
pub async fn put(tx: &mut Tx<'_>, row: &RemotePostRow) -> Result<RemotePostId, StoreError> {
    let mut values = args![
        row.workspace,
        row.account,
        row.id,
        &row.remote_id,
        row.url.as_deref(),
        &row.text,
        row.kind.as_deref(),
        row.published_at,
        row.publication,
        row.first_seen_at,
        row.seen.as_of
    ];
    values.push(Value::Text(serde_json::to_string(&row.seen.readings).ok()));
    values.append(&mut counted(&row.seen));
    let kept = tx.fetch_optional(PUT, values).await?;
    kept.map_or(Ok(row.id), |r| r.get("id"))
}

/// The latest posts of an account, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn recent(
    db: &Db,
    workspace: WorkspaceId,
    account: AccountId,
    limit: i64,
) -> Result<Vec<Found>, StoreError> {
    db.fetch_all(RECENT, args![workspace, account, limit]).await?.iter().map(read).collect()
}

/// One post that was found on any account of the workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find(db: &Db, workspace: WorkspaceId, id: RemotePostId) -> Result<Option<Found>, StoreError> {
    db.fetch_optional(FIND, args![workspace, id]).await?.map(|row| read(&row)).transpose()
}

/// The post that the network calls this, if it was found on the account.
///
/// # Errors
/// [`StoreError`].
pub async fn by_remote_id(
    db: &Db,
    workspace: WorkspaceId,
    account: AccountId,
    remote_id: &str,
) -> Result<Option<Found>, StoreError> {
    let row = db.fetch_optional(BY_REMOTE_ID, args![workspace, account, remote_id]).await?;
    row.map(|row| read(&row)).transpose()
}

/// Forgets the posts that were found on an account.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}
