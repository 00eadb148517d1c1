//! An image, video or document on its way from waiting for bytes to being usable.

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum AssetKind {
    Image,
    Video,
    Document,
}

impl AssetKind {
    /// The word in its URN and in upload addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    /// The code for a URN that names none.
    pub fn unknown(self) -> &'static str {
        match self {
            Self::Image => "INVALID_IMAGE_ID",
            Self::Video => "INVALID_VIDEO_ID",
            Self::Document => "INVALID_URN_ID",
        }
    }

    /// What a URN names.
    pub fn of(urn: &str) -> Option<Self> {
        let all = [Self::Image, Self::Video, Self::Document];
        all.into_iter().find(|k| urn.starts_with(&format!("urn:li:{}:", k.name())))
    }
}

/// An uploaded file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct File {
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
}

/// A slice of a video.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Part {
    pub first: u64,
    /// Inclusive.
    pub last: u64,
    /// What the newest upload of it was answered with, and what that had.
    pub stored: Option<(String, String)>,
}

/// An asset.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Asset {
    pub urn: String,
    pub kind: AssetKind,
    /// URN of the author who may post it.
    pub owner: String,
    /// Key of the member who began the upload.
    pub by: String,
    /// Names it in upload addresses.
    pub ticket: String,
    /// The upload addresses are good until then.
    pub expires_at: Timestamp,
    /// Of a video.
    pub parts: Vec<Part>,
    /// Of a video; often empty.
    pub token: String,
    pub file: Option<File>,
    /// When processing ends; not set while bytes are missing.
    pub ready_at: Option<Timestamp>,
    /// Why processing ends badly.
    pub failure: Option<String>,
}

/// Where an asset stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    WaitingUpload,
    Processing,
    Available,
    Failed,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::WaitingUpload => "WAITING_UPLOAD",
            Self::Processing => "PROCESSING",
            Self::Available => "AVAILABLE",
            Self::Failed => "PROCESSING_FAILED",
        }
    }
}

impl Asset {
    pub fn status(&self, now: Timestamp) -> Status {
        match (self.ready_at, &self.failure) {
            (None, _) => Status::WaitingUpload,
            (Some(at), _) if at > now => Status::Processing,
            (Some(_), Some(_)) => Status::Failed,
            (Some(_), None) => Status::Available,
        }
    }
}
