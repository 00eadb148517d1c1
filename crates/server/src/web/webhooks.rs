//! What networks send by themselves. No session, no token: the request is signed, and whoever reads it checks that.

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use carillon_connectors::contract::webhooks::{Address, Incoming};
use carillon_engine::usecase::webhooks::{self, Deletion, Reply};
use serde_json::json;

use super::html;
use super::ui::Ui;
use crate::http::extract::Path;
use crate::http::{App, Failure, outlive};
use crate::urls;

/// Largest delivery, in bytes. Meta puts up to a thousand updates into one.
const LARGEST: usize = 4 << 20;

/// Largest `signed_request`, in bytes. It names one person.
const LARGEST_REQUEST: usize = 16 << 10;

/// The addresses that networks call. Nobody's patience with one network's deliveries may use up another's, so the limits for people do
/// not hold here; what is not signed costs next to nothing.
pub fn routes(app: &App) -> Router<App> {
    let bounded = |address: Address, largest: usize, route: Router<App>| {
        route
            .layer(from_fn_with_state((app.clone(), largest), outlive::up_to))
            .layer(from_fn_with_state((app.clone(), address), expected))
            .layer(DefaultBodyLimit::max(largest))
    };
    let told = Router::new().route(urls::WEBHOOK, get(events).post(events));
    let left = Router::new().route(urls::WEBHOOK_DEAUTHORIZE, post(deauthorize));
    let deleted = Router::new().route(urls::WEBHOOK_DATA_DELETION, post(data_deletion));
    bounded(Address::Events, LARGEST, told)
        .merge(bounded(Address::Deauthorize, LARGEST_REQUEST, left))
        .merge(bounded(Address::DataDeletion, LARGEST_REQUEST, deleted))
}

/// Refuses what can be refused before its body is read.
async fn expected(
    State((app, address)): State<(App, Address)>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let Path(platform) = Path::<String>::from_request_parts(&mut parts, &app).await?;
    let answered = webhooks::glance(&app.engine, &platform, address, &parts.method, &parts.headers)?;
    match answered {
        Some(answer) => Ok(reply(&app, &platform, answer)),
        None => Ok(next.run(Request::from_parts(parts, body)).await),
    }
}

/// A request as it came.
struct Raw {
    method: Method,
    query: Option<String>,
    headers: HeaderMap,
    body: Bytes,
}

impl Raw {
    fn at(self, address: Address) -> Incoming {
        let query = form_urlencoded::parse(self.query.unwrap_or_default().as_bytes()).into_owned().collect();
        Incoming { address, method: self.method, query, headers: self.headers, body: self.body }
    }
}

async fn events(
    State(app): State<App>,
    Path(platform): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    answer(&app, &platform, Raw { method, query, headers, body }.at(Address::Events)).await
}

async fn deauthorize(
    State(app): State<App>,
    Path(platform): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    answer(&app, &platform, Raw { method, query: None, headers, body }.at(Address::Deauthorize)).await
}

async fn data_deletion(
    State(app): State<App>,
    Path(platform): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    answer(&app, &platform, Raw { method, query: None, headers, body }.at(Address::DataDeletion)).await
}

async fn answer(app: &App, platform: &str, incoming: Incoming) -> Result<Response, Failure> {
    Ok(reply(app, platform, webhooks::hear(&app.engine, platform, &incoming).await?))
}

fn reply(app: &App, platform: &str, reply: Reply) -> Response {
    match reply {
        Reply::Answer(answer) => ([(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response(),
        Reply::Heard => StatusCode::OK.into_response(),
        Reply::Deleting { code } => {
            let url = app.engine.networks.own_url(&urls::deletion(platform, &code));
            axum::Json(json!({ "url": url, "confirmation_code": code })).into_response()
        }
        Reply::Refused(status) => status.into_response(),
    }
}

#[derive(Template)]
#[template(path = "pages/deletion.html")]
struct DeletionPage {
    ui: Ui,
    deletion: Deletion,
}

/// Where a person who asked for deletion sees how it stands. The code in the address is the permission.
pub async fn deletion(
    State(app): State<App>,
    Path((platform, code)): Path<(String, String)>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Failure> {
    let deletion = webhooks::deletion(&app.engine, &platform, &code).await?;
    let ui = Ui::new(&app, &headers, &uri);
    Ok(html(&DeletionPage { ui, deletion })?.into_response())
}
