//! Where the bytes lie: a local folder, or an S3-compatible bucket. Keys begin with the workspace, so that one
//! workspace's files can be found, moved and erased together.

use std::io;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::error::AppError;
use carillon_domain::secret::Secret;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use tokio::io::AsyncWriteExt;

/// Bytes of one part of an upload to a bucket; S3 takes no less than 5 MiB.
const PART: usize = 5 * 1024 * 1024;
/// Parts of one file that are on their way at once. With [`PART`] this bounds the memory of an upload.
const PARTS_AT_ONCE: usize = 2;

/// The coordinates of an S3-compatible bucket.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The bucket's name.
    pub bucket: String,
    /// Start of every key, without slashes around it; may be empty.
    pub prefix: String,
    /// Base URL of the service; `None` for Amazon's own.
    pub endpoint: Option<String>,
    /// Region; services other than Amazon's mostly take any.
    pub region: String,
    /// Key id.
    pub access_key_id: String,
    /// Key.
    pub secret_access_key: Secret,
}

/// Why storage did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The object is not there.
    #[error("an object is missing from the media store")]
    Missing,
    /// The settings can't be used.
    #[error("the media store can't be opened: {0}")]
    Settings(String),
    /// Disk, network or service failed.
    #[error("the media store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            other => Self::Failed(Box::new(other)),
        }
    }
}

impl From<io::Error> for StorageError {
    fn from(error: io::Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<StorageError> for io::Error {
    fn from(error: StorageError) -> Self {
        let kind = match error {
            StorageError::Missing => io::ErrorKind::NotFound,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        Self::internal(error)
    }
}

/// A handle to the store; cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    /// The folder itself, when the store is one: other programs can then read files in place.
    folder: Option<PathBuf>,
    scratch: PathBuf,
}

impl Storage {
    /// Files in `folder`, made if missing. A file counts as stored only when it is on the disk.
    ///
    /// # Errors
    /// When the folder can't be made or opened.
    pub fn local(folder: &FilePath, scratch: &FilePath) -> Result<Self, StorageError> {
        std::fs::create_dir_all(folder)?;
        std::fs::create_dir_all(scratch)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(true);
        let folder = folder.canonicalize()?;
        Ok(Self { store: Arc::new(store), folder: Some(folder), scratch: scratch.to_owned() })
    }

    /// Objects in a bucket. `scratch` is a local folder for files that other programs must read.
    ///
    /// # Errors
    /// When the settings make no sense. Nothing is sent yet.
    pub fn s3(settings: &S3Settings, scratch: &FilePath) -> Result<Self, StorageError> {
        std::fs::create_dir_all(scratch)?;
        // The client asks for the process's provider; whoever came first has set the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.expose())
            // A request that moves a large object may take long; one that moves nothing may not.
            .with_client_options(
                ClientOptions::new()
                    .with_timeout_disabled()
                    .with_read_timeout(std::time::Duration::from_secs(60)),
            );
        if let Some(endpoint) = &settings.endpoint {
            builder = builder
                .with_endpoint(endpoint.trim_end_matches('/'))
                .with_allow_http(endpoint.starts_with("http://"))
                .with_virtual_hosted_style_request(false);
        }
        let store = builder.build().map_err(|error| StorageError::Settings(error.to_string()))?;
        let store = PrefixStore::new(store, settings.prefix.as_str());
        Ok(Self { store: Arc::new(store), folder: None, scratch: scratch.to_owned() })
    }

    /// Objects that are gone with the process. For tests.
    pub fn in_memory() -> Self {
        let store = object_store::memory::InMemory::new();
        Self { store: Arc::new(store), folder: None, scratch: std::env::temp_dir() }
    }

    /// Stores a small object in one go.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.store.put(&Path::from(key), bytes.into()).await?;
        Ok(())
    }

    /// Begins a new object that is filled piece by piece and does not exist before [`Writer::finish`].
    pub fn writer(&self, key: &str) -> Writer {
        let inner = BufWriter::with_capacity(Arc::clone(&self.store), Path::from(key), PART);
        Writer { inner: inner.with_max_concurrency(PARTS_AT_ONCE) }
    }

    /// A range of an object in memory. For headers and other small pieces.
    ///
    /// # Errors
    /// `Missing`, or when the store fails.
    pub async fn read(&self, key: &str, range: Range<u64>) -> Result<Bytes, StorageError> {
        Ok(self.store.get_range(&Path::from(key), range).await?)
    }

    /// A range of an object as a stream.
    ///
    /// # Errors
    /// `Missing`, or when the store fails before the first byte; later failures are in the stream.
    pub async fn open(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>, StorageError> {
        if range.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let got = self.store.get_opts(&Path::from(key), options).await?;
        Ok(got.into_stream().map_err(|error| StorageError::from(error).into()).boxed())
    }

    /// Removes an object. Removing what is not there is success.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        match self.store.delete(&Path::from(key)).await.map_err(StorageError::from) {
            Ok(()) | Err(StorageError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The keys that begin with `prefix` and a slash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let prefix = Path::from(prefix);
        let objects = self.store.list(Some(&prefix));
        Ok(objects.map_ok(|object| object.location.to_string()).try_collect().await?)
    }

    /// The path of a scratch file of this name, for another program to write; it is erased when the answer is dropped.
    ///
    /// # Errors
    /// When the disk has no such folder.
    pub fn scratch_file(&self, name: &str) -> io::Result<tempfile::TempPath> {
        tempfile::TempPath::try_from_path(self.scratch.join(name))
    }

    /// The object as a file that another program can read: itself in a local folder, else a copy that is erased when
    /// the answer is dropped.
    ///
    /// # Errors
    /// `Missing`, or when store or disk fails.
    pub async fn as_file(&self, key: &str, size: u64) -> Result<LocalFile, StorageError> {
        if let Some(folder) = &self.folder {
            return Ok(LocalFile { path: folder.join(key), _copy: None });
        }
        let copy = tempfile::NamedTempFile::new_in(&self.scratch)?.into_temp_path();
        let mut file = tokio::fs::File::create(&copy).await?;
        let mut bytes = self.open(key, 0..size).await?;
        while let Some(chunk) = bytes.try_next().await? {
            file.write_all(&chunk).await?;
        }
        file.flush().await?;
        Ok(LocalFile { path: copy.to_path_buf(), _copy: Some(copy) })
    }
}

/// An object on the local disk.
#[derive(Debug)]
pub struct LocalFile {
    path: PathBuf,
    _copy: Option<tempfile::TempPath>,
}

impl LocalFile {
    /// Where it lies.
    pub fn path(&self) -> &FilePath {
        &self.path
    }
}

/// An object that is being written. Dropping it without [`Writer::finish`] leaves nothing readable behind.
#[derive(Debug)]
pub struct Writer {
    inner: BufWriter,
}

impl Writer {
    /// Appends bytes; waits while too many parts are on their way.
    ///
    /// # Errors
    /// When the store fails; the object will not come to be.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), StorageError> {
        Ok(self.inner.put(bytes).await?)
    }

    /// Makes the object readable under its key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish(mut self) -> Result<(), StorageError> {
        Ok(self.inner.shutdown().await?)
    }

    /// Gives the object up.
    pub async fn abort(mut self) {
        if let Err(error) = self.inner.abort().await {
            tracing::warn!(%error, "a given-up upload could not be cleaned away");
        }
    }
}
