//! Connected accounts: how they are doing, connecting more, letting go.

mod card;
mod form;
mod guide;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_connectors::kit::server_url;
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, GrantId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::secret::Secret;
use carillon_engine::usecase::connect::{self, Begun, ConnectRequest};
use carillon_engine::usecase::{accounts, horizon, sync};
use serde::Deserialize;

use self::card::PlatformCard;
use self::form::{Tried, Typed};
use super::account::Line;
use super::components::{Alert, Empty, Errors, Face};
use super::frame::Section;
use super::said::Said;
use super::signed_in::Member;
use super::ui::Ui;
use super::{Failure, html};
use crate::api::connect::CallbackParams;
use crate::http::actor::session_secret;
use crate::http::extract::{Form, Path, Query};
use crate::http::headers::policy_for_connecting;
use crate::http::{App, Sensitive};
use crate::urls;

#[derive(Template)]
#[template(path = "pages/connections.html")]
struct Connections {
    ui: Ui,
    alerts: Vec<Alert>,
    rows: Vec<Line>,
    here: String,
    live: bool,
    at_risk: bool,
    platforms: Vec<PlatformCard>,
    empty: Empty,
    may_manage: bool,
    open: String,
    networks_url: String,
}

/// The page.
pub async fn show(State(app): State<App>, member: Member, uri: Uri) -> Result<Response, Failure> {
    let ui = &member.ui;
    let mut alerts = Vec::new();
    let query = uri.query().unwrap_or_default();
    if query.contains("connected") {
        alerts.push(Alert::success(ui.tr("connections-connected")));
    }
    let of = |wanted: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    if let Ok(id) = of(FAILED).parse() {
        let tried = connect::status(&app.engine, &member.actor, id).await;
        if let Some(error) = tried.ok().and_then(|row| row.error) {
            let why = ui.t.said_or_english(&format!("{} {}", error.cause, error.action));
            alerts.push(Alert::danger(format!("{}: {}", ui.tr("connected-failed"), why.trim())));
        }
    }
    let open = of("open");
    let tried = Tried { platform: open, ..Tried::default() };
    page(&app, member, alerts, &tried, StatusCode::OK).await
}

async fn page(
    app: &App,
    member: Member,
    alerts: Vec<Alert>,
    tried: &Tried,
    status: StatusCode,
) -> Result<Response, Failure> {
    let member = member.at(Section::Connections);
    let (ui, actor) = (member.ui, member.actor);
    let may_manage = actor.role.may(Permission::ManageAccounts);
    let networks = &app.engine.networks;
    let open_runs = sync::open(&app.engine, &actor).await?;
    let run_of = |id| open_runs.iter().find(|run| run.account == id);
    let rows = accounts::list(&app.engine, &actor).await?;
    let outlooks = horizon::outlooks(&app.engine, &actor, &rows).await?;
    let rows: Vec<_> = rows
        .into_iter()
        .zip(outlooks)
        .map(|(row, outlook)| {
            let run = run_of(row.id);
            Line::new(app, &ui, &actor, row, outlook, run)
        })
        .collect();
    let enabled = networks.on().filter(|_| may_manage);
    let platforms = enabled.map(|c| PlatformCard::new(app, &ui, &actor, c, tried)).collect();
    let page = Connections {
        alerts,
        at_risk: rows.iter().any(|row| !row.at_risk.is_empty()),
        live: rows.iter().any(|row| row.reading.is_some()),
        rows,
        here: urls::connections(actor.workspace),
        platforms,
        empty: Empty::new("plug", ui.tr("connections-empty"), ui.tr("connections-empty-text")),
        may_manage,
        open: tried.platform.clone(),
        networks_url: urls::networks(actor.workspace),
        ui,
    };
    let mut response = (status, html(&page)?).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy_for_connecting(app));
    Ok(response)
}

/// Where a platform of a workspace is.
#[derive(Debug, Deserialize)]
pub struct ConnectPlace {
    workspace: WorkspaceId,
    platform: String,
}

/// In an address: this is the pop-up, which shows the page where it was opened and closes itself (`app.js`).
const POPUP: &str = "popup";

/// In an address: the attempt whose failure the page tells.
const FAILED: &str = "failed";

/// What a person filled in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConnectForm {
    server: String,
    identifier: String,
    app_password: Option<Secret>,
    flavour: Option<String>,
    /// Sent by a form that opened a pop-up.
    popup: Option<String>,
}

/// Begins to connect.
pub async fn begin(
    State(app): State<App>,
    member: Member,
    _: Sensitive,
    Path(place): Path<ConnectPlace>,
    Form(form): Form<ConnectForm>,
) -> Result<Response, Failure> {
    let back = urls::connections(place.workspace);
    let typed = Typed {
        server: form.server.clone(),
        identifier: form.identifier.clone(),
        flavour: form.flavour.clone().unwrap_or_default(),
    };
    let mut tried = Tried { platform: place.platform, typed, errors: Errors::default() };
    let begun = try_begin(&app, &member, &tried.platform, form).await;
    match begun {
        Ok(Begun::Redirect { authorize_url, .. }) => Ok(Redirect::to(authorize_url.as_str()).into_response()),
        Ok(Begun::Connected { .. }) => Ok(Redirect::to(&format!("{back}?connected")).into_response()),
        Err(AppError::Connector(error)) => {
            let text = format!("{} {}", error.cause, error.action);
            let mut alerts = Vec::new();
            match &error.field {
                Some(field) => {
                    let text = member.ui.t.said_or_english(&text);
                    tried.errors = Errors::field(field, &error.code, text.trim());
                }
                None => alerts.push(Alert::danger(member.ui.said(&text))),
            }
            page(&app, member, alerts, &tried, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => {
            tried.errors = Errors::from_refusal(member.ui.t, error)?;
            let top = tried.errors.besides(&["server", "identifier", "app_password", "flavour"]);
            let alerts = top.into_iter().map(Alert::danger).collect();
            page(&app, member, alerts, &tried, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

async fn try_begin(app: &App, member: &Member, platform: &str, form: ConnectForm) -> Result<Begun, AppError> {
    let server = Some(form.server).filter(|s| !s.trim().is_empty());
    let server = server.map(|text| {
        server_url::normalise(&text, &app.settings.egress.allow)
            .map_err(|e| AppError::invalid("server", "invalid_server", e.to_string()))
    });
    let request = ConnectRequest {
        server: server.transpose()?,
        flavour: form.flavour,
        identifier: Some(form.identifier),
        app_password: form.app_password,
        return_to: Some(match form.popup {
            Some(_) => urls::with_word(&urls::connections(member.actor.workspace), POPUP),
            None => urls::connections(member.actor.workspace),
        }),
    };
    connect::begin(&app.engine, &member.actor, platform, request).await
}

/// Lets go of an account.
#[derive(Debug, Deserialize)]
pub struct AccountPlace {
    workspace: WorkspaceId,
    account: AccountId,
}

/// Disconnects.
pub async fn disconnect(
    State(app): State<App>,
    member: Member,
    Path(place): Path<AccountPlace>,
) -> Result<Redirect, Failure> {
    accounts::disconnect(&app.engine, &member.actor, place.account, None, false).await?;
    Ok(Redirect::to(&urls::connections(place.workspace)))
}

#[derive(Template)]
#[template(path = "pages/connected.html")]
struct Connected {
    ui: Ui,
    ok: bool,
    title: String,
    text: Said,
    back: String,
}

/// Where every network sends the browser back to. A pop-up closes itself; without one the page leads on.
pub async fn callback(
    State(app): State<App>,
    Path(platform): Path<String>,
    Query(params): Query<CallbackParams>,
    headers: axum::http::HeaderMap,
    uri: Uri,
) -> Result<Response, Failure> {
    let session = session_secret(&headers).map(|secret| carillon_engine::people::proof::hash(&secret));
    let row = connect::complete(&app.engine, &platform, params.query(session)).await?;
    let ui = Ui::new(&app, &headers, &uri);
    let back = match (row.status.as_str(), row.grant) {
        ("choose", Some(grant)) => choose_url(row.workspace, grant, row.return_to.as_deref()),
        _ => row.return_to.clone().unwrap_or_default(),
    };
    if row.error.is_some() && is_popup(row.return_to.as_deref()) {
        // A pop-up says nothing itself: it closes, and the page behind it tells.
        return Ok(Redirect::to(&urls::with_word(&back, &format!("{FAILED}={}", row.id))).into_response());
    }
    if let Some(error) = &row.error {
        let text = ui.said(&format!("{} {}", error.cause, error.action));
        let page = Connected { ok: false, title: ui.tr("connected-failed"), text, back, ui };
        return Ok((StatusCode::OK, html(&page)?).into_response());
    }
    if back.is_empty() {
        let page = Connected {
            ok: true,
            title: ui.tr("connected-title"),
            text: Said::from(ui.tr("connected-text")),
            back: String::new(),
            ui,
        };
        return Ok(html(&page)?.into_response());
    }
    let target = if row.status == "choose" { back } else { told(row.workspace, &back) };
    Ok(Redirect::to(&target).into_response())
}

/// Where to choose, which remembers where to go afterwards.
fn choose_url(workspace: WorkspaceId, grant: GrantId, return_to: Option<&str>) -> String {
    let mut url = urls::choose(workspace, grant);
    if is_popup(return_to) {
        url = urls::with_word(&url, POPUP);
    }
    match return_to {
        Some(back) => urls::with_word(&url, &format!("back={}", urls::encode(back))),
        None => url,
    }
}

/// Our own page is told that it went well. Every other address is somebody's own and stays as they gave it.
fn told(workspace: WorkspaceId, back: &str) -> String {
    if back.split(['?', '#']).next() == Some(&urls::connections(workspace)) {
        urls::with_word(back, "connected")
    } else {
        back.to_owned()
    }
}

/// Where to go after choosing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChooseQuery {
    back: Option<String>,
}

impl ChooseQuery {
    /// The address that was given when connecting began. The query could be anybody's, so it is checked once more.
    fn back(&self, app: &App, workspace: WorkspaceId) -> String {
        let ours = app.settings.public_url();
        let path = self.back.as_deref().map(|back| back.strip_prefix(&ours).unwrap_or(back));
        path.filter(|path| urls::local(path) == *path)
            .map_or_else(|| urls::connections(workspace), str::to_owned)
    }
}

fn is_popup(return_to: Option<&str>) -> bool {
    return_to.and_then(|to| to.split_once('?')).is_some_and(|(_, query)| query.split('&').any(|w| w == POPUP))
}

#[derive(Template)]
#[template(path = "pages/choose.html")]
struct Choose {
    ui: Ui,
    targets: Vec<TargetRow>,
    action: String,
}

struct TargetRow {
    id: String,
    face: Face,
    name: String,
    handle: String,
}

/// Where a login of a workspace is.
#[derive(Debug, Deserialize)]
pub struct GrantPlace {
    workspace: WorkspaceId,
    grant: GrantId,
}

/// The identities under a login.
pub async fn choose(
    State(app): State<App>,
    member: Member,
    Path(place): Path<GrantPlace>,
    Query(query): Query<ChooseQuery>,
) -> Result<Response, Failure> {
    let member = member.at(Section::Connections);
    let row = connect::targets(&app.engine, &member.actor, place.grant).await?;
    let targets = row
        .targets
        .into_iter()
        .map(|t| TargetRow {
            face: Face::account(&t.name, t.avatar_url.as_deref(), &row.platform),
            id: t.remote_id,
            name: t.name,
            handle: t.handle,
        })
        .collect();
    let page = Choose {
        ui: member.ui,
        targets,
        action: choose_url(place.workspace, place.grant, query.back.as_deref()),
    };
    Ok(html(&page)?.into_response())
}

/// Connects the chosen ones.
pub async fn chosen(
    State(app): State<App>,
    member: Member,
    _: Sensitive,
    Path(place): Path<GrantPlace>,
    Query(query): Query<ChooseQuery>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let ids: Vec<String> = pairs.into_iter().filter(|(n, _)| n == "target").map(|(_, v)| v).collect();
    connect::choose(&app.engine, &member.actor, place.grant, &ids).await?;
    Ok(Redirect::to(&told(place.workspace, &query.back(&app, place.workspace))))
}
