//! Uploaded bytes. They are streamed to disk and hashed on the way, so that a long video never sits in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

use super::lock;

/// What is known of stored bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobInfo {
    /// Lower-case hex SHA-256; also the key.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Type sniffed from the first bytes; `application/octet-stream` when unknown.
    pub mime: String,
    /// The first bytes, at most 64, in hex.
    pub head: String,
}

/// Where uploaded bytes are kept, addressed by their hash.
pub struct Blobs {
    dir: Option<PathBuf>,
    memory: Mutex<BTreeMap<String, Bytes>>,
    infos: Mutex<BTreeMap<String, BlobInfo>>,
    unfinished: AtomicU64,
}

impl Blobs {
    pub(super) fn new(dir: Option<PathBuf>) -> Self {
        Self { dir, memory: Mutex::default(), infos: Mutex::default(), unfinished: AtomicU64::new(0) }
    }

    pub(super) fn list(&self) -> Vec<BlobInfo> {
        lock(&self.infos).values().cloned().collect()
    }

    pub(super) fn restore(&self, infos: Vec<BlobInfo>) {
        *lock(&self.infos) = infos.into_iter().map(|i| (i.sha256.clone(), i)).collect();
    }

    /// What is known of a blob.
    pub fn info(&self, sha256: &str) -> Option<BlobInfo> {
        lock(&self.infos).get(sha256).cloned()
    }

    /// Stores everything that the stream gives. Equal bytes are stored once.
    ///
    /// # Errors
    /// When the stream breaks off or the disk fails; nothing is kept then.
    pub async fn store<S, E>(&self, stream: S) -> io::Result<BlobInfo>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut stream = std::pin::pin!(stream);
        let mut writer = self.writer().await?;
        while let Some(chunk) = stream.next().await {
            let written = match chunk {
                Ok(chunk) => writer.write(&chunk).await,
                Err(error) => Err(io::Error::other(error)),
            };
            if let Err(error) = written {
                writer.discard().await;
                return Err(error);
            }
        }
        self.keep(writer).await
    }

    /// Stores a request's body.
    ///
    /// # Errors
    /// As [`Blobs::store`].
    pub async fn store_body(&self, body: Body) -> io::Result<BlobInfo> {
        self.store(body.into_data_stream()).await
    }

    /// Stores bytes that are in memory already.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn store_bytes(&self, bytes: Bytes) -> io::Result<BlobInfo> {
        self.store(futures::stream::iter([Ok::<_, io::Error>(bytes)])).await
    }

    /// Joins stored parts, in order, to one blob; the parts stay.
    ///
    /// # Errors
    /// When a part is missing or the disk fails.
    pub async fn join(&self, parts: &[String]) -> io::Result<BlobInfo> {
        let mut writer = self.writer().await?;
        match self.copy(parts, &mut writer).await {
            Ok(()) => self.keep(writer).await,
            Err(error) => {
                writer.discard().await;
                Err(error)
            }
        }
    }

    async fn copy(&self, parts: &[String], writer: &mut Writer) -> io::Result<()> {
        for part in parts {
            let mut stream = self.open(part).await?;
            while let Some(chunk) = stream.next().await {
                writer.write(&chunk?).await?;
            }
        }
        Ok(())
    }

    /// Forgets a blob, for example the part of an upload that was joined.
    pub async fn remove(&self, sha256: &str) {
        lock(&self.infos).remove(sha256);
        lock(&self.memory).remove(sha256);
        if let Some(dir) = &self.dir {
            let _ = tokio::fs::remove_file(dir.join(sha256)).await;
        }
    }

    /// The bytes of a blob, streamed.
    ///
    /// # Errors
    /// `NotFound` for an unknown one.
    pub async fn open(
        &self,
        sha256: &str,
    ) -> io::Result<futures::stream::BoxStream<'static, io::Result<Bytes>>> {
        if self.info(sha256).is_none() {
            return Err(io::ErrorKind::NotFound.into());
        }
        match &self.dir {
            Some(dir) => {
                let file = tokio::fs::File::open(dir.join(sha256)).await?;
                Ok(ReaderStream::with_capacity(file, 64 * 1024).boxed())
            }
            None => {
                let bytes = lock(&self.memory).get(sha256).cloned().ok_or(io::ErrorKind::NotFound)?;
                Ok(futures::stream::iter([Ok(bytes)]).boxed())
            }
        }
    }

    async fn writer(&self) -> io::Result<Writer> {
        let target = match &self.dir {
            Some(dir) => {
                tokio::fs::create_dir_all(dir).await?;
                let n = self.unfinished.fetch_add(1, Ordering::Relaxed);
                let path = dir.join(format!("unfinished-{n}"));
                Target::File(tokio::fs::File::create(&path).await?, path)
            }
            None => Target::Memory(Vec::new()),
        };
        Ok(Writer { target, hash: Sha256::new(), bytes: 0, head: Vec::new() })
    }

    async fn keep(&self, writer: Writer) -> io::Result<BlobInfo> {
        let info = BlobInfo {
            sha256: hex::encode(writer.hash.finalize()),
            bytes: writer.bytes,
            mime: sniff(&writer.head).to_owned(),
            head: hex::encode(&writer.head),
        };
        match (writer.target, &self.dir) {
            (Target::File(mut file, path), Some(dir)) => {
                file.flush().await?;
                drop(file);
                tokio::fs::rename(path, dir.join(&info.sha256)).await?;
            }
            (Target::Memory(bytes), _) => {
                lock(&self.memory).insert(info.sha256.clone(), bytes.into());
            }
            (Target::File(..), None) => {}
        }
        lock(&self.infos).insert(info.sha256.clone(), info.clone());
        Ok(info)
    }
}

enum Target {
    File(tokio::fs::File, PathBuf),
    Memory(Vec<u8>),
}

struct Writer {
    target: Target,
    hash: Sha256,
    bytes: u64,
    head: Vec<u8>,
}

impl Writer {
    async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.hash.update(chunk);
        self.bytes += chunk.len() as u64;
        let room = 64_usize.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        match &mut self.target {
            Target::File(file, _) => file.write_all(chunk).await,
            Target::Memory(bytes) => {
                bytes.extend_from_slice(chunk);
                Ok(())
            }
        }
    }

    async fn discard(self) {
        if let Target::File(file, path) = self.target {
            drop(file);
            let _ = tokio::fs::remove_file(path).await;
        }
    }
}

/// The type that the first bytes show, as the networks themselves look at them.
pub fn sniff(head: &[u8]) -> &'static str {
    match head {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'q', b't', ..] => "video/quicktime",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => "image/avif",
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i', ..] => "image/heic",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "video/webm",
        _ => "application/octet-stream",
    }
}
