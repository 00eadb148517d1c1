//! A network that exists nowhere and answers refreshes as it is told.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use carillon_connectors::Registry;
use carillon_connectors::conformance::Bench;
use carillon_connectors::contract::authorizer::{Authorizer, Feature};
use carillon_connectors::contract::capability::Capabilities;
use carillon_connectors::contract::connector::{Connector, Descriptor};
use carillon_connectors::contract::insights::Insights;
use carillon_connectors::contract::publisher::Publisher;
use carillon_connectors::contract::reader::Reader;
use carillon_connectors::contract::webhooks::Webhooks;
use carillon_domain::time::{Entropy, SeededEntropy};
use carillon_store::seal::{KeyRing, Sealer};
use tokio::sync::{Notify, Semaphore};
use url::Url;

use super::*;
use crate::events::Events;
use crate::media::{Library, LibraryParts, LinkKey, MediaLimits, Storage, Tools};
use crate::networks::Networks;
use crate::publish::verdict::RetryPolicy;

/// The next answer to a refresh.
pub struct Answer {
    result: Result<Credential, ErrorKind>,
    lasts: SignedDuration,
    gated: bool,
}

impl Answer {
    /// A new pair that lasts so many seconds.
    pub fn token(name: &str, seconds: i64) -> Self {
        let credential = credential_named(name, Timestamp::UNIX_EPOCH);
        Self { result: Ok(credential), lasts: SignedDuration::from_secs(seconds), gated: false }
    }

    pub fn fails(kind: ErrorKind) -> Self {
        Self { result: Err(kind), lasts: SignedDuration::ZERO, gated: false }
    }

    /// Comes only after the gate was opened.
    pub fn gated(mut self) -> Self {
        self.gated = true;
        self
    }

    pub fn change(&mut self, change: impl FnOnce(&mut Credential)) {
        change(self.result.as_mut().expect("a token"));
    }
}

/// The network.
pub struct Toy {
    single_use: bool,
    answers: Mutex<VecDeque<Answer>>,
    used: Mutex<Vec<String>>,
    gate: Semaphore,
}

impl Toy {
    pub fn new(single_use: bool, answers: Vec<Answer>) -> Self {
        Self {
            single_use,
            answers: Mutex::new(answers.into()),
            used: Mutex::default(),
            gate: Semaphore::new(0),
        }
    }

    /// How often it was asked to refresh.
    pub fn asked(&self) -> usize {
        self.used().len()
    }

    /// The refresh tokens that it was sent.
    pub fn used(&self) -> Vec<String> {
        self.used.lock().expect("no panic").clone()
    }

    pub fn open_gate(&self) {
        self.gate.add_permits(1);
    }
}

static TOY: Descriptor = Descriptor {
    name: "toy",
    title: "Toy",
    icon: "",
    color: "#000000",
    endpoints: &[],
    settings: &[],
    docs: "",
    errands: &[],
    many_servers: false,
    paid_reads: false,
};

impl Connector for Toy {
    fn descriptor(&self) -> &'static Descriptor {
        &TOY
    }
    fn capabilities(&self) -> &'static Capabilities {
        Registry.all()[0].capabilities()
    }
    fn authorizer(&self) -> &dyn Authorizer {
        self
    }
    fn publisher(&self) -> Option<&dyn Publisher> {
        None
    }
    fn reader(&self) -> Option<&dyn Reader> {
        None
    }
    fn insights(&self) -> Option<&dyn Insights> {
        None
    }
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }
}

#[async_trait]
impl Authorizer for Toy {
    fn scopes_for(&self, _: Feature, _: Option<&str>) -> &'static [&'static str] {
        &[]
    }

    fn refreshable(&self, _: &Credential) -> bool {
        true
    }

    fn single_use_refresh(&self) -> bool {
        self.single_use
    }

    async fn refresh(
        &self,
        cx: &AuthCx<'_>,
        _: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Credential, ConnectorError> {
        let sent = credential.refresh_token.as_ref().map_or("none", Secret::expose).to_owned();
        self.used.lock().expect("no panic").push(sent);
        let answer = self.answers.lock().expect("no panic").pop_front().expect("nobody expects this refresh");
        if answer.gated {
            self.gate.acquire().await.expect("open").forget();
        }
        answer
            .result
            .map(|c| Credential { expires_at: Some(cx.clock.now() + answer.lasts), ..c })
            .map_err(|kind| ConnectorError::new(kind, "toy", "refresh", "scripted", "As the test says."))
    }

    async fn revoke(
        &self,
        _: &AuthCx<'_>,
        _: &AccountIdentity,
        _: &Credential,
    ) -> Result<(), ConnectorError> {
        Ok(())
    }
}

/// An engine that knows this network only.
pub async fn toy_engine(test: &TestDb, clock: Arc<ManualClock>, network: &'static dyn Connector) -> Engine {
    // Several worlds may share a database, so their ids must differ.
    static WORLDS: AtomicU64 = AtomicU64::new(77);
    let seed = WORLDS.fetch_add(1, Ordering::Relaxed);
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(seed));
    let ring = KeyRing::parse(&Secret::new("11".repeat(32))).expect("key");
    let sealer = Sealer::load(&test.db, ring, clock.as_ref(), entropy.as_ref()).await.expect("sealer");
    let public_url = Url::parse("https://carillon.example").expect("url");
    let connectors: &'static [&'static dyn Connector] = Box::leak(Box::new([network]));
    let library = Library::new(LibraryParts {
        db: test.db.clone(),
        clock: clock.clone(),
        entropy: Arc::clone(&entropy),
        storage: Storage::in_memory(),
        links: LinkKey::derive(b"test"),
        public_url: None,
        limits: MediaLimits::default(),
        tools: Tools::default(),
    });
    Engine {
        clerk: crate::publish::Clerk::new(test.db.clone()),
        db: test.db.clone(),
        clock,
        events: Events::new(entropy.as_ref()),
        entropy,
        sealer: Arc::new(sealer),
        networks: Networks::of(connectors, Bench::registered().http, public_url),
        library,
        mailer: None,
        estimates: crate::usecase::analytics::Estimates::default(),
        link_cards: crate::usecase::link_cards::LinkCards::default(),
        wake: Arc::new(Notify::new()),
        retry: RetryPolicy::default(),
        timing: crate::timing::Timing::default(),
    }
}
