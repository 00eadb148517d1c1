//! A post as an occurrence, in the transaction that saves it.

use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, SeriesId, WorkspaceId};
use carillon_domain::time::Timestamp;
use carillon_store::Tx;
use carillon_store::repo::series::{self, Occurrence, SeriesRow};

/// The series has a post on that day.
pub(super) const MADE: &str = "occurrence_made";

/// The series was changed since it was read.
pub(super) const CHANGED: &str = "series_changed";

/// Which occurrence a post is.
pub(in crate::usecase) struct Part {
    /// The series, where it begins with this post.
    pub begins: Option<SeriesRow>,
    /// The series, and its version as it was read.
    pub series: (SeriesId, i64),
    /// Its day in the zone of the series.
    pub day: String,
    /// When the rule has it.
    pub at: Timestamp,
    /// Why it could not be scheduled, for people.
    pub problem: Option<String>,
}

/// Makes the post the occurrence.
///
/// # Errors
/// [`AppError::Conflict`] when there is a post for that day already, or the series was changed.
pub(in crate::usecase) async fn link(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    part: &Part,
    post: PostId,
) -> Result<(), AppError> {
    let (id, version) = part.series;
    if let Some(row) = &part.begins {
        series::leave_ended(tx, workspace, post).await?;
        series::insert(tx, row).await?;
    }
    if series::lock(tx, workspace, id).await? != Some(version) {
        return Err(conflict(CHANGED));
    }
    let one = Occurrence {
        series: id,
        day: part.day.clone(),
        at: part.at,
        post,
        detached: false,
        problem: part.problem.clone(),
    };
    if series::link(tx, workspace, &one).await? { Ok(()) } else { Err(conflict(MADE)) }
}

fn conflict(code: &'static str) -> AppError {
    let message = "This series was changed meanwhile. Load the page again and repeat the change.";
    AppError::Conflict { code, message: message.to_owned() }
}
