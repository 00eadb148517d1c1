//! What Instagram remembers.

use std::collections::BTreeMap;

use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::PLATFORM;
use crate::sandbox::World;
use crate::sandbox::graph::day::Calls;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    pub(super) containers: BTreeMap<String, Container>,
    /// In the order of publishing.
    pub(super) media: Vec<Media>,
    pub(super) comments: Vec<Comment>,
    /// Calls of each app and user.
    #[serde(default)]
    pub(super) calls: BTreeMap<String, Calls>,
    /// Calls within 24 hours, where a test wants another number than the network's.
    #[serde(default)]
    pub(crate) calls_per_day: Option<u64>,
    /// Followers of every account, where a test wants another number than the personas'.
    pub(crate) followers: Option<u64>,
    /// A metric of accounts that can no longer be split, where a test wants one.
    pub(crate) unsplittable: Option<String>,
    /// Posts within 24 hours, where a test wants another number than the network's 50.
    pub(crate) quota_total: Option<usize>,
}

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Shape {
    Image,
    Reel,
    Story,
    Carousel,
    Child,
}

/// A container.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Container {
    pub id: String,
    pub account: String,
    pub shape: Shape,
    pub created_at: Timestamp,
    /// When processing ends; not set while an upload is missing.
    pub ready_at: Option<Timestamp>,
    /// The subcode that processing ends with.
    pub failure: Option<i64>,
    /// The media that it became.
    pub published: Option<String>,
    pub caption: String,
    pub children: Vec<String>,
    pub file: Option<File>,
    pub upload: Option<Upload>,
    pub ai: bool,
    pub share_to_feed: bool,
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
    pub(super) fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }
}

/// A resumable upload.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Upload {
    pub total: Option<u64>,
    /// Parts by their hash, with their sizes.
    pub parts: Vec<(String, u64)>,
}

impl Upload {
    pub(super) fn received(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// A published media.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Media {
    pub id: String,
    pub account: String,
    /// FEED, REELS or STORY.
    pub product: String,
    /// IMAGE, VIDEO or CAROUSEL_ALBUM.
    pub kind: String,
    pub caption: String,
    pub shortcode: String,
    pub at: Timestamp,
    pub files: Vec<File>,
    pub ai: bool,
    pub share_to_feed: bool,
    /// Nobody sees how many like it, programs neither.
    #[serde(default)]
    pub hides_likes: bool,
    pub deleted: bool,
}

/// A comment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Comment {
    pub id: String,
    pub media: String,
    pub account: String,
    pub username: String,
    pub text: String,
    pub at: Timestamp,
    pub deleted: bool,
}

/// Where a container stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Finished,
    Error(i64),
    Expired,
    Published,
}

/// How long a container lives, and the window of the quotas.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Container {
    pub(super) fn status(&self, now: Timestamp) -> Status {
        if self.published.is_some() {
            return Status::Published;
        }
        if now.duration_since(self.created_at) >= DAY {
            return Status::Expired;
        }
        match (self.ready_at, self.failure) {
            (Some(at), Some(subcode)) if at <= now => Status::Error(subcode),
            (Some(at), None) if at <= now => Status::Finished,
            _ => Status::InProgress,
        }
    }
}

impl State {
    /// Posts of an account since a time.
    pub(super) fn published_since(&self, account: &str, since: Timestamp) -> usize {
        self.media.iter().filter(|m| m.account == account && m.at >= since).count()
    }

    /// Containers of an account within the last 24 hours.
    pub(super) fn containers_of_day(&self, account: &str, now: Timestamp) -> usize {
        let young = |c: &&Container| c.account == account && now.duration_since(c.created_at) < DAY;
        self.containers.values().filter(young).count()
    }

    /// Posts that an account may publish within 24 hours. The guide says 100, reference and samples 50.
    pub(super) fn quota(&self) -> usize {
        self.quota_total.unwrap_or(50)
    }

    pub(super) fn live(&self, id: &str) -> Option<&Media> {
        self.media.iter().find(|m| m.id == id && !m.deleted)
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
