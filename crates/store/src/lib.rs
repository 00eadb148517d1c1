//! Everything that is kept: two SQL engines behind one SQL text, sealed secrets, repositories. The only crate that
//! knows SQL.

mod apart;
pub mod backup;
#[cfg(any(test, feature = "bulk"))]
pub mod bulk;
mod clock;
pub mod db;
mod error;
pub mod exec;
pub mod migrate;
mod postgres;
pub mod repo;
pub mod seal;
mod servers;
mod sqlite;
#[cfg(any(test, feature = "test-support"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod value;
mod writer;

pub use clock::Measured;
pub use db::{Db, DbOptions, Tx};
pub use error::StoreError;
pub use exec::{Executor, Row, STATEMENT_TARGET, Stmt};
pub use postgres::PgDb;
pub use value::Value;
