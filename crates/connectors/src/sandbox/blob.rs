//! Uploaded bytes. They are streamed to disk and hashed on the way, so that a long video never sits in memory. Of files above a
//! size that the world names only the beginning is kept.

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

use super::large::Growing;
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
    /// It was too large: of its bytes only the first are there, enough for a probe.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beginning_only: bool,
}

/// Where uploaded bytes are kept, addressed by their hash.
pub struct Blobs {
    dir: Option<PathBuf>,
    /// The largest file that is kept whole.
    pub(super) keep_at_most: u64,
    memory: Mutex<BTreeMap<String, Bytes>>,
    infos: Mutex<BTreeMap<String, Kept>>,
    unfinished: AtomicU64,
    /// Large files that are joined while they arrive, by their upload.
    pub(super) growing: Mutex<BTreeMap<String, Growing>>,
    counts: Mutex<Received>,
}

/// What is known of stored bytes, and how often they were stored.
struct Kept {
    info: BlobInfo,
    copies: u32,
}

/// Bytes of files that have arrived since the start, what was refused later and what came twice included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Received {
    /// All.
    pub bytes: u64,
    /// Those of them that were thrown away because their request broke off.
    pub broken_off: u64,
}

impl Blobs {
    pub(super) fn new(dir: Option<PathBuf>, keep_at_most: u64) -> Self {
        Self {
            dir,
            keep_at_most,
            memory: Mutex::default(),
            infos: Mutex::default(),
            unfinished: AtomicU64::new(0),
            growing: Mutex::default(),
            counts: Mutex::default(),
        }
    }

    pub(super) fn list(&self) -> Vec<BlobInfo> {
        lock(&self.infos).values().map(|kept| kept.info.clone()).collect()
    }

    pub(super) fn restore(&self, infos: Vec<BlobInfo>) {
        let kept = infos.into_iter().map(|info| (info.sha256.clone(), Kept { info, copies: 1 }));
        *lock(&self.infos) = kept.collect();
    }

    /// What is known of a blob.
    pub fn info(&self, sha256: &str) -> Option<BlobInfo> {
        lock(&self.infos).get(sha256).map(|kept| kept.info.clone())
    }

    /// What has arrived.
    pub fn received(&self) -> Received {
        *lock(&self.counts)
    }

    /// Counts bytes of a file that arrived and are not stored, for example because they are there already.
    pub fn passed_over(&self, bytes: u64) {
        lock(&self.counts).bytes += bytes;
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
                Ok(chunk) => {
                    self.passed_over(chunk.len() as u64);
                    writer.write(&chunk).await
                }
                Err(error) => Err(io::Error::other(error)),
            };
            if let Err(error) = written {
                lock(&self.counts).broken_off += writer.bytes;
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

    /// Joins stored parts, in order, to one blob; the parts stay, as far as they were not [taken over](Blobs::take_over) before.
    ///
    /// # Errors
    /// When a part is missing or the disk fails.
    pub async fn join(&self, parts: &[String]) -> io::Result<BlobInfo> {
        if let [one] = parts
            && let Some(whole) = self.info(one).filter(|info| info.beginning_only)
        {
            return Ok(whole);
        }
        let (done, mut writer) = match self.begun(parts) {
            Some(growing) => (growing.parts.len(), growing.writer),
            None => (0, self.writer().await?),
        };
        match self.copy(parts.get(done..).unwrap_or_default(), &mut writer).await {
            Ok(()) => self.keep(writer).await,
            Err(error) => {
                writer.discard().await;
                Err(error)
            }
        }
    }

    pub(super) async fn copy(&self, parts: &[String], writer: &mut Writer) -> io::Result<()> {
        for part in parts {
            if self.info(part).is_some_and(|info| info.beginning_only) {
                return Err(io::ErrorKind::NotFound.into());
            }
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

    /// Forgets one copy of a blob; with the last one the bytes go.
    pub(super) async fn release(&self, sha256: &str) {
        let last = match lock(&self.infos).get_mut(sha256) {
            Some(kept) => {
                kept.copies = kept.copies.saturating_sub(1);
                kept.copies == 0
            }
            None => false,
        };
        if last {
            self.remove(sha256).await;
        }
    }

    /// The bytes of a blob, streamed; of one that was too large only [the first](BlobInfo::beginning_only).
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

    pub(super) async fn writer(&self) -> io::Result<Writer> {
        let target = match &self.dir {
            Some(dir) => {
                tokio::fs::create_dir_all(dir).await?;
                let n = self.unfinished.fetch_add(1, Ordering::Relaxed);
                let path = dir.join(format!("unfinished-{n}"));
                Target::File(tokio::fs::File::create(&path).await?, path)
            }
            None => Target::Memory(Vec::new()),
        };
        Ok(Writer { target, most: self.keep_at_most, hash: Sha256::new(), bytes: 0, head: Vec::new() })
    }

    async fn keep(&self, writer: Writer) -> io::Result<BlobInfo> {
        let info = BlobInfo {
            sha256: hex::encode(writer.hash.finalize()),
            bytes: writer.bytes,
            mime: sniff(&writer.head).to_owned(),
            head: hex::encode(&writer.head),
            beginning_only: writer.bytes > writer.most,
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
        let mut infos = lock(&self.infos);
        let kept = infos.entry(info.sha256.clone()).or_insert_with(|| Kept { info: info.clone(), copies: 0 });
        (kept.info, kept.copies) = (info.clone(), kept.copies + 1);
        Ok(info)
    }
}

/// Bytes that stay of a file that is too large to be kept: as many as the networks' sides look at.
const BEGINNING: u64 = 2 * 1024 * 1024;

enum Target {
    File(tokio::fs::File, PathBuf),
    Memory(Vec<u8>),
}

/// A file on its way.
pub(super) struct Writer {
    target: Target,
    /// Of more bytes than these only the beginning stays.
    most: u64,
    hash: Sha256,
    bytes: u64,
    head: Vec<u8>,
}

impl Writer {
    pub(super) async fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        self.hash.update(chunk);
        let before = self.bytes;
        self.bytes += chunk.len() as u64;
        let room = 64_usize.saturating_sub(self.head.len());
        self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if self.bytes <= self.most {
            return self.target.append(chunk).await;
        }
        if (BEGINNING..=self.most).contains(&before) {
            self.target.shorten().await?;
        }
        let room = usize::try_from(BEGINNING.saturating_sub(before)).unwrap_or(usize::MAX);
        self.target.append(&chunk[..chunk.len().min(room)]).await
    }

    pub(super) async fn discard(self) {
        if let Target::File(file, path) = self.target {
            drop(file);
            let _ = tokio::fs::remove_file(path).await;
        }
    }
}

impl Target {
    async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file, _) => file.write_all(bytes).await,
            Self::Memory(memory) => {
                memory.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Throws away all but the beginning. Nothing is appended afterwards.
    async fn shorten(&mut self) -> io::Result<()> {
        match self {
            Self::File(file, _) => {
                file.flush().await?;
                file.set_len(BEGINNING).await
            }
            Self::Memory(memory) => {
                memory.truncate(usize::try_from(BEGINNING).unwrap_or(usize::MAX));
                memory.shrink_to_fit();
                Ok(())
            }
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
