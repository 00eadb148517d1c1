//! The library's files, from the first uploaded byte to the address that a network pulls from.
//!
//! - A file is never held in memory as a whole, pictures aside (one at a time, up to the limit for pictures).
//! - What is stored is what would be sent: metadata are gone and pictures upright before anything is measured, so that
//!   size, dimensions and SHA-256 are those of the bytes that networks will see.
//! - A type is what the content says. A name that says something else is refused, not believed.
//! - A file is in the library completely or not at all: an upload that fails leaves nothing behind.

pub mod link;
pub mod picture;
pub mod refusal;
pub mod sniff;
pub mod storage;
pub mod video;
