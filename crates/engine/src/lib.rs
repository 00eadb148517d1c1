//! Carillon engine.

pub mod media;
