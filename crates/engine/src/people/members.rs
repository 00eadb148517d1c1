//! Who belongs to a workspace. There is always an owner; only owners touch owners.

use carillon_domain::error::AppError;
use carillon_domain::id::UserId;
use carillon_domain::permission::{Permission, Role};
use carillon_store::Tx;
use carillon_store::repo::workspace::{self, MemberRow};
use carillon_store::repo::{calendar_feed, notice_wish, unsaved_post, user};

use super::People;
use crate::Actor;

impl People {
    /// The workspace's members, by name.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub async fn members(&self, actor: &Actor) -> Result<Vec<MemberRow>, AppError> {
        actor.require(Permission::Read)?;
        Ok(workspace::members(&self.db, actor.workspace).await?)
    }

    /// Adds somebody who has an account on this server.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `email` when there is no such user or they are a member already; [`AppError::Forbidden`],
    /// also when an owner is named by somebody who is not one.
    pub async fn add_member(&self, actor: &Actor, email: &str, role: Role) -> Result<MemberRow, AppError> {
        actor.require(may_give(role))?;
        let found = user::by_email(&self.db, &email.trim().to_lowercase()).await?;
        let Some((user, _)) = found else {
            return Err(AppError::invalid(
                "email",
                "unknown_user",
                "Nobody on this server has this e-mail address. Ask the operator to make the user first.",
            ));
        };
        let (workspace, now, id) = (actor.workspace, self.clock.now(), user.id);
        let added = self
            .db
            .write(move |tx| {
                Box::pin(async move { workspace::add_member(tx, workspace, id, role, now).await })
            })
            .await;
        match added {
            Ok(()) => Ok(MemberRow {
                user: id,
                email: user.email,
                name: user.name,
                language: user.language,
                role,
                created_at: now,
            }),
            Err(error) if error.is_unique_violation() => Err(AppError::invalid(
                "email",
                "member_already",
                "They are a member of this workspace already.",
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Changes a member's role.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`AppError::Forbidden`]; [`AppError::Conflict`] (`last_owner`) when nobody would own the
    /// workspace any more.
    pub async fn set_role(&self, actor: &Actor, member: UserId, role: Role) -> Result<(), AppError> {
        actor.require(may_give(role))?;
        let (actor, now) = (actor.clone(), self.clock.now());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    guard_owners(tx, &actor, member, role == Role::Owner).await?;
                    let found = workspace::set_role(tx, actor.workspace, member, role, now).await?;
                    if found { Ok(()) } else { Err(AppError::NotFound { what: "member" }) }
                })
            })
            .await
    }

    /// Takes somebody out of the workspace, with what they wished to hear of and typed without saving it. Everybody may take themselves
    /// out.
    ///
    /// # Errors
    /// As [`People::set_role`].
    pub async fn remove_member(&self, actor: &Actor, member: UserId) -> Result<(), AppError> {
        if actor.user != Some(member) {
            actor.require(Permission::ManageWorkspace)?;
        }
        let actor = actor.clone();
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    guard_owners(tx, &actor, member, false).await?;
                    let found = workspace::remove_member(tx, actor.workspace, member).await?;
                    // It may be in anybody's calendar, and must not come alive again with a new invitation.
                    calendar_feed::delete(tx, actor.workspace, member).await?;
                    notice_wish::forget(tx, actor.workspace, member.uuid()).await?;
                    unsaved_post::forget_person(tx, actor.workspace, member).await?;
                    if found { Ok(()) } else { Err(AppError::NotFound { what: "member" }) }
                })
            })
            .await
    }
}

fn may_give(role: Role) -> Permission {
    if role == Role::Owner { Permission::Own } else { Permission::ManageWorkspace }
}

/// Refuses a change to an owner by somebody who is not one, and the loss of the last owner.
async fn guard_owners(
    tx: &mut Tx<'_>,
    actor: &Actor,
    member: UserId,
    stays_owner: bool,
) -> Result<(), AppError> {
    let owners = workspace::lock_owners(tx, actor.workspace).await?;
    if !owners.contains(&member) {
        return Ok(());
    }
    actor.require(Permission::Own)?;
    if !stays_owner && owners.len() == 1 {
        return Err(AppError::Conflict {
            code: "last_owner",
            message: "A workspace needs an owner. Make somebody else an owner first.".into(),
        });
    }
    Ok(())
}
