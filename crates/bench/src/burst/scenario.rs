//! The networks whose way to publish can be measured, as `bench/publish.json` has them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A network, and what leads it to the sink: `{sink}` stands for the sink's address, `{number}` for an account's number.
#[derive(Debug, Clone, Deserialize)]
pub struct Scenario {
    /// Its name in the registry.
    pub network: String,
    account: String,
    server: Option<String>,
    /// Characters of a post.
    pub characters: usize,
    settings: BTreeMap<String, String>,
}

static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../bench/publish.json")).expect("a part of the program")
});

/// The network of this name.
pub fn named(name: &str) -> Result<&'static Scenario, String> {
    let names = || ALL.iter().map(|scenario| scenario.network.as_str()).collect::<Vec<_>>().join(", ");
    ALL.iter().find(|scenario| scenario.network == name).ok_or_else(|| format!("there are {}", names()))
}

/// The one that is measured if nobody names another.
pub fn usual() -> &'static Scenario {
    &ALL[0]
}

impl Scenario {
    /// The network's id of an account.
    pub fn remote_id(&self, number: usize) -> String {
        self.account.replace("{number}", &(1_000_000 + number).to_string())
    }

    /// The accounts' server, on a network of many.
    pub fn server(&self, sink: &str) -> Option<String> {
        self.server.as_ref().map(|server| server.replace("{sink}", sink))
    }

    /// What has to be set.
    pub fn settings(&self, sink: &str) -> impl Iterator<Item = (String, String)> {
        let name = self.network.to_uppercase();
        self.settings.iter().map(move |(key, value)| {
            (format!("CARILLON_PLATFORMS__{name}__{key}"), value.replace("{sink}", sink))
        })
    }
}
