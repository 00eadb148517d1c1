//! The parameters of containers. Source: Threads API - Publishing reference, Posts (copies of 2025-2026).

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;
use serde_json::{Map, Value, json};

use super::super::api::Params;
use super::super::options::Options;
use super::container::{Which, Work};
use super::rejected;
use crate::contract::cx::Cx;

/// Names of a poll's answers.
const ANSWERS: [&str; 4] = ["option_a", "option_b", "option_c", "option_d"];

impl Work<'_> {
    /// The container's parameters.
    pub(super) fn params(&self, which: Which) -> Result<Params, ConnectorError> {
        let mut params = Params::new();
        let media = self.media(which);
        let kind = match (which, media.map(|media| media.kind)) {
            (_, Some(MediaKind::Video)) => "VIDEO",
            // The check takes no document; Threads would refuse one as a picture.
            (_, Some(MediaKind::Image | MediaKind::Gif | MediaKind::Document)) => "IMAGE",
            (Which::Root, None) if !self.state.children.is_empty() => "CAROUSEL",
            (_, None) => "TEXT",
        };
        params.push(("media_type", kind.to_owned()));
        if let Some(media) = media {
            media_params(self.cx, media, &mut params)?;
        }
        if let Which::Child(_) = which {
            params.push(("is_carousel_item", "true".to_owned()));
            return Ok(params);
        }
        if !self.content.text.trim().is_empty() {
            params.push(("text", self.content.text.to_owned()));
        }
        if kind == "CAROUSEL" {
            let ids: Vec<&str> = self.state.children.iter().flatten().map(|c| c.id.as_str()).collect();
            params.push(("children", ids.join(",")));
        }
        let parent = self.parent.as_ref().and_then(|parent| parent.remote_id.clone());
        match (self.content.unit, parent) {
            (0, _) => post_params(&self.options, &mut params),
            (_, Some(parent)) => params.push(("reply_to_id", parent)),
            (_, None) => return Err(super::out_of_turn()),
        }
        Ok(params)
    }
}

fn media_params(cx: &Cx<'_>, media: &MediaInfo, params: &mut Params) -> Result<(), ConnectorError> {
    let url = cx.media.public_url(media.id).ok_or_else(unreachable)?;
    params.push((if media.kind == MediaKind::Video { "video_url" } else { "image_url" }, url.into()));
    let alt = media.alt.as_deref().map(str::trim).filter(|alt| !alt.is_empty());
    params.extend(alt.map(|alt| ("alt_text", alt.to_owned())));
    Ok(())
}

/// What the root says beyond text and media.
fn post_params(options: &Options, params: &mut Params) {
    let Options { reply_control, topic_tag, link_attachment, quote_post_id, gif_id, .. } = options;
    params.extend(reply_control.map(|who| ("reply_control", who.to_owned())));
    params.extend(topic_tag.as_ref().map(|tag| ("topic_tag", tag.clone())));
    params.extend(link_attachment.clone().map(|link| ("link_attachment", link)));
    params.extend(quote_post_id.as_ref().map(|id| ("quote_post_id", id.clone())));
    params.extend(
        gif_id
            .as_ref()
            .map(|id| ("gif_attachment", json!({ "gif_id": id, "provider": "GIPHY" }).to_string())),
    );
    params.extend(options.poll.as_ref().map(|answers| ("poll_attachment", poll(answers).to_string())));
    let attached = options.text_attachment.as_ref();
    params.extend(attached.map(|text| ("text_attachment", json!({ "plaintext": text }).to_string())));
    params.extend(options.is_spoiler_media.then(|| ("is_spoiler_media", "true".to_owned())));
    params.extend(options.is_ghost_post.then(|| ("is_ghost_post", "true".to_owned())));
}

fn poll(answers: &[String]) -> Value {
    let named = ANSWERS.iter().zip(answers).map(|(name, answer)| ((*name).to_owned(), json!(answer)));
    Value::Object(named.collect::<Map<_, _>>())
}

/// Refuses early what the network could not fetch.
pub(super) fn all_reachable(cx: &Cx<'_>, draft: &Draft) -> Result<(), ConnectorError> {
    let stuck = draft.media().any(|media| cx.media.public_url(media.id).is_none());
    if stuck { Err(unreachable()) } else { Ok(()) }
}

fn unreachable() -> ConnectorError {
    rejected(
        "no_public_url",
        "Threads fetches pictures and videos from this server, which has no public address.",
        "Set server.public_url (CARILLON_SERVER__PUBLIC_URL) to an https address that reaches this server from the internet.",
    )
}
