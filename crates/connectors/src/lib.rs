//! How Carillon talks to networks: the contract that every connector fulfils, the kit they are built from, one folder
//! per platform, and the sandbox that simulates the platforms' side.
//!
//! Connectors are stateless, speak only through the [`kit::http::Http`] they are given, and store nothing.

#[cfg(any(test, feature = "test-support"))]
pub mod conformance;
pub mod contract;
pub mod kit;
mod platforms;
mod registry;
pub mod sandbox;
#[cfg(test)]
mod specs;

pub use registry::{Registry, simulators};
