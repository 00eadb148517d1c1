//! A world to test in, and a connected account in it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::{Draft, Part};
use carillon_domain::secret::Secret;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use url::Url;

use super::recorder::Recorder;
use super::{Connect, Library};
use crate::contract::authorizer::{BeginRequest, Callback, Granted, SignIn};
use crate::contract::capability;
use crate::contract::connector::Connector;
use crate::contract::cx::{AppCredentials, AuthCx, Credential, Cx, PlatformSettings};
use crate::kit::http::Http;
use crate::kit::journal::{Entry, Journal};
use crate::kit::pause::NoPause;
use crate::sandbox::{InProcess, Persona, Sandbox, Simulator, World, testing};

/// A world with a manual clock that starts at 2026-11-02T09:00:00Z, a library, and HTTP without sockets.
pub struct Bench {
    /// Moves only when told to; the world runs on it.
    pub clock: Arc<ManualClock>,
    /// The simulated networks' memory.
    pub world: Arc<World>,
    /// World and simulators together.
    pub sandbox: Sandbox,
    /// The client of the connectors.
    pub http: Http,
    /// Randomness of the connectors.
    pub entropy: SeededEntropy,
    /// Media.
    pub library: Arc<Library>,
    /// Everything that was written down of the calls, oldest first.
    pub diary: Arc<Diary>,
}

/// A journal in memory.
#[derive(Default)]
pub struct Diary {
    entries: Mutex<Vec<Entry>>,
}

impl Diary {
    /// What stands in it.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

impl Journal for Diary {
    fn record(&self, entry: Entry) {
        self.entries.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(entry);
    }
}

impl Bench {
    /// With this simulator only.
    pub fn new(simulator: impl Simulator) -> Self {
        Self::with(vec![Box::new(simulator)])
    }

    /// With all registered platforms.
    pub fn registered() -> Self {
        Self::with(crate::registry::simulators())
    }

    /// With these simulators.
    pub fn with(simulators: Vec<Box<dyn Simulator>>) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH + Duration::from_secs(1_793_610_000)));
        let library = Arc::new(Library::default());
        let world = World::builder(clock.clone()).seed(11).fetch(library.clone()).build();
        let sandbox = Sandbox::with(world.clone(), simulators);
        let transport = Arc::new(InProcess::over(sandbox.clone()));
        let diary = Arc::new(Diary::default());
        let http =
            Http::new(transport, clock.clone()).with_pause(Arc::new(NoPause)).with_journal(diary.clone());
        Self { clock, world, sandbox, http, entropy: SeededEntropy::new(5), library, diary }
    }

    /// The platform's settings with the credentials of the sandbox's ready-made app.
    pub fn settings(&self, connector: &dyn Connector) -> PlatformSettings {
        let descriptor = connector.descriptor();
        let app = self.world.apps().ready_made(descriptor.name);
        let mut settings = PlatformSettings::default();
        for setting in descriptor.settings {
            // A platform with several logins has an app for each; in the sandbox they are one.
            if setting.key.ends_with("client_id") {
                settings.values.insert(setting.key.to_owned(), app.client_id.clone());
            } else if setting.key.ends_with("client_secret") {
                settings.secrets.insert(setting.key.to_owned(), Secret::new(&app.client_secret));
            }
        }
        settings
    }

    /// What a connector gets while nobody is signed in.
    pub fn auth_cx<'a>(
        &'a self,
        settings: &'a PlatformSettings,
        app: Option<&'a AppCredentials>,
    ) -> AuthCx<'a> {
        AuthCx { http: &self.http, settings, app, clock: &*self.clock, entropy: &self.entropy }
    }

    /// Connects the first account that the grant offers, in the way that the platform's capabilities name, through the
    /// sandbox's own pages.
    ///
    /// # Errors
    /// What the connector answered; `access_denied` when the person was told to refuse.
    pub async fn connect<'b>(
        &'b self,
        connector: &'static dyn Connector,
        how: Connect<'_>,
    ) -> Result<Session<'b>, ConnectorError> {
        self.connect_with(connector, self.settings(connector), how).await
    }

    /// The same with other settings.
    ///
    /// # Errors
    /// As [`Bench::connect`].
    pub async fn connect_with<'b>(
        &'b self,
        connector: &'static dyn Connector,
        settings: PlatformSettings,
        how: Connect<'_>,
    ) -> Result<Session<'b>, ConnectorError> {
        let (app, granted) = match connector.capabilities().connect {
            capability::Connect::AppPassword { .. } => {
                (None, self.sign_in(connector, &settings, &how).await?)
            }
            capability::Connect::Oauth { .. } => (None, self.oauth(connector, &settings, None, &how).await?),
            capability::Connect::OauthPerServer => {
                let server = how.server.clone().unwrap_or_else(|| self.first_server(connector));
                let cx = self.auth_cx(&settings, None);
                let app = connector.authorizer().register(&cx, &server, &redirect_uri(connector)).await?;
                let how = Connect { server: Some(server), ..how };
                let granted = self.oauth(connector, &settings, Some(&app), &how).await?;
                (Some(app), granted)
            }
        };
        Ok(Session { app, ..self.adopt(connector, settings, granted) })
    }

    /// A session with a grant that was got elsewhere, for example at a third-party server.
    ///
    /// # Panics
    /// When there is no account under it.
    pub fn adopt(
        &self,
        connector: &'static dyn Connector,
        settings: PlatformSettings,
        granted: Granted,
    ) -> Session<'_> {
        let account = granted.targets.into_iter().next();
        let account =
            account.unwrap_or_else(|| panic!("{}: a grant without accounts", connector.descriptor().name));
        Session {
            bench: self,
            connector,
            settings,
            app: None,
            account,
            credential: Mutex::new(granted.credential),
            recorder: Recorder::default(),
        }
    }

    async fn sign_in(
        &self,
        connector: &dyn Connector,
        settings: &PlatformSettings,
        how: &Connect<'_>,
    ) -> Result<Granted, ConnectorError> {
        let name = connector.descriptor().name;
        let persona = Persona::find(how.persona).unwrap_or_else(|| panic!("no persona {:?}", how.persona));
        let login = self.sandbox.login(name, persona);
        let login = login.unwrap_or_else(|| panic!("the simulator of {name} has no `Simulator::login`"));
        let request = SignIn {
            server: how.server.clone().or_else(|| login.server.as_deref().and_then(|s| s.parse().ok())),
            identifier: login.identifier,
            app_password: Secret::new(if how.refuse { "wrong-pass-word-0000" } else { &login.app_password }),
        };
        connector.authorizer().sign_in(&self.auth_cx(settings, None), request).await
    }

    async fn oauth(
        &self,
        connector: &dyn Connector,
        settings: &PlatformSettings,
        app: Option<&AppCredentials>,
        how: &Connect<'_>,
    ) -> Result<Granted, ConnectorError> {
        let cx = self.auth_cx(settings, app);
        let request = BeginRequest {
            redirect_uri: redirect_uri(connector),
            state: "st4te".to_owned(),
            server: how.server.clone(),
            flavour: how.flavour.map(str::to_owned),
        };
        let begun = connector.authorizer().begin(&cx, request).await?;
        let back = if how.refuse {
            testing::refuse(&self.sandbox, &begun.authorize_url, how.persona).await
        } else {
            testing::approve(&self.sandbox, &begun.authorize_url, how.persona).await
        };
        let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        assert_eq!(get("state").as_deref(), Some("st4te"), "{back}");
        let callback = Callback {
            code: get("code").map(Secret::new),
            error: get("error"),
            error_description: get("error_description"),
        };
        connector.authorizer().complete(&cx, begun.pending, callback).await
    }

    /// The first ready-made server of a network of many servers.
    fn first_server(&self, connector: &dyn Connector) -> Url {
        let name = connector.descriptor().name;
        let host = self.sandbox.first_family_host(name);
        let url = host.and_then(|h| Url::parse(&format!("https://{h}")).ok());
        url.unwrap_or_else(|| panic!("the simulator of {name} has no ready-made server"))
    }
}

fn redirect_uri(connector: &dyn Connector) -> Url {
    let text = format!("https://carillon.example/oauth/{}/callback", connector.descriptor().name);
    Url::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A connected account on a bench.
pub struct Session<'b> {
    /// Where it lives.
    pub bench: &'b Bench,
    /// Its platform.
    pub connector: &'static dyn Connector,
    /// The platform's settings.
    pub settings: PlatformSettings,
    /// The app registered at its server.
    pub app: Option<AppCredentials>,
    /// Who it is.
    pub account: AccountIdentity,
    pub(super) credential: Mutex<Credential>,
    pub(super) recorder: Recorder,
}

impl Session<'_> {
    /// The current tokens.
    pub fn credential(&self) -> Credential {
        self.credential.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Replaces the tokens.
    pub fn set_credential(&self, credential: Credential) {
        *self.credential.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = credential;
    }

    /// What a connector gets for this account.
    pub fn cx<'a>(&'a self, credential: &'a Credential) -> Cx<'a> {
        Cx {
            http: &self.bench.http,
            settings: &self.settings,
            app: self.app.as_ref(),
            account: &self.account,
            credential,
            clock: &*self.bench.clock,
            entropy: &self.bench.entropy,
            media: &*self.bench.library,
            checkpoint: &self.recorder,
        }
    }

    /// Renews the access token and keeps the new one.
    ///
    /// # Errors
    /// What the connector answered.
    pub async fn refresh(&self) -> Result<(), ConnectorError> {
        let cx = self.bench.auth_cx(&self.settings, self.app.as_ref());
        let fresh = self.connector.authorizer().refresh(&cx, &self.account, &self.credential()).await?;
        self.set_credential(fresh);
        Ok(())
    }
}

/// A draft of one part.
pub fn draft(text: &str, media: impl IntoIterator<Item = MediaInfo>) -> Draft {
    let root = Part { text: text.to_owned(), media: media.into_iter().collect() };
    Draft { root, ..Draft::default() }
}
