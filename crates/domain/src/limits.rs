//! Findings of a platform's check: what breaks a rule, what the rule is, and what would fix it.

use serde::{Deserialize, Serialize};

use crate::id::MediaId;
use crate::media::Fit;

/// What can be done about a finding without the author's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Fix {
    /// A copy of this file can be made that the network takes.
    Rendition {
        /// The file.
        media: MediaId,
        /// Ways to change its shape, the usual one first; empty where the shape stays.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fit: Vec<Fit>,
    },
}

/// Words of a finding that lead somewhere: some networks want what they refer to one press away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The words, as the message has them.
    pub words: String,
    /// Where they lead: an https address of the network.
    pub url: String,
}

/// One broken rule of a network, found before anything is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// Path inside the draft: `text`, `media.2`, `parts.1.text`, `options.poll.options`, `first_comment`.
    pub field: String,
    /// Stable code: `too_long`, `too_many`, `wrong_type`, `too_large`, `missing`, `unsupported`, `exclusive`, …
    pub code: String,
    /// What is wrong and what would fix it, for people.
    pub message: String,
    /// The limit, in the network's own unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<serde_json::Value>,
    /// The value found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// What would be done about it on request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// What of the message leads somewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

impl Violation {
    /// A violation without limit and value.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (field, code, message) = (field.into(), code.into(), message.into());
        Self { field, code, message, limit: None, value: None, fix: None, links: Vec::new() }
    }

    /// Adds the limit and the value that broke it.
    #[must_use]
    pub fn with_limit(
        mut self,
        limit: impl Into<serde_json::Value>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.limit = Some(limit.into());
        self.value = Some(value.into());
        self
    }

    /// Lets these words of the message lead somewhere.
    #[must_use]
    pub fn with_link(mut self, words: impl Into<String>, url: impl Into<String>) -> Self {
        self.links.push(Link { words: words.into(), url: url.into() });
        self
    }
}

/// How long a text is as the network counts it; or a video, in seconds, where accounts of a network differ in what they may post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextCount {
    /// Path inside the draft, as in [`Violation::field`].
    pub field: String,
    /// Units used.
    pub used: u64,
    /// Units allowed.
    pub limit: u64,
}

/// Everything a check has to say about one draft on one account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Rules that the network would refuse.
    pub violations: Vec<Violation>,
    /// Things that work but that a careful person would want to know.
    pub warnings: Vec<Violation>,
    /// Counters of texts, and of the length of videos.
    pub counts: Vec<TextCount>,
}
