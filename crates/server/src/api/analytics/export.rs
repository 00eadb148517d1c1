//! Tables as files.

use axum::extract::State;
use axum::response::Response;
use carillon_engine::report::Mark;
use carillon_engine::usecase::analytics::Filter;
use carillon_engine::usecase::exports::Which;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Against, Wanted};
use crate::files::{self, Format, Spoken};
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::Query;
use crate::http::failure::{Failure, Problem};
use crate::i18n::Tr;

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct File {
    /// `figures` (when not given), `days`, `networks`, `accounts`, `top-posts`, `posts`, `account-posts` (of one `account`, of all
    /// times), `curve` (of one `post`, by its age), `best-times` (of one `account`, every hour of the week, of its posts of the last year)
    /// or `sync-runs` (of all times, unless `from` or `to` is given). `curve` and `best-times` look at nothing else of the filter, and are
    /// refused with `known_on`. Not for `pdf` and `parquet`.
    table: Option<String>,
    /// Of `curve`, which post: the `id` that the posts of these answers have.
    post: Option<String>,
    /// Of `curve`, which number: `views`, `engagements`, `reach`, `likes`, `comments`, `shares` or `saves`; the first of them that the post
    /// has when not given.
    metric: Option<String>,
    /// `csv` (when not given) or `xlsx` for the table, `pdf` for the report of the time, `parquet` for the raw history: a row for each number
    /// of the accounts' profiles and of their posts that was seen in the time, at most 1,000,000; not with `tag`, `campaign` or `known_on`.
    /// What networks tell only the owner (days of the account, its audience) is not in it: `GET /api/v1/analytics/audience`.
    format: Option<String>,
}

/// A whole table, the report, or the raw history, as a file: the numbers of the other answers, with headings that name zone, unit and basis. A number that is not
/// known is an empty cell, never zero. At most 50,000 rows; for more, 422 `too_many_rows`.
#[utoipa::path(get, path = "/api/v1/analytics/export", tag = "analytics", operation_id = "analytics_export", params(File, Against, Wanted),
    responses((status = 200, description = "The file.", content(
        (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/vnd.apache.parquet"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn file(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(file): Query<File>,
    Query(against): Query<Against>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let filter = Filter { compare: against.compare, ..wanted.into() };
    // Programs look for headings by name: they are the same for everybody.
    let words = Spoken(Tr::negotiate(None, None));
    if file.format.as_deref() == Some("pdf") {
        return files::paper(&app, &actor, words, &filter).await;
    }
    if file.format.as_deref() == Some("parquet") {
        return files::history(&app, &actor, &filter).await;
    }
    let name = file.table.as_deref().unwrap_or("figures");
    let which = Which { name, post: file.post.as_deref(), metric: file.metric.as_deref() };
    let wanted_format = file.format.as_deref().unwrap_or("csv");
    let format = Format::parse(wanted_format).ok_or_else(|| files::unknown_format(wanted_format))?;
    files::table(&app, &actor, words, (which, format, Mark::Without), &filter).await
}
