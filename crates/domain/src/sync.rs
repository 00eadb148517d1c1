//! Sync runs: one fetch of numbers from a network each.

use serde::{Deserialize, Serialize};

use crate::time::SignedDuration;

mod covered;
pub mod schedule;

pub use covered::{Covered, Reach};

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

/// What is fetched: the profile with its totals always, then posts with theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    /// Posts of the last 30 days, and the network's first page of them whole, so that a quiet account is not empty.
    Basic,
    /// Posts of the last day.
    Day,
    /// Posts of the last seven days.
    Week,
    /// Posts of the last 30 days.
    Month,
    /// All posts.
    Full,
}
names!(SyncKind: Basic = "basic", Day = "day", Week = "week", Month = "month", Full = "full");

impl SyncKind {
    /// How old posts may be; `None`: however old they are.
    pub const fn window(self) -> Option<SignedDuration> {
        match self {
            Self::Day => Some(SignedDuration::from_hours(24)),
            Self::Week => Some(SignedDuration::from_hours(7 * 24)),
            Self::Basic | Self::Month => Some(SignedDuration::from_hours(30 * 24)),
            Self::Full => None,
        }
    }

    /// Most posts of one reading, the newest ones.
    pub const fn most_posts(self) -> u32 {
        match self {
            Self::Full => 2_000,
            _ => 200,
        }
    }

    /// Most pages of one reading, for networks whose pages are nearly empty.
    pub const fn most_pages(self) -> u32 {
        match self {
            Self::Full => 200,
            _ => 20,
        }
    }

    /// Whether the first page of posts is kept whole, however old they are.
    pub const fn keeps_first_page(self) -> bool {
        matches!(self, Self::Basic | Self::Full)
    }

    /// Whether what the other kind reads is read with this one, too.
    pub fn covers(self, other: Self) -> bool {
        match (self.window(), other.window()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => own >= other,
        }
    }
}

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
    /// It was due by the [`schedule`].
    Scheduled,
    /// Somebody opened a page with its numbers, and they were old.
    Opened,
}
names!(SyncReason: Connected = "connected", Requested = "requested", Told = "told", Continued = "continued",
    Scheduled = "scheduled", Opened = "opened");

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
