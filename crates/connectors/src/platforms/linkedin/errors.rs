//! What LinkedIn refuses, and what it means for us.
//!
//! Sources: learn.microsoft.com, "Error Handling", "Posts API", "Rate Limiting", "Versioning" and "Authorization Code Flow" (2026).
//! A code counts before a status. What no sign fits goes by its status, and what may have had an effect is
//! [`ErrorKind::Ambiguous`].

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::Timestamp;

use super::wire::ErrorBody;
use crate::contract::errand::{Errand, Errands};
use crate::kit::errors::from_send;
use crate::kit::http::{Reply, Safety, SendError};
use crate::kit::redact;

pub(super) mod table;

/// Name in settings and errors.
pub(super) const PLATFORM: &str = "linkedin";

/// Names of operations.
pub(super) mod op {
    /// `POST /rest/posts`: the only call that makes something public.
    pub const CREATE: &str = "posts.create";
    /// `POST /rest/posts/{urn}` with a patch.
    pub const EDIT: &str = "posts.edit";
    /// `DELETE /rest/posts/{urn}`.
    pub const DELETE: &str = "posts.delete";
    /// `GET /rest/posts?q=author`.
    pub const POSTS: &str = "posts.list";
    /// `POST /rest/images?action=initializeUpload`.
    pub const IMAGE: &str = "images.initialize";
    /// `GET /rest/images/{urn}`.
    pub const IMAGE_STATUS: &str = "images.get";
    /// `POST /rest/videos?action=initializeUpload`.
    pub const VIDEO: &str = "videos.initialize";
    /// `POST /rest/videos?action=finalizeUpload`.
    pub const FINALIZE: &str = "videos.finalize";
    /// `GET /rest/videos/{urn}`.
    pub const VIDEO_STATUS: &str = "videos.get";
    /// `POST /rest/documents?action=initializeUpload`.
    pub const DOCUMENT: &str = "documents.initialize";
    /// `GET /rest/documents/{urn}`.
    pub const DOCUMENT_STATUS: &str = "documents.get";
    /// `PUT` of bytes.
    pub const UPLOAD: &str = "upload.put";
    /// `GET /v2/userinfo`.
    pub const USERINFO: &str = "userinfo";
    /// `GET /rest/organizationAcls`.
    pub const ROLES: &str = "organizations.roles";
    /// `GET /rest/organizations/{id}`.
    pub const ORGANIZATION: &str = "organizations.get";
    /// `GET /rest/networkSizes/{urn}` and `GET /rest/memberFollowersCount`.
    pub const FOLLOWERS: &str = "followers.get";
    /// `GET /rest/organizationalEntityShareStatistics`.
    pub const STATISTICS: &str = "statistics.posts";
    /// `GET /rest/organizationalEntityShareStatistics` by day.
    pub const STATISTICS_OF_DAYS: &str = "statistics.days";
    /// `GET /rest/organizationalEntityFollowerStatistics`.
    pub const STATISTICS_OF_FOLLOWERS: &str = "statistics.followers";
    /// `GET /rest/organizationPageStatistics`.
    pub const STATISTICS_OF_PAGE: &str = "statistics.page";
    /// `GET /rest/videoAnalytics`.
    pub const STATISTICS_OF_VIDEOS: &str = "statistics.videos";
    /// `GET /rest/memberCreatorPostAnalytics`.
    pub const ANALYTICS_OF_POSTS: &str = "analytics.posts";
    /// `GET /rest/memberCreatorVideoAnalytics`.
    pub const ANALYTICS_OF_VIDEOS: &str = "analytics.videos";
    /// `GET /rest/memberFollowersCount` by day.
    pub const ANALYTICS_OF_FOLLOWERS: &str = "analytics.followers";
    /// The authorize page.
    pub const AUTHORIZE: &str = "oauth.authorize";
    /// The token endpoint for a code.
    pub const TOKEN: &str = "oauth.token";
    /// The token endpoint for a refresh token.
    pub const REFRESH: &str = "oauth.refresh";
}

/// What the operations are for.
pub(super) const ERRANDS: Errands = &[
    (Errand::SignIn, &["oauth.", op::ROLES]),
    (Errand::Profile, &[op::USERINFO, op::ORGANIZATION]),
    (Errand::Posts, &[op::POSTS]),
    (Errand::Numbers, &[op::FOLLOWERS, "statistics.", "analytics."]),
    (
        Errand::Files,
        &[
            op::IMAGE,
            op::IMAGE_STATUS,
            op::VIDEO,
            op::FINALIZE,
            op::VIDEO_STATUS,
            op::DOCUMENT,
            op::DOCUMENT_STATUS,
            op::UPLOAD,
        ],
    ),
    (Errand::Publish, &[op::CREATE]),
    (Errand::Edit, &[op::EDIT]),
    (Errand::Delete, &[op::DELETE]),
];

/// What an answer that is no success means. Pure.
pub(super) fn map(operation: &str, reply: &Reply, now: Timestamp) -> ConnectorError {
    let body: ErrorBody = reply.json().unwrap_or_default();
    let meaning = table::find(operation, reply.status, &body);
    let kind = match &meaning.kind {
        // LinkedIn's limits are for a day, and no header tells when that ends.
        ErrorKind::RateLimited { .. } => ErrorKind::RateLimited { until: midnight_after(now) },
        // The post may be public, and only looking tells.
        ErrorKind::Transient if operation == op::CREATE => ErrorKind::Ambiguous,
        other => other.clone(),
    };
    ConnectorError::new(kind, PLATFORM, operation, meaning.code, meaning.cause)
        .with_action(meaning.action)
        .with_remote(remote(reply, &body))
}

/// The next midnight, UTC.
fn midnight_after(now: Timestamp) -> Option<Timestamp> {
    const DAY: i64 = 24 * 3_600;
    Timestamp::from_second((now.as_second().div_euclid(DAY) + 1) * DAY).ok()
}

fn remote(reply: &Reply, body: &ErrorBody) -> Remote {
    let inner = body.error_details.as_ref().and_then(|d| d.input_errors.first());
    let number = || body.service_error_code.map(|n| n.to_string());
    let raw = || Some(reply.snippet(300)).filter(|text| !text.is_empty());
    Remote {
        status: Some(reply.status.as_u16()),
        code: inner
            .and_then(|e| e.code.clone())
            .or_else(|| body.code.clone())
            .or_else(|| body.error.clone())
            .or_else(number),
        request_id: request_id(reply),
        message: body
            .message
            .clone()
            .or_else(|| inner.and_then(|e| e.description.clone()))
            .or_else(|| body.error_description.clone())
            .or_else(raw)
            .map(|message| redact::text(&message)),
    }
}

fn request_id(reply: &Reply) -> Option<String> {
    reply.header("x-li-uuid").or_else(|| reply.header("x-li-request-id")).map(str::to_owned)
}

/// What it means that no answer arrived.
pub(super) fn unanswered(operation: &str, error: SendError) -> ConnectorError {
    let safety = if operation == op::CREATE { Safety::Unsafe } else { Safety::Invisible };
    from_send(PLATFORM, operation, safety, error)
}

/// An answer with a good status that can't be read.
pub(super) fn unreadable(operation: &str, reply: &Reply, detail: impl ToString) -> ConnectorError {
    let kind = if operation == op::CREATE { ErrorKind::Ambiguous } else { ErrorKind::Transient };
    ConnectorError::new(kind, PLATFORM, operation, "unreadable", "LinkedIn's answer could not be read.")
        .with_action(
            "Nothing to do: it is looked at again. If it stays, report it with the technical details.",
        )
        .with_remote(Remote {
            status: Some(reply.status.as_u16()),
            request_id: request_id(reply),
            ..Remote::default()
        })
        .with_detail(detail.to_string())
}
