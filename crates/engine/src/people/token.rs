//! API tokens: one workspace, one role, shown once.

use carillon_domain::error::AppError;
use carillon_domain::id::{TokenId, UserId, WorkspaceId};
use carillon_domain::permission::{Permission, Role};
use carillon_domain::secret::Secret;
use carillon_domain::time::SignedDuration;
use carillon_store::repo::token::{self, TokenRow};
use carillon_store::repo::{notice_wish, workspace};

use super::input::Problems;
use super::{People, proof};
use crate::Actor;

/// What every token begins with, so that scanners for leaked secrets can know it.
const PREFIX: &str = "carillon_";

/// How many characters people see afterwards.
const SHOWN: usize = PREFIX.len() + 6;

/// The last use is kept this exactly, so that not every request writes.
const USED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct CreatedToken {
    /// What is kept of it.
    pub token: TokenRow,
    /// The token itself. It is nowhere else.
    pub secret: Secret,
}

impl People {
    /// Makes a token for the actor's workspace.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `name`; [`AppError::Forbidden`], also when the role is more than the actor may give.
    pub async fn create_token(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
    ) -> Result<CreatedToken, AppError> {
        actor.require(if role == Role::Owner { Permission::Own } else { Permission::ManageWorkspace })?;
        self.new_token(actor.workspace, name, role, actor.user).await
    }

    /// The same for the command line and the demo.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `name`.
    pub async fn create_token_by_operator(
        &self,
        workspace: WorkspaceId,
        name: &str,
        role: Role,
    ) -> Result<CreatedToken, AppError> {
        self.new_token(workspace, name, role, None).await
    }

    async fn new_token(
        &self,
        workspace: WorkspaceId,
        name: &str,
        role: Role,
        created_by: Option<UserId>,
    ) -> Result<CreatedToken, AppError> {
        let mut problems = Problems::default();
        let name = problems.name("name", name);
        problems.end()?;
        let secret = proof::new(PREFIX, self.entropy.as_ref());
        let row = TokenRow {
            workspace,
            id: self.new_id(),
            name,
            role,
            prefix: secret.expose().chars().take(SHOWN).collect(),
            created_by,
            created_at: self.clock.now(),
            last_used_at: None,
            expires_at: None,
            revoked_at: None,
        };
        let hash = proof::hash(&secret);
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    token::insert(tx, &row, &hash).await?;
                    Ok(CreatedToken { token: row, secret })
                })
            })
            .await
    }

    /// The workspace's tokens that are good, newest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<TokenRow>, AppError> {
        actor.require(Permission::ManageWorkspace)?;
        Ok(token::list(&self.db, actor.workspace).await?)
    }

    /// Ends a token. What it wished to hear of is forgotten.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for tokens of other workspaces and revoked ones; [`AppError::Forbidden`], also for an
    /// owner's token when the actor is not one.
    pub async fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<(), AppError> {
        actor.require(Permission::ManageWorkspace)?;
        let missing = || AppError::NotFound { what: "token" };
        let row = token::find(&self.db, actor.workspace, id).await?.ok_or_else(missing)?;
        if row.role == Role::Owner {
            actor.require(Permission::Own)?;
        }
        let (workspace, now) = (actor.workspace, self.clock.now());
        let revoked = self
            .db
            .write(move |tx| {
                Box::pin(async move {
                    notice_wish::forget(tx, workspace, id.uuid()).await?;
                    token::revoke(tx, workspace, id, now).await
                })
            })
            .await;
        if revoked? { Ok(()) } else { Err(missing()) }
    }

    /// On whose behalf a request with this token comes.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] for tokens that are unknown, revoked or ran out.
    pub async fn authenticate_token(&self, secret: &Secret) -> Result<Actor, AppError> {
        let now = self.clock.now();
        let found = token::by_secret(&self.db, &proof::hash(secret)).await?;
        let row = found
            .filter(|t| t.revoked_at.is_none() && t.expires_at.is_none_or(|at| at > now))
            .ok_or(AppError::Unauthenticated)?;
        let home = workspace::find(&self.db, row.workspace).await?.ok_or(AppError::Unauthenticated)?;
        if row.last_used_at.is_none_or(|at| now.duration_since(at) >= USED_EVERY) {
            let (workspace, id) = (row.workspace, row.id);
            self.db
                .write(move |tx| Box::pin(async move { token::used(tx, workspace, id, now).await }))
                .await?;
        }
        Ok(Actor {
            workspace: row.workspace,
            role: row.role,
            user: None,
            token: Some(row.id),
            timezone: home.timezone,
            session_hash: None,
        })
    }
}
