//! What the complaints have in common: every network, its plainest post, and the judgement of what became of it.

use std::time::Duration;

use carillon_connectors::Registry;
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::{PostInput, PostView, PublicationView, WantedStatus};
use carillon_store::testing::TestDb;

use super::super::kill_points::doomed::Doomed;
use super::super::kill_points::kinds::{KINDS, Kind};

/// The calls that make something public.
pub const COMMITS: [&str; 13] = [
    "putRecord",
    "posts.create",
    "statuses.create",
    "tweets.create",
    "media.publish",
    "comments.create",
    "videos.update",
    "commentThreads.insert",
    "feed.create",
    "videos.finish",
    // The last part of a small video is all of it.
    "video.upload",
    "content.init",
    "posts.publish",
];

/// Longer than any lease.
pub const LEASE_IS_OVER: Duration = Duration::from_secs(120);

/// All networks that this Carillon knows.
pub fn networks() -> Vec<&'static str> {
    Registry.all().iter().map(|connector| connector.descriptor().name).collect()
}

/// Those with a first comment.
pub fn commented() -> Vec<&'static str> {
    let all = Registry.all().iter().filter(|connector| connector.capabilities().first_comment);
    all.map(|connector| connector.descriptor().name).collect()
}

/// A kind of post by its name.
pub fn kind(platform: &str, name: &str) -> &'static Kind {
    let found = KINDS.iter().find(|kind| kind.platform == platform && kind.name == name);
    found.unwrap_or_else(|| panic!("{platform} has no {name}"))
}

/// The kind that a network's users make most; every network has one.
pub fn plainest(platform: &str) -> &'static Kind {
    let found = KINDS.iter().find(|kind| kind.platform == platform);
    found.unwrap_or_else(|| panic!("no kind of post is tried on {platform}"))
}

/// A stage with one account on this network, and its plainest post in half an hour.
pub async fn scheduled(test: &TestDb, platform: &'static str) -> (Doomed, PostView) {
    let doomed = Doomed::new(test, platform).await;
    let at = doomed.stage.in_minutes(30).to_string();
    let input = plainest(platform).input(&doomed).await;
    let input = PostInput { status: WantedStatus::Scheduled, scheduled_at: Some(at), ..input };
    let post = doomed.stage.post(input).await;
    (doomed, post)
}

/// A stage with one account on this network, and a post of this kind that goes out now.
pub async fn now(test: &TestDb, kind: &Kind) -> (Doomed, PostView) {
    let doomed = Doomed::new(test, kind.platform).await;
    let post = doomed.stage.post(kind.input(&doomed).await).await;
    (doomed, post)
}

/// What Carillon says is what followers see; it has ended, and says why if it is no success.
pub fn agree(story: &str, publication: &PublicationView, public: usize) {
    let told = match publication.state {
        PublicationState::Published => {
            assert!(publication.remote_id.is_some(), "{story}: success without a remote id: {publication:?}");
            public == 1
        }
        PublicationState::Failed => public == 0,
        PublicationState::Unconfirmed | PublicationState::Held => public <= 1,
        state => panic!("{story}: no end: {state:?}"),
    };
    assert!(told, "{story}: {public} are public: {publication:?}");
    let why = publication.error.is_some() || publication.held_reason.is_some();
    let success = publication.state == PublicationState::Published;
    assert!(success || why || publication.evidence.is_some(), "{story}: it doesn't say why: {publication:?}");
}
