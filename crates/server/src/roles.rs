//! What one process does: answers requests, works on jobs, or both; and how it stops.
//!
//! Stopping lets go in order: nothing new is accepted or claimed, what runs may finish. A commit that was begun is never
//! cut by us, since its answer would be lost.

use std::sync::Arc;
use std::time::Duration;

use carillon_domain::time::random_bytes;
use carillon_engine::runner::{Runner, RunnerConfig};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::http::{self, App, listen};

/// Requests and jobs that run when the server is told to stop may take so long to finish; less than the 30 s after which
/// supervisors kill.
pub const DRAIN: Duration = Duration::from_secs(25);

/// More open files than a process needs.
const MOST_FILES: u64 = 65_536;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Everything, on one machine.
    All,
    /// Web interface and API.
    Serve,
    /// Jobs: publishing, refreshing tokens, tidying up.
    Worker,
}

impl Role {
    /// Whether it answers requests.
    pub fn serves(self) -> bool {
        self != Self::Worker
    }

    /// Whether it works on jobs.
    pub fn works(self) -> bool {
        self != Self::Serve
    }
}

/// The running parts of a process.
pub struct Running {
    app: App,
    tasks: JoinSet<()>,
}

impl Running {
    /// Nothing runs yet but the upkeep.
    pub fn new(app: &App) -> Self {
        let mut tasks = JoinSet::new();
        tasks.spawn(upkeep(app.clone()));
        Self { app: app.clone(), tasks }
    }

    /// Answers requests for pages and API.
    pub fn serve(&mut self, listener: TcpListener) {
        let stopping = self.app.stopping.clone();
        self.tasks.spawn(listen::serve(listener, http::router(&self.app), stopping, DRAIN));
    }

    /// Answers requests for numbers.
    pub fn serve_metrics(&mut self, listener: TcpListener) {
        let stopping = self.app.stopping.clone();
        self.tasks.spawn(listen::serve(listener, http::metrics_router(&self.app), stopping, DRAIN));
    }

    /// Works on jobs.
    pub fn work(&mut self) {
        allow_connections();
        let engine = Arc::clone(&self.app.engine);
        let chance = hex::encode(random_bytes::<4>(engine.entropy.as_ref()));
        let node = format!("{}-{chance}", std::process::id());
        let runner = Runner::new(engine, RunnerConfig { node, ..RunnerConfig::default() });
        self.tasks.spawn(runner.run(self.app.stopping.clone()));
    }

    /// Runs something else, which must end soon after `App::stopping` is cancelled.
    pub fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Stops accepting and claiming, and waits for what runs, within the drain time.
    pub async fn stop(mut self) {
        tracing::info!("stopping: running requests and jobs may finish");
        self.app.stopping.cancel();
        // A video takes longer than anybody waits; it is begun anew after the start.
        self.app.engine.library.interrupt();
        let ended = async {
            while let Some(ended) = self.tasks.join_next().await {
                if let Err(error) = ended {
                    tracing::error!(%error, "a part of the server ended badly");
                }
            }
            // No more requests come, so what they began is all.
            self.app.tasks.close();
            self.app.tasks.wait().await;
        };
        if tokio::time::timeout(DRAIN, ended).await.is_err() {
            tracing::warn!(
                "something did not finish in time and was cut; what was open is looked at again after the start"
            );
        }
    }
}

/// Takes as many open files as the system allows. When many posts are due at once, each may have a connection of its own, and what
/// a shell or service manager starts with, often 1,024, is meant for programs of another time.
fn allow_connections() {
    let now = getrlimit(Resource::Nofile);
    let most = now.maximum.map_or(MOST_FILES, |most| most.min(MOST_FILES));
    if now.current.is_some_and(|current| current < most) {
        let raised = Rlimit { current: Some(most), maximum: now.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the limit of open files can't be raised; large bursts of posts may wait for each other");
        }
    }
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
                warn_of_risks(&app).await;
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

/// Says what could lose confirmed work because of how the database server is set up.
async fn warn_of_risks(app: &App) {
    match app.engine.db.risks().await {
        Ok(risks) => risks.iter().for_each(|risk| tracing::warn!("{risk}")),
        Err(error) => tracing::debug!(%error, "the database server can't be asked how it is set up"),
    }
}
