//! Counting and marking up text the way networks do. One file per way of counting.

pub mod facets;
pub mod graphemes;
pub mod mastodon;
pub mod split;
pub mod tlds;
pub mod weighted;
