//! Builds the record of one unit from what was prepared for it.

use std::collections::BTreeMap;

use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Unit;
use carillon_domain::text::facets::{Feature, detect};
use serde_json::Value;

use super::super::wire;
use super::state::{Card, UnitState};

/// The collection of posts.
pub const POSTS: &str = "app.bsky.feed.post";

/// The unit's text.
pub fn text<'a>(unit: &Unit<'a>) -> &'a str {
    match unit {
        Unit::Part(part) => &part.text,
        Unit::Comment(text) => text,
    }
}

/// The unit's media.
pub fn media<'a>(unit: &Unit<'a>) -> &'a [MediaInfo] {
    match unit {
        Unit::Part(part) => &part.media,
        Unit::Comment(_) => &[],
    }
}

/// The post record without its `createdAt`.
pub fn build(unit: &Unit<'_>, notes: &UnitState, reply: Option<wire::ReplyRef>, langs: Vec<String>) -> Value {
    let text = text(unit);
    let embed = if media(unit).is_empty() {
        notes.card.as_ref().map(card)
    } else {
        Some(attachments(media(unit), &notes.blobs))
    };
    let post = wire::Post { kind: POSTS, text, facets: facets(text, &notes.mentions), reply, embed, langs };
    serde_json::to_value(post).unwrap_or_default()
}

/// Marks up links, hashtags, and the mentions that somebody answers to; other mentions stay text.
fn facets(text: &str, mentions: &BTreeMap<String, Option<String>>) -> Vec<wire::Facet> {
    let feature = |feature| match feature {
        Feature::Link(uri) => Some(wire::FacetFeature::Link { uri }),
        Feature::Tag(tag) => Some(wire::FacetFeature::Tag { tag }),
        Feature::Mention(handle) => {
            mentions.get(&handle).cloned().flatten().map(|did| wire::FacetFeature::Mention { did })
        }
    };
    let facet = |facet: carillon_domain::text::facets::Facet| {
        let index = wire::ByteSlice { byte_start: facet.bytes.start, byte_end: facet.bytes.end };
        feature(facet.feature).map(|f| wire::Facet { index, features: vec![f] })
    };
    detect(text).into_iter().filter_map(facet).collect()
}

fn attachments(media: &[MediaInfo], blobs: &[Value]) -> Value {
    let embed = match media.first() {
        Some(video) if video.kind == MediaKind::Video => serde_json::to_value(wire::Video {
            kind: "app.bsky.embed.video",
            video: blobs.first().unwrap_or(&Value::Null),
            alt: video.alt.as_deref(),
            aspect_ratio: ratio(video),
        }),
        _ => serde_json::to_value(wire::Images {
            kind: "app.bsky.embed.images",
            images: media.iter().zip(blobs).map(|(item, blob)| image(item, blob)).collect(),
        }),
    };
    embed.unwrap_or_default()
}

fn image<'a>(item: &'a MediaInfo, blob: &'a Value) -> wire::Image<'a> {
    wire::Image { image: blob, alt: item.alt.as_deref().unwrap_or_default(), aspect_ratio: ratio(item) }
}

fn ratio(item: &MediaInfo) -> Option<wire::AspectRatio> {
    match (item.width, item.height) {
        (Some(width), Some(height)) if width > 0 && height > 0 => Some(wire::AspectRatio { width, height }),
        _ => None,
    }
}

fn card(card: &Card) -> Value {
    let external = wire::Card {
        uri: &card.uri,
        title: &card.title,
        description: &card.description,
        thumb: card.thumb.as_ref(),
    };
    serde_json::to_value(wire::External { kind: "app.bsky.embed.external", external }).unwrap_or_default()
}
