//! Looks at accounts in quick succession while a past is played, for the demo: read by the same readers and kept by the same functions as the
//! runs of the [`schedule`](super::schedule), so that the same rows are left behind. But no job is queued for a look, and many
//! looks share one transaction.
//!
//! Only for a database that nobody else works on: nothing is fenced.

use std::collections::BTreeMap;

use carillon_connectors::contract::reader::Reader;
use carillon_domain::account::AccountStatus;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::error::AppError;
use carillon_domain::sync::schedule::Rhythm;
use carillon_domain::sync::{Reach, SyncKind, SyncState};
use carillon_domain::time::Timestamp;
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::remote_post::RemotePostRow;
use carillon_store::repo::sync_run::SyncRunRow;
use carillon_store::repo::{look, sync_run};
use jiff::tz::TimeZone;

use super::account::not_connected;
use super::{Position, keep, owner, run, scheduled_run};
use crate::Engine;
use crate::networks::Allowance;
use crate::reading::Access;
use crate::usecase::credentials::NoCredential;

/// An account that is looked at again and again.
pub struct Past {
    access: Access,
    reader: &'static dyn Reader,
    rhythm: Rhythm,
    zone: TimeZone,
    costly: bool,
}

/// What one look saw, not kept yet.
pub struct Look {
    run: SyncRunRow,
    account: AccountRow,
    profile: keep::Seen,
    posts: Vec<RemotePostRow>,
    reach: Reach,
}

/// Why an account can't be looked at.
#[derive(Debug, thiserror::Error)]
pub enum NoLook {
    /// The network says so.
    #[error(transparent)]
    Remote(#[from] Box<ConnectorError>),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ConnectorError> for NoLook {
    fn from(error: ConnectorError) -> Self {
        Self::Remote(Box::new(error))
    }
}

impl From<NoCredential> for NoLook {
    fn from(none: NoCredential) -> Self {
        match none {
            NoCredential::Reconnect(error) | NoCredential::Later(error) => error.into(),
            NoCredential::Store(error) => error.into(),
        }
    }
}

impl From<NoLook> for AppError {
    fn from(error: NoLook) -> Self {
        match error {
            NoLook::Remote(error) => Self::from(*error),
            NoLook::Store(error) => Self::from(error),
        }
    }
}

impl Past {
    /// Gets ready to look at an account by the clock of this zone. Its token is renewed now if it has run out, and must live as long as
    /// this is used.
    ///
    /// # Errors
    /// [`NoLook`].
    pub async fn open(engine: &Engine, row: AccountRow, zone: TimeZone) -> Result<Self, NoLook> {
        let found = engine.networks.reader(&row.platform);
        let found = found.filter(|_| row.status == AccountStatus::Connected);
        let (platform, reader) = found.ok_or_else(|| not_connected(&row.platform))?;
        let costly = engine.networks.scheduled(platform).is_some_and(|allowed| allowed != Allowance::Free);
        let rhythm = Rhythm::new(zone.clone(), row.id, costly);
        let access = Access::unmetered(engine, row, platform).await?;
        Ok(Self { access, reader, rhythm, zone, costly })
    }

    /// The account.
    pub fn account(&self) -> &AccountRow {
        &self.access.row
    }

    /// When the account is looked at after a time.
    pub fn next_look(&self, after: Timestamp) -> Timestamp {
        self.rhythm.next_look(after)
    }

    /// Whether its network takes money for reading, so that it is read at midnight only.
    pub fn is_costly(&self) -> bool {
        self.costly
    }

    /// Looks at the account now.
    ///
    /// # Errors
    /// [`NoLook`].
    pub async fn look(&mut self, engine: &Engine, kind: SyncKind) -> Result<Look, NoLook> {
        let now = engine.clock.now();
        let mut row = scheduled_run(engine, &self.access.row, kind);
        let mut position = Position { began: Some(now), ..Position::of(&row) };
        let profile = self.reader.profile(&self.access.cx(engine)).await?;
        position.profile = true;
        if !self.reader.can_list(&profile.identity) {
            (position.complete, position.back_to) = (true, Some(now));
        }
        let mut posts = Vec::new();
        while !position.complete {
            let cursor = position.cursor.clone();
            let page = self.reader.posts(&self.access.cx(engine), cursor.as_deref()).await?;
            let found = run::take(kind, &mut position, page, now);
            // Nothing was published by us yet.
            let ours = BTreeMap::new();
            posts.extend(found.into_iter().map(|post| keep::remote_post(engine, &row, &ours, post, now)));
        }
        row.calls = self.access.take_calls();
        row.items = u32::try_from(posts.len()).unwrap_or(u32::MAX);
        (row.state, row.started_at, row.ended_at) = (SyncState::Done, Some(now), Some(now));
        position.save(&mut row);
        let reach = Reach { began: now, back_to: position.back_to };
        let account = self.access.row.clone();
        Ok(Look { run: row, account, profile: keep::Seen::of(&profile, now), posts, reach })
    }

    /// Asks now what the network tells the owner of the account, and keeps it with what was refused.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ask_owner(&self, engine: &Engine) -> Result<(), StoreError> {
        owner::ask_once(engine, &self.access, &self.zone).await
    }

    /// Takes a post off the network, as its owner may.
    ///
    /// # Errors
    /// As the network answered; `Rejected` where no program may.
    pub async fn delete(&self, engine: &Engine, remote_id: &str) -> Result<(), ConnectorError> {
        let platform = &self.access.row.platform;
        let publisher = engine.networks.connector(platform).and_then(|connector| connector.publisher());
        let publisher = publisher.ok_or_else(|| not_connected(platform))?;
        publisher.delete(&self.access.cx(engine), remote_id).await
    }
}

/// Keeps looks, in their order, in one transaction.
///
/// # Errors
/// [`StoreError`].
pub async fn keep(engine: &Engine, looks: Vec<Look>) -> Result<(), StoreError> {
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                for look in &looks {
                    let run = &look.run;
                    sync_run::open(tx, run).await?;
                    keep::put_profile(tx, run, &look.account, &look.profile).await?;
                    keep::put_posts(tx, run.id, &look.posts).await?;
                    account::synced(tx, run.workspace, run.account, None).await?;
                    look::note_covered(tx, run.workspace, run.account, run.kind, look.reach).await?;
                }
                Ok(())
            })
        })
        .await
}
