//! Attempts and their remote calls as the API shows them.

use carillon_engine::usecase::posts::{AttemptView, StepView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{RemoteError, time};

/// One try to publish.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attempt {
    /// `att_…`
    pub id: String,
    /// 1, 2, 3 …
    pub number: i64,
    /// Begin.
    pub started_at: String,
    /// End; null while it is open.
    pub ended_at: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What went wrong.
    pub error: Option<RemoteError>,
    /// Every remote call, secrets removed.
    pub steps: Vec<Step>,
}

impl From<&AttemptView> for Attempt {
    fn from(view: &AttemptView) -> Self {
        Self {
            id: view.id.to_string(),
            number: view.number,
            started_at: time(view.started_at),
            ended_at: view.ended_at.map(time),
            outcome: view.outcome.clone(),
            error: view.error.as_ref().map(RemoteError::from),
            steps: view.steps.iter().map(Step::from).collect(),
        }
    }
}

/// One remote call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    /// When.
    pub at: String,
    /// Name of the operation.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// URL without secrets.
    pub url: String,
    /// HTTP status; null when no answer arrived.
    pub status: Option<i64>,
    /// How long it took, milliseconds.
    pub duration_ms: i64,
    /// The network's id of the request.
    pub request_id: Option<String>,
    /// Beginning of request and answer, secrets removed.
    pub note: Option<String>,
}

impl From<&StepView> for Step {
    fn from(step: &StepView) -> Self {
        Self {
            at: time(step.at),
            operation: step.operation.clone(),
            method: step.method.clone(),
            url: step.url.clone(),
            status: step.status,
            duration_ms: step.duration_us / 1000,
            request_id: step.request_id.clone(),
            note: step.note.clone(),
        }
    }
}
