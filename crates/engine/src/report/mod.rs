//! Numbers as files that people take away: one description of a table feeds CSV and XLSX, the report is a PDF, and the history is Parquet.
//!
//! - A missing number is an empty cell, in every format; no reader can take it for zero.
//! - Nobody else's text becomes a formula: what people wrote on networks ends up in spreadsheets of people who never saw it.
//! - The same numbers give the same bytes: the only time inside is the one at which they were read from the database.

mod about;
mod delimited;
mod history;
mod pdf;
mod sheet;
mod table;
mod words;

#[cfg(test)]
pub(crate) mod tests;

pub use about::About;
pub use delimited::{Mark, csv, guarded, unguarded};
pub use history::{History, Line, MOST_SNAPSHOTS, Whose};
pub use pdf::{Best, Report, pdf};
pub use sheet::xlsx;
pub use table::{COLUMNS, Cell, Column, Kind, MOST_ROWS, TABLES, Table};
pub use words::{WORDS, Words};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Files hold all of their rows in memory while they are made; others wait.
static ROOM: Semaphore = Semaphore::const_new(2);

/// Waits until there is room to make a file. Keep it until the file is made.
pub async fn room() -> Option<SemaphorePermit<'static>> {
    // Never closed.
    ROOM.acquire().await.ok()
}
