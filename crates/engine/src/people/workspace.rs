//! Workspaces: making, listing, changing.

use carillon_domain::error::AppError;
use carillon_domain::id::UserId;
use carillon_domain::permission::{Permission, Role};
use carillon_store::repo::workspace::{self, WorkspaceRow};

use super::People;
use super::input::{NewWorkspace, Problems, WorkspacePatch};
use crate::Actor;

impl People {
    /// Makes a workspace; whoever makes it owns it.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `name` or `timezone`.
    pub async fn create_workspace(&self, user: UserId, new: NewWorkspace) -> Result<WorkspaceRow, AppError> {
        let mut problems = Problems::default();
        let row = self.new_workspace(&mut problems, "name", &new);
        problems.end()?;
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    workspace::insert(tx, &row).await?;
                    workspace::add_member(tx, row.id, user, Role::Owner, row.created_at).await?;
                    Ok(row)
                })
            })
            .await
    }

    /// The user's workspaces with their role in each, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workspaces(&self, user: UserId) -> Result<Vec<(WorkspaceRow, Role)>, AppError> {
        Ok(workspace::of_user(&self.db, user).await?)
    }

    /// The actor's workspace.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn workspace(&self, actor: &Actor) -> Result<WorkspaceRow, AppError> {
        workspace::find(&self.db, actor.workspace).await?.ok_or(AppError::NotFound { what: "workspace" })
    }

    /// Changes the actor's workspace. With `version`, only if it is still that one.
    ///
    /// # Errors
    /// [`AppError::Invalid`], [`AppError::Forbidden`]; [`AppError::Stale`] for another version.
    pub async fn update_workspace(
        &self,
        actor: &Actor,
        patch: WorkspacePatch,
        version: Option<i64>,
    ) -> Result<WorkspaceRow, AppError> {
        actor.require(Permission::ManageWorkspace)?;
        let mut row = self.workspace(actor).await?;
        let mut problems = Problems::default();
        if let Some(name) = &patch.name {
            row.name = problems.name("name", name);
        }
        if let Some(timezone) = &patch.timezone {
            row.timezone = problems.timezone("timezone", timezone);
        }
        if let Some(grace_s) = patch.grace_s {
            problems.grace(grace_s);
            row.grace_s = grace_s;
        }
        if let Some(days) = patch.snapshot_days {
            problems.snapshot_days(days);
            row.snapshot_days = days;
        }
        problems.end()?;
        if version.is_some_and(|v| v != row.version) {
            return Err(AppError::Stale);
        }
        row.updated_at = self.clock.now();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if !workspace::update(tx, &row).await? {
                        return Err(AppError::Stale);
                    }
                    row.version += 1;
                    Ok(row)
                })
            })
            .await
    }
}
