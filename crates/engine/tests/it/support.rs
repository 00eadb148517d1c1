//! An engine whose networks are the sandbox and whose time moves only when told to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use carillon_connectors::Registry;
use carillon_connectors::conformance::Bench;
use carillon_connectors::contract::authorizer::Callback;
use carillon_connectors::contract::cx::PlatformSettings;
use carillon_connectors::sandbox::{Fault, LedgerItem, testing};
use carillon_domain::composition::{Override, PartSpec};
use carillon_domain::id::{AccountId, Id, MediaId, PublicationId, UserId, WorkspaceId};
use carillon_domain::media::MediaInfo;
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Entropy, SeededEntropy, Timestamp};
use carillon_engine::events::Events;
use carillon_engine::media::{Library, LibraryParts, LinkKey, MediaLimits, NewFile, Storage, Tools};
use carillon_engine::networks::{Networks, Switches};
use carillon_engine::publish::verdict::RetryPolicy;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::connect::{self, Begun, CallbackQuery, ConnectRequest};
use carillon_engine::usecase::posts::PublicationView;
use carillon_engine::usecase::posts::{self, PostInput, PostView, WantedStatus};
use carillon_engine::usecase::publications;
use carillon_engine::{Actor, Engine};
use carillon_store::repo::media::{self, MediaRow};
use carillon_store::repo::workspace::{self, WorkspaceRow};
use carillon_store::repo::{job, lease, publication};
use carillon_store::seal::{KeyRing, Sealer};
use carillon_store::testing::TestDb;
use carillon_store::{Db, StoreError};
use tokio::sync::Notify;
use url::Url;

mod prepared;

/// Everything a test needs.
pub struct Stage {
    pub bench: Bench,
    pub engine: Arc<Engine>,
    pub actor: Actor,
    pub storage: Storage,
    runner: Runner,
}

impl Stage {
    pub async fn new(test: &TestDb) -> Self {
        Self::on(test, Bench::registered()).await
    }

    /// With networks that the test has prepared.
    pub async fn on(test: &TestDb, bench: Bench) -> Self {
        let storage = Storage::in_memory();
        let engine = engine(&bench, test.db.clone(), storage.clone()).await;
        let actor = new_workspace(&engine, "Europe/Athens").await;
        let runner = Runner::new(Arc::clone(&engine), RunnerConfig::default());
        Self { bench, engine, actor, storage, runner }
    }

    /// The same with a process that was started anew, with this change.
    pub async fn restarted(self, change: impl FnOnce(&mut Engine)) -> Self {
        let engine = engine(&self.bench, self.engine.db.clone(), self.storage.clone()).await;
        let mut engine = Arc::into_inner(engine).expect("nobody else has it");
        change(&mut engine);
        let engine = Arc::new(engine);
        let runner = Runner::new(Arc::clone(&engine), RunnerConfig::default());
        Self { engine, runner, ..self }
    }

    /// A second node on the same database and networks.
    pub async fn another_node(&self) -> Runner {
        let engine = engine(&self.bench, self.engine.db.clone(), self.storage.clone()).await;
        Runner::new(engine, RunnerConfig { node: "other".into(), ..RunnerConfig::default() })
    }

    /// A second node with its own way to the same database.
    pub async fn node_on(&self, db: Db, config: RunnerConfig) -> Runner {
        Runner::new(engine(&self.bench, db, self.storage.clone()).await, config)
    }

    /// Connects the first persona on Bluesky.
    pub async fn bluesky(&self) -> AccountId {
        self.bluesky_of(&self.actor).await
    }

    pub async fn bluesky_of(&self, actor: &Actor) -> AccountId {
        let persona = &carillon_connectors::sandbox::persona::PERSONAS[0];
        let login = self.bench.sandbox.login("bluesky", persona).expect("bluesky takes app passwords");
        let request = ConnectRequest {
            server: login.server.as_deref().map(|s| s.parse().expect("server url")),
            identifier: Some(login.identifier),
            app_password: Some(Secret::new(login.app_password)),
            ..ConnectRequest::default()
        };
        match connect::begin(&self.engine, actor, "bluesky", request).await.expect("connects") {
            Begun::Connected { accounts, .. } => accounts[0].id,
            Begun::Redirect { .. } => panic!("app passwords connect at once"),
        }
    }

    /// Connects the first persona on X, through its pages.
    pub async fn x(&self) -> AccountId {
        self.through_pages("x", None).await
    }

    /// Connects the first persona on a network with pages of its own.
    pub async fn through_pages(&self, platform: &str, server: Option<&str>) -> AccountId {
        let server = server.map(|s| s.parse().expect("server url"));
        self.through(platform, ConnectRequest { server, ..ConnectRequest::default() }).await
    }

    /// The same in one of several ways to sign in.
    pub async fn through_flavour(&self, platform: &str, flavour: &str) -> AccountId {
        let flavour = Some(flavour.to_owned());
        self.through(platform, ConnectRequest { flavour, ..ConnectRequest::default() }).await
    }

    async fn through(&self, platform: &str, request: ConnectRequest) -> AccountId {
        let begun = connect::begin(&self.engine, &self.actor, platform, request).await.expect("begins");
        let Begun::Redirect { authorize_url, .. } = begun else { panic!("{platform} redirects") };
        let persona = carillon_connectors::sandbox::persona::PERSONAS[0].key;
        let back = testing::approve(&self.bench.sandbox, &authorize_url, persona).await;
        let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        let callback = Callback { code: get("code").map(Secret::new), ..Callback::default() };
        let session_hash = self.actor.session_hash.clone();
        let query = CallbackQuery { state: get("state").expect("state"), callback, session_hash };
        let done = connect::complete(&self.engine, platform, query).await.expect("connects");
        if let Some(account) = done.accounts.first() {
            return *account;
        }
        // A login with several identities: the first one is chosen.
        let grant = done.grant.expect("a grant to choose from");
        let targets = connect::targets(&self.engine, &self.actor, grant).await.expect("targets").targets;
        let wanted = [targets[0].remote_id.clone()];
        connect::choose(&self.engine, &self.actor, grant, &wanted).await.expect("chosen")[0].id
    }

    pub async fn post(&self, input: PostInput) -> PostView {
        posts::create(&self.engine, &self.actor, input).await.expect("post")
    }

    pub async fn now(&self, account: AccountId, text: &str) -> PostView {
        self.post(PostInput {
            text: text.into(),
            accounts: vec![account],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await
    }

    /// A post with a file and with options of the account's network, now.
    pub async fn with_options(
        &self,
        account: AccountId,
        text: &str,
        media: MediaId,
        options: serde_json::Value,
    ) -> PostView {
        let options = options.as_object().cloned().expect("an object");
        self.post(PostInput {
            text: text.into(),
            media: vec![media],
            accounts: vec![account],
            status: WantedStatus::Now,
            overrides: [(account, Override { options, ..Override::default() })].into(),
            ..PostInput::default()
        })
        .await
    }

    /// A thread that goes out now.
    pub async fn thread(&self, account: AccountId, texts: &[&str]) -> PostView {
        let part = |text: &&str| PartSpec { text: (*text).into(), media: Vec::new() };
        self.post(PostInput {
            text: texts[0].into(),
            parts: texts[1..].iter().map(part).collect(),
            accounts: vec![account],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await
    }

    /// Puts a picture into the library.
    pub async fn picture(&self) -> MediaId {
        self.picture_of(&self.actor).await
    }

    pub async fn picture_of(&self, actor: &Actor) -> MediaId {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(640, 640)
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .expect("a picture");
        let body = futures::stream::iter([Ok(bytes::Bytes::from(bytes.into_inner()))]);
        let file = NewFile { name: "a.jpg".into(), alt: Some("A grey square".into()) };
        self.engine.library.upload(actor, file, Box::pin(body)).await.expect("uploaded").info.id
    }

    /// Puts a file of the bench's library into the engine's.
    pub async fn keep(&self, info: MediaInfo) -> MediaId {
        let (workspace, now) = (self.actor.workspace, self.engine.clock.now());
        let bytes = self.bench.library.bytes(info.id).expect("a file of the bench");
        let key = format!("{workspace}/{}/original", info.id);
        self.storage.put(&key, bytes).await.expect("stored");
        let id = info.id;
        let row = MediaRow {
            workspace,
            info,
            version: 1,
            name: "file".into(),
            tags: Vec::new(),
            renditions: Vec::new(),
            warnings: Vec::new(),
            created_by: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            made: None,
        };
        let db = &self.engine.db;
        let entered: Result<(), StoreError> =
            db.write(move |tx| Box::pin(async move { media::insert(tx, &row).await })).await;
        entered.expect("entered");
        id
    }

    /// Puts a short video into the library.
    pub async fn film(&self) -> MediaId {
        self.keep(self.bench.library.mp4(300_000, 10_000, None)).await
    }

    /// Takes a file and its bytes out of the library although it is in use.
    pub async fn lose(&self, id: MediaId) {
        let (workspace, now) = (self.actor.workspace, self.engine.clock.now());
        let db = &self.engine.db;
        let lost = db.write(move |tx| {
            Box::pin(async move {
                let was_there = media::mark_deleted(tx, workspace, id, 1, now).await?;
                media::remove(tx, workspace, id).await?;
                Ok::<_, StoreError>(was_there)
            })
        });
        assert!(lost.await.expect("asked"), "the file was there");
    }

    /// The row itself.
    pub async fn row(&self, id: PublicationId) -> publication::PublicationRow {
        let found = publication::find(&self.engine.db, self.actor.workspace, id).await;
        found.expect("read").expect("publication")
    }

    pub async fn at(&self, account: AccountId, text: &str, at: Timestamp) -> PostView {
        self.post(PostInput {
            text: text.into(),
            accounts: vec![account],
            status: WantedStatus::Scheduled,
            scheduled_at: Some(at.to_string()),
            ..PostInput::default()
        })
        .await
    }

    pub async fn publication(&self, post: &PostView) -> PublicationView {
        self.publication_by_id(post.publications[0].id).await
    }

    pub async fn publication_by_id(&self, id: PublicationId) -> PublicationView {
        publications::get(&self.engine, &self.actor, id).await.expect("publication")
    }

    /// Runs what is due now.
    pub async fn run_due(&self) -> usize {
        self.runner.run_due(1_000).await.expect("claims")
    }

    /// Runs everything until nothing is queued, moving the clock to each next job; at most a week ahead.
    pub async fn run_until_idle(&self) {
        let end = self.engine.clock.now() + carillon_domain::time::SignedDuration::from_hours(24 * 7);
        for _ in 0..2_000 {
            if self.run_due().await > 0 {
                continue;
            }
            match lease::next_run_at(
                &self.engine.db,
                job::Room::ALL,
                carillon_domain::time::SignedDuration::ZERO,
            )
            .await
            .expect("queue")
            {
                Some(at) if at <= end => self.bench.clock.advance_to(at),
                Some(at) => panic!("a job is left over for {at}"),
                None => break,
            }
        }
        assert_eq!(job::count(&self.engine.db).await.expect("count"), 0, "jobs are left over");
    }

    pub fn in_minutes(&self, minutes: i64) -> Timestamp {
        self.engine.clock.now() + carillon_domain::time::SignedDuration::from_mins(minutes)
    }

    pub fn fault(&self, fault: Fault) {
        self.bench.world.faults().add(fault);
    }

    /// What followers can see with this text.
    pub fn public(&self, text: &str) -> Vec<LedgerItem> {
        let items = self.bench.world.ledger().items();
        items.into_iter().filter(|i| i.text == text && i.deleted_at.is_none()).collect()
    }

    /// Replaces the stored progress of a publication, as a crash at that point would have left it.
    pub async fn crash_leaves(
        &self,
        id: PublicationId,
        change: impl FnOnce(&mut publication::PublicationRow) + Send + 'static,
    ) {
        let workspace = self.actor.workspace;
        self.engine
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let found = publication::find(&mut *tx, workspace, id).await?;
                    let mut row = found.expect("publication");
                    let seen = row.seen();
                    change(&mut row);
                    assert!(publication::save_edit(tx, &row, seen).await?);
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .expect("saved");
    }
}

/// Nothing is off, and nothing is read by schedule: most tests are about what somebody asked for.
pub fn quiet() -> Switches {
    Switches { schedule: false, ..Switches::default() }
}

pub fn settings(bench: &Bench) -> BTreeMap<String, PlatformSettings> {
    Registry.all().iter().map(|c| (c.descriptor().name.to_owned(), bench.settings(*c))).collect()
}

async fn engine(bench: &Bench, db: Db, storage: Storage) -> Arc<Engine> {
    // No two nodes make the same ids.
    static NODES: AtomicU64 = AtomicU64::new(77);
    let clock: Arc<dyn Clock> = bench.clock.clone();
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(NODES.fetch_add(1, Ordering::Relaxed)));
    let ring = KeyRing::parse(&Secret::new("11".repeat(32))).expect("key");
    let sealer = Sealer::load(&db, ring, clock.as_ref(), entropy.as_ref()).await.expect("sealer");
    let settings = settings(bench);
    let public_url = Url::parse("https://carillon.example").expect("url");
    let library = Library::new(LibraryParts {
        db: db.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        storage,
        links: LinkKey::derive(b"test"),
        public_url: Some(public_url.clone()),
        limits: MediaLimits::default(),
        tools: Tools::default(),
    });
    Arc::new(Engine {
        networks: Networks::new(Registry, settings, quiet(), bench.http.clone(), public_url),
        clerk: carillon_engine::publish::Clerk::new(db.clone()),
        db,
        clock,
        events: Events::new(entropy.as_ref()),
        entropy,
        sealer: Arc::new(sealer),
        library,
        mailer: None,
        estimates: carillon_engine::usecase::analytics::Estimates::default(),
        link_cards: carillon_engine::usecase::link_cards::LinkCards::default(),
        wake: Arc::new(Notify::new()),
        retry: RetryPolicy::default(),
        timing: carillon_engine::timing::Timing::default(),
    })
}

/// A workspace with its owner.
pub async fn new_workspace(engine: &Engine, timezone: &str) -> Actor {
    let now = engine.clock.now();
    let id: WorkspaceId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let user: UserId = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let row = WorkspaceRow {
        id,
        name: "Test".into(),
        timezone: timezone.into(),
        grace_s: 6 * 3600,
        snapshot_days: 90,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    engine
        .db
        .write(move |tx| Box::pin(async move { workspace::insert(tx, &row).await }))
        .await
        .map_err(|e: StoreError| e.to_string())
        .expect("workspace");
    Actor {
        workspace: id,
        role: Role::Owner,
        user: Some(user),
        token: None,
        timezone: timezone.into(),
        session_hash: Some(vec![1; 32]),
    }
}
