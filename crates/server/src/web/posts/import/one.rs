//! What would become of a file, row by row, and the button that makes posts of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{PostImportId, WorkspaceId};
use carillon_engine::usecase::post_files::{self, Asked, Finding, Import, RowReport, Slashes, Which};
use jiff::Timestamp;
use serde::Deserialize;

use crate::http::App;
use crate::http::extract::{Form, Path, Query};
use crate::urls;
use crate::web::components::{Alert, Choice, Errors, Field, State as Mark, at};
use crate::web::frame::Section;
use crate::web::posts::card::{Faces, title};
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// Longest beginning of a text, in characters.
const EXCERPT: usize = 100;

#[derive(Template)]
#[template(path = "pages/import_report.html")]
struct Report {
    ui: Ui,
    name: String,
    action: String,
    discard_url: String,
    another_url: String,
    calendar_url: String,
    alerts: Vec<Alert>,
    made: Option<(Timestamp, u32)>,
    twin: Option<(Timestamp, u32)>,
    good: usize,
    bad: usize,
    unknown: Option<String>,
    slashes: &'static str,
    slashes_field: Field,
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    text: String,
    due_at: Option<Timestamp>,
    accounts: String,
    mark: Mark,
    problems: Vec<Told>,
    warnings: Vec<Told>,
}

/// Something about a cell, in words.
struct Told {
    column: Option<String>,
    message: Said,
}

/// How the file is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reading {
    slashes: String,
}

/// What was pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {
    which: String,
    slashes: String,
    expected: String,
    again: Option<String>,
}

async fn page(
    app: &App,
    member: Member,
    id: PostImportId,
    slashes: Slashes,
    errors: &Errors,
) -> Result<Response, Failure> {
    let member = member.at(Section::Calendar);
    let (ui, actor) = (member.ui, member.actor);
    let Import { row, report, twin } = post_files::look(&app.engine, &actor, id, slashes).await?;
    let faces = Faces::load(app, &actor).await?;
    let choice = |one: Slashes| Choice { value: one.as_str().into(), label: ui.of("slashes", one.as_str()) };
    let workspace = actor.workspace;
    let page = Report {
        name: if row.file_name.is_empty() { ui.tr("import-nameless") } else { row.file_name },
        action: urls::post_import(workspace, id),
        discard_url: urls::discard_import(workspace, id),
        another_url: urls::import_posts(workspace),
        calendar_url: urls::calendar(workspace),
        alerts: errors.besides(&[]).into_iter().map(Alert::danger).collect(),
        made: row.made,
        twin: twin.and_then(|twin| twin.made),
        good: report.good(),
        bad: report.bad(),
        unknown: (!report.unknown.is_empty()).then(|| report.unknown.join(", ")),
        slashes: slashes.as_str(),
        slashes_field: Field::select("slashes", ui.tr("import-slashes"), Slashes::ALL.map(choice).into())
            .value(slashes.as_str()),
        rows: report.rows.iter().map(|row| Row::new(app, &ui, &faces, row)).collect(),
        ui,
    };
    Ok(html(&page)?.into_response())
}

impl Row {
    fn new(app: &App, ui: &Ui, faces: &Faces, row: &RowReport) -> Self {
        let named = |id| {
            let account = faces.get(id)?;
            Some(format!("{} {}", title(app, &account.platform), at(&account.handle)))
        };
        let accounts: Vec<String> = row.accounts.iter().filter_map(|id| named(*id)).collect();
        let mark = match (row.is_good(), row.goes_out) {
            (false, _) => Mark::new("failed", ui.tr("import-row-bad")),
            (true, true) => Mark::new("scheduled", ui.of("status", "scheduled")),
            (true, false) => Mark::new("draft", ui.of("status", "draft")),
        };
        Self {
            line: row.line,
            text: excerpt(&row.text),
            due_at: row.due_at,
            accounts: accounts.join(", "),
            mark,
            problems: row.problems.iter().map(|finding| Told::new(ui, finding)).collect(),
            warnings: row.warnings.iter().map(|finding| Told::new(ui, finding)).collect(),
        }
    }
}

impl Told {
    fn new(ui: &Ui, finding: &Finding) -> Self {
        let column = (!finding.column.is_empty()).then(|| ui.of("post-column", finding.column));
        Self { column, message: ui.said(&finding.message) }
    }
}

fn excerpt(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, PostImportId)>,
    Query(reading): Query<Reading>,
) -> Result<Response, Failure> {
    page(&app, member, id, Slashes::parse(&reading.slashes), &Errors::default()).await
}

/// Makes posts of the file, or says why none were made.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, PostImportId)>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Failure> {
    let slashes = Slashes::parse(&pressed.slashes);
    let asked = Asked {
        which: if pressed.which == "good" { Which::Good } else { Which::All },
        slashes,
        again: pressed.again.is_some(),
        expected: pressed.expected.parse().ok(),
    };
    match post_files::make(&app.engine, &member.actor, id, asked).await {
        Ok(()) => Ok(Redirect::to(&urls::post_import(member.actor.workspace, id)).into_response()),
        Err(error) => {
            let errors = match error {
                AppError::Stale => {
                    let why = member.ui.t.said_or_english(&AppError::Stale.to_string());
                    Errors::general("stale", why)
                }
                other => Errors::from_refusal(member.ui.t, other)?,
            };
            let again = page(&app, member, id, slashes, &errors).await?;
            Ok((StatusCode::CONFLICT, again).into_response())
        }
    }
}

/// Lets go of the file.
pub async fn discard(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, PostImportId)>,
) -> Result<Redirect, Failure> {
    post_files::discard(&app.engine, &member.actor, id).await?;
    Ok(Redirect::to(&urls::import_posts(member.actor.workspace)))
}
