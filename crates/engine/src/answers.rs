//! Answers to requests that carry an `Idempotency-Key`: the same request again gets the same answer and does nothing.
//!
//! A key is taken before the request runs. A request that died on the way leaves its key taken: whether it had an effect
//! is not known, so a repetition is refused with advice instead of being run a second time.

use std::sync::Arc;

use carillon_domain::error::AppError;
use carillon_domain::time::{Clock, Entropy, SignedDuration};
use carillon_store::Db;
use carillon_store::repo::idempotency::{self, KeyId};
use carillon_store::seal::Sealer;
use sha2::{Digest, Sha256};

use crate::Actor;

/// How long an answer is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// A request that has not ended after this has died.
const DEAD_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// The field that errors name.
const HEADER: &str = "Idempotency-Key";

/// The answers of all workspaces. Cheap to clone.
#[derive(Clone)]
pub struct Answers {
    db: Db,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// A kept answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub content_type: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// The right to run a request. End it with [`Answers::keep`] or [`Answers::release`].
#[derive(Debug)]
#[must_use]
pub struct Taken(KeyId);

/// What a key is good for.
pub enum Begin {
    /// Run the request.
    Run(Taken),
    /// It was run; this was its answer.
    Repeat(Answer),
}

impl Answers {
    /// Works on this database.
    pub fn new(db: Db, sealer: Arc<Sealer>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { db, sealer, clock, entropy }
    }

    /// Takes a key for a request, or finds its answer. `request` is all that makes the request what it is: method, path and
    /// body.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for an unusable key (`invalid_key`) and for a key that was used with another request
    /// (`key_reused`); [`AppError::Conflict`] while the first request runs (`in_progress`) and when it died on the way
    /// (`outcome_unknown`).
    pub async fn begin(&self, actor: &Actor, key: &str, request: &[&[u8]]) -> Result<Begin, AppError> {
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(AppError::invalid(
                HEADER,
                "invalid_key",
                "A key has 1 to 255 printable ASCII characters.",
            ));
        }
        let caller = actor
            .token
            .map(|t| t.uuid())
            .or(actor.user.map(|u| u.uuid()))
            .ok_or(AppError::Unauthenticated)?;
        let id =
            KeyId { workspace: actor.workspace, caller, key_hash: Sha256::digest(key.as_bytes()).to_vec() };
        let hash = digest(request);
        let now = self.clock.now();
        let (key_id, hash_copy) = (id.clone(), hash.clone());
        let known = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    if idempotency::claim(tx, &key_id, &hash_copy, now, now + KEEP).await? {
                        return Ok(None);
                    }
                    idempotency::find(tx, &key_id).await
                })
            })
            .await?;
        let Some(row) = known else { return Ok(Begin::Run(Taken(id))) };
        if row.request_hash != hash {
            return Err(AppError::invalid(
                HEADER,
                "key_reused",
                "This key was used with another request. Use a new key for a new request.",
            ));
        }
        match row.answer {
            Some((status, sealed)) => self.open(&id, status, &sealed).await.map(Begin::Repeat),
            None if now.duration_since(row.created_at) < DEAD_AFTER => Err(AppError::Conflict {
                code: "in_progress",
                message: "The first request with this key is still running. Ask again in a moment.".into(),
            }),
            None => Err(AppError::Conflict {
                code: "outcome_unknown",
                message: "The first request with this key was cut off. Look whether it had its effect; if not, send it \
                          again with a new key."
                    .into(),
            }),
        }
    }

    /// Keeps the answer for repetitions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep(&self, taken: Taken, answer: &Answer) -> Result<(), AppError> {
        let plain = [answer.content_type.as_bytes(), &[0], &answer.body].concat();
        let sealed = self.sealer.seal(&taken.0.place(), &plain, self.entropy.as_ref())?;
        let status = i64::from(answer.status);
        self.db
            .write(move |tx| {
                Box::pin(async move { Ok(idempotency::finish(tx, &taken.0, status, &sealed).await?) })
            })
            .await
    }

    /// Gives the key back. Only for requests that certainly changed nothing, such as refused ones.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(&self, taken: Taken) -> Result<(), AppError> {
        self.db.write(move |tx| Box::pin(async move { Ok(idempotency::release(tx, &taken.0).await?) })).await
    }

    /// Forgets answers that are a day old. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self) -> Result<u64, AppError> {
        let now = self.clock.now();
        self.db
            .write(move |tx| Box::pin(async move { Ok(idempotency::delete_expired(tx, now).await?) }))
            .await
    }

    async fn open(&self, id: &KeyId, status: i64, sealed: &[u8]) -> Result<Answer, AppError> {
        let plain = self.sealer.open(&id.place(), sealed).await?;
        let cut = plain.iter().position(|b| *b == 0).unwrap_or(0);
        Ok(Answer {
            status: u16::try_from(status).map_err(AppError::internal)?,
            content_type: String::from_utf8_lossy(&plain[..cut]).into_owned(),
            body: plain.get(cut + 1..).unwrap_or_default().to_vec(),
        })
    }
}

/// Each part with its length before it, so that no two requests run together to the same bytes.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests;
