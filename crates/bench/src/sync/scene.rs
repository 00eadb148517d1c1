//! An installation with accounts on all networks of the sandbox, on a clock that moves when it is told to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use carillon_connectors::Registry;
use carillon_connectors::conformance::Bench;
use carillon_connectors::contract::authorizer::Callback;
use carillon_connectors::contract::connector::READS_PER_MONTH;
use carillon_connectors::contract::cx::PlatformSettings;
use carillon_connectors::sandbox::{Fault, FaultKind, Persona, When, browser, persona};
use carillon_domain::id::{AccountId, Id, UserId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Entropy, SeededEntropy};
use carillon_engine::events::Events;
use carillon_engine::media::{Library, LibraryParts, LinkKey, MediaLimits, Storage, Tools};
use carillon_engine::networks::{Networks, Switches};
use carillon_engine::publish::Clerk;
use carillon_engine::publish::verdict::RetryPolicy;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::timing::Timing;
use carillon_engine::usecase::analytics::Estimates;
use carillon_engine::usecase::connect::{self, Begun, CallbackQuery, ConnectRequest};
use carillon_engine::usecase::link_cards::LinkCards;
use carillon_engine::{Actor, Engine};
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::seal::{KeyRing, Sealer};
use carillon_store::{Db, StoreError};
use tokio::sync::Notify;
use url::Url;

use super::plan::{Network, Plan};
use super::posts::SIGN_IN;

/// The zones of the workspaces; accounts are shared out over them.
const ZONES: [&str; 4] = ["UTC", "America/New_York", "Asia/Kolkata", "Europe/Athens"];

/// Jobs of one step, and how often more of them may come up in it.
const AT_ONCE: usize = 2_000;
const ROUNDS: usize = 200;

/// An account of Carillon's.
pub struct Account {
    /// Its place among the plan's networks.
    pub network: usize,
    /// Whose it is.
    pub key: &'static str,
    /// Who owns the workspace that it is in.
    pub actor: Arc<Actor>,
    /// Its id.
    pub id: AccountId,
}

/// The installation with its accounts.
pub struct Scene {
    /// The networks and the clock.
    pub bench: Bench,
    /// The installation.
    pub engine: Arc<Engine>,
    /// All accounts.
    pub accounts: Vec<Account>,
    runner: Runner,
}

impl Scene {
    /// On this empty database, with these networks. Reading that costs money may cost whatever it costs.
    ///
    /// # Errors
    /// When an account can't be connected.
    pub async fn new(db: Db, bench: Bench, plan: &Plan) -> anyhow::Result<Self> {
        let engine = engine(&bench, db).await?;
        let mut actors = Vec::new();
        for zone in ZONES {
            actors.push(Arc::new(new_workspace(&engine, zone).await?));
        }
        let runner = Runner::new(Arc::clone(&engine), RunnerConfig::default());
        let mut scene = Self { bench, engine, accounts: Vec::new(), runner };
        for (place, network) in plan.networks.iter().enumerate() {
            for (number, person) in persona::crowd().iter().take(plan.accounts_of(place)).enumerate() {
                let actor = Arc::clone(&actors[number % actors.len()]);
                let id = Box::pin(scene.connect(&actor, network, person)).await;
                let id = id.with_context(|| format!("{} on {}", person.key, network.platform))?;
                scene.bench.clock.advance(SIGN_IN);
                scene.accounts.push(Account { network: place, key: person.key, actor, id });
            }
        }
        Ok(scene)
    }

    async fn connect(
        &self,
        actor: &Actor,
        network: &Network,
        person: &'static Persona,
    ) -> anyhow::Result<AccountId> {
        let platform = network.platform.as_str();
        let mut request = ConnectRequest {
            server: network.server.as_deref().map(Url::parse).transpose()?,
            flavour: network.flavour.clone(),
            ..ConnectRequest::default()
        };
        if let Some(login) = self.bench.sandbox.login(platform, person) {
            request.server = login.server.as_deref().map(Url::parse).transpose()?;
            request.identifier = Some(login.identifier);
            request.app_password = Some(Secret::new(login.app_password));
        }
        let begun = connect::begin(&self.engine, actor, platform, request).await?;
        let url = match begun {
            Begun::Connected { accounts, .. } => {
                return accounts.first().map(|account| account.id).context("a sign-in without an account");
            }
            Begun::Redirect { authorize_url, .. } => authorize_url,
        };
        let back = browser::walk(&self.bench.sandbox, &url, person.key, browser::Decision::Allow).await?;
        let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        let callback = Callback { code: get("code").map(Secret::new), ..Callback::default() };
        let state = get("state").context("sent back without a state")?;
        let query = CallbackQuery { state, callback, session_hash: actor.session_hash.clone() };
        let done = connect::complete(&self.engine, platform, query).await?;
        if let Some(account) = done.accounts.first() {
            return Ok(*account);
        }
        let grant = done.grant.context("neither an account nor a grant")?;
        let targets = connect::targets(&self.engine, actor, grant).await?.targets;
        let first = targets.first().context("a grant without an account")?.remote_id.clone();
        let chosen = connect::choose(&self.engine, actor, grant, &[first]).await?;
        chosen.first().map(|account| account.id).context("nothing was chosen")
    }

    /// Lets this part of all calls fail from now on: a fifth each without effect by a 503, a cut and "too many", and after it by a 500
    /// and a cut.
    pub fn break_networks(&self, part: f64) {
        let all = |when, kind, seed| Fault::once("*", "*", when, kind).randomly(part / 5.0, seed);
        let faults = [
            all(When::Before, FaultKind::Status, 21).status(503),
            all(When::Before, FaultKind::Cut, 22),
            all(When::Before, FaultKind::RateLimit, 23).reset(120),
            all(When::After, FaultKind::Status, 24).status(500),
            all(When::After, FaultKind::Cut, 25),
        ];
        for fault in faults {
            self.bench.world.faults().add(fault);
        }
    }

    /// Lets a node work for so long, which looks what is due after every `step`.
    ///
    /// # Errors
    /// When the database fails, or work never ends.
    pub async fn live(&self, span: Duration, step: Duration) -> anyhow::Result<()> {
        let end = self.engine.clock.now() + span;
        while self.engine.clock.now() < end {
            self.bench.clock.advance(step);
            let mut rounds = 0;
            while Box::pin(self.runner.run_due(AT_ONCE)).await? > 0 {
                rounds += 1;
                if rounds > ROUNDS {
                    bail!("at {} work never ends", self.engine.clock.now());
                }
            }
        }
        Ok(())
    }
}

async fn engine(bench: &Bench, db: Db) -> anyhow::Result<Arc<Engine>> {
    let clock: Arc<dyn Clock> = bench.clock.clone();
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(41));
    let ring = KeyRing::parse(&Secret::new("11".repeat(32)))?;
    let sealer = Sealer::load(&db, ring, clock.as_ref(), entropy.as_ref()).await?;
    let public_url = Url::parse("https://carillon.example")?;
    let library = Library::new(LibraryParts {
        db: db.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        storage: Storage::in_memory(),
        links: LinkKey::derive(b"sync"),
        public_url: Some(public_url.clone()),
        limits: MediaLimits::default(),
        tools: Tools::default(),
    });
    let networks =
        Networks::new(Registry, settings(bench), Switches::default(), bench.http.clone(), public_url);
    Ok(Arc::new(Engine {
        networks,
        clerk: Clerk::new(db.clone()),
        db,
        clock,
        events: Events::new(entropy.as_ref()),
        entropy,
        sealer: Arc::new(sealer),
        library,
        mailer: None,
        wake: Arc::new(Notify::new()),
        retry: RetryPolicy::default(),
        timing: Timing::default(),
        estimates: Estimates::default(),
        link_cards: LinkCards::default(),
    }))
}

fn settings(bench: &Bench) -> BTreeMap<String, PlatformSettings> {
    let of = |connector: &&'static dyn carillon_connectors::contract::connector::Connector| {
        let mut settings = bench.settings(*connector);
        if connector.descriptor().paid_reads {
            settings.values.insert(READS_PER_MONTH.key.to_owned(), "1000000".to_owned());
        }
        (connector.descriptor().name.to_owned(), settings)
    };
    Registry.all().iter().map(of).collect()
}

async fn new_workspace(engine: &Engine, timezone: &str) -> anyhow::Result<Actor> {
    let now = engine.clock.now();
    let id: WorkspaceId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let user: UserId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let row = WorkspaceRow {
        id,
        name: timezone.into(),
        timezone: timezone.into(),
        grace_s: 6 * 3600,
        snapshot_days: 90,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made: Result<(), StoreError> =
        engine.db.write(move |tx| Box::pin(async move { workspace::insert(tx, &row).await })).await;
    made?;
    Ok(Actor {
        workspace: id,
        role: Role::Owner,
        user: Some(user),
        token: None,
        timezone: timezone.into(),
        session_hash: Some(vec![1; 32]),
    })
}
