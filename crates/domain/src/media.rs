//! Files in the library, as far as rules need to know them.

use serde::{Deserialize, Serialize};

use crate::id::MediaId;

/// The broad type of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// An animated GIF.
    Gif,
    /// A video.
    Video,
    /// Pages to leaf through: PDF, or of a word processor or slides.
    Document,
}

impl MediaKind {
    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Gif => "gif",
            Self::Video => "video",
            Self::Document => "document",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Image, Self::Gif, Self::Video, Self::Document];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How a picture gets another shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// All of it stays, with a white border (a black one around videos).
    #[default]
    Pad,
    /// What sticks out is cut off, on both sides alike.
    Crop,
}

/// A smaller version of a file, for our own pages. Always JPEG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// `thumb` or `preview`.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Size in bytes.
    pub bytes: u64,
}

/// Something about a file that people should know, though it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaWarning {
    /// Stable code, for example `not_measured`.
    pub code: String,
    /// What is missing, why, and what would help.
    pub message: String,
}

/// What is known of a file's content; measured from its bytes, never taken from its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MediaInfo {
    /// Which file.
    pub id: MediaId,
    /// Broad type.
    pub kind: MediaKind,
    /// MIME type as sniffed.
    pub mime: String,
    /// Size in bytes of what would be sent.
    pub bytes: u64,
    /// Lower-case hex SHA-256 of what would be sent.
    pub sha256: String,
    /// Width in pixels after orientation is applied, if known.
    pub width: Option<u32>,
    /// Height in pixels after orientation is applied, if known.
    pub height: Option<u32>,
    /// Length in milliseconds of a video or animation, if known.
    pub duration_ms: Option<u64>,
    /// Frames per second of a video, if known.
    pub frame_rate: Option<f64>,
    /// Frames of an animated GIF, if known.
    pub frames: Option<u32>,
    /// Pages of a document, slides included, if known.
    #[serde(default)]
    pub pages: Option<u32>,
    /// Codec of the video stream (`h264`), if known.
    pub video_codec: Option<String>,
    /// Codec of the audio stream (`aac`), if known.
    pub audio_codec: Option<String>,
    /// Description for people who can't see it.
    pub alt: Option<String>,
}

impl MediaInfo {
    /// Width divided by height, where both are known.
    pub fn ratio(&self) -> Option<f64> {
        match (self.width, self.height) {
            (Some(w), Some(h)) if h > 0 => Some(f64::from(w) / f64::from(h)),
            _ => None,
        }
    }
}
