//! Resumable upload of a video to rupload, for accounts of the Facebook login on servers that nobody can reach from outside.
//! Source: Instagram Platform - Publish Content, resumable uploads (copy of 2026).

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use http::header::{AUTHORIZATION, HeaderName};

use super::super::api::{Graph, VERSION};
use super::super::errors::{self, Context};
use super::super::{DESCRIPTOR, NAME, wire};
use crate::contract::cx::Cx;
use crate::kit::http::{Body, Call, Safety};

const OPERATION: &str = "containers.upload";

/// How often a broken upload is taken up again before the retry policy decides.
const TRIES: u8 = 3;

/// Slowest upload that is waited for, bytes per second.
const SLOWEST: u64 = 128 * 1024;

/// Uploads the rest of `media` into the container; all of it unless an upload was `begun` before.
///
/// # Errors
/// As the network answered; what arrived stays there, and the next call goes on from it.
pub(super) async fn send(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    container: &str,
    media: &MediaInfo,
    begun: bool,
) -> Result<(), ConnectorError> {
    let mut resume = begun;
    let mut tries = 0;
    loop {
        let offset = if resume { received(graph, container).await? } else { 0 };
        if offset >= media.bytes {
            return Ok(());
        }
        tries += 1;
        match from(cx, graph, container, media, offset).await {
            Ok(()) => return Ok(()),
            Err(error) if tries < TRIES && error.kind == ErrorKind::Transient => resume = true,
            Err(error) => return Err(error),
        }
    }
}

async fn received(graph: &Graph<'_>, container: &str) -> Result<u64, ConnectorError> {
    let fields = vec![("fields", "id,video_status".to_owned())];
    let container: wire::Container = graph.get("containers.read", container, fields).await?;
    let phase = container.video_status.and_then(|status| status.uploading_phase);
    Ok(phase.and_then(|phase| phase.bytes_transferred).unwrap_or(0))
}

async fn from(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    container: &str,
    media: &MediaInfo,
    offset: u64,
) -> Result<(), ConnectorError> {
    let context = Context { operation: OPERATION, commit: false, now: cx.clock.now() };
    let stream = cx.media.open(media.id, offset..media.bytes).await.map_err(|e| unreadable_file(&e))?;
    let len = media.bytes - offset;
    let base = cx.settings.endpoint(&DESCRIPTOR, "rupload_base_url");
    let call =
        Call::post(OPERATION, Safety::Invisible, format!("{base}/ig-api-upload/{VERSION}/{container}"))
            .header(AUTHORIZATION, &format!("OAuth {}", graph.token().expose()))
            .header(HeaderName::from_static("offset"), &offset.to_string())
            .header(HeaderName::from_static("file_size"), &media.bytes.to_string())
            .body("application/octet-stream", Body::Stream { len, stream })
            .timeout(Duration::from_secs(60 + len / SLOWEST));
    let reply = cx.http.send(call).await.map_err(|e| errors::from_send(context, e))?;
    if !reply.status.is_success() {
        return Err(errors::from_reply(context, &reply));
    }
    match reply.json::<wire::Uploaded>() {
        Ok(wire::Uploaded { success: true }) => Ok(()),
        Ok(_) => Err(errors::from_reply(context, &reply)),
        Err(error) => Err(errors::unreadable(context, &reply, error.to_string())),
    }
}

fn unreadable_file(error: &std::io::Error) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        NAME,
        OPERATION,
        "file_unreadable",
        "The video could not be read from this server's storage.",
    )
    .with_action("Check the media storage; Carillon tries again by itself.")
    .with_detail(error.to_string())
}
