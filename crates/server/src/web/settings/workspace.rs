//! A workspace's name, zone and grace, and how long it keeps every snapshot.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use carillon_domain::permission::Permission;
use carillon_engine::people::{GRACE_RANGE_S, SNAPSHOT_DAYS_RANGE, WorkspacePatch, WorkspaceRow};
use serde::Deserialize;

use super::{done, is_done};
use crate::http::extract::Form;
use crate::http::{App, Failure};
use crate::urls;
use crate::web::components::{Alert, Errors, Field};
use crate::web::html;
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

fn page(
    member: Member,
    typed: WorkspaceForm,
    errors: Option<&Errors>,
    saved: bool,
) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let none = Errors::default();
    let errors_shown = errors.unwrap_or(&none);
    let mut alerts: Vec<Alert> = errors_shown.besides(&SHOWN).into_iter().map(Alert::danger).collect();
    if saved {
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
    let status = if errors.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Workspace {
        action: urls::workspace_settings(actor.workspace),
        may_edit: actor.role.may(Permission::ManageWorkspace),
        alerts,
        fields,
        typed,
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// The form; for those who may not change it, the facts.
pub async fn show(State(app): State<App>, member: Member, uri: Uri) -> Result<Response, Failure> {
    let row = app.people.workspace(&member.actor).await?;
    page(member, WorkspaceForm::of(row), None, is_done(&uri))
}

/// Saves.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Form(form): Form<WorkspaceForm>,
) -> Result<Response, Failure> {
    let Ok(minutes) = form.grace.trim().parse::<i64>() else {
        let errors = Errors::field("grace_s", "invalid", member.ui.tr("workspace-grace-number"));
        return page(member, form, Some(&errors), false);
    };
    let Ok(days) = form.snapshot_days.trim().parse::<i64>() else {
        let errors = Errors::field("snapshot_days", "invalid", member.ui.tr("workspace-snapshots-number"));
        return page(member, form, Some(&errors), false);
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
            let errors = Errors::from_refusal(error)?;
            page(member, form, Some(&errors), false)
        }
    }
}
