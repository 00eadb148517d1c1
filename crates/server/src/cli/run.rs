//! Running the server until it is told to stop.

use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::sync::Arc;
use std::time::Duration;

use carillon_connectors::kit::egress::Egress;
use carillon_connectors::kit::wire::Wire;
use carillon_store::Db;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{CliError, print};
use crate::ambient::{OsEntropy, SystemClock};
use crate::compose::{self, ComposeError, World};
use crate::http::{self, App, listen};
use crate::settings::Settings;
use crate::{telemetry, urls};

/// Requests that run when the server is told to stop may take so long to finish; less than the 30 s after which
/// supervisors kill.
const DRAIN: Duration = Duration::from_secs(25);

/// All roles on one machine.
pub fn all(settings: Settings, out: &mut dyn Write) -> Result<(), CliError> {
    telemetry::log_to_stderr(&settings.log).map_err(|message| crate::settings::SettingsError::Value {
        setting: "log.filter".into(),
        from: None,
        message,
    })?;
    runtime()?.block_on(serve(settings, out))
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

async fn serve(mut settings: Settings, out: &mut dyn Write) -> Result<(), CliError> {
    let listener = bind(&settings).await?;
    let bound = listener.local_addr().map_err(|e| CliError::failed("The listener has no address", e))?;
    settings.server.listen = bound;
    if settings.is_insecure() {
        tracing::warn!(
            "this server is reached over plain http from other machines: passwords and sessions can be read on the \
             way. Put a TLS proxy in front and set server.public_url"
        );
    }
    let app = application(settings).await?;
    let stopping = app.stopping.clone();
    let metrics = metrics_listener(&app).await?;
    print(out, &ready_line(&app).await?)?;

    let mut servers =
        vec![tokio::spawn(listen::serve(listener, http::router(&app), stopping.clone(), DRAIN))];
    if let Some(listener) = metrics {
        servers.push(tokio::spawn(listen::serve(
            listener,
            http::metrics_router(&app),
            stopping.clone(),
            DRAIN,
        )));
    }
    servers.push(tokio::spawn(upkeep(app.clone())));
    stop_signal().await?;
    tracing::info!("stopping: running requests may finish");
    stopping.cancel();
    for server in servers {
        if let Err(error) = server.await {
            tracing::error!(%error, "a listener ended badly");
        }
    }
    Ok(())
}

/// The application that the settings describe, in the real world.
pub async fn application(settings: Settings) -> Result<App, CliError> {
    let db = open(&settings).await?;
    let clock = Arc::new(SystemClock::new());
    let egress = Egress::new(settings.egress.allow.as_slice());
    let wire =
        Wire::new(egress, clock.clone()).map_err(|e| CliError::failed("The HTTP client can't be made", e))?;
    let world = World { clock: clock.clone(), entropy: Arc::new(OsEntropy), transport: Arc::new(wire) };
    let engine = compose::engine(&settings, db, world).await.map_err(|error| match error {
        ComposeError::Settings(error) => CliError::Settings(error),
        ComposeError::Store(error) => CliError::Failed(format!("The engine can't start. {error}")),
    })?;
    let metrics = telemetry::install_metrics().map_err(CliError::Failed)?;
    Ok(App::new(settings, Arc::new(engine), metrics, CancellationToken::new()))
}

/// Opens the database, made and brought up to date where needed.
async fn open(settings: &Settings) -> Result<Db, CliError> {
    let mut folder = std::fs::DirBuilder::new();
    // The database holds what belongs to people, and the key file lies beside it.
    folder.recursive(true).mode(0o700);
    let data = &settings.server.data;
    folder.create(data).map_err(|e| {
        CliError::failed(&format!("`server.data`: the folder {} can't be made", data.display()), e)
    })?;
    Db::open(settings.database_url().expose())
        .await
        .map_err(|e| CliError::Failed(format!("The database can't be used. {e}")))
}

async fn bind(settings: &Settings) -> Result<TcpListener, CliError> {
    let at = settings.server.listen;
    TcpListener::bind(at).await.map_err(|e| {
        CliError::failed(
            &format!("`server.listen`: can't listen on {at}; is another server running there?"),
            e,
        )
    })
}

async fn metrics_listener(app: &App) -> Result<Option<TcpListener>, CliError> {
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

/// Moves what the histograms gathered out of their buffers, which otherwise grow until somebody asks for the numbers, and
/// forgets what is too old to matter.
async fn upkeep(app: App) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    let mut tidy = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tokio::select! {
            _ = tick.tick() => app.metrics.run_upkeep(),
            _ = tidy.tick() => {
                if let Err(error) = app.people.sweep().await {
                    tracing::warn!(%error, "old sessions and links could not be forgotten");
                }
                if let Err(error) = app.answers.sweep().await {
                    tracing::warn!(%error, "old answers could not be forgotten");
                }
            }
            () = app.stopping.cancelled() => return,
        }
    }
}

async fn stop_signal() -> Result<(), CliError> {
    let fail = |e| CliError::failed("Signals can't be received", e);
    let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
