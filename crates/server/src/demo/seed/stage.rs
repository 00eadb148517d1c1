//! The engine, world and clock on which a demo's past is played.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use carillon_connectors::contract::authorizer::Callback;
use carillon_connectors::contract::capability::Connect;
use carillon_connectors::contract::connector::Connector;
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{Fetch, FetchError, Fetched, InProcess, Persona, Sandbox, World};
use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, UserId, WorkspaceId};
use carillon_domain::publication::PublicationState;
use carillon_domain::secret::Secret;
use carillon_domain::time::{ManualClock, SignedDuration, Timestamp, random_bytes};
use carillon_engine::media::{Library, NewFile, link};
use carillon_engine::people::{CreatedByOperator, NewWorkspace, People};
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::connect::{self, Begun, CallbackQuery, ConnectRequest};
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_engine::{Actor, Engine};
use carillon_store::repo::account::AccountRow;
use futures::StreamExt;
use url::Url;

use super::content::Picture;
use super::{OWNER, PLAYED_DAYS, pictures};
use crate::ambient::OsEntropy;
use crate::cli::CliError;
use crate::cli::run::not_composed;
use crate::compose;
use crate::http::App;

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Carillon refused something.
    #[error(transparent)]
    App(#[from] AppError),
    /// A simulated network's pages did not lead back.
    #[error(transparent)]
    Lost(#[from] browser::Lost),
    /// The play itself is wrong.
    #[error("{0}")]
    Play(String),
}

impl From<SeedError> for CliError {
    fn from(error: SeedError) -> Self {
        Self::failed("The demo can't be furnished", error)
    }
}

/// Where the past is played.
pub struct Stage {
    /// Works on the demo's database.
    pub engine: Arc<Engine>,
    /// Users and workspaces.
    pub people: People,
    runner: Runner,
    clock: Arc<ManualClock>,
    now: Timestamp,
    days: u16,
    sandbox: Sandbox,
    origin: Url,
}

impl Stage {
    /// A stage on the database and settings of `app`. The simulated networks have the addresses of the sandbox that will
    /// listen at `origin`, and `blobs` for what is uploaded.
    pub async fn new(app: &App, origin: &str, blobs: std::path::PathBuf) -> Result<Self, CliError> {
        let now = app.engine.clock.now();
        let days = app.settings.sandbox.demo_days;
        let clock = Arc::new(ManualClock::new(now - days_of(days)));
        let library = Arc::new(Pull::default());
        let seed = u64::from_be_bytes(random_bytes(&OsEntropy));
        let world = World::builder(clock.clone()).seed(seed).blob_dir(blobs).fetch(library.clone()).build();
        let sandbox = Sandbox::new(world);
        super::super::networks::register_apps(sandbox.world());
        let transport = Arc::new(InProcess::over(sandbox.clone()));
        let outside = compose::World { clock: clock.clone(), entropy: Arc::new(OsEntropy), transport };
        let engine =
            compose::engine(&app.settings, app.engine.db.clone(), outside).await.map_err(not_composed)?;
        let engine = Arc::new(engine);
        drop(library.0.set(engine.library.clone()));
        let origin = Url::parse(origin).map_err(|e| CliError::failed("The sandbox has no address", e))?;
        Ok(Self {
            people: People::new(engine.db.clone(), clock.clone(), engine.entropy.clone()),
            runner: Runner::new(
                engine.clone(),
                RunnerConfig { node: "demo".to_owned(), ..RunnerConfig::default() },
            ),
            engine,
            clock,
            now,
            days,
            sandbox,
            origin,
        })
    }

    /// Whether there is something before the days that are played.
    pub fn has_history(&self) -> bool {
        self.days > PLAYED_DAYS
    }

    /// When that begins, and when those days do.
    pub fn history(&self) -> (Timestamp, Timestamp) {
        (self.now - days_of(self.days), self.now - days_of(PLAYED_DAYS))
    }

    /// The simulated networks.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The simulated networks' memory.
    pub fn world(&self) -> &World {
        self.sandbox.world()
    }

    /// That memory as bytes, for the sandbox that listens.
    pub fn snapshot(&self) -> Result<Vec<u8>, SeedError> {
        self.world().snapshot().map_err(|e| SeedError::Play(e.to_string()))
    }

    /// The platforms that are switched on.
    pub fn platforms(&self) -> impl Iterator<Item = &'static dyn Connector> + '_ {
        let networks = &self.engine.networks;
        networks.all().iter().copied().filter(|c| networks.is_enabled(c.descriptor().name))
    }

    /// The owner with a workspace; the password is nobody's, since a link signs in.
    pub async fn owner(&self, workspace: &str, zone: &str) -> Result<CreatedByOperator, AppError> {
        let home = NewWorkspace { name: workspace.to_owned(), timezone: zone.to_owned() };
        self.people.create_user_by_operator("demo@example.com", Some("Robin Demo"), None, home).await
    }

    /// The owner in one of their workspaces.
    pub fn actor(&self, workspace: WorkspaceId, owner: UserId, zone: &str) -> Actor {
        Actor {
            workspace,
            role: OWNER,
            user: Some(owner),
            token: None,
            timezone: zone.to_owned(),
            session_hash: None,
        }
    }

    /// Connects the persona's account (or another one's, where the network does not know the persona) as a person would.
    pub async fn connect(
        &self,
        actor: &Actor,
        connector: &'static dyn Connector,
        persona: &str,
    ) -> Result<AccountRow, SeedError> {
        let platform = connector.descriptor().name;
        let persona =
            Persona::find(persona).ok_or_else(|| SeedError::Play(format!("no persona {persona}")))?;
        let mut actor = actor.clone();
        // Begun by nobody's browser, so nobody's browser must finish it.
        actor.session_hash = None;
        let begun = connect::begin(&self.engine, &actor, platform, self.request(connector, persona)?).await?;
        let accounts = match begun {
            Begun::Connected { accounts, .. } => accounts,
            Begun::Redirect { authorize_url, .. } => {
                let back = self.agree(&authorize_url, persona).await?;
                self.come_back(&actor, platform, &back).await?
            }
        };
        accounts.into_iter().next().ok_or_else(|| SeedError::Play(format!("{platform} offers no account")))
    }

    fn request(
        &self,
        connector: &dyn Connector,
        persona: &'static Persona,
    ) -> Result<ConnectRequest, SeedError> {
        let platform = connector.descriptor().name;
        let missing = |what: &str| SeedError::Play(format!("the simulated {platform} has no {what}"));
        Ok(match connector.capabilities().connect {
            Connect::Oauth { .. } => ConnectRequest::default(),
            Connect::OauthPerServer => {
                let host = self.sandbox.first_family_host(platform).ok_or_else(|| missing("server"))?;
                let mut server = self.origin.clone();
                server.set_host(Some(&host)).map_err(|e| SeedError::Play(e.to_string()))?;
                ConnectRequest { server: Some(server), ..ConnectRequest::default() }
            }
            Connect::AppPassword { .. } => {
                let login = self.sandbox.login(platform, persona).ok_or_else(|| missing("login"))?;
                ConnectRequest {
                    server: login.server.as_deref().and_then(|s| s.parse().ok()),
                    identifier: Some(login.identifier),
                    app_password: Some(Secret::new(login.app_password)),
                    ..ConnectRequest::default()
                }
            }
        })
    }

    async fn agree(&self, authorize_url: &Url, persona: &Persona) -> Result<Url, browser::Lost> {
        let mut result = browser::walk(&self.sandbox, authorize_url, persona.key, Decision::Allow).await;
        for other in PERSONAS.iter().filter(|p| p.key != persona.key) {
            if result.is_ok() {
                break;
            }
            result = browser::walk(&self.sandbox, authorize_url, other.key, Decision::Allow).await;
        }
        result
    }

    async fn come_back(
        &self,
        actor: &Actor,
        platform: &str,
        back: &Url,
    ) -> Result<Vec<AccountRow>, SeedError> {
        let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        let query = CallbackQuery {
            state: get("state").unwrap_or_default(),
            callback: Callback {
                code: get("code").map(Secret::new),
                error: get("error"),
                error_description: get("error_description"),
            },
            session_hash: None,
        };
        let row = connect::complete(&self.engine, platform, query).await?;
        if let Some(error) = row.error {
            return Err(AppError::from(error).into());
        }
        let grant = row.grant.ok_or_else(|| SeedError::Play(format!("{platform} granted nothing")))?;
        if row.status == "choose" {
            let targets = connect::targets(&self.engine, actor, grant).await?.targets;
            let first: Vec<String> = targets.into_iter().take(1).map(|t| t.remote_id).collect();
            return Ok(connect::choose(&self.engine, actor, grant, &first).await?);
        }
        let all = carillon_engine::usecase::accounts::list(&self.engine, actor).await?;
        Ok(all.into_iter().filter(|a| row.accounts.contains(&a.id)).collect())
    }

    /// Puts a picture into the library.
    pub async fn upload(&self, actor: &Actor, picture: &Picture) -> Result<MediaId, SeedError> {
        let bytes = pictures::draw(picture).map_err(|e| SeedError::Play(e.to_string()))?;
        let file = NewFile { name: picture.name.to_owned(), alt: Some(picture.alt.to_owned()) };
        let body = futures::stream::iter([Ok(Bytes::from(bytes))]).boxed();
        Ok(self.engine.library.upload(actor, file, body).await?.info.id)
    }

    /// Publishes at the stage's time, and lets that time pass until it is decided how it went.
    pub async fn publish(&self, actor: &Actor, input: PostInput) -> Result<(), SeedError> {
        if input.accounts.is_empty() {
            return Ok(());
        }
        let input = PostInput { status: WantedStatus::Now, ..input };
        let post = posts::create(&self.engine, actor, input).await?.id();
        for _ in 0..60 {
            self.work().await?;
            let view = posts::get(&self.engine, actor, post).await?;
            let open = |s| matches!(s, PublicationState::Scheduled | PublicationState::Publishing);
            if !view.publications.iter().any(|p| open(p.state)) {
                return Ok(());
            }
            self.pass(Duration::from_secs(10));
        }
        Err(SeedError::Play(format!("the post {post} does not come to an end")))
    }

    /// The account's owner takes the permission back, on the network's side.
    pub fn take_permission_back(&self, account: &AccountRow) {
        let tokens = self.world().tokens();
        for (token, _) in tokens.list() {
            if token.platform == account.platform
                && token.account.as_deref() == Some(account.remote_id.as_str())
            {
                tokens.revoke(&token.platform, &token.value);
            }
        }
    }

    /// Does what is due at the stage's time.
    pub async fn work(&self) -> Result<(), SeedError> {
        let ran = self.runner.run_due(64).await;
        ran.map(drop).map_err(|e| SeedError::Play(format!("a job failed: {e}")))
    }

    /// Tokens that have been issued never run out by themselves: what is played would have renewed them in time, which takes long.
    pub fn keep_signed_in(&self) {
        let tokens = self.world().tokens();
        for (token, _) in tokens.list() {
            tokens.update(&token.platform, &token.value, |token| token.expires_at = None);
        }
    }

    /// Lets time pass until then, if that is still ahead.
    pub fn pass_until(&self, then: Timestamp) {
        self.clock.advance_to(then);
    }

    /// Lets time pass.
    pub fn pass(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Lets time pass until a wall-clock time, `days` from today (negative: before), if that is still ahead.
    pub fn sleep_until(&self, days: i8, at: (i8, i8), zone: &str) -> Result<(), SeedError> {
        let failed = |e: jiff::Error| SeedError::Play(e.to_string());
        let wall: jiff::civil::DateTime = self.wall_time(days, at, zone)?.parse().map_err(failed)?;
        let then = wall.in_tz(zone).map_err(failed)?.timestamp();
        self.clock.advance_to(then.min(self.now));
        Ok(())
    }

    /// Lets time pass until now.
    pub fn wake_up(&self) {
        self.clock.advance_to(self.now);
    }

    /// A wall-clock time, `days` from today.
    pub fn wall_time(&self, days: i8, at: (i8, i8), zone: &str) -> Result<String, SeedError> {
        let failed = |e: jiff::Error| SeedError::Play(e.to_string());
        let today = self.now.in_tz(zone).map_err(failed)?.date();
        let day = today.checked_add(jiff::Span::new().days(days)).map_err(failed)?;
        Ok(day.at(at.0, at.1, 0, 0).to_string())
    }
}

fn days_of(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

/// How simulated networks pull files while nothing listens yet: straight from the library.
#[derive(Default)]
struct Pull(OnceLock<Library>);

#[async_trait]
impl Fetch for Pull {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let failed = |e: &dyn std::fmt::Display| FetchError(e.to_string());
        let library = self.0.get().ok_or_else(|| failed(&"there is no library yet"))?;
        let url = Url::parse(url).map_err(|e| failed(&e))?;
        let tail = url.path().split_once(link::PATH).map(|(_, tail)| tail).unwrap_or_default();
        let parts: Vec<&str> = tail.split('/').filter(|p| !p.is_empty()).collect();
        let [media, expiry, token, ..] = parts.as_slice() else {
            return Err(failed(&"only files of the library can be pulled here"));
        };
        let media: MediaId = media.parse().map_err(|_| failed(&"not a file of the library"))?;
        let content = library.linked(media, expiry, token).await.map_err(|e| failed(&e))?;
        let stream = library.open(&content, 0..content.bytes).await.map_err(|e| failed(&e))?;
        Ok(Fetched { status: 200, content_type: content.mime, stream })
    }
}
