//! Hashtags that an account's own kept posts have. Nothing is proposed that nobody wrote.

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::{self, TagUse};
use carillon_domain::permission::Permission;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::remote_post::{self, RemotePostRow};

use crate::usecase::accounts;
use crate::{Actor, Engine};

/// So many of an account's latest posts are looked at.
const POSTS: i64 = 300;
/// Most accounts at once, and most hashtags of each.
const MOST: (usize, usize) = (10, 15);
/// Numbers of a post that were read earlier have not settled.
const AGE: SignedDuration = SignedDuration::from_hours(48);

/// The hashtags of one account.
#[derive(Debug, Clone)]
pub struct AccountTags {
    /// The account.
    pub account: AccountRow,
    /// Posts that were looked at.
    pub posts: usize,
    /// What they have, most used first.
    pub tags: Vec<TagUse>,
}

/// The hashtags of these accounts; accounts of other workspaces are as if they were not there.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn hashtags(
    engine: &Engine,
    actor: &Actor,
    chosen: &[AccountId],
) -> Result<Vec<AccountTags>, AppError> {
    actor.require(Permission::Read)?;
    let mut rows = accounts::list(engine, actor).await?;
    rows.retain(|row| chosen.contains(&row.id));
    rows.truncate(MOST.0);
    let mut all = Vec::new();
    for account in rows {
        let found = remote_post::recent(&engine.db, actor.workspace, account.id, POSTS).await?;
        let of_post = |row: &RemotePostRow| {
            let settled = row.seen.as_of.duration_since(row.published_at) >= AGE;
            insight::engagements(&row.seen).filter(|_| settled).map(|engagements| engagements.value)
        };
        let posts = found.iter().map(|found| (found.row.text.as_str(), of_post(&found.row)));
        let mut tags = insight::hashtags(posts);
        tags.truncate(MOST.1);
        all.push(AccountTags { account, posts: found.len(), tags });
    }
    Ok(all)
}
