//! Posts as files: many taken in from a CSV at once, and written to one that can be taken in again.
//!
//! A row is judged by what judges every post, together with the rows before it, and nothing is saved while one only looks. What is
//! made of a file is made in one transaction, and once: docs/adr/0050.

mod export;
mod judging;
mod making;
mod names;
mod row;
mod sheet;
mod when;

use carillon_domain::id::AccountId;
use carillon_domain::limits::Violation;
use carillon_store::repo::post_import::PostImportRow;
use jiff::Timestamp;

pub use export::{PlanFilter, accounts, example, export};
pub use making::{Asked, Made, Which, discard, forget, keep, look, make, take_in};
pub use sheet::too_large;
pub use when::Slashes;

/// Largest file, bytes.
pub const MOST_BYTES: usize = 2 << 20;

/// Most rows of a file. All of them are saved in one transaction, for which other changes wait.
pub const MOST_ROWS: usize = 500;

/// What a file may say about a post, by heading; the set `post-column`.
pub const COLUMNS: [&str; 15] = [
    "text",
    "accounts",
    "status",
    "date",
    "time",
    "timezone",
    "media",
    "alt_text",
    "tags",
    "campaign",
    "first_comment",
    "parts",
    "overrides",
    "link_parameters",
    "fill_in",
];

/// Further columns of files that were written here. They are for people; nothing is read from them.
pub(crate) const FOR_READERS: [&str; 3] = ["id", "published_at", "links"];

/// Something about a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// One of [`COLUMNS`]; empty for the row as a whole.
    pub column: &'static str,
    /// Stable code, as of the API.
    pub code: String,
    /// What is so, and what would change it.
    pub message: String,
}

impl Finding {
    fn new(column: &'static str, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { column, code: code.into(), message: message.into() }
    }

    fn of(violation: &Violation) -> Self {
        Self::new(row::column(&violation.field, &violation.code), &violation.code, &violation.message)
    }
}

/// What would become of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// The line of the file that it begins on, from 1.
    pub line: u64,
    /// Its text.
    pub text: String,
    /// The accounts that were found.
    pub accounts: Vec<AccountId>,
    /// When it is due, where that can be read.
    pub due_at: Option<Timestamp>,
    /// Whether it goes out at its time, and is not kept as a draft.
    pub goes_out: bool,
    /// Why no post can be made of it.
    pub problems: Vec<Finding>,
    /// What is worth knowing.
    pub warnings: Vec<Finding>,
}

impl RowReport {
    /// Whether a post can be made of it.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What would become of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Row by row.
    pub rows: Vec<RowReport>,
    /// Headings that mean nothing here; their columns are left out.
    pub unknown: Vec<String>,
}

impl Report {
    /// How many posts can be made of it.
    pub fn good(&self) -> usize {
        self.rows.iter().filter(|row| row.is_good()).count()
    }

    /// How many rows can't become posts.
    pub fn bad(&self) -> usize {
        self.rows.len() - self.good()
    }
}

/// A file that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The file.
    pub row: PostImportRow,
    /// What would become of it; nothing once posts were made of it.
    pub report: Report,
    /// Another file with the same content, of which posts were made.
    pub twin: Option<PostImportRow>,
}
