//! `/api/v1/accounts`: connected accounts.

use axum::extract::State;
use carillon_domain::account::CapMode;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_engine::Actor;
use carillon_engine::usecase::accounts::{self, AccountPatch};
use carillon_engine::usecase::{budgets, horizon};
use carillon_store::repo::account::AccountRow;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shapes::{Account, Page};
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::conditions::IfMatch;
use crate::http::extract::{Json, Path, Query};
use crate::http::failure::{Failure, Problem};

/// The routes of this resource.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, update, disconnect))
}

/// Lists all connected accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts",
    responses((status = 200, body = Page<Account>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(State(app): State<App>, Caller(actor): Caller) -> Result<axum::Json<Page<Account>>, Failure> {
    let rows = accounts::list(&app.engine, &actor).await?;
    Ok(axum::Json(Page { items: shaped(&app, &actor, &rows).await?, next_cursor: None }))
}

/// Accounts with how their logins stand.
async fn shaped(app: &App, actor: &Actor, rows: &[AccountRow]) -> Result<Vec<Account>, Failure> {
    let outlooks = horizon::outlooks(&app.engine, actor, rows).await?;
    let shaped = |(row, outlook)| Account::new(&app.engine, row).with(&app.engine, row, outlook);
    Ok(rows.iter().zip(&outlooks).map(shaped).collect())
}

async fn shaped_one(app: &App, actor: &Actor, row: AccountRow) -> Result<axum::Json<Account>, Failure> {
    let outlooks = horizon::outlooks(&app.engine, actor, std::slice::from_ref(&row)).await?;
    let outlook = outlooks.into_iter().next().unwrap_or_default();
    let budgets = budgets::of(&app.engine, actor, &row).await?;
    let account = Account::new(&app.engine, &row).with(&app.engine, &row, &outlook);
    Ok(axum::Json(account.with_budgets(&budgets)))
}

/// One account.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "accounts", params(("id" = String, Path)),
    responses((status = 200, body = Account), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<AccountId>,
) -> Result<axum::Json<Account>, Failure> {
    let row = accounts::get(&app.engine, &actor, id).await?;
    shaped_one(&app, &actor, row).await
}

/// What may be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Patch {
    /// Limits.
    caps: Option<PatchCaps>,
    /// `warn` or `enforce`.
    cap_mode: Option<String>,
}

/// Limits that may be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PatchCaps {
    /// Most publications a day; null goes back to the default.
    daily: Option<u32>,
}

/// Changes an account's caps.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "accounts", params(("id" = String, Path)), request_body = Patch,
    responses((status = 200, body = Account), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn update(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<AccountId>,
    IfMatch(if_match): IfMatch,
    Json(body): Json<Patch>,
) -> Result<axum::Json<Account>, Failure> {
    let mode = body.cap_mode.as_deref().map(|text| {
        CapMode::parse(text)
            .ok_or_else(|| AppError::invalid("cap_mode", "unknown", "`cap_mode` is `warn` or `enforce`."))
    });
    let patch = AccountPatch { if_match, daily_cap: body.caps.map(|c| c.daily), cap_mode: mode.transpose()? };
    let row = accounts::update(&app.engine, &actor, id, patch).await?;
    shaped_one(&app, &actor, row).await
}

/// How to disconnect.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DisconnectQuery {
    /// Also forget the account itself, where it has no history.
    #[serde(default)]
    erase: bool,
}

/// Disconnects an account: revokes at the network, erases the tokens, keeps history.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}", tag = "accounts", params(("id" = String, Path), DisconnectQuery),
    responses((status = 200, body = Account), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn disconnect(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<AccountId>,
    IfMatch(if_match): IfMatch,
    Query(query): Query<DisconnectQuery>,
) -> Result<axum::Json<Account>, Failure> {
    let row = accounts::disconnect(&app.engine, &actor, id, if_match, query.erase).await?;
    Ok(axum::Json(Account::new(&app.engine, &row)))
}
