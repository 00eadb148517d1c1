//! Composing, scheduling, changing and cancelling posts.
//!
//! A change to a post and to its publications' jobs is one transaction: what was moved or cancelled can't go out at its old
//! time.

mod calendar;
mod check;
mod create;
mod fill;
mod input;
mod judge;
mod moving;
mod query;
mod remove;
mod split;
mod trash;
mod update;
mod view;

pub use calendar::{Entry, Picture, Planned, Shown, calendar, entries, pictures};
pub(super) use check::as_error;
pub(super) use check::check_composition;
pub(super) use check::load_accounts;
pub use check::{AccountCheck, check};
pub use create::create;
pub(crate) use create::fingerprint;
pub(super) use create::{Aim, save};
pub(super) use create::{Ready, insert, ready, told};
pub(super) use fill::fill_in_late;
pub(crate) use input::MAX_TAGS;
pub use input::{PostInput, PostPatch, WantedStatus};
pub use moving::{Moved, reschedule};
pub use query::{PostFilter, due_between, get, get_with_attempts, list};
pub use remove::{Removal, remove};
pub(super) use remove::{forget, withdraw};
pub use split::split;
pub(crate) use trash::empty as empty_trash;
pub use trash::{erase, plan_again, restore, trashed};
pub use update::update;
pub(super) use update::{change, move_to};
pub use view::{AttemptView, PartView, PostView, PublicationView, Settled, StepView};
