//! Who belongs to a workspace.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::http::{App, Failure};
use crate::web::components::Face;
use crate::web::html;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

#[derive(Template)]
#[template(path = "pages/settings/members.html")]
struct Members {
    ui: Ui,
    rows: Vec<Row>,
}

struct Row {
    face: Face,
    name: String,
    email: String,
    you: bool,
    role: &'static str,
}

/// The list.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let rows = app.people.members(&member.actor).await?;
    let rows = rows.into_iter().map(|row| Row {
        face: Face::person(&row.name),
        you: Some(row.user) == member.actor.user,
        role: row.role.as_str(),
        name: row.name,
        email: row.email,
    });
    Ok(html(&Members { rows: rows.collect(), ui: member.ui })?.into_response())
}
