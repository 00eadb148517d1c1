//! Names of objects in the media store. Everything of a workspace begins with its id.

use carillon_domain::id::{MediaId, SentReportId, WorkspaceId};

/// The file as it would be sent.
pub fn original(workspace: WorkspaceId, media: MediaId) -> String {
    format!("{workspace}/{media}/original")
}

/// A smaller version.
pub fn rendition(workspace: WorkspaceId, media: MediaId, name: &str) -> String {
    format!("{workspace}/{media}/{name}")
}

/// A report that went out.
pub fn report(workspace: WorkspaceId, report: SentReportId) -> String {
    format!("{workspace}/reports/{report}")
}

/// Everything of a file.
pub fn all_of(workspace: WorkspaceId, media: MediaId) -> String {
    format!("{workspace}/{media}")
}

/// One piece of an upload.
pub fn piece(workspace: WorkspaceId, media: MediaId, object: &str) -> String {
    format!("{workspace}/uploads/{media}/{object}")
}

/// All pieces of an upload.
pub fn pieces(workspace: WorkspaceId, media: MediaId) -> String {
    format!("{workspace}/uploads/{media}")
}
