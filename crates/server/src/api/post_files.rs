//! `/api/v1/posts/import` and `/api/v1/posts/export`: posts as CSV.

use axum::extract::{Request, State};
use axum::response::Response;
use carillon_domain::error::AppError;
use carillon_engine::report::Mark;
use carillon_engine::usecase::post_files::{self, Asked, Finding, MOST_BYTES, Made, Slashes, Which};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::files;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::{Query, limited};
use crate::http::failure::{Failure, Problem};
use crate::web::posts::export::Wanted;

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import)).routes(routes!(export))
}

/// How a file is read, and what becomes of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// `check`, and nothing is saved; `all`: posts of all rows, or none if one can't become a post; `good`: posts of the rows that
    /// can. By default `check`.
    rows: Option<String>,
    /// What days like 03/04/2027 mean: `day` first or `month` first. By default they are refused.
    slashes: Option<String>,
    /// Make posts also where they were made of a file with the same content before.
    again: Option<bool>,
}

/// Something about a cell.
#[derive(Debug, Serialize, ToSchema)]
struct CellFinding {
    /// The heading; empty for the row as a whole.
    column: &'static str,
    /// Stable code.
    code: String,
    /// What is so, and what would change it.
    message: String,
}

impl From<&Finding> for CellFinding {
    fn from(finding: &Finding) -> Self {
        let Finding { column, code, message } = finding.clone();
        Self { column, code, message }
    }
}

/// What becomes of a row.
#[derive(Debug, Serialize, ToSchema)]
struct ImportedRow {
    /// The line of the file that it begins on, from 1.
    line: u64,
    /// The post, if one was made.
    post: Option<String>,
    /// When it is due.
    due_at: Option<String>,
    /// The accounts that it goes to.
    accounts: Vec<String>,
    /// Why no post can be made of it.
    errors: Vec<CellFinding>,
    /// What is worth knowing.
    warnings: Vec<CellFinding>,
}

/// What becomes of a file.
#[derive(Debug, Serialize, ToSchema)]
struct Imported {
    /// How many posts were made.
    made: usize,
    /// How many rows can become posts.
    good: usize,
    /// How many can't.
    bad: usize,
    /// Headings that mean nothing here; their columns are left out.
    unknown_columns: Vec<String>,
    /// Row by row.
    rows: Vec<ImportedRow>,
}

/// Takes posts in from a CSV, or only says what would become of it: row by row, with what stands against each. All posts are made
/// in one transaction, and of the same content once unless `again` says otherwise. The columns are in the guide "Posts as files".
#[utoipa::path(post, path = "/api/v1/posts/import", operation_id = "posts_import", tag = "posts", params(ImportParams),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Imported), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn import(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(params): Query<ImportParams>,
    request: Request,
) -> Result<axum::Json<Imported>, Failure> {
    let slashes = Slashes::parse(params.slashes.as_deref().unwrap_or_default());
    let which = match params.rows.as_deref().unwrap_or_default() {
        "" | "check" => None,
        "all" => Some(Which::All),
        "good" => Some(Which::Good),
        other => {
            let message = format!("`{other}` can't be asked for. Send `check`, `all` or `good`.");
            return Err(AppError::invalid("rows", "unknown", message).into());
        }
    };
    let asked =
        which.map(|which| Asked { which, slashes, again: params.again == Some(true), expected: None });
    let bytes = limited(request.into_body(), MOST_BYTES).await?;
    let made = post_files::take_in(&app.engine, &actor, ("", &bytes), slashes, asked).await?;
    Ok(axum::Json(Imported::from(made)))
}

impl From<Made> for Imported {
    fn from(Made { report, posts }: Made) -> Self {
        let told = |findings: &[Finding]| findings.iter().map(CellFinding::from).collect();
        let rows = report.rows.iter().map(|row| ImportedRow {
            line: row.line,
            post: posts.iter().find(|(line, _)| *line == row.line).map(|(_, id)| id.to_string()),
            due_at: row.due_at.map(|at| at.to_string()),
            accounts: row.accounts.iter().map(ToString::to_string).collect(),
            errors: told(&row.problems),
            warnings: told(&row.warnings),
        });
        Self {
            made: posts.len(),
            good: report.good(),
            bad: report.bad(),
            rows: rows.collect(),
            unknown_columns: report.unknown,
        }
    }
}

/// Posts that are planned, and were published, as a CSV that can be taken in again; at most 5,000. Posts without a time are in none.
#[utoipa::path(get, path = "/api/v1/posts/export", operation_id = "posts_export", tag = "posts", params(Wanted),
    responses((status = 200, body = String, content_type = "text/csv"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn export(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (bytes, name) = post_files::export(&app.engine, &actor, &wanted.filter()?, Mark::Without).await?;
    Ok(files::csv(bytes, &name))
}
