//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use carillon_domain::time::{Clock, Entropy};
use carillon_store::Db;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

use super::limit::Limiter;
use crate::events::Hub;
use crate::settings::Settings;

/// The application, shared by all requests.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the application is made of.
pub struct Parts {
    /// What the operator set.
    pub settings: Settings,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Inbound limits.
    pub limiter: Limiter,
    /// Live events.
    pub hub: Hub,
    /// Numbers for Prometheus.
    pub metrics: PrometheusHandle,
    /// Cancelled when the server is asked to stop; long answers end then.
    pub stopping: CancellationToken,
}

impl App {
    /// Takes the parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
