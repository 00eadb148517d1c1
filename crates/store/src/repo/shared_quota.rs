//! What networks allow the installation as a whole, by the network's own day: all nodes take from the same row.

use carillon_domain::time::Timestamp;

use crate::{Executor, StoreError, Tx, args, statements};

statements! {
    TAKE = "shared_quotas.take": "insert into shared_quotas (platform, bucket, used, reset_at) values ($1, $2, $3, $4) \
        on conflict (platform, bucket) do update set \
        used = case when shared_quotas.reset_at < excluded.reset_at then excluded.used \
            else shared_quotas.used + excluded.used end, \
        reset_at = case when shared_quotas.reset_at < excluded.reset_at then excluded.reset_at \
            else shared_quotas.reset_at end \
        where shared_quotas.reset_at < excluded.reset_at or shared_quotas.used + excluded.used <= $5";
    FILL = "shared_quotas.fill": "insert into shared_quotas (platform, bucket, used, reset_at) values ($1, $2, $3, $4) \
        on conflict (platform, bucket) do update set used = excluded.used, reset_at = excluded.reset_at \
        where shared_quotas.reset_at < excluded.reset_at or shared_quotas.used < excluded.used";
    USED = "shared_quotas.used": "select used from shared_quotas where platform = $1 and bucket = $2 and reset_at > $3";
}

/// One bucket of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket<'a> {
    /// The network.
    pub platform: &'a str,
    /// The connector's name for it.
    pub name: &'a str,
    /// When it is filled again.
    pub reset_at: Timestamp,
}

/// Takes `cost` units, unless more than `most` would be used then. Gives whether they were taken. The first that is taken after a
/// reset is never refused.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn take(tx: &mut Tx<'_>, bucket: Bucket<'_>, cost: u32, most: u32) -> Result<bool, StoreError> {
    let Bucket { platform, name, reset_at } = bucket;
    let values = args![platform, name, cost, reset_at, most];
    Ok(tx.execute(TAKE, values).await? > 0)
}

/// Keeps that the network says that nothing is left: `most` units are used at least.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn fill(tx: &mut Tx<'_>, bucket: Bucket<'_>, most: u32) -> Result<(), StoreError> {
    let Bucket { platform, name, reset_at } = bucket;
    tx.execute(FILL, args![platform, name, most, reset_at]).await.map(drop)
}

/// Units that are used of a bucket; 0 after its reset.
///
/// # Errors
/// [`StoreError`].
pub async fn used<'e>(
    ex: impl Executor<'e> + 'e,
    (platform, name): (&str, &str),
    now: Timestamp,
) -> Result<i64, StoreError> {
    let row = ex.fetch_optional(USED, args![platform, name, now]).await?;
    row.map_or(Ok(0), |r| r.get("used"))
}
