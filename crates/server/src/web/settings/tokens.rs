//! API tokens of a workspace.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{TokenId, WorkspaceId};
use carillon_domain::permission::{Permission, Role};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde::Deserialize;

use crate::http::actor::TokensAllowed;
use crate::http::extract::{Form, Path};
use crate::http::{App, Failure};
use crate::web::components::{Alert, Choice, Empty, Errors, Field};
use crate::web::html;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::{assets, urls};

#[derive(Template)]
#[template(path = "pages/settings/tokens.html")]
struct Tokens {
    ui: Ui,
    action: String,
    /// Shown once, on the answer to the form that made it.
    secret: Option<String>,
    rows: Vec<Row>,
    empty: Empty,
    alerts: Vec<Alert>,
    fields: Vec<Field>,
}

struct Row {
    name: String,
    prefix: String,
    role: &'static str,
    created_at: Timestamp,
    used_at: Option<Timestamp>,
    revoke: String,
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
pub struct TokenForm {
    name: String,
    role: String,
}

async fn page(
    app: &App,
    member: Member,
    typed: &TokenForm,
    errors: &Errors,
    secret: Option<Secret>,
) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let workspace = actor.workspace;
    let rows = app.people.tokens(&actor).await?.into_iter().map(|row| Row {
        role: row.role.as_str(),
        created_at: row.created_at,
        used_at: row.last_used_at,
        revoke: urls::revoke_token(workspace, row.id),
        name: row.name,
        prefix: row.prefix,
    });
    let may_give =
        |role: &Role| *role != Role::Client && (*role != Role::Owner || actor.role.may(Permission::Own));
    let choices = Role::ALL.into_iter().filter(may_give).map(|role| Choice {
        value: role.as_str().to_owned(),
        label: ui
            .arg("role", ui.of("role", role.as_str()))
            .arg("means", ui.of("role-means", role.as_str()))
            .tr("role-choice"),
    });
    let role = if typed.role.is_empty() { Role::Editor.as_str() } else { &typed.role };
    let page = Tokens {
        action: urls::tokens(workspace),
        secret: secret.map(|s| s.expose().to_owned()),
        rows: rows.collect(),
        empty: Empty::new(assets::glyph("key"), ui.tr("tokens-none"), ui.tr("tokens-none-text")),
        alerts: errors.besides(&["name", "role"]).into_iter().map(Alert::danger).collect(),
        fields: vec![
            Field::text("name", ui.tr("tokens-name"))
                .value(&typed.name)
                .hint(ui.tr("tokens-name-hint"))
                .errors(errors),
            Field::select("role", ui.tr("tokens-role"), choices.collect()).value(role).errors(errors),
        ],
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// The list and the form.
pub async fn show(State(app): State<App>, _: TokensAllowed, member: Member) -> Result<Response, Failure> {
    page(&app, member, &TokenForm::default(), &Errors::default(), None).await
}

/// Makes a token and shows it, once.
pub async fn submit(
    State(app): State<App>,
    _: TokensAllowed,
    member: Member,
    Form(form): Form<TokenForm>,
) -> Result<Response, Failure> {
    let made = match Role::parse(&form.role) {
        Some(role) => app.people.create_token(&member.actor, &form.name, role).await,
        None => Err(AppError::invalid("role", "unknown_role", "Choose one of the roles.")),
    };
    match made {
        Ok(made) => {
            let shown =
                page(&app, member, &TokenForm::default(), &Errors::default(), Some(made.secret)).await?;
            Ok((StatusCode::CREATED, shown).into_response())
        }
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            let again = page(&app, member, &form, &errors, None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// Ends a token.
pub async fn revoke(
    State(app): State<App>,
    _: TokensAllowed,
    member: Member,
    Path((_, token)): Path<(WorkspaceId, TokenId)>,
) -> Result<Response, Failure> {
    app.people.revoke_token(&member.actor, token).await?;
    Ok(Redirect::to(&urls::tokens(member.actor.workspace)).into_response())
}
