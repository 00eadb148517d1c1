//! Deleting at the networks what a post made public there.

use carillon_connectors::contract::cx::Cx;
use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::publication::{PublicationState, UnitState};
use carillon_store::repo::{account, publication};

use super::credentials::{self, NoCredential};
use crate::publish::NoCheckpoint;
use crate::{Actor, Engine};

/// Deletes every public unit, the last one first, so that a thread never stands without its beginning.
///
/// # Errors
/// The first network's refusal; what was deleted before stays deleted, and a second call goes on.
pub(super) async fn delete_public(engine: &Engine, actor: &Actor, id: PostId) -> Result<(), AppError> {
    for row in publication::of_post(&engine.db, actor.workspace, id).await? {
        if row.state != PublicationState::Published {
            continue;
        }
        let found = account::find(&engine.db, actor.workspace, row.account).await?;
        let account = found.ok_or(AppError::NotFound { what: "account" })?;
        let publisher = engine.networks.enabled(&row.platform)?.publisher();
        let publisher = publisher.ok_or(AppError::NotFound { what: "platform" })?;
        let credential = credentials::credential(engine, &account, false).await.map_err(no_credential)?;
        let app = credentials::app(engine, &row.platform, account.server.as_deref()).await?;
        let identity = account.identity();
        let media = engine.library.source(actor.workspace);
        let cx = Cx {
            http: &engine.networks.http,
            settings: engine.networks.settings(&row.platform),
            app: app.as_ref(),
            account: &identity,
            credential: &credential,
            clock: engine.clock.as_ref(),
            entropy: engine.entropy.as_ref(),
            media: &media,
            checkpoint: &NoCheckpoint,
        };
        for unit in row.units.iter().rev().filter(|u| u.state == UnitState::Published) {
            if let Some(remote_id) = &unit.remote_id {
                publisher.delete(&cx, remote_id).await?;
            }
        }
    }
    Ok(())
}

/// A missing credential as an answer to a person who is waiting.
pub(super) fn no_credential(reason: NoCredential) -> AppError {
    match reason {
        NoCredential::Reconnect(error) | NoCredential::Later(error) => error.into(),
        NoCredential::Store(error) => error.into(),
    }
}
