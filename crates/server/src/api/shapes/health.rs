//! How an account is doing.

use carillon_domain::health::Trouble;
use carillon_engine::Engine;
use carillon_engine::usecase::health;
use carillon_engine::usecase::horizon::Outlook;
use carillon_store::repo::account::AccountRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// How an account is doing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `green`: its numbers are up to date; `amber`: they are more than a day old, a reading stopped, or the login ends soon; `red`:
    /// it has no login, was never read, or could not be read for more than a day.
    pub level: &'static str,
    /// What is wrong: `signed_out`, `suspended` by its network or `gone` from there, `disconnected`, `never_read`, `failing`, `stopped`, `login_ends`, `stale`, or `on_request` where
    /// nothing reads it by schedule; null when it is green.
    pub code: Option<&'static str>,
    /// Why it is not green, in plain words.
    pub reason: Option<String>,
    /// What would help, in plain words.
    pub action: Option<&'static str>,
    /// When its numbers were last read.
    pub synced_at: Option<String>,
    /// When its login ends for good unless it is renewed, as far as the network said.
    pub login_ends_at: Option<String>,
    /// Ids of publications that are scheduled for when there is no login any more, the first ones in order of time.
    pub at_risk: Vec<String>,
}

impl Health {
    /// Of an account whose login stands so.
    pub fn new(engine: &Engine, row: &AccountRow, outlook: &Outlook) -> Self {
        let health = health::of(engine, row, outlook);
        Self {
            level: health.level().as_str(),
            code: health.trouble.map(Trouble::as_str),
            reason: health.reason,
            action: health.action,
            synced_at: row.synced_at.map(time),
            login_ends_at: outlook.login_ends_at.map(time),
            at_risk: outlook.at_risk.iter().map(|planned| planned.id.to_string()).collect(),
        }
    }
}
