//! Looking into uploaded files, as far as LinkedIn's limits need it.

use futures::StreamExt;

use super::asset::{AssetKind, File};
use crate::sandbox::{World, probe};

/// A picture has fewer pixels ("Images API").
const PIXELS: u64 = 36_152_320;
const FRAMES: usize = 250;
/// Seconds and bytes of a video ("Videos API").
const VIDEO_SECONDS: std::ops::RangeInclusive<f64> = 3.0..=1_800.0;
const SMALLEST_VIDEO: u64 = 75_000;
/// Pages of a document ("Documents API").
const PAGES: usize = 300;

/// Why processing this file ends badly, if it does.
pub(super) async fn problem(world: &World, kind: AssetKind, file: &File) -> Option<String> {
    match kind {
        AssetKind::Image => picture(world, file).await,
        AssetKind::Video => video(world, file).await,
        AssetKind::Document => document(world, file).await,
    }
}

async fn picture(world: &World, file: &File) -> Option<String> {
    let bytes = probe::head(world, &file.sha256).await;
    let size = match file.mime.as_str() {
        "image/jpeg" => probe::jpeg_size(&bytes),
        "image/png" => probe::png_size(&bytes),
        "image/gif" => probe::gif_size(&bytes),
        _ => return Some("UNSUPPORTED_FORMAT".to_owned()),
    };
    let frames = if file.mime == "image/gif" { gif_frames(&bytes) } else { 1 };
    let (width, height) = size?;
    (u64::from(width) * u64::from(height) >= PIXELS || frames > FRAMES).then(|| "IMAGE_TOO_LARGE".to_owned())
}

async fn video(world: &World, file: &File) -> Option<String> {
    if file.mime != "video/mp4" {
        return Some("UNSUPPORTED_FORMAT".to_owned());
    }
    if file.bytes < SMALLEST_VIDEO {
        return Some("VIDEO_TOO_SMALL".to_owned());
    }
    let seconds = probe::movie_seconds(&probe::head(world, &file.sha256).await)?;
    (!VIDEO_SECONDS.contains(&seconds)).then(|| "VIDEO_DURATION_OUT_OF_RANGE".to_owned())
}

async fn document(world: &World, file: &File) -> Option<String> {
    let start = probe::first(world, &file.sha256, 8).await;
    let pdf = start.starts_with(b"%PDF");
    let zip = start.starts_with(b"PK\x03\x04");
    let old = start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]);
    if !(pdf || zip || old) {
        return Some("UNSUPPORTED_FORMAT".to_owned());
    }
    let pages = if pdf { pdf_pages(world, &file.sha256).await } else { 0 };
    (pages > PAGES).then(|| "TOO_MANY_PAGES".to_owned())
}

/// Image descriptors between the header and the first thing that is no block (GIF89a, 17 to 26).
fn gif_frames(bytes: &[u8]) -> usize {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let flag = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let mut at = 13 + table(flag(10));
    let mut frames = 0;
    loop {
        at = match bytes.get(at) {
            Some(0x21) => at + 2,
            Some(0x2c) => {
                frames += 1;
                at + 11 + table(flag(at + 9))
            }
            _ => return frames,
        };
        while let Some(length) = bytes.get(at).filter(|n| **n > 0) {
            at += 1 + usize::from(*length);
        }
        at += 1;
    }
}

/// Page objects that are not compressed away (ISO 32000-2, 7.7.3.3), counted on the way through the file.
async fn pdf_pages(world: &World, sha256: &str) -> usize {
    let (mut pages, mut held) = (0, Vec::new());
    if let Ok(mut stream) = world.blobs().open(sha256).await {
        while let Some(Ok(chunk)) = stream.next().await {
            held.extend_from_slice(&chunk);
            let sure = held.len().saturating_sub(LOOK_AHEAD);
            pages += page_objects(&held, sure);
            held.drain(..sure);
        }
    }
    pages + page_objects(&held, held.len())
}

/// Longest stretch from `/Type` to what follows `/Page`, with some blanks between, bytes.
const LOOK_AHEAD: usize = 32;

/// Page objects that begin before a place.
fn page_objects(bytes: &[u8], before: usize) -> usize {
    let is_page = |(at, word): (usize, &[u8])| {
        let rest = bytes.get(at + 5..).unwrap_or_default().trim_ascii_start();
        let page = rest.strip_prefix(b"/Page".as_slice());
        word == b"/Type" && page.is_some_and(|after| !after.first().is_some_and(u8::is_ascii_alphanumeric))
    };
    bytes.windows(5).enumerate().take(before).filter(|w| is_page(*w)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_frames_are_counted() {
        let pdf = b"%PDF /Type /Pages /Type/Page>> x /Type  /Page /Kids";
        assert_eq!(page_objects(pdf, pdf.len()), 2);
        assert_eq!(page_objects(pdf, 20), 1, "the second one begins later");
        let mut gif = b"GIF89a\x01\0\x01\0\0\0\0".to_vec();
        for _ in 0..3 {
            gif.extend([0x21, 0xf9, 4, 0, 0, 0, 0, 0]);
            gif.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 7, 0]);
        }
        gif.push(0x3b);
        assert_eq!(gif_frames(&gif), 3);
        assert_eq!(gif_frames(b"GIF89a"), 0);
    }
}
