//! `/api/v1/tokens`

use axum::extract::State;
use axum::http::StatusCode;
use carillon_domain::error::AppError;
use carillon_domain::id::TokenId;
use carillon_domain::permission::Role;
use carillon_engine::people::TokenRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Answers;
use crate::http::actor::{Caller, TokensAllowed};
use crate::http::extract::{Json, Path};
use crate::http::{App, Failure};

/// An API token, without the token itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Id.
    #[schema(example = "tok_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    #[schema(example = "editor")]
    pub role: String,
    /// How it begins.
    pub prefix: String,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it was last used, to the minute; null: never.
    pub last_used_at: Option<String>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            role: row.role.as_str().to_owned(),
            prefix: row.prefix,
            created_at: row.created_at.to_string(),
            last_used_at: row.last_used_at.map(|at| at.to_string()),
        }
    }
}

/// All tokens; there are few, so this list has one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// Newest first.
    pub items: Vec<Token>,
    /// Always null.
    pub next_cursor: Option<String>,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// owner, admin, editor, contributor, analyst or client.
    pub role: String,
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreatedToken {
    /// What is kept of it.
    #[serde(flatten)]
    pub token: Token,
    /// The token itself; it is shown only here.
    pub secret: String,
}

/// List API tokens
#[utoipa::path(get, path = "/api/v1/tokens", tag = "workspace", responses((status = 200, body = Tokens), Answers))]
pub async fn list(
    State(app): State<App>,
    _: TokensAllowed,
    Caller(actor): Caller,
) -> Result<axum::Json<Tokens>, Failure> {
    let rows = app.people.tokens(&actor).await?;
    Ok(axum::Json(Tokens { items: rows.into_iter().map(Token::from).collect(), next_cursor: None }))
}

/// Make an API token
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "workspace",
    request_body = NewToken,
    responses((status = 201, body = CreatedToken), Answers),
)]
pub async fn create(
    State(app): State<App>,
    _: TokensAllowed,
    Caller(actor): Caller,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, axum::Json<CreatedToken>), Failure> {
    let role = Role::parse(&new.role).ok_or_else(|| {
        let known = Role::ALL.map(Role::as_str).join(", ");
        AppError::invalid("role", "unknown_role", format!("There is no such role. Choose one of {known}."))
    })?;
    let made = app.people.create_token(&actor, &new.name, role).await?;
    let body = CreatedToken { token: made.token.into(), secret: made.secret.expose().to_owned() };
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Revoke an API token
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{token}",
    tag = "workspace",
    params(("token" = String, Path)),
    responses((status = 204), Answers),
)]
pub async fn revoke(
    State(app): State<App>,
    _: TokensAllowed,
    Caller(actor): Caller,
    Path(token): Path<TokenId>,
) -> Result<StatusCode, Failure> {
    app.people.revoke_token(&actor, token).await?;
    Ok(StatusCode::NO_CONTENT)
}
