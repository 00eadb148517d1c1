//! From a row to a request for a post. What a cell says is read here; what of it may be saved is judged where every post is.

use std::collections::BTreeMap;

use carillon_domain::composition::{Override, PartSpec};
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::permission::Permission;
use serde::de::DeserializeOwned;

use super::names::{Nameless, Names};
use super::sheet::Line;
use super::when::{self, Slashes};
use super::{COLUMNS, Finding};
use crate::usecase::posts::{PostInput, WantedStatus};
use crate::{Actor, Engine};

/// How posts end that are no longer planned; they come in as drafts.
const ENDED: [&str; 9] = [
    "in_review",
    "approved",
    "publishing",
    "published",
    "partially_published",
    "failed",
    "unconfirmed",
    "held",
    "canceled",
];

/// What a row asks for.
#[derive(Debug, Default)]
pub(super) struct Wish {
    /// The post.
    pub input: PostInput,
    /// Descriptions of its files.
    pub alts: Vec<(MediaId, String)>,
    /// Cells that can't be read.
    pub problems: Vec<Finding>,
    /// What is done otherwise than it is written.
    pub notes: Vec<Finding>,
}

/// Reads a row.
///
/// # Errors
/// When the database fails.
pub(super) async fn read(
    engine: &Engine,
    actor: &Actor,
    names: &mut Names,
    slashes: Slashes,
    line: &Line,
) -> Result<Wish, AppError> {
    let mut wish = Wish::default();
    strange(line, &mut wish.problems);
    plain(line, &mut wish);
    moment(line, slashes, &mut wish);
    status(actor, line, &mut wish);
    for entry in line.entries("accounts") {
        match names.account(entry) {
            Ok(id) => wish.input.accounts.push(id),
            Err(nameless) => wish.problems.push(named("accounts", nameless)),
        }
    }
    for entry in line.entries("media") {
        match names.file(engine, actor, entry).await? {
            Ok(id) => wish.input.media.push(id),
            Err(nameless) => wish.problems.push(named("media", nameless)),
        }
    }
    alts(line, &mut wish);
    Ok(wish)
}

fn named(column: &'static str, (code, message): Nameless) -> Finding {
    Finding::new(column, code, message)
}

/// What no row may have.
fn strange(line: &Line, problems: &mut Vec<Finding>) {
    if line.too_wide {
        let message =
            "The row has more cells than there are headings. Is a text with commas or quotes not in quotes?";
        problems.push(Finding::new("", "too_many", message));
    }
    let found = line.cells().filter_map(|(column, cell)| Some((column, FieldError::control(column, cell)?)));
    problems.extend(found.map(|(column, error)| Finding::new(column, error.code, error.message)));
}

/// What is taken as it is written.
fn plain(line: &Line, wish: &mut Wish) {
    let given = |column: &str| Some(line.whole(column).trim_end().to_owned()).filter(|text| !text.is_empty());
    wish.input.text = given("text").unwrap_or_default();
    wish.input.first_comment = given("first_comment");
    wish.input.campaign = given("campaign").map(|name| name.trim().to_owned());
    wish.input.tags = line.entries("tags").into_iter().map(str::to_owned).collect();
    wish.input.timezone = given("timezone").map(|zone| zone.trim().to_owned());
    if let Some(parts) = json::<Vec<PartSpec>>(line, "parts", &mut wish.problems) {
        wish.input.parts = parts;
    }
    if let Some(own) = json::<BTreeMap<AccountId, Override>>(line, "overrides", &mut wish.problems) {
        wish.input.overrides = own;
    }
    if let Some(parameters) = json(line, "link_parameters", &mut wish.problems) {
        wish.input.link_parameters = parameters;
    }
    // Spreadsheets write it in capitals.
    match line.get("fill_in").to_lowercase().as_str() {
        "" | "false" => {}
        "true" => wish.input.fill_in = true,
        _ => {
            let message = "Write `true` where variables in the texts are to be filled in, or nothing.";
            wish.problems.push(Finding::new("fill_in", "unknown", message));
        }
    }
}

/// A cell for programs: what the API takes under the same name.
fn json<T: DeserializeOwned>(line: &Line, column: &'static str, problems: &mut Vec<Finding>) -> Option<T> {
    let cell = line.get(column);
    if cell.is_empty() {
        return None;
    }
    let read = serde_json::from_str(cell);
    if let Err(error) = &read {
        let message = format!("The cell is not the JSON that the API takes as `{column}`: {error}.");
        problems.push(Finding::new(column, "malformed_json", message));
    }
    read.ok()
}

/// Day and time, put together as the API takes them.
fn moment(line: &Line, slashes: Slashes, wish: &mut Wish) {
    let (day, clock) = (line.get("date"), line.get("time"));
    if day.is_empty() && clock.is_empty() {
        return;
    }
    if day.is_empty() {
        wish.problems.push(Finding::new("date", "required", "There is a time, but no day."));
        return;
    }
    if clock.is_empty() {
        wish.problems.push(Finding::new("time", "required", "There is a day, but no time."));
        return;
    }
    let (date, time) = (when::day(day, slashes), when::clock(clock));
    if let (Ok(date), Ok(time)) = (&date, &time) {
        wish.input.scheduled_at = Some(format!("{date}T{time}"));
    }
    let wrong = |column, message| Finding::new(column, "malformed_time", message);
    wish.problems.extend(date.err().map(|message| wrong("date", message)));
    wish.problems.extend(time.err().map(|message| wrong("time", message)));
}

/// What is to become of the post: what the row says, else what its time and the role allow.
fn status(actor: &Actor, line: &Line, wish: &mut Wish) {
    let may = actor.role.may(Permission::Publish);
    let timed = !line.get("date").is_empty() || !line.get("time").is_empty();
    let written = line.get("status").to_lowercase();
    let (status, note) = match written.as_str() {
        "" if timed && may => (WantedStatus::Scheduled, None),
        "" if timed => {
            let message = "Your role here may not schedule. The row becomes a draft that keeps its time.";
            (WantedStatus::Draft, Some(("draft_instead", message.to_owned())))
        }
        "" | "draft" => (WantedStatus::Draft, None),
        "scheduled" if may => (WantedStatus::Scheduled, None),
        "scheduled" => {
            let message = "Your role here may not schedule. Write `draft`, or ask an editor, admin or owner.";
            wish.problems.push(Finding::new("status", "forbidden", message));
            (WantedStatus::Draft, None)
        }
        ended if ENDED.contains(&ended) => {
            let message = format!("It was `{ended}` when it was written down. It comes in as a draft.");
            (WantedStatus::Draft, Some(("draft_instead", message)))
        }
        other => {
            let message = format!("`{other}` can't be asked for. Write `scheduled` or `draft`, or nothing.");
            wish.problems.push(Finding::new("status", "unknown", message));
            (WantedStatus::Draft, None)
        }
    };
    wish.input.status = status;
    wish.notes.extend(note.map(|note| named("status", note)));
}

/// Descriptions, in the order of the files: one per line, or one for a single file. An empty line leaves a file as it is.
fn alts(line: &Line, wish: &mut Wish) {
    let cell = line.whole("alt_text");
    let written: Vec<&str> =
        if wish.input.media.len() == 1 { vec![cell.trim()] } else { cell.trim_end().lines().collect() };
    let files = line.entries("media").len();
    if written.len() > files && !cell.trim().is_empty() {
        let message = format!(
            "There are {} descriptions for {files} files. Write one per line, in the order of the files.",
            written.len()
        );
        wish.problems.push(Finding::new("alt_text", "too_many", message));
        return;
    }
    let pairs = wish.input.media.iter().zip(written).filter(|(_, text)| !text.trim().is_empty());
    wish.alts = pairs.map(|(id, text)| (*id, text.trim().to_owned())).collect();
}

/// The column that a field of a request stands in.
pub(super) fn column(field: &str, code: &str) -> &'static str {
    let head = field.split('.').next().unwrap_or(field);
    match (head, code) {
        ("scheduled_at", "malformed_time" | "time_does_not_exist" | "time_is_ambiguous") => "time",
        ("scheduled_at", _) => "date",
        _ => COLUMNS.into_iter().find(|column| *column == head).unwrap_or(""),
    }
}
