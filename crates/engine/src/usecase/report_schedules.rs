//! Reports that go out by themselves: to members only, about the week or the month before.

use bytes::Bytes;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{AccountId, Id, ReportScheduleId, SentReportId, UserId};
use carillon_domain::permission::Permission;
use carillon_domain::report::{Every, Rule};
use carillon_store::repo::report_schedule::{self, ScheduleRow, SentRow};
use carillon_store::repo::workspace;

use super::accounts;
use crate::{Actor, Engine};

/// Most schedules of a workspace.
pub const MOST: usize = 50;

/// Sent reports that are listed.
const LISTED: i64 = 50;

/// A schedule as it was written.
#[derive(Debug, Clone, Default)]
pub struct NewSchedule {
    /// `week` or `month`.
    pub every: String,
    /// Day of the week, Monday being 1, or of the month.
    pub day: String,
    /// Hour in the workspace's zone.
    pub hour: String,
    /// The account; empty for all of them.
    pub account: String,
    /// Members who get it.
    pub people: Vec<String>,
}

/// The workspace's schedules, and the latest reports that went out.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<(Vec<ScheduleRow>, Vec<SentRow>), AppError> {
    actor.require(Permission::Read)?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let schedules = report_schedule::list(&engine.db, actor.workspace, most).await?;
    Ok((schedules, report_schedule::all_sent(&engine.db, actor.workspace, LISTED).await?))
}

/// Adds a schedule.
///
/// # Errors
/// [`AppError::Invalid`] with all that is wrong with it; [`AppError::Conflict`] when there are too many, or nothing to send them by.
pub async fn add(engine: &Engine, actor: &Actor, new: &NewSchedule) -> Result<ScheduleRow, AppError> {
    actor.require(Permission::ManageWorkspace)?;
    if engine.mailer.is_none() {
        return Err(conflict(
            "no_mail",
            "This server sends no e-mails. Ask whoever runs it to name a mail server.",
        ));
    }
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    if report_schedule::list(&engine.db, actor.workspace, most).await?.len() >= MOST {
        return Err(conflict(
            "too_many",
            "There are as many schedules as a workspace can have. Take one away first.",
        ));
    }
    let mut errors = Vec::new();
    let rule = rule(new, &mut errors);
    let account = account(engine, actor, new, &mut errors).await?;
    let people = people(engine, actor, new, &mut errors).await?;
    let Some(rule) = rule.filter(|_| errors.is_empty()) else { return Err(AppError::Invalid(errors)) };
    let now = engine.clock.now();
    let row = ScheduleRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        rule,
        account,
        people,
        next_at: rule.next(now, &actor.zone()),
        created_at: now,
    };
    let copy = row.clone();
    engine.db.write(move |tx| Box::pin(async move { report_schedule::insert(tx, &copy).await })).await?;
    Ok(row)
}

fn rule(new: &NewSchedule, errors: &mut Vec<FieldError>) -> Option<Rule> {
    let every = Every::parse(&new.every);
    let number = |text: &str| text.trim().parse::<i8>().ok();
    let (day, hour) = (number(&new.day), number(&new.hour));
    let rule = every.zip(day).zip(hour).and_then(|((every, day), hour)| Rule::new(every, day, hour));
    if rule.is_none() {
        let message = "Choose Monday (1) to Sunday (7) for each week, or 1 to 28 for each month, and an hour from 0 to 23.";
        errors.push(FieldError::new("day", "invalid", message));
    }
    rule
}

async fn account(
    engine: &Engine,
    actor: &Actor,
    new: &NewSchedule,
    errors: &mut Vec<FieldError>,
) -> Result<Option<AccountId>, AppError> {
    let wanted = new.account.trim();
    if wanted.is_empty() {
        return Ok(None);
    }
    let all = accounts::list(engine, actor).await?;
    let found = all.into_iter().map(|row| row.id).find(|id| id.to_string() == wanted);
    if found.is_none() {
        errors.push(FieldError::new("account", "unknown_account", "There is no such account here."));
    }
    Ok(found)
}

async fn people(
    engine: &Engine,
    actor: &Actor,
    new: &NewSchedule,
    errors: &mut Vec<FieldError>,
) -> Result<Vec<UserId>, AppError> {
    let members = workspace::members(&engine.db, actor.workspace).await?;
    let ids =
        members.into_iter().filter(|member| member.role.may(Permission::Read)).map(|member| member.user);
    let chosen: Vec<UserId> = ids.filter(|id| new.people.contains(&id.to_string())).collect();
    if chosen.is_empty() {
        errors.push(FieldError::new(
            "people",
            "required",
            "Choose at least one member who may read the numbers.",
        ));
    }
    Ok(chosen)
}

/// Takes a schedule away. Reports that went out stay.
///
/// # Errors
/// [`AppError::NotFound`], also for schedules of other workspaces.
pub async fn remove(engine: &Engine, actor: &Actor, id: ReportScheduleId) -> Result<(), AppError> {
    actor.require(Permission::ManageWorkspace)?;
    let workspace = actor.workspace;
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { report_schedule::delete(tx, workspace, id).await }))
        .await?;
    if gone { Ok(()) } else { Err(AppError::NotFound { what: "schedule" }) }
}

/// A report that went out, as it was: its file and the name of that.
///
/// # Errors
/// [`AppError::NotFound`], also for reports of other workspaces and those that were not made.
pub async fn file(engine: &Engine, actor: &Actor, id: SentReportId) -> Result<(Bytes, String), AppError> {
    actor.require(Permission::Read)?;
    let found = report_schedule::sent(&engine.db, actor.workspace, id).await?;
    let row = found.filter(|row| row.size > 0).ok_or(AppError::NotFound { what: "report" })?;
    Ok((engine.library.report((row.workspace, row.id), row.size).await?, row.file_name))
}

fn conflict(code: &'static str, message: &str) -> AppError {
    AppError::Conflict { code, message: message.to_owned() }
}
