//! Changing and cancelling more than one post of a series.
//!
//! What is planned and was not changed alone is taken back in the transaction that changes the series, and made anew by its new rule and
//! template. What is on its way or out stays, and so does what somebody changed or cancelled alone: their days are taken.

use carillon_domain::error::AppError;
use carillon_domain::id::{Id, PostId, SeriesId, WorkspaceId};
use carillon_domain::permission::Permission;
use carillon_domain::recurrence::{End, Rule};
use carillon_domain::time::Timestamp;
use carillon_store::Tx;
use carillon_store::repo::notice;
use carillon_store::repo::series::{self, Occurrence, SeriesRow};
use jiff::civil::DateTime;

use super::begin::begins;
use super::make::go_on;
use super::{MOST, parsed, read_rule};
use crate::usecase::posts::{self, PostInput, WantedStatus};
use crate::{Actor, Engine};

/// How much of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This one and all that follow.
    Following,
    /// All that have not gone out.
    All,
}

impl Scope {
    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "following" => Some(Self::Following),
            "all" => Some(Self::All),
            _ => None,
        }
    }
}

/// A series as it was read, with the occurrence that somebody has before them.
pub(super) struct Found {
    /// The series.
    pub row: SeriesRow,
    rule: Rule,
    start: DateTime,
    /// The occurrence.
    pub here: Occurrence,
    wall: DateTime,
}

impl Found {
    /// From when on it is meant, and the rule of what is left before that.
    fn ended(&self, scope: Scope, now: Timestamp) -> (Timestamp, Rule) {
        match scope {
            Scope::Following => (self.here.at, self.rule.ending_before_day(self.wall.date())),
            Scope::All => (now, self.rule.ending_before(now)),
        }
    }
}

pub(super) async fn find(engine: &Engine, actor: &Actor, post: PostId) -> Result<Found, AppError> {
    actor.require(Permission::Publish)?;
    posts::get(engine, actor, post).await?;
    let missing = || AppError::NotFound { what: "series" };
    let here = series::of_post(&engine.db, actor.workspace, post).await?.ok_or_else(missing)?;
    let row = series::find(&engine.db, actor.workspace, here.series).await?.ok_or_else(missing)?;
    let (rule, start, zone) = parsed(&row)?;
    let wall = zone.to_datetime(here.at);
    Ok(Found { row, rule, start, here, wall })
}

/// Takes back what is planned of a series, and ends it. Tells how many posts that were.
///
/// # Errors
/// [`AppError::NotFound`] when the post belongs to no series; [`AppError::Conflict`] when something of it is being sent right now.
pub async fn cancel(engine: &Engine, actor: &Actor, post: PostId, scope: Scope) -> Result<usize, AppError> {
    let found = find(engine, actor, post).await?;
    let (now, workspace) = (engine.clock.now(), actor.workspace);
    let (from, rule) = found.ended(scope, now);
    let (row, version) = (found.row.clone(), found.row.version);
    let ended = SeriesRow {
        version: version + 1,
        rule: rule.to_string(),
        ended: Some(row.rule),
        look_at: None,
        updated_at: now,
        ..row
    };
    let gone = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                lock(tx, workspace, (ended.id, version), now).await?;
                let gone = withdraw(tx, (workspace, ended.id), (from, now), (post, false)).await?;
                series::change(tx, &ended).await?;
                Ok::<_, AppError>(gone)
            })
        })
        .await?;
    tell(engine, workspace, &gone);
    Ok(gone.len())
}

/// Gives what is planned of a series another content, time of day or rule. Following: the series is parted, and what follows is one of
/// its own, which begins with this post and may begin on another day. All: the day stays. Answers the post that is this one now, if
/// there is one.
///
/// # Errors
/// As [`posts::create`]; [`AppError::NotFound`] when the post belongs to no series; [`AppError::Stale`] when the series was changed
/// meanwhile; [`AppError::Conflict`] when something of it is being sent right now. Nothing is changed then.
pub async fn change(
    engine: &Engine,
    actor: &Actor,
    post: PostId,
    input: PostInput,
    (rule, scope): (&str, Scope),
) -> Result<Option<PostId>, AppError> {
    let found = find(engine, actor, post).await?;
    let (now, workspace) = (engine.clock.now(), actor.workspace);
    let (old, version) = (found.row.clone(), found.row.version);
    let (new, day) = changed(engine, actor, &found, &input, (rule, scope))?;
    passes(engine, actor, &input).await?;
    let (from, ended) = found.ended(scope, now);
    let parted = new.id != old.id;
    let first = SeriesRow {
        version: version + 1,
        rule: ended.to_string(),
        ended: None,
        look_at: None,
        updated_at: now,
        ..old
    };
    let (old_id, next) = (first.id, new.clone());
    let gone = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                lock(tx, workspace, (old_id, version), now).await?;
                let gone = withdraw(tx, (workspace, old_id), (from, now), (post, true)).await?;
                for id in &gone {
                    series::unlink(tx, workspace, *id).await?;
                    posts::forget(tx, (workspace, *id), now).await?;
                }
                if parted {
                    series::insert(tx, &next).await?;
                    series::relink(tx, workspace, (old_id, next.id), from).await?;
                    series::change(tx, &first).await?;
                } else {
                    series::change(tx, &next).await?;
                }
                Ok::<_, AppError>(gone)
            })
        })
        .await?;
    tell(engine, workspace, &gone);
    go_on(engine, &new).await;
    let made = series::of(&engine.db, (workspace, new.id), now, MOST).await?;
    Ok(made.iter().find(|one| one.day == day).map(|one| one.post))
}

/// The series as it is to be, and the day of this post in it.
fn changed(
    engine: &Engine,
    actor: &Actor,
    found: &Found,
    input: &PostInput,
    (rule, scope): (&str, Scope),
) -> Result<(SeriesRow, String), AppError> {
    let (row, now) = (&found.row, engine.clock.now());
    let due = input.due(&actor.timezone, now)?.filter(|_| input.status == WantedStatus::Scheduled);
    let Some(due) = due else {
        let message = "What comes again is scheduled. Choose a time, or change this one only.";
        return Err(AppError::invalid("repeat", "needs_time", message));
    };
    let (_, _, zone) = parsed(row)?;
    let wall = zone.to_datetime(due.at);
    let mut rule = read_rule(rule)?;
    // The first one of them that follows: nothing is left of the series before it.
    let is_first = found.here.day == found.start.date().to_string();
    let parted = scope == Scope::Following && !is_first;
    let start = match scope {
        Scope::Following => wall,
        Scope::All if wall.date() == found.wall.date() => found.start.date().to_datetime(wall.time()),
        Scope::All => {
            let message =
                "All posts of a series keep their days. Move this one only, or this one and all that follow.";
            return Err(AppError::invalid("scheduled_at", "day_of_series", message));
        }
    };
    if let (true, End::After(count)) = (parted && rule == found.rule, rule.end) {
        let before = found.rule.days(found.start.date(), found.wall.date()).len().saturating_sub(1);
        rule.end = End::After(count.saturating_sub(u32::try_from(before).unwrap_or(count)).max(1));
    }
    begins(&rule, start)?;
    // What no form shows stays as it was.
    let before: PostInput = serde_json::from_str(&row.template).map_err(AppError::internal)?;
    let template = PostInput {
        scheduled_at: None,
        timezone: None,
        repeat: None,
        campaign: input.campaign.clone().or(before.campaign),
        ..input.clone()
    };
    let new = SeriesRow {
        id: if parted { Id::new(engine.clock.as_ref(), engine.entropy.as_ref()) } else { row.id },
        version: if parted { 1 } else { row.version + 1 },
        rule: rule.to_string(),
        ended: None,
        first_wall: start.to_string(),
        template: serde_json::to_string(&template).map_err(AppError::internal)?,
        made_to: now,
        look_at: Some(now),
        problem: None,
        updated_at: now,
        ..row.clone()
    };
    Ok((new, wall.date().to_string()))
}

/// Refuses what networks would refuse. Caps are left out: they count what is taken back. What they stand against then becomes a draft
/// that says so.
async fn passes(engine: &Engine, actor: &Actor, input: &PostInput) -> Result<(), AppError> {
    let mut errors = Vec::new();
    for check in posts::check(engine, actor, input, None).await? {
        let broken = check.report.violations.into_iter().filter(|one| one.code != "cap_exceeded");
        errors.extend(broken.map(|one| posts::as_error(&check.account, one)));
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

/// Keeps others from the series until the transaction ends. That it had stopped waits for nobody any more.
pub(super) async fn lock(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    (id, version): (SeriesId, i64),
    now: Timestamp,
) -> Result<(), AppError> {
    if series::lock(tx, workspace, id).await? != Some(version) {
        return Err(AppError::Stale);
    }
    Ok(notice::clear_all(tx, (workspace, id.uuid()), now).await?)
}

/// Takes back what a series has planned from then on, but for what was changed alone; `here` all the same. Answers these posts.
async fn withdraw(
    tx: &mut Tx<'_>,
    (workspace, id): (WorkspaceId, SeriesId),
    (from, now): (Timestamp, Timestamp),
    (here, trash): (PostId, bool),
) -> Result<Vec<PostId>, AppError> {
    let mut gone = Vec::new();
    for one in series::of(&mut *tx, (workspace, id), from, MOST).await? {
        let is_meant = !one.detached || one.post == here;
        if is_meant && posts::withdraw(tx, (workspace, one.post), now, trash).await? {
            gone.push(one.post);
        }
    }
    Ok(gone)
}

pub(super) fn tell(engine: &Engine, workspace: WorkspaceId, gone: &[PostId]) {
    gone.iter().for_each(|id| engine.events.post_changed(workspace, *id));
    engine.events.notices_changed(workspace);
    engine.wake.notify_waiters();
}
