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

/// The length in a movie header near the start of the file (ISO/IEC 14496-12, 8.2.2), if it is there.
pub fn movie_seconds(bytes: &[u8]) -> Option<f64> {
    let at = bytes.windows(4).position(|w| w == b"mvhd")? + 4;
    let (scale, length) = match bytes.get(at)? {
        0 => (number(bytes, at + 12, 4)?, number(bytes, at + 16, 4)?),
        _ => (number(bytes, at + 20, 4)?, number(bytes, at + 24, 8)?),
    };
    #[expect(clippy::cast_precision_loss, reason = "lengths of videos are far below 2^52")]
    let seconds = (scale > 0).then(|| length as f64 / scale as f64);
    seconds
}

/// Width and height in the first track header that has any (ISO/IEC 14496-12, 8.3.2), near the start of the file.
pub fn movie_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let headers = bytes.windows(4).enumerate().filter(|(_, w)| *w == b"tkhd").map(|(at, _)| at + 4);
    headers.into_iter().find_map(|at| {
        let width = at + if *bytes.get(at)? == 0 { 76 } else { 88 };
        // Fixed point, 16.16.
        let pixels = |from| u32::try_from(number(bytes, from, 4)? >> 16).ok().filter(|n| *n > 0);
        Some((pixels(width)?, pixels(width + 4)?))
    })
}

fn number(bytes: &[u8], from: usize, len: usize) -> Option<u64> {
    let digits = bytes.get(from..from + len)?;
    Some(digits.iter().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_movies_say_length_and_size() {
        let mut movie = b"\0\0\0\x18ftypmp42mvhd".to_vec();
        movie.extend([0; 12]);
        movie.extend(600_u32.to_be_bytes());
        movie.extend(6_300_u32.to_be_bytes());
        for (width, height) in [(0_u32, 0_u32), (1080, 1920)] {
            movie.extend(b"tkhd");
            movie.extend([0; 76]);
            movie.extend((width << 16).to_be_bytes());
            movie.extend((height << 16).to_be_bytes());
        }
        assert_eq!(movie_seconds(&movie), Some(10.5));
        assert_eq!(movie_size(&movie), Some((1080, 1920)));
        assert_eq!((movie_seconds(b"mvhd"), movie_size(&movie[..40])), (None, None));
    }
}
