//! What TikTok finds when it looks at a file ("Media Transfer Guide": restrictions of videos and photos). What a file does not
//! say of itself is not held against it.

use bytes::Bytes;
use futures::StreamExt;

use super::memory::File;
use super::movie::{self, number};
use super::source::LARGEST_VIDEO;
use crate::sandbox::World;
use crate::sandbox::blob::BlobInfo;

/// Largest picture, bytes.
pub(super) const LARGEST_PHOTO: u64 = 20 * 1_000 * 1_000;
/// Shortest video, milliseconds. TikTok names no number; about three seconds is what is reported.
const SHORTEST_MS: u64 = 3_000;
/// Frames in a thousand seconds. The upper end leaves room for rounding.
const RATES: std::ops::RangeInclusive<u64> = 23_000..=60_050;
const SIDES: std::ops::RangeInclusive<u32> = 360..=4_096;
/// 1080p, lying or upright.
const PHOTO_SIDES: (u32, u32) = (1_080, 1_920);
const CODECS: [&[u8]; 6] = [b"avc1", b"avc3", b"hvc1", b"hev1", b"vp08", b"vp09"];

const MIB: u64 = 1024 * 1024;

/// A file that was looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// It can be posted.
    Good(File),
    /// It can't, with the `fail_reason`.
    Bad(File, &'static str),
    /// It never came, with the `fail_reason`.
    Missing(&'static str),
}

/// Looks at a video for a creator whose longest one is `longest_s` seconds.
pub(super) async fn video(world: &World, stored: &BlobInfo, longest_s: u64) -> Looked {
    let movie = movie::read(&head(world, stored).await);
    let file = File {
        sha256: stored.sha256.clone(),
        bytes: stored.bytes,
        mime: stored.mime.clone(),
        milliseconds: movie.milliseconds,
        size: movie.size,
    };
    let known = ["video/mp4", "video/quicktime", "video/webm"].contains(&stored.mime.as_str());
    let codec = movie.codec.as_deref().is_none_or(|codec| CODECS.contains(&codec));
    let length = SHORTEST_MS..=longest_s * 1_000;
    let problem = if !known || !codec || stored.bytes > LARGEST_VIDEO {
        Some("file_format_check_failed")
    } else if movie.milliseconds.is_some_and(|ms| !length.contains(&ms)) {
        Some("duration_check_failed")
    } else if movie.rate.is_some_and(|rate| !RATES.contains(&rate)) {
        Some("frame_rate_check_failed")
    } else if movie.size.is_some_and(|(w, h)| !SIDES.contains(&w) || !SIDES.contains(&h)) {
        Some("picture_size_check_failed")
    } else {
        None
    };
    problem.map_or(Looked::Good(file.clone()), |reason| Looked::Bad(file, reason))
}

/// Looks at a picture.
pub(super) async fn photo(world: &World, stored: &BlobInfo) -> Looked {
    let head = head(world, stored).await;
    let size = match stored.mime.as_str() {
        "image/jpeg" => jpeg_size(&head),
        "image/webp" => webp_size(&head),
        _ => None,
    };
    let file = File {
        sha256: stored.sha256.clone(),
        bytes: stored.bytes,
        mime: stored.mime.clone(),
        milliseconds: None,
        size,
    };
    let Some((width, height)) = size else { return Looked::Bad(file, "file_format_check_failed") };
    let fits = width.min(height) <= PHOTO_SIDES.0 && width.max(height) <= PHOTO_SIDES.1;
    if fits && stored.bytes <= LARGEST_PHOTO {
        Looked::Good(file)
    } else {
        Looked::Bad(file, "picture_size_check_failed")
    }
}

/// The beginning of a stored file; all of it when it is not long, since many movies have their header at the end.
async fn head(world: &World, stored: &BlobInfo) -> Vec<u8> {
    let enough = if stored.bytes <= 64 * MIB { stored.bytes } else { 2 * MIB };
    let mut head = Vec::new();
    if let Ok(mut stream) = world.blobs().open(&stored.sha256).await {
        while let Some(Ok(chunk)) = stream.next().await {
            let chunk: Bytes = chunk;
            head.extend_from_slice(&chunk);
            if head.len() as u64 >= enough {
                break;
            }
        }
    }
    head
}

/// Width and height in the start-of-frame segment (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| u32::try_from(number(bytes, at, 2)?).ok();
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        if *bytes.get(at)? != 0xff {
            return None;
        }
        // All of c0 to cf but the tables (c4, cc) and the reserved one (c8).
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((side(at + 7)?, side(at + 5)?));
        }
        at += 2 + usize::try_from(number(bytes, at + 2, 2)?).ok()?;
    }
}

/// Width and height of a WebP picture in each of its three forms (RFC 9649, sections 2.5 to 2.7).
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let little = |at: usize, len: usize| {
        let part = bytes.get(at..at + len)?;
        Some(part.iter().rev().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte)))
    };
    match bytes.get(12..16)? {
        b"VP8 " => Some((little(26, 2)? & 0x3fff, little(28, 2)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(24, 3)? + 1, little(27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webp_tells_its_size_in_three_ways() {
        let with =
            |form: &[u8], rest: &[u8]| [b"RIFF\0\0\0\0WEBP".as_slice(), form, b"\0\0\0\0", rest].concat();
        let lossy = with(b"VP8 ", &[0, 0, 0, 0x9d, 0x01, 0x2a, 0x38, 0x04, 0x80, 0x07]);
        assert_eq!(webp_size(&lossy), Some((1_080, 1_920)));
        // 1079 and 1919, 14 bits each, after the signature.
        let bits = (1_079_u32 | (1_919 << 14)).to_le_bytes();
        assert_eq!(
            webp_size(&with(b"VP8L", &[[0x2f].as_slice(), bits.as_slice()].concat())),
            Some((1_080, 1_920))
        );
        let extended = with(b"VP8X", &[0, 0, 0, 0, 0x37, 0x04, 0, 0x7f, 0x07, 0]);
        assert_eq!(webp_size(&extended), Some((1_080, 1_920)));
        assert_eq!(webp_size(&with(b"ALPH", &[])), None);
    }
}
