//! E-mails about notices: who is to get one, what stands in it, and whether a person wants any.

use carillon_domain::id::{NoticeId, UserId, WorkspaceId};
use carillon_domain::time::Timestamp;

use super::notice::{NoticeRow, Reader, read_row};
use crate::{Db, Executor, StoreError, Tx, args, statements};

statements! {
    DUE = "letters.due": "select distinct u.id from users u join members m on m.user_id = u.id \
        join notices n on n.workspace_id = m.workspace_id where u.notice_mail and u.lettered_at <= $1 \
        and n.cleared_at is null and n.created_at <= $2 \
        and ((n.audience = 'accounts' and cast($3 as text) like '% ' || m.role || ' %') \
        or (n.audience = 'posts' and cast($4 as text) like '% ' || m.role || ' %')) \
        and not exists (select 1 from notice_reads r where r.workspace_id = n.workspace_id and r.reader_id = u.id and r.notice_id = n.id) \
        and not exists (select 1 from notice_letters l where l.workspace_id = n.workspace_id and l.user_id = u.id and l.notice_id = n.id) \
        and not exists (select 1 from jobs j where j.subject_id = u.id) order by u.id limit $5";
    UNTOLD = "letters.untold": "select n.id, n.kind, n.subject_id, n.account_id, n.post_id, n.cause, n.created_at, n.cleared_at, \
        cast(null as bigint) as read_at, a.handle, a.platform from notices n \
        left join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id \
        where n.workspace_id = $1 and n.cleared_at is null \
        and ((n.audience = 'accounts' and $3) or (n.audience = 'posts' and $4)) \
        and not exists (select 1 from notice_reads r where r.workspace_id = n.workspace_id and r.reader_id = $2 and r.notice_id = n.id) \
        and not exists (select 1 from notice_letters l where l.workspace_id = n.workspace_id and l.user_id = $2 and l.notice_id = n.id) \
        order by n.id limit $5";
    NOTE = "letters.note": "insert into notice_letters (workspace_id, user_id, notice_id, sent_at) values ($1, $2, $3, $4) \
        on conflict do nothing";
    SENT = "letters.sent": "update users set lettered_at = $2 where id = $1";
    WANTS = "letters.wants": "select notice_mail from users where id = $1";
    SET_WANTS = "letters.set_wants": "update users set notice_mail = $2 where id = $1";
    ERASE = "letters.erase": "delete from notice_letters where workspace_id = $1 and notice_id in \
        (select id from notices where workspace_id = $1 and account_id = $2)";
    FORGET = "letters.forget": "delete from notice_letters where exists (select 1 from notices n \
        where n.workspace_id = notice_letters.workspace_id and n.id = notice_letters.notice_id \
        and n.created_at < $1 and n.cleared_at is not null)";
}

/// Who is to get an e-mail.
#[derive(Debug, Clone)]
pub struct Due {
    /// Nobody who got one after this.
    pub not_since: Timestamp,
    /// Only about what was made until then.
    pub until: Timestamp,
    /// Roles that hear of accounts: a list with a space before, between and after.
    pub accounts: String,
    /// Roles that hear of posts, likewise.
    pub posts: String,
}

/// People with something open that they have neither read nor been sent, for whom there is no job. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn due(db: &Db, which: &Due, limit: i64) -> Result<Vec<UserId>, StoreError> {
    let values = args![which.not_since, which.until, &which.accounts, &which.posts, limit];
    db.fetch_all(DUE, values).await?.iter().map(|row| row.get("id")).collect()
}

/// What is open in a workspace that the person has neither read nor been sent, oldest first: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn untold(db: &Db, reader: Reader, limit: i64) -> Result<Vec<NoticeRow>, StoreError> {
    let values = reader.values().into_iter().chain(args![limit]).collect();
    db.fetch_all(UNTOLD, values).await?.iter().map(read_row).collect()
}

/// Notes that the person was sent these.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn sent(
    tx: &mut Tx<'_>,
    person: UserId,
    told: &[(WorkspaceId, NoticeId)],
    now: Timestamp,
) -> Result<(), StoreError> {
    for (workspace, notice) in told {
        tx.execute(NOTE, args![*workspace, person, *notice, now]).await?;
    }
    tx.execute(SENT, args![person, now]).await.map(drop)
}

/// Whether the person wants e-mails; `None` when there is no such person.
///
/// # Errors
/// [`StoreError`].
pub async fn wants<'e>(ex: impl Executor<'e> + 'e, person: UserId) -> Result<Option<bool>, StoreError> {
    ex.fetch_optional(WANTS, args![person]).await?.map(|row| row.get("notice_mail")).transpose()
}

/// Keeps whether the person wants e-mails.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set_wants(tx: &mut Tx<'_>, person: UserId, wants: bool) -> Result<(), StoreError> {
    tx.execute(SET_WANTS, args![person, wants]).await.map(drop)
}

/// Forgets who was sent what of the account.
///
/// # Errors
/// [`StoreError::Sql`].
pub(super) async fn erase(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: carillon_domain::id::AccountId,
) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await.map(drop)
}

/// Forgets who was sent what is older and settled.
///
/// # Errors
/// [`StoreError::Sql`].
pub(super) async fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), StoreError> {
    tx.execute(FORGET, args![before]).await.map(drop)
}
