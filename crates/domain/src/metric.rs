//! Numbers of accounts and posts, defined once. A number without its definition, its source and its time says nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a metric means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Stable name.
    pub name: &'static str,
    /// What is counted.
    pub unit: &'static str,
    /// Grows when the meaning changes, so that old and new values are not mixed up.
    pub version: u32,
    /// The meaning, in one sentence.
    pub meaning: &'static str,
}

impl Definition {
    /// Whether numbers of one time and the next may be added up. Different accounts can't be: who came on two days would count
    /// twice. Nor can shares, averages, and what there is at a moment.
    pub fn adds_up(&self) -> bool {
        match self.unit {
            "basis points" | "lists" | "posts" => false,
            "accounts" => matches!(self.name, "follows" | "unfollows"),
            _ => !self.name.starts_with("average_"),
        }
    }
}

macro_rules! definitions {
    ($($name:literal, $unit:literal, $version:literal, $meaning:literal;)*) => {
        /// Every metric that is read, in the order in which posts and accounts show them.
        pub const ALL: &[Definition] =
            &[$(Definition { name: $name, unit: $unit, version: $version, meaning: $meaning }),*];
    };
}

definitions! {
    "followers", "accounts", 1, "Accounts that follow this one.";
    "following", "accounts", 1, "Accounts that this one follows.";
    "posts", "posts", 1, "Posts of the account, as the network counts them.";
    "listed", "lists", 1, "Public lists that the account is on.";
    "views", "views", 1, "How often the post was shown, as the network counts it.";
    "likes", "likes", 1, "Likes, favourites or hearts.";
    "comments", "comments", 1, "Replies and comments.";
    "shares", "shares", 1, "Reposts, boosts or shares.";
    "reposts", "reposts", 1, "Reposts, where the network counts them besides shares.";
    "quotes", "quotes", 1, "Posts of others that quote this one.";
    "saves", "saves", 1, "Bookmarks and saves.";
    "sends", "sends", 1, "Private messages that carried the post, where the network counts them besides shares.";
    "dislikes", "dislikes", 1, "Dislikes, which only the owner sees.";
    "reach", "accounts", 1, "Different accounts that saw it, as the network estimates them.";
    "engaged_views", "views", 1, "Views that lasted beyond the first moment.";
    "interactions", "interactions", 1, "Everything that people did with it, as the network adds it up.";
    "engaged_accounts", "accounts", 1, "Different accounts that did something with it.";
    "clicks", "clicks", 1, "Presses on it, as the network counts them.";
    "link_clicks", "clicks", 1, "Presses on links in it.";
    "profile_visits", "visits", 1, "Visits of the profile or page.";
    "profile_actions", "clicks", 1, "Presses on the profile's buttons and links.";
    "follows", "accounts", 1, "Accounts that began to follow.";
    "unfollows", "accounts", 1, "Accounts that stopped following.";
    "video_views", "views", 1, "Starts of videos.";
    "watch_time", "milliseconds", 1, "Time for which videos were watched, all views together.";
    "average_watch_time", "milliseconds", 1, "Time for which a video was watched, per view.";
    "average_watched", "basis points", 1, "Share of a video's length that was watched, per view.";
    "skip_rate", "basis points", 1, "Share of views that ended in the first moments.";
    "navigation", "taps", 1, "Taps forward, back and away in a story.";
    "playlist_adds", "videos", 1, "Times that videos were put into playlists.";
    "playlist_removes", "videos", 1, "Times that videos were taken out of playlists.";
    "viewers", "basis points", 1, "Share of signed-in viewers.";
    "followers_online", "accounts", 1, "Followers who were online.";
    "story_replies", "messages", 1, "Answers to stories, which only the owner gets.";
    "video_viewers", "accounts", 1, "Different accounts that watched a video of it.";
}

/// The totals that an account has on every network; a network that does not give one leaves it missing.
pub const OF_ACCOUNT: &[&str] = &["followers", "following", "posts"];

/// The definition in force of a metric of this name.
pub fn definition(name: &str) -> Option<&'static Definition> {
    ALL.iter().find(|d| d.name == name)
}

/// One number as a network gave it. What the network did not give has no reading; it is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Our name.
    pub metric: String,
    /// The value, in the unit of the definition.
    pub value: i64,
    /// The field of the network's API that it came from.
    pub native: String,
    /// Version of the definition that it was read under; 0 for a metric that has none.
    pub definition: u32,
}

impl Reading {
    /// A number under the definition in force.
    pub fn new(metric: impl Into<String>, value: i64, native: impl Into<String>) -> Self {
        let metric = metric.into();
        let version = definition(&metric).map_or(0, |d| d.version);
        Self { metric, value, native: native.into(), definition: version }
    }
}

/// Everything that one look at an account or a post gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When the network said so.
    pub as_of: Timestamp,
    /// What it gave.
    pub readings: Vec<Reading>,
}

impl Observation {
    /// The reading of this metric; `None` when the network did not give it.
    pub fn of(&self, metric: &str) -> Option<&Reading> {
        self.readings.iter().find(|r| r.metric == metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_defined_once() {
        let mut names: Vec<_> = ALL.iter().map(|d| d.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|d| d.version > 0 && d.meaning.ends_with('.')));
        assert!(OF_ACCOUNT.iter().all(|name| definition(name).is_some()));
    }

    #[test]
    fn days_add_up_where_nobody_is_counted_twice() {
        let adds_up = |name| definition(name).expect(name).adds_up();
        for name in ["views", "likes", "follows", "unfollows", "watch_time", "clicks"] {
            assert!(adds_up(name), "{name}");
        }
        for name in
            ["followers", "reach", "engaged_accounts", "average_watch_time", "skip_rate", "posts", "listed"]
        {
            assert!(!adds_up(name), "{name}");
        }
    }

    #[test]
    fn what_was_not_given_is_missing() {
        let seen = Observation {
            as_of: Timestamp::UNIX_EPOCH,
            readings: vec![Reading::new("likes", 0, "like_count"), Reading::new("hugs", 3, "hug_count")],
        };
        assert_eq!(seen.of("likes").map(|r| (r.value, r.definition)), Some((0, 1)));
        assert_eq!(seen.of("hugs").map(|r| r.definition), Some(0));
        assert_eq!(seen.of("views"), None);
    }
}
