//! The library's files, from the first uploaded byte to the address that a network pulls from.
//!
//! - A file is never held in memory as a whole, pictures aside (one at a time, up to the limit for pictures).
//! - What is stored is what would be sent: metadata are gone and pictures upright before anything is measured, so that
//!   size, dimensions and SHA-256 are those of the bytes that networks will see.
//! - Documents stay as they are, to the bit.
//! - A type is what the content says. A name that says something else is refused, not believed.
//! - A file is in the library completely or not at all: an upload that fails leaves nothing behind.

mod about;
mod document;
mod found;
mod glance;
mod incoming;
mod ingest;
mod keys;
mod library;
pub mod link;
mod logo;
mod picture;
mod pieces;
mod refusal;
pub(crate) mod rendition;
mod reports;
mod sniff;
mod source;
mod storage;
#[cfg(test)]
mod tests;
mod trash;
mod uploads;
mod video;

pub use about::About;
pub use carillon_store::repo::logo::LogoRow;
pub use carillon_store::repo::media::{Made, MediaRow};
pub use incoming::Incoming;
pub use library::{Content, FileFilter, Library, LibraryParts, MAX_ALT, MediaLimits, Version};
pub use link::LinkKey;
pub use logo::{LOGO_BYTES, LOGO_MEGABYTES, LOGO_SIDE, logo_too_large};
pub use rendition::edit::EditInput;
pub use rendition::{Copy, Underway};
pub use source::WorkspaceMedia;
pub use storage::{S3Settings, Storage, StorageError};
pub use trash::TRASH_KEPT;
pub use uploads::{NewFile, UploadState};
pub use video::probe::Tools;
