//! Looking files up in the library.

use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::media::MediaInfo;
use carillon_store::StoreError;

use crate::Engine;

/// What is known of a file, if it is in this workspace's library.
pub(crate) async fn find(
    engine: &Engine,
    workspace: WorkspaceId,
    id: MediaId,
) -> Result<Option<MediaInfo>, StoreError> {
    let _ = (engine, workspace, id);
    Ok(None)
}
