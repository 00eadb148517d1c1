//! What every process does once in a while. Nothing waits for it, and each part can fail without the others.

use carillon_domain::error::AppError;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::{attempt, connect, grant};
use carillon_store::{StoreError, Tx};
use futures::future::BoxFuture;

use crate::Engine;
use crate::answers::Answers;
use crate::people::People;
use crate::usecase::{credentials, library, nearing, notices, post_files, posts, series, unsaved, webhooks};

/// A login under which nobody chose an account in this time is forgotten.
const CHOOSE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// Remote calls that are forgotten in one transaction.
const PIECE: i64 = 500;

/// Most such transactions of one upkeep; what is left waits for the next one.
const MOST_PIECES: usize = 1_000;

impl Engine {
    /// Learns of keys that were replaced, renews logins that run out, and forgets what no longer matters. Call it every hour
    /// or so in every process; a replaced key relies on it.
    pub async fn upkeep(&self) {
        let (clock, entropy) = (self.clock.as_ref(), self.entropy.as_ref());
        let people = People::new(self.db.clone(), self.clock.clone(), self.entropy.clone());
        let answers =
            Answers::new(self.db.clone(), self.sealer.clone(), self.clock.clone(), self.entropy.clone());
        note("keys", self.sealer.upkeep(clock, entropy).await);
        note("logins", credentials::renew_expiring(self).await.map(drop));
        note("logins that end", notices::look_at_logins(self).await);
        note("notices", notices::forget(self).await);
        note("attempts to connect", self.forget_attempts().await);
        note("sessions and links", people.sweep().await.map(drop));
        note("answers", answers.sweep().await.map(drop));
        note("imports", post_files::forget(self).await);
        note("unsaved posts", unsaved::forget(self).await);
        note("journal", self.thin_journal().await);
        note("requests for deletion", webhooks::finish_deletions(self).await);
        note("posts that repeat", series::make_due(self).await);
        note("trash", posts::empty_trash(self).await);
        note("snapshots", self.thin_snapshots().await);
        note("files of posts", library::note_files(&self.db).await);
        // It reads the most, and nothing above waits for it.
        note("days that fill up", nearing::look_at_caps(self).await);
    }

    async fn thin_journal(&self) -> Result<(), StoreError> {
        let until = self.clock.now() - self.timing.journal;
        self.in_pieces(PIECE, move |tx| Box::pin(async move { attempt::thin(tx, until, PIECE).await })).await
    }

    /// Does the work again and again, each time in a transaction of its own, until it did less than a piece: small pieces, so that nothing
    /// due waits long for the database's writer. The work tells how much it did.
    ///
    /// # Errors
    /// The work's own.
    pub(crate) async fn in_pieces<F>(&self, piece: i64, work: F) -> Result<(), StoreError>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>) -> BoxFuture<'t, Result<u64, StoreError>> + Copy + Send + 'static,
    {
        for _ in 0..MOST_PIECES {
            if self.db.write(work).await? < piece.unsigned_abs() {
                break;
            }
        }
        Ok(())
    }

    async fn forget_attempts(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    connect::forget_expired(tx, now).await?;
                    grant::erase_unused(tx, now - CHOOSE_WITHIN, now).await?;
                    Ok(())
                })
            })
            .await
    }
}

fn note<E: std::error::Error>(what: &str, result: Result<(), E>) {
    if let Err(error) = result {
        let cause = error.source().map(ToString::to_string);
        tracing::error!(what, %error, cause, "upkeep failed; it runs again later");
    }
}
