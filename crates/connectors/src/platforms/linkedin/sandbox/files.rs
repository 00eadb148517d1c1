//! Looking into uploaded files, as far as LinkedIn's limits need it.

use bytes::Bytes;
use futures::StreamExt;

use super::asset::{AssetKind, File};
use crate::sandbox::World;

/// A picture has fewer pixels ("Images API").
const PIXELS: u64 = 36_152_320;
const FRAMES: usize = 250;
/// Seconds and bytes of a video ("Videos API").
const VIDEO_SECONDS: std::ops::RangeInclusive<f64> = 3.0..=1_800.0;
const SMALLEST_VIDEO: u64 = 75_000;
/// Pages of a document ("Documents API").
const PAGES: usize = 300;
/// Enough of a file for its headers, bytes.
const HEAD: usize = 1024 * 1024;

/// Why processing this file ends badly, if it does.
pub(super) async fn problem(world: &World, kind: AssetKind, file: &File) -> Option<String> {
    match kind {
        AssetKind::Image => picture(world, file).await,
        AssetKind::Video => video(world, file).await,
        AssetKind::Document => document(world, file).await,
    }
}

async fn picture(world: &World, file: &File) -> Option<String> {
    let bytes = head(world, &file.sha256, HEAD).await;
    let size = match file.mime.as_str() {
        "image/jpeg" => jpeg_size(&bytes),
        "image/png" => Some((number(&bytes, 16, 4)?, number(&bytes, 20, 4)?)),
        "image/gif" => Some((little(&bytes, 6), little(&bytes, 8))),
        _ => return Some("UNSUPPORTED_FORMAT".to_owned()),
    };
    let frames = if file.mime == "image/gif" { gif_frames(&bytes) } else { 1 };
    let (width, height) = size?;
    (width * height >= PIXELS || frames > FRAMES).then(|| "IMAGE_TOO_LARGE".to_owned())
}

async fn video(world: &World, file: &File) -> Option<String> {
    if file.mime != "video/mp4" {
        return Some("UNSUPPORTED_FORMAT".to_owned());
    }
    if file.bytes < SMALLEST_VIDEO {
        return Some("VIDEO_TOO_SMALL".to_owned());
    }
    let seconds = movie_seconds(&head(world, &file.sha256, HEAD).await)?;
    (!VIDEO_SECONDS.contains(&seconds)).then(|| "VIDEO_DURATION_OUT_OF_RANGE".to_owned())
}

async fn document(world: &World, file: &File) -> Option<String> {
    let start = head(world, &file.sha256, 8).await;
    let pdf = start.starts_with(b"%PDF");
    let zip = start.starts_with(b"PK\x03\x04");
    let old = start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]);
    if !(pdf || zip || old) {
        return Some("UNSUPPORTED_FORMAT".to_owned());
    }
    let pages = if pdf { pdf_pages(world, &file.sha256).await } else { 0 };
    (pages > PAGES).then(|| "TOO_MANY_PAGES".to_owned())
}

/// The first bytes of a stored file.
async fn head(world: &World, sha256: &str, most: usize) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(mut stream) = world.blobs().open(sha256).await {
        while let Some(Ok(chunk)) = stream.next().await {
            let chunk: Bytes = chunk;
            head.extend_from_slice(&chunk);
            if head.len() >= most {
                break;
            }
        }
    }
    head.truncate(most);
    head
}

/// A big-endian number.
fn number(bytes: &[u8], from: usize, length: usize) -> Option<u64> {
    Some(bytes.get(from..from + length)?.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte)))
}

/// A little-endian number of two bytes; 0 when it is not there.
fn little(bytes: &[u8], from: usize) -> u64 {
    let at = |i: usize| u64::from(bytes.get(i).copied().unwrap_or_default());
    at(from) | (at(from + 1) << 8)
}

/// Width and height in the start-of-frame segment (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        if *bytes.get(at)? != 0xff {
            return None;
        }
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((number(bytes, at + 7, 2)?, number(bytes, at + 5, 2)?));
        }
        at += 2 + usize::try_from(number(bytes, at + 2, 2)?).ok()?;
    }
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

/// The length in a movie header near the start of the file (ISO/IEC 14496-12, 8.2.2), if it is there.
fn movie_seconds(bytes: &[u8]) -> Option<f64> {
    let at = bytes.windows(4).position(|w| w == b"mvhd")? + 4;
    let (scale, length) = match bytes.get(at)? {
        0 => (number(bytes, at + 12, 4)?, number(bytes, at + 16, 4)?),
        _ => (number(bytes, at + 20, 4)?, number(bytes, at + 24, 8)?),
    };
    #[expect(clippy::cast_precision_loss, reason = "lengths of videos are far below 2^52")]
    let seconds = (scale > 0).then(|| length as f64 / scale as f64);
    seconds
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
