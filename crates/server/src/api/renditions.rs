//! `/api/v1/media/{media}/renditions`: copies that networks take; `/edits`: those that people want.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use carillon_domain::id::MediaId;
use carillon_engine::media::{Copy, EditInput};
use carillon_engine::usecase::edits;
use carillon_engine::usecase::renditions::{self, RenditionInput};
use utoipa::ToSchema;

use super::Answers;
use super::media::{Media, answer};
use crate::http::actor::Caller;
use crate::http::extract::{Json, Path};
use crate::http::{App, Failure};

/// For whom a copy is wanted.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, is never made")]
pub struct RenditionBody {
    /// The account whose network is to take it.
    account: String,
    /// What the post becomes there (story, reel, …), where the network has several kinds; else what the file suggests.
    kind: Option<String>,
    /// How the shape changes, if it has to: pad (a border, the usual way) or crop.
    fit: Option<String>,
}

/// Make a copy that a network takes
///
/// What stands against the file on the account is mended: type, size, shape, bytes. The same asked twice gives the same copy.
/// Pictures are made at once. Videos are made by and by: the answer has `status: processing`, and `GET /api/v1/media/{id}` of
/// the copy says how far it is.
#[utoipa::path(
    post,
    path = "/api/v1/media/{media}/renditions",
    operation_id = "media_make_rendition",
    tag = "media",
    params(("media" = String, Path)),
    request_body = RenditionBody,
    responses((status = 201, body = Media), (status = 202, body = Media, description = "It is being made."), Answers),
)]
pub async fn make(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(media): Path<MediaId>,
    Json(input): Json<RenditionInput>,
) -> Result<Response, Failure> {
    Ok(made_as(renditions::make(&app.engine, &actor, media, &input).await?))
}

/// Made, or being made.
fn made_as(made: Copy) -> Response {
    let status = match made {
        Copy::Ready(_) => StatusCode::CREATED,
        Copy::Underway(_) => StatusCode::ACCEPTED,
    };
    answer(status, made)
}

/// What is made of a file. Without any of it nothing would change.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, is never made")]
pub struct EditBody {
    /// Clockwise: 0, 90, 180 or 270 degrees.
    turn: Option<u16>,
    /// The shape it is cut to after that, as `4:5`.
    ratio: Option<String>,
    /// How much closer, percent: 100 (all of it, the usual way) to 1000.
    zoom: Option<u16>,
    /// Where what stays lies between left (0) and right (100); 50 is the middle.
    x: Option<u8>,
    /// The same between top and bottom.
    y: Option<u8>,
    /// Where a video begins, milliseconds.
    from_ms: Option<u64>,
    /// Where it ends, milliseconds.
    to_ms: Option<u64>,
}

/// Make an edited copy
///
/// The file stays as it is; what is made is a file beside it. The same asked twice gives the same file. Pictures are made at once,
/// videos by and by, as copies for networks are.
#[utoipa::path(
    post,
    path = "/api/v1/media/{media}/edits",
    operation_id = "media_edit",
    tag = "media",
    params(("media" = String, Path)),
    request_body = EditBody,
    responses((status = 201, body = Media), (status = 202, body = Media, description = "It is being made."), Answers),
)]
pub async fn edit(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(media): Path<MediaId>,
    Json(input): Json<EditInput>,
) -> Result<Response, Failure> {
    Ok(made_as(edits::edit(&app.engine, &actor, media, &input).await?))
}
