//! What the simulated X remembers.

use std::collections::BTreeMap;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::PLATFORM;
use crate::sandbox::{Persona, World};

/// Everything, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in super::super) struct Memory {
    /// Posts, oldest first since ids grow with time; deleted ones stay.
    pub(super) posts: BTreeMap<u64, Post>,
    /// Uploads.
    pub(super) media: BTreeMap<u64, Media>,
    /// Windows of rate limits, by who and what.
    pub(super) windows: BTreeMap<String, Window>,
    /// Every call that costs is refused: no credits.
    pub(in super::super) no_credits: bool,
    /// Answers to anybody, oneself included, are refused.
    pub(in super::super) no_replies: bool,
    /// Posts that an account may make in 24 hours, where its plan limits it.
    pub(in super::super) daily_posts: Option<u32>,
    /// Lists show posts so many seconds late.
    pub(in super::super) lag_s: u32,
    /// Which field names are known.
    pub(in super::super) families: Families,
}

/// Which families of field names the API knows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Families {
    /// Both; it answers in the one that was asked for.
    #[default]
    Both,
    /// Only `tweet.fields` and its kin.
    Tweet,
    /// Only `post.fields` and its kin.
    Post,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Post {
    pub author: String,
    /// As it was sent.
    pub text: String,
    pub created_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
    pub reply_to: Option<u64>,
    pub quoted: Option<u64>,
    pub media: Vec<u64>,
    pub poll: Option<Poll>,
    /// Short names behind `https://t.co/`, one for each link.
    pub short: Vec<String>,
    /// The one that stands for the media.
    pub media_short: Option<String>,
    pub reply_settings: String,
    pub made_with_ai: bool,
    pub paid_partnership: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Poll {
    pub options: Vec<String>,
    pub ends_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Media {
    pub owner: String,
    pub media_type: String,
    pub category: Category,
    pub total_bytes: u64,
    pub expires_at: Timestamp,
    /// Hash and size of each segment that has arrived.
    pub segments: BTreeMap<u32, (String, u64)>,
    /// Since it was finalized.
    pub done: Option<Done>,
    pub alt: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Done {
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
    /// X works on it between these times.
    pub since: Timestamp,
    pub until: Timestamp,
    /// The bytes are not what was announced.
    pub broken: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Category {
    Image,
    Gif,
    Video,
}

impl Category {
    /// The number in front of a media key.
    pub fn prefix(self) -> u8 {
        match self {
            Self::Image => 3,
            Self::Gif => 16,
            Self::Video => 13,
        }
    }
}

impl Media {
    pub fn key(&self, id: u64) -> String {
        format!("{}_{id}", self.category.prefix())
    }
}

/// A rate limit's window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Window {
    pub reset: Timestamp,
    pub used: u32,
}

impl Memory {
    /// The app has no call of this endpoint left in its quarter of an hour.
    #[cfg(test)]
    pub(in super::super) fn fill_app(&mut self, endpoint: &str) {
        let window = self.windows.get_mut(&format!("app {endpoint} 15m"));
        window.into_iter().for_each(|window| window.used = u32::MAX);
    }

    /// Loses all uploads.
    #[cfg(test)]
    pub(in super::super) fn forget_media(&mut self) {
        self.media.clear();
    }

    /// A post that can be seen.
    pub(super) fn visible(&self, id: u64) -> Option<&Post> {
        self.posts.get(&id).filter(|p| p.deleted_at.is_none())
    }
}

/// A new id: milliseconds since X's epoch, 22 bits of a counter.
pub(super) fn new_id(world: &World) -> u64 {
    let ms = u64::try_from(world.now().as_millisecond() - 1_288_834_974_657).unwrap_or_default();
    (ms << 22) | (world.next_number("x.id") & 0x3f_ffff)
}

/// A persona's user id.
pub(super) fn user_id(persona: &Persona) -> String {
    (1_000_000_000 + persona.number(PLATFORM, "id") % 1_000_000_000_000_000).to_string()
}

/// A persona's username: X allows 15 characters.
pub(super) fn handle(persona: &Persona) -> &'static str {
    persona.key.get(..15).unwrap_or(persona.key)
}

/// Who has this username.
pub(super) fn by_handle(name: &str) -> Option<&'static Persona> {
    crate::sandbox::persona::everybody().find(|p| handle(p).eq_ignore_ascii_case(name))
}

/// Who has this user id.
pub(super) fn by_user_id(id: &str) -> Option<&'static Persona> {
    crate::sandbox::persona::everybody().find(|p| user_id(p) == id)
}

/// Brands have a subscription here, people don't.
pub(super) fn subscription(persona: &Persona) -> &'static str {
    if persona.brand { "Premium" } else { "None" }
}
