//! Sync runs: one fetch of numbers from a network each.

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($type:ident: $($variant:ident = $name:literal),*) => {
        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name used in the database and the API.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),*
                }
            }

            /// Reads the stable name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == text)
            }
        }
    };
}

/// What is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    /// The profile with its totals, then recent posts with theirs.
    Basic,
}
names!(SyncKind: Basic = "basic");

/// Why it is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncReason {
    /// The account was just connected.
    Connected,
    /// A person or program asked.
    Requested,
    /// The network told that there is something new.
    Told,
    /// An earlier run met a limit; this one goes on where it stopped.
    Continued,
}
names!(SyncReason: Connected = "connected", Requested = "requested", Told = "told", Continued = "continued");

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Waits for its turn, or for its next try.
    Queued,
    /// On its way.
    Running,
    /// Over: everything that was wanted is there.
    Done,
    /// Over before everything was there; what came is kept.
    Partial,
    /// Over, and nothing came.
    Failed,
}
names!(SyncState: Queued = "queued", Running = "running", Done = "done", Partial = "partial", Failed = "failed");

impl SyncState {
    /// Whether the run still goes on.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}
