//! Fetching media from the addresses that callers give, and looking at what came.

use bytes::Bytes;
use futures::StreamExt;

use super::answer::{Refusal, not_fetched};
use super::state::File;
use crate::sandbox::World;

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
    let size = if file.mime == "image/jpeg" { jpeg_size(&head(world, &file.sha256).await) } else { None };
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
    let seconds = movie_seconds(&head(world, &file.sha256).await);
    let usable = matches!(file.mime.as_str(), "video/mp4" | "video/quicktime")
        && file.bytes <= limit.bytes
        && seconds.is_none_or(|s| s >= limit.seconds.0 - 0.05 && s <= limit.seconds.1 + 0.05);
    (!usable).then_some(2_207_026)
}

/// Pulls an address: no redirects, status 200, a fitting type, plain ASCII.
async fn fetch(world: &World, url: &str, most: u64, kind: &str) -> Result<File, Refusal> {
    let usable = url.is_ascii() && (url.starts_with("https://") || url.starts_with("http://"));
    if !usable {
        return Err(not_fetched());
    }
    let fetched = world.fetch(url).await.map_err(|_| not_fetched())?;
    if fetched.status != 200 || !fetched.content_type.starts_with(kind) {
        return Err(not_fetched());
    }
    let mut left = most;
    let limited = fetched.stream.take_while(move |chunk| {
        let more = left > 0;
        left = left.saturating_sub(chunk.as_ref().map_or(0, |bytes| bytes.len() as u64));
        std::future::ready(more)
    });
    let stored = world.blobs().store(limited).await.map_err(|_| not_fetched())?;
    Ok(File { sha256: stored.sha256, bytes: stored.bytes, mime: stored.mime, alt: None })
}

/// The first bytes of a stored file, enough for its headers.
async fn head(world: &World, sha256: &str) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(mut stream) = world.blobs().open(sha256).await {
        while let Some(Ok(chunk)) = stream.next().await {
            let chunk: Bytes = chunk;
            head.extend_from_slice(&chunk);
            if head.len() as u64 >= MIB {
                break;
            }
        }
    }
    head
}

/// Width and height in a JPEG's start-of-frame segment (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..at + 4)? else { return None };
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let [h1, h0, w1, w0] = *bytes.get(at + 5..at + 9)? else { return None };
            return Some((u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0])));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}

/// The length in a movie header near the start of the file (ISO/IEC 14496-12, 8.2.2), if it is there.
fn movie_seconds(bytes: &[u8]) -> Option<f64> {
    let at = bytes.windows(4).position(|w| w == b"mvhd")? + 4;
    let number = |from: usize, len: usize| {
        bytes.get(from..from + len).map(|b| b.iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte)))
    };
    let (scale, length) = match bytes.get(at)? {
        0 => (number(at + 12, 4)?, number(at + 16, 4)?),
        _ => (number(at + 20, 4)?, number(at + 24, 8)?),
    };
    #[expect(clippy::cast_precision_loss, reason = "lengths of videos are far below 2^52")]
    let seconds = (scale > 0).then(|| length as f64 / scale as f64);
    seconds
}
