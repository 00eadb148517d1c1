//! Files in the box in which a network shows them.

use std::collections::BTreeMap;

use carillon_connectors::contract::display::Tiles;
use carillon_domain::id::MediaId;
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_engine::media::MediaRow;

use crate::assets::glyph;
use crate::urls;

/// A file as the network shows it.
pub struct Shown {
    /// A picture of it, where there is one.
    pub url: Option<String>,
    /// The icon in its place.
    pub icon: &'static str,
    /// Its description.
    pub alt: String,
    /// The box, width and height.
    pub width: u32,
    /// The box, width and height.
    pub height: u32,
    /// Whether all of it is seen, with bars around it.
    pub whole: bool,
    /// It is played, not only looked at.
    pub plays: bool,
}

/// The files of a part. Those that are still being made have no picture yet.
pub fn shown(tiles: &Tiles, files: &[MediaInfo], rows: &BTreeMap<MediaId, MediaRow>) -> Vec<Shown> {
    let first = files.first().and_then(|file| file.width.zip(file.height));
    let (width, height) = tiles.shape(files.len(), first);
    let one = |file: &MediaInfo| Shown {
        url: rows.get(&file.id).and_then(picture),
        icon: if file.kind == MediaKind::Document { glyph("file-text") } else { glyph("video") },
        alt: file.alt.clone().unwrap_or_default(),
        width,
        height,
        whole: tiles.whole,
        plays: file.kind == MediaKind::Video,
    };
    files.iter().map(one).collect()
}

/// The largest picture that our own pages have of it.
fn picture(row: &MediaRow) -> Option<String> {
    let rendition = row.renditions.iter().find(|r| r.name == "preview").or(row.renditions.first());
    match (rendition, row.info.kind) {
        (Some(rendition), _) => Some(urls::media_file(row.workspace, row.info.id, &rendition.name)),
        (None, MediaKind::Video | MediaKind::Document) => None,
        (None, MediaKind::Image | MediaKind::Gif) => {
            Some(urls::media_file(row.workspace, row.info.id, "original"))
        }
    }
}
