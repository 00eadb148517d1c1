//! What goes out on one account.

use serde::{Deserialize, Serialize};

use crate::media::MediaInfo;

/// One text with its media: the root of a publication, or one part of its thread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Plain text as the author wrote it.
    pub text: String,
    /// Media in order.
    pub media: Vec<MediaInfo>,
}

/// The effective content of a publication: base and overrides merged, media resolved. Connectors get this and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The post itself.
    pub root: Part,
    /// Further parts of a thread, in order, each a reply to the one before.
    pub parts: Vec<Part>,
    /// A comment to be written under the root by the same account.
    pub first_comment: Option<String>,
    /// Platform options by name, as described by the platform's option fields.
    pub options: serde_json::Map<String, serde_json::Value>,
}

impl Draft {
    /// How many separate remote commits the draft needs: the root, each part, the first comment.
    pub fn units(&self) -> u16 {
        let units = 1 + self.parts.len() + usize::from(self.first_comment.is_some());
        u16::try_from(units).unwrap_or(u16::MAX)
    }

    /// What unit `index` consists of: 0 is the root, then the thread parts, last the first comment.
    pub fn unit(&self, index: u16) -> Option<Unit<'_>> {
        let index = usize::from(index);
        match index {
            0 => Some(Unit::Part(&self.root)),
            i if i <= self.parts.len() => self.parts.get(i - 1).map(Unit::Part),
            i if i == self.parts.len() + 1 => self.first_comment.as_deref().map(Unit::Comment),
            _ => None,
        }
    }

    /// All media of root and parts, in order.
    pub fn media(&self) -> impl Iterator<Item = &MediaInfo> {
        self.root.media.iter().chain(self.parts.iter().flat_map(|p| p.media.iter()))
    }
}

/// One thing that becomes public by one commit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unit<'a> {
    /// The root or a part of the thread.
    Part(&'a Part),
    /// The first comment.
    Comment(&'a str),
}
