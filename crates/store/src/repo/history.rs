//! What Carillon keeps of an account's publishing: its publications with their attempts and remote calls. Erased as a whole,
//! when a person lets go of the account and of its history.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::erased::Erased;
use carillon_domain::id::{AccountId, PostId, PublicationId, WorkspaceId};
use carillon_domain::time::Timestamp;

use super::post;
use super::publication::{self, PublicationRow};
use crate::{Executor, StoreError, Tx, args, statements};

statements! {
    // Whoever is changing one of these posts has seen publications that go now, and must look again.
    LOCK_POSTS = "history.lock_posts": "update posts set version = version + 1 where workspace_id = $1 and id in \
        (select post_id from publications where workspace_id = $1 and account_id = $2)";
    // Changes nothing; it keeps workers from saving an intent between the look and the erasing.
    LOCK = "history.lock": "update publications set updated_at = updated_at where workspace_id = $1 and account_id = $2";
    OF_ACCOUNT = "history.of_account": "select workspace_id, id, post_id, account_id, platform, state, due_at, next_at, tries, \
        held_reason, released_at, intent, progress, content_version, fingerprint, incomplete, \
        remote_id, remote_url, published_at, error, evidence, units, created_at, updated_at from \
        publications where workspace_id = $1 and account_id = $2 order by id";
    WORKED_ON = "history.worked_on": "select p.id from publications p where p.workspace_id = $1 and p.account_id = $2 \
        and exists (select 1 from jobs j where j.subject_id = p.id)";
    ERASE_STEPS = "history.erase_steps": "delete from attempt_steps where workspace_id = $1 and attempt_id in \
        (select a.id from attempts a join publications p on p.workspace_id = a.workspace_id and p.id = a.publication_id \
        where a.workspace_id = $1 and p.account_id = $2 and p.created_at <= $3)";
    ERASE_ATTEMPTS = "history.erase_attempts": "delete from attempts where workspace_id = $1 and publication_id in \
        (select id from publications where workspace_id = $1 and account_id = $2 and created_at <= $3)";
    ERASE_PUBLICATIONS = "history.erase_publications": "delete from publications where workspace_id = $1 and account_id = $2 \
        and created_at <= $3";
}

/// All publications of the account. Until the transaction ends nobody else changes them or their posts.
///
/// # Errors
/// [`StoreError`].
pub async fn lock(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<Vec<PublicationRow>, StoreError> {
    // Posts first, as everybody who changes a post with its publications does.
    tx.execute(LOCK_POSTS, args![workspace, account]).await?;
    tx.execute(LOCK, args![workspace, account]).await?;
    let rows = (&mut *tx).fetch_all(OF_ACCOUNT, args![workspace, account]).await?;
    rows.iter().map(publication::read).collect()
}

/// Those of the account's publications that have a job.
///
/// # Errors
/// [`StoreError`].
pub async fn worked_on(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
) -> Result<BTreeSet<PublicationId>, StoreError> {
    let rows = (&mut *tx).fetch_all(WORKED_ON, args![workspace, account]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Erases these, which are all that [`lock`] gave and that were created until then, with everything that hangs on them. Their posts stay and remember how they
/// ended.
///
/// # Errors
/// [`StoreError`].
pub async fn erase(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
    rows: &[PublicationRow],
    until: Timestamp,
) -> Result<(), StoreError> {
    let mut ended: BTreeMap<PostId, Vec<Erased>> = BTreeMap::new();
    for row in rows {
        ended.entry(row.post).or_default().extend(Erased::of(row.state, row.incomplete));
    }
    for (id, erased) in ended.into_iter().filter(|(_, erased)| !erased.is_empty()) {
        let Some(of_post) = post::find(&mut *tx, workspace, id).await? else { continue };
        post::remember(tx, workspace, id, &[of_post.erased, erased].concat()).await?;
    }
    for statement in [ERASE_STEPS, ERASE_ATTEMPTS, ERASE_PUBLICATIONS] {
        tx.execute(statement, args![workspace, account, until]).await?;
    }
    Ok(())
}
