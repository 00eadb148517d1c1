//! The parameters of containers. Source: Instagram Platform - IG User media, creating (copy of 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;
use serde_json::{Map, Value, json};

use super::super::NAME;
use super::super::api::{Flavour, Params};
use super::super::options::{Kind, Options, UserTag};
use super::container::{Which, Work};
use super::state::Source;
use crate::contract::cx::Cx;

impl Work<'_> {
    /// The container's parameters. Source: Instagram Platform - IG User media, creating.
    pub(super) fn params(&self, which: Which) -> Result<(Params, Source), ConnectorError> {
        let mut params = Params::new();
        let kind = self.state.kind;
        let mut source = Source::Fetched;
        match (which, kind) {
            (Which::Child(_), _) => params.push(("is_carousel_item", "true".to_owned())),
            (Which::Root, Kind::Carousel) => {
                let ids: Vec<&str> = self.state.children.iter().flatten().map(|c| c.id.as_str()).collect();
                params.push(("media_type", "CAROUSEL".to_owned()));
                params.push(("children", ids.join(",")));
            }
            (Which::Root, Kind::Reel) => params.push(("media_type", "REELS".to_owned())),
            (Which::Root, Kind::Story) => params.push(("media_type", "STORIES".to_owned())),
            (Which::Root, Kind::Image) => {}
        }
        if let Some(media) = self.media(which) {
            if matches!(which, Which::Child(_)) && media.kind == MediaKind::Video {
                params.push(("media_type", "VIDEO".to_owned()));
            }
            source = self.media_params(media, &mut params)?;
            let feed_picture = media.kind == MediaKind::Image && kind != Kind::Story;
            let alt = media.alt.as_deref().map(str::trim).filter(|alt| feed_picture && !alt.is_empty());
            params.extend(alt.map(|alt| ("alt_text", alt.to_owned())));
            let item = if let Which::Child(index) = which { index + 1 } else { 1 };
            params.extend(user_tags(&self.options.user_tags, item).map(|tags| ("user_tags", tags)));
        }
        if which == Which::Root {
            self.post_params(&mut params);
        }
        Ok((params, source))
    }

    fn media_params(&self, media: &MediaInfo, params: &mut Params) -> Result<Source, ConnectorError> {
        let video = media.kind == MediaKind::Video;
        if let Some(url) = self.cx.media.public_url(media.id) {
            params.push((if video { "video_url" } else { "image_url" }, url.into()));
            return Ok(Source::Fetched);
        }
        if video && self.graph.flavour() == Flavour::Facebook {
            params.push(("upload_type", "resumable".to_owned()));
            return Ok(Source::Upload);
        }
        Err(unreachable(self.graph.flavour()))
    }

    fn post_params(&self, params: &mut Params) {
        let Options { share_to_feed, thumb_offset, cover_url, collaborators, location_id, .. } =
            &self.options;
        let caption = self.draft.root.text.trim();
        if !caption.is_empty() && self.state.kind != Kind::Story {
            params.push(("caption", caption.to_owned()));
        }
        params.extend(share_to_feed.map(|share| ("share_to_feed", share.to_string())));
        params.extend(thumb_offset.map(|ms| ("thumb_offset", ms.to_string())));
        params.extend(cover_url.as_ref().map(|url| ("cover_url", url.to_string())));
        params.extend(location_id.as_ref().map(|id| ("location_id", id.clone())));
        if !collaborators.is_empty() {
            params.push(("collaborators", json!(collaborators).to_string()));
        }
        if self.options.is_ai_generated {
            params.push(("is_ai_generated", "true".to_owned()));
        }
    }
}

fn user_tags(tags: &[UserTag], item: usize) -> Option<String> {
    let tags: Vec<Value> = tags
        .iter()
        .filter(|tag| tag.item == item)
        .map(|tag| {
            let mut entry = Map::from_iter([("username".to_owned(), json!(tag.username))]);
            if let Some((x, y)) = tag.at {
                entry.insert("x".to_owned(), json!(x));
                entry.insert("y".to_owned(), json!(y));
            }
            Value::Object(entry)
        })
        .collect();
    (!tags.is_empty()).then(|| Value::Array(tags).to_string())
}

/// Whether there is no other way than that Instagram fetches it: only videos can be uploaded, by the login through Facebook.
pub(super) fn is_fetched(flavour: Flavour, media: &MediaInfo) -> bool {
    media.kind != MediaKind::Video || flavour != Flavour::Facebook
}

/// Refuses early what the network could not fetch.
pub(super) fn all_reachable(cx: &Cx<'_>, draft: &Draft) -> Result<(), ConnectorError> {
    let flavour = Flavour::of(cx.credential);
    let stuck = |media: &MediaInfo| is_fetched(flavour, media) && cx.media.public_url(media.id).is_none();
    let stuck = draft.root.media.iter().any(stuck);
    if stuck { Err(unreachable(flavour)) } else { Ok(()) }
}

fn unreachable(flavour: Flavour) -> ConnectorError {
    let cause = match flavour {
        Flavour::Instagram => {
            "Instagram fetches pictures and videos from this server, which has no public address."
        }
        Flavour::Facebook => "Instagram fetches pictures from this server, which has no public address.",
    };
    let action = match flavour {
        Flavour::Instagram => {
            "Set server.public_url (CARILLON_SERVER__PUBLIC_URL) to an https address that reaches this server from the \
             internet. Videos alone can do without if the account is connected through Facebook."
        }
        Flavour::Facebook => {
            "Set server.public_url (CARILLON_SERVER__PUBLIC_URL) to an https address that reaches this server from the \
             internet. Only videos can do without."
        }
    };
    ConnectorError::new(ErrorKind::Rejected, NAME, "containers.create", "no_public_url", cause)
        .with_action(action)
}
