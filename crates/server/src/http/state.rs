//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use carillon_engine::Engine;
use carillon_engine::answers::Answers;
use carillon_engine::people::People;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::limit::Limiter;
use crate::settings::Settings;

/// The application, shared by all requests.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the application is made of.
pub struct Parts {
    /// What the operator set.
    pub settings: Settings,
    /// What is done on behalf of callers; also database, clock and randomness.
    pub engine: Arc<Engine>,
    /// Who may do what: sign-in, sessions, workspaces, tokens.
    pub people: People,
    /// Answers to repeated requests.
    pub answers: Answers,
    /// Inbound limits.
    pub limiter: Limiter,
    /// Numbers for Prometheus.
    pub metrics: PrometheusHandle,
    /// Cancelled when the server is asked to stop; long answers end then.
    pub stopping: CancellationToken,
    /// Work that goes on without the request that began it; a stop waits for it.
    pub tasks: TaskTracker,
}

impl App {
    /// The application around an engine.
    pub fn new(
        settings: Settings,
        engine: Arc<Engine>,
        metrics: PrometheusHandle,
        stopping: CancellationToken,
    ) -> Self {
        let (db, clock, entropy) = (engine.db.clone(), engine.clock.clone(), engine.entropy.clone());
        Self(Arc::new(Parts {
            limiter: Limiter::new(&settings.limits, clock.clone()),
            people: People::new(db.clone(), clock.clone(), entropy.clone()),
            answers: Answers::new(db, engine.sealer.clone(), clock, entropy),
            tasks: TaskTracker::new(),
            settings,
            engine,
            metrics,
            stopping,
        }))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
