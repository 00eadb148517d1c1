//! The plan in a calendar of one's own: a secret address per member and workspace, and what is found under it.
//!
//! The address is the whole proof, so it shows no more than times, the beginning of texts and the handles of accounts, and it is good
//! only as long as its member may read the workspace.

mod text;

use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, UserId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::calendar_feed::{self, FeedRow};
use carillon_store::repo::workspace;
use sha2::{Digest, Sha256};

use super::posts::PostView;
use super::{accounts, posts};
use crate::people::proof;
use crate::{Actor, Engine};

/// What every secret begins with, so that scanners for leaked secrets can know it.
const PREFIX: &str = "carillon_feed_";

/// How many characters people see afterwards.
const SHOWN: usize = PREFIX.len() + 6;

/// The last fetch is kept this exactly, so that not every one writes.
const USED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How far back and ahead a feed goes.
const SPAN: (SignedDuration, SignedDuration) =
    (SignedDuration::from_hours(90 * 24), SignedDuration::from_hours(400 * 24));

/// Most posts of a feed. What is to come, with the last week, goes before what was earlier.
const MOST: usize = 5_000;
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is found under an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// A calendar as of RFC 5545.
    pub text: String,
    /// Changes with the text.
    pub hash: String,
    /// Since when the text is the same, as far as it was fetched before.
    pub changed_at: Timestamp,
}

fn person(actor: &Actor) -> Result<UserId, AppError> {
    actor.require(Permission::Read)?;
    actor.user.ok_or_else(|| AppError::Forbidden {
        message: "A calendar link belongs to a person. Sign in to make one.".to_owned(),
    })
}

/// The actor's feed, if they made one.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read, and for tokens.
pub async fn find(engine: &Engine, actor: &Actor) -> Result<Option<FeedRow>, AppError> {
    let user = person(actor)?;
    Ok(calendar_feed::find(&engine.db, actor.workspace, user).await?)
}

/// Gives the actor a feed with a new secret, which is nowhere else afterwards. One that they had ends.
///
/// # Errors
/// As [`find`].
pub async fn renew(engine: &Engine, actor: &Actor) -> Result<Secret, AppError> {
    let (workspace, user) = (actor.workspace, person(actor)?);
    let secret = proof::new(PREFIX, engine.entropy.as_ref());
    let hash = proof::hash(&secret);
    let prefix: String = secret.expose().chars().take(SHOWN).collect();
    let now = engine.clock.now();
    let put = engine.db.write(move |tx| {
        Box::pin(async move { calendar_feed::put(tx, (workspace, user), &hash, &prefix, now).await })
    });
    put.await?;
    Ok(secret)
}

/// Ends the actor's feed.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn revoke(engine: &Engine, actor: &Actor) -> Result<(), AppError> {
    let (workspace, user) = (actor.workspace, person(actor)?);
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { calendar_feed::delete(tx, workspace, user).await }))
        .await?;
    if gone { Ok(()) } else { Err(AppError::NotFound { what: "calendar link" }) }
}

/// What is found under the address with this secret. `page` is where a post's page is.
///
/// # Errors
/// [`AppError::NotFound`] for secrets that are unknown or ended, and for members who may not read (any more).
pub async fn fetch(
    engine: &Engine,
    secret: &Secret,
    page: impl Fn(WorkspaceId, PostId) -> String + Send + Sync,
) -> Result<Feed, AppError> {
    let missing = || AppError::NotFound { what: "calendar" };
    let found = calendar_feed::by_secret(&engine.db, &proof::hash(secret)).await?;
    let row = found.ok_or_else(missing)?;
    let member = workspace::of_member(&engine.db, row.workspace, row.user).await?;
    let (home, role) = member.filter(|(_, role)| role.may(Permission::Read)).ok_or_else(missing)?;
    let actor = Actor {
        workspace: row.workspace,
        role,
        user: Some(row.user),
        token: None,
        timezone: home.timezone.clone(),
        session_hash: None,
    };
    let now = engine.clock.now();
    let views = plan(engine, &actor, now, MOST).await?;
    let accounts = accounts::list(engine, &actor).await?;
    let text = text::of(engine, &home, &accounts, &views, page);
    let hash = hex::encode(Sha256::digest(text.as_bytes()));
    let changed_at = note(engine, row, &hash, now).await?;
    Ok(Feed { text, hash, changed_at })
}

/// The posts of a feed. Where there are more than `most`, what was before the last week is left out.
async fn plan(
    engine: &Engine,
    actor: &Actor,
    now: Timestamp,
    most: usize,
) -> Result<Vec<PostView>, AppError> {
    let (coming, more) = posts::due_between(engine, actor, (now - LATELY, now + SPAN.1), most).await?;
    let room = most.saturating_sub(coming.len());
    if more || room == 0 {
        return Ok(coming);
    }
    let (mut views, more) = posts::due_between(engine, actor, (now - SPAN.0, now - LATELY), room).await?;
    if more {
        return Ok(coming);
    }
    views.extend(coming);
    Ok(views)
}

/// Keeps since when the content is the same, and about when it was fetched.
async fn note(engine: &Engine, row: FeedRow, hash: &str, now: Timestamp) -> Result<Timestamp, AppError> {
    let same = row.content_hash == hash;
    let changed_at = if same { row.content_at } else { now };
    if same && row.used_at.is_some_and(|at| now.duration_since(at) < USED_EVERY) {
        return Ok(changed_at);
    }
    let row = FeedRow { used_at: Some(now), content_hash: hash.to_owned(), content_at: changed_at, ..row };
    engine.db.write(move |tx| Box::pin(async move { calendar_feed::used(tx, &row).await })).await?;
    Ok(changed_at)
}
