//! Fetching media from the addresses that callers give, and looking at what came.

use std::time::Duration;

use carillon_domain::time::Timestamp;

use super::PLATFORM;
use super::answer::Refusal;
use super::state::{File, Kind, Video};
use crate::sandbox::{World, probe};

const GIB: u64 = 1024 * 1024 * 1024;

/// Types of pictures (Page Photos).
const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"];

/// How long processing usually takes.
const PROCESSING: Duration = Duration::from_secs(20);

pub(super) fn is_picture(file: &File) -> bool {
    PICTURES.contains(&file.mime.as_str())
}

/// Width and height of a JPEG; unknown ones are zero.
pub(super) async fn picture_size(world: &World, file: &File) -> (u32, u32) {
    let head = probe::head(world, &file.sha256).await;
    let size = if file.mime == "image/jpeg" { probe::jpeg_size(&head) } else { probe::png_size(&head) };
    size.unwrap_or_default()
}

/// The refusal of a call without a picture that could be had.
pub(super) fn no_picture() -> Refusal {
    Refusal::new(324, 2_069_019, "Missing or invalid image file")
        .told("Invalid image", "The image file could not be read.")
}

/// Pulls an address: no redirects, status 200, a fitting type.
pub(super) async fn fetch(world: &World, url: &str, most: u64, kind: &str) -> Result<File, Refusal> {
    probe::pull(world, url, most, kind).await.map(File::of).ok_or_else(no_picture)
}

/// What a video may be: bytes, seconds, and pixels of its shorter and longer side at least.
struct Limit {
    bytes: u64,
    seconds: (f64, f64),
    least: (u32, u32),
    upright: bool,
}

/// Page videos go up to 10 GB and 4 hours in chunks; reels and stories are short and upright (Reels Publishing, Page Stories API).
fn limit(shape: Kind) -> Limit {
    match shape {
        Kind::Reel => Limit { bytes: GIB, seconds: (3.0, 90.0), least: (540, 960), upright: true },
        Kind::Story => Limit { bytes: GIB, seconds: (3.0, 60.0), least: (540, 960), upright: true },
        _ => Limit { bytes: 10 * GIB, seconds: (0.0, 4.0 * 3_600.0), least: (0, 0), upright: false },
    }
}

/// The largest file of this shape.
pub(super) fn largest(shape: Kind) -> u64 {
    limit(shape).bytes
}

/// What is wrong with a video, as its processing finds out. What its header does not say is taken for right.
async fn problem(world: &World, file: &File, shape: Kind) -> Option<(i64, String)> {
    let limit = limit(shape);
    if !file.mime.starts_with("video/") {
        let text = "The video file you tried to upload is in a format that is not supported.";
        return Some((1_363_024, text.to_owned()));
    }
    let head = probe::head(world, &file.sha256).await;
    if probe::movie_seconds(&head).is_some_and(|s| s < limit.seconds.0 - 0.05 || s > limit.seconds.1 + 0.05) {
        let text = format!("The video must be {} to {} seconds long.", limit.seconds.0, limit.seconds.1);
        return Some((1_363_128, text));
    }
    let (width, height) = probe::movie_size(&head)?;
    let ratio = f64::from(width) / f64::from(height.max(1));
    let fits = if limit.upright { (ratio - 0.5625).abs() < 0.01 } else { (0.56..=1.79).contains(&ratio) };
    if !fits {
        return Some((1_363_040, "The video's aspect ratio is not supported.".to_owned()));
    }
    if width.min(height) < limit.least.0 || width.max(height) < limit.least.1 {
        return Some((1_363_127, "The video's resolution is too low.".to_owned()));
    }
    None
}

/// The file is there: its processing begins now. `operation` is what slows it down in the fault script.
pub(super) async fn process(world: &World, video: &mut Video, file: File, operation: &str) {
    video.failure = problem(world, &file, video.shape).await;
    video.file = Some(file);
    video.ready_at = Some(later(world, operation));
}

/// When processing that begins now ends.
pub(super) fn later(world: &World, operation: &str) -> Timestamp {
    let now = world.now();
    now.checked_add(world.processing_time(PLATFORM, operation, PROCESSING)).unwrap_or(now)
}
