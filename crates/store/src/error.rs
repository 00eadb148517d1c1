//! What can go wrong with the database.

/// A failed database operation. The text is for operators.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The engine refused a statement or the connection broke.
    #[error("{statement}: {message}")]
    Sql {
        /// Name of the statement.
        statement: String,
        /// What the engine said.
        message: String,
        /// SQLSTATE or SQLite's code.
        code: Option<String>,
        /// A unique or primary key was violated.
        unique: bool,
    },
    /// A row holds something that the code does not understand.
    #[error("{statement}: column `{column}`: {message}")]
    Decode {
        /// Name of the statement.
        statement: &'static str,
        /// Column.
        column: String,
        /// What is wrong.
        message: String,
    },
    /// The schema is newer than this binary, or was changed by hand.
    #[error("{0}")]
    Schema(String),
    /// The database URL or a key is not what it must be, whatever the world looks like.
    #[error("{0}")]
    Config(String),
    /// The database, or a file beside it, can't be reached or opened now.
    #[error("{0}")]
    Unreachable(String),
    /// A sealed value can't be opened.
    #[error("{0}")]
    Seal(String),
    /// A piece of work panicked; its changes were undone.
    #[error("a transaction panicked and was undone")]
    Panicked,
    /// The writer has stopped; the process is ending.
    #[error("the database writer has stopped")]
    Closed,
}

/// PostgreSQL's `character_not_in_repertoire`: a text with U+0000 ("PostgreSQL Error Codes", appendix A).
const NOT_A_TEXT: &str = "22021";

impl StoreError {
    pub(crate) fn sql(statement: &str, error: &sqlx::Error) -> Self {
        if is_of_the_server(error) {
            return Self::Unreachable(format!("{statement}: {error}"));
        }
        let database = error.as_database_error();
        Self::Sql {
            statement: statement.to_owned(),
            message: error.to_string(),
            code: database.and_then(|d| d.code()).map(|c| c.into_owned()),
            unique: database.is_some_and(sqlx::error::DatabaseError::is_unique_violation),
        }
    }

    /// Whether a unique or primary key was violated.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Sql { unique: true, .. })
    }
}

/// Whether the server, not the statement, is what is wrong: it is gone, ends, starts, or takes no writes (any more). SQLSTATEs as in
/// "PostgreSQL Error Codes", appendix A of its documentation; SQLite's codes are plain numbers.
fn is_of_the_server(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| {
            code.starts_with("08") || ["25006", "57P01", "57P02", "57P03"].contains(&code.as_ref())
        }),
        _ => false,
    }
}

impl From<StoreError> for carillon_domain::error::AppError {
    fn from(error: StoreError) -> Self {
        match error {
            // Such a text is refused where it comes in; what slips through is wrong input all the same.
            StoreError::Sql { code: Some(code), .. } if code == NOT_A_TEXT => Self::invalid(
                "",
                "control_character",
                "A text holds a character that can't be kept. Remove it.",
            ),
            other => Self::internal(other),
        }
    }
}
