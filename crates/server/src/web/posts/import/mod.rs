//! Taking posts in from a file: the form, and what a file may hold.

pub mod one;

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::permission::Permission;
use carillon_engine::usecase::post_files::{self, COLUMNS, MOST_BYTES, MOST_ROWS};

use crate::http::App;
use crate::web::components::Alert;
use crate::web::frame::Section;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};
use crate::{files, urls};

#[derive(Template)]
#[template(path = "pages/import.html")]
struct Import {
    ui: Ui,
    action: String,
    example_url: String,
    alert: Option<Alert>,
    columns: Vec<&'static str>,
    /// What to write for each account.
    accounts: Vec<String>,
    most_rows: usize,
    most_kb: usize,
}

async fn page(app: &App, member: Member, alert: Option<Alert>) -> Result<Response, Failure> {
    let member = member.at(Section::Calendar);
    member.actor.require(Permission::Write)?;
    let workspace = member.actor.workspace;
    let page = Import {
        accounts: post_files::accounts(&app.engine, &member.actor).await?,
        action: urls::import_posts(workspace),
        example_url: urls::import_example(workspace),
        alert,
        columns: COLUMNS.to_vec(),
        most_rows: MOST_ROWS,
        most_kb: MOST_BYTES / 1024,
        ui: member.ui,
    };
    Ok(html(&page)?.into_response())
}

/// The form.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    page(&app, member, None).await
}

/// A file to begin with.
pub async fn example(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let bytes = post_files::example(&app.engine, &member.actor).await?;
    Ok(files::csv(bytes, "example.csv"))
}

/// Takes a file in, and leads to what would become of it.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::Write)?;
    let taken = match crate::api::receive_small_file(form, MOST_BYTES, post_files::too_large).await {
        Ok((name, bytes)) => {
            post_files::keep(&app.engine, &member.actor, &name, &bytes).await.map_err(Failure::from)
        }
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(id) => Ok(Redirect::to(&urls::post_import(member.actor.workspace, id)).into_response()),
        Err(failure) if failure.status.is_client_error() => {
            let told = failure.errors.first().map_or_else(|| failure.detail.clone(), |e| e.message.clone());
            let told = Alert::danger(member.ui.said(&told));
            let again = page(&app, member, Some(told)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(failure) => Err(failure),
    }
}
