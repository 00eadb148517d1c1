//! Everything that is kept: two SQL engines behind one SQL text, sealed secrets, repositories. The only crate that
//! knows SQL.

pub mod db;
mod error;
pub mod exec;
pub mod migrate;
pub mod repo;
pub mod seal;
#[cfg(any(test, feature = "test-support"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod writer;

pub use db::{Db, Tx};
pub use error::StoreError;
pub use exec::{Executor, Row, STATEMENT_TARGET, Stmt, Value};
