//! Carillon engine.
