//! A workspace's files as connectors see them.

use std::io;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use carillon_connectors::contract::cx::MediaSource;
use carillon_domain::id::{MediaId, WorkspaceId};
use futures::stream::BoxStream;
use url::Url;

use super::keys;
use super::library::Library;
use super::link::Linked;

/// How long a network has to fetch a file. Some keep a request for many hours before they act on it.
const VALID_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// The files of one workspace.
pub struct WorkspaceMedia {
    library: Library,
    workspace: WorkspaceId,
}

impl Library {
    /// The files of one workspace, for connectors.
    pub fn source(&self, workspace: WorkspaceId) -> WorkspaceMedia {
        WorkspaceMedia { library: self.clone(), workspace }
    }
}

#[async_trait]
impl MediaSource for WorkspaceMedia {
    async fn open(
        &self,
        media: MediaId,
        range: Range<u64>,
    ) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
        let key = keys::original(self.workspace, media);
        Ok(self.library.parts.storage.open(&key, range).await?)
    }

    fn public_url(&self, media: MediaId) -> Option<Url> {
        let parts = &self.library.parts;
        let base = parts.public_url.as_ref()?;
        let linked = Linked { workspace: self.workspace, media };
        // The name plays no part in finding the file; networks see the type in the answer.
        parts.links.url(base, linked, parts.clock.now() + VALID_FOR, "media")
    }
}
