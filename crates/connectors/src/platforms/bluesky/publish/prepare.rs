//! The invisible steps before a unit's commit: uploads, mentions, the link card, then the finished record.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::{Draft, Unit};
use carillon_domain::text::facets::{Feature, detect};
use carillon_domain::time::SignedDuration;
use serde_json::Value;

use super::super::errors::PLATFORM;
use super::super::identity::resolve_handle;
use super::super::wire::{ReplyRef, StrongRef, Uploaded};
use super::super::xrpc::Xrpc;
use super::super::{APPVIEW, DESCRIPTOR};
use super::state::State;
use super::{card, commit, options, record};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::kit::http::{Body, Safety};

/// Uploads that are older are renewed when a unit is prepared: with the quarter of an hour that this runs ahead, they are
/// still young at the commit.
const FRESH: SignedDuration = SignedDuration::from_mins(25);

/// Does what is left before the commit of `unit`, saving after each step.
pub async fn prepare(
    cx: &Cx<'_>,
    draft: &Draft,
    mut progress: Progress,
    unit: u16,
) -> Result<Progress, ConnectorError> {
    let mut state = State::load(&progress)?;
    let content =
        draft.unit(unit).ok_or_else(|| changed("The post has fewer parts than when it was started."))?;
    progress = renew(cx, &mut state, progress, unit, record::media(&content)).await?;
    if state.unit(unit)?.record.is_none() {
        progress = uploads(cx, &mut state, progress, unit, record::media(&content)).await?;
        progress = mentions(cx, &mut state, progress, unit, record::text(&content)).await?;
        progress = link_card(cx, draft, &mut state, progress, unit, &content).await?;
        let reply = reply(draft, &state, &progress, unit)?;
        let notes = state.unit(unit)?;
        notes.record = Some(record::build(&content, notes, reply, options::langs(draft)));
        progress = state.save(progress);
    }
    Ok(progress.at(Stage::Ready { unit }))
}

/// Uploads files again that the server may have dropped by the time of the commit. A finished record stays as it is, because
/// equal bytes get the same blob; only a card's picture is left out, since it is not in the library.
async fn renew(
    cx: &Cx<'_>,
    state: &mut State,
    mut progress: Progress,
    unit: u16,
    media: &[MediaInfo],
) -> Result<Progress, ConnectorError> {
    let now = cx.clock.now();
    let notes = state.unit(unit)?;
    if notes.uploaded_at.is_none_or(|at| now.duration_since(at) <= FRESH) {
        return Ok(progress);
    }
    match notes.record.as_mut() {
        Some(record) if media.is_empty() => {
            commit::drop_thumb(record);
            notes.uploaded_at = None;
        }
        Some(record) => {
            commit::upload_again(cx, record, media).await?;
            notes.uploaded_at = Some(cx.clock.now());
        }
        None => {
            notes.blobs.clear();
            (notes.card, notes.uploaded_at) = (None, None);
        }
    }
    progress = state.save(progress);
    cx.checkpoint.save(&progress).await?;
    Ok(progress)
}

async fn uploads(
    cx: &Cx<'_>,
    state: &mut State,
    mut progress: Progress,
    unit: u16,
    media: &[MediaInfo],
) -> Result<Progress, ConnectorError> {
    while let Some(item) = media.get(state.unit(unit)?.blobs.len()) {
        let blob = upload(cx, item).await?;
        let notes = state.unit(unit)?;
        notes.blobs.push(blob);
        notes.uploaded_at = Some(cx.clock.now());
        progress = state.save(progress);
        cx.checkpoint.save(&progress).await?;
    }
    Ok(progress)
}

/// Streams one file to the server.
pub async fn upload(cx: &Cx<'_>, item: &MediaInfo) -> Result<Value, ConnectorError> {
    let stream = cx.media.open(item.id, 0..item.bytes).await.map_err(|e| {
        ConnectorError::new(
            ErrorKind::Transient,
            PLATFORM,
            "uploadBlob",
            "media_unreadable",
            "A file of the post can't be read from the library.",
        )
        .with_action("Check the media storage; if the file is gone, add it again.")
        .with_detail(e.to_string())
    })?;
    send_blob(cx, &item.mime, Body::Stream { len: item.bytes, stream }, timeout(item)).await
}

/// Uploads bytes and gives the blob as the server answered it.
pub async fn send_blob(
    cx: &Cx<'_>,
    mime: &str,
    body: Body,
    timeout: Duration,
) -> Result<Value, ConnectorError> {
    let xrpc = Xrpc::of(cx);
    let call = xrpc.procedure("uploadBlob", "com.atproto.repo.uploadBlob", Safety::Invisible);
    let uploaded: Uploaded = xrpc.send(call.body(mime, body).timeout(timeout)).await?;
    Ok(uploaded.blob)
}

/// A minute, and a second more for every 128 KiB: slow lines are still served.
fn timeout(item: &MediaInfo) -> Duration {
    Duration::from_secs(60 + if item.kind == MediaKind::Video { item.bytes / (128 * 1024) } else { 0 })
}

async fn mentions(
    cx: &Cx<'_>,
    state: &mut State,
    mut progress: Progress,
    unit: u16,
    text: &str,
) -> Result<Progress, ConnectorError> {
    for facet in detect(text) {
        let Feature::Mention(handle) = facet.feature else { continue };
        if state.unit(unit)?.mentions.contains_key(&handle) {
            continue;
        }
        let did = who(cx, &handle).await?;
        state.unit(unit)?.mentions.insert(handle, did);
        progress = state.save(progress);
        cx.checkpoint.save(&progress).await?;
    }
    Ok(progress)
}

/// The DID of a mentioned handle. The account's server looks; if it can't, the network's public service does.
async fn who(cx: &Cx<'_>, handle: &str) -> Result<Option<String>, ConnectorError> {
    let error = match resolve_handle(&Xrpc::of(cx), handle).await {
        Ok(did) => return Ok(did),
        Err(error) if error.kind == ErrorKind::Transient => error,
        Err(error) => return Err(error),
    };
    let appview = cx.settings.endpoint(&DESCRIPTOR, APPVIEW);
    resolve_handle(&Xrpc::public(cx.http, cx.clock, &appview), handle).await.map_err(|_| error)
}

async fn link_card(
    cx: &Cx<'_>,
    draft: &Draft,
    state: &mut State,
    mut progress: Progress,
    unit: u16,
    content: &Unit<'_>,
) -> Result<Progress, ConnectorError> {
    let wanted = options::wants_card(draft) && record::media(content).is_empty();
    if !wanted || state.unit(unit)?.card.is_some() {
        return Ok(progress);
    }
    let link = detect(record::text(content)).into_iter().find_map(|f| match f.feature {
        Feature::Link(uri) => Some(uri),
        Feature::Mention(_) | Feature::Tag(_) => None,
    });
    if let Some(uri) = link {
        let made = card::make(cx, &uri).await;
        let notes = state.unit(unit)?;
        notes.uploaded_at = made.thumb.as_ref().map(|_| cx.clock.now());
        notes.card = Some(made);
        progress = state.save(progress);
        cx.checkpoint.save(&progress).await?;
    }
    Ok(progress)
}

/// Thread parts reply to the part before them, the first comment to the root.
fn reply(
    draft: &Draft,
    state: &State,
    progress: &Progress,
    unit: u16,
) -> Result<Option<ReplyRef>, ConnectorError> {
    if unit == 0 {
        return Ok(None);
    }
    let comment = matches!(draft.unit(unit), Some(Unit::Comment(_)));
    let parent = if comment { 0 } else { unit - 1 };
    let public = |unit: u16| {
        let index = usize::from(unit);
        let uri = progress.units.get(index).and_then(|u| u.remote_id.clone());
        let cid = state.units.get(index).and_then(|u| u.cid.clone());
        uri.zip(cid).map(|(uri, cid)| StrongRef { uri, cid })
    };
    match (public(0), public(parent)) {
        (Some(root), Some(parent)) => Ok(Some(ReplyRef { root, parent })),
        _ => Err(changed("The part that this one replies to is not public yet.")),
    }
}

fn changed(cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, PLATFORM, "prepare", "out_of_order", cause)
        .with_action("Publish the missing parts again.")
}
