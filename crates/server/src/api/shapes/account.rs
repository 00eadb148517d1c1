//! Accounts as the API shows them.

use std::collections::BTreeMap;

use carillon_engine::Engine;
use carillon_engine::usecase::budgets::Budget;
use carillon_engine::usecase::horizon::Outlook;
use carillon_engine::usecase::{accounts, caps};
use carillon_store::repo::account::AccountRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::numbers::{self, Number};
use super::{Health, time};

/// A connected account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// `acct_…`
    pub id: String,
    /// Name of the platform.
    pub platform: String,
    /// Base URL of the account's server, for networks of many servers.
    pub server: Option<String>,
    /// The network's own id.
    pub remote_id: String,
    /// Handle without `@`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Avatar at the network.
    pub avatar_url: Option<String>,
    /// `connected`, `needs_reconnect` or `disconnected`.
    pub status: &'static str,
    /// How it is doing.
    pub health: Health,
    /// Its totals as last read, by metric: `followers`, `following`, `posts`.
    pub numbers: BTreeMap<&'static str, Number>,
    /// Limits.
    pub caps: Caps,
    /// `warn` or `enforce`.
    pub cap_mode: &'static str,
    /// What is used and left of what it may do in a time; only where one account is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budgets: Option<Vec<AccountBudget>>,
    /// What can be done with it, where that depends on how it was connected.
    pub features: Features,
    /// For `If-Match`.
    pub version: i64,
}

/// Limits of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Caps {
    /// Most publications a day by the user's own will; null: none.
    pub daily: Option<u32>,
}

/// What an account's network and login let programs do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Features {
    /// Whether a `DELETE` of a post with `remote` deletes at the network what is public on this account.
    pub delete: bool,
    /// Whether the text of what is public on this account can be changed there.
    pub edit: bool,
}

impl Account {
    /// From a row.
    pub fn new(engine: &Engine, row: &AccountRow) -> Self {
        Self {
            id: row.id.to_string(),
            platform: row.platform.clone(),
            server: row.server.clone(),
            remote_id: row.remote_id.clone(),
            handle: row.handle.clone(),
            name: row.name.clone(),
            avatar_url: row.avatar_url.clone(),
            status: row.status.as_str(),
            health: Health::new(engine, row, &Outlook::default()),
            numbers: numbers::of_account(row),
            caps: Caps { daily: caps::daily_cap(row) },
            cap_mode: row.cap_mode.as_str(),
            budgets: None,
            features: Features {
                delete: accounts::can_delete(engine, row),
                edit: accounts::can_edit(engine, row),
            },
            version: row.version,
        }
    }

    /// With what is used and left of its budgets.
    pub fn with_budgets(mut self, budgets: &[Budget]) -> Self {
        self.budgets = Some(budgets.iter().map(AccountBudget::from).collect());
        self
    }

    /// With how its login stands.
    pub fn with(self, engine: &Engine, row: &AccountRow, outlook: &Outlook) -> Self {
        Self { health: Health::new(engine, row, outlook), ..self }
    }
}

/// What is used and left of what an account may do in a time, as far as Carillon counts it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountBudget {
    /// `own_daily` and `network_daily`: publications a day; `network_<n>_minutes`: publications in so many minutes; `installation_…`:
    /// what all accounts on this server share, in the network's own units (`installation_uploads`, `installation_units`).
    pub name: String,
    /// What is used; it counts what may be public, too.
    pub used: i64,
    /// What is scheduled until `resets_at`; null where that can't be said in these units.
    pub planned: Option<i64>,
    /// All of it.
    pub limit: u32,
    /// When it is filled again.
    pub resets_at: String,
}

impl From<&Budget> for AccountBudget {
    fn from(budget: &Budget) -> Self {
        Self {
            name: budget.kind.name(),
            used: budget.used,
            planned: budget.planned,
            limit: budget.limit,
            resets_at: time(budget.resets_at),
        }
    }
}
