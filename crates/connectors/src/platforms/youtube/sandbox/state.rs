//! What the simulated YouTube remembers, and how that becomes public.

use std::collections::BTreeMap;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::PLATFORM;
use super::meta::{Meta, Privacy};
use super::people;
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, Persona, World};

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in super::super) struct Memory {
    pub(super) videos: BTreeMap<String, Video>,
    /// Uploads by their `upload_id`.
    pub(super) sessions: BTreeMap<String, Session>,
    pub(super) playlists: BTreeMap<String, Playlist>,
    /// In the order in which they stand in their playlists.
    pub(super) items: Vec<Item>,
    pub(super) comments: Vec<Comment>,
    /// Quota used today, by Cloud project.
    pub(super) usage: BTreeMap<String, Usage>,
    /// Scopes that a person has agreed to, by client and person.
    pub(super) consents: BTreeMap<String, Vec<String>>,
    /// What is different from an ordinary day.
    pub(in super::super) rules: Rules,
}

/// Rules that differ from account to account, from project to project, or from one day to the next.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(in super::super) struct Rules {
    /// The project's consent screen is in "Testing": refresh tokens live seven days.
    pub(in super::super) testing: bool,
    /// Scopes (short names) that people untick at the consent page.
    pub(in super::super) unticked: Vec<String>,
    /// Keys of personas whose Google account has no channel.
    pub(in super::super) without_channel: Vec<String>,
    /// Uploads of this project are locked to private, as those of unaudited projects were until 2 Nov 2026.
    pub(in super::super) locks_private: bool,
    /// Uploads playlists show new videos so many seconds late; two minutes by default.
    pub(in super::super) lag_s: Option<u32>,
    /// Each request of an upload has at most so many of its bytes stored.
    pub(in super::super) keeps_at_most: Option<u64>,
    /// Uploads that a channel may make in 24 hours; 100 by default.
    pub(in super::super) daily_uploads: Option<usize>,
    /// A second copy of a file on the same channel is rejected after processing.
    pub(in super::super) finds_duplicates: bool,
    /// Comments are off on all videos.
    pub(in super::super) comments_off: bool,
    /// Channels hide how many subscribers they have.
    pub(in super::super) hides_subscribers: bool,
    /// How processing ends, whatever the file.
    pub(in super::super) verdict: Option<Verdict>,
    /// Daily quota of a bucket, where it is not the usual one: `default`, `insert`, `search`, `stats`.
    pub(in super::super) quota: BTreeMap<String, u32>,
}

/// How processing a file ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) enum Verdict {
    /// It can be watched.
    Processed,
    /// With this `failureReason`.
    Failed(String),
    /// With this `rejectionReason`.
    Rejected(String),
}

/// Quota used on one day.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(super) struct Usage {
    /// The day in Los Angeles.
    pub day: String,
    /// Units or calls by bucket.
    pub used: BTreeMap<String, u32>,
}

/// A video, also while it is private or being processed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Video {
    pub id: String,
    /// The owner's key.
    pub owner: String,
    /// Grows with each upload.
    pub number: u64,
    pub meta: Meta,
    pub created_at: Timestamp,
    /// When it first was not private.
    pub published_at: Option<Timestamp>,
    pub processed_at: Timestamp,
    /// How processing ends at that time.
    pub verdict: Verdict,
    pub file: Film,
    /// SHA-256 of a picture of its own.
    pub thumbnail: Option<String>,
    pub deleted: bool,
    /// Whether the ledger shows it.
    pub listed: bool,
}

/// An uploaded file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Film {
    pub sha256: String,
    pub bytes: u64,
    pub mime: String,
    pub name: String,
    /// Length and size in pixels, as far as the file says.
    pub milliseconds: Option<u64>,
    pub size: Option<(u32, u32)>,
}

/// A resumable upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    pub owner: String,
    pub project: String,
    pub meta: Meta,
    /// Parts that the answer shows.
    pub parts: Vec<String>,
    pub total: Option<u64>,
    pub mime: String,
    pub name: String,
    pub created_at: Timestamp,
    /// What is stored, in order.
    pub pieces: Vec<Piece>,
    /// The video that came of it.
    pub video: Option<String>,
    /// Somebody is joining the pieces.
    #[serde(skip)]
    pub joining: bool,
}

/// Stored bytes of an upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Piece {
    pub sha256: String,
    pub len: u64,
}

impl Session {
    /// Bytes stored.
    pub(super) fn stored(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len).sum()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Playlist {
    pub id: String,
    pub owner: String,
    pub title: String,
    pub description: String,
    pub privacy: Privacy,
    pub created_at: Timestamp,
}

/// A video's place in a playlist.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Item {
    pub id: String,
    pub playlist: String,
    pub video: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Comment {
    pub id: String,
    pub video: String,
    pub author: String,
    pub text: String,
    pub at: Timestamp,
    pub deleted: bool,
    pub listed: bool,
}

impl Video {
    /// Whether processing is over.
    pub(super) fn is_processed(&self, now: Timestamp) -> bool {
        self.processed_at <= now
    }

    /// Whether strangers who know its address can watch it, now or when it is processed.
    pub(super) fn is_public(&self) -> bool {
        !self.deleted && self.meta.privacy != Privacy::Private && self.verdict == Verdict::Processed
    }

    /// The time that its snippet shows.
    pub(super) fn dated(&self) -> Timestamp {
        self.published_at.unwrap_or(self.created_at)
    }

    /// A square or upright video of at most three minutes (YouTube Help, "Understand three-minute YouTube Shorts").
    pub(super) fn is_short(&self) -> bool {
        let upright = self.file.size.is_some_and(|(width, height)| height >= width);
        upright && self.file.milliseconds.is_some_and(|ms| ms <= 180_000)
    }

    /// Applies what was set: whether it is published by that, and since when.
    pub(super) fn set(&mut self, meta: Meta, now: Timestamp) {
        self.meta = meta;
        self.publish_if_due(now);
        if self.meta.privacy != Privacy::Private {
            self.published_at.get_or_insert(now);
        }
    }

    fn publish_if_due(&mut self, now: Timestamp) {
        if let Some(at) = self.meta.publish_at.filter(|at| *at <= now) {
            self.meta.publish_at = None;
            self.meta.privacy = Privacy::Public;
            self.published_at.get_or_insert(at.max(self.created_at));
        }
    }
}

impl Memory {
    /// A video that is not deleted.
    pub(super) fn video(&self, id: &str) -> Option<&Video> {
        self.videos.get(id).filter(|video| !video.deleted)
    }

    /// A video as this person may see it: their own, or one that is not private.
    pub(super) fn seen_by(&self, id: &str, viewer: &Persona) -> Option<&Video> {
        self.video(id).filter(|video| video.owner == viewer.key || video.is_public())
    }

    /// A channel's videos, newest first.
    pub(super) fn uploads(&self, owner: &Persona) -> Vec<&Video> {
        let mut all: Vec<&Video> =
            self.videos.values().filter(|v| v.owner == owner.key && !v.deleted).collect();
        all.sort_by_key(|video| std::cmp::Reverse((video.dated(), video.number)));
        all
    }

    /// The same as everybody sees it.
    pub(super) fn public_uploads(&self, owner: &Persona) -> Vec<&Video> {
        let mut all = self.uploads(owner);
        all.retain(|video| video.is_public() && video.meta.privacy == Privacy::Public);
        all
    }

    /// Whether a channel has shown YouTube a telephone number.
    pub(super) fn is_verified(persona: &Persona) -> bool {
        persona.key != people::UNVERIFIED
    }

    /// Brings the ledger in line with what is public.
    fn tell(&mut self, world: &World, now: Timestamp) {
        let ledger = world.ledger();
        for video in self.videos.values_mut() {
            let public = video.is_public();
            if public && !video.listed {
                ledger.add(entry_of_video(video, now));
            } else if !public && video.listed {
                ledger.delete(PLATFORM, None, &video.id);
            }
            video.listed = public;
        }
        for comment in &mut self.comments {
            let public = !comment.deleted && self.videos.get(&comment.video).is_some_and(Video::is_public);
            if public && !comment.listed {
                ledger.add(entry_of_comment(comment));
            } else if !public && comment.listed {
                ledger.delete(PLATFORM, None, &comment.id);
            }
            comment.listed = public;
        }
    }
}

/// Reads and changes everything, after what was due has happened.
pub(super) fn change<R>(world: &World, change: impl FnOnce(&mut Memory) -> R) -> R {
    let now = world.now();
    world.state(PLATFORM, |memory: &mut Memory| {
        for video in memory.videos.values_mut() {
            video.publish_if_due(now);
        }
        let result = change(memory);
        memory.tell(world, now);
        result
    })
}

fn entry_of_video(video: &Video, now: Timestamp) -> LedgerItem {
    let meta = &video.meta;
    let again = video.published_at.filter(|at| *at <= now).unwrap_or(now);
    LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: account(&video.owner),
        remote_id: video.id.clone(),
        parent: None,
        kind: if video.is_short() { "short" } else { "video" }.to_owned(),
        text: if meta.description.is_empty() { &meta.title } else { &meta.description }.clone(),
        media: vec![LedgerMedia { sha256: video.file.sha256.clone(), bytes: video.file.bytes, alt: None }],
        at: again,
        deleted_at: None,
    }
}

fn entry_of_comment(comment: &Comment) -> LedgerItem {
    LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: account(&comment.author),
        remote_id: comment.id.clone(),
        parent: Some(comment.video.clone()),
        kind: "comment".to_owned(),
        text: comment.text.clone(),
        media: Vec::new(),
        at: comment.at,
        deleted_at: None,
    }
}

fn account(key: &str) -> LedgerAccount {
    let remote_id = Persona::find(key).map(people::channel_id).unwrap_or_default();
    LedgerAccount { remote_id, handle: key.to_owned() }
}
