//! The platforms as this installation has them: connectors, settings, and the way to the networks.

use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_connectors::Registry;
use carillon_connectors::contract::connector::{Connector, READS_PER_MONTH};
use carillon_connectors::contract::cx::PlatformSettings;
use carillon_connectors::contract::insights::Insights;
use carillon_connectors::contract::people::People;
use carillon_connectors::contract::reader::Reader;
use carillon_connectors::contract::webhooks::Webhooks;
use carillon_connectors::kit::http::Http;
use carillon_domain::error::AppError;
use url::Url;

use crate::breaker::Breakers;
use crate::usecase::webhooks::Forged;

/// What an operator switched off. It is gone from pages, API and jobs; what is stored of it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switches {
    /// Names of networks that are off.
    pub networks_off: Vec<String>,
    /// Whether numbers are read from the networks.
    pub reading: bool,
    /// Whether they are also read when nobody asks.
    pub schedule: bool,
    /// Whether networks are listened to.
    pub webhooks: bool,
}

impl Default for Switches {
    /// Everything is on.
    fn default() -> Self {
        Self { networks_off: Vec::new(), reading: true, schedule: true, webhooks: true }
    }
}

/// What reading an account by schedule may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// The network takes no money for it.
    Free,
    /// So many calls in a calendar month, UTC.
    PerMonth(u32),
}

/// Connectors with their settings. Cheap to clone.
#[derive(Clone)]
pub struct Networks {
    connectors: &'static [&'static dyn Connector],
    settings: Arc<BTreeMap<String, PlatformSettings>>,
    switches: Arc<Switches>,
    /// The only way to the networks.
    pub http: Http,
    /// Which of them are left alone for a while.
    pub breakers: Breakers,
    /// What was refused of what says to come from them.
    pub(crate) forged: Forged,
    /// Where browsers and networks reach us, without a trailing slash.
    pub public_url: Url,
}

impl Networks {
    /// The platforms of the registry with the operator's settings.
    pub fn new(
        registry: Registry,
        settings: BTreeMap<String, PlatformSettings>,
        switches: Switches,
        http: Http,
        public_url: Url,
    ) -> Self {
        let settings: BTreeMap<_, _> = registry
            .all()
            .iter()
            .map(|c| {
                let name = c.descriptor().name;
                (name.to_owned(), settings.get(name).cloned().unwrap_or_default())
            })
            .collect();
        Self {
            connectors: registry.all(),
            settings: Arc::new(settings),
            switches: Arc::new(switches),
            http,
            breakers: Breakers::default(),
            forged: Forged::default(),
            public_url,
        }
    }

    /// These networks alone, without settings.
    #[cfg(test)]
    pub(crate) fn of(connectors: &'static [&'static dyn Connector], http: Http, public_url: Url) -> Self {
        let (settings, switches) = (Arc::default(), Arc::default());
        let (breakers, forged) = (Breakers::default(), Forged::default());
        Self { connectors, settings, switches, http, breakers, forged, public_url }
    }

    /// The same with these switches.
    #[cfg(test)]
    pub(crate) fn switched(self, switches: Switches) -> Self {
        Self { switches: Arc::new(switches), ..self }
    }

    /// Every platform of this build, in the order in which they are shown.
    pub fn all(&self) -> &'static [&'static dyn Connector] {
        self.connectors
    }

    /// The connector of this name, also when it is switched off.
    pub fn connector(&self, platform: &str) -> Option<&'static dyn Connector> {
        self.connectors.iter().copied().find(|c| c.descriptor().name == platform)
    }

    /// The connector of this name, for starting something new.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for unknown names, [`AppError::Conflict`] for platforms that the operator switched off.
    pub fn enabled(&self, platform: &str) -> Result<&'static dyn Connector, AppError> {
        let connector = self.connector(platform).ok_or(AppError::NotFound { what: "platform" })?;
        if self.is_enabled(platform) {
            return Ok(connector);
        }
        Err(AppError::Conflict {
            code: "platform_off",
            message: format!("{} is switched off on this server.", connector.descriptor().title),
        })
    }

    /// Whether the operator left the platform on.
    pub fn is_enabled(&self, platform: &str) -> bool {
        !self.switches.networks_off.iter().any(|off| off == platform)
    }

    /// The platforms that are on, in the order in which they are shown.
    pub fn on(&self) -> impl Iterator<Item = &'static dyn Connector> {
        self.connectors.iter().copied().filter(|c| self.is_enabled(c.descriptor().name))
    }

    /// Who reads this platform, if it is on and can be read, and reading is on.
    pub fn reader(&self, platform: &str) -> Option<(&'static str, &'static dyn Reader)> {
        let connector =
            self.connector(platform).filter(|_| self.switches.reading && self.is_enabled(platform))?;
        Some((connector.descriptor().name, connector.reader()?))
    }

    /// Whether anything is read by schedule.
    pub fn has_schedule(&self) -> bool {
        self.switches.reading && self.switches.schedule
    }

    /// What reading this platform by schedule may cost; `None`: it is not read by schedule.
    pub fn scheduled(&self, platform: &str) -> Option<Allowance> {
        self.reader(platform).filter(|_| self.has_schedule())?;
        if !self.takes_money(platform) {
            return Some(Allowance::Free);
        }
        self.reads_per_month(platform).map(Allowance::PerMonth)
    }

    /// Whether the platform takes money for reading.
    pub fn takes_money(&self, platform: &str) -> bool {
        self.connector(platform).is_some_and(|c| c.descriptor().paid_reads)
    }

    /// Most calls in a month with which an account of a platform that takes money for it may be read by schedule.
    pub(crate) fn reads_per_month(&self, platform: &str) -> Option<u32> {
        let figure = self.settings(platform).get(READS_PER_MONTH.key).filter(|_| self.takes_money(platform));
        figure.and_then(|figure| figure.parse().ok())
    }

    /// Who reads what this platform tells the owner of an account, if it is on and tells anything, and reading is on.
    pub fn insights(&self, platform: &str) -> Option<(&'static str, &'static dyn Insights)> {
        let connector =
            self.connector(platform).filter(|_| self.switches.reading && self.is_enabled(platform))?;
        Some((connector.descriptor().name, connector.insights()?))
    }

    /// Who looks up people on this platform, if it is on and read, and has something for that.
    pub fn people(&self, platform: &str) -> Option<(&'static str, &'static dyn People)> {
        let connector =
            self.connector(platform).filter(|_| self.switches.reading && self.is_enabled(platform))?;
        Some((connector.descriptor().name, connector.people()?))
    }

    /// Who understands what this platform sends, if it is on and sends anything, and is listened to.
    pub fn webhooks(&self, platform: &str) -> Option<&'static dyn Webhooks> {
        self.connector(platform).filter(|_| self.switches.webhooks && self.is_enabled(platform))?.webhooks()
    }

    /// The operator's settings of a platform of the registry.
    pub fn settings(&self, platform: &str) -> &PlatformSettings {
        static EMPTY: PlatformSettings =
            PlatformSettings { values: BTreeMap::new(), secrets: BTreeMap::new() };
        self.settings.get(platform).unwrap_or(&EMPTY)
    }

    /// The redirect URI that networks send browsers back to.
    pub fn redirect_uri(&self, platform: &str) -> Url {
        self.own_url(&format!("/oauth/{platform}/callback"))
    }

    /// A path of ours as browsers and networks reach it.
    pub fn own_url(&self, path: &str) -> Url {
        let mut url = self.public_url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        url
    }
}
