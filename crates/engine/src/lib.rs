//! What Carillon does: use cases, the job runner, the publishing engine. Knows no HTTP server and no SQL.

mod actor;
pub mod answers;
pub mod breaker;
pub mod events;
pub mod jobs;
pub mod mail;
pub mod media;
pub mod networks;
pub mod people;
pub mod publish;
mod reading;
pub mod report;
pub mod runner;
mod thinning;
pub mod timing;
mod upkeep;
pub mod usecase;

use std::sync::Arc;

use carillon_domain::time::{Clock, Entropy};
use carillon_store::Db;
use carillon_store::seal::Sealer;
use tokio::sync::Notify;

pub use actor::Actor;

/// Everything that use cases and jobs work with. One per process; clones share it.
#[derive(Clone)]
pub struct Engine {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Seals secrets.
    pub sealer: Arc<Sealer>,
    /// The platforms with their settings, and the way to them.
    pub networks: networks::Networks,
    /// The files.
    pub library: media::Library,
    /// Who is watching.
    pub events: events::Events,
    /// Who sends e-mails, if the operator named a mail server.
    pub mailer: Option<Arc<dyn mail::Mailer>>,
    /// Best times that were worked out.
    pub estimates: usecase::analytics::Estimates,
    /// What pages say of themselves, for previews.
    pub link_cards: usecase::link_cards::LinkCards,
    /// Writes for all runs of this process.
    pub clerk: Arc<publish::Clerk>,
    /// Wakes the runner of this process.
    pub wake: Arc<Notify>,
    /// When failed tries are repeated.
    pub retry: publish::verdict::RetryPolicy,
    /// How long things may take.
    pub timing: timing::Timing,
}
