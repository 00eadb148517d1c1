//! What Facebook remembers.

use std::collections::BTreeMap;

use carillon_domain::time::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::PLATFORM;
use super::usage::Calls;
use crate::sandbox::World;
use crate::sandbox::blob::BlobInfo;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// In the order in which they were made.
    pub(super) posts: Vec<Post>,
    pub(super) photos: BTreeMap<String, Photo>,
    pub(super) videos: BTreeMap<String, Video>,
    /// Sessions of chunked uploads.
    pub(super) chunked: BTreeMap<String, Session>,
    /// Uploads of the Resumable Upload API.
    pub(super) uploads: BTreeMap<String, Session>,
    pub(super) comments: Vec<Comment>,
    /// What each Page's subscribers want to hear.
    pub(super) subscriptions: BTreeMap<String, Vec<String>>,
    pub(super) calls: BTreeMap<String, Calls>,
    /// Calls of a Page within 24 hours, where a test wants another number than the network's.
    pub(crate) calls_per_day: Option<u64>,
    /// Followers of every Page, where a test wants another number than the personas'.
    pub(crate) followers: Option<u64>,
    /// The app does not require the proof of its secret.
    pub(crate) proof_optional: bool,
}

/// What a post is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Status,
    Link,
    Photos,
    Video,
    Reel,
    Story,
}

/// Whether a post is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stand {
    Public,
    /// Becomes public by itself, at a time that was asked for or when its video is ready.
    Due {
        at: Timestamp,
        scheduled: bool,
    },
    Draft,
    /// Its video could not be processed.
    Failed,
}

/// A post.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Post {
    pub id: String,
    pub page: String,
    pub kind: Kind,
    pub stand: Stand,
    pub message: String,
    pub link: Option<String>,
    /// Ids.
    pub photos: Vec<String>,
    pub video: Option<String>,
    /// When it became public; until then when it was made.
    pub at: Timestamp,
    pub updated_at: Timestamp,
    /// When lists begin to show it.
    pub visible_at: Timestamp,
    pub hidden: bool,
    pub deleted: bool,
}

impl Post {
    pub(super) fn is_public(&self) -> bool {
        self.stand == Stand::Public && !self.deleted
    }
}

/// A file with what the network knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
    pub alt: Option<String>,
}

impl File {
    pub(super) fn of(info: BlobInfo) -> Self {
        let mime = match info.head.get(..8).unwrap_or_default() {
            head if head.starts_with("424d") => "image/bmp".to_owned(),
            "49492a00" | "4d4d002a" => "image/tiff".to_owned(),
            _ => info.mime,
        };
        Self { sha256: info.sha256, bytes: info.bytes, mime, alt: None }
    }
}

/// A photo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Photo {
    pub id: String,
    pub page: String,
    pub file: File,
    pub size: (u32, u32),
    pub caption: String,
    pub at: Timestamp,
    pub temporary: bool,
    /// The post or story that it is part of.
    pub post: Option<String>,
    pub deleted: bool,
}

impl Photo {
    /// Unpublished photos that were said to be temporary are gone after a day (unverified).
    pub(super) fn is_there(&self, now: Timestamp) -> bool {
        let over = self.temporary && self.post.is_none() && now.duration_since(self.at) >= DAY;
        !self.deleted && !over
    }
}

/// What arrived of an upload.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Session {
    pub page: String,
    /// The video that it becomes, for chunked uploads.
    pub video: String,
    pub total: u64,
    /// Parts by their hash, with their sizes.
    pub parts: Vec<(String, u64)>,
    /// What stands for the whole file once it is there (Resumable Upload API).
    pub handle: Option<String>,
    pub over: bool,
}

impl Session {
    pub(super) fn received(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }
}

/// A video in whatever form.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Video {
    pub id: String,
    pub page: String,
    /// Video, Reel or Story.
    pub shape: Kind,
    pub title: String,
    pub description: String,
    pub created_at: Timestamp,
    /// What arrived at the upload host.
    pub upload: Session,
    pub file: Option<File>,
    /// When processing ends; not set while bytes are missing.
    pub ready_at: Option<Timestamp>,
    /// What processing ends with, if it fails.
    pub failure: Option<(i64, String)>,
    /// The post that it became or will become.
    pub post: Option<String>,
    pub deleted: bool,
}

impl Video {
    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        self.failure.is_none() && self.ready_at.is_some_and(|at| at <= now)
    }

    pub(super) fn has_failed(&self, now: Timestamp) -> bool {
        self.failure.is_some() && self.ready_at.is_some_and(|at| at <= now)
    }
}

/// A comment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Comment {
    pub id: String,
    pub post: String,
    /// The comment that it replies to.
    pub parent: Option<String>,
    pub page: String,
    pub message: String,
    pub picture: Option<File>,
    pub at: Timestamp,
    pub hidden: bool,
    pub liked: bool,
    pub deleted: bool,
}

/// How long stories live, and the window of the limits.
pub(super) const DAY: SignedDuration = SignedDuration::from_hours(24);

impl State {
    /// A post that is not deleted.
    pub(super) fn post(&self, id: &str) -> Option<&Post> {
        self.posts.iter().find(|p| p.id == id && !p.deleted)
    }

    pub(super) fn post_mut(&mut self, id: &str) -> Option<&mut Post> {
        self.posts.iter_mut().find(|p| p.id == id && !p.deleted)
    }

    pub(super) fn comment(&self, id: &str) -> Option<&Comment> {
        self.comments.iter().find(|c| c.id == id && !c.deleted)
    }

    /// Files of a post in order.
    pub(super) fn files(&self, post: &Post) -> Vec<File> {
        let photos = post.photos.iter().filter_map(|id| self.photos.get(id)).map(|p| p.file.clone());
        let video = post.video.iter().filter_map(|id| self.videos.get(id)?.file.clone());
        photos.chain(video).collect()
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
