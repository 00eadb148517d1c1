//! The first steps of a workspace, from nothing to a post that is public. What is done is read from what is there, never remembered:
//! a step that was undone is to be done again.

use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use carillon_store::repo::guide::{self, Facts};

use crate::{Actor, Engine};

/// How far the workspace is, for a person who writes here and has not put the steps away; `None` also when all are done.
///
/// # Errors
/// When the database fails.
pub async fn steps(engine: &Engine, actor: &Actor) -> Result<Option<Facts>, AppError> {
    let Some(person) = actor.user.filter(|_| actor.role.may(Permission::Write)) else { return Ok(None) };
    let facts = guide::facts(&engine.db, actor.workspace, person).await?;
    let done = facts.connected && facts.written && facts.planned && facts.public;
    Ok((!facts.closed && !done).then_some(facts))
}

/// Puts the steps away for this person, in this workspace.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not write; [`AppError::NotFound`] for a token, which has no pages.
pub async fn close(engine: &Engine, actor: &Actor) -> Result<(), AppError> {
    actor.require(Permission::Write)?;
    let Some(person) = actor.user else { return Err(AppError::NotFound { what: "guide" }) };
    let (workspace, now) = (actor.workspace, engine.clock.now());
    let kept = engine
        .db
        .write(move |tx| Box::pin(async move { guide::close(tx, workspace, person, now).await }))
        .await;
    Ok(kept?)
}
