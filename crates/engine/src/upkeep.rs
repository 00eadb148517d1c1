//! What every process does once in a while. Nothing waits for it, and each part can fail without the others.

use carillon_domain::error::AppError;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::{connect, grant};

use crate::Engine;
use crate::answers::Answers;
use crate::people::People;
use crate::usecase::credentials;

/// A login under which nobody chose an account in this time is forgotten.
const CHOOSE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

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
        note("attempts to connect", self.forget_attempts().await);
        note("sessions and links", people.sweep().await.map(drop));
        note("answers", answers.sweep().await.map(drop));
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
