//! What Carillon does: use cases, the job runner, the publishing engine. Knows no HTTP server and no SQL.

mod actor;
pub mod answers;
pub mod media;
pub mod people;

pub use actor::Actor;
