//! Sends people by e-mail what needs them: what is open, and they have neither read nor been sent; at most once in an hour. News goes
//! out once a day, in the morning of whoever asked for it; a morning without any passes like one with some.
//!
//! What a mail server took is noted afterwards. A worker that dies in between sends it again, under the same message id, by which mail
//! programs know it.

use carillon_domain::id::{NoticeId, UserId, WorkspaceId};
use carillon_domain::notice::{NoticeKind, next_morning};
use carillon_domain::permission::Role;
use carillon_domain::schedule::zone_or_utc;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::job::{self, NewJob, Party};
use carillon_store::repo::letter::{self, Due};
use carillon_store::repo::notice::Which;
use carillon_store::repo::user::{self, UserRow};
use carillon_store::repo::workspace::{self, WorkspaceRow};
use serde::{Deserialize, Serialize};

use super::{JobError, Lease, Next, background, fenced};
use crate::Engine;
use crate::mail::{Digest, MailError, Place};
use crate::usecase::notice_wishes;

/// The job kind of an e-mail.
pub const KIND: &str = "letter";

/// Nobody gets more than one in this time.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What happens together is told together, and not to whoever sees it at once.
const COLLECT: SignedDuration = SignedDuration::from_mins(5);

/// When the mail server is asked again.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Notices of one workspace in one e-mail; more come with the next one.
const MOST: i64 = 50;

/// News likewise: what is alike is said once.
const MOST_NEWS: i64 = 1_000;

/// News that is older is none.
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 2);

/// When nothing could go out for so long after the morning, it is not the morning any more, and the next one will do.
const MORNING: SignedDuration = SignedDuration::from_hours(6);

/// People that one look finds.
const BATCH: i64 = 100;

/// Whom a job writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The person.
    pub person: UserId,
}

/// Makes a job for everybody who is to get an e-mail. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn find(engine: &Engine) -> Result<u64, StoreError> {
    if engine.mailer.is_none() {
        return Ok(0);
    }
    let now = engine.clock.now();
    let due = Due { not_since: now - EVERY, until: now - COLLECT };
    let mut people = letter::due(&engine.db, due, BATCH).await?;
    people.extend(letter::due_news(&engine.db, due.not_since, now, BATCH).await?);
    people.sort_unstable();
    people.dedup();
    let mut found = 0;
    for person in people {
        let job = new_job(engine, Target { person });
        engine.db.write(move |tx| Box::pin(async move { job::put_if_absent(tx, &job).await })).await?;
        found += 1;
    }
    Ok(found)
}

fn new_job(engine: &Engine, target: Target) -> NewJob {
    NewJob {
        party: mail(),
        subject: Some(target.person.uuid()),
        ..background(engine, KIND, format!("{KIND}:{}", target.person), &target)
    }
}

/// Places of its own: a mail server that hangs delays nothing else.
pub(super) fn mail() -> Party {
    Party { platform: Some("mail".to_owned()), ..Party::default() }
}

/// Writes to the person, unless there is nothing to be told any more.
///
/// # Errors
/// When the database fails.
pub async fn run(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    let Some(mailer) = &engine.mailer else { return Ok(Next::Finished) };
    if letter::wants(&engine.db, target.person).await? != Some(true) {
        return Ok(Next::Finished);
    }
    let Some(row) = user::find(&engine.db, target.person).await? else { return Ok(Next::Finished) };
    let homes = workspace::of_user(&engine.db, row.id).await?;
    let now = engine.clock.now();
    let morning = letter::digest_at(&engine.db, row.id).await?.unwrap_or(now);
    let with_news = morning <= now && now.duration_since(morning) < MORNING;
    let digest = digest(engine, lease, &row, &homes, with_news.then_some(now - RECENT)).await?;
    if !digest.places.is_empty() {
        match mailer.send(&digest).await {
            Ok(()) => {}
            Err(MailError::Later(why)) => {
                tracing::warn!(person = %row.id, why, "an e-mail could not be sent; it is tried again");
                return Ok(Next::At { at: now + AGAIN, lane: None });
            }
            // It would be refused again and again.
            Err(MailError::Refused(why)) => {
                tracing::warn!(person = %row.id, why, "the mail server does not take an e-mail");
            }
        }
    }
    let again = (morning <= now).then(|| next_morning(now, &zone_or_utc(zone(&row, &homes))));
    note(engine, lease, row.id, &digest, again).await
}

/// Whose morning it is: the person's own, or else that of a workspace of theirs.
fn zone<'a>(row: &'a UserRow, homes: &'a [(WorkspaceRow, Role)]) -> &'a str {
    let theirs = homes.first().map_or("UTC", |(home, _)| home.timezone.as_str());
    row.timezone.as_deref().unwrap_or(theirs)
}

/// What the person is to be told, with news since then if it is time for it.
async fn digest(
    engine: &Engine,
    lease: &Lease,
    row: &UserRow,
    homes: &[(WorkspaceRow, Role)],
    news_since: Option<Timestamp>,
) -> Result<Digest, StoreError> {
    let mut places = Vec::new();
    for (home, role) in homes {
        let hearing = notice_wishes::of(engine, (home.id, row.id.uuid()), *role).await?;
        let mailed = |which: Which, kind: NoticeKind| {
            which.includes(kind) && hearing.iter().any(|one| one.kind == kind && one.ways.by_mail)
        };
        let (db, key) = (&engine.db, (home.id, row.id));
        let open = letter::untold(db, key, |kind| mailed(Which::Needing, kind), MOST).await?;
        let news = match news_since {
            Some(since) => {
                letter::untold_news(db, key, |kind| mailed(Which::News, kind), since, MOST_NEWS).await?
            }
            None => Vec::new(),
        };
        if !open.is_empty() || !news.is_empty() {
            places.push(Place { workspace: home.id, name: home.name.clone(), notices: open, news });
        }
    }
    Ok(Digest {
        to: row.email.clone(),
        name: row.name.clone(),
        language: row.language.clone(),
        key: lease.job.to_string(),
        places,
    })
}

/// Notes what the person was told, and when news goes to them again.
async fn note(
    engine: &Engine,
    lease: &Lease,
    person: UserId,
    digest: &Digest,
    again: Option<Timestamp>,
) -> Result<Next, JobError> {
    let told = |place: &Place| {
        let workspace = place.workspace;
        let all = place.notices.iter().chain(&place.news);
        all.map(|notice| (workspace, notice.id)).collect::<Vec<_>>()
    };
    let told: Vec<(WorkspaceId, NoticeId)> = digest.places.iter().flat_map(told).collect();
    let now = engine.clock.now();
    fenced(engine, lease, move |tx| {
        Box::pin(async move {
            if !told.is_empty() {
                letter::sent(tx, person, &told, now).await?;
            }
            if let Some(again) = again {
                letter::set_digest_at(tx, person, again).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok(Next::Finished)
}
