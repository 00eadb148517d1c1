//! E-mails about notices: who is to get one, what stands in it, and whether a person wants any.

use carillon_domain::id::{NoticeId, UserId, WorkspaceId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::time::Timestamp;

use super::notice::{NoticeRow, Which, names, read_row};
use crate::{Db, Executor, StoreError, Tx, args, statements};

/// That the person has neither read `n` nor been sent it.
macro_rules! untold {
    ($person:literal) => {
        concat!(
            "not exists (select 1 from notice_reads r where r.workspace_id = n.workspace_id and r.reader_id = ",
            $person,
            " and r.notice_id = n.id) and not exists (select 1 from notice_letters l where l.workspace_id = n.workspace_id \
             and l.user_id = ",
            $person,
            " and l.notice_id = n.id)"
        )
    };
}

/// What is to be told to the person `$2`, of the notices that are `$of`.
macro_rules! untold_rows {
    ($of:literal) => {
        concat!(
            "select n.id, n.kind, n.subject_id, n.account_id, n.post_id, n.cause, n.created_at, n.cleared_at, \
             cast(null as bigint) as read_at, cast(null as text) as composition, a.handle, a.platform from notices n \
             left join accounts a on a.workspace_id = n.workspace_id and a.id = n.account_id where n.workspace_id = $1 and ",
            $of,
            " and cast($3 as text) like '% ' || n.kind || ' %' and ",
            untold!("$2"),
            " order by n.id limit $4"
        )
    };
}

statements! {
    DUE = "letters.due": concat!("select distinct u.id from notices n join members m on m.workspace_id = n.workspace_id \
        join users u on u.id = m.user_id where n.news = false and n.cleared_at is null and n.created_at <= $2 \
        and u.notice_mail and u.lettered_at <= $1 and cast($3 as text) like '% ' || m.role || '/' || n.kind || ' %' \
        and not exists (select 1 from notice_wishes w where w.workspace_id = n.workspace_id and w.reader_id = u.id \
        and w.kind = n.kind and not w.by_mail) and ", untold!("u.id"), " \
        and not exists (select 1 from jobs j where j.subject_id = u.id) order by u.id limit $4");
    // Nobody gets these without having asked for them, so the wishes say of whom to think. Whether there is any is not asked: a
    // morning without news passes, too.
    DUE_NEWS = "letters.due_news": "select distinct u.id from notice_wishes w join users u on u.id = w.reader_id \
        join members m on m.workspace_id = w.workspace_id and m.user_id = u.id \
        where w.by_mail and u.notice_mail and u.lettered_at <= $1 and u.digest_at <= $2 \
        and cast($3 as text) like '% ' || m.role || '/' || w.kind || ' %' \
        and not exists (select 1 from jobs j where j.subject_id = u.id) order by u.id limit $4";
    UNTOLD = "letters.untold": untold_rows!("n.news = false and n.cleared_at is null");
    UNTOLD_NEWS = "letters.untold_news": untold_rows!("n.news = true and n.id >= $5 \
        and (n.cleared_at is null or cast($6 as text) like '% ' || n.kind || ' %')");
    NOTE = "letters.note": "insert into notice_letters (workspace_id, user_id, notice_id, sent_at) values ($1, $2, $3, $4) \
        on conflict do nothing";
    SENT = "letters.sent": "update users set lettered_at = $2 where id = $1";
    DIGEST_AT = "letters.digest_at": "select digest_at from users where id = $1";
    SET_DIGEST_AT = "letters.set_digest_at": "update users set digest_at = $2 where id = $1";
    WANTS = "letters.wants": "select notice_mail from users where id = $1";
    SET_WANTS = "letters.set_wants": "update users set notice_mail = $2 where id = $1";
    ERASE = "letters.erase": "delete from notice_letters where workspace_id = $1 and notice_id in \
        (select id from notices where workspace_id = $1 and account_id = $2)";
    FORGET = "letters.forget": "delete from notice_letters where workspace_id = $1 and notice_id = $2";
}

/// Who is to get an e-mail.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Nobody who got one after this.
    pub not_since: Timestamp,
    /// Only about what was made until then.
    pub until: Timestamp,
}

/// People with something open that needs a person, which they have neither read nor been sent, and for whom there is no job. Crosses
/// workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn due(db: &Db, which: Due, limit: i64) -> Result<Vec<UserId>, StoreError> {
    let values = args![which.not_since, which.until, hearers(Which::Needing), limit];
    db.fetch_all(DUE, values).await?.iter().map(|row| row.get("id")).collect()
}

/// People who asked for news by e-mail, whose morning has come, and for whom there is no job; nobody who got an e-mail after `not_since`.
/// Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn due_news(
    db: &Db,
    not_since: Timestamp,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<UserId>, StoreError> {
    let values = args![not_since, now, hearers(Which::News), limit];
    db.fetch_all(DUE_NEWS, values).await?.iter().map(|row| row.get("id")).collect()
}

/// Roles and kinds of which they hear, each pair with a space before and after.
fn hearers(which: Which) -> String {
    let of = |role: Role| {
        let heard = move |kind: &NoticeKind| which.includes(*kind) && kind.audience().includes(role);
        let pair = move |kind: NoticeKind| format!("{}/{}", role.as_str(), kind.as_str());
        NoticeKind::ALL.into_iter().filter(heard).map(pair)
    };
    format!(" {} ", Role::ALL.into_iter().flat_map(of).collect::<Vec<_>>().join(" "))
}

/// What is open and needs a person, of these kinds, and that one has neither read nor been sent in a workspace: at most so many, oldest
/// first.
///
/// # Errors
/// [`StoreError`].
pub async fn untold(
    db: &Db,
    (workspace, person): (WorkspaceId, UserId),
    kinds: impl Fn(NoticeKind) -> bool,
    limit: i64,
) -> Result<Vec<NoticeRow>, StoreError> {
    let values = args![workspace, person, names(kinds), limit];
    db.fetch_all(UNTOLD, values).await?.iter().map(read_row).collect()
}

/// The same of news that was made since then; of what is over, only kinds that are told all the same.
///
/// # Errors
/// [`StoreError`].
pub async fn untold_news(
    db: &Db,
    (workspace, person): (WorkspaceId, UserId),
    kinds: impl Fn(NoticeKind) -> bool,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<NoticeRow>, StoreError> {
    let when_over = names(NoticeKind::told_when_over);
    let values = args![workspace, person, names(kinds), limit, NoticeId::earliest(since), when_over];
    db.fetch_all(UNTOLD_NEWS, values).await?.iter().map(read_row).collect()
}

/// When the person is to get news next; zero: nobody said so yet. `None` when there is no such person.
///
/// # Errors
/// [`StoreError`].
pub async fn digest_at(db: &Db, person: UserId) -> Result<Option<Timestamp>, StoreError> {
    db.fetch_optional(DIGEST_AT, args![person]).await?.map(|row| row.get("digest_at")).transpose()
}

/// Keeps when the person is to get news next.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set_digest_at(tx: &mut Tx<'_>, person: UserId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(SET_DIGEST_AT, args![person, at]).await.map(drop)
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

/// Forgets who was sent the notice.
///
/// # Errors
/// [`StoreError::Sql`].
pub(super) async fn forget(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    notice: NoticeId,
) -> Result<(), StoreError> {
    tx.execute(FORGET, args![workspace, notice]).await.map(drop)
}
