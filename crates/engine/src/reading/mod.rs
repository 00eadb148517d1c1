//! What reading needs of an account, whether a job reads or a person waits for it: its token, and the way to its network.
//!
//! Reading leaves a failing network alone, and leaves to publishing its part of every limit. Whoever reads goes through here;
//! otherwise one of them would forget that.

mod budget;
mod windows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use carillon_connectors::contract::cx::{AppCredentials, Credential, Cx};
use carillon_connectors::kit::http::Http;
use carillon_connectors::kit::journal::{Entry, Journal};
use carillon_domain::account::AccountIdentity;
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;

use crate::Engine;
use crate::breaker::Purpose;
use crate::media::WorkspaceMedia;
use crate::publish::NoCheckpoint;
use crate::usecase::credentials::{self, NoCredential};
use crate::usecase::webhooks::learn_person;
use budget::ReadingBudget;
pub(crate) use budget::is_spent;

/// An account that can be asked.
pub(crate) struct Access {
    /// As it stood when it was opened.
    pub row: AccountRow,
    platform: &'static str,
    identity: AccountIdentity,
    credential: Credential,
    app: Option<AppCredentials>,
    media: WorkspaceMedia,
    http: Http,
    calls: Arc<Calls>,
    asked: bool,
    empty: Arc<AtomicBool>,
}

/// Counts calls. What they said is only in the logs and the error: a reading can be repeated at any time.
#[derive(Default)]
struct Calls(AtomicU32);

impl Journal for Calls {
    fn record(&self, _: Entry) {
        self.count();
    }

    fn count(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed);
        true
    }
}

impl Access {
    /// Gets the account's token, fresh enough to be used, and a way to `platform`, which is the account's. What nobody `asked` for
    /// spends no more than the operator allows.
    ///
    /// # Errors
    /// [`NoCredential`].
    pub async fn open(
        engine: &Engine,
        row: AccountRow,
        platform: &'static str,
        asked: bool,
    ) -> Result<Self, NoCredential> {
        let credential = credentials::credential(engine, &row, false).await?;
        let app = credentials::app(engine, platform, row.server.as_deref()).await?;
        let calls: Arc<Calls> = Arc::default();
        let empty: Arc<AtomicBool> = Arc::default();
        let budget = ReadingBudget::of(engine, &row, asked, &empty);
        let http = way(engine, platform, &row, &credential, &calls).with_budget(Arc::new(budget));
        let (identity, media) = (row.identity(), engine.library.source(row.workspace));
        Ok(Self { row, platform, identity, credential, app, media, http, calls, asked, empty })
    }

    /// The same with no regard to what the network takes and what reading costs, and no count of either: for a past that is played.
    ///
    /// # Errors
    /// [`NoCredential`].
    pub async fn unmetered(
        engine: &Engine,
        row: AccountRow,
        platform: &'static str,
    ) -> Result<Self, NoCredential> {
        let mut access = Self::open(engine, row, platform, true).await?;
        access.http = way(engine, platform, &access.row, &access.credential, &access.calls);
        Ok(access)
    }

    /// What a call may use.
    pub fn cx<'a>(&'a self, engine: &'a Engine) -> Cx<'a> {
        Cx {
            http: &self.http,
            settings: engine.networks.settings(self.platform),
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
    ///
    /// # Errors
    /// When the database fails.
    pub async fn learn_person(&self, engine: &Engine) -> Result<(), StoreError> {
        learn_person(engine, &self.row, &self.credential).await
    }

    /// Gets another token in place of the refused one.
    ///
    /// # Errors
    /// [`NoCredential`].
    pub async fn refresh(&mut self, engine: &Engine) -> Result<(), NoCredential> {
        self.credential = credentials::instead_of(engine, &self.row, &self.credential).await?;
        let budget = ReadingBudget::of(engine, &self.row, self.asked, &self.empty);
        let way = way(engine, self.platform, &self.row, &self.credential, &self.calls);
        self.http = way.with_budget(Arc::new(budget));
        Ok(())
    }

    /// Whether a call was not made because it would have cost more than the operator allows in a month.
    pub fn is_spent(&self) -> bool {
        self.empty.load(Ordering::Relaxed)
    }

    /// Calls since this was last asked.
    pub fn take_calls(&self) -> u32 {
        self.calls.0.swap(0, Ordering::Relaxed)
    }
}

/// The way to the network, which is left alone when it fails.
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
}
