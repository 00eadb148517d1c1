//! `/api/v1/media`

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_domain::media::MediaKind;
use carillon_engine::media::{About, Copy, FileFilter, MediaRow, Version};
use carillon_engine::usecase::library::Standing;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Answers;
use crate::http::actor::Caller;
use crate::http::conditions::{IfMatch, ListParams};
use crate::http::content::{self, Keep};
use crate::http::extract::{Json, Path, Query};
use crate::http::{App, Failure};
use crate::urls;

/// A file of the library.
#[derive(Debug, Serialize, ToSchema)]
pub struct Media {
    /// Id.
    #[schema(example = "media_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// Grows with every change.
    pub version: i64,
    /// image, gif, video or document.
    #[schema(example = "image")]
    pub kind: String,
    /// MIME type, from the content.
    pub mime: String,
    /// Name, at first as uploaded.
    pub name: String,
    /// Free labels.
    pub tags: Vec<String>,
    /// Size in bytes of what is sent to networks.
    pub bytes: u64,
    /// SHA-256 of what is sent to networks, lower-case hex.
    pub sha256: String,
    /// Pixels, upright; null: unknown.
    pub width: Option<u32>,
    /// Pixels, upright; null: unknown.
    pub height: Option<u32>,
    /// Length of a video or animation in milliseconds; null: unknown or none.
    pub duration_ms: Option<u64>,
    /// Frames per second of a video; null: unknown or none.
    pub frame_rate: Option<f64>,
    /// Frames of a GIF.
    pub frames: Option<u32>,
    /// Pages of a document, or slides; null: unknown or none.
    pub pages: Option<u32>,
    /// Codec of the pictures of a video; null: unknown.
    pub video_codec: Option<String>,
    /// Codec of the sound of a video; null: unknown or silent.
    pub audio_codec: Option<String>,
    /// Description for people who can't see it.
    pub alt_text: Option<String>,
    /// What people should know, though the file was taken.
    pub warnings: Vec<Warning>,
    /// Where the bytes are.
    pub url: String,
    /// Smaller versions, as JPEG.
    pub renditions: Vec<RenditionLink>,
    /// Of a copy that was made for a network: the file that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// Of such a copy: the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_for: Option<String>,
    /// ready: it can go out. processing: it is being made. failed: it could not be.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// Of a copy that is being made: percent that are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<u32>,
    /// Of a copy that could not be made: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When it was uploaded, RFC 3339.
    pub created_at: String,
}

/// Something that people should know.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warning {
    /// Stable code.
    #[schema(example = "not_measured")]
    pub code: String,
    /// What is missing, why, and what would help.
    pub message: String,
}

/// A smaller version of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct RenditionLink {
    /// thumb or preview.
    pub name: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Where it is.
    pub url: String,
}

impl From<MediaRow> for Media {
    fn from(row: MediaRow) -> Self {
        let info = row.info;
        let (original, made_for) = row.made.map(|made| (made.original.to_string(), made.platform)).unzip();
        // A copy that a person made is for no network in particular.
        let made_for = made_for.filter(|platform: &String| !platform.is_empty());
        let link = |rendition: carillon_domain::media::Rendition| RenditionLink {
            url: urls::media_rendition(info.id, &rendition.name),
            name: rendition.name,
            width: rendition.width,
            height: rendition.height,
        };
        Self {
            id: info.id.to_string(),
            version: row.version,
            kind: info.kind.as_str().to_owned(),
            mime: info.mime,
            name: row.name,
            tags: row.tags,
            bytes: info.bytes,
            sha256: info.sha256,
            width: info.width,
            height: info.height,
            duration_ms: info.duration_ms,
            frame_rate: info.frame_rate,
            frames: info.frames,
            pages: info.pages,
            video_codec: info.video_codec,
            audio_codec: info.audio_codec,
            alt_text: info.alt,
            warnings: row
                .warnings
                .into_iter()
                .map(|w| Warning { code: w.code, message: w.message })
                .collect(),
            url: urls::media_content(info.id),
            renditions: row.renditions.into_iter().map(link).collect(),
            original,
            made_for,
            status: "ready",
            progress: None,
            failure: None,
            created_at: row.created_at.to_string(),
        }
    }
}

impl From<Copy> for Media {
    fn from(copy: Copy) -> Self {
        match copy {
            Copy::Ready(row) => Self::from(row),
            Copy::Underway(underway) => Self {
                status: if underway.failure.is_some() { "failed" } else { "processing" },
                progress: underway.failure.is_none().then_some(underway.progress),
                failure: underway.failure,
                ..Self::from(underway.row)
            },
        }
    }
}

/// A file with its version as `ETag`.
pub(super) fn answer(status: StatusCode, file: impl Into<Media>) -> Response {
    let file = file.into();
    let tag = format!("\"{}\"", file.version);
    let mut response = (status, axum::Json(file)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// One page of the library.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaPage {
    /// Newest first.
    pub items: Vec<Media>,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which files.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only image, gif, video or document.
    pub kind: Option<String>,
    /// Only ready (no post with it went out or is to), scheduled, published or failed: how a post with it stands.
    pub status: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only with this in name, description or tags.
    pub q: Option<String>,
}

/// List the library
#[utoipa::path(
    get,
    path = "/api/v1/media",
    operation_id = "media_list",
    tag = "media",
    params(Filter, ListParams),
    responses((status = 200, body = MediaPage), Answers),
)]
pub async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
    Query(page): Query<ListParams>,
) -> Result<axum::Json<MediaPage>, Failure> {
    let kind = filter.kind.map(|name| {
        let message = "There is no such kind. Choose image, gif, video or document.";
        MediaKind::parse(&name).ok_or_else(|| AppError::invalid("kind", "unknown_kind", message))
    });
    let after = page.cursor.as_deref().map(|cursor| {
        let message = "Use the next_cursor of the page before, as it is.";
        cursor.parse::<MediaId>().map_err(|_| AppError::invalid("cursor", "invalid", message))
    });
    let standing = filter.status.map(|name| {
        let message = "There is no such status. Choose ready, scheduled, published or failed.";
        Standing::parse(&name).ok_or_else(|| AppError::invalid("status", "unknown_status", message))
    });
    let limit = page.limit()?;
    let wanted = FileFilter {
        kind: kind.transpose()?,
        standing: standing.transpose()?,
        tag: filter.tag,
        q: filter.q,
        after: after.transpose()?,
    };
    let mut rows = app.engine.library.list(&actor, &wanted, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|row| row.info.id.to_string());
    Ok(axum::Json(MediaPage { items: rows.into_iter().map(Media::from).collect(), next_cursor }))
}

/// Read about a file
#[utoipa::path(
    get,
    path = "/api/v1/media/{media}",
    operation_id = "media_get",
    tag = "media",
    params(("media" = String, Path)),
    responses((status = 200, body = Media), Answers),
)]
pub async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(media): Path<MediaId>,
) -> Result<Response, Failure> {
    Ok(answer(StatusCode::OK, app.engine.library.look(&actor, media).await?))
}

/// What can be changed of a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaPatch {
    /// The description; null or empty removes it.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>)]
    pub alt_text: Option<Option<String>>,
    /// The name. Its ending stays that of its type.
    #[serde(default)]
    pub name: Option<String>,
    /// All tags that it is to have.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}

/// Tells `null` from "not there".
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Describe a file
#[utoipa::path(
    patch,
    path = "/api/v1/media/{media}",
    operation_id = "media_patch",
    tag = "media",
    params(("media" = String, Path), ("if-match" = Option<String>, Header)),
    request_body = MediaPatch,
    responses((status = 200, body = Media), Answers),
)]
pub async fn patch(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(media): Path<MediaId>,
    IfMatch(version): IfMatch,
    Json(patch): Json<MediaPatch>,
) -> Result<Response, Failure> {
    let library = &app.engine.library;
    let alt = patch.alt_text.map(Option::unwrap_or_default);
    let about = About { name: patch.name, alt, tags: patch.tags };
    let row = if about == About::default() {
        library.get(&actor, media).await?
    } else {
        library.describe(&actor, media, about, version).await?
    };
    Ok(answer(StatusCode::OK, row))
}

/// Delete a file
#[utoipa::path(
    delete,
    path = "/api/v1/media/{media}",
    operation_id = "media_delete",
    tag = "media",
    params(("media" = String, Path), ("if-match" = Option<String>, Header)),
    responses((status = 204), Answers),
)]
pub async fn delete(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(media): Path<MediaId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, Failure> {
    app.engine.library.delete(&actor, media, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Download a file
#[utoipa::path(
    get,
    path = "/api/v1/media/{media}/content",
    operation_id = "media_content",
    tag = "media",
    params(("media" = String, Path)),
    responses((status = 200, description = "The bytes; ranges are understood."), Answers),
)]
pub async fn content(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(media): Path<MediaId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let content = app.engine.library.content(&actor, media, &Version::Original).await?;
    content::answer(&app, &headers, &content, Keep::Private).await
}

/// Download a smaller version of a file
#[utoipa::path(
    get,
    path = "/api/v1/media/{media}/renditions/{rendition}",
    operation_id = "media_rendition",
    tag = "media",
    params(("media" = String, Path), ("rendition" = String, Path)),
    responses((status = 200, description = "A JPEG."), Answers),
)]
pub async fn rendition(
    State(app): State<App>,
    Caller(actor): Caller,
    Path((media, rendition)): Path<(MediaId, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let content = app.engine.library.content(&actor, media, &Version::Rendition(rendition)).await?;
    content::answer(&app, &headers, &content, Keep::Private).await
}
