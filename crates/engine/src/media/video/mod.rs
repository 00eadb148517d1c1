//! Videos: never in memory as a whole. Their metadata are blanked where they stand, so that no byte moves and every index
//! inside the file stays right; nothing is encoded anew.

mod mp4;
pub mod probe;
#[cfg(test)]
pub(super) mod tests;
mod webm;

use std::io;
use std::ops::Range;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use super::refusal::Refusal;
use super::sniff::FileType;

/// Bytes that can be read at any place.
#[async_trait]
pub trait ReadAt: Send + Sync {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// The bytes of `range`, which lies inside.
    ///
    /// # Errors
    /// When storage fails.
    async fn read_at(&self, range: Range<u64>) -> io::Result<Bytes>;
}

/// New content for a part of a file, as long as the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patch {
    /// These bytes.
    Replace {
        /// Where the first one goes.
        at: u64,
        /// The bytes.
        bytes: Bytes,
    },
    /// Zeros.
    Blank(Range<u64>),
}

impl Patch {
    fn range(&self) -> Range<u64> {
        match self {
            Self::Replace { at, bytes } => *at..*at + bytes.len() as u64,
            Self::Blank(range) => range.clone(),
        }
    }
}

/// Why a video or document could not be examined.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// It lies in the file.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It lies in the storage.
    #[error("the file could not be read")]
    Storage(#[from] io::Error),
}

/// Finds everything in a video that tells more than its pictures and sound: place, camera, titles, times, data tracks. Also
/// finds out whether its end is missing.
///
/// # Errors
/// `Truncated` or `Damaged`, or a failure of the storage.
pub async fn examine(kind: FileType, file: &dyn ReadAt) -> Result<Patches, ExamineError> {
    let found = match kind {
        FileType::Webm => webm::examine(file).await?,
        _ => mp4::examine(kind, file).await?,
    };
    Ok(Patches::new(found))
}

/// Patches that are applied to a stream from its first byte to its last.
#[derive(Debug, Default)]
pub struct Patches {
    /// By place; where they overlap, the one that begins later wins.
    patches: Vec<Patch>,
    next: usize,
    at: u64,
}

impl Patches {
    fn new(mut patches: Vec<Patch>) -> Self {
        patches.retain(|patch| !patch.range().is_empty());
        patches.sort_by_key(|patch| patch.range().start);
        Self { patches, next: 0, at: 0 }
    }

    /// The chunk that follows what was given before, patched.
    pub fn apply(&mut self, chunk: Bytes) -> Bytes {
        let place = self.at..self.at + chunk.len() as u64;
        self.at = place.end;
        while self.patches.get(self.next).is_some_and(|patch| patch.range().end <= place.start) {
            self.next += 1;
        }
        let waiting = self.patches.get(self.next..).unwrap_or_default();
        let mut changed: Option<BytesMut> = None;
        for patch in waiting.iter().take_while(|patch| patch.range().start < place.end) {
            let range = patch.range();
            let (start, end) = (range.start.max(place.start), range.end.min(place.end));
            if start >= end {
                continue;
            }
            let target = changed.get_or_insert_with(|| BytesMut::from(&chunk[..]));
            let target = &mut target[offset(start - place.start)..offset(end - place.start)];
            match patch {
                Patch::Replace { at, bytes } => {
                    target.copy_from_slice(&bytes[offset(start - at)..offset(end - at)]);
                }
                Patch::Blank(_) => target.fill(0),
            }
        }
        changed.map_or(chunk, BytesMut::freeze)
    }
}

/// A distance inside one chunk, which fits the memory it lies in.
fn offset(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}
