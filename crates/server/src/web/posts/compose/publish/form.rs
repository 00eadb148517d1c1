//! The form of the publish dialog, drawn in the open page or as a page of its own.

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use carillon_connectors::contract::connector::Connector;
use carillon_domain::account::AccountStatus;
use carillon_domain::permission::Permission;
use carillon_domain::publication::PostStatus;
use carillon_domain::time::random_bytes;
use carillon_store::repo::account::AccountRow;

use super::super::draft::Draft;
use super::super::files::rows;
use super::super::when::{self, TimeChoices};
use crate::http::App;
use crate::urls;
use crate::web::components::{Alert, Errors, Face};
use crate::web::frame::Section;
use crate::web::library::FileCard;
use crate::web::posts::card::{Faces, title};
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/publish.html")]
struct Page {
    ui: Ui,
    body: Dialog,
    library_url: String,
}

#[derive(Template)]
#[template(path = "components/publish.html")]
struct Dialog {
    ui: Ui,
    alerts: Vec<Alert>,
    /// What is asked; `None` where nothing can be published.
    ask: Option<Ask>,
}

struct Ask {
    media: Vec<FileCard>,
    /// Files of single accounts, as the composer's form sends them: name and value.
    own: Vec<(String, String)>,
    text: String,
    text_error: Option<Said>,
    accounts: Vec<Choice>,
    accounts_error: Option<Said>,
    missing: Vec<Missing>,
    scheduled_at: String,
    time_error: Option<Said>,
    time_choices: Option<TimeChoices>,
    timezone: String,
    once: String,
    editing: Option<(String, i64)>,
    /// What Enter does: nothing that can't be undone, and nothing that takes a post off its schedule. `None`: it sends nothing.
    on_enter: Option<&'static str>,
    submit_url: String,
    check_url: String,
    /// The composer with the same, where it can be opened with that.
    compose_url: Option<String>,
    may_publish: bool,
}

struct Choice {
    id: String,
    face: Face,
    name: String,
    handle: String,
    network: &'static str,
    chosen: bool,
    usable: bool,
    /// It has a text of its own in this post.
    own_text: bool,
    trouble: Vec<Said>,
    reconnect_url: Option<String>,
}

/// A network without an account.
struct Missing {
    icon: &'static str,
    title: &'static str,
    url: String,
}

/// Says why there is nothing to publish.
///
/// # Errors
/// When it can't be drawn.
pub fn nothing(headers: &HeaderMap, member: Member, why: &'static str) -> Result<Response, Failure> {
    let member = member.at(Section::Library);
    let alerts = vec![Alert::danger(member.ui.tr(why))];
    let library_url = urls::library(member.actor.workspace);
    let body = Dialog { ui: member.ui, alerts, ask: None };
    drawn(headers, body, library_url, StatusCode::UNPROCESSABLE_ENTITY)
}

/// In the open page, or as a page of its own.
fn drawn(
    headers: &HeaderMap,
    body: Dialog,
    library_url: String,
    status: StatusCode,
) -> Result<Response, Failure> {
    if headers.contains_key("hx-request") {
        return Ok((status, html(&body)?).into_response());
    }
    let ui = body.ui.clone();
    Ok((status, html(&Page { ui, body, library_url })?).into_response())
}

/// The form, with what is wrong with it.
///
/// # Errors
/// When the database fails.
pub async fn ask(
    app: &App,
    headers: &HeaderMap,
    member: Member,
    draft: Draft,
    errors: &Errors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let member = member.at(Section::Library);
    let faces = Faces::load(app, &member.actor).await?;
    let files = rows(app, &member.actor, &draft.media).await;
    let (ui, actor) = (member.ui, member.actor);
    let workspace = actor.workspace;
    let may_connect = actor.role.may(Permission::ManageAccounts);
    let may_publish = actor.role.may(Permission::Publish);
    let mut known: Vec<String> = ["text", "scheduled_at"].map(str::to_owned).to_vec();
    let mut accounts: Vec<&AccountRow> = faces
        .all()
        .filter(|row| row.status != AccountStatus::Disconnected || draft.accounts.contains(&row.id))
        .collect();
    accounts.sort_by_key(|row| (row.name.to_lowercase(), title(app, &row.platform)));
    let connect =
        |platform: &str| format!("{0}?open={platform}#connect-{platform}", urls::connections(workspace));
    let mut choices = Vec::with_capacity(accounts.len());
    for row in &accounts {
        let trouble = errors.starting_with(&format!("overrides.{}.", row.id));
        known.extend(trouble.iter().map(|(field, _)| field.clone()));
        let usable = row.status == AccountStatus::Connected;
        choices.push(Choice {
            id: row.id.to_string(),
            face: faces.face(row.id, &row.platform),
            name: row.name.clone(),
            handle: row.handle.clone(),
            network: title(app, &row.platform),
            chosen: draft.accounts.contains(&row.id),
            usable,
            own_text: draft.own.get(&row.id).is_some_and(|own| !own.text.is_empty()),
            trouble: trouble.into_iter().map(|(_, message)| message).collect(),
            reconnect_url: (!usable && may_connect).then(|| connect(&row.platform)),
        });
    }
    let absent = |connector: &&'static dyn Connector| {
        may_connect && accounts.iter().all(|row| row.platform != connector.descriptor().name)
    };
    let missing = app.engine.networks.on().filter(absent).map(|connector| Missing {
        icon: connector.descriptor().icon,
        title: connector.descriptor().title,
        url: connect(connector.descriptor().name),
    });
    let missing = missing.collect();
    let about_accounts = errors.starting_with("accounts");
    known.extend(about_accounts.iter().map(|(field, _)| field.clone()));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let done = draft.notes.iter().cloned().map(Alert::success);
    let alerts = done.chain(errors.besides(&known).into_iter().map(Alert::danger)).collect();
    let form = Ask {
        media: files.iter().map(|row| FileCard::new(&ui, row)).collect(),
        own: own_files(&draft),
        text_error: errors.of("text"),
        accounts: choices,
        accounts_error: about_accounts.into_iter().map(|(_, message)| message).next(),
        missing,
        time_error: errors.of("scheduled_at"),
        time_choices: when::choices(&ui, &draft),
        once: hex::encode(random_bytes::<16>(app.engine.entropy.as_ref())),
        editing: draft.post.map(|(id, version)| (id.to_string(), version)),
        submit_url: urls::library_publish(workspace),
        check_url: urls::library_publish_check(workspace),
        compose_url: match (draft.post, draft.media.as_slice()) {
            (Some((id, _)), _) => Some(format!("{}?post={id}", urls::compose(workspace))),
            (None, [one]) => Some(format!("{}?media={}", urls::compose(workspace), urls::encode(one))),
            (None, _) => None,
        },
        on_enter: on_enter(&draft, may_publish),
        may_publish,
        text: draft.text,
        scheduled_at: draft.scheduled_at,
        timezone: draft.timezone,
    };
    let body = Dialog { ui, alerts, ask: Some(form) };
    drawn(headers, body, urls::library(workspace), status)
}

/// Saving a draft as one changes nothing else; what is planned stays so.
fn on_enter(draft: &Draft, may_publish: bool) -> Option<&'static str> {
    match draft.over {
        None | Some(PostStatus::Draft) => Some("draft"),
        Some(_) => may_publish.then_some("schedule"),
    }
}

/// Files of single accounts, copies that fit among them, so that they travel with the form.
fn own_files(draft: &Draft) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (account, own) in &draft.own {
        let Some(files) = &own.media else { continue };
        fields.push((format!("own_media.{account}"), "1".to_owned()));
        fields.extend(files.iter().map(|file| (format!("media.{account}"), file.clone())));
    }
    fields
}
