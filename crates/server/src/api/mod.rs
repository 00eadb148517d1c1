//! The JSON API under `/api/v1`, and its OpenAPI 3.1 description, which is generated from the same routes.

mod accounts;
mod analytics;
pub mod connect;
mod insights;
mod me;
mod media;
mod media_form;
mod notices;
mod numbers;
mod platforms;
mod post_files;
mod posts;
mod publications;
mod queue;
mod renditions;
mod series;
pub mod shapes;
mod standing;
mod sync;
mod tokens;
mod tus;
mod workspace;

pub use media_form::{
    fetch_whole as fetch_file, receive as receive_file, receive_small as receive_small_file,
};
pub use publications::checked_link;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::routing::get;
use carillon_domain::error::AppError;
use carillon_domain::id::{Id, Kind};
use carillon_domain::time::Timestamp;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::App;
use crate::http::failure::{FieldProblem, Problem};
use crate::urls;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Carillon",
        description = "Publishes to social networks exactly once. Errors are problem details (RFC 9457); lists are \
            `{items, next_cursor}`; times are RFC 3339; ids are TypeIDs.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem, FieldProblem)),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Document;

/// The two ways to say who one is.
struct Token;

impl utoipa::Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            "token",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("An API token of a workspace (Settings → API tokens)."))
                    .build(),
            ),
        );
    }
}

/// The API's routes, and the document that describes them.
pub struct Api {
    /// Routes whose answers are due in time.
    pub timed: Router<App>,
    /// Uploads, which take as long as the client's line does.
    pub uploads: Router<App>,
    /// The description of all of them.
    pub document: utoipa::openapi::OpenApi,
}

/// All API routes, and the document that describes them.
pub fn routes() -> Api {
    let (timed, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(me::get))
        .routes(routes!(workspace::get, workspace::patch))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(media::list))
        .routes(routes!(media::get, media::patch, media::delete))
        .routes(routes!(media::content))
        .routes(routes!(media::rendition))
        .routes(routes!(renditions::make))
        .routes(routes!(renditions::edit))
        .merge(platforms::routes())
        .merge(connect::routes())
        .merge(accounts::routes())
        .merge(sync::routes())
        .merge(standing::routes())
        .merge(notices::routes())
        .merge(insights::routes())
        .merge(analytics::routes())
        .merge(posts::routes())
        .merge(post_files::routes())
        .merge(queue::routes())
        .merge(series::routes())
        .merge(publications::routes())
        .split_for_parts();
    let (uploads, uploads_document) = OpenApiRouter::new()
        .routes(routes!(media_form::upload))
        .routes(routes!(media_form::fetch))
        .merge(tus::routes())
        .split_for_parts();
    document.merge(uploads_document);
    Api { timed, uploads: uploads.layer(DefaultBodyLimit::disable()), document }
}

/// What every operation may answer besides its own.
#[derive(utoipa::IntoResponses)]
enum Answers {
    /// A problem. 400 malformed, 401 no valid token, 403 not allowed to this role, 404 not in this workspace, 409 not in
    /// this state, 412 stale `If-Match`, 413 too large, 422 invalid with `errors` for each field, 429 too many requests,
    /// 5xx trouble on our side.
    #[response(status = "default", content_type = "application/problem+json")]
    #[expect(dead_code, reason = "describes the answer, is never made")]
    Problem(#[to_schema] Problem),
}

/// The document as it is served and printed, to the byte.
pub fn document() -> String {
    text(&routes().document)
}

fn text(document: &utoipa::openapi::OpenApi) -> String {
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// The public route of the document.
pub fn document_route(document: &utoipa::openapi::OpenApi) -> Router<App> {
    let text = axum::body::Bytes::from(text(document));
    let answer = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text) }
    };
    Router::new().route(urls::OPENAPI, get(answer))
}

/// A time of a query or body.
fn parsed_time(field: &'static str, text: &str) -> Result<Timestamp, AppError> {
    text.parse().map_err(|_| {
        AppError::invalid(
            field,
            "malformed_time",
            format!("`{text}` is not a time. Write it like 2026-11-24T18:30:00Z."),
        )
    })
}

/// The id that a page's cursor names.
fn cursor<K: Kind>(text: Option<&str>) -> Result<Option<Id<K>>, AppError> {
    text.map(|t| {
        t.parse().map_err(|_| {
            AppError::invalid("cursor", "invalid", "Give back `next_cursor` of the page before.")
        })
    })
    .transpose()
}

/// The body of a post: `{text, accounts, media, status, scheduled_at, timezone, overrides, parts, first_comment, tags,
/// campaign, link_parameters, fill_in}`.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the body; `PostInput` and `PostPatch` of the engine read it")]
struct PostBody {
    /// Base text.
    text: Option<String>,
    /// Accounts that it goes to.
    accounts: Option<Vec<String>>,
    /// Base media, in order.
    media: Option<Vec<String>>,
    /// `draft`, `scheduled`, `now`, or `queue`: scheduled for the next posting slot that is free on its accounts.
    status: Option<String>,
    /// RFC 3339, or wall-clock time in `timezone`. In a change an empty text takes the time of a draft away.
    scheduled_at: Option<String>,
    /// IANA zone; the workspace's by default.
    timezone: Option<String>,
    /// What differs, by account: `{text, media, parts, first_comment, options}`.
    overrides: Option<serde_json::Value>,
    /// Further parts of a thread: `{text, media}`.
    parts: Option<Vec<shapes::PartContent>>,
    /// A comment right after the post.
    first_comment: Option<String>,
    /// Labels.
    tags: Option<Vec<String>>,
    /// Campaign.
    campaign: Option<String>,
    /// For new posts that are scheduled: a rule of RFC 5545 by which they come again, on the clock of the workspace, as in
    /// `FREQ=WEEKLY;BYDAY=TU,TH`.
    repeat: Option<String>,
    /// Parameters that links get, by name, such as `{"utm_source": "{network}"}`; variables as for `fill_in`.
    link_parameters: Option<std::collections::BTreeMap<String, String>>,
    /// Whether `{account.name}`, `{account.handle}`, `{network}`, `{campaign}`, `{date}` and `{year}` in texts are filled in.
    fill_in: Option<bool>,
}
