//! A network that fails again and again is left alone: what is due there waits, and nobody's tries are used up on it.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::id::AccountId;
use carillon_domain::publication::PublicationState;
use carillon_domain::sync::SyncState;
use carillon_engine::Actor;
use carillon_engine::breaker::OpenCount;
use carillon_engine::usecase::posts::{PostInput, PostView, WantedStatus};
use carillon_engine::usecase::sync;
use carillon_store::on_both;
use carillon_store::repo::sync_run::{ListQuery, SyncRunRow};
use carillon_store::testing::TestDb;

use super::support::{Stage, new_workspace};

/// What the sandbox does to every call of an operation.
fn down(platform: &str, operation: &str) -> Fault {
    Fault::once(platform, operation, When::Before, FaultKind::Status).status(503).times(1_000_000)
}

fn open(stage: &Stage) -> usize {
    let now = stage.engine.clock.monotonic();
    stage.engine.networks.breakers.open(now).iter().map(|OpenCount { servers, .. }| servers).sum()
}

async fn tries(stage: &Stage, posts: &[PostView]) -> u32 {
    let mut tries = 0;
    for post in posts {
        tries += stage.row(post.publications[0].id).await.tries;
    }
    tries
}

/// `count` posts that are due now.
async fn several(stage: &Stage, count: usize, input: PostInput) -> Vec<PostView> {
    let mut posts = Vec::new();
    for n in 0..count {
        let text = format!("{} {n}", input.text);
        posts.push(stage.post(PostInput { text, status: WantedStatus::Now, ..input.clone() }).await);
    }
    posts
}

async fn all_published(stage: &Stage, posts: &[PostView]) {
    for post in posts {
        let publication = stage.publication(post).await;
        assert_eq!(publication.state, PublicationState::Published, "{publication:?}");
    }
    assert_eq!(stage.bench.world.ledger().items().len(), posts.len(), "each once");
}

async fn preparing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    stage.fault(down("bluesky", "uploadBlob"));
    let media = vec![stage.picture().await];
    let input = PostInput { text: "Picture".into(), media, accounts: vec![account], ..PostInput::default() };
    let posts = several(&stage, 9, input).await;
    stage.run_due().await;
    assert_eq!(tries(&stage, &posts).await, 5, "five found out, four wait");
    assert_eq!(open(&stage), 1);
    let mut errors = Vec::new();
    for post in &posts {
        errors.extend(stage.row(post.publications[0].id).await.error);
    }
    let error = errors.iter().find(|e| e.code == "network_failing").expect("it says what it waits for");
    assert!(matches!(error.kind, ErrorKind::RateLimited { until: Some(_) }), "{error:?}");
    // One finds out after half a minute, nobody else is sent.
    stage.bench.clock.advance(Duration::from_secs(31));
    stage.run_due().await;
    assert_eq!(tries(&stage, &posts).await, 6);
    stage.bench.clock.advance(Duration::from_secs(31));
    stage.run_due().await;
    assert_eq!(tries(&stage, &posts).await, 6, "twice as long the next time");
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    all_published(&stage, &posts).await;
    assert_eq!(open(&stage), 0);
}
on_both!(preparing_waits_for_a_network_that_fails_without_using_up_tries, |t| super::preparing(t));

async fn committing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    stage.fault(down("bluesky", "commit"));
    let input = PostInput { text: "Due".into(), accounts: vec![account], ..PostInput::default() };
    let posts = several(&stage, 8, input).await;
    stage.run_due().await;
    assert_eq!(open(&stage), 1);
    let mut waiting = Vec::new();
    for post in &posts {
        let row = stage.row(post.publications[0].id).await;
        if row.error.as_ref().is_some_and(|error| error.code == "network_failing") {
            assert!(!row.intent && row.tries == 0, "it waits, and can still be taken back: {row:?}");
            assert!(row.next_at.is_some() && row.published_at.is_none());
            waiting.push(post.clone());
        }
    }
    assert_eq!(waiting.len(), 3, "five found out");
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    all_published(&stage, &posts).await;
    for post in &waiting {
        assert_eq!(stage.publication(post).await.attempts.len(), 1, "one attempt all along");
    }
}
on_both!(a_due_commit_waits_for_a_network_that_fails, |t| super::committing(t));

async fn refusing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let limited = Fault::once("bluesky", "commit", When::Before, FaultKind::RateLimit);
    stage.fault(limited.times(10));
    let input = PostInput { text: "Slower".into(), accounts: vec![account], ..PostInput::default() };
    let posts = several(&stage, 10, input.clone()).await;
    stage.run_due().await;
    assert_eq!((open(&stage), tries(&stage, &posts).await), (0, 0), "a limit is not a failure");
    stage.run_until_idle().await;
    all_published(&stage, &posts).await;
    let refused = Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400);
    stage.fault(refused.times(10));
    let refused = several(&stage, 10, PostInput { text: "No".into(), ..input }).await;
    stage.run_until_idle().await;
    assert_eq!(open(&stage), 0, "it answered");
    for post in &refused {
        assert_eq!(stage.publication(post).await.state, PublicationState::Failed);
    }
}
on_both!(limits_and_refusals_open_nothing, |t| super::refusing(t));

async fn looking(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    // The posts arrive, the answers don't, and nobody can look.
    stage.fault(Fault::once("bluesky", "commit", When::After, FaultKind::Cut).times(8));
    stage.fault(down("bluesky", "getRecord"));
    let input = PostInput { text: "Out".into(), accounts: vec![account], ..PostInput::default() };
    let posts = several(&stage, 8, input).await;
    stage.run_due().await;
    assert!(open(&stage) >= 1);
    // Long before the network would be tried again for new work, a look finds it well and closes the way for all looks.
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    all_published(&stage, &posts).await;
    assert_eq!(open(&stage), 0);
}
on_both!(looks_go_on_one_at_a_time_while_a_network_fails, |t| super::looking(t));

/// Reads one person's account from this many workspaces; answers the runs.
async fn read_from(stage: &Stage, workspaces: usize) -> Vec<(Actor, AccountId)> {
    let mut readers = Vec::new();
    for _ in 0..workspaces {
        let actor = new_workspace(&stage.engine, "UTC").await;
        let account = stage.bluesky_of(&actor).await;
        readers.push((actor, account));
    }
    readers
}

async fn runs(stage: &Stage, readers: &[(Actor, AccountId)]) -> Vec<SyncRunRow> {
    let mut runs = Vec::new();
    for (actor, account) in readers {
        let query = ListQuery { account: Some(*account), limit: 10, ..ListQuery::default() };
        runs.extend(sync::list(&stage.engine, actor, query).await.expect("runs").0);
    }
    runs
}

/// Neither the network's index nor the account's server tells who an account is.
fn no_profiles(stage: &Stage) {
    stage.fault(down("bluesky", "getProfile"));
    stage.fault(down("bluesky", "describeRepo"));
}

fn calls(runs: &[SyncRunRow]) -> u32 {
    runs.iter().map(|run| run.calls).sum()
}

async fn reading(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    no_profiles(&stage);
    let readers = read_from(&stage, 8).await;
    stage.run_due().await;
    let first = runs(&stage, &readers).await;
    assert_eq!(open(&stage), 2);
    let waiting = first.iter().filter(|run| run.error.as_ref().is_some_and(|e| e.code == "network_failing"));
    let waiting: Vec<_> = waiting.map(|run| (run.state, run.tries, run.calls)).collect();
    assert_eq!(waiting, [(SyncState::Queued, 0, 0); 3], "five found out, three send nothing and wait");
    // One finds out after half a minute, nobody else is sent.
    stage.bench.clock.advance(Duration::from_secs(31));
    stage.run_due().await;
    let second = runs(&stage, &readers).await;
    assert_eq!(calls(&second), calls(&first) / 5 * 6);
    // What reading can't have holds no post up.
    let post = stage.now(account, "On its second").await;
    stage.run_due().await;
    all_published(&stage, &[post]).await;
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    assert!(runs(&stage, &readers).await.iter().all(|run| run.state == SyncState::Done));
    stage.bench.clock.advance(Duration::from_secs(600));
    assert_eq!(open(&stage), 0, "also what nobody asked for again");
}
on_both!(reading_leaves_a_network_alone_that_fails, |t| super::reading(t));

async fn for_ever(test: &TestDb) {
    let stage = Stage::new(test).await;
    let readers = read_from(&stage, 6).await;
    no_profiles(&stage);
    stage.run_until_idle().await;
    for run in runs(&stage, &readers).await {
        assert_eq!(run.state, SyncState::Failed, "{run:?}");
        assert!(run.error.is_some() && run.ended_at.is_some());
        let took = run.ended_at.expect("ended").duration_since(run.created_at);
        assert!(took.as_hours() <= 25, "{took}");
    }
}
on_both!(no_reading_waits_for_ever_for_a_network_that_fails, |t| super::for_ever(t));
