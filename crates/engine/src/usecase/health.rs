//! How an account is doing, why, and what would help.

use carillon_domain::health::{Level, Signs, Trouble};
use carillon_store::repo::account::AccountRow;

use super::horizon::Outlook;
use crate::Engine;

/// How an account is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What is wrong, if anything is.
    pub trouble: Option<Trouble>,
    /// Why, in plain words.
    pub reason: Option<String>,
    /// What would help, in plain words.
    pub action: Option<&'static str>,
}

impl Health {
    /// How good or bad it is.
    pub fn level(&self) -> Level {
        self.trouble.map_or(Level::Green, Trouble::level)
    }
}

/// Of an account whose login stands so.
pub fn of(engine: &Engine, row: &AccountRow, outlook: &Outlook) -> Health {
    let signs = Signs {
        status: row.status,
        network_state: row.network_state,
        created_at: row.created_at,
        synced_at: row.synced_at,
        failed: row.sync_error.is_some(),
        ends_soon: outlook.ends_soon,
        readable: engine.networks.reader(&row.platform).is_some(),
        scheduled: engine.networks.scheduled(&row.platform).is_some(),
    };
    let trouble = signs.trouble(engine.clock.now());
    Health {
        trouble,
        reason: trouble.and_then(|trouble| reason(row, outlook, trouble)),
        action: trouble.map(|trouble| action(engine, row, trouble)),
    }
}

fn reason(row: &AccountRow, outlook: &Outlook, trouble: Trouble) -> Option<String> {
    match trouble {
        Trouble::SignedOut | Trouble::Suspended | Trouble::Gone | Trouble::Disconnected => {
            row.status_cause.clone()
        }
        Trouble::Failing | Trouble::Stopped => row.sync_error.clone(),
        Trouble::NeverRead => Some("Its numbers were never read.".to_owned()),
        Trouble::Stale => Some("Its numbers are more than a day old.".to_owned()),
        Trouble::OnRequest => {
            Some("Its numbers are more than a day old: it is read only when somebody asks.".to_owned())
        }
        Trouble::LoginEnds => {
            let day = outlook.login_ends_at.map(|ends| ends.strftime("%Y-%m-%d").to_string());
            day.map(|day| format!("Its login ends on {day}. Connect the account again before then."))
        }
    }
}

fn action(engine: &Engine, row: &AccountRow, trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::SignedOut | Trouble::Disconnected | Trouble::LoginEnds => "Connect the account again.",
        Trouble::Suspended => {
            "Look at the network what it asks for. When it lets the account in again, connect it again here; its history stays."
        }
        Trouble::Gone => {
            "If it came back or moved, connect it again. If it is gone for good, let go of it here; its history stays, unless you erase it."
        }
        Trouble::Failing | Trouble::Stopped => {
            "It is read again by the schedule. The sync log says what was tried and what would help."
        }
        Trouble::NeverRead | Trouble::Stale => "Sync it now. If it stays so, the sync log says why.",
        Trouble::OnRequest if engine.networks.takes_money(&row.platform) => {
            "Sync it now, or ask whoever runs this server to allow paid readings by schedule."
        }
        Trouble::OnRequest => "Sync it now, or ask whoever runs this server to switch the schedule on.",
    }
}
