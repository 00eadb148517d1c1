//! The sections of the settings, one structure each. The values are described in `carillon.toml`, which is the default.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use carillon_connectors::Registry;
use carillon_domain::secret::Secret;
use carillon_store::DbOptions;
use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is shown in place of a secret.
const REDACTED: &str = "(redacted)";

/// `[server]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Server {
    /// Where the web interface and the API listen.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// Folder of the database, the media library and the key file.
    pub data: PathBuf,
    /// How others reach this server, without a trailing slash; empty for the listen address.
    #[serde(deserialize_with = "base_url")]
    pub public_url: String,
    /// Whether `X-Forwarded-For` and `X-Forwarded-Proto` come from a proxy of ours.
    pub trust_proxy: bool,
    /// Seconds until a request without an answer is given up.
    pub request_timeout_s: u64,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Database {
    /// `sqlite:…`, `postgres://…`, or empty for a SQLite file in the data folder. May hold a password.
    #[serde(serialize_with = "url_without_password")]
    pub url: Secret,
    /// Where announcements of other nodes are heard, past a pooler; empty for `url`.
    #[serde(serialize_with = "url_without_password")]
    pub listen_url: Secret,
    /// Whether a pooler in transaction mode stands before the database.
    pub pooler: bool,
}

impl Database {
    /// How to reach the database, besides its address.
    pub fn options(&self) -> DbOptions {
        DbOptions { listen_url: self.listen_url.expose().to_owned(), pooler: self.pooler }
    }
}

/// `[secrets]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Secrets {
    /// Keys of 64 hex digits with commas between: the first seals, all of them open. Empty for the key file.
    #[serde(serialize_with = "redacted")]
    pub encryption_key: Secret,
}

/// `[sandbox]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Sandbox {
    /// Where the simulated networks listen.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// The one IP besides loopback on which they may listen; empty for none.
    pub allow_address: String,
    /// The largest uploaded file of which the simulated networks keep more than the beginning, bytes.
    pub keep_at_most: u64,
    /// Days of history that a demo begins with.
    pub demo_days: u16,
    /// Servers to name when connecting, by platform, while the simulated networks run beside. Nobody sets them.
    #[serde(skip)]
    pub servers: BTreeMap<&'static str, Vec<String>>,
}

/// `[egress]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Egress {
    /// Private ranges in which networks are called.
    #[serde(deserialize_with = "networks")]
    pub allow: Vec<IpNet>,
    /// Private ranges from which members may have files and cards of links.
    #[serde(deserialize_with = "networks")]
    pub fetch: Vec<IpNet>,
}

/// `[media]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Media {
    /// `s3://bucket/prefix`, or empty for the data folder.
    pub storage: String,
    /// Endpoint of the S3-compatible store, or empty for Amazon's own.
    pub s3_endpoint: String,
    /// Region of the bucket.
    pub s3_region: String,
    /// Access key id.
    pub s3_access_key_id: String,
    /// Secret access key.
    #[serde(serialize_with = "redacted")]
    pub s3_secret_access_key: Secret,
    /// Largest file in bytes.
    pub max_bytes: u64,
    /// Largest picture in bytes.
    pub max_image_bytes: u64,
    /// The program `ffmpeg`; empty: the one on `PATH`; `off`: none.
    pub ffmpeg: String,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Limits {
    /// Requests per minute for each token and each address.
    pub requests_per_minute: std::num::NonZeroU32,
    /// The same for connecting and syncing.
    pub sensitive_requests_per_minute: std::num::NonZeroU32,
    /// Largest JSON body in bytes.
    pub json_bytes: usize,
}

/// `[features]`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
pub struct Features {
    /// Whether numbers are read from the networks.
    pub reading: bool,
    /// Whether they are also read when nobody asks.
    pub scheduled_reading: bool,
    /// Whether networks are listened to.
    pub webhooks: bool,
    /// Whether programs get in with API tokens.
    pub api_tokens: bool,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Mail {
    /// The mail server, with user and password; empty for none.
    #[serde(serialize_with = "url_without_password")]
    pub smtp_url: Secret,
    /// Who writes, as mail programs show it.
    pub from: String,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Log {
    /// Filter directives as of `tracing`'s `EnvFilter`.
    pub filter: String,
    /// How lines look.
    #[serde(deserialize_with = "log_format")]
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// `[metrics]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Metrics {
    /// Where metrics are served without a token.
    #[serde(deserialize_with = "optional_address", serialize_with = "optional_address_text")]
    pub listen: Option<SocketAddr>,
    /// Token that the main listener wants; empty means not served there.
    #[serde(serialize_with = "redacted")]
    pub token: Secret,
}

/// `[platforms.<name>]`. Which keys a platform knows is said by its connector; the values are kept as text.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Platform {
    /// Whether the operator switched the platform on or off; unset leaves it to the connector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Client id of the operator's developer app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Client secret of the operator's developer app.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "redacted_option")]
    pub client_secret: Option<Secret>,
    /// Everything else by key. Not printed, unless it is an address: a connector may want secrets of its own.
    #[serde(flatten, serialize_with = "redacted_map")]
    pub other: BTreeMap<String, Secret>,
}

impl Platform {
    /// All keys with their values, but `enabled`.
    pub fn values(&self) -> impl Iterator<Item = (&str, Secret)> {
        let id = self.client_id.as_ref().map(|v| ("client_id", Secret::new(v.as_str())));
        let secret = self.client_secret.as_ref().map(|v| ("client_secret", v.clone()));
        let other = self.other.iter().map(|(k, v)| (k.as_str(), v.clone()));
        id.into_iter().chain(secret).chain(other)
    }
}

fn log_format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LogFormat, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        other => Err(D::Error::custom(format!("`{other}` is no format. Write text or json."))),
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_address(&text).map_err(D::Error::custom)
}

fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { parse_address(&text).map(Some).map_err(D::Error::custom) }
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("`{text}` is not an address with a port. Write it like 127.0.0.1:8080 or [::1]:8080.")
    })
}

fn base_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let trimmed = text.trim_end_matches('/');
    if trimmed.is_empty() {
        return Ok(String::new());
    }
    let wrong = || {
        D::Error::custom(format!(
            "`{text}` is not a base address. Write scheme, host and port only, like https://carillon.example.com."
        ))
    };
    let url = url::Url::parse(trimmed).map_err(|_| wrong())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.has_host();
    if plain { Ok(trimmed.to_owned()) } else { Err(wrong()) }
}

/// A list, or text with commas, which is what an environment variable can hold.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list, or values separated by commas")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(text.split(',').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect())
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element()? {
                items.push(item);
            }
            Ok(items)
        }
    }
    deserializer.deserialize_any(Visitor)
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let items = list(deserializer)?;
    let read = |text: &String| {
        let single = || text.parse::<std::net::IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| single()).map_err(|_| {
            D::Error::custom(format!(
                "`{text}` is not a range of addresses. Write it like 10.0.0.0/8 or fd00::/8."
            ))
        })
    };
    items.iter().map(read).collect()
}

fn shown(secret: &Secret) -> &'static str {
    if secret.is_empty() { "" } else { REDACTED }
}

fn redacted<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(shown(secret))
}

fn redacted_option<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(shown).serialize(serializer)
}

fn redacted_map<S: Serializer>(map: &BTreeMap<String, Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    let show = |key: &str, value: &Secret| match key {
        key if key.ends_with("_url") => without_password(value.expose()),
        key if is_plain(key) => value.expose().to_owned(),
        _ => shown(value).to_owned(),
    };
    map.iter().map(|(k, v)| (k, show(k, v))).collect::<BTreeMap<_, _>>().serialize(serializer)
}

/// Whether connectors know this key, and none of them as a secret.
fn is_plain(key: &str) -> bool {
    let settings = || Registry.all().iter().flat_map(|c| c.descriptor().settings).filter(|s| s.key == key);
    settings().next().is_some() && settings().all(|s| !s.secret)
}

fn optional_address_text<S: Serializer>(at: &Option<SocketAddr>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.map(|a| a.to_string()).unwrap_or_default())
}

fn url_without_password<S: Serializer>(url: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_password(url.expose()))
}

/// `postgres://user:pw@host/db` with the password and the parameters, which may hold one too, taken out.
fn without_password(text: &str) -> String {
    if text.is_empty() || text.starts_with("sqlite:") {
        return text.to_owned();
    }
    let Ok(mut url) = url::Url::parse(text) else { return REDACTED.to_owned() };
    if url.password().is_some() && url.set_password(Some("redacted")).is_err() {
        return REDACTED.to_owned();
    }
    url.set_query(None);
    url.to_string()
}
