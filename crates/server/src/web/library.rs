//! The library: every picture, video and document, what is known of it, and its description. The composer chooses from it.

mod tile;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_connectors::Registry;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::media::{MediaInfo, MediaKind, Rendition};
use carillon_domain::permission::Permission;
use carillon_engine::media::MediaRow;
use jiff::Timestamp;
use serde::Deserialize;

use super::components::{Alert, Empty, Errors, Pager};
use super::frame::Section;
use super::signed_in::Member;
use super::trash::Undo;
use super::ui::Ui;
use super::{Failure, html};
use crate::assets::glyph;
use crate::http::App;
use crate::http::extract::{Form, Path, Query};
use crate::urls;
pub use tile::{Tile, tile};

/// Files on one page.
const PER_PAGE: u32 = 36;
/// What browsers offer in the dialog for files; the content decides what is taken.
pub const ACCEPT: &str = "image/*,video/*,.pdf,.doc,.docx,.ppt,.pptx";

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
            made_for: row.made.as_ref().map(|made| network(&made.platform)),
            alt: info.alt.clone().unwrap_or_default(),
            url: urls::library_file(workspace, info.id),
            alt_url: urls::library_alt(workspace, info.id),
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
    [Some(kind), pages, Some(size(info.bytes))].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A network's name as people write it, also of one that is switched off.
fn network(platform: &str) -> String {
    Registry.get(platform).map_or(platform, |connector| connector.descriptor().title).to_owned()
}

/// `1:05` of a length in milliseconds.
fn clock(ms: u64) -> String {
    let s = (ms + 500) / 1000;
    if s < 3600 {
        format!("{}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// `3.4 MB`.
fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    let bytes_f = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes_f / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes_f / 1e6),
        _ => format!("{:.2} GB", bytes_f / 1e9),
    }
}

#[derive(Template)]
#[template(path = "pages/library.html")]
struct Page {
    ui: Ui,
    alerts: Vec<Alert>,
    undo: Option<Undo>,
    trash_url: String,
    tabs: Vec<Tab>,
    files: Vec<FileCard>,
    pager: Pager,
    empty: Empty,
    upload_url: String,
    accept: &'static str,
    may_write: bool,
}

struct Tab {
    label: String,
    url: String,
    current: bool,
}

/// Which files.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    kind: String,
    cursor: Option<MediaId>,
    /// The one that was just thrown away.
    trashed: Option<MediaId>,
}

struct Found {
    rows: Vec<MediaRow>,
    next: Option<String>,
}

async fn find(app: &App, member: &Member, filter: &Filter, here: &str) -> Result<Found, Failure> {
    let kind = MediaKind::parse(&filter.kind);
    let mut rows = app.engine.library.list(&member.actor, kind, filter.cursor, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE as usize;
    rows.truncate(PER_PAGE as usize);
    let last = rows.last().filter(|_| more).map(|row| row.info.id);
    let kind = kind.map(|k| format!("kind={}&", k.as_str())).unwrap_or_default();
    Ok(Found { next: last.map(|id| format!("{here}?{kind}cursor={id}")), rows })
}

/// All files, newest first.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    page(&app, member, &filter, &Errors::default(), StatusCode::OK).await
}

async fn page(
    app: &App,
    member: Member,
    filter: &Filter,
    errors: &Errors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let member = member.at(Section::Library);
    let here = urls::library(member.actor.workspace);
    let found = find(app, &member, filter, &here).await?;
    let (ui, actor) = (member.ui, member.actor);
    let tab = |name: &str| Tab {
        label: if name.is_empty() { ui.tr("library-all") } else { ui.of("kinds", name) },
        url: if name.is_empty() { here.clone() } else { format!("{here}?kind={name}") },
        current: filter.kind == name,
    };
    let page = Page {
        alerts: errors.besides(&[]).into_iter().map(Alert::danger).collect(),
        undo: filter.trashed.map(|media| {
            let url = urls::restore_file(actor.workspace, media);
            Undo::new(ui.tr("trash-moved-file"), ui.tr("trash-undo"), url)
        }),
        trash_url: urls::trash(actor.workspace),
        tabs: ["", "image", "gif", "video", "document"].map(tab).into(),
        files: found.rows.iter().map(|row| FileCard::new(&ui, row)).collect(),
        pager: Pager::new(ui.tr("older"), found.next),
        empty: Empty::new("photo", ui.tr("library-empty"), ui.tr("library-empty-text")),
        may_write: actor.role.may(Permission::Write),
        upload_url: here,
        accept: ACCEPT,
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// Takes a file from a plain form; scripts use the resumable uploads of the API.
pub async fn upload(
    State(app): State<App>,
    member: Member,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    match crate::api::receive_file(&app, &member.actor, form).await {
        Ok(row) => {
            let url = urls::library_file(member.actor.workspace, row.info.id);
            Ok(Redirect::to(&url).into_response())
        }
        Err(failure) if failure.status.is_client_error() => {
            let errors = Errors::general(failure.code, failure.detail);
            page(&app, member, &Filter::default(), &errors, failure.status).await
        }
        Err(failure) => Err(failure),
    }
}

#[derive(Template)]
#[template(path = "components/media_pick.html")]
struct Pick {
    ui: Ui,
    files: Vec<FileCard>,
    next: Option<String>,
    library_url: String,
}

/// A page of the library for a dialog.
pub async fn pick(
    State(app): State<App>,
    member: Member,
    Query(filter): Query<Filter>,
) -> Result<Response, Failure> {
    let found = find(&app, &member, &filter, &urls::library_pick(member.actor.workspace)).await?;
    let files = found.rows.iter().map(|row| FileCard::new(&member.ui, row)).collect();
    let library_url = urls::library(member.actor.workspace);
    Ok(html(&Pick { ui: member.ui, files, next: found.next, library_url })?.into_response())
}

/// Where a file is.
#[derive(Debug, Deserialize)]
pub struct Place {
    pub(super) workspace: WorkspaceId,
    pub(super) media: MediaId,
}

#[derive(Template)]
#[template(path = "pages/media.html")]
struct About {
    ui: Ui,
    alerts: Vec<Alert>,
    file: FileCard,
    /// The file that it was made from: name and page.
    made_from: Option<(String, String)>,
    copies: Vec<FileCard>,
    original_url: String,
    is_video: bool,
    mime: String,
    size: String,
    pixels: Option<(u32, u32)>,
    length: Option<String>,
    pages: Option<u32>,
    warnings: Vec<String>,
    created_at: Timestamp,
    alt_error: Option<String>,
    delete_url: String,
    compose_url: String,
    library_url: String,
    may_write: bool,
}

/// About one file.
pub async fn one(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    uri: Uri,
) -> Result<Response, Failure> {
    let saved = uri.query().is_some_and(|q| q.contains("saved"));
    about(&app, member, place.media, saved, &Errors::default(), StatusCode::OK).await
}

async fn about(
    app: &App,
    member: Member,
    media: MediaId,
    saved: bool,
    errors: &Errors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let member = member.at(Section::Library);
    let row = app.engine.library.get(&member.actor, media).await?;
    let (ui, workspace) = (member.ui, member.actor.workspace);
    let mut alerts: Vec<Alert> = errors.besides(&["alt_text"]).into_iter().map(Alert::danger).collect();
    if saved {
        alerts.push(Alert::success(ui.tr("saved")));
    }
    let library = &app.engine.library;
    let made_from = match &row.made {
        Some(made) => library.get(&member.actor, made.original).await.ok(),
        None => None,
    };
    let copies = library.made_from(&member.actor, media).await?;
    let page = About {
        file: FileCard::new(&ui, &row),
        made_from: made_from.map(|from| (from.name, urls::library_file(workspace, from.info.id))),
        copies: copies.iter().map(|copy| FileCard::new(&ui, copy)).collect(),
        alerts,
        original_url: urls::media_file(workspace, media, "original"),
        is_video: row.info.kind == MediaKind::Video,
        mime: row.info.mime.clone(),
        size: size(row.info.bytes),
        pixels: row.info.width.zip(row.info.height),
        length: row.info.duration_ms.map(clock),
        pages: row.info.pages,
        warnings: row.warnings.into_iter().map(|w| w.message).collect(),
        created_at: row.created_at,
        alt_error: errors.of("alt_text"),
        delete_url: urls::library_delete(workspace, media),
        compose_url: format!("{}?media={media}", urls::compose(workspace)),
        library_url: urls::library(workspace),
        may_write: member.actor.role.may(Permission::Write),
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct AltForm {
    alt_text: String,
}

/// Describes a file.
pub async fn describe(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(form): Form<AltForm>,
) -> Result<Response, Failure> {
    let saved = app.engine.library.set_alt(&member.actor, place.media, Some(form.alt_text), None).await;
    match saved {
        Ok(_) => {
            let url = format!("{}?saved", urls::library_file(place.workspace, place.media));
            Ok(Redirect::to(&url).into_response())
        }
        Err(error) => {
            let errors = Errors::from_refusal(error)?;
            about(&app, member, place.media, false, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Takes a file out of the library.
pub async fn delete(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    match app.engine.library.delete(&member.actor, place.media, None).await {
        Ok(()) => {
            let list = urls::library(place.workspace);
            Ok(Redirect::to(&format!("{list}?trashed={}", place.media)).into_response())
        }
        Err(error) => {
            let errors = Errors::from_refusal(error)?;
            about(&app, member, place.media, false, &errors, StatusCode::CONFLICT).await
        }
    }
}
