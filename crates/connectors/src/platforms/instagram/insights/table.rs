//! Our names and Instagram's, and what each is asked for with.

use crate::kit::graph::insights::Row;

/// What an account's numbers are split by; each is a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Nothing,
    Product,
    Follow,
}

impl By {
    /// The network's word.
    pub(super) fn breakdown(self) -> Option<&'static str> {
        match self {
            Self::Nothing => None,
            Self::Product => Some(PRODUCT),
            Self::Follow => Some(FOLLOW),
        }
    }
}

const PRODUCT: &str = "media_product_type";
const FOLLOW: &str = "follow_type";

/// Of a window.
pub(super) const ACCOUNT: [Row<By>; 22] = [
    Row::sum(By::Nothing, "views", "views"),
    Row::sum(By::Nothing, "reach", "reach"),
    Row::sum(By::Nothing, "interactions", "total_interactions"),
    Row::sum(By::Nothing, "engaged_accounts", "accounts_engaged"),
    Row::sum(By::Nothing, "likes", "likes"),
    Row::sum(By::Nothing, "comments", "comments"),
    Row::sum(By::Nothing, "shares", "shares"),
    Row::sum(By::Nothing, "saves", "saves"),
    Row::sum(By::Nothing, "story_replies", "replies"),
    Row::sum(By::Nothing, "reposts", "reposts"),
    Row::sum(By::Nothing, "profile_actions", "profile_links_taps"),
    Row::split(By::Product, "views", PRODUCT, "views"),
    Row::split(By::Product, "reach", PRODUCT, "reach"),
    Row::split(By::Product, "interactions", PRODUCT, "total_interactions"),
    Row::split(By::Product, "likes", PRODUCT, "likes"),
    Row::split(By::Product, "comments", PRODUCT, "comments"),
    Row::split(By::Product, "shares", PRODUCT, "shares"),
    Row::split(By::Product, "saves", PRODUCT, "saves"),
    Row::split(By::Follow, "views", FOLLOW, "views"),
    Row::split(By::Follow, "reach", FOLLOW, "reach"),
    // Those who follow by the end of the window, and those who no longer do.
    Row::part(By::Follow, "follows", "follows_and_unfollows", "FOLLOWER"),
    Row::part(By::Follow, "unfollows", "follows_and_unfollows", "NON_FOLLOWER"),
];

/// What a post must be for a metric, and what the metric is split by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of {
    /// The network's words.
    pub products: &'static [&'static str],
    /// The breakdown that it is asked for with.
    pub split: Option<&'static str>,
}

pub(super) const STORY: &str = "STORY";

const EVERY: Of = Of { products: &["FEED", "REELS", STORY], split: None };
const POSTS: Of = Of { products: &["FEED", "REELS"], split: None };
const NO_REEL: Of = Of { products: &["FEED", STORY], split: None };
const REELS: Of = Of { products: &["REELS"], split: None };
const STORIES: Of = Of { products: &[STORY], split: None };
const ACTIONS: Of = Of { split: Some("action_type"), ..NO_REEL };
const TAPS: Of = Of { split: Some("story_navigation_action_type"), ..STORIES };

/// Since the post was published.
pub(super) const MEDIA: [Row<Of>; 18] = [
    Row::sum(EVERY, "views", "views"),
    Row::sum(EVERY, "reach", "reach"),
    Row::sum(EVERY, "interactions", "total_interactions"),
    Row::sum(EVERY, "shares", "shares"),
    Row::sum(EVERY, "reposts", "reposts"),
    Row::sum(POSTS, "likes", "likes"),
    Row::sum(POSTS, "comments", "comments"),
    Row::sum(POSTS, "saves", "saved"),
    Row::sum(NO_REEL, "follows", "follows"),
    Row::sum(NO_REEL, "profile_visits", "profile_visits"),
    // Milliseconds, as here.
    Row::sum(REELS, "average_watch_time", "ig_reels_avg_watch_time"),
    Row::sum(REELS, "watch_time", "ig_reels_video_view_total_time"),
    // Percent (unverified).
    Row::times(REELS, "skip_rate", "reels_skip_rate", 100),
    Row::sum(STORIES, "story_replies", "replies"),
    Row::sum(ACTIONS, "profile_actions", "profile_activity"),
    Row::split(ACTIONS, "profile_actions", "action_type", "profile_activity"),
    Row::sum(TAPS, "navigation", "navigation"),
    Row::split(TAPS, "navigation", "story_navigation_action_type", "navigation"),
];

/// Who did something in the time that is asked for, while all else about people is of now.
pub(super) const ENGAGED: &str = "engaged_audience_demographics";

/// The group of what is no breakdown.
pub(super) const ONLINE: &str = "hour";

/// Each dimension is a call of its own.
pub(super) const AUDIENCE: [Row<&str>; 9] = [
    Row::split("country", "followers", "country", "follower_demographics"),
    Row::split("city", "followers", "city", "follower_demographics"),
    Row::split("age", "followers", "age", "follower_demographics"),
    Row::split("gender", "followers", "gender", "follower_demographics"),
    Row::split("country", "engaged_accounts", "country", ENGAGED),
    Row::split("city", "engaged_accounts", "city", ENGAGED),
    Row::split("age", "engaged_accounts", "age", ENGAGED),
    Row::split("gender", "engaged_accounts", "gender", ENGAGED),
    Row::split(ONLINE, "followers_online", "hour", "online_followers"),
];
