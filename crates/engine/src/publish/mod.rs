//! The publishing engine: takes one publication from its due time to an end state.
//!
//! Invariants, and what each prevents:
//! - A commit is sent only between a durable intent and its deadline, under a lease whose epoch the intent's transaction
//!   checked. Otherwise a paused worker that wakes up could send a second time.
//! - Whoever finds an open intent looks first (`reconcile`), also where the write is idempotent. Otherwise a lost answer
//!   becomes a second post, or the refusal of a second send hides the first.
//! - An open intent ends only by a success, a proved absence or a person. Whatever else goes wrong leads to `unconfirmed`.
//! - A worker's every write is fenced by its lease epoch *and* the content version. Otherwise an edit could be
//!   overwritten by the progress of the older content.
//! - What runs after a commit (links, numbers, notices) can't lead back to it.

mod attempt;
pub(crate) mod budget;
mod clerk;
mod commit;
mod context;
mod desk;
mod known;
mod late;
mod outcome;
mod queue;
mod run;
mod saved;
pub mod verdict;

pub(crate) use attempt::NoCheckpoint;
pub use clerk::Clerk;
pub(crate) use known::Known;
pub(crate) use late::is_late;
pub use queue::{KIND, Target, Times, job_key};
pub(crate) use run::{give_up, run};
pub(crate) use saved::{Saved, next_missing, nothing_to_follow, past_public, saved_progress};
