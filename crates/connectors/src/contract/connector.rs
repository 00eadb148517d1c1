//! The entry to a platform.

use carillon_domain::time::Timestamp;

use super::authorizer::Authorizer;
use super::capability::Capabilities;
use super::cx::PlatformSettings;
use super::insights::Insights;
use super::publisher::Publisher;
use super::reader::Reader;
use super::webhooks::Webhooks;

/// One platform's connector.
pub trait Connector: Send + Sync + 'static {
    /// Name, title, settings and documentation.
    fn descriptor(&self) -> &'static Descriptor;
    /// What the platform can do, as data.
    fn capabilities(&self) -> &'static Capabilities;
    /// Signing in and keeping tokens alive.
    fn authorizer(&self) -> &dyn Authorizer;
    /// Publishing.
    fn publisher(&self) -> Option<&dyn Publisher>;
    /// Reading profile and posts.
    fn reader(&self) -> Option<&dyn Reader>;
    /// Reading what the network tells the owner only.
    fn insights(&self) -> Option<&dyn Insights>;
    /// Listening to what the network sends by itself.
    fn webhooks(&self) -> Option<&dyn Webhooks>;
    /// From what of the whole installation's a call of `operation` takes its cost, where the network counts what all accounts do
    /// together and tells nobody what is left. Pure.
    fn shared_quota(
        &self,
        settings: &PlatformSettings,
        operation: &str,
        now: Timestamp,
    ) -> Option<SharedQuota> {
        let _ = (settings, operation, now);
        None
    }
    /// All that [`shared_quota`](Self::shared_quota) takes from, each whole, so that people can be shown what is left. Pure.
    fn shared_quotas(&self, settings: &PlatformSettings, now: Timestamp) -> Vec<SharedQuota> {
        let _ = (settings, now);
        Vec::new()
    }
}

/// A network's allowance for the installation as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedQuota {
    /// Name of what is taken from; operations may share it.
    pub bucket: &'static str,
    /// Units until `reset_at` that the operation may use up.
    pub units: u32,
    /// Of these, what reading leaves to publishing.
    pub kept: u32,
    /// When it is filled again.
    pub reset_at: Timestamp,
}

/// What is fixed about a platform.
#[derive(Debug)]
pub struct Descriptor {
    /// Name in settings, API and database: lower-case ASCII.
    pub name: &'static str,
    /// Name as people write it.
    pub title: &'static str,
    /// The id of the platform's symbol in the icon sprite, `brand-x` for example.
    pub icon: &'static str,
    /// The platform's brand colour, `#rrggbb`.
    pub color: &'static str,
    /// Base URLs that can be set as `platforms.<name>.<key>`, with their real values.
    pub endpoints: &'static [EndpointSetting],
    /// Further settings under `platforms.<name>`, besides `enabled` and the endpoints.
    pub settings: &'static [Setting],
    /// How to get app credentials, review and quirks (Markdown).
    pub docs: &'static str,
    /// Accounts live on servers that users name.
    pub many_servers: bool,
    /// The network takes money for reading. It is then read by schedule only within what the operator allows by
    /// [`READS_PER_MONTH`], which is among its settings.
    pub paid_reads: bool,
}

/// The setting of networks that take money for reading.
pub const READS_PER_MONTH: Setting = Setting {
    key: "reads_per_month",
    secret: false,
    accepts: Accepts::Number,
    help: "Most calls in a calendar month (UTC) with which an account is read by schedule. Empty: it is read when somebody asks, not by schedule.",
};

/// A base URL that an operator may change.
#[derive(Debug, Clone, Copy)]
pub struct EndpointSetting {
    /// Key, ends in `_base_url`.
    pub key: &'static str,
    /// The network's own address, without a trailing slash.
    pub default: &'static str,
}

/// A setting that an operator may fill in.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Key, for example `client_id`.
    pub key: &'static str,
    /// Whether it must never be shown.
    pub secret: bool,
    /// What it takes.
    pub accepts: Accepts,
    /// One sentence for the operator.
    pub help: &'static str,
}

/// What a setting takes besides nothing, which is its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Any text.
    Text,
    /// One of these words; the first one is the default.
    OneOf(&'static [&'static str]),
    /// A whole number from 1 on.
    Number,
}

impl Accepts {
    /// Why this value can't be used, if it can't.
    pub fn refuses(self, value: &str) -> Option<String> {
        let fits = match self {
            Self::Text => true,
            Self::OneOf(words) => words.contains(&value),
            Self::Number => value.parse::<u32>().is_ok_and(|n| n > 0),
        };
        let why = || match self {
            Self::Text => String::new(),
            Self::OneOf(words) => format!("`{value}` is none of {}.", words.join(", ")),
            Self::Number => format!("`{value}` is not a whole number from 1 on."),
        };
        (!fits && !value.is_empty()).then(why)
    }
}
