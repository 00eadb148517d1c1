//! How a post stands on each account, for the dialog that sent it: as it changes, until nothing is under way.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::PostId;
use carillon_domain::permission::Permission;
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_engine::usecase::posts::{self, PublicationView};

use super::card::{Faces, is_in_inbox, status, title};
use super::one::Place;
use crate::http::App;
use crate::http::extract::Path;
use crate::urls;
use crate::web::components::{Face, State as StateBadge};
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "components/progress.html")]
struct Progress {
    ui: Ui,
    post: String,
    state: StateBadge,
    lines: Vec<Line>,
    /// Something is under way.
    live: bool,
    here: String,
    post_url: String,
}

struct Line {
    face: Face,
    name: String,
    handle: String,
    network: &'static str,
    state: StateBadge,
    cause: Option<Said>,
    action: Option<Said>,
    remote_url: Option<String>,
    reconnect_url: Option<String>,
}

/// The part of the dialog.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    answer(&app, member, place.post).await
}

/// The same for a post that was saved just now.
///
/// # Errors
/// When the post is not there.
pub async fn answer(app: &App, member: Member, post: PostId) -> Result<Response, Failure> {
    let view = posts::get(&app.engine, &member.actor, post).await?;
    let faces = Faces::load(app, &member.actor).await?;
    let (ui, actor) = (member.ui, member.actor);
    let (workspace, may_connect) = (actor.workspace, actor.role.may(Permission::ManageAccounts));
    let mut places: Vec<&PublicationView> = view.publications.iter().collect();
    places.sort_by(|a, b| (&a.platform, a.account).cmp(&(&b.platform, b.account)));
    let line = |p: &PublicationView| {
        let account = faces.get(p.account);
        let error = p.error.as_ref().filter(|_| p.state != PublicationState::Published || p.incomplete);
        let label = if is_in_inbox(p) { ui.tr("status-inbox") } else { ui.of("status", p.state.as_str()) };
        let locked_out = p.held_reason == Some(HeldReason::Reauth) && may_connect;
        Line {
            face: faces.face(p.account, &p.platform),
            name: account.map_or_else(|| ui.tr("account-gone"), |a| a.name.clone()),
            handle: account.map(|a| a.handle.clone()).unwrap_or_default(),
            network: title(app, &p.platform),
            state: StateBadge::new(p.state.as_str(), label),
            cause: p
                .held_reason
                .map(|reason| Said::from(ui.of("held", reason.as_str())))
                .or(error.map(|error| ui.said(&error.cause))),
            action: error.filter(|error| !error.action.is_empty()).map(|error| ui.said(&error.action)),
            remote_url: p.remote_url.clone(),
            reconnect_url: locked_out
                .then(|| format!("{0}?open={1}#connect-{1}", urls::connections(workspace), p.platform)),
        }
    };
    let open =
        |p: &PublicationView| matches!(p.state, PublicationState::Scheduled | PublicationState::Publishing);
    let progress = Progress {
        post: post.to_string(),
        state: StateBadge::new(view.status.as_str(), status(&ui, &view)),
        lines: places.into_iter().map(line).collect(),
        live: view.publications.iter().any(open),
        here: urls::post_progress(workspace, post),
        post_url: urls::post(workspace, post),
        ui,
    };
    Ok(html(&progress)?.into_response())
}
