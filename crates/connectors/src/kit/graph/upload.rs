//! Videos on their way to rupload: one request that carries a file from an offset to its end.
//! Source: Reels Publishing; Instagram Platform - Publish Content, resumable uploads (copies of 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use http::header::{AUTHORIZATION, HeaderName};

use super::client::Client;
use super::judge::{self, Context};
use super::wire;
use crate::contract::cx::MediaSource;
use crate::kit::http::{Body, Call, Safety};
use crate::kit::upload::patience;

/// Sends the file from `offset` on.
///
/// # Errors
/// As the network answered; what arrived stays there.
pub async fn send_from(
    client: &Client<'_>,
    source: &dyn MediaSource,
    operation: &'static str,
    url: String,
    media: &MediaInfo,
    offset: u64,
) -> Result<(), ConnectorError> {
    let context = Context { operation, commit: false, now: client.clock.now() };
    let opened = source.open(media.id, offset..media.bytes).await;
    let stream = opened.map_err(|e| unreadable_file(client.network.name, operation, &e))?;
    let len = media.bytes.saturating_sub(offset);
    let call = Call::post(operation, Safety::Invisible, url)
        .header(AUTHORIZATION, &format!("OAuth {}", client.token.expose()))
        .header(HeaderName::from_static("offset"), &offset.to_string())
        .header(HeaderName::from_static("file_size"), &media.bytes.to_string())
        .body("application/octet-stream", Body::Stream { len, stream })
        .timeout(patience(len));
    let reply = client.http.send(call).await.map_err(|e| judge::from_send(client.network, context, e))?;
    if !reply.status.is_success() {
        return Err(judge::from_reply(client.network, context, &reply));
    }
    match reply.json::<wire::Uploaded>() {
        Ok(wire::Uploaded { success: true }) => Ok(()),
        Ok(_) => Err(judge::from_reply(client.network, context, &reply)),
        Err(error) => Err(judge::unreadable(client.network, context, &reply, error.to_string())),
    }
}

/// Our own storage does not give the file.
pub fn unreadable_file(platform: &str, operation: &str, error: &std::io::Error) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        platform,
        operation,
        "file_unreadable",
        "The file could not be read from this server's storage.",
    )
    .with_action("Check the media storage; Carillon tries again by itself.")
    .with_detail(error.to_string())
}
