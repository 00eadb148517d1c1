//! Media are pulled from the addresses that callers give, and looked at. What is wrong with them shows in the container.

use super::answer::{Refusal, not_fetched};
use super::state::File;
use crate::sandbox::{World, probe};

const MIB: u64 = 1024 * 1024;
const LARGEST_PICTURE: u64 = 8 * MIB;
const LARGEST_VIDEO: u64 = 1024 * MIB;
/// The longer side of a picture is at most so many times the shorter one.
const PICTURE_RATIO: f64 = 10.0;
const VIDEO_RATIOS: std::ops::RangeInclusive<f64> = 0.01..=10.0;
const WIDEST_VIDEO: u32 = 1_920;
/// Seconds, with some room for rounding.
const LONGEST_VIDEO: f64 = 300.05;

/// A pulled file, and the `error_message` that its processing ends with if it can't be used.
pub(super) type Pulled = (Option<File>, Option<&'static str>);

/// A picture: JPEG or PNG of at most 8 MB. That it could not be pulled is said at once (subcode 2207052); of pictures that
/// can't be used the documentation names the ratio only.
pub(super) async fn picture(world: &World, url: &str) -> Result<Pulled, Refusal> {
    let info = probe::pull(world, url, LARGEST_PICTURE + 1, "image/").await.ok_or_else(not_fetched)?;
    let file = File::of(info);
    let head = probe::head(world, &file.sha256).await;
    let size = match file.mime.as_str() {
        "image/jpeg" => probe::jpeg_size(&head),
        "image/png" => probe::png_size(&head),
        _ => None,
    };
    let failure = match size {
        None => Some("UNKNOWN"),
        Some(_) if file.bytes > LARGEST_PICTURE => Some("UNKNOWN"),
        Some((width, height)) => {
            let ratio = f64::from(width.max(height)) / f64::from(width.min(height).max(1));
            (ratio > PICTURE_RATIO).then_some("INVALID_ASPEC_RATIO")
        }
    };
    Ok((Some(file), failure))
}

/// A video: MP4 or MOV of at most 1 GB and five minutes.
pub(super) async fn video(world: &World, url: &str) -> Pulled {
    let Some(info) = probe::pull(world, url, LARGEST_VIDEO + 1, "video/").await else {
        return (None, Some("FAILED_DOWNLOADING_VIDEO"));
    };
    let file = File::of(info);
    let head = probe::head(world, &file.sha256).await;
    let failure = problem(&file, &head);
    (Some(file), failure)
}

/// What is wrong with a video, as far as its header says.
fn problem(file: &File, head: &[u8]) -> Option<&'static str> {
    if !matches!(file.mime.as_str(), "video/mp4" | "video/quicktime") || file.bytes > LARGEST_VIDEO {
        return Some("FAILED_PROCESSING_VIDEO");
    }
    if probe::movie_seconds(head).is_some_and(|seconds| seconds <= 0.0 || seconds > LONGEST_VIDEO) {
        return Some("INVALID_DURATION");
    }
    let (width, height) = probe::movie_size(head)?;
    if !VIDEO_RATIOS.contains(&(f64::from(width) / f64::from(height))) {
        return Some("INVALID_ASPEC_RATIO");
    }
    (width > WIDEST_VIDEO).then_some("FAILED_PROCESSING_VIDEO")
}
