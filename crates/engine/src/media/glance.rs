//! A small picture of a file that is not kept.

use std::sync::Arc;

use bytes::Bytes;

use super::library::Library;
use super::picture;
use super::sniff::{FileType, HEAD};

/// Longest side, pixels.
const SIDE: u32 = 480;
/// Most pixels that are decoded for it; the library's own limit may be lower.
const PIXELS: u64 = 16_000_000;

impl Library {
    /// A picture as a small JPEG, of its pixels alone; `None` for what is no picture, moves, or is too large.
    pub async fn glance(&self, file: Bytes) -> Option<Bytes> {
        let kind = FileType::sniff(&file[..file.len().min(HEAD)]).ok()?;
        let max_pixels = self.parts.limits.image_pixels.min(PIXELS);
        let turn = Arc::clone(&self.glancing).acquire_owned().await.ok()?;
        let work = move || {
            // Who goes away ends this call and not the decoding, for which the next one waits all the same.
            let _turn = turn;
            let (pixels, _) = picture::decode(kind, &file, max_pixels).ok()?;
            picture::rendition(&pixels, SIDE).ok().map(|small| small.bytes)
        };
        tokio::task::spawn_blocking(work).await.ok().flatten()
    }
}
