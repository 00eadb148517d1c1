//! A file as pages show it.

use carillon_connectors::Registry;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::media::{MediaInfo, MediaKind, Rendition};
use carillon_engine::media::MediaRow;

use crate::assets::glyph;
use crate::urls;
use crate::web::ui::Ui;

/// A file as pages show it.
pub struct FileCard {
    /// Its id.
    pub id: String,
    /// Name as uploaded.
    pub name: String,
    /// A small picture of it; a document has none, nor has a video without ffmpeg.
    pub thumb: Option<String>,
    /// The icon in its place.
    pub icon: &'static str,
    /// Whether it is a document, which shows its name rather than itself.
    pub is_document: bool,
    /// Video or GIF with its length, document with its pages, nothing for a still picture.
    pub badge: Option<String>,
    /// The network that it was made for, if it is a copy.
    pub made_for: Option<String>,
    /// The description.
    pub alt: String,
    /// Its page.
    pub url: String,
    /// Where its description is sent to.
    pub alt_url: String,
    /// Its tags.
    pub tags: Vec<String>,
}

impl FileCard {
    /// From a row.
    pub fn new(ui: &Ui, row: &MediaRow) -> Self {
        let (workspace, info) = (row.workspace, &row.info);
        let kind = match info.kind {
            MediaKind::Image => None,
            MediaKind::Gif => Some(ui.of("media", "gif")),
            MediaKind::Video => Some(info.duration_ms.map_or_else(|| ui.of("media", "video"), clock)),
            MediaKind::Document => Some(document_badge(ui, info)),
        };
        Self {
            id: info.id.to_string(),
            name: row.name.clone(),
            thumb: thumb(workspace, (info.id, info.kind), &row.renditions),
            icon: if info.kind == MediaKind::Document { glyph("file-text") } else { glyph("video") },
            is_document: info.kind == MediaKind::Document,
            badge: kind,
            made_for: row
                .made
                .as_ref()
                .filter(|made| !made.platform.is_empty())
                .map(|made| network(&made.platform)),
            alt: info.alt.clone().unwrap_or_default(),
            url: urls::library_file(workspace, info.id),
            alt_url: urls::library_alt(workspace, info.id),
            tags: row.tags.clone(),
        }
    }
}

/// Where a small picture of a file is, if there is one.
pub fn thumb(
    workspace: WorkspaceId,
    (id, kind): (MediaId, MediaKind),
    renditions: &[Rendition],
) -> Option<String> {
    let rendition = renditions.iter().find(|r| r.name == "thumb").or(renditions.first());
    match (rendition, kind) {
        (Some(rendition), _) => Some(urls::media_file(workspace, id, &rendition.name)),
        (None, MediaKind::Video | MediaKind::Document) => None,
        (None, _) => Some(urls::media_file(workspace, id, "original")),
    }
}

/// `PDF · 12 pages · 3.4 MB`.
fn document_badge(ui: &Ui, info: &MediaInfo) -> String {
    let kind = match info.mime.rsplit(['/', '.', '-']).next().unwrap_or(&info.mime) {
        "pdf" => "PDF".to_owned(),
        "msword" => "DOC".to_owned(),
        "document" => "DOCX".to_owned(),
        "powerpoint" => "PPT".to_owned(),
        "presentation" => "PPTX".to_owned(),
        _ => ui.of("media", "document"),
    };
    let pages = info.pages.map(|pages| ui.count("pages", pages).tr("media-pages"));
    [Some(kind), pages, Some(size(ui, info.bytes))].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A network's name as people write it, also of one that is switched off.
fn network(platform: &str) -> String {
    Registry.get(platform).map_or(platform, |connector| connector.descriptor().title).to_owned()
}

/// `1:05` of a length in milliseconds.
pub fn clock(ms: u64) -> String {
    let s = (ms + 500) / 1000;
    if s < 3600 {
        format!("{}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// `3.4 MB`.
pub fn size(ui: &Ui, bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    let bytes_f = bytes as f64;
    let written = match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes_f / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes_f / 1e6),
        _ => format!("{:.2} GB", bytes_f / 1e9),
    };
    written.replace('.', &ui.tr("number-point"))
}
