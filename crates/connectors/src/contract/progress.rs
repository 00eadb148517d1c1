//! How far a publication got, in a form that survives a crash at any instruction.
//!
//! A draft consists of *units*: the root, each thread part, the first comment. Every unit becomes public by exactly one
//! commit. [`Stage::Committing`] is saved **before** the unsafe call of that unit; whoever finds a saved `Committing` after
//! a crash must look first ([`Publisher::reconcile`](super::publisher::Publisher::reconcile)).

use std::time::Duration;

use carillon_domain::publication::Delivered;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Durable progress of one publication.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Version of `state`; each connector counts its own.
    pub version: u16,
    /// What comes next.
    pub stage: Stage,
    /// What is public so far, by unit. Its length is the number of units of the draft.
    pub units: Vec<UnitProgress>,
    /// The connector's own notes: upload ids, container ids, chosen keys, fingerprints. Never secrets.
    pub state: serde_json::Value,
    /// When the network last said that it works on the open commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked_on_at: Option<Timestamp>,
    /// Before then the network wants to hear nothing about the open commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient_until: Option<Timestamp>,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum Stage {
    /// Invisible, repeatable steps remain for `unit`.
    Preparing {
        /// The unit that is prepared.
        unit: u16,
    },
    /// The network is working on what we sent; ask again after the delay.
    Processing {
        /// The unit that waits.
        unit: u16,
        /// How long to wait before the next `advance`, milliseconds.
        poll_after_ms: u64,
    },
    /// Everything is in place; only the commit of `unit` remains.
    Ready {
        /// The unit to commit.
        unit: u16,
    },
    /// The commit of `unit` may have been sent.
    Committing {
        /// The unit.
        unit: u16,
        /// When the intent was saved; the due time, where it was saved ahead of that. Nothing was sent before.
        since: Timestamp,
    },
    /// All units are public.
    Done,
}

/// What became of one unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitProgress {
    /// The network's id once it is public.
    pub remote_id: Option<String>,
    /// Where people can see it, once known.
    pub remote_url: Option<String>,
    /// When it was found or answered to be public.
    pub published_at: Option<Timestamp>,
    /// Where it went.
    #[serde(default, skip_serializing_if = "Delivered::is_public")]
    pub delivered: Delivered,
}

impl UnitProgress {
    /// Whether its commit had its effect: it is public under an id, or waits in the network's inbox, where it has none.
    pub fn is_done(&self) -> bool {
        self.remote_id.is_some() || self.delivered == Delivered::Inbox
    }
}

impl Progress {
    /// The beginning: `units` units, nothing done.
    pub fn new(version: u16, units: u16, state: serde_json::Value) -> Self {
        Self {
            version,
            stage: Stage::Preparing { unit: 0 },
            units: vec![UnitProgress::default(); usize::from(units)],
            state,
            worked_on_at: None,
            patient_until: None,
        }
    }

    /// The network's last sign of the commit that was sent at `since`, which is where patience with it begins: its word that it
    /// works on it, else the commit itself.
    pub fn last_sign(&self, since: Timestamp) -> Timestamp {
        self.worked_on_at.map_or(since, |at| at.max(since))
    }

    /// Marks the unit that is being committed as public and moves on to the next one.
    #[must_use]
    pub fn committed(self, unit: u16, remote_id: String, remote_url: Option<String>, at: Timestamp) -> Self {
        let delivered = Delivered::Public;
        let remote_id = Some(remote_id);
        self.done(unit, UnitProgress { remote_id, remote_url, published_at: Some(at), delivered })
    }

    /// Marks the unit that is being committed as waiting in the inbox of the network's app, and moves on to the next one.
    #[must_use]
    pub fn in_inbox(self, unit: u16, at: Timestamp) -> Self {
        let done =
            UnitProgress { published_at: Some(at), delivered: Delivered::Inbox, ..UnitProgress::default() };
        self.done(unit, done)
    }

    fn done(mut self, unit: u16, done: UnitProgress) -> Self {
        if let Some(slot) = self.units.get_mut(usize::from(unit)) {
            *slot = done;
        }
        let next = self.units.iter().position(|u| !u.is_done());
        self.stage = match next.and_then(|n| u16::try_from(n).ok()) {
            Some(unit) => Stage::Preparing { unit },
            None => Stage::Done,
        };
        self
    }

    /// The same progress at another stage.
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// Waiting for the network before the next step of `unit`.
    #[must_use]
    pub fn waiting(self, unit: u16, poll_after: Duration) -> Self {
        let poll_after_ms = u64::try_from(poll_after.as_millis()).unwrap_or(u64::MAX);
        self.at(Stage::Processing { unit, poll_after_ms })
    }

    /// The remote id of the root, once it is public.
    pub fn root_remote_id(&self) -> Option<&str> {
        self.units.first().and_then(|u| u.remote_id.as_deref())
    }
}
