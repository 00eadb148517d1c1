//! Lists of holidays: taken in as files, and taken away.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::{HolidayListId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_engine::usecase::days::{self, MOST_BYTES, NewNote};
use carillon_store::repo::holiday::Listed;

use super::notes;
use crate::http::App;
use crate::http::extract::Path;
use crate::urls;
use crate::web::Failure;
use crate::web::components::Errors;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

/// A list.
pub struct List {
    /// What it is called.
    pub name: String,
    /// How many days it has.
    pub days: i64,
    /// Its last day.
    pub until: String,
    /// Where it is taken away.
    pub remove: String,
}

impl List {
    /// From what is kept of it.
    pub fn new(ui: &Ui, listed: &Listed) -> Self {
        let Listed { list, days, until } = listed;
        Self {
            name: if list.name.is_empty() { ui.tr("holidays-nameless") } else { list.name.clone() },
            days: *days,
            until: until.map(|day| day.to_string()).unwrap_or_default(),
            remove: urls::remove_holidays(list.workspace, list.id),
        }
    }
}

/// Takes a list in from the form.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::ManageWorkspace)?;
    let taken = match crate::api::receive_small_file(form, MOST_BYTES, days::too_large).await {
        Ok((name, bytes)) => days::take_holidays(&app.engine, &member.actor, &name, bytes.to_vec())
            .await
            .map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(_) => Ok(Redirect::to(&urls::notes(member.actor.workspace)).into_response()),
        Err(failure) if failure.status.is_client_error() => {
            let told = failure.errors.first().map_or_else(|| failure.detail.clone(), |e| e.message.clone());
            let errors = Errors::general(failure.code, member.ui.t.said_or_english(&told));
            let again = notes::page(&app, member, None, &NewNote::default(), &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(failure) => Err(failure),
    }
}

/// Takes a list away.
pub async fn remove(
    State(app): State<App>,
    member: Member,
    Path((_, id)): Path<(WorkspaceId, HolidayListId)>,
) -> Result<Redirect, Failure> {
    days::remove_holidays(&app.engine, &member.actor, id).await?;
    Ok(Redirect::to(&urls::notes(member.actor.workspace)))
}
