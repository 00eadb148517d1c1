//! Slows guessing down, per account and per address.
//!
//! A try is charged *before* the password is looked at and given back when it was right. Otherwise a hundred tries at once
//! would all be let through before the first of them had failed.

use carillon_domain::error::AppError;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::Tx;
use carillon_store::repo::throttle::{self, ThrottleRow};
use sha2::{Digest, Sha256};

use super::People;

/// So many failures cost an account nothing.
const FREE_PER_ACCOUNT: i64 = 5;

/// An office or school may share an address.
const FREE_PER_ADDRESS: i64 = 20;

/// The longest pause.
const LONGEST_S: i64 = 15 * 60;

/// Without a failure for so long, all is forgotten.
const FORGET: SignedDuration = SignedDuration::from_hours(6);

/// A try that was charged.
pub(super) struct Charged {
    account: String,
    address: String,
    /// The address's failures before and after.
    before: ThrottleRow,
    after: ThrottleRow,
}

impl People {
    /// Charges a try to sign in.
    ///
    /// # Errors
    /// [`AppError::TooMany`] while the account or the address has to wait; such tries cost nothing.
    pub(super) async fn charge(&self, email: &str, address: &str) -> Result<Charged, AppError> {
        let subjects =
            [(subject("account", email), FREE_PER_ACCOUNT), (subject("address", address), FREE_PER_ADDRESS)];
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    let mut rows = Vec::new();
                    for (subject, _) in &subjects {
                        rows.push(current(tx, subject, now).await?);
                    }
                    if let Some(until) = rows.iter().map(|r| r.blocked_until).max().filter(|u| *u > now) {
                        let wait = until.duration_since(now).as_secs();
                        return Err(AppError::TooMany {
                            retry_after_s: u64::try_from(wait).unwrap_or(0) + 1,
                        });
                    }
                    let mut after = rows.clone();
                    for ((subject, free), row) in subjects.iter().zip(&mut after) {
                        row.failures += 1;
                        row.last_at = now;
                        row.blocked_until = now + pause(row.failures, *free);
                        throttle::put(tx, subject, *row).await?;
                    }
                    let [(account, _), (address, _)] = subjects;
                    Ok(Charged { account, address, before: rows[1], after: after[1] })
                })
            })
            .await
    }

    /// Gives a try back that was right. The account starts anew; the address only gets this one try back, so that signing in
    /// to an account of one's own does not pay for guesses at others.
    pub(super) async fn give_back(&self, charged: Charged) -> Result<(), AppError> {
        let now = self.clock.now();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    throttle::clear(tx, &charged.account).await?;
                    let mut row = throttle::lock(tx, &charged.address, now).await?;
                    if row == charged.after {
                        row = charged.before;
                    } else {
                        // Others failed meanwhile; their pause stays.
                        row.failures = (row.failures - 1).max(0);
                    }
                    Ok(throttle::put(tx, &charged.address, row).await?)
                })
            })
            .await
    }
}

async fn current(tx: &mut Tx<'_>, subject: &str, now: Timestamp) -> Result<ThrottleRow, AppError> {
    let mut row = throttle::lock(tx, subject, now).await?;
    if now.duration_since(row.last_at) > FORGET {
        row.failures = 0;
    }
    Ok(row)
}

/// None up to the free failures, then 1, 2, 4 … seconds.
fn pause(failures: i64, free: i64) -> SignedDuration {
    let over = failures - free;
    if over < 0 {
        return SignedDuration::ZERO;
    }
    SignedDuration::from_secs(
        1_i64.checked_shl(u32::try_from(over.min(30)).unwrap_or(0)).unwrap_or(LONGEST_S).min(LONGEST_S),
    )
}

fn subject(kind: &str, text: &str) -> String {
    format!("{kind}:{}", hex::encode(Sha256::digest(text.as_bytes())))
}
