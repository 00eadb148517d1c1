//! What needs a person. A cause is told once: as long as its notice is open, raising it again changes nothing.

use carillon_domain::id::{AccountId, NoticeId, PostId, WorkspaceId};
use carillon_domain::notice::{Audience, NoticeKind};
use carillon_domain::permission::Role;
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use super::letter;
use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// `and` with whom a notice is for; whether the reader hears of accounts is `$3`, of posts `$4`.
macro_rules! heard {
    () => {
        "((n.audience = 'accounts' and $3) or (n.audience = 'posts' and $4))"
    };
}

/// That the reader `$2` has not read it.
macro_rules! unread {
    () => {
        "not exists (select 1 from notice_reads r where r.workspace_id = n.workspace_id and r.reader_id = $2 and r.notice_id = n.id)"
    };
}

statements! {
    RAISE = "notices.raise": "insert into notices (workspace_id, id, audience, kind, subject_id, account_id, post_id, cause, \
        created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        on conflict (workspace_id, subject_id, kind) where cleared_at is null do nothing";
    CLEAR = "notices.clear": "update notices set cleared_at = $4 where workspace_id = $1 and subject_id = $2 and kind = $3 \
        and cleared_at is null";
    CLEAR_ALL = "notices.clear_all": "update notices set cleared_at = $3 where workspace_id = $1 and subject_id = $2 \
        and cleared_at is null";
    CLEAR_ACCOUNT = "notices.clear_account": "update notices set cleared_at = $3 where workspace_id = $1 and account_id = $2 \
        and cleared_at is null";
    ERASE_READS = "notices.erase_reads": "delete from notice_reads where workspace_id = $1 and notice_id in \
        (select id from notices where workspace_id = $1 and account_id = $2)";
    ERASE = "notices.erase": "delete from notices where workspace_id = $1 and account_id = $2";
    LIST = "notices.list": concat!("select n.id, n.kind, n.subject_id, n.account_id, n.post_id, n.cause, n.created_at, n.cleared_at, \
        r.read_at, a.handle, a.platform from notices n \
        left join notice_reads r on r.workspace_id = n.workspace_id and r.reader_id = $2 and r.notice_id = n.id \
        left join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id \
        where n.workspace_id = $1 and ", heard!(), " and (cast($5 as uuid) is null or n.id < $5) order by n.id desc limit $6");
    UNREAD = "notices.unread": concat!("select n.id from notices n where n.workspace_id = $1 and n.cleared_at is null and ",
        heard!(), " and ", unread!(), " limit $5");
    HEARD = "notices.heard": concat!("select n.id from notices n where n.workspace_id = $1 and n.id = $2 and ", heard!());
    READ = "notices.read": "insert into notice_reads (workspace_id, reader_id, notice_id, read_at) values ($1, $2, $3, $4) \
        on conflict do nothing";
    OPEN = "notices.open": "select workspace_id, account_id from notices where kind = $1 and cleared_at is null \
        order by workspace_id, account_id limit $2";
    FORGET_READS = "notices.forget_reads": "delete from notice_reads where exists (select 1 from notices n \
        where n.workspace_id = notice_reads.workspace_id and n.id = notice_reads.notice_id \
        and n.created_at < $1 and n.cleared_at is not null)";
    FORGET = "notices.forget": "delete from notices where created_at < $1 and cleared_at is not null";
}

/// A notice that is to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Its id, if there is none for the same cause.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// The account or publication that it happened to.
    pub subject: Uuid,
    /// The account.
    pub account: AccountId,
    /// The post, where it is about one.
    pub post: Option<PostId>,
    /// Why, for people. Never a secret.
    pub cause: Option<String>,
    /// Now.
    pub created_at: Timestamp,
}

/// A notice as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Id.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// The account or publication that it happened to.
    pub subject: Uuid,
    /// The account.
    pub account: AccountId,
    /// Its handle; `None` when the account is gone.
    pub handle: Option<String>,
    /// Its network; `None` when the account is gone.
    pub platform: Option<String>,
    /// The post, where it is about one.
    pub post: Option<PostId>,
    /// Why, for people.
    pub cause: Option<String>,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was settled.
    pub cleared_at: Option<Timestamp>,
    /// When this reader read it.
    pub read_at: Option<Timestamp>,
}

/// Who reads: a person or a token, with its role in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The person or token.
    pub id: Uuid,
    /// Which notices it hears of follows from this.
    pub role: Role,
}

impl Reader {
    /// Workspace, id, whether it hears of accounts, and of posts: `$1` to `$4`.
    pub(super) fn values(&self) -> Vec<Value> {
        let hears = |audience: Audience| audience.includes(self.role);
        args![self.workspace, self.id, hears(Audience::Accounts), hears(Audience::Posts)]
    }
}

pub(super) fn read_row(row: &Row) -> Result<NoticeRow, StoreError> {
    Ok(NoticeRow {
        id: row.get("id")?,
        kind: row.named("kind", NoticeKind::parse)?,
        subject: row.get("subject_id")?,
        account: row.get("account_id")?,
        handle: row.get("handle")?,
        platform: row.get("platform")?,
        post: row.get("post_id")?,
        cause: row.get("cause")?,
        created_at: row.get("created_at")?,
        cleared_at: row.get("cleared_at")?,
        read_at: row.get("read_at")?,
    })
}

/// Makes it, unless one of the same cause is open. Tells whether it is new.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn raise(tx: &mut Tx<'_>, new: &NewNotice) -> Result<bool, StoreError> {
    let values = args![
        new.workspace,
        new.id,
        new.kind.audience().as_str(),
        new.kind.as_str(),
        new.subject,
        new.account,
        new.post,
        new.cause.as_deref(),
        new.created_at
    ];
    Ok(tx.execute(RAISE, values).await? == 1)
}

/// The cause is gone. Tells whether there was a notice of it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn clear(
    tx: &mut Tx<'_>,
    (workspace, subject): (WorkspaceId, Uuid),
    kind: NoticeKind,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(CLEAR, args![workspace, subject, kind.as_str(), now]).await? > 0)
}

/// Nothing is wrong with this publication any more, or this account.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn clear_all(
    tx: &mut Tx<'_>,
    (workspace, subject): (WorkspaceId, Uuid),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(CLEAR_ALL, args![workspace, subject, now]).await.map(drop)
}

/// A person let go of the account: nothing about it or its publications waits for anybody.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn clear_account(
    tx: &mut Tx<'_>,
    (workspace, account): (WorkspaceId, AccountId),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(CLEAR_ACCOUNT, args![workspace, account, now]).await.map(drop)
}

/// Forgets everything that was told of the account.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    letter::erase(tx, workspace, account).await?;
    tx.execute(ERASE_READS, args![workspace, account]).await?;
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}

/// What the reader hears of, newest first, older than `after`: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn list<'e>(
    ex: impl Executor<'e> + 'e,
    reader: Reader,
    after: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<NoticeRow>, StoreError> {
    let values = reader.values().into_iter().chain(args![after, limit]).collect();
    ex.fetch_all(LIST, values).await?.iter().map(read_row).collect()
}

/// What is open and was not read by the reader: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn unread<'e>(
    ex: impl Executor<'e> + 'e,
    reader: Reader,
    limit: i64,
) -> Result<Vec<NoticeId>, StoreError> {
    let values = reader.values().into_iter().chain(args![limit]).collect();
    ex.fetch_all(UNREAD, values).await?.iter().map(|row| row.get("id")).collect()
}

/// Notes that the reader has read it. `false`: there is no such notice for them.
///
/// # Errors
/// [`StoreError`].
pub async fn read(tx: &mut Tx<'_>, reader: Reader, id: NoticeId, now: Timestamp) -> Result<bool, StoreError> {
    let key = Reader { id: id.uuid(), ..reader };
    if (&mut *tx).fetch_optional(HEARD, key.values()).await?.is_none() {
        return Ok(false);
    }
    tx.execute(READ, args![reader.workspace, reader.id, id, now]).await?;
    Ok(true)
}

/// Accounts with an open notice of this kind. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn open(
    db: &Db,
    kind: NoticeKind,
    limit: i64,
) -> Result<Vec<(WorkspaceId, AccountId)>, StoreError> {
    let read = |row: &Row| Ok((row.get("workspace_id")?, row.get("account_id")?));
    db.fetch_all(OPEN, args![kind.as_str(), limit]).await?.iter().map(read).collect()
}

/// Forgets what is older and settled. Crosses workspaces.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), StoreError> {
    letter::forget(tx, before).await?;
    tx.execute(FORGET_READS, args![before]).await?;
    tx.execute(FORGET, args![before]).await.map(drop)
}
