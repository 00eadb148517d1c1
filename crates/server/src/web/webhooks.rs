//! What networks send by themselves. No session, no token: the request is signed, and whoever reads it checks that.

use askama::Template;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use carillon_connectors::contract::webhooks::{Address, Incoming};
use carillon_engine::usecase::webhooks::{self, Deletion, Reply};
use serde_json::json;

use super::html;
use super::ui::Ui;
use crate::http::extract::Path;
use crate::http::{App, Failure};
use crate::urls;

/// Largest delivery, in bytes. Meta puts up to a thousand updates into one.
const LARGEST: usize = 4 << 20;

/// The addresses that networks call. Nobody's patience with one network's deliveries may use up another's, so the limits for people do
/// not hold here; what is not signed costs next to nothing.
pub fn routes() -> Router<App> {
    Router::new()
        .route(urls::WEBHOOK, get(events).post(events))
        .route(urls::WEBHOOK_DEAUTHORIZE, post(deauthorize))
        .route(urls::WEBHOOK_DATA_DELETION, post(data_deletion))
        .layer(DefaultBodyLimit::max(LARGEST))
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
    Ok(match webhooks::hear(&app.engine, platform, &incoming).await? {
        Reply::Answer(answer) => ([(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response(),
        Reply::Heard => StatusCode::OK.into_response(),
        Reply::Deleting { code } => {
            let url = app.engine.networks.own_url(&urls::deletion(platform, &code));
            axum::Json(json!({ "url": url, "confirmation_code": code })).into_response()
        }
        Reply::Refused(status) => status.into_response(),
    })
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
