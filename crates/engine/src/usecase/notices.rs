//! What needs a person: told once per cause, to those who can do something about it, until it is settled. And what is good to know,
//! which is over after a day.
//!
//! A notice commits with the change that causes it, and is cleared with the change that settles it. The one cause that no change
//! brings about is time: logins that end soon are looked for by `look_at_logins`, days that fill up by `nearing::look_at_caps`.

use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, Id, NoticeId, SentReportId, UserId, WorkspaceId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::notice::{self, NewNotice, NoticeRow, Reader, Which};
use carillon_store::repo::publication::PublicationRow;
use carillon_store::repo::{grant, letter};
use uuid::Uuid;

use super::horizon;
use crate::{Actor, Engine};

/// More unread ones are not counted.
pub const MOST_COUNTED: usize = 99;

/// News is over after this.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Settled ones that needed a person are kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// News is kept so long. There is some with every post, and e-mails and the notice of a full day look back two days at most.
const NEWS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// News that is settled in one transaction.
const PIECE: i64 = 500;

/// Notices that are forgotten in one transaction; each goes with a row for everybody who read it or was sent it.
const FORGOTTEN: i64 = 100;

/// Notices that are marked as read in one transaction.
const READ_AT_ONCE: usize = 500;

/// Accounts that are looked at in one go.
const BATCH: i64 = 500;

/// The notice of an account.
pub(crate) fn of_account(
    engine: &Engine,
    (workspace, account): (WorkspaceId, AccountId),
    kind: NoticeKind,
    cause: Option<String>,
) -> NewNotice {
    NewNotice {
        workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        kind,
        subject: account.uuid(),
        account: Some(account),
        post: None,
        cause,
        created_at: engine.clock.now(),
    }
}

/// The notice of a report that was made; the days that it is about are its cause.
pub(crate) fn of_report(
    engine: &Engine,
    (workspace, report): (WorkspaceId, SentReportId),
    account: Option<AccountId>,
    days: String,
) -> NewNotice {
    NewNotice {
        workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        kind: NoticeKind::ReportReady,
        subject: report.uuid(),
        account,
        post: None,
        cause: Some(days),
        created_at: engine.clock.now(),
    }
}

/// The notice of a publication whose try ended so, if people hear of it.
pub(crate) fn of_publication(engine: &Engine, row: &PublicationRow, outcome: &str) -> Option<NewNotice> {
    let kind = NoticeKind::of_outcome(outcome)?;
    let cause = || row.error.as_ref().map(|error| error.cause.clone()).or_else(|| row.evidence.clone());
    // What was seen while it was uncertain is no cause of its being public.
    let cause = if kind.needs_a_person() { cause() } else { None };
    let of_account = of_account(engine, (row.workspace, row.account), kind, cause);
    Some(NewNotice { subject: row.id.uuid(), post: Some(row.post), ..of_account })
}

/// The notice of a draft that was to be scheduled as a post of a series.
pub(crate) fn of_draft(engine: &Engine, row: &PublicationRow, cause: String) -> NewNotice {
    let kind = NoticeKind::Unscheduled;
    let of_account = of_account(engine, (row.workspace, row.account), kind, Some(cause));
    NewNotice { subject: row.id.uuid(), post: Some(row.post), ..of_account }
}

/// Who reads; a token reads for itself.
pub(super) fn reader(actor: &Actor) -> Reader {
    let id = actor.user.map(Id::uuid).or(actor.token.map(Id::uuid));
    Reader { workspace: actor.workspace, id: id.unwrap_or(Uuid::nil()), role: actor.role }
}

/// What somebody has not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// How much of it needs a person.
    pub needing: usize,
    /// How much does not. Where not all is counted, what needs a person is.
    pub news: usize,
}

/// A page of those of these notices that the actor hears of, newest first, settled ones too; and where the next one begins.
///
/// # Errors
/// When the database fails.
pub async fn list(
    engine: &Engine,
    actor: &Actor,
    which: Which,
    after: Option<NoticeId>,
    limit: usize,
) -> Result<(Vec<NoticeRow>, Option<NoticeId>), AppError> {
    let limit = limit.clamp(1, 200);
    let asked = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut rows = notice::list(&engine.db, (reader(actor), which), after, asked).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.id);
    Ok((rows, next))
}

/// How many open ones the actor has not read; [`MOST_COUNTED`] and one more stand for all above.
///
/// # Errors
/// When the database fails.
pub async fn unread(engine: &Engine, actor: &Actor) -> Result<Unread, AppError> {
    count_unread(engine, reader(actor)).await
}

/// The same for a person in this role, whose membership the caller has checked.
///
/// # Errors
/// When the database fails.
pub async fn unread_by(
    engine: &Engine,
    workspace: WorkspaceId,
    person: UserId,
    role: Role,
) -> Result<Unread, AppError> {
    count_unread(engine, Reader { workspace, id: person.uuid(), role }).await
}

async fn count_unread(engine: &Engine, reader: Reader) -> Result<Unread, AppError> {
    let unread = notice::unread(&engine.db, reader, MOST_COUNTED + 1).await?;
    let needing = unread.iter().filter(|(_, kind)| kind.needs_a_person()).count();
    Ok(Unread { needing, news: unread.len() - needing })
}

/// Notes that the actor has read one. Others still see it as unread.
///
/// # Errors
/// [`AppError::NotFound`], also for notices of other workspaces and for others' eyes.
pub async fn read(engine: &Engine, actor: &Actor, id: NoticeId) -> Result<(), AppError> {
    let (reader, now) = (reader(actor), engine.clock.now());
    let known =
        engine.db.write(move |tx| Box::pin(async move { notice::read(tx, reader, id, now).await })).await?;
    if !known {
        return Err(AppError::NotFound { what: "notice" });
    }
    engine.events.notices_changed(actor.workspace);
    Ok(())
}

/// Notes that the actor has read all that is open.
///
/// # Errors
/// When the database fails.
pub async fn read_all(engine: &Engine, actor: &Actor) -> Result<(), AppError> {
    let (reader, now) = (reader(actor), engine.clock.now());
    loop {
        let unread = notice::unread(&engine.db, reader, READ_AT_ONCE).await?;
        if unread.is_empty() {
            break;
        }
        let noted = engine.db.write(move |tx| {
            Box::pin(async move {
                for (id, _) in unread {
                    notice::read(tx, reader, id, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        noted.await?;
    }
    engine.events.notices_changed(actor.workspace);
    Ok(())
}

/// Whether the person wants e-mails about what needs them.
///
/// # Errors
/// When the database fails.
pub async fn wants_mail(engine: &Engine, person: UserId) -> Result<bool, AppError> {
    Ok(letter::wants(&engine.db, person).await?.unwrap_or(false))
}

/// Keeps whether the person wants e-mails about what needs them.
///
/// # Errors
/// When the database fails.
pub async fn want_mail(engine: &Engine, person: UserId, wants: bool) -> Result<(), AppError> {
    let kept = engine.db.write(move |tx| Box::pin(async move { letter::set_wants(tx, person, wants).await }));
    Ok(kept.await?)
}

/// Settles news of the day before, and forgets what was settled long ago.
///
/// # Errors
/// When the database fails.
pub(crate) async fn forget(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.clock.now();
    for kind in NoticeKind::ALL.into_iter().filter(|kind| !kind.needs_a_person()) {
        let times = (now - FRESH, now);
        engine
            .in_pieces(PIECE, move |tx| {
                Box::pin(async move { notice::settle_news(tx, kind, times, PIECE).await })
            })
            .await?;
    }
    for (news, before) in [(true, now - NEWS_KEPT), (false, now - KEPT)] {
        engine
            .in_pieces(FORGOTTEN, move |tx| {
                Box::pin(async move { notice::forget(tx, news, before, FORGOTTEN).await })
            })
            .await?;
    }
    Ok(())
}

/// Tells of logins that end soon, and settles what is told of those that do not any more.
///
/// # Errors
/// When the database fails.
pub(crate) async fn look_at_logins(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.clock.now();
    for key in notice::open(&engine.db, NoticeKind::LoginEnds).await? {
        look_at(engine, key).await?;
    }
    let nobody = (WorkspaceId::from_uuid(Uuid::nil()), AccountId::from_uuid(Uuid::nil()));
    let mut after = nobody;
    loop {
        let ending = grant::ending(&engine.db, after, horizon::soon(now), BATCH).await?;
        for key in &ending {
            look_at(engine, *key).await?;
        }
        let Some(last) = ending.last() else { break };
        after = *last;
    }
    Ok(())
}

async fn look_at(engine: &Engine, (workspace, id): (WorkspaceId, AccountId)) -> Result<(), StoreError> {
    let Some(row) = account::find(&engine.db, workspace, id).await? else { return Ok(()) };
    let ends = ends_soon(engine, &row).await?;
    let new = of_account(engine, (workspace, id), NoticeKind::LoginEnds, None);
    let (now, grant) = (engine.clock.now(), row.grant);
    let changed = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Connected anew meanwhile, it is another login that nobody looked at.
                let found = account::find(&mut *tx, workspace, id).await?;
                let same =
                    found.is_some_and(|row| row.grant == grant && row.status == AccountStatus::Connected);
                match (same, ends) {
                    (true, true) => notice::raise(tx, &new).await,
                    (true, false) => {
                        notice::clear(tx, (workspace, id.uuid()), NoticeKind::LoginEnds, now).await
                    }
                    (false, _) => Ok(false),
                }
            })
        })
        .await?;
    if changed {
        engine.events.notices_changed(workspace);
    }
    Ok(())
}

async fn ends_soon(engine: &Engine, row: &AccountRow) -> Result<bool, StoreError> {
    if row.status != AccountStatus::Connected {
        return Ok(false);
    }
    let ends_at = horizon::login_ends_at(engine, row).await?;
    Ok(ends_at.is_some_and(|at| horizon::is_soon(at, engine.clock.now())))
}
