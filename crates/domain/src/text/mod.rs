//! Counting, marking up and folding text the way networks do. One file per way of counting.

pub mod facets;
pub mod fold;
pub mod graphemes;
pub mod mastodon;
pub mod split;
pub mod tlds;
pub mod weighted;
