//! Fetching media from the addresses that callers give, and looking at what came.

use super::answer::{Refusal, not_fetched};
use super::state::File;
use crate::sandbox::{World, probe};

const MIB: u64 = 1024 * 1024;

/// What a video may be as a reel or carousel item, or as a story: bytes and seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct VideoLimit {
    pub bytes: u64,
    pub seconds: (f64, f64),
}

pub(super) const REEL: VideoLimit = VideoLimit { bytes: 300 * MIB, seconds: (3.0, 900.0) };
pub(super) const STORY: VideoLimit = VideoLimit { bytes: 100 * MIB, seconds: (3.0, 60.0) };

/// Fetches a picture and checks it: JPEG, 8 MB, and in the feed between 4:5 and 1.91:1.
pub(super) async fn picture(world: &World, url: &str, story: bool) -> Result<File, Refusal> {
    let file = fetch(world, url, 8 * MIB + 1, "image/").await?;
    if file.bytes > 8 * MIB {
        return Err(Refusal::new(
            36000,
            2_207_004,
            "The image size is too large. It should be less than 8 MiB.",
        ));
    }
    let size = if file.mime == "image/jpeg" {
        probe::jpeg_size(&probe::head(world, &file.sha256).await)
    } else {
        None
    };
    let Some((width, height)) = size else {
        let text = format!("The image format {} is not supported. Supported formats are: JPEG.", file.mime);
        return Err(Refusal::new(36001, 2_207_005, text));
    };
    let ratio = f64::from(width) / f64::from(height.max(1));
    if !story && !(0.795..=1.915).contains(&ratio) {
        let text = format!(
            "The submitted image with aspect ratio ({ratio:.3}) cannot be published. It must be within 4:5 to 1.91:1."
        );
        return Err(Refusal::new(36003, 2_207_009, text));
    }
    Ok(file)
}

/// Fetches a video. What is wrong with it is found while it is processed.
pub(super) async fn video(
    world: &World,
    url: &str,
    limit: VideoLimit,
) -> Result<(File, Option<i64>), Refusal> {
    let file = fetch(world, url, limit.bytes + 1, "video/").await?;
    let problem = video_problem(world, &file, limit).await;
    Ok((file, problem))
}

/// The subcode that processing this video ends with, if it can't be used.
pub(super) async fn video_problem(world: &World, file: &File, limit: VideoLimit) -> Option<i64> {
    let seconds = probe::movie_seconds(&probe::head(world, &file.sha256).await);
    let usable = matches!(file.mime.as_str(), "video/mp4" | "video/quicktime")
        && file.bytes <= limit.bytes
        && seconds.is_none_or(|s| s >= limit.seconds.0 - 0.05 && s <= limit.seconds.1 + 0.05);
    (!usable).then_some(2_207_026)
}

/// Pulls an address.
async fn fetch(world: &World, url: &str, most: u64, kind: &str) -> Result<File, Refusal> {
    let stored = probe::pull(world, url, most, kind).await.ok_or_else(not_fetched)?;
    Ok(File { sha256: stored.sha256, bytes: stored.bytes, mime: stored.mime, alt: None })
}
