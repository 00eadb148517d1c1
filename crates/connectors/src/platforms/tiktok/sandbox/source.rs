//! `source_info`: where the files come from ("Media Transfer Guide").

use http::StatusCode;
use url::Url;

use super::answer::{Api, Refusal};
use super::body::Fields;
use super::login::is_local;
use super::memory::Rules;

/// Limits of chunks, bytes. Whether TikTok's MB has 10^6 bytes or 2^20 is not said; these are the decimal ones.
const SMALLEST: u64 = 5_000_000;
const LARGEST: u64 = 64_000_000;
const LARGEST_LAST: u64 = 128_000_000;
const MOST_CHUNKS: u64 = 1_000;
/// Largest video, bytes.
pub(super) const LARGEST_VIDEO: u64 = 4 * 1024 * 1024 * 1024;
/// Most pictures of a post.
const MOST_PHOTOS: usize = 35;

/// Where the files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// They are sent in chunks.
    Upload {
        /// All bytes.
        total: u64,
        /// Bytes of each chunk but the last.
        chunk: u64,
        /// How many chunks.
        count: u64,
    },
    /// TikTok pulls them from these addresses.
    Pull(Vec<String>),
}

impl Source {
    /// Of a video.
    pub(super) fn of_video(body: &Fields) -> Result<Self, Refusal> {
        let known = ["source", "video_size", "chunk_size", "total_chunk_count", "video_url"];
        let info = body.need_object("source_info", &known)?;
        match info.need_text("source")? {
            "FILE_UPLOAD" => chunks(&info),
            "PULL_FROM_URL" => Ok(Self::Pull(vec![info.need_text("video_url")?.to_owned()])),
            _ => Err(info.wrong("source", "must be FILE_UPLOAD or PULL_FROM_URL")),
        }
    }

    /// Of photos, which are only pulled.
    pub(super) fn of_photos(body: &Fields) -> Result<Self, Refusal> {
        let info = body.need_object("source_info", &["source", "photo_images", "photo_cover_index"])?;
        if info.need_text("source")? != "PULL_FROM_URL" {
            return Err(info.wrong("source", "must be PULL_FROM_URL"));
        }
        let photos = info.texts("photo_images")?;
        if photos.is_empty() || photos.len() > MOST_PHOTOS {
            return Err(info.wrong("photo_images", "must name 1 to 35 pictures"));
        }
        let cover = info.number("photo_cover_index")?.unwrap_or_default();
        if cover >= photos.len() as u64 {
            return Err(info.wrong("photo_cover_index", "is not the place of a picture"));
        }
        Ok(Self::Pull(photos))
    }

    /// The addresses to pull from.
    pub(super) fn addresses(&self) -> &[String] {
        match self {
            Self::Upload { .. } => &[],
            Self::Pull(addresses) => addresses,
        }
    }
}

/// The arithmetic of chunks: the remainder joins the last one, and a small file is one chunk.
fn chunks(info: &Fields) -> Result<Source, Refusal> {
    let total = info.need_number("video_size")?;
    let chunk = info.need_number("chunk_size")?;
    let count = info.need_number("total_chunk_count")?;
    if total == 0 {
        return Err(info.wrong("video_size", "must not be 0"));
    }
    if total > LARGEST_VIDEO {
        let text = "The uploaded file does not meet our API specifications: video_size.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "invalid_file_upload", text));
    }
    let fits = if total < SMALLEST {
        chunk == total
    } else {
        (SMALLEST..=LARGEST).contains(&chunk) && chunk <= total
    };
    if !fits {
        return Err(info.wrong("chunk_size", "is not a size that chunks of this file may have"));
    }
    if count != (total / chunk).max(1) || count > MOST_CHUNKS {
        return Err(info.wrong("total_chunk_count", "is invalid"));
    }
    if total - chunk * (count - 1) > LARGEST_LAST {
        return Err(info.wrong("chunk_size", "leaves too much to the last chunk"));
    }
    Ok(Source::Upload { total, chunk, count })
}

/// Refuses addresses that are no https or that the app's owner has not shown to be theirs.
pub(super) fn must_own(rules: &Rules, address: &str) -> Result<(), Refusal> {
    let not_pullable = || Refusal::parameter(Api::Posting, "source_info: the address must be an https URL.");
    let url = Url::parse(address).map_err(|_| not_pullable())?;
    let local = is_local(&url);
    if url.scheme() != "https" && !(local && url.scheme() == "http") {
        return Err(not_pullable());
    }
    let host = url.host_str().unwrap_or_default();
    let usual = ["carillon.example".to_owned()];
    let verified = rules.verified.as_deref().unwrap_or(&usual);
    let covers = |entry: &String| {
        let below = || host.strip_suffix(entry.as_str()).is_some_and(|rest| rest.ends_with('.'));
        if entry.contains("://") { address.starts_with(entry.as_str()) } else { host == entry || below() }
    };
    if local || verified.iter().any(covers) {
        return Ok(());
    }
    let text = "The URL ownership is not verified. Verify its domain or prefix in the developer portal.";
    Err(Refusal::forbidden("url_ownership_unverified", text))
}
