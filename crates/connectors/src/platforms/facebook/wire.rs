//! Bodies as Meta documents them. No logic.
//!
//! Sources: Pages API - Posts, Get Page access tokens; Video API - Publishing; Reels Publishing; Graph API - Page, Page feed,
//! Post, Comment, Video (copies of 2025-2026) and the node specifications v25/v26.

use carillon_domain::secret::Secret;
use serde::Deserialize;
use serde_json::Value;

pub(super) use crate::kit::graph::wire::{Id, List, Success};

/// A Page, as lists of Pages and the Page itself show it.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub id: String,
    #[serde(default)]
    pub name: String,
    pub username: Option<String>,
    pub access_token: Option<Secret>,
    #[serde(default)]
    pub tasks: Vec<String>,
    pub category: Option<String>,
    pub picture: Option<Picture>,
    pub fan_count: Option<i64>,
    pub followers_count: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Picture {
    pub data: Option<PictureData>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PictureData {
    pub url: Option<String>,
}

/// A Page's token alone.
#[derive(Debug, Deserialize)]
pub(super) struct PageToken {
    pub access_token: Option<Secret>,
}

/// The first phase of an upload; numbers come as texts.
#[derive(Debug, Deserialize)]
pub(super) struct Started {
    pub video_id: Value,
    pub upload_session_id: Option<Value>,
    pub start_offset: Option<Value>,
    pub end_offset: Option<Value>,
}

/// Which part is wanted next; both are equal at the end.
#[derive(Debug, Deserialize)]
pub(super) struct Offsets {
    pub start_offset: Value,
    pub end_offset: Value,
}

/// A video.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Video {
    pub status: Option<VideoStatus>,
    pub published: Option<bool>,
    pub post_id: Option<String>,
    pub permalink_url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct VideoStatus {
    pub video_status: Option<String>,
    pub uploading_phase: Option<Phase>,
    pub processing_phase: Option<Phase>,
    pub publishing_phase: Option<Phase>,
}

/// The guide spells `bytes_transfered` and a single `error`; the specification `bytes_transferred` and `errors`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Phase {
    pub status: Option<String>,
    pub publish_status: Option<String>,
    #[serde(alias = "bytes_transfered")]
    pub bytes_transferred: Option<u64>,
    #[serde(default)]
    pub errors: Vec<PhaseError>,
    pub error: Option<PhaseError>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct PhaseError {
    pub code: Option<i64>,
    pub message: Option<String>,
}

/// A post.
#[derive(Debug, Deserialize)]
pub(super) struct Post {
    pub id: String,
    pub message: Option<String>,
    pub created_time: Option<String>,
    pub permalink_url: Option<String>,
    pub status_type: Option<String>,
    pub shares: Option<Shares>,
    pub reactions: Option<Summarised>,
    pub comments: Option<Summarised>,
    pub attachments: Option<Attachments>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Shares {
    pub count: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Summarised {
    pub summary: Option<Summary>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Summary {
    pub total_count: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attachments {
    #[serde(default)]
    pub data: Vec<Attachment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    pub media_type: Option<String>,
    pub url: Option<String>,
    pub target: Option<Target>,
    pub subattachments: Option<Attachments>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub id: Option<String>,
}

/// A story in the list of a Page.
#[derive(Debug, Deserialize)]
pub(super) struct Story {
    pub post_id: Option<String>,
    /// Of the photo or video that it was made of.
    pub media_id: Option<String>,
    /// Unix seconds, as text.
    pub creation_time: Option<String>,
    pub url: Option<String>,
}

/// What publishing a story is answered with.
#[derive(Debug, Deserialize)]
pub(super) struct StoryMade {
    #[serde(default)]
    pub success: bool,
    pub post_id: Option<String>,
}

/// A comment.
#[derive(Debug, Deserialize)]
pub(super) struct Comment {
    pub id: String,
    pub message: Option<String>,
    pub created_time: Option<String>,
    pub from: Option<Author>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Author {
    pub id: Option<String>,
}
