//! Accounts and their numbers: as a line among others, and on a page of their own.

mod amount;
mod best;
mod line;
pub mod one;
mod table;

pub use amount::Amount;
pub use line::Line;
pub use table::excerpt;
