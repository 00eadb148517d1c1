//! What a request may say about a post.

use std::collections::BTreeMap;

use carillon_domain::composition::{Composition, Override, PartSpec};
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::filling;
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::schedule::{self, DueTime};
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest text that is kept for any network, in characters; each network's own limit is checked apart.
pub const MAX_TEXT: usize = 100_000;
/// Most accounts of one post.
pub const MAX_ACCOUNTS: usize = 200;
/// Most parts of one thread.
pub const MAX_PARTS: usize = 100;
/// Most tags of one post, and longest tag in characters.
pub const MAX_TAGS: (usize, usize) = (50, 100);

/// What is to become of a post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedStatus {
    /// Kept for later.
    #[default]
    Draft,
    /// Goes out at `scheduled_at`.
    Scheduled,
    /// Goes out at once.
    Now,
    /// Goes out in the next slot that is free on its accounts; `scheduled_at` says nothing then.
    Queue,
}

/// A new post.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PostInput {
    /// Base text.
    pub text: String,
    /// The accounts that it goes to.
    pub accounts: Vec<AccountId>,
    /// Base media, in order.
    pub media: Vec<MediaId>,
    /// Draft, scheduled, now, or queued.
    pub status: WantedStatus,
    /// RFC 3339, or wall-clock time in `timezone`.
    pub scheduled_at: Option<String>,
    /// IANA zone; the workspace's by default.
    pub timezone: Option<String>,
    /// What differs, by account.
    pub overrides: BTreeMap<AccountId, Override>,
    /// Further parts of a thread.
    pub parts: Vec<PartSpec>,
    /// A comment under the post, right after it.
    pub first_comment: Option<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// Free name of a campaign.
    pub campaign: Option<String>,
    /// A rule of RFC 5545 by which it comes again, on the clock of the workspace; for what is scheduled.
    pub repeat: Option<String>,
    /// Parameters that the links of its texts get, by name: `{"utm_source": "{network}"}`. Networks whose links nobody can press send
    /// them as they are.
    pub link_parameters: BTreeMap<String, String>,
    /// Whether variables in its texts are filled in, such as `{account.name}`.
    pub fill_in: bool,
}

/// A change to a post; absent fields stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PostPatch {
    /// Base text.
    pub text: Option<String>,
    /// The accounts that it goes to.
    pub accounts: Option<Vec<AccountId>>,
    /// Base media.
    pub media: Option<Vec<MediaId>>,
    /// Draft, scheduled, now, or queued.
    pub status: Option<WantedStatus>,
    /// RFC 3339, or wall-clock time in `timezone`; an empty text takes a draft's time away.
    pub scheduled_at: Option<String>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// What differs, by account; replaces the whole map.
    pub overrides: Option<BTreeMap<AccountId, Override>>,
    /// Further parts of a thread.
    pub parts: Option<Vec<PartSpec>>,
    /// First comment; an empty text removes it.
    pub first_comment: Option<String>,
    /// Free labels.
    pub tags: Option<Vec<String>>,
    /// Campaign; an empty text removes it.
    pub campaign: Option<String>,
    /// Parameters of links; replaces all of them.
    pub link_parameters: Option<BTreeMap<String, String>>,
    /// Whether variables are filled in.
    pub fill_in: Option<bool>,
}

impl PostInput {
    /// Base and overrides, not filled in yet.
    pub fn composition(&self) -> Composition {
        Composition {
            text: self.text.clone(),
            media: self.media.clone(),
            parts: self.parts.clone(),
            first_comment: self.first_comment.clone().filter(|c| !c.trim().is_empty()),
            overrides: self.overrides.clone(),
            link_parameters: self.link_parameters.clone(),
            fill_in: self.fill_in,
            filled: BTreeMap::new(),
        }
    }

    /// Every problem of the request's own shape, before any network is asked.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut too_long = |field: &str, unit: &str, length: usize, limit: usize| {
            if length > limit {
                let message = format!("At most {limit} {unit} are possible; these are {length}.");
                errors.push(FieldError::new(field, "too_many", message).with_limit(limit, length));
            }
        };
        too_long("text", "characters", self.text.chars().count(), MAX_TEXT);
        too_long("accounts", "accounts", self.accounts.len(), MAX_ACCOUNTS);
        too_long("parts", "parts", self.parts.len(), MAX_PARTS);
        too_long("tags", "tags", self.tags.len(), MAX_TAGS.0);
        for (index, tag) in self.tags.iter().enumerate() {
            too_long(&format!("tags.{index}"), "characters", tag.chars().count(), MAX_TAGS.1);
        }
        let mut seen = std::collections::BTreeSet::new();
        for (index, account) in self.accounts.iter().enumerate() {
            if !seen.insert(account) {
                errors.push(FieldError::new(
                    format!("accounts.{index}"),
                    "duplicate",
                    "This account is named twice. One publication per account is made.",
                ));
            }
        }
        for account in self.overrides.keys().filter(|a| !seen.contains(a)) {
            errors.push(FieldError::new(
                format!("overrides.{account}"),
                "unknown_account",
                "There is something special for an account that the post does not go to. Add it to `accounts`.",
            ));
        }
        errors.extend(filling::problems(&self.link_parameters));
        if self.status != WantedStatus::Draft && self.accounts.is_empty() {
            errors.push(FieldError::new("accounts", "required", "Choose at least one account."));
        }
        errors
    }

    /// When it is due: `None` for a draft without a time.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a missing, malformed, non-existent, ambiguous, past or too far time, and for an unknown zone.
    pub fn due(&self, default_zone: &str, now: Timestamp) -> Result<Option<DueTime>, AppError> {
        let zone = self.timezone.as_deref().unwrap_or(default_zone);
        let wrong = |e: schedule::ScheduleError| AppError::invalid(e.field(), e.code(), e.to_string());
        match (self.status, self.scheduled_at.as_deref()) {
            (WantedStatus::Now, _) => schedule::resolve(&now.to_string(), zone).map(Some).map_err(wrong),
            (WantedStatus::Scheduled, None) => {
                Err(AppError::invalid("scheduled_at", "required", "Say when it is to be published."))
            }
            (WantedStatus::Scheduled, Some(text)) => {
                let due = schedule::resolve(text, zone).map_err(wrong)?;
                schedule::not_past(&due, now).map_err(wrong)?;
                schedule::not_too_far(&due, now).map_err(wrong)?;
                Ok(Some(due))
            }
            (WantedStatus::Draft, Some(text)) => {
                let due = schedule::resolve(text, zone).map_err(wrong)?;
                schedule::not_too_far(&due, now).map_err(wrong)?;
                Ok(Some(due))
            }
            // Which slot that is shows when it is taken.
            (WantedStatus::Draft, None) | (WantedStatus::Queue, _) => {
                schedule::zone(zone).map_err(wrong)?;
                Ok(None)
            }
        }
    }
}
