//! Sessions of browsers: found by the hash of what the cookie holds, listed and ended by their user.

use carillon_domain::error::AppError;
use carillon_domain::id::{SessionId, UserId, WorkspaceId};
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::session::{self, SessionRow};
use carillon_store::repo::user::{self, UserRow};
use carillon_store::repo::workspace;
use carillon_store::{StoreError, Tx};

use super::{People, proof};
use crate::Actor;

/// A session that nobody uses ends after this.
const IDLE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Every session ends after this.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The last use is kept this exactly, so that not every request writes.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// Longest text of a browser's own name that is kept.
const USER_AGENT_CHARS: usize = 300;

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Its address.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// Somebody just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: UserRow,
    /// Their new session.
    pub session: SessionRow,
    /// What the cookie is to hold. It is nowhere else.
    pub secret: Secret,
}

/// The session that a request came with.
#[derive(Debug, Clone)]
pub struct CurrentSession {
    /// Who.
    pub user: UserRow,
    /// The session.
    pub session: SessionRow,
    /// SHA-256 of what the cookie holds.
    pub secret_hash: Vec<u8>,
}

/// A session that is about to be saved.
pub(super) struct NewSession {
    pub row: SessionRow,
    pub secret: Secret,
}

impl NewSession {
    pub async fn insert(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        session::insert(tx, &self.row, &proof::hash(&self.secret)).await
    }

    pub fn signed_in(self, user: UserRow) -> SignedIn {
        SignedIn { user, session: self.row, secret: self.secret }
    }
}

impl People {
    pub(super) fn new_session(&self, user: UserId, client: &Client) -> NewSession {
        let now = self.clock.now();
        let row = SessionRow {
            user,
            id: self.new_id(),
            user_agent: client.user_agent.chars().take(USER_AGENT_CHARS).collect(),
            address: client.address.clone(),
            created_at: now,
            last_seen_at: now,
            expires_at: now + IDLE,
        };
        NewSession { row, secret: proof::new("", self.entropy.as_ref()) }
    }

    /// The session that the cookie's value belongs to, kept alive by this use.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when there is none, or no longer.
    pub async fn session(&self, secret: &Secret) -> Result<CurrentSession, AppError> {
        let secret_hash = proof::hash(secret);
        let now = self.clock.now();
        let found = session::by_secret(&self.db, &secret_hash).await?;
        let mut row = found.filter(|s| s.expires_at > now).ok_or(AppError::Unauthenticated)?;
        let user = user::find(&self.db, row.user).await?.ok_or(AppError::Unauthenticated)?;
        if now.duration_since(row.last_seen_at) >= SEEN_EVERY {
            row.last_seen_at = now;
            row.expires_at = end(row.created_at, now);
            let copy = row.clone();
            self.db.write(move |tx| Box::pin(async move { session::seen(tx, &copy).await })).await?;
        }
        Ok(CurrentSession { user, session: row, secret_hash })
    }

    /// The person of this session in one of their workspaces.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when they do not belong to it, as if it did not exist.
    pub async fn actor(&self, current: &CurrentSession, workspace: WorkspaceId) -> Result<Actor, AppError> {
        let found = workspace::of_member(&self.db, workspace, current.user.id).await?;
        let (row, role) = found.ok_or(AppError::NotFound { what: "workspace" })?;
        Ok(Actor {
            workspace,
            role,
            user: Some(current.user.id),
            token: None,
            timezone: row.timezone,
            session_hash: Some(current.secret_hash.clone()),
        })
    }

    /// Ends the session that the cookie's value belongs to, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, secret: &Secret) -> Result<(), AppError> {
        let hash = proof::hash(secret);
        self.db
            .write(move |tx| Box::pin(async move { Ok(session::delete_by_secret(tx, &hash).await?) }))
            .await
    }

    /// Where the user is signed in, last used first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<SessionRow>, AppError> {
        Ok(session::of_user(&self.db, user, self.clock.now()).await?)
    }

    /// Ends one of the user's sessions.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for sessions of others.
    pub async fn revoke_session(&self, user: UserId, id: SessionId) -> Result<(), AppError> {
        let gone =
            self.db.write(move |tx| Box::pin(async move { session::delete(tx, user, id).await })).await;
        if gone? { Ok(()) } else { Err(AppError::NotFound { what: "session" }) }
    }

    /// Ends all of the user's sessions but `keep`. Returns how many ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_other_sessions(&self, user: UserId, keep: SessionId) -> Result<u64, AppError> {
        self.db
            .write(move |tx| Box::pin(async move { Ok(session::delete_all(tx, user, Some(keep)).await?) }))
            .await
    }
}

fn end(created: Timestamp, now: Timestamp) -> Timestamp {
    (created + LONGEST).min(now + IDLE)
}
