//! Notes on days: writing, changing and removing them; and the lists of holidays beside them.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{NoteId, WorkspaceId};
use carillon_domain::note::Colour;
use carillon_domain::permission::Permission;
use carillon_engine::usecase::days::{self, MOST_BYTES, NewNote};
use carillon_store::repo::calendar_note::NoteRow;
use jiff::civil::Date;
use serde::Deserialize;

use super::holidays::List;
use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::urls;
use crate::web::components::{Alert, Choice, Empty, Errors, Field};
use crate::web::frame::Section;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/notes.html")]
struct Notes {
    ui: Ui,
    action: String,
    /// Whether the form is of a note that is there.
    changing: bool,
    calendar_url: String,
    alerts: Vec<Alert>,
    fields: Vec<Field>,
    notes: Vec<Row>,
    empty: Empty,
    lists: Vec<List>,
    may_manage: bool,
    upload: String,
    most_kb: usize,
}

struct Row {
    days: String,
    text: String,
    colour: &'static str,
    edit: String,
    remove: String,
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    first_day: String,
    last_day: String,
    text: String,
    colour: String,
}

impl From<NoteForm> for NewNote {
    fn from(form: NoteForm) -> Self {
        let NoteForm { first_day, last_day, text, colour } = form;
        Self { first_day, last_day, text, colour }
    }
}

fn typed(row: &NoteRow) -> NewNote {
    NewNote {
        first_day: row.first_day.to_string(),
        last_day: row.last_day.to_string(),
        text: row.text.clone(),
        colour: row.colour.as_str().to_owned(),
    }
}

fn fields(ui: &Ui, typed: &NewNote, errors: &Errors) -> Vec<Field> {
    let choice = |colour: Colour| Choice {
        value: colour.as_str().to_owned(),
        label: ui.of("note-colour", colour.as_str()),
    };
    let colour = if typed.colour.is_empty() { Colour::default().as_str() } else { &typed.colour };
    vec![
        Field::date("first_day", ui.tr("notes-first")).value(&typed.first_day).errors(errors),
        Field::date("last_day", ui.tr("notes-last"))
            .value(&typed.last_day)
            .hint(ui.tr("notes-last-hint"))
            .optional()
            .errors(errors),
        Field::text("text", ui.tr("notes-text")).value(&typed.text).errors(errors),
        Field::select("colour", ui.tr("notes-colour"), Colour::ALL.map(choice).into())
            .value(colour)
            .errors(errors),
    ]
}

/// The page; `changing` is the note that the form is of.
pub(super) async fn page(
    app: &App,
    member: Member,
    changing: Option<NoteId>,
    typed: &NewNote,
    errors: &Errors,
) -> Result<Response, Failure> {
    let member = member.at(Section::Calendar);
    let (ui, actor) = (member.ui, member.actor);
    let workspace = actor.workspace;
    let today = ui.zone.to_datetime(ui.now).date();
    let marks = days::between(&app.engine, &actor, (today, Date::MAX)).await?;
    let lists = days::holiday_lists(&app.engine, &actor).await?;
    let may_manage = actor.role.may(Permission::ManageWorkspace);
    let page = Notes {
        action: changing.map_or_else(|| urls::notes(workspace), |id| urls::note(workspace, id)),
        changing: changing.is_some(),
        calendar_url: urls::calendar(workspace),
        alerts: errors
            .besides(&["first_day", "last_day", "text", "colour"])
            .into_iter()
            .map(Alert::danger)
            .collect(),
        fields: fields(&ui, typed, errors),
        notes: marks.notes.iter().map(Row::new).collect(),
        empty: Empty::new("calendar", ui.tr("notes-none"), ui.tr("notes-none-text")),
        lists: lists.iter().map(|listed| List::new(&ui, listed)).collect(),
        may_manage,
        upload: urls::holidays(workspace),
        most_kb: MOST_BYTES / 1024,
        ui,
    };
    Ok(html(&page)?.into_response())
}

impl Row {
    fn new(row: &NoteRow) -> Self {
        let days = if row.first_day == row.last_day {
            row.first_day.to_string()
        } else {
            format!("{} – {}", row.first_day, row.last_day)
        };
        Self {
            days,
            text: row.text.clone(),
            colour: row.colour.as_str(),
            edit: urls::note(row.workspace, row.id),
            remove: urls::remove_note(row.workspace, row.id),
        }
    }
}

/// The list and the form.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let today = member.ui.zone.to_datetime(member.ui.now).date();
    let usual = NewNote { first_day: today.to_string(), ..NewNote::default() };
    page(&app, member, None, &usual, &Errors::default()).await
}

/// The form of one note.
pub async fn one(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, NoteId)>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::Write)?;
    let row = days::note(&app.engine, &member.actor, id).await?;
    page(&app, member, Some(id), &typed(&row), &Errors::default()).await
}

/// Adds a note.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Form(form): Form<NoteForm>,
) -> Result<Response, Failure> {
    let new = NewNote::from(form);
    let added = days::add(&app.engine, &member.actor, &new).await.map(drop);
    settled(&app, member, None, new, added).await
}

/// Changes a note.
pub async fn change(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, NoteId)>,
    Form(form): Form<NoteForm>,
) -> Result<Response, Failure> {
    let new = NewNote::from(form);
    let changed = days::change(&app.engine, &member.actor, id, &new).await;
    settled(&app, member, Some(id), new, changed).await
}

/// Back to the list, or to the form with what was typed.
async fn settled(
    app: &App,
    member: Member,
    id: Option<NoteId>,
    new: NewNote,
    done: Result<(), AppError>,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&urls::notes(member.actor.workspace)).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            let again = page(app, member, id, &new, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// Takes a note away.
pub async fn remove(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, NoteId)>,
) -> Result<Redirect, Failure> {
    days::remove(&app.engine, &member.actor, id).await?;
    Ok(Redirect::to(&urls::notes(member.actor.workspace)))
}
