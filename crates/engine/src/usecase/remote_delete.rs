//! Deleting at the networks what a post made public there.

use std::collections::BTreeMap;

use carillon_connectors::contract::publisher::Publisher;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::{PostId, PublicationId};
use carillon_domain::limits::Violation;
use carillon_domain::publication::{Delivered, PublicationState, UnitReport, UnitState};
use carillon_store::repo::publication::PublicationRow;
use carillon_store::repo::{account, job, publication};

use super::remote::Reach;
use super::sending::is_being_sent;
use crate::publish::{self, Saved};
use crate::{Actor, Engine};

/// What stays public, by publication, and why.
pub(super) type Left = BTreeMap<PublicationId, Violation>;

/// Deletes every public unit, the last one first, so that a thread never stands without its beginning. Each publication has
/// its own result; a second call goes on where this one stopped.
///
/// # Errors
/// When the database fails. What a network refuses is in the answer.
pub(super) async fn delete_public(engine: &Engine, actor: &Actor, id: PostId) -> Result<Left, AppError> {
    let mut left = Left::new();
    for row in publication::of_post(&engine.db, actor.workspace, id).await? {
        if row.state != PublicationState::Published || row.units.iter().all(|unit| !unit.is_there()) {
            continue;
        }
        let why = match delete_one(engine, &row).await {
            Ok(()) => continue,
            Err(AppError::Internal(source)) => return Err(AppError::Internal(source)),
            Err(AppError::Connector(error)) => {
                let why = format!("{} {}", error.cause, error.action);
                Violation::new("remote", &error.code, why.trim_end())
            }
            Err(AppError::Conflict { code, message }) => Violation::new("remote", code, message),
            Err(other) => Violation::new("remote", "not_deleted", other.to_string()),
        };
        left.insert(row.id, why);
    }
    Ok(left)
}

async fn delete_one(engine: &Engine, row: &PublicationRow) -> Result<(), AppError> {
    let gone = || refusal("account_erased", "The account is no longer here. Delete the post at the network.");
    let account = account::find(&engine.db, row.workspace, row.account).await?.ok_or_else(gone)?;
    let connector = engine.networks.enabled(&row.platform)?;
    let title = connector.descriptor().title;
    if row.units.iter().any(|unit| unit.is_there() && unit.delivered == Delivered::Inbox) {
        return Err(refusal(
            "in_inbox",
            &format!(
                "It waits in the inbox of the {title} app, where no program reaches it. Discard it there."
            ),
        ));
    }
    let publisher = connector.publisher().filter(|_| connector.capabilities().delete).ok_or_else(|| {
        let place = row.remote_url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
        refusal(
            "cannot_delete",
            &format!("{title} lets no program delete posts. Delete it there by hand{place}"),
        )
    })?;
    let unknown = |unit: &UnitReport| unit.is_there() && unit.remote_id.is_none();
    if is_awaited(row, publisher) || row.units.first().is_some_and(unknown) {
        return Err(id_unknown(title));
    }
    let mut reach = Reach::of(engine, &account).await?;
    hold_back(engine, row).await?;
    delete_units(engine, row, publisher, &mut reach).await?;
    never_send(engine, row).await?;
    // A person said of a part that it is public, and nobody else knows it.
    if row.units.iter().any(unknown) { Err(id_unknown(title)) } else { Ok(()) }
}

/// Whether its network has not told yet under which id it is public.
fn is_awaited(row: &PublicationRow, publisher: &dyn Publisher) -> bool {
    match publish::saved_progress(row) {
        Saved::Progress(progress) => publisher.awaits(&progress),
        Saved::None | Saved::Unreadable => false,
    }
}

fn id_unknown(title: &str) -> AppError {
    let message =
        format!("Its id at {title} is not known, so Carillon can't delete it. Delete it there by hand.");
    refusal("id_unknown", &message)
}

/// Nothing of it may follow what is deleted: missing parts are no longer sent, not even when they are found without a job. As long as
/// the rest is public they stay missing, so that a person may still send them.
async fn hold_back(engine: &Engine, row: &PublicationRow) -> Result<(), AppError> {
    let why = ConnectorError::new(
        ErrorKind::Rejected,
        &row.platform,
        "delete",
        "held_back",
        "This part was not sent because the post was to be deleted.",
    )
    .with_action("If the post is to stay, send the missing parts.");
    change(engine, row, move |row| {
        if is_being_sent(row) {
            return Err(refusal(
                "already_sending",
                "A part of it is being sent right now. Delete it again in a moment.",
            ));
        }
        row.next_at = None;
        fail_pending(row, &why);
        row.incomplete = publish::next_missing(&row.units).is_some();
        Ok(())
    })
    .await
}

/// What was to follow the post, which is gone, will never be sent.
async fn never_send(engine: &Engine, row: &PublicationRow) -> Result<(), AppError> {
    let why = ConnectorError::new(
        ErrorKind::Rejected,
        &row.platform,
        "delete",
        "post_deleted",
        "The post was deleted before this part was sent.",
    )
    .with_action("Write a new post if it is to be public.");
    change(engine, row, move |row| {
        row.incomplete = false;
        for unit in row.units.iter_mut().filter(|unit| unit.state == UnitState::Failed) {
            unit.error = Some(why.clone());
        }
        Ok(())
    })
    .await
}

fn fail_pending(row: &mut PublicationRow, why: &ConnectorError) {
    for unit in row.units.iter_mut().filter(|unit| unit.state == UnitState::Pending) {
        unit.state = UnitState::Failed;
        unit.error = Some(why.clone());
    }
}

async fn delete_units(
    engine: &Engine,
    row: &PublicationRow,
    publisher: &dyn Publisher,
    reach: &mut Reach<'_>,
) -> Result<(), AppError> {
    for unit in row.units.iter().rev().filter(|unit| unit.is_there()) {
        let Some(remote_id) = &unit.remote_id else { continue };
        let mut answer = publisher.delete(&reach.cx(), remote_id).await;
        if reach.again(&answer).await? {
            answer = publisher.delete(&reach.cx(), remote_id).await;
        }
        answer?;
        let (index, now) = (unit.index, engine.clock.now());
        change(engine, row, move |row| {
            let unit = row.units.iter_mut().find(|unit| unit.index == index);
            if let Some(unit) = unit {
                unit.deleted_at = Some(now);
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Changes the row as it is now, and takes it out of the workers' hands.
async fn change(
    engine: &Engine,
    row: &PublicationRow,
    change: impl FnOnce(&mut PublicationRow) -> Result<(), AppError> + Send + 'static,
) -> Result<(), AppError> {
    let (workspace, id, now) = (row.workspace, row.id, engine.clock.now());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let found = publication::find(&mut *tx, workspace, id).await?;
                let mut row = found.ok_or(AppError::NotFound { what: "publication" })?;
                let seen = row.seen();
                change(&mut row)?;
                row.content_version += 1;
                row.updated_at = now;
                if !publication::save_edit(tx, &row, seen).await? {
                    return Err(refusal("changed", "It was changed at the same moment. Delete it again."));
                }
                Ok(job::remove(tx, &publish::job_key(id)).await?)
            })
        })
        .await
}

fn refusal(code: &'static str, message: &str) -> AppError {
    AppError::Conflict { code, message: message.to_owned() }
}
