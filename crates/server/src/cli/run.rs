//! Running the server until it is told to stop.

use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use carillon_connectors::kit::egress::Egress;
use carillon_connectors::kit::wire::Wire;
use carillon_domain::time::Clock;
use carillon_store::{Db, StoreError};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{CliError, print};
use crate::ambient::{OsEntropy, SystemClock};
use crate::compose::{self, ComposeError, World};
use crate::http::App;
use crate::node_clock::NodeClock;
use crate::roles::{Role, Running};
use crate::settings::{Settings, SettingsError};
use crate::{telemetry, urls};

/// One role, or all of them.
pub fn role(role: Role, settings: Settings, out: &mut dyn Write) -> Result<(), CliError> {
    log(&settings)?;
    runtime()?.block_on(run(role, settings, out))
}

/// Sends the log to stderr, as the settings say.
pub fn log(settings: &Settings) -> Result<(), CliError> {
    let started = telemetry::log_to_stderr(&settings.log);
    started
        .map_err(|message| SettingsError::Value { setting: "log.filter".into(), from: None, message }.into())
}

/// Brings the database's schema up to date.
pub fn migrate(settings: &Settings, out: &mut dyn Write) -> Result<(), CliError> {
    let step = runtime()?.block_on(async {
        let db = open(settings).await?;
        let versions = carillon_store::migrate::versions(&db).await;
        db.close().await;
        versions.map_err(|e| CliError::failed("The schema can't be read", e))
    })?;
    print(out, &format!("The schema is up to date, at step {}.\n", step.1))
}

pub fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|e| CliError::failed("The runtime can't be started", e))
}

async fn run(role: Role, mut settings: Settings, out: &mut dyn Write) -> Result<(), CliError> {
    // From here on a signal means: stop in order.
    let stop = StopSignals::listen()?;
    let web = if role.serves() { Some(bind_web(&mut settings).await?) } else { None };
    if role.serves() {
        warn_of_address(&settings);
    }
    let node = node_clock();
    let app = application(settings, node.clone(), &node).await?;
    let metrics = metrics_listener(&app).await?;
    let ready =
        if role.serves() { ready_line(&app).await? } else { "carillon ready url=- sandbox=-\n".into() };
    let mut running = Running::new(&app);
    running.spawn(node.keep(app.engine.db.clone(), app.stopping.clone()));
    if let Some(listener) = web {
        running.serve(listener);
    }
    if let Some(listener) = metrics {
        running.serve_metrics(listener);
    }
    if role.works() {
        running.work();
    }
    print(out, &ready)?;
    stop.wait().await;
    running.stop().await;
    app.engine.db.close().await;
    Ok(())
}

/// Says what is wrong with how this server is reached. It works all the same, since people start on a LAN.
pub fn warn_of_address(settings: &Settings) {
    if settings.is_insecure() {
        tracing::warn!(
            "this server is reached over plain http from other machines: passwords and sessions can be read on the \
             way. Put a TLS proxy in front and set --public-url (server.public_url)"
        );
    }
    if settings.server.public_url.is_empty() && settings.server.listen.ip().is_unspecified() {
        let links = settings.public_url();
        tracing::warn!(
            %links,
            "links and the networks' redirects lead to this machine only, since it is not known by what name others reach \
             it. Say so with --public-url (server.public_url), for example --public-url https://carillon.example.com"
        );
    }
}

/// The way to the networks and to what members name, behind the operator's guards.
pub fn wire(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Wire, CliError> {
    let egress = Egress::new(settings.egress.allow.as_slice()).with_fetch(settings.egress.fetch.as_slice());
    Wire::new(egress, clock).map_err(|e| CliError::failed("The HTTP client can't be made", e))
}

/// This machine's clock, not yet in agreement with a database's.
pub fn node_clock() -> Arc<NodeClock> {
    let machine: Arc<dyn Clock> = Arc::new(SystemClock::new());
    #[cfg(any(debug_assertions, feature = "faults"))]
    let machine = crate::faults::clock(machine);
    Arc::new(NodeClock::new(machine))
}

/// The application that the settings describe, in the real world. `clock` is `node` or shows a time that was made from it.
pub async fn application(
    settings: Settings,
    clock: Arc<dyn Clock>,
    node: &NodeClock,
) -> Result<App, CliError> {
    let db = open(&settings).await?;
    node.measure(&db).await.map_err(|e| CliError::failed("The database's clock can't be asked", e))?;
    let transport = Arc::new(wire(&settings, clock.clone())?);
    let world = World { clock, entropy: Arc::new(OsEntropy), transport };
    let engine = compose::engine(&settings, db, world).await.map_err(not_composed)?;
    let metrics = telemetry::install_metrics().map_err(CliError::Failed)?;
    Ok(App::new(settings, Arc::new(engine), metrics, CancellationToken::new()))
}

/// Why there is no engine, for people.
pub fn not_composed(error: ComposeError) -> CliError {
    match error {
        ComposeError::Settings(error) => CliError::Settings(error),
        ComposeError::Store(error) => CliError::Failed(format!("The engine can't start. {error}")),
    }
}

/// Makes the data folder where it is missing.
pub fn make_folder(data: &Path) -> Result<(), CliError> {
    let mut folder = std::fs::DirBuilder::new();
    // The database holds what belongs to people, and the key file lies beside it.
    folder.recursive(true).mode(0o700);
    let made = folder.create(data);
    made.map_err(|e| {
        CliError::failed(&format!("`server.data`: the folder {} can't be made", data.display()), e)
    })
}

/// Opens the database, made and brought up to date where needed.
pub async fn open(settings: &Settings) -> Result<Db, CliError> {
    make_folder(&settings.server.data)?;
    Db::open_with(settings.database_url().expose(), &settings.database.options()).await.map_err(unusable)
}

/// Why there is no database, for people.
pub fn unusable(error: StoreError) -> CliError {
    match error {
        StoreError::Config(message) => {
            SettingsError::Value { setting: "database.url".into(), from: None, message }.into()
        }
        error => CliError::Failed(format!("The database can't be used. {error}")),
    }
}

/// Listens for browsers and programs, and notes the address that it got where the port was left open.
pub async fn bind_web(settings: &mut Settings) -> Result<TcpListener, CliError> {
    let listener = bind("server.listen", settings.server.listen).await?;
    settings.server.listen =
        listener.local_addr().map_err(|e| CliError::failed("The listener has no address", e))?;
    Ok(listener)
}

/// Listens at the address that a setting gives.
pub async fn bind(setting: &str, at: std::net::SocketAddr) -> Result<TcpListener, CliError> {
    let listener = TcpListener::bind(at).await;
    listener.map_err(|e| {
        CliError::failed(&format!("`{setting}`: can't listen on {at}; is another server running there?"), e)
    })
}

pub async fn metrics_listener(app: &App) -> Result<Option<TcpListener>, CliError> {
    let Some(at) = app.settings.metrics.listen else { return Ok(None) };
    let listener = TcpListener::bind(at).await;
    listener.map(Some).map_err(|e| CliError::failed(&format!("`metrics.listen`: can't listen on {at}"), e))
}

/// The one line on stdout that scripts wait for. As long as there is no owner it names the link that makes one.
async fn ready_line(app: &App) -> Result<String, CliError> {
    let base = app.settings.public_url();
    let link = app.people.new_setup_link().await;
    let link = link.map_err(|e| CliError::failed("The set-up link can't be made", e))?;
    let setup =
        link.map(|secret| format!(" setup={base}{}", urls::setup(secret.expose()))).unwrap_or_default();
    Ok(format!("carillon ready url={base} sandbox=-{setup}\n"))
}

/// SIGTERM and SIGINT, from the moment of its making on.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Begins to listen. Signals before [`Self::wait`] are not lost.
    pub fn listen() -> Result<Self, CliError> {
        let fail = |e| CliError::failed("Signals can't be received", e);
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(fail)?,
            interrupt: signal(SignalKind::interrupt()).map_err(fail)?,
        })
    }

    /// Returns when one has come.
    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
