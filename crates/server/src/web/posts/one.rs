//! One post: what goes where, how it stands on each account, and the story of every attempt. Refreshes itself while
//! something is under way.

use askama::Template;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, PublicationId, WorkspaceId};
use carillon_domain::permission::{Permission, Role};
use carillon_domain::publication::{Delivered, HeldReason, PostStatus, PublicationState, UnitState};
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::posts::{
    self, AttemptView, PartView, PostView, PublicationView, Removal, Settled,
};
use carillon_engine::usecase::publications::{self, Finding};
use jiff::Timestamp;
use serde::Deserialize;

use super::card::{Faces, is_in_inbox, status, title};
use super::edit::{EditForm, Refused};
use super::gone;
use super::series::{RESUMED, SeriesCard};
use crate::http::App;
use crate::http::extract::{Form, Path, Query};
use crate::urls;
use crate::web::components::{Alert, Face, State as StateBadge};
use crate::web::curve::{self, Asked, Choice, CurveCard};
use crate::web::frame::Section;
use crate::web::insights::Ask;
use crate::web::library::FileCard;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::trash::Undo;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// What the page's address says after it was canceled …
const CANCELED: &str = "canceled";
/// … taken out of the trash …
pub const RESTORED: &str = "restored";
/// … or planned again.
pub const PLANNED: &str = "planned";

#[derive(Template)]
#[template(path = "pages/post.html")]
struct Post {
    ui: Ui,
    id: PostId,
    text: String,
    media: Vec<FileCard>,
    parts: Vec<String>,
    first_comment: Option<String>,
    state: StateBadge,
    due_at: Option<Timestamp>,
    alerts: Vec<Alert>,
    choices: Vec<Choice>,
    curves: Vec<CurveCard>,
    cards: Vec<PublicationCard>,
    series: Option<SeriesCard>,
    edit_url: Option<String>,
    cancel_url: Option<String>,
    delete_url: Option<String>,
    /// Plans it again: label and address.
    again: Option<(String, String)>,
    trash_url: Option<String>,
    undo: Option<Undo>,
    draft: bool,
    live: bool,
    here: String,
}

struct PublicationCard {
    face: Face,
    name: String,
    handle: String,
    network: &'static str,
    state: StateBadge,
    remote_url: Option<String>,
    published_at: Option<Timestamp>,
    /// It waits in the inbox of the network's app.
    inbox: bool,
    due_at: Option<Timestamp>,
    next_at: Option<Timestamp>,
    cause: Option<Said>,
    action: Option<Said>,
    /// What the network said, in its own words.
    said: Option<String>,
    evidence: Option<Said>,
    held: Option<String>,
    incomplete: bool,
    id: PublicationId,
    own_text: Option<String>,
    parts: Vec<PartLine>,
    attempts: Vec<AttemptView>,
    retry_url: Option<String>,
    publish_url: Option<String>,
    reconnect_url: Option<String>,
    resolve_url: Option<String>,
    insights: Option<Ask>,
    edited_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    edit: Option<EditForm>,
}

struct PartLine {
    index: u16,
    state: StateBadge,
    remote_url: Option<String>,
    cause: Option<Said>,
}

/// Where the post is.
#[derive(Debug, Deserialize)]
pub struct Place {
    pub(in crate::web) workspace: WorkspaceId,
    pub(in crate::web) post: PostId,
}

/// Where the publication is.
#[derive(Debug, Deserialize)]
pub struct PublicationPlace {
    /// Its workspace.
    pub workspace: WorkspaceId,
    /// The publication.
    pub publication: PublicationId,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let alerts = match uri.query() {
        Some("saved") => vec![Alert::success(member.ui.tr("saved"))],
        Some(RESUMED) => vec![Alert::success(member.ui.tr("series-resumed"))],
        Some("deleted") => vec![Alert::success(member.ui.tr("post-deleted-remote"))],
        Some(RESTORED) => vec![Alert::success(member.ui.tr("trash-restored"))],
        Some(PLANNED) => vec![Alert::success(member.ui.tr("post-planned-again"))],
        _ => Vec::new(),
    };
    page(&app, member, (place.post, &asked.metric), alerts, None).await
}

/// The page, with what there is to say of the last thing that was tried here.
pub(in crate::web) async fn page(
    app: &App,
    member: Member,
    (post, metric): (PostId, &str),
    mut alerts: Vec<Alert>,
    mut refused: Option<Refused>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Posts);
    let (ui, actor) = (member.ui, member.actor);
    let workspace = actor.workspace;
    let view = posts::get_with_attempts(&app.engine, &actor, post).await?;
    let faces = Faces::load(app, &actor).await?;
    let mut places: Vec<_> = view.publications.iter().collect();
    places.sort_by(|a, b| (&a.platform, a.account).cmp(&(&b.platform, b.account)));
    let curves = curve::of_publications(app, &actor, &places, metric).await?;
    let here = urls::post(workspace, post);
    let mut cards = Vec::new();
    for publication in places {
        let network = title(app, &publication.platform);
        let account = faces.get(publication.account);
        let insights = account.and_then(|row| Ask::publication(&app.engine, &ui, row, publication));
        let editable = account.is_some() && actor.role.may(Permission::Publish);
        let refused = refused.take_if(|refused| refused.publication == publication.id);
        let edit = editable.then(|| EditForm::of(app, &view, publication, refused)).flatten();
        let card = card(&ui, &view, publication.clone(), &faces, network, actor.role);
        cards.push(PublicationCard { insights, edit, ..card });
    }
    let open =
        |p: &PublicationView| matches!(p.state, PublicationState::Scheduled | PublicationState::Publishing);
    let stoppable = view.publications.iter().any(|p| {
        matches!(p.state, PublicationState::Draft | PublicationState::Scheduled | PublicationState::Held)
    });
    let draft = view.status == PostStatus::Draft;
    let may_change = actor.role.may(if draft { Permission::Write } else { Permission::Publish });
    let none = draft && view.publications.is_empty();
    let settled = view.settled();
    if settled == Some(Settled::Erased) {
        alerts.push(Alert::info(ui.tr("post-erased")));
    }
    if settled.is_none() {
        alerts.extend(gone::told(app, &ui, &actor, view.post.composition.media_ids()).await?);
    }
    let publishes = actor.role.may(Permission::Publish);
    let canceled = view.status == PostStatus::Canceled && !view.publications.is_empty();
    let again = (publishes && canceled && settled.is_none()).then(|| {
        let to_come = view.post.due_at.is_some_and(|at| at > ui.now);
        let label = if to_come { ui.tr("post-again") } else { ui.tr("post-again-draft") };
        (label, urls::plan_again(workspace, post))
    });
    let just_canceled = ui.path.ends_with(&format!("?{CANCELED}"));
    let undo = again.clone().filter(|_| just_canceled);
    if just_canceled && undo.is_none() {
        alerts.push(Alert::success(ui.tr("post-canceled")));
    }
    let ended = matches!(view.status, PostStatus::Canceled | PostStatus::Failed) && settled.is_none();
    let series = SeriesCard::of(app, &ui, &actor, post).await?;
    let mut media = Vec::new();
    for id in &view.post.composition.media {
        let row = app.engine.library.get(&actor, *id).await.ok();
        media.extend(row.map(|row| FileCard::new(&ui, &row)));
    }
    let page = Post {
        id: post,
        media,
        text: view.post.composition.text.clone(),
        parts: view.post.composition.parts.iter().map(|p| p.text.clone()).collect(),
        first_comment: view.post.composition.first_comment.clone(),
        state: StateBadge::new(view.status.as_str(), status(&ui, &view)),
        due_at: view.post.due_at,
        alerts,
        edit_url: (may_change && settled.is_none() && (stoppable || none || nothing_went_out(&view)))
            .then(|| format!("{}?post={}", urls::compose(workspace), post)),
        cancel_url: (may_change && (stoppable || none)).then(|| urls::cancel_post(workspace, post)),
        delete_url: (actor.role.may(Permission::Publish)
            && view.publications.iter().any(|p| is_deletable(app, &faces, p)))
        .then(|| urls::delete_post(workspace, post)),
        undo: undo
            .map(|(label, url)| Undo::new(ui.tr("post-canceled"), label, url))
            .or_else(|| series.as_ref().and_then(SeriesCard::undo)),
        series,
        again,
        trash_url: (publishes && ended).then(|| urls::trash_post(workspace, post)),
        draft,
        live: view.publications.iter().any(open),
        choices: curve::choices(&ui, &curves, &here),
        curves: curves.iter().map(|curve| CurveCard::new(app, &ui, curve)).collect(),
        here: if metric.is_empty() { here } else { format!("{here}?metric={}", urls::encode(metric)) },
        cards,
        ui,
    };
    Ok(html(&page)?.into_response())
}

/// Whether it is public, and a program can delete it.
fn is_deletable(app: &App, faces: &Faces, view: &PublicationView) -> bool {
    let public = view.delivered == Some(Delivered::Public) && view.deleted_at.is_none();
    public && faces.get(view.account).is_some_and(|row| accounts::can_delete(&app.engine, row))
}

fn lost_login(error: &ConnectorError) -> bool {
    use ErrorKind::{AuthExpired, AuthRevoked, PermissionMissing};
    matches!(error.kind, AuthExpired | AuthRevoked | PermissionMissing)
}

/// It failed, and it is certain that nothing of it is public: it can be changed and sent again.
fn nothing_went_out(view: &PostView) -> bool {
    let mut states = view.publications.iter().map(|p| p.state);
    states.all(|s| matches!(s, PublicationState::Failed | PublicationState::Canceled))
        && view.publications.iter().any(|p| p.state == PublicationState::Failed)
}

fn card(
    ui: &Ui,
    post: &PostView,
    view: PublicationView,
    faces: &Faces,
    network: &'static str,
    role: Role,
) -> PublicationCard {
    let account = faces.get(view.account);
    let workspace = post.post.workspace;
    // Whatever may be public is settled by a person first; only then can the rest be tried again.
    let unsure = view.state == PublicationState::Unconfirmed
        || view.parts.iter().any(|p| p.state == UnitState::Unconfirmed);
    let failed = view.state == PublicationState::Failed || (view.incomplete && view.next_at.is_none());
    let waiting = failed && !unsure;
    let inbox = is_in_inbox(&view);
    let may = |permission| role.may(permission);
    // Also where nobody knows whether it is public: connected again, Carillon can look.
    let locked_out = view.held_reason == Some(HeldReason::Reauth)
        || (view.state == PublicationState::Unconfirmed && view.error.as_ref().is_some_and(lost_login));
    PublicationCard {
        face: faces.face(view.account, &view.platform),
        name: account.map_or_else(|| ui.tr("account-gone"), |a| a.name.clone()),
        handle: account.map(|a| a.handle.clone()).unwrap_or_default(),
        network,
        state: StateBadge::new(
            view.state.as_str(),
            if inbox { ui.tr("status-inbox") } else { ui.of("status", view.state.as_str()) },
        ),
        remote_url: view.remote_url,
        published_at: view.published_at,
        inbox,
        due_at: view.due_at,
        next_at: view.next_at,
        cause: view.error.as_ref().map(|e| ui.said(&e.cause)),
        action: view.error.as_ref().filter(|e| !e.action.is_empty()).map(|e| ui.said(&e.action)),
        said: view.error.as_ref().and_then(|e| words(&e.remote)),
        evidence: view.evidence.as_deref().map(|found| ui.said(found)),
        held: view.held_reason.map(|r| ui.of("held", r.as_str())),
        incomplete: view.incomplete,
        id: view.id,
        own_text: post.post.composition.own_text(view.account),
        parts: view.parts.iter().map(|p| line(ui, p)).collect(),
        attempts: view.attempts,
        retry_url: (waiting && may(Permission::Publish)).then(|| urls::retry_publication(workspace, view.id)),
        reconnect_url: (locked_out && may(Permission::ManageAccounts))
            .then(|| format!("{0}?open={1}#connect-{1}", urls::connections(workspace), view.platform)),
        publish_url: view
            .held_reason
            .filter(|r| *r != HeldReason::Reauth && may(Permission::Publish))
            .map(|_| urls::publish_publication(workspace, view.id)),
        resolve_url: (unsure && may(Permission::Publish))
            .then(|| urls::resolve_publication(workspace, view.id)),
        insights: None,
        edited_at: view.edited_at,
        deleted_at: view.deleted_at,
        edit: None,
    }
}

/// Status, code, message and request id, for whoever has to ask the network's support.
fn words(remote: &Remote) -> Option<String> {
    let status = remote.status.map(|s| s.to_string());
    let parts = [status, remote.code.clone(), remote.message.clone(), remote.request_id.clone()];
    let said: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!said.is_empty()).then(|| said.join(" · "))
}

fn line(ui: &Ui, part: &PartView) -> PartLine {
    let name = match part.state {
        UnitState::Pending => "scheduled",
        UnitState::Published => "published",
        UnitState::Failed => "failed",
        UnitState::Unconfirmed => "unconfirmed",
    };
    PartLine {
        index: part.index + 1,
        state: StateBadge::new(name, ui.of("status", name)),
        remote_url: part.remote_url.clone(),
        cause: part.error.as_ref().map(|e| ui.said(&e.cause)),
    }
}

/// Cancels the post; a draft goes to the trash.
pub async fn cancel(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    let gone = posts::remove(&app.engine, &member.actor, place.post, Removal::default()).await?;
    Ok(Redirect::to(&if gone.post.trashed_at.is_some() {
        urls::posts_after_trash(place.workspace, place.post)
    } else {
        format!("{}?{CANCELED}", urls::post(place.workspace, place.post))
    }))
}

/// Tries again.
pub async fn retry(
    State(app): State<App>,
    member: Member,
    Path(place): Path<PublicationPlace>,
) -> Result<Redirect, Failure> {
    let view = publications::retry(&app.engine, &member.actor, place.publication).await?;
    Ok(Redirect::to(&urls::post(place.workspace, view.post)))
}

/// Publishes a held one.
pub async fn publish(
    State(app): State<App>,
    member: Member,
    Path(place): Path<PublicationPlace>,
) -> Result<Redirect, Failure> {
    let view = publications::publish(&app.engine, &member.actor, place.publication).await?;
    Ok(Redirect::to(&urls::post(place.workspace, view.post)))
}

/// What the person found.
#[derive(Debug, Deserialize)]
pub struct Resolution {
    outcome: String,
    #[serde(default)]
    remote_url: String,
}

/// Settles an unconfirmed one.
pub async fn resolve(
    State(app): State<App>,
    member: Member,
    Path(place): Path<PublicationPlace>,
    Form(form): Form<Resolution>,
) -> Result<Redirect, Failure> {
    let finding = match form.outcome.as_str() {
        "published" => Finding::Published(crate::api::checked_link(Some(form.remote_url))?),
        "not_published" => Finding::NotPublished,
        _ => return Err(AppError::invalid("outcome", "unknown", "Say whether it is public.").into()),
    };
    let view = publications::resolve(&app.engine, &member.actor, place.publication, finding).await?;
    Ok(Redirect::to(&urls::post(place.workspace, view.post)))
}
