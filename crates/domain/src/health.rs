//! How an account is doing: whether its numbers are up to date, and what keeps them from it.

use crate::account::{AccountStatus, NetworkState};
use crate::time::{SignedDuration, Timestamp};

/// Numbers that are older are out of date: the daily snapshot is missing.
pub const STALE: SignedDuration = SignedDuration::from_hours(24);

/// So long after it was connected nobody wonders that an account was not read yet.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// How good or bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All is well.
    Green,
    /// Something is late or will be missing.
    Amber,
    /// There are no numbers, or nothing new comes in.
    Red,
}

impl Level {
    /// The stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The login is gone.
    SignedOut,
    /// Its network suspended it, or took it down.
    Suspended,
    /// It is not at its network any more.
    Gone,
    /// A person let go of it.
    Disconnected,
    /// It was never read.
    NeverRead,
    /// Reading fails, and has for longer than a day.
    Failing,
    /// The last reading stopped before it was complete; what is there is not a day old.
    Stopped,
    /// The login ends soon.
    LoginEnds,
    /// The numbers are more than a day old.
    Stale,
    /// They are, because it is read only when somebody asks.
    OnRequest,
}

impl Trouble {
    /// The stable name used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Suspended => "suspended",
            Self::Gone => "gone",
            Self::Disconnected => "disconnected",
            Self::NeverRead => "never_read",
            Self::Failing => "failing",
            Self::Stopped => "stopped",
            Self::LoginEnds => "login_ends",
            Self::Stale => "stale",
            Self::OnRequest => "on_request",
        }
    }

    /// How bad it is.
    pub const fn level(self) -> Level {
        match self {
            Self::SignedOut
            | Self::Suspended
            | Self::Gone
            | Self::Disconnected
            | Self::NeverRead
            | Self::Failing => Level::Red,
            Self::Stopped | Self::LoginEnds | Self::Stale | Self::OnRequest => Level::Amber,
        }
    }
}

/// What is known of an account.
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    /// Whether it is connected.
    pub status: AccountStatus,
    /// What its network did with it, if it has no login for that reason.
    pub network_state: Option<NetworkState>,
    /// When it was connected first.
    pub created_at: Timestamp,
    /// When its numbers were read.
    pub synced_at: Option<Timestamp>,
    /// Whether the last reading ended with an error.
    pub failed: bool,
    /// Whether the login ends soon.
    pub ends_soon: bool,
    /// Whether its network can be read here.
    pub readable: bool,
    /// Whether it is read when nobody asks.
    pub scheduled: bool,
}

impl Signs {
    /// The worst that is wrong now.
    pub fn trouble(&self, now: Timestamp) -> Option<Trouble> {
        match self.status {
            AccountStatus::NeedsReconnect => {
                return Some(match self.network_state {
                    Some(NetworkState::Suspended) => Trouble::Suspended,
                    Some(NetworkState::Gone) => Trouble::Gone,
                    None => Trouble::SignedOut,
                });
            }
            AccountStatus::Disconnected => return Some(Trouble::Disconnected),
            AccountStatus::Connected => {}
        }
        let ends = self.ends_soon.then_some(Trouble::LoginEnds);
        if !self.readable {
            return ends;
        }
        let is_stale = self.synced_at.is_none_or(|at| now.duration_since(at) > STALE);
        let is_new = now.duration_since(self.created_at) <= PATIENCE;
        match (self.synced_at, self.failed) {
            (_, true) if is_stale => Some(Trouble::Failing),
            (None, false) if !is_new => Some(Trouble::NeverRead),
            _ if ends.is_some() => ends,
            (_, true) => Some(Trouble::Stopped),
            (Some(_), false) if is_stale && self.scheduled => Some(Trouble::Stale),
            (Some(_), false) if is_stale => Some(Trouble::OnRequest),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(n)
    }

    const WELL: Signs = Signs {
        status: AccountStatus::Connected,
        network_state: None,
        created_at: Timestamp::UNIX_EPOCH,
        synced_at: Some(Timestamp::UNIX_EPOCH),
        failed: false,
        ends_soon: false,
        readable: true,
        scheduled: true,
    };

    #[test]
    fn the_worst_is_told() {
        let unread = Signs { synced_at: None, ..WELL };
        let failed = Signs { failed: true, ..WELL };
        let ends = Signs { ends_soon: true, ..WELL };
        let off = Signs { readable: false, ..WELL };
        let lost =
            |state| Signs { status: AccountStatus::NeedsReconnect, network_state: Some(state), ..WELL };
        let table: [(Signs, i64, Option<Trouble>); 16] = [
            (lost(NetworkState::Suspended), 1, Some(Trouble::Suspended)),
            (lost(NetworkState::Gone), 1, Some(Trouble::Gone)),
            (WELL, 24, None),
            (WELL, 25, Some(Trouble::Stale)),
            (Signs { scheduled: false, ..WELL }, 25, Some(Trouble::OnRequest)),
            (unread, 1, None),
            (unread, 2, Some(Trouble::NeverRead)),
            (Signs { failed: true, ..unread }, 1, Some(Trouble::Failing)),
            (failed, 6, Some(Trouble::Stopped)),
            (failed, 25, Some(Trouble::Failing)),
            (ends, 1, Some(Trouble::LoginEnds)),
            (Signs { failed: true, ..ends }, 1, Some(Trouble::LoginEnds)),
            (Signs { failed: true, ..ends }, 25, Some(Trouble::Failing)),
            (off, 99, None),
            (Signs { ends_soon: true, ..off }, 99, Some(Trouble::LoginEnds)),
            (Signs { status: AccountStatus::NeedsReconnect, ..off }, 1, Some(Trouble::SignedOut)),
        ];
        for (n, (signs, age, expected)) in table.into_iter().enumerate() {
            assert_eq!(signs.trouble(hours(age)), expected, "line {n}");
        }
    }

    #[test]
    fn what_stops_everything_is_red() {
        let red = [
            Trouble::SignedOut,
            Trouble::Suspended,
            Trouble::Gone,
            Trouble::Disconnected,
            Trouble::NeverRead,
            Trouble::Failing,
        ];
        let amber = [Trouble::Stopped, Trouble::LoginEnds, Trouble::Stale, Trouble::OnRequest];
        assert!(red.iter().all(|trouble| trouble.level() == Level::Red));
        assert!(amber.iter().all(|trouble| trouble.level() == Level::Amber));
    }
}
