//! `carillon demo` and `carillon sandbox`: the simulated networks on a listener of their own, with or without a Carillon in
//! front that has something to show.
//!
//! The demo is the real thing: the same engine, workers and network calls as in production. Only the addresses of the
//! networks differ, and the clock, which `POST /sandbox/clock` moves for both sides.

mod folder;
mod keep;
mod networks;
mod seed;

use std::io::Write;
use std::sync::Arc;

use carillon_connectors::kit::wire::Wire;
use carillon_connectors::sandbox::{self, OffsetClock, Sandbox, ServeError, World};
use carillon_domain::error::AppError;
use carillon_domain::permission::Role as MemberRole;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, random_bytes};
use carillon_engine::Engine;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ambient::OsEntropy;
use crate::cli::run::{self, StopSignals};
use crate::cli::{CliError, print};
use crate::compose;
use crate::http::App;
use crate::roles::Running;
use crate::settings::{Settings, SettingsError, origin};
use crate::urls;

use folder::Folder;
use keep::Keeper;
pub use keep::reseal;
use seed::{Seeded, Stage};

/// Carillon with simulated networks behind it, in the data folder if one was named, else in one that is thrown away.
///
/// # Errors
/// [`CliError`], with what to do.
pub fn run(settings: Settings, data_named: bool, out: &mut dyn Write) -> Result<(), CliError> {
    run::log(&settings)?;
    run::runtime()?.block_on(demo(settings, data_named, out))
}

/// The simulated networks alone. They forget everything at the end unless a data folder was named.
///
/// # Errors
/// [`CliError`], with what to do.
pub fn sandbox_alone(settings: Settings, data_named: bool, out: &mut dyn Write) -> Result<(), CliError> {
    run::log(&settings)?;
    run::runtime()?.block_on(alone(settings, data_named, out))
}

async fn demo(mut settings: Settings, data_named: bool, out: &mut dyn Write) -> Result<(), CliError> {
    let stop = StopSignals::listen()?;
    let folder = Folder::open(&mut settings, data_named)?;
    let networks = folder.bind(&mut settings.sandbox.listen, "sandbox.listen").await?;
    may_listen(&settings)?;
    can_play(&settings)?;
    let web = folder.bind(&mut settings.server.listen, "server.listen").await?;
    run::warn_of_address(&settings);
    let origin = origin(settings.sandbox.listen);
    networks::point_at_sandbox(&mut settings, &origin);

    let node = run::node_clock();
    let clock = OffsetClock::new(node.clone());
    let shared: Arc<dyn Clock> = Arc::new(clock.clone());
    let wire = run::wire(&settings, shared.clone())?;
    let world = world(&settings, clock.clone(), wire, &folder);
    if folder.state().exists() {
        // Before anything asks for the time: it goes on from where the last demo left it.
        alone_keeper(&settings, &world, &clock, &folder).await?.restore().await?;
    }
    let app = run::application(settings, shared, &node).await?;
    let keeper = Keeper::new(world.clone(), app.engine.sealer.clone(), app.engine.entropy.clone(), &folder);
    let seeded = Box::pin(furnish(&app, &keeper, &origin, &folder)).await?;
    networks::register_apps(&world);

    let mut running = Running::new(&app);
    running.spawn(node.keep(app.engine.db.clone(), app.stopping.clone()));
    serve_sandbox(&mut running, networks, &app, Sandbox::new(world.clone()));
    running.serve(web);
    if let Some(listener) = run::metrics_listener(&app).await? {
        running.serve_metrics(listener);
    }
    running.work();
    running.spawn(wake_when_moved(app.engine.clone(), world.clock().moved(), app.stopping.clone()));
    if data_named {
        running.spawn(keeper.clone().keep(app.stopping.clone()));
    }
    let ready = ready_line(&app, &origin, &seeded).await;
    print(out, &ready.map_err(|e| CliError::failed("The sign-in link can't be made", e))?)?;
    stop.wait().await;
    running.stop().await;
    if data_named {
        keeper.save().await?;
    }
    app.engine.db.close().await;
    Ok(())
}

async fn alone(mut settings: Settings, data_named: bool, out: &mut dyn Write) -> Result<(), CliError> {
    // A lone sandbox keeps everything in its folder. A database that is set here is that of a real installation.
    settings.database.url = Secret::new("");
    let stop = StopSignals::listen()?;
    let folder = Folder::open(&mut settings, data_named)?;
    let listener = folder.bind(&mut settings.sandbox.listen, "sandbox.listen").await?;
    may_listen(&settings)?;
    networks::allow_loopback(&mut settings);
    let clock = OffsetClock::new(run::node_clock());
    let wire = run::wire(&settings, Arc::new(clock.clone()))?;
    let world = world(&settings, clock.clone(), wire, &folder);
    let stopping = CancellationToken::new();
    let keeper =
        if data_named { Some(alone_keeper(&settings, &world, &clock, &folder).await?) } else { None };
    if let Some(keeper) = &keeper {
        keeper.restore().await?;
    }
    networks::register_apps(&world);
    if let Some(keeper) = keeper.clone() {
        tokio::spawn(keeper.keep(stopping.clone()));
    }
    let over = stopping.clone().cancelled_owned();
    let serving = tokio::spawn(sandbox::serve(listener, Sandbox::new(world), true, over));
    print(out, &format!("carillon ready url=- sandbox={}\n", origin(settings.sandbox.listen)))?;
    stop.wait().await;
    stopping.cancel();
    match serving.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "the sandbox ended badly"),
        Err(error) => tracing::error!(%error, "the sandbox ended badly"),
    }
    match keeper {
        Some(keeper) => keeper.save().await,
        None => Ok(()),
    }
}

/// The keys that seal a lone sandbox's state are those of the data folder, as for everything else in it.
async fn alone_keeper(
    settings: &Settings,
    world: &Arc<World>,
    clock: &OffsetClock,
    folder: &Folder,
) -> Result<Keeper, CliError> {
    let db = run::open(settings).await?;
    let sealer = compose::sealer(settings, &db, clock, &OsEntropy).await;
    Ok(Keeper::new(world.clone(), Arc::new(sealer.map_err(run::not_composed)?), Arc::new(OsEntropy), folder))
}

fn world(settings: &Settings, clock: OffsetClock, wire: Wire, folder: &Folder) -> Arc<World> {
    let seed = u64::from_be_bytes(random_bytes(&OsEntropy));
    let world = World::on(clock).seed(seed).blob_dir(folder.blobs());
    world.keep_at_most(settings.sandbox.keep_at_most).fetch(Arc::new(wire)).build()
}

/// What is shown: from the last time, or made now.
async fn furnish(app: &App, keeper: &Keeper, origin: &str, folder: &Folder) -> Result<Seeded, CliError> {
    if let Some(seeded) = seed::found(&app.engine.db).await? {
        keeper.restore().await?;
        return Ok(seeded);
    }
    let stage = Stage::new(app, origin, folder.blobs()).await?;
    let seeded = Box::pin(seed::play(&stage)).await?;
    keeper.adopt(&stage.snapshot()?).await?;
    seed::done(&app.engine.db, &seeded).await?;
    Ok(seeded)
}

fn serve_sandbox(running: &mut Running, listener: TcpListener, app: &App, sandbox: Sandbox) {
    let stopping = app.stopping.clone();
    running.spawn(async move {
        // Which addresses are fine was decided before.
        if let Err(error) = sandbox::serve(listener, sandbox, true, stopping.cancelled_owned()).await {
            tracing::error!(%error, "the sandbox ended badly");
        }
    });
}

/// The workers sleep on real time: they must look at the clock when somebody moves it.
async fn wake_when_moved(
    engine: Arc<Engine>,
    mut moved: watch::Receiver<std::time::Duration>,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            changed = moved.changed() => match changed {
                Ok(()) => engine.wake.notify_waiters(),
                Err(_) => return,
            },
            () = stop.cancelled() => return,
        }
    }
}

/// As many days as are played anyway, and no more than a year.
fn can_play(settings: &Settings) -> Result<(), CliError> {
    let days = settings.sandbox.demo_days;
    if (seed::PLAYED_DAYS..=365).contains(&days) {
        return Ok(());
    }
    let message = format!("must be {} to 365, not {days}", seed::PLAYED_DAYS);
    Err(SettingsError::Value { setting: "sandbox.demo_days".into(), from: None, message }.into())
}

/// Whoever reaches the sandbox can read every token in it.
fn may_listen(settings: &Settings) -> Result<(), CliError> {
    let address = settings.sandbox.listen;
    if address.ip().is_loopback() || settings.sandbox.allow_address == address.ip().to_string() {
        return Ok(());
    }
    let message = format!("{} (`sandbox.allow_address`)", ServeError::NotLoopback { address });
    Err(SettingsError::Value { setting: "sandbox.listen".into(), from: None, message }.into())
}

async fn ready_line(app: &App, sandbox: &str, seeded: &Seeded) -> Result<String, AppError> {
    let base = app.settings.public_url();
    let link = app.people.new_sign_in_link(seeded.owner).await?;
    let token =
        app.people.create_token_by_operator(seeded.workspace, "Demo", MemberRole::Owner).await?.secret;
    let login = urls::sign_in_link(link.expose());
    Ok(format!("carillon ready url={base} sandbox={sandbox} login={base}{login} token={}\n", token.expose()))
}
