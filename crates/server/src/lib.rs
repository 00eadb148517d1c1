//! Carillon's server: the command line, the JSON API, the web interface, and how they are put together.
//!
//! [`http::router`] builds the whole application from its parts; the binary and the tests use the same one.

pub mod ambient;
pub mod api;
pub mod assets;
pub mod cli;
pub mod compose;
pub mod demo;
pub mod events;
#[cfg(any(debug_assertions, feature = "faults"))]
pub mod faults;
mod files;
pub mod http;
pub mod i18n;
mod incoming;
pub mod mail;
pub mod node_clock;
pub mod roles;
pub mod settings;
pub mod telemetry;
pub mod urls;
pub mod web;
