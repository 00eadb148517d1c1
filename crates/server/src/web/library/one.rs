//! One file: what is known of it, what people say of it, where it is used and what came of that.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_domain::media::MediaKind;
use carillon_domain::permission::Permission;
use carillon_engine::media::About;
use carillon_engine::usecase::library::{Reaction, Use, labels, uses};
use jiff::Timestamp;
use serde::Deserialize;

use super::card::{clock, size};
use super::edit::{EditForm, Editing, FrameForm, MakingLine, NetworkLine, networks};
use super::{FileCard, Place, Told};
use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::i18n::Tr;
use crate::urls;
use crate::web::components::{Alert, Errors};
use crate::web::frame::Section;
use crate::web::posts::card::{Card, Faces};
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// In the address of a file that was made just now, and of one from which another is being made.
pub(super) const MADE: &str = "made";
pub(super) const MAKING: &str = "making";

/// What was tried on this page and refused: its form shows it once more.
#[derive(Debug)]
pub(super) enum Tried {
    /// Nothing that was typed or chosen.
    Nothing,
    /// An edit.
    Edit(EditForm),
    /// A frame.
    Frame(FrameForm),
    /// Other words about the file.
    Words(AboutForm),
}

/// How the page is to be shown.
pub(super) struct Shown {
    said: Option<Alert>,
    errors: Errors,
    tried: Tried,
    status: StatusCode,
    /// The page asks for itself, and takes of it only what is being made.
    is_part: bool,
}

impl Shown {
    /// With why something was refused, and what that was.
    ///
    /// # Errors
    /// What is no refusal.
    pub(super) fn refused(t: Tr, error: AppError, tried: Tried) -> Result<Self, AppError> {
        let errors = Errors::from_refusal(t, error)?;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(Self { said: None, errors, tried, status, is_part: false })
    }
}

/// A post that names the file.
struct UseLine {
    card: Card,
    told: Option<Told>,
}

#[derive(Template)]
#[template(path = "pages/media.html")]
struct FilePage {
    ui: Ui,
    alerts: Vec<Alert>,
    file: FileCard,
    /// The file that it was made from: name and page.
    made_from: Option<(String, String)>,
    copies: Vec<FileCard>,
    uses: Vec<UseLine>,
    told: Option<Told>,
    making: Vec<MakingLine>,
    /// Something of that is still being made.
    live: bool,
    /// What came of it, for whoever hears the page.
    came: String,
    networks: Vec<NetworkLine>,
    editing: Option<Editing>,
    original_url: String,
    is_video: bool,
    mime: String,
    size: String,
    pixels: Option<(u32, u32)>,
    length: Option<String>,
    pages: Option<u32>,
    warnings: Vec<Said>,
    created_at: Timestamp,
    name: String,
    alt: String,
    tags: String,
    name_error: Option<Said>,
    alt_error: Option<Said>,
    tags_error: Option<Said>,
    known_tags: Vec<String>,
    delete_url: String,
    publish_url: String,
    compose_url: String,
    library_url: String,
    may_write: bool,
}

/// About one file.
pub async fn one(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Failure> {
    let said = match uri.query() {
        Some("saved") => Some(Alert::success(member.ui.tr("saved"))),
        Some(MADE) => Some(Alert::success(member.ui.tr("edit-made"))),
        Some(MAKING) => Some(Alert::info(member.ui.tr("edit-making"))),
        _ => None,
    };
    let is_part = headers.contains_key("hx-request");
    let (errors, tried) = (Errors::default(), Tried::Nothing);
    let shown = Shown { said, errors, tried, status: StatusCode::OK, is_part };
    about_file(&app, member, place.media, shown).await
}

/// The page, with what there is to say of the last thing that was tried here.
pub(super) async fn about_file(
    app: &App,
    member: Member,
    media: MediaId,
    shown: Shown,
) -> Result<Response, Failure> {
    let Shown { said, errors, tried, status, is_part } = shown;
    let member = member.at(Section::Library);
    let row = app.engine.library.get(&member.actor, media).await?;
    let (ui, workspace) = (member.ui, member.actor.workspace);
    let mut alerts: Vec<Alert> =
        errors.besides(&["name", "alt_text", "tags"]).into_iter().map(Alert::danger).collect();
    alerts.extend(said);
    let library = &app.engine.library;
    let made_from = match &row.made {
        Some(made) => library.get(&member.actor, made.original).await.ok(),
        None => None,
    };
    let copies = library.made_from(&member.actor, media).await?;
    let used = uses(&app.engine, &member.actor, media).await?;
    let known_tags = labels(&app.engine, &member.actor).await?.tags.into_iter().collect();
    let faces = Faces::load(app, &member.actor).await?;
    let told = Reaction::sum(used.iter().filter_map(|one| one.reaction));
    let making = library.making_from(&member.actor, media).await?;
    let may_write = member.actor.role.may(Permission::Write);
    let networks = if may_write && !is_part {
        networks(app, &ui, &member.actor, &faces, media).await
    } else {
        Vec::new()
    };
    let live = making.iter().any(|underway| underway.failure.is_none());
    let failures: Vec<&str> = making.iter().filter_map(|underway| underway.failure.as_deref()).collect();
    let names: Vec<&str> = copies.iter().map(|copy| copy.name.as_str()).collect();
    let came = match (is_part && !live, failures.is_empty()) {
        (true, false) => failures.join(" "),
        (true, true) => names.join(", "),
        (false, _) => String::new(),
    };
    let line = |one: &Use| UseLine {
        card: Card::new(&ui, &one.view, &faces),
        told: one.reaction.map(|reaction| Told::new(&ui, reaction)),
    };
    let editing = Editing::of(&row, &tried).filter(|_| may_write);
    let typed = if let Tried::Words(form) = tried { form } else { AboutForm::default() };
    let page = FilePage {
        name: typed.name.unwrap_or_else(|| row.name.clone()),
        alt: typed.alt_text.unwrap_or_else(|| row.info.alt.clone().unwrap_or_default()),
        tags: typed.tags.unwrap_or_else(|| row.tags.join(", ")),
        file: FileCard::new(&ui, &row),
        made_from: made_from.map(|from| (from.name, urls::library_file(workspace, from.info.id))),
        copies: copies.iter().map(|copy| FileCard::new(&ui, copy)).collect(),
        alerts,
        uses: used.iter().map(line).collect(),
        live,
        came,
        making: making.into_iter().map(|underway| MakingLine::new(&ui, underway)).collect(),
        networks,
        editing,
        told: told.filter(|_| used.len() > 1).map(|told| Told::new(&ui, told)),
        original_url: urls::media_file(workspace, media, "original"),
        is_video: row.info.kind == MediaKind::Video,
        mime: row.info.mime.clone(),
        size: size(&ui, row.info.bytes),
        pixels: row.info.width.zip(row.info.height),
        length: row.info.duration_ms.map(clock),
        pages: row.info.pages,
        warnings: row.warnings.iter().map(|w| ui.said(&w.message)).collect(),
        created_at: row.created_at,
        name_error: errors.of("name"),
        alt_error: errors.of("alt_text"),
        tags_error: errors.of("tags"),
        known_tags,
        publish_url: format!("{}?item={media}", urls::library_publish(workspace)),
        delete_url: urls::library_delete(workspace, media),
        compose_url: format!("{}?media={media}", urls::compose(workspace)),
        library_url: urls::library(workspace),
        may_write,
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// What was typed. The composer sends the description alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AboutForm {
    name: Option<String>,
    alt_text: Option<String>,
    tags: Option<String>,
}

/// Changes what is said of a file.
pub async fn describe(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Form(form): Form<AboutForm>,
) -> Result<Response, Failure> {
    let tags = form.tags.as_deref().map(|tags| tags.split(',').map(str::to_owned).collect());
    let about = About { name: form.name.clone(), alt: form.alt_text.clone(), tags };
    match app.engine.library.describe(&member.actor, place.media, about, None).await {
        Ok(_) => {
            let url = format!("{}?saved", urls::library_file(place.workspace, place.media));
            Ok(Redirect::to(&url).into_response())
        }
        Err(error) => {
            let shown = Shown::refused(member.ui.t, error, Tried::Words(form))?;
            about_file(&app, member, place.media, shown).await
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
            let refused = Shown::refused(member.ui.t, error, Tried::Nothing)?;
            let shown = Shown { status: StatusCode::CONFLICT, ..refused };
            about_file(&app, member, place.media, shown).await
        }
    }
}
