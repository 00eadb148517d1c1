//! What Carillon is about, without any input or output: ids, time, posts, publications and their state machine, limits,
//! errors and what numbers say. Nothing here waits, reads a clock or draws a random number by itself; both come in through the traits
//! of [`time`].

pub mod account;
pub mod composition;
pub mod connector_error;
pub mod erased;
pub mod error;
pub mod filling;
pub mod health;
pub mod id;
pub mod insight;
pub mod kept_text;
pub mod limits;
pub mod media;
pub mod metric;
pub mod note;
pub mod notice;
pub mod permission;
pub mod post;
pub mod publication;
pub mod recurrence;
pub mod report;
pub mod schedule;
pub mod secret;
pub mod slot;
pub mod sync;
pub mod text;
pub mod time;
