//! `/api/v1/notices`: what needs a person, what is good to know, and who hears of what.

use axum::extract::State;
use axum::http::StatusCode;
use carillon_domain::id::{NoticeId, SentReportId};
use carillon_domain::notice::NoticeKind;
use carillon_engine::usecase::notice_wishes::{self, Hearing, Wish};
use carillon_engine::usecase::notices;
use carillon_store::repo::notice::{NoticeRow, Which};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::Page;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::conditions::page_size;
use crate::http::extract::{Json, Path, Query};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read)).routes(routes!(preferences, prefer))
}

/// Something that people hear of. There is one of a cause, until it is settled.
#[derive(Debug, Serialize, ToSchema)]
struct Notice {
    /// `notice_…`
    id: String,
    /// `signed_out`, `login_ends`, `reading_fails`, `cap_near` of an account; `failed`, `unconfirmed`, `held`, `incomplete`, `published`,
    /// `unscheduled` (of a series) of a publication; `report_ready` of a report.
    kind: &'static str,
    /// Whether it stays open until somebody settles it. What does not is over after a day.
    needs_a_person: bool,
    /// The account; null where it is about all of them.
    account: Option<String>,
    /// The report, where it is about one.
    report: Option<String>,
    /// The post, where it is about one.
    post: Option<String>,
    /// Why, in plain words.
    cause: Option<String>,
    /// When it happened.
    created_at: String,
    /// When it was settled, or over; null until then.
    cleared_at: Option<String>,
    /// When the caller read it; a token reads for itself.
    read_at: Option<String>,
}

impl From<&NoticeRow> for Notice {
    fn from(row: &NoticeRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind.as_str(),
            needs_a_person: row.kind.needs_a_person(),
            account: row.account.map(|id| id.to_string()),
            report: (row.kind == NoticeKind::ReportReady)
                .then(|| SentReportId::from_uuid(row.subject).to_string()),
            post: row.post.map(|id| id.to_string()),
            cause: row.cause.clone(),
            created_at: row.created_at.to_string(),
            cleared_at: row.cleared_at.map(|at| at.to_string()),
            read_at: row.read_at.map(|at| at.to_string()),
        }
    }
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Where the page before ended.
    #[param(value_type = Option<String>)]
    cursor: Option<NoticeId>,
    /// How many items at most; 1 to 100.
    limit: Option<u32>,
    /// Only what needs a person, or only what does not.
    needs_a_person: Option<bool>,
}

/// What needs a person, newest first, and what did; and what is good to know. Of accounts those hear who may connect them, of posts
/// those who may publish, of reports those who may read; for everybody else the list is empty.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", operation_id = "list_notices", params(Filter),
    responses((status = 200, body = Page<Notice>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(filter): Query<Filter>,
) -> Result<axum::Json<Page<Notice>>, Failure> {
    let limit = usize::try_from(page_size(filter.limit)?).unwrap_or(1);
    let which = match filter.needs_a_person {
        None => Which::All,
        Some(true) => Which::Needing,
        Some(false) => Which::News,
    };
    let (rows, next) = notices::list(&app.engine, &actor, which, filter.cursor, limit).await?;
    Ok(axum::Json(Page {
        items: rows.iter().map(Notice::from).collect(),
        next_cursor: next.map(|id| id.to_string()),
    }))
}

/// Marks one as read, for the caller alone.
#[utoipa::path(post, path = "/api/v1/notices/{id}/read", tag = "notices", operation_id = "read_notice",
    params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn read(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<NoticeId>,
) -> Result<StatusCode, Failure> {
    notices::read(&app.engine, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the caller hears of a kind of notice in this workspace.
#[derive(Debug, Serialize, ToSchema)]
struct NoticePreference {
    /// As in notices.
    kind: &'static str,
    /// As in notices.
    needs_a_person: bool,
    /// Whether it is in the list of notices, and counted as unread.
    in_app: bool,
    /// Whether it goes by e-mail: what needs a person at most once in an hour, the rest once a day. Never to tokens.
    by_mail: bool,
    /// Whether `in_app` stays true: of what needs a person, owners always hear there.
    stays: bool,
}

impl From<&Hearing> for NoticePreference {
    fn from(hearing: &Hearing) -> Self {
        Self {
            kind: hearing.kind.as_str(),
            needs_a_person: hearing.kind.needs_a_person(),
            in_app: hearing.ways.in_app,
            by_mail: hearing.ways.by_mail,
            stays: hearing.stays,
        }
    }
}

/// How the caller wants to hear of a kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedPreference {
    /// The kind.
    kind: String,
    /// In the list; as it is by default.
    #[serde(default)]
    in_app: Option<bool>,
    /// By e-mail; as it is by default.
    #[serde(default)]
    by_mail: Option<bool>,
}

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedPreferences {
    /// Kinds that are not in it stay as they are.
    preferences: Vec<WantedPreference>,
}

/// How the caller hears of each kind of notice that is for their role. It is their own: a token chooses for itself.
#[utoipa::path(get, path = "/api/v1/notices/preferences", tag = "notices", operation_id = "list_notice_preferences",
    responses((status = 200, body = Page<NoticePreference>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn preferences(
    State(app): State<App>,
    Caller(actor): Caller,
) -> Result<axum::Json<Page<NoticePreference>>, Failure> {
    let all = notice_wishes::list(&app.engine, &actor).await?;
    Ok(axum::Json(Page { items: all.iter().map(NoticePreference::from).collect(), next_cursor: None }))
}

/// Changes how the caller hears of these kinds.
#[utoipa::path(patch, path = "/api/v1/notices/preferences", tag = "notices", operation_id = "change_notice_preferences",
    request_body = WantedPreferences,
    responses((status = 200, body = Page<NoticePreference>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn prefer(
    state: State<App>,
    Caller(actor): Caller,
    Json(body): Json<WantedPreferences>,
) -> Result<axum::Json<Page<NoticePreference>>, Failure> {
    let read = |one: WantedPreference| Wish { kind: one.kind, in_app: one.in_app, by_mail: one.by_mail };
    let wishes: Vec<Wish> = body.preferences.into_iter().map(read).collect();
    notice_wishes::change(&state.engine, &actor, &wishes).await?;
    preferences(state, Caller(actor)).await
}
