//! Accounts and their numbers: as a line among others, and on a page of their own.

mod amount;
mod audience;
pub mod best;
mod growth;
mod heat;
mod line;
pub mod one;
pub mod queue;
mod table;

pub use amount::Amount;
pub use best::multiple;
pub use line::Line;
pub use table::excerpt;
