//! The library at its boundary, on both databases.

mod files;
mod logo;
mod s3;
mod uploads;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::error::AppError;
use carillon_domain::id::{Id, MediaId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use carillon_store::Db;
use futures::{StreamExt, TryStreamExt};
use image::{Rgb, RgbImage};

use super::*;
use crate::Actor;

/// A library on a database of its own, with its files in a temporary folder.
pub(super) struct Shelf {
    pub library: Library,
    pub parts: LibraryParts,
    pub clock: Arc<ManualClock>,
    pub actor: Actor,
    _folder: tempfile::TempDir,
}

pub(super) fn small_limits() -> MediaLimits {
    MediaLimits { image_bytes: 200_000, image_pixels: 100_000, video_bytes: 50 * 1024 * 1024 }
}

impl Shelf {
    pub fn new(db: &Db) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let storage =
            Storage::local(&folder.path().join("media"), &folder.path().join("scratch")).expect("storage");
        Self::on(db, storage, folder)
    }

    pub fn on(db: &Db, storage: Storage, folder: tempfile::TempDir) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_790_000_000).expect("time")));
        let parts = LibraryParts {
            db: db.clone(),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::new(SeededEntropy::new(7)),
            storage,
            links: LinkKey::derive(b"test"),
            public_url: Some("https://bells.example".parse().expect("url")),
            limits: small_limits(),
            tools: Tools::on_path(std::env::var_os("PATH").as_deref()),
        };
        let actor = actor(1, Role::Editor);
        Self { library: Library::new(parts.clone()), parts, clock, actor, _folder: folder }
    }

    /// The same installation after a restart, or another node of it.
    pub fn restarted(&self) -> Library {
        Library::new(self.parts.clone())
    }

    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Result<MediaId, AppError> {
        let file = NewFile { name: name.to_owned(), alt: None };
        Ok(self.library.upload(&self.actor, file, whole(bytes)).await?.info.id)
    }

    pub async fn bytes(&self, actor: &Actor, id: MediaId, version: Version) -> Vec<u8> {
        let content = self.library.content(actor, id, &version).await.expect("content");
        self.read(&content).await
    }

    pub async fn read(&self, content: &Content) -> Vec<u8> {
        let stream = self.library.open(content, 0..content.bytes).await.expect("opens");
        stream
            .try_fold(Vec::new(), |all, chunk| async move { Ok([all, chunk.to_vec()].concat()) })
            .await
            .expect("read")
    }

    /// Everything in the media store.
    pub async fn objects(&self) -> Vec<String> {
        self.parts.storage.list(&self.actor.workspace.to_string()).await.expect("list")
    }
}

pub(super) fn actor(workspace: u64, role: Role) -> Actor {
    let clock = ManualClock::new(Timestamp::UNIX_EPOCH);
    let workspace: WorkspaceId = Id::new(&clock, &SeededEntropy::new(workspace));
    let timezone = "UTC".to_owned();
    Actor { workspace, role, user: None, token: None, timezone, session_hash: None }
}

/// The bytes as a client sends them.
pub(super) fn whole(bytes: &[u8]) -> Incoming {
    let chunks: Vec<io::Result<Bytes>> = bytes.chunks(1000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    futures::stream::iter(chunks).boxed()
}

/// The same, broken off by the network.
pub(super) fn cut(bytes: &[u8]) -> Incoming {
    whole(bytes).chain(futures::stream::iter([Err(io::ErrorKind::ConnectionReset.into())])).boxed()
}

pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture).expect("jpeg");
    bytes
}

/// A video of about `size` bytes that nothing can decode but that is complete and well-formed.
pub(super) fn mp4(size: usize) -> Vec<u8> {
    let make = |name: &[u8], content: &[u8]| {
        let length = u32::try_from(content.len() + 8).expect("short").to_be_bytes();
        [&length, name, content].concat()
    };
    let data: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
    let place = make(b"udta", b"SECRET-PLACE");
    [make(b"ftyp", b"isom\0\0\0\0"), make(b"mdat", &data), make(b"moov", &place)].concat()
}

pub(super) fn code(error: &AppError) -> &str {
    match error {
        AppError::Invalid(fields) => fields.first().map_or("", |field| field.code.as_str()),
        AppError::Conflict { code, .. } => code,
        AppError::NotFound { .. } => "not_found",
        AppError::Forbidden { .. } => "forbidden",
        AppError::Stale => "stale",
        other => panic!("unexpected error {other:?}"),
    }
}
