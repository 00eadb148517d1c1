//! Made-up numbers that grow with time, the same ones in every place that shows them.

use carillon_domain::time::Timestamp;

use super::PLATFORM;
use super::memory::{Post, Task};
use crate::sandbox::Persona;

/// What a post has got so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub views: u64,
    pub likes: u64,
    pub comments: u64,
    pub shares: u64,
}

/// A post's numbers at a time. They end at a share of its creator's followers, and half of that comes in six hours.
pub(super) fn of(task: &Task, post: &Post, at: Timestamp) -> Numbers {
    let age = u64::try_from(at.duration_since(post.moderated_at).as_secs()).unwrap_or_default();
    let followers = Persona::find(&task.owner).map_or(1_000, |owner| owner.followers(PLATFORM));
    let percent = 40 + post.id.rotate_left(17) % 160;
    let views = followers * percent / 100 * age / (age + 6 * 3_600);
    let comments = if task.info.no_comment { 0 } else { views / 210 };
    Numbers { views, likes: views / 14, comments, shares: views / 170 }
}

/// Followers at a time: they grow by some a day.
pub(super) fn followers(persona: &Persona, at: Timestamp) -> u64 {
    // Some day before every test and every demo.
    let start = Timestamp::from_second(1_780_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let days = u64::try_from(at.duration_since(start).as_secs() / 86_400).unwrap_or_default();
    let gain = 2 + persona.number(PLATFORM, "gain") % 20;
    persona.followers(PLATFORM) + days * gain
}
