//! What a post is to its audience, and what it gets.

use carillon_domain::time::Timestamp;

/// A post, as far as its audience cares.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Its id on its network, which decides its luck.
    pub id: &'a str,
    /// When it became public.
    pub at: Timestamp,
    /// What it shows.
    pub kind: Kind,
    /// Length of its text.
    pub characters: usize,
}

/// What a post shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words alone.
    Text,
    /// Words and where they lead.
    Link,
    /// One picture or several.
    Picture,
    /// A video.
    Video,
}

impl Kind {
    /// All.
    pub const ALL: [Self; 4] = [Self::Text, Self::Link, Self::Picture, Self::Video];

    /// Its name in the truth that tests read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Link => "link",
            Self::Picture => "picture",
            Self::Video => "video",
        }
    }

    /// What it gets in most audiences.
    pub(super) fn usual(self) -> f64 {
        match self {
            Self::Text => 0.8,
            Self::Link => 0.6,
            Self::Picture => 1.0,
            Self::Video => 1.25,
        }
    }

    /// The kind of a post out of what networks know of it.
    pub fn of(video: bool, picture: bool, text: &str) -> Self {
        match (video, picture) {
            (true, _) => Self::Video,
            (_, true) => Self::Picture,
            _ if text.contains("https://") || text.contains("http://") => Self::Link,
            _ => Self::Text,
        }
    }
}

/// What a post has got so far. None of them ever falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reaction {
    /// How often it was seen.
    pub views: u64,
    /// By how many.
    pub reach: u64,
    /// Likes, favourites, reactions.
    pub likes: u64,
    /// How often it was passed on.
    pub shares: u64,
    /// How often it was put aside for later.
    pub saves: u64,
    /// Clicks on it or its link.
    pub clicks: u64,
}

impl Reaction {
    /// Split from views and engagements, of which people pass on one in twelve and keep one in fifteen.
    pub(super) fn split(views: f64, engagements: f64) -> Self {
        let whole = |n: f64| n as u64;
        Self {
            views: whole(views),
            reach: whole(views * 0.8),
            likes: whole(engagements * (1.0 - 1.0 / 12.0 - 1.0 / 15.0)),
            shares: whole(engagements / 12.0),
            saves: whole(engagements / 15.0),
            clicks: whole(views / 60.0),
        }
    }

    /// Likes, shares and saves.
    pub fn engagements(&self) -> u64 {
        self.likes + self.shares + self.saves
    }
}
