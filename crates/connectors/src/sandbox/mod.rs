//! The simulator of the platforms' HTTP APIs: personas, tokens, ledger, faults and what the platforms' own sides share.
//!
//! A platform's side (`platforms/<name>/sandbox.rs`) is an independent reading of the same fact sheet; it must not import
//! anything of the connector that it plays against.

/// One platform's simulated side.
pub trait Simulator: Send + Sync {}
