//! Photos are uploaded unpublished; the post names them afterwards. One photo goes the same way as several, so that there is
//! an id to look for when an answer is lost.
//! Source: Graph API - Page photos; Pages API - Posts, multiple photos (copies of 2026).

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::media::MediaInfo;

use super::super::NAME;
use super::super::api::with_query;
use super::super::wire;
use super::prepare::Work;
use super::state::Photo;
use crate::kit::graph::upload::unreadable_file;
use crate::kit::http::{Call, Safety};
use crate::kit::multipart::Multipart;
use crate::kit::upload::{patience, whole};

const OPERATION: &str = "photos.upload";

/// Uploads what is missing.
///
/// # Errors
/// As the network answered; what is there already stays.
pub(super) async fn upload(work: &mut Work<'_>) -> Result<(), ConnectorError> {
    let photos = &work.draft.root.media;
    for (index, photo) in photos.iter().enumerate() {
        if work.state.photos.get(index).is_some_and(Option::is_some) {
            continue;
        }
        let uploaded: wire::Id = one(work, photo).await?;
        let uploaded_at = work.cx.clock.now();
        if let Some(slot) = work.state.photos.get_mut(index) {
            *slot = Some(Photo { id: uploaded.id, uploaded_at });
        }
        work.save().await?;
    }
    Ok(())
}

async fn one(work: &Work<'_>, photo: &MediaInfo) -> Result<wire::Id, ConnectorError> {
    let cx = work.cx;
    let body = whole(cx.media, photo).await.map_err(|e| unreadable_file(NAME, OPERATION, &e))?;
    let path = with_query(&format!("{}/photos", cx.account.remote_id), &[("published", "false")]);
    let mut form = Multipart::new(cx.entropy);
    let alt = photo.alt.as_deref().filter(|alt| !alt.trim().is_empty());
    let params =
        work.graph.client().signed(alt.map(|alt| ("alt_text_custom", alt.to_owned())).into_iter().collect());
    for (name, value) in &params {
        form = form.text(name, value);
    }
    let file_name = match photo.mime.as_str() {
        "image/png" => "photo.png",
        "image/gif" => "photo.gif",
        _ => "photo.jpg",
    };
    let form = form.file("source", file_name, &photo.mime, body);
    let call = Call::post(OPERATION, Safety::Invisible, work.graph.url(&path)).timeout(patience(photo.bytes));
    work.graph.client().send(form.on(call)).await
}
