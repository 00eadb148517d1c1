//! The first steps above the overview, until they are done or put away.

use axum::extract::State;
use axum::response::Redirect;
use carillon_domain::permission::Permission;
use carillon_engine::Actor;
use carillon_engine::usecase::guide;

use crate::http::{App, Failure};
use crate::urls;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

/// The steps.
pub struct Guide {
    /// In their order.
    pub steps: Vec<Step>,
    /// How many are done.
    pub done: usize,
    /// Where the button that puts them away leads.
    pub close_url: String,
}

/// One step.
pub struct Step {
    /// What to do.
    pub title: String,
    /// How, or who can.
    pub text: String,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is the first that is not.
    pub next: bool,
    /// Where it is done: label and address.
    pub action: Option<(String, String)>,
}

impl Guide {
    /// `None` when there is nothing left to do here, or the person does not want to see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(app: &App, ui: &Ui, actor: &Actor) -> Result<Option<Self>, Failure> {
        let Some(facts) = guide::steps(&app.engine, actor).await? else { return Ok(None) };
        let workspace = actor.workspace;
        let posts = |status: &str| format!("{}?status={status}", urls::posts(workspace));
        let connects = actor.role.may(Permission::ManageAccounts);
        let publishes = actor.role.may(Permission::Publish);
        let connect = (ui.tr("guide-connect-go"), urls::connections(workspace));
        let write = (ui.tr("guide-write-go"), urls::compose(workspace));
        let plan = match facts.written {
            true => (ui.tr("guide-plan-go"), posts("draft")),
            false => write.clone(),
        };
        let look = (ui.tr("guide-public-go"), posts(if facts.public { "published" } else { "scheduled" }));
        let ask = ui.tr("guide-ask");
        let step = |title: String, text: String, done: bool, action: Option<(String, String)>| Step {
            title,
            text: if action.is_some() { text } else { ask.clone() },
            done,
            next: false,
            action,
        };
        let mut steps = vec![
            step(
                ui.tr("guide-connect"),
                ui.tr("guide-connect-text"),
                facts.connected,
                connects.then_some(connect),
            ),
            step(ui.tr("guide-write"), ui.tr("guide-write-text"), facts.written, Some(write)),
            step(ui.tr("guide-plan"), ui.tr("guide-plan-text"), facts.planned, publishes.then_some(plan)),
            step(ui.tr("guide-public"), ui.tr("guide-public-text"), facts.public, Some(look)),
        ];
        if let Some(first) = steps.iter_mut().find(|step| !step.done) {
            first.next = true;
        }
        let done = steps.iter().filter(|step| step.done).count();
        Ok(Some(Self { steps, done, close_url: urls::close_guide(workspace) }))
    }
}

/// Puts the steps away.
pub async fn close(State(app): State<App>, member: Member) -> Result<Redirect, Failure> {
    guide::close(&app.engine, &member.actor).await?;
    Ok(Redirect::to(&urls::overview(member.actor.workspace)))
}
