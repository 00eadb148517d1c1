//! Budgets of the user's own: how many publications a day are wise on an account.

use carillon_domain::account::CapMode;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::limits::Violation;
use carillon_domain::schedule::{self, DueTime};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::publication;

use super::posts::AccountCheck;
use crate::{Actor, Engine};

/// How long after a post the same content on the same account is worth a warning.
const SAME_CONTENT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Default daily caps by platform, as in the product's budgets; platforms without one have no own cap.
const DEFAULTS: &[(&str, u32)] =
    &[("instagram", 3), ("facebook", 5), ("linkedin", 2), ("x", 10), ("tiktok", 4)];

/// The daily cap of an account: the user's, else the default, else none.
pub fn daily_cap(account: &AccountRow) -> Option<u32> {
    account
        .daily_cap
        .or_else(|| DEFAULTS.iter().find(|(name, _)| *name == account.platform).map(|(_, cap)| *cap))
}

/// The day of `at` in `zone`, as instants `[from, to)`.
fn day(at: Timestamp, zone: &str) -> Option<(Timestamp, Timestamp)> {
    let zone = schedule::zone(zone).ok()?;
    let start = at.to_zoned(zone).start_of_day().ok()?;
    let end = start.tomorrow().ok()?.start_of_day().ok()?;
    Some((start.timestamp(), end.timestamp()))
}

/// Adds warnings about a full day and about content that went there already.
pub(super) async fn warn(
    engine: &Engine,
    actor: &Actor,
    check: &AccountCheck,
    due: Option<&DueTime>,
    except: Option<PostId>,
    warnings: &mut Vec<Violation>,
) -> Result<(), AppError> {
    let Some(due) = due else { return Ok(()) };
    let account = &check.account;
    if let (Some(cap), Some((from, to))) = (daily_cap(account), day(due.at, &actor.timezone)) {
        let planned = publication::planned(&engine.db, actor.workspace, account.id, from, to, except).await?;
        if planned >= i64::from(cap) {
            let what = match account.cap_mode {
                CapMode::Warn => "It is sent all the same.",
                CapMode::Enforce => "It will be held at its time, because the cap is enforced.",
            };
            warnings.push(
                Violation::new(
                    "scheduled_at",
                    "cap_exceeded",
                    format!(
                        "@{} has {planned} posts that day already; its own daily cap is {cap}. {what}",
                        account.handle
                    ),
                )
                .with_limit(cap, planned + 1),
            );
        }
    }
    let fingerprint = super::posts::fingerprint(&check.draft);
    let since = due.at - SAME_CONTENT;
    let twin =
        publication::same_content(&engine.db, actor.workspace, account.id, &fingerprint, since, except)
            .await?;
    if let Some(twin) = twin {
        warnings.push(Violation::new(
            "text",
            "duplicate_content",
            format!("@{} gets the same content from another post ({twin}). Is that meant?", account.handle),
        ));
    }
    Ok(())
}

/// The error to hold a publication with, when its account's enforced cap is reached at the moment of sending.
pub(crate) async fn enforced(
    engine: &Engine,
    account: &AccountRow,
    post: PostId,
    zone: &str,
) -> Result<Option<ConnectorError>, StoreError> {
    let (CapMode::Enforce, Some(cap)) = (account.cap_mode, daily_cap(account)) else { return Ok(None) };
    let Some((from, to)) = day(engine.clock.now(), zone) else { return Ok(None) };
    let sent = publication::sent(&engine.db, account.workspace, account.id, from, to, post).await?;
    if sent < i64::from(cap) {
        return Ok(None);
    }
    let cause =
        format!("@{} has sent {sent} posts today; its daily cap of {cap} is enforced.", account.handle);
    let error = ConnectorError::new(ErrorKind::Rejected, &account.platform, "publish", "cap_exceeded", cause);
    Ok(Some(
        error.with_action("Publish it by hand, move it to another day, or raise the cap of the account."),
    ))
}
