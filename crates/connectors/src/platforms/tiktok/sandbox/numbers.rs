//! Numbers of posts out of the creator's audience, the same ones in every place that shows them.

use carillon_domain::time::Timestamp;

use super::PLATFORM;
use super::memory::{Kind, Post, Task};
use crate::sandbox::Persona;
use crate::sandbox::audience::{self, Piece};

/// What a post has got so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub views: u64,
    pub likes: u64,
    pub comments: u64,
    pub shares: u64,
}

/// A post's numbers at a time, since it passed moderation.
pub(super) fn of(task: &Task, post: &Post, at: Timestamp) -> Numbers {
    let Some(owner) = Persona::find(&task.owner) else { return Numbers::default() };
    let kind = match task.kind {
        Kind::Video => audience::Kind::Video,
        Kind::Photo => audience::Kind::Picture,
    };
    let characters = task.info.title.chars().count() + task.info.description.chars().count();
    let piece = Piece { id: &post.id.to_string(), at: post.moderated_at, kind, characters };
    let got = owner.reaction(PLATFORM, &piece, at);
    let comments = if task.info.no_comment { 0 } else { got.views / 210 };
    Numbers { views: got.views, likes: got.likes, comments, shares: got.shares }
}

/// Followers at a time.
pub(super) fn followers(persona: &Persona, at: Timestamp) -> u64 {
    persona.followers_at(PLATFORM, at)
}
