//! What the simulated TikTok remembers, and how that becomes public.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::PLATFORM;
use super::people;
use super::post_info::{PostInfo, Privacy};
use super::webhooks::Removal;
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, Persona, World};

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in super::super) struct Memory {
    /// Everything that was begun, by its `publish_id`.
    pub(super) tasks: BTreeMap<String, Task>,
    /// When calls came in the last minute, by operation and caller.
    pub(super) calls: BTreeMap<String, Vec<Timestamp>>,
    /// Scopes that a person has agreed to, by client and person.
    pub(super) consents: BTreeMap<String, Vec<String>>,
    /// Consents that ended.
    #[serde(default)]
    pub(super) removals: Vec<Removal>,
    /// Deliveries of webhooks that were answered.
    #[serde(default)]
    pub(super) answered: BTreeSet<String>,
    /// What is different from an ordinary day.
    pub(in super::super) rules: Rules,
}

/// Rules that differ from app to app, from account to account, or from one day to the next.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(in super::super) struct Rules {
    /// Tokens live as the pages said until October 2026: 24 hours and 365 days, and refreshing keeps the refresh token.
    pub(in super::super) old_lifetimes: bool,
    /// The app is registered for desktops: PKCE is required.
    pub(in super::super) desktop: bool,
    /// Scopes that people untick at the consent page.
    pub(in super::super) unticked: Vec<String>,
    /// TikTok has not audited the app.
    pub(in super::super) unaudited: bool,
    /// Whether an account is private, where that is not as usual; by the persona's key.
    pub(in super::super) private: BTreeMap<String, bool>,
    /// Keys of personas who are banned from posting.
    pub(in super::super) banned: Vec<String>,
    /// Keys of personas whose TikTok app is too old to finish drafts.
    pub(in super::super) old_app: Vec<String>,
    /// Posts that a creator may make in 24 hours; 15 by default.
    pub(in super::super) daily_posts: Option<usize>,
    /// Creators who may post in 24 hours through the app; 5 while it is unaudited, else without an end.
    pub(in super::super) active_users: Option<usize>,
    /// Hosts (with all names below them) or URL prefixes that the app has verified; by default `carillon.example`.
    pub(in super::super) verified: Option<Vec<String>>,
    /// The `fail_reason` with which each task ends, whatever its files.
    pub(in super::super) fails: Option<String>,
    /// Seconds until moderation lets a public post's id be told; a minute by default.
    pub(in super::super) moderation_s: Option<u64>,
    /// People post the drafts in their inboxes after so many seconds; never by default.
    pub(in super::super) drafts_posted_s: Option<u64>,
    /// Refusals of the posting API come with status 200.
    pub(in super::super) refusals_with_200: bool,
    /// The last chunk once more is answered with 416 instead of 201.
    pub(in super::super) repeated_is_416: bool,
}

/// What is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kind {
    Video,
    Photo,
}

/// One `publish_id` and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Task {
    pub id: String,
    /// The creator's key.
    pub owner: String,
    /// The app.
    pub client: String,
    pub kind: Kind,
    /// To the inbox instead of the profile.
    pub inbox: bool,
    pub info: PostInfo,
    pub created_at: Timestamp,
    /// How the bytes come; `None` when TikTok pulls them.
    pub upload: Option<Upload>,
    /// What arrived, complete.
    pub files: Vec<File>,
    /// What becomes of it, since everything is there.
    pub end: Option<End>,
    /// Whether the ledger shows it.
    pub listed: bool,
}

/// Where a file is sent to, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Upload {
    pub id: String,
    /// The secret in the address.
    pub token: String,
    pub total: u64,
    pub chunk: u64,
    pub count: u64,
    pub expires_at: Timestamp,
    /// What is stored, in order.
    pub pieces: Vec<Piece>,
    /// Somebody is joining the pieces.
    #[serde(skip)]
    pub joining: bool,
}

impl Upload {
    /// Bytes stored.
    pub(super) fn stored(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len).sum()
    }

    /// The last byte of the chunk that begins at this offset.
    pub(super) fn last_of(&self, first: u64) -> u64 {
        let index = first / self.chunk.max(1);
        if index + 1 >= self.count { self.total - 1 } else { first + self.chunk - 1 }
    }
}

/// Stored bytes of an upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Piece {
    pub sha256: String,
    pub len: u64,
}

/// A complete file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
    /// Length, as far as the file says.
    pub milliseconds: Option<u64>,
    /// Size in pixels, as far as the file says.
    pub size: Option<(u32, u32)>,
}

/// The end of a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct End {
    /// When processing is over.
    pub at: Timestamp,
    /// The `fail_reason`.
    pub failure: Option<String>,
    /// The post that comes of it, unless it is cancelled.
    pub post: Option<Post>,
}

impl End {
    fn good(&self) -> Option<&Post> {
        self.post.as_ref().filter(|_| self.failure.is_none())
    }
}

/// A post.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Post {
    pub id: u64,
    pub at: Timestamp,
    pub privacy: Privacy,
    /// When moderation is over.
    pub moderated_at: Timestamp,
}

impl Post {
    /// Whether everybody sees it and its id is told.
    pub(super) fn is_available(&self, now: Timestamp) -> bool {
        self.privacy == Privacy::Public && self.moderated_at <= now
    }
}

impl Task {
    /// The post that is there now.
    pub(super) fn post(&self, now: Timestamp) -> Option<&Post> {
        self.end.as_ref()?.good().filter(|post| post.at <= now)
    }

    /// Whether it has failed by now, or died with its link.
    pub(super) fn has_failed(&self, now: Timestamp) -> bool {
        match (&self.end, &self.upload) {
            (Some(end), _) => end.failure.is_some() && end.at <= now,
            (None, Some(upload)) => upload.expires_at <= now,
            (None, None) => false,
        }
    }

    /// The text of the post.
    pub(super) fn text(&self) -> &str {
        if self.info.description.is_empty() { &self.info.title } else { &self.info.description }
    }

    /// The post as others see it, or surely will.
    fn seen(&self, now: Timestamp) -> Option<&Post> {
        let post = self.end.as_ref()?.good()?;
        // What a person does with a draft is not certain before it is done.
        let certain = !self.inbox || post.at <= now;
        (certain && post.privacy != Privacy::SelfOnly).then_some(post)
    }
}

impl Memory {
    /// What a creator has posted until now and others see, newest first.
    pub(super) fn posts(&self, owner: &Persona, now: Timestamp) -> Vec<(&Task, &Post)> {
        let mine = self.tasks.values().filter(|task| task.owner == owner.key);
        let mut all: Vec<_> = mine.filter_map(|task| Some((task, task.post(now)?))).collect();
        all.retain(|(_, post)| post.privacy != Privacy::SelfOnly);
        all.sort_by_key(|(_, post)| std::cmp::Reverse((post.at, post.id)));
        all
    }

    /// Those of them that the APIs and strangers know.
    pub(super) fn available(&self, owner: &Persona, now: Timestamp) -> Vec<(&Task, &Post)> {
        let mut all = self.posts(owner, now);
        all.retain(|(_, post)| post.is_available(now));
        all
    }

    /// Brings the ledger in line with what is public.
    fn tell(&mut self, world: &World, now: Timestamp) {
        for task in self.tasks.values_mut() {
            let seen = task.seen(now).cloned();
            match &seen {
                Some(post) if !task.listed => world.ledger().add(entry(task, post)),
                None if task.listed => {
                    world.ledger().delete(PLATFORM, None, &last_id(task));
                }
                _ => {}
            }
            task.listed = seen.is_some();
        }
    }
}

/// The id under which a task was listed.
fn last_id(task: &Task) -> String {
    let post = task.end.as_ref().and_then(|end| end.post.as_ref());
    post.map(|post| post.id.to_string()).unwrap_or_default()
}

fn entry(task: &Task, post: &Post) -> LedgerItem {
    let remote_id = Persona::find(&task.owner).map(|owner| people::open_id(owner, &task.client));
    let media = task.files.iter();
    LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: remote_id.unwrap_or_default(), handle: task.owner.clone() },
        remote_id: post.id.to_string(),
        parent: None,
        kind: match task.kind {
            Kind::Video => "video",
            Kind::Photo => "photo",
        }
        .to_owned(),
        text: task.text().to_owned(),
        media: media
            .map(|file| LedgerMedia { sha256: file.sha256.clone(), bytes: file.bytes, alt: None })
            .collect(),
        at: post.at,
        deleted_at: None,
    }
}

/// A number of 19 digits that is new, as TikTok's ids are: seconds above, something that looks arbitrary below. No JavaScript
/// number holds it.
pub(super) fn new_number(world: &World, at: Timestamp) -> u64 {
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    // An odd factor gives each count a value of its own.
    let low = world.next_number("tiktok.number").wrapping_mul(2_654_435_761) & 0xffff_ffff;
    (seconds << 32) | low
}

/// Reads and changes everything; the ledger follows.
pub(super) fn change<R>(world: &World, change: impl FnOnce(&mut Memory) -> R) -> R {
    let now = world.now();
    world.state(PLATFORM, |memory: &mut Memory| {
        let result = change(memory);
        memory.tell(world, now);
        result
    })
}
