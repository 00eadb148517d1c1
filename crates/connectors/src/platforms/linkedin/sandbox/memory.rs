//! What the simulated LinkedIn remembers.

use std::collections::BTreeMap;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PLATFORM;
use super::asset::Asset;
use crate::sandbox::World;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// In the order of publishing; deleted ones stay.
    pub(super) posts: Vec<Post>,
    pub(super) comments: Vec<Comment>,
    /// Actor and post of each reaction, with its kind.
    pub(super) reactions: BTreeMap<String, Reaction>,
    /// By URN.
    pub(super) assets: BTreeMap<String, Asset>,
    pub(super) calls: Calls,
    /// Calls of a member to one resource in a UTC day, where a test wants another number than the product's.
    pub(crate) member_day: Option<u32>,
    /// Calls of the app to one resource in a UTC day, likewise.
    pub(crate) app_day: Option<u32>,
    /// The Community Management app is in the development tier: 100 calls a member, 500 an app, no BATCH_GET.
    pub(crate) development: bool,
    /// How long the same content is refused, seconds; 600 where it is not set.
    pub(crate) duplicates_s: Option<u32>,
    /// Posts can be commented on only after so many seconds.
    pub(crate) comments_after_s: u32,
    /// Lists show posts so many seconds late.
    pub(crate) lag_s: u32,
    /// Roles that were taken away: a member's key with an organisation's.
    pub(crate) lost_roles: Vec<(String, String)>,
}

/// A post.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Post {
    /// The URN that was given out: a share or a ugcPost.
    pub urn: String,
    /// The other one of those two; a different number for the same post.
    pub twin: String,
    pub activity: String,
    /// URN of the author.
    pub author: String,
    /// Key of the author's persona.
    pub persona: String,
    /// Little text, as far as it was understood.
    pub commentary: String,
    /// What readers see of it.
    pub shown: String,
    pub visibility: String,
    /// As it was sent; empty for none.
    pub content: Value,
    pub distribution: Value,
    pub no_reshare: bool,
    pub parent: Option<String>,
    /// Call to action and landing page, as they were sent.
    pub extras: BTreeMap<String, String>,
    /// URNs of its files, with their descriptions.
    pub media: Vec<(String, Option<String>)>,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub edited: bool,
    pub deleted: Option<Timestamp>,
}

impl Post {
    /// Whether a URN names it, in social actions, where all three do.
    pub fn is(&self, urn: &str) -> bool {
        self.urn == urn || self.twin == urn || self.activity == urn
    }
}

/// A comment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Comment {
    pub id: String,
    pub urn: String,
    /// URN of the post, as that was given out.
    pub post: String,
    /// The activity that it stands under.
    pub object: String,
    pub parent: Option<String>,
    pub actor: String,
    pub persona: String,
    pub text: String,
    pub attributes: Value,
    pub content: Value,
    pub at: Timestamp,
    pub modified: Timestamp,
    pub deleted: bool,
}

/// A reaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reaction {
    pub post: String,
    pub kind: String,
}

/// Calls of one UTC day, by resource and who.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Calls {
    /// Days since 1970.
    pub day: i64,
    pub used: BTreeMap<String, u32>,
}

impl Memory {
    /// The live post that a URN names in social actions.
    pub(super) fn post(&self, urn: &str) -> Option<&Post> {
        self.posts.iter().find(|p| p.is(urn) && p.deleted.is_none())
    }

    /// Live comments of a post, oldest first.
    pub(super) fn comments_of<'a>(&'a self, post: &'a str) -> impl Iterator<Item = &'a Comment> {
        self.comments.iter().filter(move |c| c.post == post && !c.deleted)
    }
}

/// A new number: milliseconds since 1970, 22 bits of a counter.
pub(super) fn new_id(world: &World) -> u64 {
    let ms = u64::try_from(world.now().as_millisecond()).unwrap_or_default();
    (ms << 22) | (world.next_number("linkedin.id") & 0x3f_ffff)
}

/// Changes the memory.
pub(super) fn change<R>(world: &World, f: impl FnOnce(&mut Memory) -> R) -> R {
    world.state(PLATFORM, f)
}

/// Reads the memory.
pub(super) fn read<R>(world: &World, f: impl FnOnce(&Memory) -> R) -> R {
    world.read(PLATFORM, f)
}
