//! A workspace's name, zone, grace and logo, and how long it keeps every snapshot.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use carillon_domain::permission::Permission;
use carillon_engine::media::{LOGO_MEGABYTES, LOGO_SIDE};
use carillon_engine::people::{GRACE_RANGE_S, SNAPSHOT_DAYS_RANGE, WorkspacePatch, WorkspaceRow};
use serde::Deserialize;

use super::{done, is_done, logo};
use crate::http::extract::Form;
use crate::http::{App, Failure};
use crate::urls;
use crate::web::components::{Alert, Errors, Field};
use crate::web::html;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;

#[derive(Template)]
#[template(path = "pages/settings/workspace.html")]
struct Workspace {
    ui: Ui,
    action: String,
    may_edit: bool,
    alerts: Vec<Alert>,
    fields: Vec<Field>,
    typed: WorkspaceForm,
    logo: LogoCard,
}

/// The logo that there is, and what was wrong with another one.
struct LogoCard {
    action: String,
    remove_url: String,
    /// Where it is, if there is one.
    url: Option<String>,
    /// What it may be, and what becomes of it.
    hint: String,
    alerts: Vec<Alert>,
}

/// What is shown besides the form.
#[derive(Default)]
struct Shown {
    /// What is wrong with the form.
    errors: Option<Errors>,
    /// Where the logo is.
    logo: Option<String>,
    /// Why another one was not taken.
    refused: Option<Said>,
    /// A change was just made.
    saved: bool,
}

/// Fields that show their own errors.
const SHOWN: [&str; 4] = ["name", "timezone", "grace_s", "snapshot_days"];

/// What was typed. The grace is in minutes, which is how people think of it.
#[derive(Debug, Clone, Deserialize)]
pub struct WorkspaceForm {
    name: String,
    timezone: String,
    grace: String,
    snapshot_days: String,
}

impl WorkspaceForm {
    fn of(row: WorkspaceRow) -> Self {
        Self {
            name: row.name,
            timezone: row.timezone,
            grace: (row.grace_s / 60).to_string(),
            snapshot_days: row.snapshot_days.to_string(),
        }
    }
}

fn page(member: Member, typed: WorkspaceForm, shown: Shown) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let wrong = shown.errors.is_some() || shown.refused.is_some();
    let errors_shown = &shown.errors.unwrap_or_default();
    let mut alerts: Vec<Alert> = errors_shown.besides(&SHOWN).into_iter().map(Alert::danger).collect();
    if shown.saved {
        alerts.push(Alert::success(ui.tr("saved")));
    }
    let minutes = (GRACE_RANGE_S.0 / 60, GRACE_RANGE_S.1 / 60);
    let grace = Field::number("grace", ui.tr("workspace-grace"), minutes).value(&typed.grace);
    let days = Field::number("snapshot_days", ui.tr("workspace-snapshots"), (0, SNAPSHOT_DAYS_RANGE.1));
    let fields = vec![
        Field::text("name", ui.tr("workspace-name")).value(&typed.name).errors(errors_shown),
        Field::zone("timezone", ui.tr("workspace-zone"))
            .value(&typed.timezone)
            .hint(ui.tr("workspace-zone-hint"))
            .errors(errors_shown),
        grace.hint(ui.tr("workspace-grace-hint")).error(errors_shown.of("grace_s")),
        days.value(&typed.snapshot_days).hint(ui.tr("workspace-snapshots-hint")).errors(errors_shown),
    ];
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Workspace {
        action: urls::workspace_settings(actor.workspace),
        may_edit: actor.role.may(Permission::ManageWorkspace),
        alerts,
        fields,
        typed,
        logo: LogoCard {
            action: urls::logo(actor.workspace),
            remove_url: urls::remove_logo(actor.workspace),
            url: shown.logo,
            hint: ui.count("mb", LOGO_MEGABYTES).count("side", LOGO_SIDE).tr("logo-file-hint"),
            alerts: shown.refused.into_iter().map(Alert::danger).collect(),
        },
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// The form with what was typed, and what is wrong with it.
async fn again(app: &App, member: Member, form: WorkspaceForm, errors: Errors) -> Result<Response, Failure> {
    let logo = logo::url(app, &member.actor).await?;
    page(member, form, Shown { errors: Some(errors), logo, ..Shown::default() })
}

/// The page, with why a logo was not taken.
///
/// # Errors
/// When the database fails.
pub async fn with_refused_logo(app: &App, member: Member, why: &Failure) -> Result<Response, Failure> {
    let row = app.people.workspace(&member.actor).await?;
    let logo = logo::url(app, &member.actor).await?;
    let refused = Some(member.ui.said(&why.detail));
    page(member, WorkspaceForm::of(row), Shown { logo, refused, ..Shown::default() })
}

/// The form; for those who may not change it, the facts.
pub async fn show(State(app): State<App>, member: Member, uri: Uri) -> Result<Response, Failure> {
    let row = app.people.workspace(&member.actor).await?;
    let logo = logo::url(&app, &member.actor).await?;
    page(member, WorkspaceForm::of(row), Shown { logo, saved: is_done(&uri), ..Shown::default() })
}

/// Saves.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Form(form): Form<WorkspaceForm>,
) -> Result<Response, Failure> {
    let Ok(minutes) = form.grace.trim().parse::<i64>() else {
        let errors = Errors::field("grace_s", "invalid", member.ui.tr("workspace-grace-number"));
        return again(&app, member, form, errors).await;
    };
    let Ok(days) = form.snapshot_days.trim().parse::<i64>() else {
        let errors = Errors::field("snapshot_days", "invalid", member.ui.tr("workspace-snapshots-number"));
        return again(&app, member, form, errors).await;
    };
    let patch = WorkspacePatch {
        name: Some(form.name.clone()),
        timezone: Some(form.timezone.clone()),
        grace_s: Some(minutes.saturating_mul(60)),
        snapshot_days: Some(days),
    };
    match app.people.update_workspace(&member.actor, patch, None).await {
        Ok(row) => Ok(done(&urls::workspace_settings(row.id)).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            again(&app, member, form, errors).await
        }
    }
}
