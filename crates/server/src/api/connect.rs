//! `/api/v1/connect`: connecting accounts.

use axum::extract::State;
use carillon_connectors::contract::authorizer::Callback;
use carillon_connectors::kit::server_url;
use carillon_domain::error::AppError;
use carillon_domain::id::{ConnectId, GrantId};
use carillon_domain::secret::Secret;
use carillon_engine::usecase::connect::{self, Begun, CallbackQuery, ConnectRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{Account, RemoteError};
use crate::http::actor::Caller;
use crate::http::extract::{Json, Path};
use crate::http::failure::{Failure, Problem};
use crate::http::{App, Sensitive};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(begin, status)).routes(routes!(targets, choose))
}

/// How to connect; which fields are needed depends on the platform.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Host or URL of the account's server, for networks of many servers.
    server: Option<String>,
    /// One of the platform's login flavours.
    flavour: Option<String>,
    /// Handle or e-mail, for networks with app passwords.
    identifier: Option<String>,
    /// App password.
    #[schema(value_type = Option<String>)]
    app_password: Option<Secret>,
    /// Where the browser goes afterwards; a page of this server.
    return_to: Option<String>,
}

/// Where to send the browser, or the account that was connected at once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Answer {
    /// OAuth.
    Redirect {
        /// The network's page.
        authorize_url: String,
        /// For asking how it went.
        connect_id: String,
    },
    /// App password.
    Connected(Box<Account>),
}

/// Begins to connect an account.
#[utoipa::path(post, path = "/api/v1/connect/{id}", tag = "connect",
    params(("id" = String, Path, description = "Name of the platform")),
    request_body = Request,
    responses((status = 200, body = Answer), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn begin(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Sensitive,
    Path(platform): Path<String>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Answer>, Failure> {
    let request = request.checked(&app)?;
    let begun = connect::begin(&app.engine, &actor, &platform, request).await?;
    let answer = match begun {
        Begun::Redirect { connect, authorize_url } => {
            Answer::Redirect { authorize_url: authorize_url.to_string(), connect_id: connect.to_string() }
        }
        Begun::Connected { accounts, .. } => match accounts.first() {
            Some(account) => Answer::Connected(Box::new(Account::new(&app.engine, account))),
            None => return Err(AppError::NotFound { what: "account" }.into()),
        },
    };
    Ok(axum::Json(answer))
}

impl Request {
    /// Reads the server as people type it.
    fn checked(self, app: &App) -> Result<ConnectRequest, AppError> {
        let server = self.server.filter(|s| !s.trim().is_empty());
        let server = server.map(|text| {
            server_url::normalise(&text, &app.settings.egress.allow)
                .map_err(|e| AppError::invalid("server", "invalid_server", e.to_string()))
        });
        Ok(ConnectRequest {
            server: server.transpose()?,
            flavour: self.flavour,
            identifier: self.identifier,
            app_password: self.app_password,
            return_to: self.return_to,
        })
    }
}

/// How connecting stands.
#[derive(Debug, Serialize, ToSchema)]
struct Status {
    /// `pending`, `choose`, `connected` or `failed`.
    status: String,
    /// The accounts that were connected.
    accounts: Vec<String>,
    /// The login to choose accounts under, for `choose`.
    grant: Option<String>,
    /// Why it failed.
    error: Option<RemoteError>,
}

/// How an attempt at connecting stands.
#[utoipa::path(get, path = "/api/v1/connect/{id}", tag = "connect",
    params(("id" = String, Path, description = "The `connect_id` that beginning answered")),
    responses((status = 200, body = Status), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn status(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<ConnectId>,
) -> Result<axum::Json<Status>, Failure> {
    let row = connect::status(&app.engine, &actor, id).await?;
    Ok(axum::Json(Status {
        status: row.status,
        accounts: row.accounts.iter().map(ToString::to_string).collect(),
        grant: row.grant.map(|g| g.to_string()),
        error: row.error.as_ref().map(RemoteError::from),
    }))
}

/// An identity under a login.
#[derive(Debug, Serialize, ToSchema)]
struct Target {
    /// The network's id; give it back to choose.
    id: String,
    /// Handle.
    handle: String,
    /// Display name.
    name: String,
    /// Avatar.
    avatar_url: Option<String>,
}

/// The identities under a login.
#[derive(Debug, Serialize, ToSchema)]
struct Targets {
    /// All of them.
    items: Vec<Target>,
}

/// The Pages, channels or organisations under one login.
#[utoipa::path(get, path = "/api/v1/connect/grants/{id}/targets", tag = "connect", params(("id" = String, Path)),
    responses((status = 200, body = Targets), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn targets(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<GrantId>,
) -> Result<axum::Json<Targets>, Failure> {
    let row = connect::targets(&app.engine, &actor, id).await?;
    let items = row
        .targets
        .into_iter()
        .map(|t| Target { id: t.remote_id, handle: t.handle, name: t.name, avatar_url: t.avatar_url })
        .collect();
    Ok(axum::Json(Targets { items }))
}

/// The chosen identities.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// Their ids.
    targets: Vec<String>,
}

/// The accounts that a choice connected.
#[derive(Debug, Serialize, ToSchema)]
struct Chosen {
    /// The accounts.
    items: Vec<Account>,
}

/// Connects the chosen ones.
#[utoipa::path(post, path = "/api/v1/connect/grants/{id}/targets", tag = "connect", params(("id" = String, Path)),
    request_body = Choice,
    responses((status = 200, body = Chosen), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn choose(
    State(app): State<App>,
    Caller(actor): Caller,
    _: Sensitive,
    Path(id): Path<GrantId>,
    Json(choice): Json<Choice>,
) -> Result<axum::Json<Chosen>, Failure> {
    let rows = connect::choose(&app.engine, &actor, id, &choice.targets).await?;
    Ok(axum::Json(Chosen { items: rows.iter().map(|row| Account::new(&app.engine, row)).collect() }))
}

/// What a network's redirect says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CallbackParams {
    state: String,
    code: Option<Secret>,
    error: Option<String>,
    error_description: Option<String>,
}

impl CallbackParams {
    /// For the use case.
    pub fn query(self, session_hash: Option<Vec<u8>>) -> CallbackQuery {
        CallbackQuery {
            state: self.state,
            callback: Callback {
                code: self.code,
                error: self.error,
                error_description: self.error_description,
            },
            session_hash,
        }
    }
}
