//! Numbers of posts out of their author's audience, the same ones in every place that shows them.

use std::time::Duration;

use carillon_domain::time::Timestamp;

use super::PLATFORM;
use super::memory::{Memory, Post};
use crate::sandbox::Persona;
use crate::sandbox::audience::{Kind, Piece};

/// What a post has got so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub impressions: u64,
    pub unique: u64,
    pub clicks: u64,
    pub likes: u64,
    pub comments: u64,
    pub shares: u64,
}

impl Numbers {
    pub fn add(self, other: Self) -> Self {
        Self {
            impressions: self.impressions + other.impressions,
            unique: self.unique + other.unique,
            clicks: self.clicks + other.clicks,
            likes: self.likes + other.likes,
            comments: self.comments + other.comments,
            shares: self.shares + other.shares,
        }
    }

    /// What came since an earlier count.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            impressions: self.impressions.saturating_sub(earlier.impressions),
            unique: self.unique.saturating_sub(earlier.unique),
            clicks: self.clicks.saturating_sub(earlier.clicks),
            likes: self.likes.saturating_sub(earlier.likes),
            comments: self.comments.saturating_sub(earlier.comments),
            shares: self.shares.saturating_sub(earlier.shares),
        }
    }
}

/// Seconds that statistics are behind.
const BEHIND: u64 = 6 * 3_600;

/// A number that stays with a text.
pub(super) fn luck(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |n, b| (n ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)) >> 16
}

/// Whether a post stays without any activity.
pub(super) fn is_silent(post: &Post) -> bool {
    luck(&post.urn).is_multiple_of(6)
}

/// A post's numbers at a time, without its comments, which are counted.
pub(super) fn of(post: &Post, at: Timestamp) -> Numbers {
    let Some(persona) = Persona::find(&post.persona).filter(|_| !is_silent(post)) else {
        return Numbers::default();
    };
    let video = post.media.iter().any(|(urn, _)| urn.contains(":video:"));
    let kind = Kind::of(video, !post.media.is_empty(), &post.commentary);
    let characters = post.commentary.chars().count();
    let got = persona.reaction(PLATFORM, &Piece { id: &post.urn, at: post.created, kind, characters }, at);
    Numbers {
        impressions: got.views,
        unique: got.reach,
        clicks: got.clicks,
        likes: got.likes,
        comments: 0,
        shares: got.shares,
    }
}

/// A post's numbers as statistics know them, which is some hours late.
pub(super) fn reported(memory: &Memory, post: &Post, at: Timestamp) -> Numbers {
    let seen = at - Duration::from_secs(BEHIND);
    let comments = memory.comments_of(&post.urn).filter(|c| c.at <= seen).count() as u64;
    Numbers { comments, ..of(post, seen) }
}

/// Followers at a time.
pub(super) fn followers(persona: &Persona, at: Timestamp) -> u64 {
    persona.followers_at(PLATFORM, at)
}

/// New followers between two times. Those who leave are not told of.
pub(super) fn gains(persona: &Persona, from: Timestamp, to: Timestamp) -> u64 {
    persona.audience(PLATFORM).flow(from, to).came
}

/// Views of an organisation's page so far: so many a day, every day.
pub(super) fn visits(persona: &Persona, at: Timestamp) -> u64 {
    let start = Timestamp::from_second(1_750_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let seconds = u64::try_from(at.duration_since(start).as_secs()).unwrap_or_default();
    let a_day = 20 + persona.number(PLATFORM, "visits") % 80;
    seconds * a_day / 86_400
}
