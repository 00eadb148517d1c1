//! Uploads that may break off: what arrived before is kept, piece by piece, so that the next request can go on from there.

use axum::body::Body;
use bytes::BytesMut;
use futures::StreamExt;

use super::blob::{BlobInfo, Blobs};

/// Bytes that are held in memory before they are put away.
const PIECE: usize = 1024 * 1024;

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// As many bytes as were expected.
    All,
    /// Fewer, or they could not be stored; what was stored is kept.
    Less,
    /// More.
    TooMuch,
}

impl Blobs {
    /// Stores a body in pieces and gives each to `keep`; join them when all have arrived.
    pub async fn store_pieces(
        &self,
        body: Body,
        expected: u64,
        mut keep: impl FnMut(BlobInfo) + Send,
    ) -> Arrived {
        let mut stream = body.into_data_stream();
        let mut piece = BytesMut::new();
        let mut arrived = 0_u64;
        let mut more = true;
        let mut whole = true;
        while more {
            match stream.next().await {
                Some(Ok(chunk)) => {
                    arrived += chunk.len() as u64;
                    if arrived > expected {
                        return Arrived::TooMuch;
                    }
                    piece.extend_from_slice(&chunk);
                }
                end => (more, whole) = (false, end.is_none()),
            }
            if piece.len() >= PIECE || (!more && !piece.is_empty()) {
                match self.store_bytes(piece.split().freeze()).await {
                    Ok(info) => keep(info),
                    Err(_) => return Arrived::Less,
                }
            }
        }
        if whole && arrived == expected { Arrived::All } else { Arrived::Less }
    }
}
