//! Where a person is signed in.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::SessionId;
use carillon_domain::time::Timestamp;

use crate::http::extract::Path;
use crate::http::{App, Failure};
use crate::urls;
use crate::web::signed_in::Person;
use crate::web::ui::Ui;
use crate::web::{device, html};

#[derive(Template)]
#[template(path = "pages/settings/sessions.html")]
struct Sessions {
    ui: Ui,
    rows: Vec<Row>,
}

struct Row {
    id: SessionId,
    device: String,
    address: String,
    current: bool,
    seen_at: Timestamp,
    created_at: Timestamp,
}

/// The list, this session first.
pub async fn show(State(app): State<App>, person: Person) -> Result<Response, Failure> {
    let (ui, current) = (person.ui, person.current);
    let rows = app.people.sessions(current.user.id).await?;
    let mut rows: Vec<Row> = rows
        .into_iter()
        .map(|row| Row {
            id: row.id,
            device: device::name(ui.t, &row.user_agent),
            address: row.address,
            current: row.id == current.session.id,
            seen_at: row.last_seen_at,
            created_at: row.created_at,
        })
        .collect();
    rows.sort_by_key(|row| !row.current);
    Ok(html(&Sessions { ui, rows })?.into_response())
}

/// Ends one.
pub async fn revoke(
    State(app): State<App>,
    person: Person,
    Path(session): Path<SessionId>,
) -> Result<Response, Failure> {
    app.people.revoke_session(person.current.user.id, session).await?;
    Ok(Redirect::to(&urls::sessions()).into_response())
}

/// Ends all but this one.
pub async fn revoke_others(State(app): State<App>, person: Person) -> Result<Response, Failure> {
    app.people.revoke_other_sessions(person.current.user.id, person.current.session.id).await?;
    Ok(Redirect::to(&urls::sessions()).into_response())
}
