//! What the simulated network remembers.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Servers that exist.
    pub servers: BTreeSet<String>,
    /// Repositories by DID.
    pub repos: BTreeMap<String, Repo>,
    /// Point buckets by key.
    pub buckets: BTreeMap<String, Used>,
    /// The crowd has accounts.
    #[serde(default)]
    pub crowded: bool,
}

/// An account's repository with its uploads.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Repo {
    /// Records by collection and key.
    pub records: BTreeMap<String, BTreeMap<String, Record>>,
    /// Uploads by content id.
    pub blobs: BTreeMap<String, Blob>,
    /// The owner switched the account off.
    #[serde(default)]
    pub deactivated: bool,
}

/// One record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Content id.
    pub cid: String,
    /// What was written.
    pub value: Value,
    /// When it was written.
    pub at: Timestamp,
    /// When it was deleted; the index sees that later than the server.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

/// One upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Blob {
    /// Where the world keeps the bytes.
    pub sha256: String,
    /// Type as the server sniffed it.
    pub mime: String,
    /// Size.
    pub size: u64,
    /// When it arrived last.
    pub at: Timestamp,
    /// Whether a record uses it; others vanish after a while.
    pub used: bool,
}

/// How much of a bucket is used in its window.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Used {
    /// Points.
    pub points: u32,
    /// When the window ends and everything is free again.
    pub until: Timestamp,
}

impl State {
    /// The live record at this address.
    pub fn record(&self, did: &str, collection: &str, rkey: &str) -> Option<&Record> {
        let record = self.repos.get(did)?.records.get(collection)?.get(rkey)?;
        record.deleted_at.is_none().then_some(record)
    }

    /// An account's repository.
    pub fn repo(&mut self, did: &str) -> &mut Repo {
        self.repos.entry(did.to_owned()).or_default()
    }
}
