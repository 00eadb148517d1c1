//! Saving what was read, under the job's lease.

use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_connectors::contract::reader::{Count, Profile, RemotePost};
use carillon_domain::account::AccountIdentity;
use carillon_domain::id::{Id, PublicationId, RemotePostId, SyncRunId};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::remote_post::{self, RemotePostRow};
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::repo::sync_run::{self, SyncRunRow};
use carillon_store::repo::{account_name, publication};
use carillon_store::{StoreError, Tx};

use crate::Engine;
use crate::jobs::{JobError, Lease, fenced};

/// Posts that one transaction takes. On SQLite every other write waits for it, also that of a commit's intent.
const CHUNK: usize = 20;

/// Networks date posts a little differently than we do.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// How the run stands.
pub(super) async fn run(engine: &Engine, lease: &Lease, row: &SyncRunRow) -> Result<(), JobError> {
    let copy = row.clone();
    fenced(engine, lease, move |tx| Box::pin(async move { sync_run::save(tx, &copy).await })).await?;
    engine.events.account_changed(row.workspace, row.account);
    Ok(())
}

/// The profile with its totals, and how the run stands.
pub(super) async fn profile(
    engine: &Engine,
    lease: &Lease,
    row: &SyncRunRow,
    account: &AccountRow,
    profile: &Profile,
) -> Result<(), JobError> {
    let seen = Seen::of(profile, engine.clock.now());
    let (run, account) = (row.clone(), account.clone());
    fenced(engine, lease, move |tx| {
        Box::pin(async move {
            put_profile(tx, &run, &account, &seen).await?;
            sync_run::save(tx, &run).await
        })
    })
    .await?;
    engine.events.account_changed(row.workspace, row.account);
    Ok(())
}

/// Posts with their numbers; with the last of them, how the run stands.
pub(super) async fn posts(
    engine: &Engine,
    lease: &Lease,
    row: &SyncRunRow,
    posts: Vec<RemotePost>,
    as_of: Timestamp,
) -> Result<(), JobError> {
    let ours = Arc::new(ours(engine, row, &posts).await?);
    let rows: Vec<_> = posts.into_iter().map(|post| remote_post(engine, row, &ours, post, as_of)).collect();
    for chunk in rows.chunks(CHUNK) {
        let (chunk, run) = (chunk.to_vec(), row.id);
        fenced(engine, lease, move |tx| Box::pin(async move { put_posts(tx, run, &chunk).await })).await?;
    }
    self::run(engine, lease, row).await
}

/// A profile as it was seen.
pub(super) struct Seen {
    identity: AccountIdentity,
    numbers: Observation,
}

impl Seen {
    pub fn of(profile: &Profile, as_of: Timestamp) -> Self {
        Self { identity: profile.identity.clone(), numbers: observation(&profile.counts, as_of) }
    }
}

/// Puts a profile with its totals into the database.
pub(super) async fn put_profile(
    tx: &mut Tx<'_>,
    run: &SyncRunRow,
    account: &AccountRow,
    seen: &Seen,
) -> Result<(), StoreError> {
    account::keep_profile(tx, account, &seen.identity, &seen.numbers).await?;
    let names = (seen.identity.handle.as_str(), seen.identity.name.as_str());
    account_name::seen(tx, (account.workspace, account.id), names, seen.numbers.as_of).await?;
    snapshot::add(tx, Subject::account(run.workspace, run.account), run.id, &seen.numbers).await
}

/// Puts posts with their numbers into the database.
pub(super) async fn put_posts(
    tx: &mut Tx<'_>,
    run: SyncRunId,
    posts: &[RemotePostRow],
) -> Result<(), StoreError> {
    for post in posts {
        let id = remote_post::put(tx, post).await?;
        let subject = Subject { workspace: post.workspace, account: post.account, id: id.uuid() };
        snapshot::add(tx, subject, run, &post.seen).await?;
    }
    Ok(())
}

/// Which of them are ours.
async fn ours(
    engine: &Engine,
    row: &SyncRunRow,
    posts: &[RemotePost],
) -> Result<BTreeMap<String, PublicationId>, StoreError> {
    let times = || posts.iter().map(|post| post.published_at);
    let Some((first, last)) = times().min().zip(times().max()) else { return Ok(BTreeMap::new()) };
    publication::public_ids(&engine.db, row.workspace, row.account, first - SLACK, last + SLACK).await
}

/// A post as it is put into the database.
pub(super) fn remote_post(
    engine: &Engine,
    row: &SyncRunRow,
    ours: &BTreeMap<String, PublicationId>,
    post: RemotePost,
    as_of: Timestamp,
) -> RemotePostRow {
    let id: RemotePostId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    RemotePostRow {
        workspace: row.workspace,
        account: row.account,
        id,
        publication: ours.get(&post.remote_id).copied(),
        remote_id: post.remote_id,
        url: post.url,
        text: post.text,
        kind: post.kind,
        published_at: post.published_at,
        first_seen_at: as_of,
        seen: observation(&post.counts, as_of),
    }
}

fn observation(counts: &[Count], as_of: Timestamp) -> Observation {
    let reading = |count: &Count| Reading::new(&count.metric, count.value, &count.native);
    Observation { as_of, readings: counts.iter().map(reading).collect() }
}
