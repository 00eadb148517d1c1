//! How much one look into a PDF may take, however its parts are chained.

use bytes::Bytes;

use super::window;
use crate::media::video::{ExamineError, ReadAt};

/// Reads of the storage.
const READS: u32 = 1_000;
/// Bytes of all these reads.
const READ: u64 = 32 * 1024 * 1024;
/// Bytes that are unpacked or kept.
const KEPT: u64 = 16 * 1024 * 1024;

/// A file, and what may still be taken from it. Once that is spent, the file has no more bytes for who asks, so that
/// what they look for is not known.
pub(super) struct Budget<'a> {
    file: &'a dyn ReadAt,
    reads: u32,
    read: u64,
    kept: u64,
    spent: bool,
}

impl<'a> Budget<'a> {
    pub fn new(file: &'a dyn ReadAt) -> Self {
        Self { file, reads: READS, read: READ, kept: KEPT, spent: false }
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    /// Up to `most` bytes from `at` on, fewer at the end of the file.
    pub async fn window(&mut self, at: u64, most: u64) -> Result<Bytes, ExamineError> {
        let length = most.min(self.size().saturating_sub(at));
        match (self.reads.checked_sub(1), self.read.checked_sub(length)) {
            (Some(reads), Some(read)) if !self.spent => {
                (self.reads, self.read) = (reads, read);
                window(self.file, at, length).await
            }
            _ => {
                self.spent = true;
                Ok(Bytes::new())
            }
        }
    }

    /// Bytes that may still be kept.
    pub fn left(&self) -> u64 {
        self.kept
    }

    /// Whether so many more bytes may be kept.
    pub fn keep(&mut self, bytes: usize) -> bool {
        match self.kept.checked_sub(bytes as u64) {
            Some(left) => self.kept = left,
            None => self.spent = true,
        }
        !self.spent
    }
}
