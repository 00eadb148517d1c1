//! The account that is read: its reader, its token, and what a call for it may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use carillon_connectors::contract::cx::{AppCredentials, Credential, Cx};
use carillon_connectors::contract::reader::Reader;
use carillon_connectors::kit::http::Http;
use carillon_connectors::kit::journal::{Entry, Journal};
use carillon_domain::account::{AccountIdentity, AccountStatus};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::sync_run::SyncRunRow;

use super::budget::ReadingBudget;
use super::ending::Stop;
use crate::Engine;
use crate::breaker::Purpose;
use crate::media::WorkspaceMedia;
use crate::publish::NoCheckpoint;
use crate::usecase::credentials::{self, NoCredential};
use crate::usecase::webhooks::learn_person;

/// An account that can be read.
pub(super) struct Read {
    pub row: AccountRow,
    pub reader: &'static dyn Reader,
    identity: AccountIdentity,
    credential: Credential,
    app: Option<AppCredentials>,
    media: WorkspaceMedia,
    http: Http,
    calls: Arc<Calls>,
}

/// Counts calls. What they said is only in the logs and the error: a reading can be repeated at any time.
#[derive(Default)]
struct Calls(AtomicU32);

impl Journal for Calls {
    fn record(&self, _: Entry) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Read {
    /// Everything that reading needs, or why it can't be done.
    pub async fn open(engine: &Engine, run: &SyncRunRow) -> Result<Self, Stop> {
        let row = account::find(&engine.db, run.workspace, run.account).await?;
        let row = row.filter(|row| row.status == AccountStatus::Connected);
        let row = row.ok_or_else(|| not_connected(&run.platform))?;
        let found = engine.networks.reader(&row.platform);
        let (platform, reader) = found.ok_or_else(|| switched_off(&run.platform))?;
        let credential = credentials::credential(engine, &row, false).await?;
        let app = credentials::app(engine, platform, row.server.as_deref()).await?;
        let calls: Arc<Calls> = Arc::default();
        let http = way(engine, platform, &row, &credential, &calls);
        let (identity, media) = (row.identity(), engine.library.source(row.workspace));
        Ok(Self { row, reader, identity, credential, app, media, http, calls })
    }

    /// What a call may use.
    pub fn cx<'a>(&'a self, engine: &'a Engine) -> Cx<'a> {
        Cx {
            http: &self.http,
            settings: engine.networks.settings(&self.row.platform),
            app: self.app.as_ref(),
            account: &self.identity,
            credential: &self.credential,
            clock: engine.clock.as_ref(),
            entropy: engine.entropy.as_ref(),
            media: &self.media,
            checkpoint: &NoCheckpoint,
        }
    }

    /// Who the account is from now on.
    pub fn became(&mut self, identity: AccountIdentity) {
        self.identity = identity;
    }

    /// Learns whose login this is, if nobody knows yet.
    pub async fn learn_person(&self, engine: &Engine) -> Result<(), Stop> {
        Ok(learn_person(engine, &self.row, &self.credential).await?)
    }

    /// Gets another token in place of the refused one.
    pub async fn refresh(&mut self, engine: &Engine) -> Result<(), Stop> {
        self.credential = credentials::instead_of(engine, &self.row, &self.credential).await?;
        let platform = engine.networks.connector(&self.row.platform).map_or("", |c| c.descriptor().name);
        self.http = way(engine, platform, &self.row, &self.credential, &self.calls);
        Ok(())
    }

    /// Calls since this was last asked.
    pub fn take_calls(&self) -> u32 {
        self.calls.0.swap(0, Ordering::Relaxed)
    }
}

/// The way to the network, which is left alone when it fails, within what it takes of this account.
fn way(
    engine: &Engine,
    platform: &'static str,
    row: &AccountRow,
    credential: &Credential,
    calls: &Arc<Calls>,
) -> Http {
    let journal: Arc<dyn Journal> = calls.clone();
    let networks = &engine.networks;
    let gate = networks.breakers.gate(platform, row.server.as_deref(), Purpose::Work, engine.timing.breaker);
    networks
        .http
        .clone()
        .for_platform(platform)
        .with_secrets(credential.secrets())
        .with_journal(journal)
        .with_gate(gate)
        .with_budget(Arc::new(ReadingBudget::of(engine, row)))
}

impl From<NoCredential> for Stop {
    fn from(none: NoCredential) -> Self {
        match none {
            NoCredential::Store(error) => error.into(),
            NoCredential::Later(error) => Self::Remote(Box::new(error)),
            NoCredential::Reconnect(error) => Self::Reconnect(Box::new(error)),
        }
    }
}

fn not_connected(platform: &str) -> Stop {
    let cause = "This account is no longer connected.";
    let error = ConnectorError::new(ErrorKind::Rejected, platform, "sync", "not_connected", cause);
    Stop::Remote(Box::new(error.with_action("Connect the account again.")))
}

fn switched_off(platform: &str) -> Stop {
    let cause = "Reading this network is switched off on this server.";
    let error = ConnectorError::new(ErrorKind::Rejected, platform, "sync", "platform_off", cause);
    Stop::Remote(Box::new(error.with_action("Ask whoever runs this server to switch it on.")))
}
