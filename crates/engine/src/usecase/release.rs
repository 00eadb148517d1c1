//! Letting go of everything that was held because it was overdue, by one word of a person.
//!
//! Each publication is let go by itself, as by its own button: what somebody published, moved or canceled meanwhile is left
//! alone, and nothing is sent twice.

use carillon_domain::error::AppError;
use carillon_domain::id::PublicationId;
use carillon_domain::permission::Permission;
use carillon_domain::publication::HeldReason;
use carillon_store::repo::planned;

use super::publications;
use crate::{Actor, Engine};

/// What is held in the actor's workspace because it was due too long ago, in the order in which it was due.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn overdue(engine: &Engine, actor: &Actor) -> Result<Vec<PublicationId>, AppError> {
    actor.require(Permission::Read)?;
    Ok(planned::held(&engine.db, actor.workspace, HeldReason::Overdue).await?)
}

/// Publishes all of it now, and tells how many were let go.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not publish. What was let go before the database failed stays so.
pub async fn publish_overdue(engine: &Engine, actor: &Actor) -> Result<usize, AppError> {
    actor.require(Permission::Publish)?;
    let mut released = 0;
    for id in overdue(engine, actor).await? {
        match publications::publish(engine, actor, id).await {
            Ok(_) => released += 1,
            Err(AppError::Conflict { .. } | AppError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(released)
}
