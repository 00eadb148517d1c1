//! The slots of an account: adding, taking away, copying.

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::AccountId;
use carillon_domain::permission::Permission;
use carillon_domain::schedule;
use carillon_domain::slot::{Slot, minute_of};
use carillon_store::Tx;
use carillon_store::repo::{account, slot};

use crate::usecase::accounts;
use crate::{Actor, Engine};

/// Most slots of an account: ten a day.
pub const MOST: usize = 70;

/// Slots as they were written: one time on several days.
#[derive(Debug, Clone, Default)]
pub struct NewSlots {
    /// Days of the week, Monday being 1.
    pub weekdays: Vec<String>,
    /// Time of day, as in 18:30.
    pub time: String,
    /// IANA zone; empty: the workspace's.
    pub timezone: String,
}

impl NewSlots {
    /// The slots that are meant.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with all that is wrong.
    fn read(&self, zone: &str) -> Result<Vec<Slot>, AppError> {
        let timezone = Some(self.timezone.trim()).filter(|zone| !zone.is_empty()).unwrap_or(zone);
        let mut errors = Vec::new();
        if let Err(error) = schedule::zone(timezone) {
            errors.push(FieldError::new(error.field(), error.code(), error.to_string()));
        }
        let minute = minute_of(&self.time);
        if minute.is_none() {
            errors.push(FieldError::new("time", "invalid", "Write the time of day like 18:30."));
        }
        let days: Vec<i8> = self.weekdays.iter().filter_map(|day| day.trim().parse().ok()).collect();
        let are_days = days.len() == self.weekdays.len() && days.iter().all(|day| (1..=7).contains(day));
        if days.is_empty() || !are_days {
            let message = "Choose at least one day, from Monday (1) to Sunday (7).";
            errors.push(FieldError::new("weekday", "invalid", message));
        }
        match minute {
            Some(minute) if errors.is_empty() => {
                Ok(days.into_iter().filter_map(|day| Slot::new(day, minute, timezone)).collect())
            }
            _ => Err(AppError::Invalid(errors)),
        }
    }
}

/// The slots of an account, by day and time.
///
/// # Errors
/// [`AppError::NotFound`], also for accounts of other workspaces.
pub async fn slots(engine: &Engine, actor: &Actor, id: AccountId) -> Result<Vec<Slot>, AppError> {
    let row = accounts::get(engine, actor, id).await?;
    Ok(slot::of(&engine.db, row.workspace, row.id).await?)
}

/// Adds slots; those that are there already stay as they are.
///
/// # Errors
/// [`AppError::NotFound`] for the account; [`AppError::Invalid`] for what is no time of a week, and for too many.
pub async fn add(engine: &Engine, actor: &Actor, id: AccountId, new: &NewSlots) -> Result<(), AppError> {
    accounts::get(engine, actor, id).await?;
    actor.require(Permission::Publish)?;
    let (workspace, new) = (actor.workspace, new.read(&actor.timezone)?);
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                account::lock(tx, workspace, id).await?;
                for one in &new {
                    slot::add(tx, (workspace, id), one).await?;
                }
                let all = slot::of(&mut *tx, workspace, id).await?;
                if all.len() > MOST { Err(too_many(all.len())) } else { Ok(()) }
            })
        })
        .await?;
    engine.events.account_changed(workspace, id);
    Ok(())
}

/// Takes a slot away. What is planned there stays planned.
///
/// # Errors
/// [`AppError::NotFound`] for the account, and for a slot that it does not have.
pub async fn remove(engine: &Engine, actor: &Actor, id: AccountId, gone: Slot) -> Result<(), AppError> {
    accounts::get(engine, actor, id).await?;
    actor.require(Permission::Publish)?;
    let workspace = actor.workspace;
    let was_there = engine
        .db
        .write(move |tx| Box::pin(async move { slot::remove(tx, (workspace, id), &gone).await }))
        .await?;
    engine.events.account_changed(workspace, id);
    if was_there { Ok(()) } else { Err(AppError::NotFound { what: "posting slot" }) }
}

/// Gives an account these slots instead of its own.
///
/// # Errors
/// [`AppError::NotFound`] for the account; [`AppError::Invalid`] with all that is no time of a week, and for too many.
pub async fn replace(
    engine: &Engine,
    actor: &Actor,
    id: AccountId,
    wanted: &[NewSlots],
) -> Result<(), AppError> {
    accounts::get(engine, actor, id).await?;
    actor.require(Permission::Publish)?;
    if wanted.len() > MOST {
        return Err(too_many(wanted.len()));
    }
    let (mut slots, mut errors) = (Vec::new(), Vec::new());
    for (index, new) in wanted.iter().enumerate() {
        match new.read(&actor.timezone) {
            Ok(found) => slots.extend(found),
            Err(AppError::Invalid(wrong)) => errors.extend(
                wrong
                    .into_iter()
                    .map(|one| FieldError { field: format!("slots.{index}.{}", one.field), ..one }),
            ),
            Err(other) => return Err(other),
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    put(engine, actor, vec![id], slots).await
}

/// Gives other accounts the slots of this one instead of their own: all of them, or none.
///
/// # Errors
/// [`AppError::NotFound`] for an account that is not there; [`AppError::Invalid`] when none is named.
pub async fn copy(engine: &Engine, actor: &Actor, from: AccountId, to: &[AccountId]) -> Result<(), AppError> {
    let slots = slots(engine, actor, from).await?;
    actor.require(Permission::Publish)?;
    let mut targets: Vec<AccountId> = to.iter().copied().filter(|id| *id != from).collect();
    targets.sort_unstable();
    targets.dedup();
    if targets.is_empty() {
        return Err(AppError::invalid(
            "account",
            "required",
            "Choose the accounts that are to get these slots.",
        ));
    }
    for id in &targets {
        accounts::get(engine, actor, *id).await?;
    }
    put(engine, actor, targets, slots).await
}

/// In the order of the accounts' ids, as everything locks them.
async fn put(
    engine: &Engine,
    actor: &Actor,
    accounts: Vec<AccountId>,
    slots: Vec<Slot>,
) -> Result<(), AppError> {
    if slots.len() > MOST {
        return Err(too_many(slots.len()));
    }
    let (workspace, changed) = (actor.workspace, accounts.clone());
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                for id in accounts {
                    put_one(tx, (workspace, id), &slots).await?;
                }
                Ok::<_, AppError>(())
            })
        })
        .await?;
    changed.into_iter().for_each(|id| engine.events.account_changed(workspace, id));
    Ok(())
}

async fn put_one(
    tx: &mut Tx<'_>,
    key: (carillon_domain::id::WorkspaceId, AccountId),
    slots: &[Slot],
) -> Result<(), AppError> {
    account::lock(tx, key.0, key.1).await?;
    slot::erase(tx, key.0, key.1).await?;
    for one in slots {
        slot::add(tx, key, one).await?;
    }
    Ok(())
}

fn too_many(found: usize) -> AppError {
    let message = format!("An account can have at most {MOST} slots. Take some away first.");
    AppError::Invalid(vec![FieldError::new("slots", "too_many", message).with_limit(MOST, found)])
}
