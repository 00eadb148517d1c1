//! What every platform must do, run against its sandbox in process.
//!
//! [`Bench`] is a world with a manual clock, a library and a session; its driver does what the publishing engine does, so that
//! a connector's own tests and the suite here exercise the same loop:
//!
//! ```ignore
//! let bench = Bench::new(simulator());
//! let session = bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.unwrap();
//! let photo = bench.library.jpeg(1080, 1080, Some("a boat"));
//! let outcome = session.publish(&draft("Hello", [photo])).await;
//! assert!(outcome.is_published());
//! assert_eq!(bench.world.ledger().of("toy").len(), 1);
//! ```

#[cfg(test)]
pub(crate) mod canned;
mod connect;
mod driver;
mod library;
mod outcome;
#[cfg(test)]
mod owner;
mod recorder;
mod session;
#[cfg(test)]
mod steps;
pub mod suite;
#[cfg(test)]
mod tests;

pub use connect::Connect;
pub use library::Library;
pub use outcome::Outcome;
pub use recorder::Crash;
pub use session::{Bench, Diary, Session, draft};
