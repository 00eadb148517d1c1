//! What people hear of. A cause is told once: as long as its notice is open, raising it again changes nothing.

use carillon_domain::composition::Composition;
use carillon_domain::id::{AccountId, NoticeId, PostId, WorkspaceId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use super::letter;
use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

/// That the reader hears of it in the app: of its kind is `$3`, and the reader `$2` did not put that away, or can't (`$4`).
macro_rules! heard {
    () => {
        "cast($3 as text) like '% ' || n.kind || ' %' and (cast($4 as text) like '% ' || n.kind || ' %' \
         or not exists (select 1 from notice_wishes w where w.workspace_id = n.workspace_id and w.reader_id = $2 \
         and w.kind = n.kind and not w.in_app))"
    };
}

/// That the reader `$2` has not read it.
macro_rules! unread {
    () => {
        "not exists (select 1 from notice_reads r where r.workspace_id = n.workspace_id and r.reader_id = $2 and r.notice_id = n.id)"
    };
}

/// What the reader hears of, of those that are `$of`.
macro_rules! listed {
    ($of:literal) => {
        concat!(
            "select n.id, n.kind, n.subject_id, n.account_id, n.post_id, n.cause, n.created_at, n.cleared_at, r.read_at, \
             a.handle, a.platform, p.composition from notices n \
             left join notice_reads r on r.workspace_id = n.workspace_id and r.reader_id = $2 and r.notice_id = n.id \
             left join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id \
             left join posts p on p.workspace_id = n.workspace_id and p.id = n.post_id where n.workspace_id = $1 and ",
            $of,
            heard!(),
            " and n.id < $5 order by n.id desc limit $6"
        )
    };
}

statements! {
    RAISE = "notices.raise": "insert into notices (workspace_id, id, kind, subject_id, account_id, post_id, news, cause, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        on conflict (workspace_id, subject_id, kind) where cleared_at is null do nothing";
    RAISE_ALL = "notices.raise_all": "/*postgres: insert into notices (workspace_id, id, kind, subject_id, account_id, post_id, news, cause, \
        created_at) select v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h, v.i from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], \
        $5::uuid[], $6::uuid[], $7::boolean[], $8::text[], $9::bigint[]) as v(a, b, c, d, e, f, g, h, i) \
        on conflict (workspace_id, subject_id, kind) where cleared_at is null do nothing*/";
    SINCE = "notices.since": "select id from notices where workspace_id = $1 and subject_id = $2 and kind = $3 and account_id = $4 \
        and created_at >= $5 limit 1";
    CLEAR = "notices.clear": "update notices set cleared_at = $4 where workspace_id = $1 and subject_id = $2 and kind = $3 \
        and cleared_at is null";
    CLEAR_OLDER = "notices.clear_older": "update notices set cleared_at = $4 where workspace_id = $1 and subject_id = $2 and kind = $3 \
        and cleared_at is null and created_at < $5";
    CLEAR_ALL = "notices.clear_all": "update notices set cleared_at = $3 where workspace_id = $1 and subject_id = $2 \
        and cleared_at is null";
    CLEAR_ACCOUNT = "notices.clear_account": "update notices set cleared_at = $3 where workspace_id = $1 and account_id = $2 \
        and cleared_at is null";
    ERASE_READS = "notices.erase_reads": "delete from notice_reads where workspace_id = $1 and notice_id in \
        (select id from notices where workspace_id = $1 and account_id = $2)";
    ERASE = "notices.erase": "delete from notices where workspace_id = $1 and account_id = $2";
    LIST = "notices.list": listed!("");
    // It can lie far below a lot of news, so it has an index of its own.
    LIST_NEEDING = "notices.list_needing": listed!("n.news = false and ");
    UNREAD = "notices.unread": concat!("select n.id, n.kind from notices n where n.workspace_id = $1 and n.news = $5 \
        and n.cleared_at is null and ", heard!(), " and ", unread!(), " order by n.id limit $6");
    HEARD = "notices.heard": concat!("select n.id from notices n where n.workspace_id = $1 and n.id = $5 and ", heard!());
    READ = "notices.read": "insert into notice_reads (workspace_id, reader_id, notice_id, read_at) values ($1, $2, $3, $4) \
        on conflict do nothing";
    OPEN = "notices.open": "select workspace_id, account_id from notices where news = $2 and kind = $1 and cleared_at is null";
    SETTLE_OLD = "notices.settle_old": "update notices set cleared_at = $3 where (workspace_id, id) in \
        (select workspace_id, id from notices where news = true and kind = $1 and created_at < $2 and cleared_at is null \
        order by created_at limit $4)";
    OVER = "notices.over": "select workspace_id, id from notices where news = $1 and created_at < $2 and cleared_at is not null \
        order by created_at limit $3";
    FORGET_READS = "notices.forget_reads": "delete from notice_reads where workspace_id = $1 and notice_id = $2";
    FORGET = "notices.forget": "delete from notices where workspace_id = $1 and id = $2";
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
    /// The account, publication, series or sent report that it happened to.
    pub subject: Uuid,
    /// The account; `None`: it is about all of them.
    pub account: Option<AccountId>,
    /// The post, where it is about one.
    pub post: Option<PostId>,
    /// Why, for people. Never a secret.
    pub cause: Option<String>,
    /// Now.
    pub created_at: Timestamp,
}

/// A notice as its reader sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeRow {
    /// Id.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// The account, publication, series or sent report that it happened to.
    pub subject: Uuid,
    /// The account; `None`: it is about all of them.
    pub account: Option<AccountId>,
    /// Its handle; `None` when the account is gone.
    pub handle: Option<String>,
    /// Its network; `None` when the account is gone.
    pub platform: Option<String>,
    /// The post, where it is about one.
    pub post: Option<PostId>,
    /// What that post is now; `None` where nobody asked, too: e-mails tell nothing of it.
    pub composition: Option<Composition>,
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

/// Which notices, of those that somebody hears of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// What needs a person.
    Needing,
    /// What does not.
    News,
}

impl Which {
    /// Whether the kind is among them.
    pub const fn includes(self, kind: NoticeKind) -> bool {
        match self {
            Self::All => true,
            Self::Needing => kind.needs_a_person(),
            Self::News => !kind.needs_a_person(),
        }
    }
}

impl Reader {
    /// Workspace, id, the kinds that are for its role, and those of them that it can't put away: `$1` to `$4`.
    fn values(&self, which: Which) -> Vec<Value> {
        let for_role = |kind: NoticeKind| which.includes(kind) && kind.audience().includes(self.role);
        let staying = |kind: NoticeKind| kind.stays_with(self.role);
        args![self.workspace, self.id, names(for_role), names(staying)]
    }
}

/// The names of those kinds, with a space before, between and after, so that SQL finds each by `like`.
pub(super) fn names(which: impl Fn(NoticeKind) -> bool) -> String {
    let kinds = NoticeKind::ALL.into_iter().filter(|kind| which(*kind));
    format!(" {} ", kinds.map(NoticeKind::as_str).collect::<Vec<_>>().join(" "))
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
        composition: row.json_opt("composition")?,
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
    Ok(raise_all(tx, &[new]).await? == 1)
}

/// The same for many, with one statement where that is worth it. Returns how many are new.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn raise_all(tx: &mut Tx<'_>, all: &[&NewNotice]) -> Result<u64, StoreError> {
    let values = |new: &&NewNotice| {
        args![
            new.workspace,
            new.id,
            new.kind.as_str(),
            new.subject,
            new.account,
            new.post,
            !new.kind.needs_a_person(),
            new.cause.as_deref(),
            new.created_at
        ]
    };
    tx.execute_each(RAISE, RAISE_ALL, all.iter().map(values).collect()).await
}

/// Whether a notice of this kind was made of the account since then, settled or not.
///
/// # Errors
/// [`StoreError`].
pub async fn since<'e>(
    ex: impl Executor<'e> + 'e,
    (workspace, account): (WorkspaceId, AccountId),
    kind: NoticeKind,
    from: Timestamp,
) -> Result<bool, StoreError> {
    let values = args![workspace, account.uuid(), kind.as_str(), account, from];
    Ok(ex.fetch_optional(SINCE, values).await?.is_some())
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

/// The cause is gone of one that was made before then; a later one stays.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn clear_older(
    tx: &mut Tx<'_>,
    (workspace, subject): (WorkspaceId, Uuid),
    kind: NoticeKind,
    (before, now): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    Ok(tx.execute(CLEAR_OLDER, args![workspace, subject, kind.as_str(), now, before]).await? > 0)
}

/// Nothing that was told of this publication or series is so any more.
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
    (reader, which): (Reader, Which),
    after: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<NoticeRow>, StoreError> {
    let before = after.map_or(Uuid::max(), NoticeId::uuid);
    let values = reader.values(which).into_iter().chain(args![before, limit]).collect();
    let list = if which == Which::Needing { LIST_NEEDING } else { LIST };
    ex.fetch_all(list, values).await?.iter().map(read_row).collect()
}

/// What is open and was not read by the reader, what needs a person first: at most so many. Where that is not all, it is news that is
/// left out.
///
/// # Errors
/// [`StoreError`].
pub async fn unread(
    db: &Db,
    reader: Reader,
    limit: usize,
) -> Result<Vec<(NoticeId, NoticeKind)>, StoreError> {
    let mut all = Vec::new();
    for which in [Which::Needing, Which::News] {
        let left = i64::try_from(limit.saturating_sub(all.len())).unwrap_or(i64::MAX);
        if left == 0 {
            break;
        }
        let values = reader.values(which).into_iter().chain(args![which == Which::News, left]).collect();
        for row in db.fetch_all(UNREAD, values).await? {
            all.push((row.get("id")?, row.named("kind", NoticeKind::parse)?));
        }
    }
    Ok(all)
}

/// Notes that the reader has read it. `false`: there is no such notice for them.
///
/// # Errors
/// [`StoreError`].
pub async fn read(tx: &mut Tx<'_>, reader: Reader, id: NoticeId, now: Timestamp) -> Result<bool, StoreError> {
    let values = reader.values(Which::All).into_iter().chain(args![id]).collect();
    if (&mut *tx).fetch_optional(HEARD, values).await?.is_none() {
        return Ok(false);
    }
    tx.execute(READ, args![reader.workspace, reader.id, id, now]).await?;
    Ok(true)
}

/// Accounts with an open notice of this kind. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn open(db: &Db, kind: NoticeKind) -> Result<Vec<(WorkspaceId, AccountId)>, StoreError> {
    let read = |row: &Row| Ok((row.get("workspace_id")?, row.get("account_id")?));
    db.fetch_all(OPEN, args![kind.as_str(), !kind.needs_a_person()]).await?.iter().map(read).collect()
}

/// News of this kind that is older is over: at most so much. Returns how much. Crosses workspaces.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn settle_news(
    tx: &mut Tx<'_>,
    kind: NoticeKind,
    (before, now): (Timestamp, Timestamp),
    at_most: i64,
) -> Result<u64, StoreError> {
    tx.execute(SETTLE_OLD, args![kind.as_str(), before, now, at_most]).await
}

/// Forgets what is older and settled, news or what needed a person, with who read it and who was sent it: at most so many. Returns how
/// many. Crosses workspaces.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(tx: &mut Tx<'_>, news: bool, before: Timestamp, at_most: i64) -> Result<u64, StoreError> {
    let mut forgotten = 0;
    for row in (&mut *tx).fetch_all(OVER, args![news, before, at_most]).await? {
        let (workspace, id): (WorkspaceId, NoticeId) = (row.get("workspace_id")?, row.get("id")?);
        letter::forget(tx, workspace, id).await?;
        tx.execute(FORGET_READS, args![workspace, id]).await?;
        tx.execute(FORGET, args![workspace, id]).await?;
        forgotten += 1;
    }
    Ok(forgotten)
}
