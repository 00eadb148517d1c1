//! How publications enter the job queue.

use carillon_domain::id::{AccountId, Id, PublicationId};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::job::{NewJob, Party};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_domain::id::WorkspaceId;
use carillon_domain::time::{Clock, Entropy};

use crate::Engine;

/// The job kind of a publication on its way.
pub const KIND: &str = "publish";

/// How long preparation runs ahead of the due time where nothing is known of the platform.
const AHEAD: SignedDuration = SignedDuration::from_mins(15);

/// Which publication a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Publication.
    pub publication: PublicationId,
}

/// The unique key of a publication's job: there is never more than one.
pub fn job_key(publication: PublicationId) -> String {
    format!("publish/{publication}")
}

/// Makes jobs for publications inside transactions, where the engine itself can't be borrowed.
#[derive(Clone)]
pub struct Times {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    ahead: BTreeMap<&'static str, SignedDuration>,
}

impl Times {
    /// With the engine's clock and every platform's own lead.
    pub fn of(engine: &Engine) -> Self {
        let ahead = engine.networks.all().iter().map(|c| {
            let own = SignedDuration::from_secs(i64::from(c.capabilities().prepare_ahead_s));
            (c.descriptor().name, own)
        });
        Self {
            clock: Arc::clone(&engine.clock),
            entropy: Arc::clone(&engine.entropy),
            ahead: ahead.collect(),
        }
    }

    /// The job that begins to prepare in time for `due`.
    pub fn job(&self, target: Target, platform: &str, account: AccountId, due: Option<Timestamp>) -> NewJob {
        let now = self.clock.now();
        let ahead = self.ahead.get(platform).copied().unwrap_or(AHEAD);
        let run_at = due.map_or(now, |due| if due <= now { due } else { (due - ahead).max(now) });
        NewJob {
            id: Id::new(self.clock.as_ref(), self.entropy.as_ref()),
            workspace: Some(target.workspace),
            kind: KIND.to_owned(),
            version: 1,
            payload: serde_json::json!(target),
            lane: None,
            background: false,
            party: Party::new(platform, target.workspace, account),
            run_at,
            unique_key: job_key(target.publication),
            subject: Some(target.publication.uuid()),
            created_at: now,
        }
    }
}
