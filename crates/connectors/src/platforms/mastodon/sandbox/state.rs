//! What the servers remember.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PLATFORM;
use super::servers::Kind;
use crate::sandbox::audience::{Kind as Shows, Piece};
use crate::sandbox::persona::everybody;
use crate::sandbox::{Persona, Site, World};

/// Everything of all servers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Network {
    /// In the order in which they were made.
    pub statuses: Vec<Status>,
    /// By host and id.
    pub media: BTreeMap<String, Media>,
    /// By host, account and key: the first status, and when it was made.
    pub idempotency: BTreeMap<String, (String, Timestamp)>,
    /// By host, rule and subject: start of the window and calls in it.
    pub calls: BTreeMap<String, (i64, u32)>,
}

/// A status.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Status {
    pub host: String,
    pub id: String,
    pub persona: String,
    pub account: String,
    pub text: String,
    pub spoiler: String,
    pub sensitive: bool,
    pub visibility: String,
    pub language: Option<String>,
    pub parent: Option<String>,
    pub media: Vec<String>,
    pub poll: Option<Poll>,
    pub app: String,
    pub created_at: Timestamp,
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
}

/// A poll on a status.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Poll {
    pub options: Vec<String>,
    pub expires_at: Timestamp,
    pub multiple: bool,
    pub hide_totals: bool,
}

/// An uploaded file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Media {
    pub host: String,
    pub id: String,
    pub account: String,
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
    /// `image`, `gifv`, `video`, `audio`.
    pub kind: String,
    pub description: Option<String>,
    pub focus: Option<(f64, f64)>,
    pub uploaded_at: Timestamp,
    pub ready_at: Timestamp,
    /// The content turned out not to be what it was said to be.
    pub broken: bool,
    pub attached: bool,
}

impl Media {
    /// Unattached files are removed after about a day.
    pub fn is_gone(&self, now: Timestamp) -> bool {
        !self.attached && now.duration_since(self.uploaded_at).as_hours() >= 24
    }

    pub fn is_ready(&self, now: Timestamp) -> bool {
        self.ready_at <= now && !self.broken
    }
}

/// Key of a host's thing.
pub(super) fn key(host: &str, rest: &str) -> String {
    format!("{host} {rest}")
}

/// Remote id of a persona on a server.
pub(super) fn account_id(site: &Site, persona: &Persona) -> String {
    account_id_at(&site.host, Kind::of(site), persona)
}

/// The same by the server's name.
pub(super) fn account_id_at(host: &str, kind: Kind, persona: &Persona) -> String {
    let number = persona.number(PLATFORM, host);
    if kind == Kind::Deviant {
        return hex::encode(&Sha256::digest(format!("{host} {number}"))[..16]);
    }
    format!("1{:017}", number % 100_000_000_000_000_000)
}

/// The persona with this id on a server.
pub(super) fn persona_of(site: &Site, account: &str) -> Option<&'static Persona> {
    everybody().find(|p| account_id(site, p) == account)
}

/// A new id: Mastodon's grow with time, others need not.
pub(super) fn new_id(world: &World, site: &Site) -> String {
    new_id_at(world, &site.host, Kind::of(site))
}

/// The same by the server's name.
pub(super) fn new_id_at(world: &World, host: &str, kind: Kind) -> String {
    let number = world.next_number(&format!("{PLATFORM}.id"));
    if kind == Kind::Deviant {
        return hex::encode(&Sha256::digest(format!("{host} {number}"))[..16]);
    }
    let milliseconds = u128::try_from(world.now().as_millisecond()).unwrap_or(0);
    ((milliseconds << 16) + u128::from(number % 65_536)).to_string()
}

impl Status {
    /// Whether somebody (`None`: anybody) may see it.
    pub fn is_visible_to(&self, account: Option<&str>) -> bool {
        account == Some(self.account.as_str()) || matches!(self.visibility.as_str(), "public" | "unlisted")
    }

    /// A number that others give it, from the author's audience: a `share` of 80 is about its likes, give or take half. It is
    /// counted every five minutes: what other servers report comes late.
    pub fn popularity(&self, what: &str, share: u64, now: Timestamp) -> u64 {
        let Some(persona) = Persona::find(&self.persona) else { return 0 };
        let seed = persona.number(PLATFORM, &format!("{what} {} {}", self.host, self.id)) % 100;
        let age = Duration::try_from(now.duration_since(self.created_at)).unwrap_or_default().as_secs();
        let counted = self.created_at + Duration::from_secs(age / 300 * 300);
        let kind = Shows::of(false, !self.media.is_empty(), &self.text);
        let (id, characters) = (format!("{} {}", self.host, self.id), self.text.chars().count());
        let piece = Piece { id: &id, at: self.created_at, kind, characters };
        persona.reaction(PLATFORM, &piece, counted).likes * share * (50 + seed) / 8_000
    }
}
