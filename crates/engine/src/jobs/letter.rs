//! Sends people by e-mail what needs them: what is open, and they have neither read nor been sent; at most once in an hour.
//!
//! What a mail server took is noted afterwards. A worker that dies in between sends it again, under the same message id, by which mail
//! programs know it.

use carillon_domain::id::{NoticeId, UserId, WorkspaceId};
use carillon_domain::notice::Audience;
use carillon_domain::permission::Role;
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::job::{self, NewJob, Party};
use carillon_store::repo::letter::{self, Due};
use carillon_store::repo::notice::Reader;
use carillon_store::repo::{user, workspace};
use serde::{Deserialize, Serialize};

use super::{JobError, Lease, Next, background, fenced};
use crate::Engine;
use crate::mail::{Digest, MailError, Place};

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
    let due = Due {
        not_since: now - EVERY,
        until: now - COLLECT,
        accounts: roles(Audience::Accounts),
        posts: roles(Audience::Posts),
    };
    let mut found = 0;
    for person in letter::due(&engine.db, &due, BATCH).await? {
        let job = new_job(engine, Target { person });
        engine.db.write(move |tx| Box::pin(async move { job::put_if_absent(tx, &job).await })).await?;
        found += 1;
    }
    Ok(found)
}

/// The roles that hear of it.
fn roles(audience: Audience) -> String {
    let hear: Vec<&str> =
        Role::ALL.into_iter().filter(|role| audience.includes(*role)).map(Role::as_str).collect();
    format!(" {} ", hear.join(" "))
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
    let Some(digest) = digest(engine, lease, target.person).await? else { return Ok(Next::Finished) };
    match mailer.send(&digest).await {
        Ok(()) => {}
        Err(MailError::Later(why)) => {
            tracing::warn!(person = %target.person, why, "an e-mail could not be sent; it is tried again");
            return Ok(Next::At { at: engine.clock.now() + AGAIN, lane: None });
        }
        // It would be refused again and again.
        Err(MailError::Refused(why)) => {
            tracing::warn!(person = %target.person, why, "the mail server does not take an e-mail");
        }
    }
    note(engine, lease, target.person, &digest).await
}

/// What the person is to be told; `None` when it is nothing, or they want no e-mails.
async fn digest(engine: &Engine, lease: &Lease, person: UserId) -> Result<Option<Digest>, StoreError> {
    if letter::wants(&engine.db, person).await? != Some(true) {
        return Ok(None);
    }
    let Some(row) = user::find(&engine.db, person).await? else { return Ok(None) };
    let mut places = Vec::new();
    for (place, role) in workspace::of_user(&engine.db, person).await? {
        let reader = Reader { workspace: place.id, id: person.uuid(), role };
        let notices = letter::untold(&engine.db, reader, MOST).await?;
        if !notices.is_empty() {
            places.push(Place { workspace: place.id, name: place.name, notices });
        }
    }
    let digest =
        Digest { to: row.email, name: row.name, language: row.language, key: lease.job.to_string(), places };
    Ok(Some(digest).filter(|digest| !digest.places.is_empty()))
}

async fn note(engine: &Engine, lease: &Lease, person: UserId, digest: &Digest) -> Result<Next, JobError> {
    let told: Vec<(WorkspaceId, NoticeId)> = digest
        .places
        .iter()
        .flat_map(|place| place.notices.iter().map(|notice| (place.workspace, notice.id)))
        .collect();
    let now = engine.clock.now();
    fenced(engine, lease, move |tx| Box::pin(async move { letter::sent(tx, person, &told, now).await }))
        .await?;
    Ok(Next::Finished)
}
