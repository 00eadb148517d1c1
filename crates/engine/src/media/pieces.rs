//! The stored pieces of an upload, as one file.

use std::io;
use std::ops::Range;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use carillon_store::repo::media_upload::PieceRow;

use super::storage::Storage;
use super::video::ReadAt;

/// The pieces, in order and without a gap.
pub(super) struct Pieces {
    pub storage: Storage,
    pub pieces: Vec<PieceRow>,
    /// What their keys begin with.
    pub prefix: String,
}

impl Pieces {
    /// Each one's key and size in bytes.
    pub fn objects(&self) -> impl Iterator<Item = (String, u64)> {
        self.pieces.iter().map(|piece| (format!("{}/{}", self.prefix, piece.object), piece.bytes))
    }
}

#[async_trait]
impl ReadAt for Pieces {
    fn size(&self) -> u64 {
        self.pieces.last().map_or(0, |piece| piece.start + piece.bytes)
    }

    async fn read_at(&self, range: Range<u64>) -> io::Result<Bytes> {
        let mut read = BytesMut::new();
        for piece in &self.pieces {
            let (start, end) = (range.start.max(piece.start), range.end.min(piece.start + piece.bytes));
            if start < end {
                let key = format!("{}/{}", self.prefix, piece.object);
                let bytes = self.storage.read(&key, start - piece.start..end - piece.start).await?;
                if start == range.start && end == range.end {
                    return Ok(bytes);
                }
                read.extend_from_slice(&bytes);
            }
        }
        Ok(read.freeze())
    }
}
