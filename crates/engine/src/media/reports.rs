//! Reports that went out, kept as they were: what is known of their time changes later.

use bytes::Bytes;
use carillon_domain::error::AppError;
use carillon_domain::id::{SentReportId, WorkspaceId};

use super::{Library, keys};

impl Library {
    /// Keeps the file of a report.
    ///
    /// # Errors
    /// When the media store fails.
    pub(crate) async fn keep_report(
        &self,
        (workspace, id): (WorkspaceId, SentReportId),
        bytes: Bytes,
    ) -> Result<(), AppError> {
        Ok(self.parts.storage.put(&keys::report(workspace, id), bytes).await?)
    }

    /// The file of a report, of so many bytes.
    ///
    /// # Errors
    /// When the media store fails, or has no such file.
    pub(crate) async fn report(
        &self,
        (workspace, id): (WorkspaceId, SentReportId),
        size: u64,
    ) -> Result<Bytes, AppError> {
        Ok(self.parts.storage.read(&keys::report(workspace, id), 0..size).await?)
    }
}
