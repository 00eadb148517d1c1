//! Who looks at a page. Nobody gets to see one without a session: the extractors refuse, and the refusal leads to the
//! sign-in form and back.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use carillon_domain::error::AppError;
use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::Role;
use carillon_domain::schedule::zone_or_utc;
use carillon_engine::Actor;
use carillon_engine::people::{CurrentSession, WorkspaceRow};
use carillon_engine::usecase::notices;
use jiff::tz::TimeZone;

use super::frame::{Frame, Place, Section};
use super::preferences::{self, ReaderLanguage};
use super::ui::Ui;
use crate::http::actor::session_secret;
use crate::http::{App, Failure};
use crate::i18n::Tr;
use crate::urls;

/// A signed-in person, on pages about the person.
pub struct Person {
    /// Who, and by which session.
    pub current: CurrentSession,
    /// The page's frame.
    pub ui: Ui,
}

/// A signed-in person in the workspace of the path (`{workspace}`). Somebody else's workspace does not exist.
pub struct Member {
    /// Who, and by which session.
    pub current: CurrentSession,
    /// The person in this workspace.
    pub actor: Actor,
    /// The page's frame.
    pub ui: Ui,
}

impl Member {
    /// The page's frame, with this entry of the navigation as the open one.
    #[must_use]
    pub fn at(mut self, section: Section) -> Self {
        if let Some(frame) = &mut self.ui.frame {
            frame.section = section;
        }
        self
    }
}

impl FromRequestParts<App> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let current = session(parts, app).await?;
        let places = app.people.workspaces(current.user.id).await?;
        let last = preferences::last_workspace(&parts.headers);
        let open = places.iter().find(|(row, _)| Some(row.id) == last).or(places.first()).cloned();
        let ui = framed(app, parts, &current, open.as_ref(), &places).await?;
        Ok(Self { current, ui })
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let current = session(parts, app).await?;
        let missing = || AppError::NotFound { what: "workspace" };
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| missing())?;
        let text = params.iter().find(|(name, _)| *name == "workspace").map(|(_, value)| value);
        let id: WorkspaceId = text.and_then(|t| t.parse().ok()).ok_or_else(missing)?;
        let actor = app.people.actor(&current, id).await?;
        let places = app.people.workspaces(current.user.id).await?;
        let open = places.iter().find(|(row, _)| row.id == id).cloned();
        let ui = framed(app, parts, &current, open.as_ref(), &places).await?;
        Ok(Self { current, actor, ui })
    }
}

async fn session(parts: &Parts, app: &App) -> Result<CurrentSession, AppError> {
    let secret = session_secret(&parts.headers).ok_or(AppError::Unauthenticated)?;
    let current = app.people.session(&secret).await?;
    ReaderLanguage::note(&parts.extensions, language(&current, parts));
    Ok(current)
}

/// Texts in the person's language.
fn language(current: &CurrentSession, parts: &Parts) -> Tr {
    preferences::texts(current.user.language.as_deref(), &parts.headers)
}

async fn framed(
    app: &App,
    parts: &Parts,
    current: &CurrentSession,
    open: Option<&(WorkspaceRow, Role)>,
    places: &[(WorkspaceRow, Role)],
) -> Result<Ui, AppError> {
    let heard = app.engine.events.place();
    let unread = match open {
        Some((row, role)) => notices::unread_by(&app.engine, row.id, current.user.id, *role).await?,
        None => notices::Unread::default(),
    };
    let mut ui = Ui::new(app, &parts.headers, &parts.uri);
    ui.t = language(current, parts);
    let place = |row: &WorkspaceRow| Place { id: row.id, name: row.name.clone() };
    let zone = current.user.timezone.as_deref().or(open.map(|(row, _)| row.timezone.as_str()));
    ui.zone = zone.map_or(TimeZone::UTC, zone_or_utc);
    ui.home = open.map(|(row, _)| zone_or_utc(&row.timezone)).filter(|home| *home != ui.zone);
    ui.frame = open.map(|(row, role)| Frame {
        name: current.user.name.clone(),
        email: current.user.email.clone(),
        workspace: place(row),
        events_url: format!("{}?after={heard}", urls::events(row.id)),
        role: *role,
        workspaces: places.iter().map(|(row, _)| place(row)).collect(),
        section: Section::Settings,
        api_tokens: app.settings.features.api_tokens,
        unread,
        single_keys: current.user.single_keys,
    });
    Ok(ui)
}
