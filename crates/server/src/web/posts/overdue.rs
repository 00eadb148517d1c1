//! What is held because it was due too long ago: how much of it there is, above the list of what is held, and one button
//! that publishes all of it.

use axum::extract::State;
use axum::response::Redirect;
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_engine::Actor;
use carillon_engine::usecase::release;

use crate::http::App;
use crate::urls;
use crate::web::Failure;
use crate::web::components::Alert;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

/// What the list says about it.
pub struct Overdue {
    /// How many publications.
    pub n: usize,
    /// Where the button leads, for those who may publish.
    pub url: Option<String>,
}

impl Overdue {
    /// Counts; `None` when there is nothing.
    ///
    /// # Errors
    /// When the role may not read.
    pub async fn load(app: &App, actor: &Actor) -> Result<Option<Self>, AppError> {
        let n = release::overdue(&app.engine, actor).await?.len();
        let url = actor.role.may(Permission::Publish).then(|| urls::publish_overdue(actor.workspace));
        Ok((n > 0).then_some(Self { n, url }))
    }
}

/// What is said after the button was pressed.
pub fn told(ui: &Ui, released: usize) -> Alert {
    Alert::success(ui.count("n", released).tr("overdue-released"))
}

/// Publishes all of it.
pub async fn publish(State(app): State<App>, member: Member) -> Result<Redirect, Failure> {
    let released = release::publish_overdue(&app.engine, &member.actor).await?;
    let list = urls::posts(member.actor.workspace);
    Ok(Redirect::to(&format!("{list}?status=held&released={released}")))
}
