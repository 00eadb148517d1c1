//! Signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::secret::Secret;
use serde::Deserialize;

use super::components::{Alert, Errors, Field};
use super::html;
use super::ui::Ui;
use crate::http::actor::{From, session_cookie, session_secret};
use crate::http::extract::{Form, Path, Query};
use crate::http::{App, Failure};
use crate::urls;

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignIn {
    ui: Ui,
    alerts: Vec<Alert>,
    return_to: String,
    email: Field,
    password: Field,
}

#[derive(Template)]
#[template(path = "pages/not_set_up.html")]
struct NotSetUp {
    ui: Ui,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Return {
    #[serde(rename = "return", default)]
    to: String,
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct SignInForm {
    email: String,
    password: Secret,
    #[serde(rename = "return", default)]
    return_to: String,
}

fn page(ui: Ui, email: &str, return_to: &str, errors: &Errors) -> Result<Response, Failure> {
    let alerts = errors.besides(&["email"]).into_iter().map(Alert::danger).collect();
    let page = SignIn {
        alerts,
        return_to: urls::local(return_to).to_owned(),
        email: Field::email("email", ui.tr("email"))
            .value(email)
            .autocomplete("username")
            .errors(errors)
            .autofocus(),
        password: Field::password("password", ui.tr("password"), "current-password"),
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// The form; for a server that nobody owns yet, how to set it up.
pub async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    Query(query): Query<Return>,
) -> Result<Response, Failure> {
    let ui = Ui::new(&app, &headers, &uri);
    if app.people.needs_setup().await? {
        return Ok(html(&NotSetUp { ui })?.into_response());
    }
    if let Some(secret) = session_secret(&headers)
        && app.people.session(&secret).await.is_ok()
    {
        return Ok(Redirect::to(urls::local(&query.to)).into_response());
    }
    page(ui, "", &query.to, &Errors::default())
}

/// Signs in.
pub async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    uri: Uri,
    From(client): From,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    match app.people.sign_in(&form.email, &form.password, &client).await {
        Ok(signed_in) => Ok(begin(&app, &signed_in.secret, urls::local(&form.return_to))),
        Err(error) => {
            let ui = Ui::new(&app, &headers, &uri);
            let errors = Errors::from_refusal(ui.t, error)?;
            let again = page(ui, &form.email, &form.return_to, &errors)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// Signs in by a link that is good once.
pub async fn by_link(
    State(app): State<App>,
    From(client): From,
    Path(token): Path<Secret>,
) -> Result<Response, Failure> {
    let signed_in = app.people.use_sign_in_link(&token, &client).await?;
    Ok(begin(&app, &signed_in.secret, urls::HOME))
}

/// Ends the session.
pub async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(secret) = session_secret(&headers) {
        app.people.sign_out(&secret).await?;
    }
    let mut response = Redirect::to(&urls::sign_in()).into_response();
    if let Some(cookie) = session_cookie(&app, None) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    // What the browser kept of the pages belongs to whoever was signed in.
    response.headers_mut().insert("clear-site-data", header::HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Gives the browser its session and sends it on.
pub fn begin(app: &App, secret: &Secret, to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Some(cookie) = session_cookie(app, Some(secret)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
