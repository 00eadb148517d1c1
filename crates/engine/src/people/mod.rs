//! Who may come in, and as what: set-up, sign-in, sessions, workspaces, members, API tokens.
//!
//! Whatever a browser or program holds as proof (session cookie, API token, one-time link) is 32 random bytes of which
//! only a SHA-256 is kept, so that a copy of the database opens nothing. Passwords are hashed with argon2id. Every sign-in
//! that fails, for whatever reason, says the same and takes as long.

mod input;
mod members;
mod password;
pub mod proof;
mod session;
mod setup;
mod sign_in;
mod throttle;
mod token;
mod workspace;

use std::sync::Arc;

use carillon_domain::error::AppError;
use carillon_domain::id::{Id, Kind};
use carillon_domain::time::{Clock, Entropy, SignedDuration};
use carillon_store::Db;
use carillon_store::repo::{one_time_link, session as sessions, throttle as throttles};

pub use carillon_store::repo::session::SessionRow;
pub use carillon_store::repo::token::TokenRow;
pub use carillon_store::repo::user::UserRow;
pub use carillon_store::repo::workspace::{MemberRow, WorkspaceRow};
pub use input::{
    GRACE_RANGE_S, NewPerson, NewWorkspace, PASSWORD_CHARS, SNAPSHOT_DAYS_RANGE, WorkspacePatch,
};
pub use session::{Client, CurrentSession, SignedIn};
pub use setup::CreatedByOperator;
pub use token::CreatedToken;

/// The use cases about people. Cheap to clone.
#[derive(Clone)]
pub struct People {
    db: Db,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl People {
    /// Works on this database.
    pub fn new(db: Db, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { db, clock, entropy }
    }

    /// Forgets sessions, links and failed sign-ins that no longer matter. Correctness does not need it, tidiness does;
    /// call it every hour or so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self) -> Result<u64, AppError> {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let gone = sessions::delete_expired(tx, now).await?
                        + one_time_link::delete_expired(tx, now).await?
                        + throttles::delete_old(tx, now - SignedDuration::from_hours(24), now).await?;
                    Ok(gone)
                })
            })
            .await
    }

    fn new_id<K: Kind>(&self) -> Id<K> {
        Id::new(self.clock.as_ref(), self.entropy.as_ref())
    }
}

#[cfg(test)]
mod tests;
