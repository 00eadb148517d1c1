//! A series as pages show it.

use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::permission::Permission;
use carillon_domain::recurrence::Rule;
use carillon_store::repo::series::{self, Occurrence, SeriesRow};
use jiff::civil::Date;

use super::parsed;
use crate::{Actor, Engine};

/// Occurrences that are shown.
const SHOWN: i64 = 12;

/// The series of a post.
#[derive(Debug, Clone)]
pub struct SeriesView {
    /// The series.
    pub row: SeriesRow,
    /// Its rule.
    pub rule: Rule,
    /// The post in it.
    pub here: Occurrence,
    /// What comes next, as far as it is made, without what was canceled or thrown away.
    pub next: Vec<Occurrence>,
}

impl SeriesView {
    /// Whether more of it is to come.
    pub fn goes_on(&self) -> bool {
        self.row.look_at.is_some() || self.next.iter().any(|one| !one.detached && self.has(one))
    }

    /// Whether it was cancelled, and can go on as if it had not been.
    pub fn is_canceled(&self) -> bool {
        self.row.ended.is_some()
    }

    /// Whether the rule still has it: what was cancelled together with what follows lies behind the end that the rule got then.
    pub fn has(&self, one: &Occurrence) -> bool {
        one.day.parse::<Date>().is_ok_and(|day| self.rule.is_before_end(day, one.at))
    }
}

/// The series of which a post is an occurrence, if it is one.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn of_post(engine: &Engine, actor: &Actor, post: PostId) -> Result<Option<SeriesView>, AppError> {
    actor.require(Permission::Read)?;
    let Some(here) = series::of_post(&engine.db, actor.workspace, post).await? else { return Ok(None) };
    let Some(row) = series::find(&engine.db, actor.workspace, here.series).await? else { return Ok(None) };
    let (rule, ..) = parsed(&row)?;
    let key = (actor.workspace, row.id);
    let next = series::coming(&engine.db, key, engine.clock.now(), SHOWN).await?;
    Ok(Some(SeriesView { row, rule, here, next }))
}

/// The same while the series goes on and has the post. One of a series that ended is like any other: it can begin a new one.
///
/// # Errors
/// As [`of_post`].
pub async fn going_on(engine: &Engine, actor: &Actor, post: PostId) -> Result<Option<SeriesView>, AppError> {
    let found = of_post(engine, actor, post).await?;
    Ok(found.filter(|view| view.goes_on() && view.has(&view.here)))
}
