//! The simulator of the platforms' HTTP APIs: personas, tokens, ledger, faults and what the platforms' own sides share.
//!
//! A platform's side (`platforms/<name>/sandbox.rs`) is an independent reading of the same fact sheet; it must not import
//! anything of the connector that it plays against.
//!
//! # Writing a platform's side
//! Implement [`Simulator`] and build an ordinary axum router with the paths of the real hosts:
//!
//! ```ignore
//! fn router(&self, world: Arc<World>) -> Router {
//!     Router::new()
//!         .route("/2/tweets", post(create).layer(commit("tweets.create")))   // makes something public
//!         .route("/2/users/me", get(me).layer(op("users.me")))               // everything else
//!         .route("/{handle}", get(feed))                                     // pages: not touched by faults
//!         .with_state(world)
//! }
//! async fn create(State(world): State<Arc<World>>, site: Site, …) -> Response
//! ```
//! - [`Site`] (an extractor) says which host was called and builds absolute URLs in the form in which the caller reached us.
//! - [`op`], [`commit`] and [`op_by`] name a route's operation; the [fault script](fault) acts there. The platform's own error
//!   body comes from [`Simulator::fault_response`]. A layer wraps every method added before it, so methods of one path with
//!   different operations need a `.route(…)` call each.
//! - [`World::state`] keeps the platform's own data (serde + `Default`), [`World::tokens`] every token it issues,
//!   [`World::ledger`] every public object, [`World::blobs`] uploaded bytes, [`World::codes`] and [`World::apps`] what OAuth
//!   needs, [`World::refused`] that a limit was full, [`World::processing_time`] how long slow work takes, [`World::fetch`] pulls a file from a URL. Time is [`World::now`], randomness [`World::random_text`].
//! - [`Persona::audience`] says how many follow and what a post gets: every number of that kind comes from there.
//! - [`Simulator::post_elsewhere`] makes a post as its author would on the network's own pages, now; a demo's past consists of them.
//! - [`oauth::authorize`] runs the login and consent pages; [`page`] draws feeds; [`graph`] is what Meta's APIs say alike.
//! - Several simulators may play one host; [`Simulator::claims`] then says whose a request is.
//! - Bodies are not limited by the router: enforce the network's own limits. Stream uploads into [`blob::Blobs::store`]; tell of
//!   each part that is accepted by [`blob::Blobs::take_over`], so that large files need no room.
//!
//! # Using it
//! [`Sandbox`] joins a world with simulators. [`InProcess`] is a [`Transport`](crate::kit::http::Transport) without sockets, on
//! the world's clock; [`serve()`] listens; [`browser`] walks through the OAuth pages.

pub mod audience;
pub mod blob;
pub mod browser;
pub mod clock;
mod control;
mod elsewhere;
pub mod fault;
mod fetch;
pub mod graph;
mod guard;
mod in_process;
mod large;
pub mod ledger;
pub mod oauth;
mod operation;
pub mod page;
pub mod persona;
mod pieces;
pub mod probe;
mod router;
mod serve;
mod shared;
mod simulator;
mod site;
mod snapshot;
mod tally;
#[cfg(any(test, feature = "test-support"))]
pub mod testing;
pub mod token;
mod world;

pub use audience::Audience;
pub use clock::OffsetClock;
pub use elsewhere::{Attached, Author, Elsewhere};
pub use fault::{Fault, FaultKind, When};
pub use fetch::{Fetch, FetchError, Fetched};
pub use in_process::InProcess;
pub use ledger::{LedgerAccount, LedgerItem, LedgerMedia};
pub use operation::{OpLayer, commit, op, op_by};
pub use persona::Persona;
pub use pieces::Arrived;
pub use router::{Sandbox, named_servers};
pub use serve::{ServeError, serve};
pub use simulator::{Claim, FaultAnswer, Login, Simulator, SiteHost, Trouble};
pub use site::Site;
pub use tally::{Called, Tally};
pub use token::{Token, TokenKind, TokenState};
pub use world::{World, WorldBuilder};

/// Locks without caring about panics elsewhere: every change to the world is small and leaves it usable.
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
