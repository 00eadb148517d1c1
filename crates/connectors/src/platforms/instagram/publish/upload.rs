//! Resumable upload of a video to rupload, for accounts of the Facebook login on servers that nobody can reach from outside.
//! Source: Instagram Platform - Publish Content, resumable uploads (copy of 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;

use super::super::api::{Graph, VERSION};
use super::super::{DESCRIPTOR, wire};
use crate::contract::cx::Cx;
use crate::kit::graph::upload::send_from;

const OPERATION: &str = "containers.upload";

/// How often a broken upload is taken up again before the retry policy decides.
const TRIES: u8 = 3;

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
    let base = cx.settings.endpoint(&DESCRIPTOR, "rupload_base_url");
    let url = format!("{base}/ig-api-upload/{VERSION}/{container}");
    let mut resume = begun;
    let mut tries = 0;
    loop {
        let offset = if resume { received(graph, container).await? } else { 0 };
        if offset >= media.bytes {
            return Ok(());
        }
        tries += 1;
        match send_from(graph.client(), cx.media, OPERATION, url.clone(), media, offset).await {
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
