//! A new series, with its first post.

use carillon_domain::error::AppError;
use carillon_domain::id::{Id, PostId};
use carillon_domain::limits::Violation;
use carillon_domain::permission::Permission;
use carillon_domain::recurrence::{End, Rule};
use carillon_domain::schedule;
use carillon_store::repo::series::SeriesRow;
use jiff::Span;
use jiff::civil::DateTime;

use super::make::go_on;
use super::part::Part;
use super::read_rule;
use crate::usecase::posts::{self, Aim, PostInput, PostPatch, PostView, WantedStatus};
use crate::{Actor, Engine};

/// Makes the first post and its series in one transaction, then what comes within the time that is made ahead.
///
/// # Errors
/// As [`posts::create`]; [`AppError::Invalid`] for a rule that is not understood, or that does not have the first post's day.
pub(in crate::usecase) async fn begin(
    engine: &Engine,
    actor: &Actor,
    input: PostInput,
    rule: &str,
) -> Result<PostView, AppError> {
    actor.require(Permission::Publish)?;
    let (row, part) = first(engine, actor, &input, rule)?;
    let aim = Aim { part: Some(part), ..Aim::default() };
    let mut view = posts::save(engine, actor, input, aim).await?;
    go_on(engine, &row).await;
    view.warnings.push(same_words());
    Ok(view)
}

/// The same with a post that is there already, of which this version was seen, and which is changed on the way.
///
/// # Errors
/// As [`posts::update`]; [`AppError::Invalid`] as above; [`AppError::Conflict`] when it belongs to a series.
pub async fn begin_with(
    engine: &Engine,
    actor: &Actor,
    (id, version): (PostId, i64),
    (input, patch): (PostInput, PostPatch),
    rule: &str,
) -> Result<PostView, AppError> {
    actor.require(Permission::Publish)?;
    let before = posts::get(engine, actor, id).await?.post;
    let campaign = input.campaign.clone().or(before.campaign);
    let input = PostInput { tags: before.tags, campaign, ..input };
    let (row, part) = first(engine, actor, &input, rule)?;
    let aim = Aim { part: Some(part), ..Aim::default() };
    let mut view = posts::change(engine, actor, id, (patch, aim), Some(version)).await?;
    go_on(engine, &row).await;
    view.warnings.push(same_words());
    Ok(view)
}

/// The series that begins with this request.
fn first(
    engine: &Engine,
    actor: &Actor,
    input: &PostInput,
    rule: &str,
) -> Result<(SeriesRow, Part), AppError> {
    let rule = read_rule(rule)?;
    let now = engine.clock.now();
    let due = input.due(&actor.timezone, now)?.filter(|_| input.status == WantedStatus::Scheduled);
    let Some(due) = due else {
        let message = "What comes again is scheduled: choose the time of the first one.";
        return Err(AppError::invalid("repeat", "needs_time", message));
    };
    let zone = schedule::zone(&actor.timezone).map_err(AppError::internal)?;
    let start = zone.to_datetime(due.at);
    begins(&rule, start)?;
    if matches!(rule.end, End::At(end) if end < due.at) {
        return Err(AppError::invalid("repeat", "over", "This rule ends before the first post."));
    }
    let template = PostInput { scheduled_at: None, timezone: None, repeat: None, ..input.clone() };
    let row = SeriesRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        version: 1,
        rule: rule.to_string(),
        ended: None,
        first_wall: start.to_string(),
        timezone: actor.timezone.clone(),
        template: serde_json::to_string(&template).map_err(AppError::internal)?,
        made_to: due.at,
        look_at: Some(now),
        problem: None,
        created_by: actor.user,
        created_at: now,
        updated_at: now,
    };
    let day = start.date().to_string();
    let part =
        Part { series: (row.id, row.version), begins: Some(row.clone()), day, at: due.at, problem: None };
    Ok((row, part))
}

/// Refuses a beginning that its rule does not have: the RFC leaves open what that would mean.
pub(super) fn begins(rule: &Rule, start: DateTime) -> Result<(), AppError> {
    let day = start.date();
    if rule.days(day, day).contains(&day) {
        return Ok(());
    }
    let later = day.checked_add(Span::new().years(5)).unwrap_or(day);
    let message = match rule.days(day, later).first() {
        Some(first) => {
            format!("The rule does not have {day}. The first day that it has from then on is {first}.")
        }
        None => format!("The rule has no day from {day} on."),
    };
    Err(AppError::invalid("repeat", "not_in_rule", message))
}

/// What is to be said of each series: its posts are alike.
fn same_words() -> Violation {
    Violation::new(
        "repeat",
        "duplicate_content",
        "Every post of this series says the same until one is changed. Some networks refuse a text that the account has posted \
         before, X among them; such a post fails and says so.",
    )
}
