//! Reports that go out by themselves: the schedules, and what went out.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{ReportScheduleId, SentReportId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::report::Every;
use carillon_domain::time::Timestamp;
use carillon_engine::Actor;
use carillon_engine::usecase::report_schedules::{self, NewSchedule};
use carillon_store::repo::report_schedule::{ScheduleRow, SentRow, SentState};

use crate::http::extract::{Path, Typed};
use crate::http::{App, Failure, misfit};
use crate::web::components::{Alert, Choice, Empty, Errors, Field, State as Mark, at};
use crate::web::html;
use crate::web::posts::card::Faces;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::{files, urls};

#[derive(Template)]
#[template(path = "pages/settings/reports.html")]
struct Reports {
    ui: Ui,
    action: String,
    /// Whether there is a mail server.
    mail: bool,
    may_edit: bool,
    alerts: Vec<Alert>,
    schedules: Vec<Schedule>,
    empty: Empty,
    fields: Vec<Field>,
    people: Vec<Pick>,
    people_error: Option<Said>,
    sent: Vec<Sent>,
}

struct Schedule {
    title: String,
    account: String,
    people: String,
    next_at: Timestamp,
    remove_url: String,
}

struct Pick {
    id: String,
    name: String,
    email: String,
    chosen: bool,
}

struct Sent {
    days: String,
    account: String,
    state: Mark,
    at: Timestamp,
    /// Where the file is, once it is made.
    url: Option<String>,
}

async fn page(app: &App, member: Member, typed: &NewSchedule, errors: &Errors) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let (schedules, sent) = report_schedules::list(&app.engine, &actor).await?;
    let faces = Faces::load(app, &actor).await?;
    let members = app.people.members(&actor).await?;
    let named = |ids: &[carillon_domain::id::UserId]| {
        let names =
            members.iter().filter(|member| ids.contains(&member.user)).map(|member| member.name.clone());
        names.collect::<Vec<_>>().join(", ")
    };
    let of = |id: Option<carillon_domain::id::AccountId>| match id.map(|id| faces.get(id)) {
        None => ui.tr("reports-all-accounts"),
        Some(Some(row)) => at(&row.handle),
        Some(None) => "–".to_owned(),
    };
    let pick = |member: &carillon_engine::people::MemberRow| {
        let id = member.user.to_string();
        let chosen = typed.people.contains(&id);
        Pick { id, name: member.name.clone(), email: member.email.clone(), chosen }
    };
    let page = Reports {
        action: urls::report_schedules(actor.workspace),
        mail: app.engine.mailer.is_some(),
        may_edit: actor.role.may(Permission::ManageWorkspace),
        alerts: errors.besides(&["day", "account", "people"]).into_iter().map(Alert::danger).collect(),
        schedules: schedules
            .iter()
            .map(|row| Schedule::new(&ui, &actor, row, of(row.account), named(&row.people)))
            .collect(),
        empty: Empty::new("file-text", ui.tr("reports-none"), ui.tr("reports-none-text")),
        fields: fields(&ui, typed, errors, &faces),
        people: members.iter().filter(|member| member.role.may(Permission::Read)).map(pick).collect(),
        people_error: errors.of("people"),
        sent: sent.iter().map(|row| Sent::new(&ui, &actor, row, of(row.account))).collect(),
        ui,
    };
    Ok(html(&page)?.into_response())
}

fn fields(ui: &Ui, typed: &NewSchedule, errors: &Errors, faces: &Faces) -> Vec<Field> {
    let choice = |value: &str, label: String| Choice { value: value.to_owned(), label };
    let every = Every::ALL.map(|every| choice(every.as_str(), ui.of("reports-every", every.as_str())));
    let all = choice("", ui.tr("reports-all-accounts"));
    let accounts =
        faces.all().map(|row| choice(&row.id.to_string(), format!("{} · {}", at(&row.handle), row.name)));
    vec![
        Field::select("every", ui.tr("reports-how-often"), every.into()).value(&typed.every),
        Field::number("day", ui.tr("reports-day"), (1, 28))
            .value(&typed.day)
            .hint(ui.tr("reports-day-hint"))
            .errors(errors),
        Field::number("hour", ui.tr("reports-hour"), (0, 23))
            .value(&typed.hour)
            .hint(ui.tr("reports-hour-hint")),
        Field::select("account", ui.tr("reports-account"), std::iter::once(all).chain(accounts).collect())
            .value(&typed.account)
            .optional()
            .errors(errors),
    ]
}

impl Schedule {
    fn new(ui: &Ui, actor: &Actor, row: &ScheduleRow, account: String, people: String) -> Self {
        let rule = row.rule;
        let when = match rule.every {
            Every::Week => ui.of("weekday", &rule.day.to_string()),
            Every::Month => ui.count("n", rule.day).tr("reports-on-day"),
        };
        let hour = format!("{:02}:00", rule.hour);
        Self {
            title: format!("{}: {when}, {hour}", ui.of("reports-every", rule.every.as_str())),
            account,
            people,
            next_at: row.next_at,
            remove_url: urls::remove_report_schedule(actor.workspace, row.id),
        }
    }
}

impl Sent {
    fn new(ui: &Ui, actor: &Actor, row: &SentRow, account: String) -> Self {
        let mark = match row.state {
            SentState::Making => "running",
            SentState::Sent => "done",
            SentState::Failed => "failed",
        };
        Self {
            days: format!("{} – {}", row.first_day, row.last_day),
            account,
            state: Mark::new(mark, ui.of("reports-state", row.state.as_str())),
            at: row.sent_at.unwrap_or(row.created_at),
            url: (row.size > 0).then(|| urls::sent_report(actor.workspace, row.id)),
        }
    }
}

/// The lists and the form.
pub async fn show(State(app): State<App>, member: Member) -> Result<Response, Failure> {
    let me = member.current.user.id.to_string();
    let usual = NewSchedule {
        every: Every::Week.as_str().to_owned(),
        day: "1".to_owned(),
        hour: "8".to_owned(),
        account: String::new(),
        people: vec![me],
    };
    page(&app, member, &usual, &Errors::default()).await
}

/// Adds a schedule.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Typed(pairs): Typed,
) -> Result<Response, Failure> {
    let strange = misfit::of_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if !strange.is_empty() {
        return Err(AppError::Invalid(strange).into());
    }
    let all =
        |name: &str| pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect();
    let one = |name: &str| {
        let found: Vec<String> = all(name);
        found.into_iter().next().unwrap_or_default()
    };
    let typed = NewSchedule {
        every: one("every"),
        day: one("day"),
        hour: one("hour"),
        account: one("account"),
        people: all("people"),
    };
    match report_schedules::add(&app.engine, &member.actor, &typed).await {
        Ok(row) => Ok(Redirect::to(&urls::report_schedules(row.workspace)).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            let again = page(&app, member, &typed, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
    }
}

/// Takes one away.
pub async fn remove(
    State(app): State<App>,
    member: Member,
    Path((_, schedule)): Path<(WorkspaceId, ReportScheduleId)>,
) -> Result<Redirect, Failure> {
    report_schedules::remove(&app.engine, &member.actor, schedule).await?;
    Ok(Redirect::to(&urls::report_schedules(member.actor.workspace)))
}

/// A report that went out, as it was.
pub async fn file(
    State(app): State<App>,
    member: Member,
    Path((_, report)): Path<(WorkspaceId, SentReportId)>,
) -> Result<Response, Failure> {
    let (bytes, name) = report_schedules::file(&app.engine, &member.actor, report).await?;
    Ok(files::kept(bytes, &name))
}
