//! What networks see of files that they are given: pulled from an address, and their size in pixels and seconds.

use bytes::Bytes;
use futures::StreamExt;

use super::World;
use super::blob::BlobInfo;

const MIB: u64 = 1024 * 1024;

/// Pulls an address into the blobs: no redirects, status 200, a content type that begins with `kind`, plain ASCII. Stops after about
/// `most` bytes, so a longer file shows by being longer than allowed.
pub async fn pull(world: &World, url: &str, most: u64, kind: &str) -> Option<BlobInfo> {
    if !url.is_ascii() || !(url.starts_with("https://") || url.starts_with("http://")) {
        return None;
    }
    let fetched = world.fetch(url).await.ok()?;
    if fetched.status != 200 || !fetched.content_type.starts_with(kind) {
        return None;
    }
    let mut left = most;
    let limited = fetched.stream.take_while(move |chunk| {
        let more = left > 0;
        left = left.saturating_sub(chunk.as_ref().map_or(0, |bytes| bytes.len() as u64));
        std::future::ready(more)
    });
    world.blobs().store(limited).await.ok()
}

/// The first bytes of a stored file, enough for its headers.
pub async fn head(world: &World, sha256: &str) -> Vec<u8> {
    first(world, sha256, MIB).await
}

/// The first bytes of a stored file, so many at most.
pub async fn first(world: &World, sha256: &str, most: u64) -> Vec<u8> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut head = Vec::new();
    if let Ok(mut stream) = world.blobs().open(sha256).await {
        while head.len() < most
            && let Some(Ok(chunk)) = stream.next().await
        {
            let chunk: Bytes = chunk;
            head.extend_from_slice(&chunk);
        }
    }
    head.truncate(most);
    head
}

/// Width and height in a JPEG's start-of-frame segment (ITU-T T.81, B.2.2).
pub fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *bytes.get(at..at + 4)? else { return None };
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let [h1, h0, w1, w0] = *bytes.get(at + 5..at + 9)? else { return None };
            return Some((u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into()));
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
}

/// Width and height in a PNG's header chunk (PNG, third edition, 11.2.1).
pub fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    Some((u32::try_from(number(bytes, 16, 4)?).ok()?, u32::try_from(number(bytes, 20, 4)?).ok()?))
}

/// Width and height in a GIF's logical screen descriptor (GIF89a, 18).
pub fn gif_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let [w0, w1, h0, h1] = *bytes.get(6..10)? else { return None };
    Some((u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into()))
}

/// The length in seconds in a movie header (ISO/IEC 14496-12, 8.2.2), if one is there.
pub fn movie_seconds(bytes: &[u8]) -> Option<f64> {
    let (scale, length) = movie_length(bytes)?;
    #[expect(clippy::cast_precision_loss, reason = "lengths of videos are far below 2^52")]
    let seconds = (scale > 0).then(|| length as f64 / scale as f64);
    seconds
}

/// The same in whole milliseconds.
pub fn movie_ms(bytes: &[u8]) -> Option<u64> {
    let (scale, length) = movie_length(bytes)?;
    length.checked_mul(1_000)?.checked_div(scale)
}

/// Units a second, and the length in them.
fn movie_length(bytes: &[u8]) -> Option<(u64, u64)> {
    let header = boxes(bytes, b"mvhd").next()?;
    Some(match header.first()? {
        0 => (number(header, 12, 4)?, number(header, 16, 4)?),
        _ => (number(header, 20, 4)?, number(header, 24, 8)?),
    })
}

/// Width and height of the first track that has any, as shown (ISO/IEC 14496-12, 8.3.2).
pub fn movie_size(bytes: &[u8]) -> Option<(u32, u32)> {
    boxes(bytes, b"tkhd").find_map(|header| {
        let matrix = if *header.first()? == 0 { 40 } else { 52 };
        // Fixed point, 16.16.
        let pixels = |from| u32::try_from(number(header, from, 4)? >> 16).ok().filter(|n| *n > 0);
        let (width, height) = (pixels(matrix + 36)?, pixels(matrix + 40)?);
        // Turned by a right angle.
        let turned = number(header, matrix, 4)? == 0 && number(header, matrix + 4, 4)? != 0;
        Some(if turned { (height, width) } else { (width, height) })
    })
}

/// Where the contents of the boxes with this name begin.
fn boxes<'a>(bytes: &'a [u8], name: &'a [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
    let found = bytes.windows(4).enumerate().filter(move |(_, window)| window == name);
    found.filter_map(move |(at, _)| bytes.get(at + 4..))
}

fn number(bytes: &[u8], from: usize, len: usize) -> Option<u64> {
    let digits = bytes.get(from..from + len)?;
    Some(digits.iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gif_says_its_size() {
        assert_eq!(gif_size(b"GIF89a\x01\x02\x03\0"), Some((513, 3)));
        assert_eq!(gif_size(b"GIF89a"), None);
    }

    #[test]
    fn headers_of_movies_say_length_and_size() {
        let mut movie = b"\0\0\0\x18ftypmp42mvhd".to_vec();
        movie.extend([0; 12]);
        movie.extend(600_u32.to_be_bytes());
        movie.extend(6_300_u32.to_be_bytes());
        let track = |matrix: [u32; 2], width: u32, height: u32| {
            let mut track = b"tkhd".to_vec();
            track.extend([0; 40]);
            track.extend(matrix.into_iter().flat_map(u32::to_be_bytes));
            track.extend([0; 28]);
            track.extend([width << 16, height << 16].into_iter().flat_map(u32::to_be_bytes));
            track
        };
        let upright = [0x1_0000, 0];
        movie.extend(track(upright, 0, 0));
        let turned = [movie.clone(), track([0, 0x1_0000], 1080, 1920)].concat();
        movie.extend(track(upright, 1080, 1920));
        assert_eq!((movie_seconds(&movie), movie_ms(&movie)), (Some(10.5), Some(10_500)));
        assert_eq!((movie_size(&movie), movie_size(&turned)), (Some((1080, 1920)), Some((1920, 1080))));
        assert_eq!((movie_seconds(b"mvhd"), movie_size(&movie[..40])), (None, None));
    }
}
