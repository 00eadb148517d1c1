//! Posts: the list, one post with its story, composing.

pub mod card;
pub mod compose;
pub mod delete;
pub mod edit;
pub mod export;
pub mod gone;
pub mod import;
pub mod list;
pub mod one;
pub mod overdue;
pub mod progress;
pub mod series;
