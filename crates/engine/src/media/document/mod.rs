//! Documents: what they are, how many pages they have, and whether anybody but their author can open them.
//!
//! They come from strangers, so that nothing in them is believed further than it can be bounded: one look has a budget of reads
//! and of bytes in memory, and chains end after a number of links. What can't be told that way is not known; it is no reason to
//! refuse a file that is whole.

mod budget;
mod compound;
mod pdf;
mod syntax;
#[cfg(test)]
pub(super) mod tests;
mod xref;
mod zip;

use super::sniff::FileType;
use super::video::{ExamineError, ReadAt};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentFacts {
    /// Its type, of which the first bytes tell only half.
    pub kind: FileType,
    /// Pages, or slides; `None` where the file does not tell.
    pub pages: Option<u32>,
}

/// Looks into the document that begins like `kind`.
///
/// # Errors
/// `Truncated`, `Damaged`, `Locked`, `Macros` or `UnknownType`, or a failure of the storage.
pub async fn examine(kind: FileType, file: &dyn ReadAt) -> Result<DocumentFacts, ExamineError> {
    match kind {
        FileType::Zip => zip::examine(file).await,
        FileType::Compound => compound::examine(file).await,
        _ => Ok(DocumentFacts { kind, pages: pdf::pages(file).await? }),
    }
}

/// Up to `most` bytes from `at` on, fewer at the end of the file.
async fn window(file: &dyn ReadAt, at: u64, most: u64) -> Result<bytes::Bytes, ExamineError> {
    let size = file.size();
    let end = at.saturating_add(most).min(size);
    if at >= end {
        return Ok(bytes::Bytes::new());
    }
    Ok(file.read_at(at..end).await?)
}

/// `N` bytes of `bytes` from `at` on.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The number of two bytes at `at`, the lowest first.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The number of four bytes at `at`, the lowest first.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}
