//! What connectors are built from.

pub mod http;
