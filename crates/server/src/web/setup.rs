//! The sign-up of the first owner, through the single-use link that the first start prints.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::secret::Secret;
use carillon_engine::people::{NewPerson, NewWorkspace, PASSWORD_CHARS};
use serde::Deserialize;

use super::components::{Alert, Errors, Field};
use super::ui::Ui;
use super::{html, sign_in};
use crate::http::actor::From;
use crate::http::extract::{Form, Path};
use crate::http::{App, Failure};
use crate::urls;

#[derive(Template)]
#[template(path = "pages/setup.html")]
struct Setup {
    ui: Ui,
    action: String,
    alerts: Vec<Alert>,
    fields: Vec<Field>,
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct SetupForm {
    workspace: String,
    name: String,
    email: String,
    password: Secret,
    timezone: String,
}

fn page(ui: Ui, token: &Secret, form: Option<&SetupForm>, errors: &Errors) -> Result<Response, Failure> {
    const FIELDS: [&str; 5] = ["workspace", "name", "email", "password", "timezone"];
    let typed = |pick: fn(&SetupForm) -> &String| form.map(|f| pick(f).clone()).unwrap_or_default();
    let zone = form.map_or_else(|| "UTC".to_owned(), |f| f.timezone.clone());
    let zone_field = Field::zone("timezone", ui.tr("workspace-zone")).value(zone).errors(errors);
    let fields = vec![
        Field::text("name", ui.tr("your-name"))
            .value(typed(|f| &f.name))
            .autocomplete("name")
            .errors(errors)
            .autofocus(),
        Field::email("email", ui.tr("email"))
            .value(typed(|f| &f.email))
            .autocomplete("username")
            .errors(errors),
        Field::password("password", ui.tr("password"), "new-password")
            .hint(ui.count("n", PASSWORD_CHARS).tr("password-hint"))
            .min_length(PASSWORD_CHARS)
            .errors(errors),
        Field::text("workspace", ui.tr("workspace-name"))
            .value(typed(|f| &f.workspace))
            .hint(ui.tr("workspace-name-hint"))
            .autocomplete("organization")
            .errors(errors),
        if form.is_none() { zone_field.guessing() } else { zone_field },
    ];
    let alerts = errors.besides(&FIELDS).into_iter().map(Alert::danger).collect();
    Ok(html(&Setup { ui, action: urls::setup(token.expose()), alerts, fields })?.into_response())
}

/// The form, while the link is good.
pub async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Path(token): Path<Secret>,
) -> Result<Response, Failure> {
    if !app.people.setup_link_is_good(&token).await? {
        if !app.people.needs_setup().await? {
            return Ok(Redirect::to(&urls::sign_in()).into_response());
        }
        return Err(AppError::NotFound {
            what: "set-up link, or it ran out. Restart Carillon for a new one",
        }
        .into());
    }
    page(Ui::new(&app, &headers, &uri), &token, None, &Errors::default())
}

/// Makes the owner and their workspace, and signs them in.
pub async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    From(client): From,
    Path(token): Path<Secret>,
    Form(form): Form<SetupForm>,
) -> Result<Response, Failure> {
    let person =
        NewPerson { email: form.email.clone(), name: form.name.clone(), password: form.password.clone() };
    let home = NewWorkspace { name: form.workspace.clone(), timezone: form.timezone.clone() };
    match app.people.sign_up_owner(&token, person, home, &client).await {
        Ok(signed_in) => Ok(sign_in::begin(&app, &signed_in.secret, urls::HOME)),
        Err(error) => {
            let ui = Ui::new(&app, &headers, &uri);
            let errors = Errors::from_refusal(ui.t, error)?;
            let again = page(ui, &token, Some(&form), &errors)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}
