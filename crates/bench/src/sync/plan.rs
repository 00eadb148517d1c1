//! What is measured; the figures stand in `bench/sync.json`.

use anyhow::{Context, ensure};
use carillon_connectors::Registry;
use carillon_connectors::contract::connector::Connector;
use carillon_connectors::sandbox::persona;
use serde::Deserialize;

/// Accounts, what they posted, and what is asked of reading them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Accounts, shared out over the networks.
    pub accounts: usize,
    /// Days for which they are read.
    pub days: u64,
    /// Seconds after which a node looks what is due.
    pub step_s: u64,
    /// The part of calls that fail in the second run, 0 to 1.
    pub failing: f64,
    /// So many seconds after its time an account is read at the latest, in 95 of 100 cases.
    pub late_s: u64,
    /// The networks.
    pub networks: Vec<Network>,
}

/// One network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name.
    pub platform: String,
    /// How people sign in, where that can be chosen.
    pub flavour: Option<String>,
    /// The server that the accounts are on, for networks of many servers.
    pub server: Option<String>,
    /// Posts of each account.
    pub posts: usize,
    /// Posts of the first account.
    pub most: usize,
    /// Posts a day that the network takes of all accounts together; as many as there are, if it is not said.
    #[serde(default = "unbounded")]
    pub together: usize,
}

fn unbounded() -> usize {
    usize::MAX
}

impl Plan {
    /// As the file has it.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn usual() -> anyhow::Result<Self> {
        serde_json::from_str(include_str!("../../../../bench/sync.json")).context("bench/sync.json")
    }

    /// Whether it can be carried out.
    ///
    /// # Errors
    /// When it can't: why.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.networks.is_empty(), "no network is named");
        let most = self.networks.len() * persona::CROWD;
        ensure!(self.accounts <= most, "the sandbox has people for {most} accounts at most");
        ensure!((0.0..1.0).contains(&self.failing), "a part of calls is at least 0 and less than 1");
        Ok(())
    }

    /// How many accounts the network at this place has.
    pub fn accounts_of(&self, place: usize) -> usize {
        self.accounts / self.networks.len() + usize::from(place < self.accounts % self.networks.len())
    }
}

impl Network {
    /// Its connector.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn connector(&self) -> anyhow::Result<&'static dyn Connector> {
        Registry.get(&self.platform).with_context(|| format!("there is no network {}", self.platform))
    }

    /// How many posts its account of this number makes.
    pub fn posts_of(&self, number: usize) -> usize {
        if number == 0 { self.most } else { self.posts }
    }
}
