//! Carillon store.
