//! Posting slots, and the queue that fills them.
//!
//! A queued post is an ordinary scheduled one whose time was found instead of typed: the next slot that is free on its accounts. The
//! failure this prevents: two people who press at once, and one slot that gets both. Which slot it is is decided outside of the
//! transaction that saves the post, and looked at once more inside, with the accounts locked; whoever comes second takes the next one.

mod fill;
mod list;
mod order;
mod slots;

pub use fill::{FreeSlot, next_free};
pub(super) use fill::{TRIES, is_taken, take, too_busy};
pub use list::{InSlot, Queue, QueueRow, WEEKS, of};
pub use order::{Direction, Move, shift};
pub use slots::{MOST, NewSlots, add, copy, remove, replace, slots};
