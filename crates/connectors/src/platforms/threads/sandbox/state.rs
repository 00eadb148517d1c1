//! What Threads remembers.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PLATFORM;
use super::webhooks::Delivery;
use crate::sandbox::World;
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::graph::day::Calls;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(super) containers: BTreeMap<String, Container>,
    /// In the order in which they became public.
    pub(super) posts: Vec<Post>,
    /// When what has a limit of its own was done, by [`used_key`].
    pub(super) used: BTreeMap<String, Vec<Timestamp>>,
    /// What accounts last searched for, newest last.
    pub(super) searches: BTreeMap<String, Vec<(String, Timestamp)>>,
    pub(super) calls: BTreeMap<String, Calls>,
    /// What was sent to the app's callback address, oldest first.
    pub(super) deliveries: Vec<Delivery>,
    /// Posts within 24 hours, where a test wants another number than the network's 250.
    pub(crate) post_quota: Option<usize>,
    /// The same for replies, instead of 1000.
    pub(crate) reply_quota: Option<usize>,
    /// The same for deletions, instead of 100.
    pub(crate) delete_quota: Option<usize>,
    /// Calls within 24 hours, where a test wants another number than the network's.
    pub(crate) calls_per_day: Option<u64>,
    /// What processing of the next container ends with, for example `UNKNOWN`.
    pub(crate) next_failure: Option<String>,
    /// Followers of every profile, where a test wants another number than the personas'.
    pub(crate) followers: Option<u64>,
    /// Handles of profiles that are private.
    pub(crate) private: BTreeSet<String>,
}

/// What a post is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    #[default]
    Text,
    Image,
    Video,
    Carousel,
    Repost,
}

/// What a post says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Content {
    pub kind: Kind,
    pub text: String,
    pub alt: Option<String>,
    /// Containers.
    pub children: Vec<String>,
    pub reply_to: Option<String>,
    /// `reply_control` as it was sent; empty for the default.
    pub audience: String,
    pub approvals: bool,
    pub topic: Option<String>,
    pub link: Option<String>,
    pub quote: Option<String>,
    /// Two to four options.
    pub poll: Vec<String>,
    pub gif: Option<String>,
    pub attachment: Option<Value>,
    pub entities: Vec<Value>,
    pub spoiler: bool,
    pub ghost: bool,
    pub countries: Vec<String>,
    pub location: Option<String>,
}

/// A file with what the network knows of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct File {
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
    pub alt: Option<String>,
}

impl File {
    pub(super) fn of(info: BlobInfo) -> Self {
        Self { sha256: info.sha256, bytes: info.bytes, mime: info.mime, alt: None }
    }

    pub(super) fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }
}

/// A container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Container {
    pub id: String,
    pub account: String,
    pub created_at: Timestamp,
    /// When processing ends.
    pub ready_at: Timestamp,
    /// What processing ends with, if it fails.
    pub failure: Option<String>,
    /// The post that it became.
    pub published: Option<String>,
    /// Meant for a carousel.
    pub item: bool,
    pub content: Content,
    pub file: Option<File>,
}

/// Where a container stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Finished,
    Error(String),
    Expired,
    Published,
}

/// How long containers live, the window of the quotas, and how long ghost posts are shown.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);
/// FINISHED is said this long before a container can be published (pitfall 1 of the fact sheet: clients wait two seconds).
const SETTLING: SignedDuration = SignedDuration::from_secs(2);
/// Replying to a post takes this long to be possible.
const READ_AFTER_WRITE: SignedDuration = SignedDuration::from_secs(2);

impl Container {
    pub(super) fn status(&self, now: Timestamp) -> Status {
        if self.published.is_some() {
            return Status::Published;
        }
        if now.duration_since(self.created_at) >= DAY {
            return Status::Expired;
        }
        match &self.failure {
            _ if now < self.ready_at => Status::InProgress,
            Some(failure) => Status::Error(failure.clone()),
            None => Status::Finished,
        }
    }

    /// Whether it can be published now.
    pub(super) fn is_publishable(&self, now: Timestamp) -> bool {
        self.status(now) == Status::Finished && now.duration_since(self.ready_at) >= SETTLING
    }
}

/// A file of a post, which has an id of its own in carousels.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Item {
    pub id: String,
    pub file: File,
}

/// A post, reply or repost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Post {
    pub id: String,
    /// Grows from post to post.
    pub number: u64,
    pub account: String,
    pub shortcode: String,
    pub at: Timestamp,
    /// When lists begin to show it.
    pub visible_at: Timestamp,
    pub content: Content,
    pub items: Vec<Item>,
    /// The post at the top of its thread, if that is another one.
    pub root: Option<String>,
    pub repost_of: Option<String>,
    pub hidden: bool,
    /// A reply that waits for approval.
    pub pending: bool,
    pub deleted: bool,
}

impl Post {
    pub(super) fn is_reply(&self) -> bool {
        self.content.reply_to.is_some()
    }

    /// Public, and shown in lists.
    pub(super) fn is_listed(&self, now: Timestamp) -> bool {
        self.is_public(now) && self.visible_at <= now
    }

    /// Whether everybody may see it.
    pub(super) fn is_public(&self, now: Timestamp) -> bool {
        !self.deleted && !self.pending && !self.is_archived(now)
    }

    /// Ghost posts are shown for a day.
    pub(super) fn is_archived(&self, now: Timestamp) -> bool {
        self.content.ghost && now.duration_since(self.at) >= DAY
    }

    /// Whether it can be replied to by now.
    pub(super) fn takes_replies(&self, now: Timestamp) -> bool {
        self.is_listed(now) && now.duration_since(self.visible_at) >= READ_AFTER_WRITE
    }

    /// The id of the top of its thread.
    pub(super) fn top(&self) -> &str {
        self.root.as_deref().unwrap_or(&self.id)
    }
}

/// What has a limit of its own within 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Delete,
    FindPlace,
    Lookup,
    Search,
}

fn used_key(deed: Deed, account: &str) -> String {
    format!("{deed:?} {account}")
}

impl State {
    /// A post that is not deleted.
    pub(super) fn post(&self, id: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.id == id && !post.deleted)
    }

    pub(super) fn post_mut(&mut self, id: &str) -> Option<&mut Post> {
        self.posts.iter_mut().find(|post| post.id == id && !post.deleted)
    }

    pub(super) fn is_private(&self, handle: &str) -> bool {
        self.private.contains(handle)
    }

    /// Posts, or replies, that an account published within the last 24 hours, deleted ones included.
    pub(super) fn published(&self, account: &str, replies: bool, now: Timestamp) -> usize {
        let counts = |post: &&Post| {
            let young = now.duration_since(post.at) < DAY;
            post.account == account && young && post.is_reply() == replies && post.repost_of.is_none()
        };
        self.posts.iter().filter(counts).count()
    }

    /// How often an account did something within the last 24 hours.
    pub(super) fn done(&self, deed: Deed, account: &str, now: Timestamp) -> usize {
        let times = self.used.get(&used_key(deed, account));
        times.map_or(0, |times| times.iter().filter(|at| now.duration_since(**at) < DAY).count())
    }

    /// Notes that an account did it.
    pub(super) fn note(&mut self, deed: Deed, account: &str, now: Timestamp) {
        let times = self.used.entry(used_key(deed, account)).or_default();
        times.retain(|at| now.duration_since(*at) < DAY);
        times.push(now);
    }
}

/// Changes the state.
pub(super) fn change<R>(world: &World, f: impl FnOnce(&mut State) -> R) -> R {
    world.state(PLATFORM, f)
}

/// Reads the state.
pub(super) fn read<R>(world: &World, f: impl FnOnce(&State) -> R) -> R {
    world.read(PLATFORM, f)
}
