//! A video of any size: a real, short one, and behind it a box of media data that no track refers to. Players and probes skip
//! that; whoever stores or sends the file can't tell. The filling never repeats and does not compress.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, ensure};
use bytes::{BufMut, Bytes, BytesMut};
use futures::Stream;
use sha2::{Digest, Sha256};
use tokio::process::Command;

/// Bytes of one piece of the filling.
const BLOCK: usize = 64 * 1024;

/// A video; cheap to clone.
#[derive(Debug, Clone)]
pub struct Video {
    head: Bytes,
    block: Bytes,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: Arc<str>,
}

impl Video {
    /// A video of so many bytes, less than 4 GB. Needs ffmpeg.
    pub async fn of(bytes: u64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("short.mp4");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args([
            "-v",
            "error",
            "-nostdin",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=640x360:rate=30:duration=4",
        ]);
        ffmpeg.args([
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=440:duration=4",
            "-c:v",
            "libx264",
            "-pix_fmt",
            "yuv420p",
        ]);
        ffmpeg.args([
            "-c:a",
            "aac",
            "-fflags",
            "+bitexact",
            "-map_metadata",
            "-1",
            "-movflags",
            "+faststart",
        ]);
        let status = ffmpeg.arg(&file).status().await.context("ffmpeg does not start; is it installed?")?;
        ensure!(status.success(), "ffmpeg failed");
        let mut short = std::fs::read(&file)?;
        without_titles(&mut short);
        Self::padded(&short, bytes)
    }

    fn padded(short: &[u8], bytes: u64) -> anyhow::Result<Self> {
        let filling = bytes.checked_sub(short.len() as u64).context("the video is too small")?;
        ensure!(filling >= 8, "the video is too small");
        let mut head = BytesMut::from(short);
        head.put_u32(u32::try_from(filling).context("the video is too large")?);
        head.put_slice(b"mdat");
        let mut video = Self { head: head.freeze(), block: noise(), bytes, sha256: "".into() };
        let mut hash = Sha256::new();
        let mut at = 0;
        while at < bytes {
            let chunk = video.chunk(at..bytes);
            hash.update(&chunk);
            at += chunk.len() as u64;
        }
        video.sha256 = hex::encode(hash.finalize()).into();
        Ok(video)
    }

    /// The bytes of a range, as they come.
    pub fn part(&self, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let video = self.clone();
        futures::stream::unfold(range, move |range| {
            let chunk = (!range.is_empty()).then(|| video.chunk(range.clone()));
            async move {
                let chunk = chunk?;
                let rest = range.start + chunk.len() as u64..range.end;
                Some((Ok(chunk), rest))
            }
        })
    }

    /// The first bytes of a range that is not empty.
    fn chunk(&self, range: Range<u64>) -> Bytes {
        let most = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let Some(inside) = range.start.checked_sub(self.head.len() as u64) else {
            let rest = self.head.slice(range.start as usize..);
            return rest.slice(..rest.len().min(most));
        };
        let (number, offset) = (inside / BLOCK as u64, (inside % BLOCK as u64) as usize);
        let mut block = BytesMut::from(&self.block[..]);
        block[..8].copy_from_slice(&number.to_be_bytes());
        let block = block.freeze().slice(offset..);
        block.slice(..block.len().min(most))
    }
}

/// Blanks the box of titles, as the library does with what it takes: so what was stored can be compared with what was sent.
fn without_titles(video: &mut [u8]) {
    let Some(at) = video.windows(4).position(|name| name == b"udta").filter(|at| *at >= 4) else { return };
    let size = [video[at - 4], video[at - 3], video[at - 2], video[at - 1]];
    let end = video.len().min(at - 4 + u32::from_be_bytes(size) as usize);
    video[at..at + 4].copy_from_slice(b"free");
    video[at + 4..end].fill(0);
}

/// Bytes without a pattern, always the same (Marsaglia, "Xorshift RNGs", 2003).
fn noise() -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut bytes = BytesMut::with_capacity(BLOCK);
    while bytes.len() < BLOCK {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.put_u64(state);
    }
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    async fn read(video: &Video, range: Range<u64>) -> Vec<u8> {
        let chunks: Vec<Bytes> = video.part(range).try_collect().await.expect("chunks");
        chunks.concat()
    }

    #[test]
    fn titles_are_blanked_and_nothing_moves() {
        let mut video = [&[0, 0, 0, 12][..], b"udtaname", &[0, 0, 0, 9], b"mdatx"].concat();
        without_titles(&mut video);
        assert_eq!(video, [&[0, 0, 0, 12][..], b"free\0\0\0\0", &[0, 0, 0, 9], b"mdatx"].concat());
    }

    #[tokio::test]
    async fn parts_joined_are_the_whole_and_nothing_repeats() {
        let video = Video::padded(b"a short video", 300_000).expect("a video");
        let whole = read(&video, 0..300_000).await;
        assert_eq!(whole.len(), 300_000);
        assert_eq!(&whole[..13], b"a short video");
        assert_eq!(whole[13..21], [&(300_000u32 - 13).to_be_bytes()[..], b"mdat"].concat());
        assert_eq!(hex::encode(Sha256::digest(&whole)), &*video.sha256);
        let joined =
            [read(&video, 0..7).await, read(&video, 7..100_001).await, read(&video, 100_001..300_000).await];
        assert_eq!(joined.concat(), whole);
        let filling = &whole[21..];
        assert_ne!(filling[..BLOCK], filling[BLOCK..2 * BLOCK]);
    }
}
