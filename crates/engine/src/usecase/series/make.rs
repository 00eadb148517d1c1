//! Making occurrences ahead of their time.

use std::collections::BTreeSet;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::recurrence::{End, Rule};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::notice::{self, NewNotice};
use carillon_store::repo::series::{self, SeriesRow};
use carillon_store::repo::workspace;
use jiff::civil::{Date, DateTime};

use super::part::{CHANGED, MADE, Part};
use super::{AHEAD, FAR, MOST, parsed};
use crate::usecase::notices;
use crate::usecase::posts::{self, Aim, PostInput, PostView, WantedStatus};
use crate::{Actor, Engine};

/// Series that one upkeep looks at; what is left waits for the next one.
const BATCH: i64 = 200;

/// A series is looked at so often: far oftener than it could run out.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Makes what is due to be made of all series. Each can fail without the others.
///
/// # Errors
/// When the database does not tell which these are.
pub(crate) async fn make_due(engine: &Engine) -> Result<(), AppError> {
    for (workspace, id) in series::due(&engine.db, engine.clock.now(), BATCH).await? {
        if let Some(row) = series::find(&engine.db, workspace, id).await? {
            go_on(engine, &row).await;
        }
    }
    Ok(())
}

/// Makes what comes within the time that is made ahead. What fails is made later: the series says so by its `look_at`.
pub(super) async fn go_on(engine: &Engine, row: &SeriesRow) {
    if let Err(error) = Box::pin(make_ahead(engine, row)).await {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(series = %row.id, %error, cause, "posts of a series could not be made; they are later");
    }
}

async fn make_ahead(engine: &Engine, row: &SeriesRow) -> Result<(), AppError> {
    let now = engine.clock.now();
    let (rule, start, zone) = parsed(row)?;
    let template: PostInput = serde_json::from_str(&row.template).map_err(AppError::internal)?;
    let actor = maker(engine, row).await?;
    let key = (row.workspace, row.id);
    let known = series::of(&engine.db, key, row.made_to, MOST).await?;
    let known: BTreeSet<String> = known.into_iter().map(|one| one.day).collect();
    let mut horizon = now + AHEAD;
    if known.is_empty() && row.made_to <= now {
        // People reach a series by its posts, so one that begins later has its first one at once.
        let later = rule.occurrences(start, &zone, now + FAR);
        let next = later.into_iter().map(|(_, at)| at).find(|at| *at > now);
        horizon = next.map_or(horizon, |at| horizon.max(at + SignedDuration::from_secs(1)));
    }
    for (day, at) in rule.occurrences(start, &zone, horizon) {
        // What was missed while nothing ran stays missed: nothing goes out late by itself.
        if at < row.made_to || at <= now || known.contains(&day.to_string()) {
            continue;
        }
        if !make_one(engine, &actor, (row, &template), (day, at)).await? {
            return Ok(());
        }
    }
    let ended = has_ended(&rule, start, zone.to_datetime(horizon).date(), horizon);
    let look_at = (!ended).then_some(now + EVERY);
    let row = row.clone();
    let noted = engine.db.write(move |tx| {
        Box::pin(async move { series::made(tx, &row, horizon.max(row.made_to), look_at).await })
    });
    Ok(noted.await?)
}

/// Whether the rule has nothing behind the horizon.
fn has_ended(rule: &Rule, start: DateTime, day: Date, horizon: Timestamp) -> bool {
    match rule.end {
        End::Never => false,
        End::Day(last) => last < day,
        End::At(last) => last < horizon,
        End::After(count) => {
            rule.days(start.date(), day).len() >= usize::try_from(count).unwrap_or(usize::MAX)
        }
    }
}

/// On whose behalf: who may publish made the series, and it is the workspace's from then on.
async fn maker(engine: &Engine, row: &SeriesRow) -> Result<Actor, AppError> {
    let place = workspace::find(&engine.db, row.workspace).await?;
    let place = place.ok_or(AppError::NotFound { what: "workspace" })?;
    Ok(Actor {
        workspace: row.workspace,
        role: Role::Editor,
        user: row.created_by,
        token: None,
        timezone: place.timezone,
        session_hash: None,
    })
}

/// Makes one post. What can't be scheduled becomes a draft that says why. Tells whether to go on.
async fn make_one(
    engine: &Engine,
    actor: &Actor,
    (row, template): (&SeriesRow, &PostInput),
    (day, at): (Date, Timestamp),
) -> Result<bool, AppError> {
    let input = |status| PostInput {
        status,
        scheduled_at: Some(at.to_string()),
        timezone: Some(row.timezone.clone()),
        ..template.clone()
    };
    let aim = |problem| Aim {
        part: Some(Part { begins: None, series: (row.id, row.version), day: day.to_string(), at, problem }),
        ..Aim::default()
    };
    let made = posts::save(engine, actor, input(WantedStatus::Scheduled), aim(None)).await;
    let Err(AppError::Invalid(errors)) = made else { return settled(made) };
    let problem = words(&errors);
    let made = posts::save(engine, actor, input(WantedStatus::Draft), aim(Some(problem))).await;
    let Err(AppError::Invalid(errors)) = made else { return settled(made) };
    // Not even a draft: an account or a file is gone.
    stop(engine, (row, template), words(&errors)).await?;
    Ok(false)
}

/// Ends a series of which nothing can be made any more, and tells people, who reach it by the last of its posts that is still there.
async fn stop(
    engine: &Engine,
    (row, template): (&SeriesRow, &PostInput),
    problem: String,
) -> Result<(), AppError> {
    let workspace = row.workspace;
    let told = template.accounts.first().map(|account| NewNotice {
        subject: row.id.uuid(),
        ..notices::of_account(engine, (workspace, *account), NoticeKind::Unscheduled, Some(problem.clone()))
    });
    let row = row.clone();
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                if series::stop(tx, &row, &problem).await?
                    && let Some(told) = told
                {
                    let post = series::last(tx, row.workspace, row.id).await?;
                    notice::raise(tx, &NewNotice { post, ..told }).await?;
                }
                Ok::<_, AppError>(())
            })
        })
        .await?;
    engine.events.notices_changed(workspace);
    Ok(())
}

fn settled(made: Result<PostView, AppError>) -> Result<bool, AppError> {
    match made {
        Ok(_) | Err(AppError::Conflict { code: MADE, .. }) => Ok(true),
        Err(AppError::Conflict { code: CHANGED, .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

fn words(errors: &[FieldError]) -> String {
    let all: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    all.join(" ")
}
