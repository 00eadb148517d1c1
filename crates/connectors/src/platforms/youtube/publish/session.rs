//! The resumable protocol: one session, its bytes, and how many of them have arrived. Source: developers.google.com, "Resumable
//! Uploads" (2026).

use std::ops::Range;
use std::time::Duration;

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::media::MediaInfo;
use carillon_domain::secret::Secret;
use http::header::{CONTENT_RANGE, CONTENT_TYPE, LOCATION};
use http::{HeaderName, Method};
use url::Url;

use super::Run;
use crate::contract::cx::Cx;
use crate::kit::http::{Body, Call, Reply, Safety, SendError};
use crate::platforms::youtube::api::Api;
use crate::platforms::youtube::errors::{self, op};
use crate::platforms::youtube::wire::{PaidIn, SnippetIn, StatusIn, Video, VideoIn};

/// How long one part may take: 8 MiB at a quarter of a megabit a second.
const PART_TIMEOUT: Duration = Duration::from_secs(300);

const UPLOAD_TYPE: HeaderName = HeaderName::from_static("x-upload-content-type");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("x-upload-content-length");

/// What YouTube says about a session.
pub(super) enum Answer {
    /// So many bytes are there, and more are to come.
    Stored(u64),
    /// All are there, and this is the video.
    Complete(String),
    /// There is no such session any more.
    Gone,
    /// Nothing that could be understood. How much has arrived must be asked.
    Broken(Box<ConnectorError>),
}

/// Asks for a session for the draft's video, which will be private. Nothing exists before its last byte has arrived, so that a lost
/// answer is no loss.
pub(super) async fn begin(run: &Run<'_, '_>, file: &MediaInfo) -> Result<Secret, ConnectorError> {
    let (api, options) = (Api::of(run.cx), run.options);
    let title = options.title_of(run.draft);
    let body = VideoIn {
        id: None,
        snippet: Some(SnippetIn {
            title: &title,
            description: &run.draft.root.text,
            tags: &options.tags,
            category_id: options.category,
            default_language: options.language.as_deref(),
        }),
        status: StatusIn::of(options, "private"),
        paid_product_placement_details: options
            .paid_promotion
            .then_some(PaidIn { has_paid_product_placement: true }),
    };
    let parts =
        if options.paid_promotion { "snippet,status,paidProductPlacementDetails" } else { "snippet,status" };
    let mut query = vec![("uploadType", "resumable"), ("part", parts)];
    if !options.notify_subscribers {
        query.push(("notifySubscribers", "false"));
    }
    let url = api.upload_url("videos");
    let call = Call::post(op::INSERT, Safety::Invisible, &url)
        .query(query)
        .json(&body)
        .header(CONTENT_TYPE, "application/json; charset=UTF-8")
        .header(UPLOAD_TYPE, &file.mime)
        .header(UPLOAD_LENGTH, &file.bytes.to_string());
    let reply = api.send(call).await?;
    let location = reply.header(LOCATION.as_str());
    let session = location.and_then(|to| Url::parse(&url).ok()?.join(to).ok());
    let session = session.ok_or_else(|| errors::unreadable(op::INSERT, "no address for the bytes"))?;
    Ok(Secret::new(session.to_string()))
}

/// Sends the bytes in `range` of a file of `total`.
pub(super) async fn put(
    cx: &Cx<'_>,
    session: &Secret,
    body: Body,
    file: &MediaInfo,
    range: Range<u64>,
) -> Result<Answer, ConnectorError> {
    let told = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), file.bytes);
    let call = Call::new(op::UPLOAD, Safety::Invisible, Method::PUT, session.expose())
        .timeout(PART_TIMEOUT)
        .header(CONTENT_RANGE, &told)
        .body(&file.mime, body);
    answer(cx, session, call).await
}

/// Asks how much has arrived.
pub(super) async fn ask(cx: &Cx<'_>, session: &Secret, file: &MediaInfo) -> Result<Answer, ConnectorError> {
    let call = Call::new(op::UPLOADED, Safety::Invisible, Method::PUT, session.expose())
        .header(CONTENT_RANGE, &format!("bytes */{}", file.bytes));
    // With an announced length of zero.
    let call = Call { body: Body::Bytes(bytes::Bytes::new()), ..call };
    answer(cx, session, call).await
}

async fn answer(cx: &Cx<'_>, session: &Secret, call: Call) -> Result<Answer, ConnectorError> {
    let (api, operation) = (Api::of(cx), call.operation);
    let call = if is_at(&api.upload_url("videos"), session) { api.signed(call) } else { call };
    let reply = match api.raw(call).await {
        Ok(reply) => reply,
        Err(error @ (SendError::Lost(_) | SendError::NotSent(_))) => {
            return Ok(Answer::Broken(Box::new(errors::unanswered(operation, error))));
        }
        Err(error) => return Err(errors::unanswered(operation, error)),
    };
    let broken = |error| Answer::Broken(Box::new(error));
    match reply.status.as_u16() {
        200 | 201 => Ok(match reply.json::<Video>() {
            Ok(video) => Answer::Complete(video.id),
            Err(error) => broken(errors::unreadable(operation, error)),
        }),
        308 => Ok(Answer::Stored(stored(&reply))),
        // 499 is what a session says that was cancelled.
        404 | 410 | 499 => Ok(Answer::Gone),
        408 | 500..=599 => Ok(broken(errors::of_reply(operation, &reply, cx.clock.now()))),
        _ => Err(errors::of_reply(operation, &reply, cx.clock.now())),
    }
}

/// `Range: bytes=0-N`: N is the last byte that is there. Without the header there is none.
fn stored(reply: &Reply) -> u64 {
    let last = reply.header("range").and_then(|range| range.rsplit('-').next()?.trim().parse::<u64>().ok());
    last.map_or(0, |last| last.saturating_add(1))
}

/// Whether an address that YouTube gave is on the host that we know; no other one gets the token. The session works without.
fn is_at(known: &str, session: &Secret) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    origin(known).is_some_and(|known| Some(known) == origin(session.expose()))
}

impl<'a> StatusIn<'a> {
    /// All that can be said, with this privacy.
    pub(super) fn of(
        options: &'a crate::platforms::youtube::options::Options,
        privacy_status: &'a str,
    ) -> Self {
        Self {
            privacy_status,
            publish_at: None,
            self_declared_made_for_kids: options.made_for_kids,
            embeddable: options.embeddable,
            license: options.license,
            public_stats_viewable: true,
            contains_synthetic_media: options.synthetic_media,
        }
    }
}
