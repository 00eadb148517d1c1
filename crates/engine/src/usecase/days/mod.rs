//! What days are about besides posts: notes that people write, and holidays.
//!
//! No list of holidays comes with Carillon: the one crate that has some (`holidays` 0.1) names no licence and is not kept, and a wrong
//! holiday is worse than none. Governments and calendar programs give theirs as iCalendar files, which are taken in here.

mod holidays;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{HolidayListId, Id, NoteId};
use carillon_domain::note::Colour;
use carillon_domain::permission::Permission;
use carillon_store::repo::calendar_note::{self, NoteRow};
use carillon_store::repo::holiday::{self, Holiday, HolidayListRow, Listed};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::{Actor, Engine};

pub use holidays::{MOST_BYTES, too_large};

/// Longest note, in characters.
pub const MOST_TEXT: usize = 300;

/// Most days of a note.
pub const MOST_DAYS: i32 = 366;

/// Most notes and most holidays that are shown at once.
const MOST: i64 = 1_000;

/// Most lists of holidays of a workspace.
const MOST_LISTS: usize = 50;

/// Longest name of a list or a holiday, in characters.
const MOST_NAME: usize = 100;

/// A note as it was typed.
#[derive(Debug, Clone, Default)]
pub struct NewNote {
    /// First day: 2026-12-24.
    pub first_day: String,
    /// Last day; empty for the first one.
    pub last_day: String,
    /// What it says.
    pub text: String,
    /// [`Colour`] by name.
    pub colour: String,
}

/// What is on some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Notes that touch them.
    pub notes: Vec<NoteRow>,
    /// Holidays, each once on its day.
    pub holidays: Vec<Holiday>,
}

/// Notes and holidays of these days, the first and the last.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn between(engine: &Engine, actor: &Actor, days: (Date, Date)) -> Result<Marks, AppError> {
    actor.require(Permission::Read)?;
    let workspace = actor.workspace;
    let read = engine.db.read(move |tx| {
        Box::pin(async move {
            let notes = calendar_note::between(&mut *tx, workspace, days, MOST).await?;
            Ok((notes, holiday::between(&mut *tx, workspace, days, MOST).await?))
        })
    });
    let (notes, mut holidays) = read.await?;
    // Two lists may know the same day.
    holidays.dedup();
    Ok(Marks { notes, holidays })
}

/// The note.
///
/// # Errors
/// [`AppError::NotFound`], also for notes of other workspaces.
pub async fn note(engine: &Engine, actor: &Actor, id: NoteId) -> Result<NoteRow, AppError> {
    actor.require(Permission::Read)?;
    let found = calendar_note::find(&engine.db, actor.workspace, id).await?;
    found.ok_or(AppError::NotFound { what: "note" })
}

/// Adds a note.
///
/// # Errors
/// [`AppError::Invalid`] on `first_day`, `last_day`, `text` and `colour`.
pub async fn add(engine: &Engine, actor: &Actor, new: &NewNote) -> Result<NoteId, AppError> {
    actor.require(Permission::Write)?;
    let row = NoteRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        created_by: actor.user,
        created_at: engine.clock.now(),
        ..read(actor, new)?
    };
    let id = row.id;
    engine.db.write(move |tx| Box::pin(async move { calendar_note::insert(tx, &row).await })).await?;
    Ok(id)
}

/// Changes a note.
///
/// # Errors
/// As [`add`]; [`AppError::NotFound`].
pub async fn change(engine: &Engine, actor: &Actor, id: NoteId, new: &NewNote) -> Result<(), AppError> {
    actor.require(Permission::Write)?;
    let before = note(engine, actor, id).await?;
    let NoteRow { first_day, last_day, text, colour, .. } = read(actor, new)?;
    let row = NoteRow { first_day, last_day, text, colour, ..before };
    let kept =
        engine.db.write(move |tx| Box::pin(async move { calendar_note::update(tx, &row).await })).await?;
    if kept { Ok(()) } else { Err(AppError::NotFound { what: "note" }) }
}

/// Takes a note away.
///
/// # Errors
/// [`AppError::NotFound`], also for notes of other workspaces.
pub async fn remove(engine: &Engine, actor: &Actor, id: NoteId) -> Result<(), AppError> {
    actor.require(Permission::Write)?;
    let workspace = actor.workspace;
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { calendar_note::delete(tx, workspace, id).await }))
        .await?;
    if gone { Ok(()) } else { Err(AppError::NotFound { what: "note" }) }
}

/// Reads what was typed; id, author and time are the caller's to set.
fn read(actor: &Actor, new: &NewNote) -> Result<NoteRow, AppError> {
    let mut errors = Vec::new();
    let mut day = |field: &str, text: &str| {
        let read = text.trim().parse::<Date>().ok();
        if read.is_none() {
            errors.push(FieldError::new(field, "invalid", "Choose a day, like 2026-12-24."));
        }
        read.unwrap_or_default()
    };
    let first_day = day("first_day", &new.first_day);
    let last_day = if new.last_day.trim().is_empty() { first_day } else { day("last_day", &new.last_day) };
    let longest = first_day.checked_add((MOST_DAYS - 1).days()).unwrap_or(first_day);
    if errors.is_empty() && last_day < first_day {
        errors.push(FieldError::new("last_day", "invalid", "The last day lies before the first one."));
    } else if errors.is_empty() && last_day > longest {
        let message = format!("A note may go over up to {MOST_DAYS} days.");
        errors.push(FieldError::new("last_day", "too_long", message));
    }
    let text = new.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = text.chars().count();
    if text.is_empty() {
        errors.push(FieldError::new("text", "required", "Write what the note is to say."));
    } else if length > MOST_TEXT {
        let message = format!("A note has at most {MOST_TEXT} characters; this one has {length}.");
        errors.push(FieldError::new("text", "too_long", message).with_limit(MOST_TEXT, length));
    }
    errors.extend(FieldError::control("text", &text));
    let colour = Colour::parse(&new.colour);
    if colour.is_none() {
        errors.push(FieldError::new("colour", "unknown", "Choose one of the colours."));
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    Ok(NoteRow {
        workspace: actor.workspace,
        id: Id::from_uuid(uuid::Uuid::nil()),
        first_day,
        last_day,
        text,
        colour: colour.unwrap_or_default(),
        created_by: None,
        created_at: jiff::Timestamp::UNIX_EPOCH,
    })
}

/// The workspace's lists of holidays.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn holiday_lists(engine: &Engine, actor: &Actor) -> Result<Vec<Listed>, AppError> {
    actor.require(Permission::Read)?;
    Ok(holiday::lists(&engine.db, actor.workspace, i64::try_from(MOST_LISTS).unwrap_or(i64::MAX)).await?)
}

/// Takes a list of holidays in from an iCalendar file. `name` is the file's, for a list that does not say what it is called.
///
/// # Errors
/// [`AppError::Invalid`] on `file`; [`AppError::Conflict`] for too many lists.
pub async fn take_holidays(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    bytes: Vec<u8>,
) -> Result<HolidayListId, AppError> {
    actor.require(Permission::ManageWorkspace)?;
    if holiday_lists(engine, actor).await?.len() >= MOST_LISTS {
        let message = format!("A workspace has up to {MOST_LISTS} lists of holidays. Remove one first.");
        return Err(AppError::Conflict { code: "too_many", message });
    }
    let found =
        tokio::task::spawn_blocking(move || holidays::read(&bytes)).await.map_err(AppError::internal)??;
    let called = found.name.unwrap_or_else(|| name.trim_end_matches(".ics").to_owned());
    let list = HolidayListRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        name: holidays::short(&called),
        created_at: engine.clock.now(),
    };
    let (id, days) = (list.id, found.days);
    engine.db.write(move |tx| Box::pin(async move { holiday::insert(tx, &list, &days).await })).await?;
    Ok(id)
}

/// Takes a list of holidays away.
///
/// # Errors
/// [`AppError::NotFound`], also for lists of other workspaces.
pub async fn remove_holidays(engine: &Engine, actor: &Actor, id: HolidayListId) -> Result<(), AppError> {
    actor.require(Permission::ManageWorkspace)?;
    let workspace = actor.workspace;
    let gone =
        engine.db.write(move |tx| Box::pin(async move { holiday::delete(tx, workspace, id).await })).await?;
    if gone { Ok(()) } else { Err(AppError::NotFound { what: "list" }) }
}
