//! What the operator can set, and from where: built-in default < file < environment < flags.
//!
//! The commented `carillon.toml` beside this file is embedded and *is* the default, so that documentation and behaviour
//! can't drift apart. A section or key that does not exist is an error which names it: a misspelt setting that is silently
//! ignored is found only when it hurts.

mod load;
mod publishing;
mod sections;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use carillon_domain::secret::Secret;
use serde::{Deserialize, Serialize};

pub use load::{SettingsError, Sources};
pub use publishing::Publishing;
pub use sections::{
    Database, Egress, Features, Limits, Log, LogFormat, Mail, Media, Metrics, Platform, Sandbox, Secrets,
    Server,
};

/// The commented default file.
pub const DEFAULT: &str = include_str!("carillon.toml");

/// All settings.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Settings {
    /// `[server]`
    pub server: Server,
    /// `[database]`
    pub database: Database,
    /// `[secrets]`
    pub secrets: Secrets,
    /// `[sandbox]`
    pub sandbox: Sandbox,
    /// `[egress]`
    pub egress: Egress,
    /// `[media]`
    pub media: Media,
    /// `[limits]`
    pub limits: Limits,
    /// `[publishing]`
    pub publishing: Publishing,
    /// `[features]`
    pub features: Features,
    /// `[mail]`
    pub mail: Mail,
    /// `[log]`
    pub log: Log,
    /// `[metrics]`
    pub metrics: Metrics,
    /// `[platforms.<name>]`
    pub platforms: BTreeMap<String, Platform>,
}

/// How this machine reaches a listener: one on all addresses has none that a browser could open.
pub fn origin(at: SocketAddr) -> String {
    match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{}", at.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{}", at.port()),
        _ => format!("http://{at}"),
    }
}

impl Settings {
    /// Reads all layers.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting that is unknown or has an impossible value, or the file that can't be read.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        load::load(sources)
    }

    /// How others reach this server: the setting, or `http://` and the address it listens on.
    pub fn public_url(&self) -> String {
        if self.server.public_url.is_empty() {
            origin(self.server.listen)
        } else {
            self.server.public_url.clone()
        }
    }

    /// The database to use: the setting, or a SQLite file in the data folder.
    pub fn database_url(&self) -> Secret {
        if self.database.url.is_empty() {
            Secret::new(format!("sqlite:{}", self.server.data.join("carillon.db").display()))
        } else {
            self.database.url.clone()
        }
    }

    /// Whether browsers reach this server over https, so that cookies may be `Secure`.
    pub fn is_https(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }

    /// Whether pages lead to servers without https and show pictures of them: where this one has none itself, and where the
    /// operator allowed private addresses, as a demo does with its simulated networks.
    pub fn meets_plain_http(&self) -> bool {
        !self.is_https() || !self.egress.allow.is_empty()
    }

    /// Whether passwords and cookies travel in the clear to other machines: plain http on an address that is not loopback.
    /// It works, since people start on a LAN, but it is logged and shown.
    pub fn is_insecure(&self) -> bool {
        if self.is_https() {
            return false;
        }
        match url::Url::parse(&self.server.public_url).ok().as_ref().and_then(url::Url::host) {
            Some(url::Host::Ipv4(ip)) => !ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => !ip.is_loopback(),
            Some(url::Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
            None => !self.server.listen.ip().is_loopback(),
        }
    }

    /// The effective settings as TOML, with secrets left out.
    ///
    /// # Errors
    /// When a value can't be written as TOML, which is a defect.
    pub fn print(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}
