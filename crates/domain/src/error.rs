//! Errors of use cases. What users read ([`AppError`]'s own text and its fields) and what operators read (the boxed
//! source of `Internal`) are different fields, and only the first can reach a response.

use serde::Serialize;

use crate::connector_error::ConnectorError;

/// One thing wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON path of the field, for example `text` or `overrides.acct_….media`.
    pub field: String,
    /// Stable code, for example `too_long`.
    pub code: String,
    /// What is wrong and what would fix it.
    pub message: String,
    /// The limit that was broken, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<serde_json::Value>,
    /// The value that broke it, where it is safe and short enough to repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}

impl FieldError {
    /// A field error without limit and value.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into(), limit: None, value: None }
    }

    /// What is wrong with a text that holds a control character, which no text may have: databases refuse some, networks
    /// others, and nobody sees any. Tabs and line ends are text.
    pub fn control(field: &str, text: &str) -> Option<Self> {
        let found = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))?;
        let place = if field.is_empty() { "it".to_owned() } else { format!("`{field}`") };
        let message = format!(
            "There is a control character (U+{:04X}) in {place}, which no text may have. Remove it.",
            u32::from(found)
        );
        Some(Self::new(field, "control_character", message))
    }

    /// Adds the limit and the value that broke it.
    #[must_use]
    pub fn with_limit(
        mut self,
        limit: impl Into<serde_json::Value>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.limit = Some(limit.into());
        self.value = Some(value.into());
        self
    }
}

/// How a use case fails. Each kind maps to one HTTP status.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No such thing in this workspace (404). Foreign and missing things look the same.
    #[error("There is no such {what}.")]
    NotFound {
        /// What was looked for, in product words.
        what: &'static str,
    },
    /// The request can't be accepted as it is (422); every problem at once.
    #[error("The request has {} problem(s).", .0.len())]
    Invalid(Vec<FieldError>),
    /// Nobody is signed in, or the token is unknown (401).
    #[error("Sign in first, or send a valid API token.")]
    Unauthenticated,
    /// Signed in, but not allowed to do this (403).
    #[error("{message}")]
    Forbidden {
        /// What is missing and who could do it.
        message: String,
    },
    /// The thing changed meanwhile or is in a state that does not allow this (409).
    #[error("{message}")]
    Conflict {
        /// Stable code.
        code: &'static str,
        /// What happened and what to do.
        message: String,
    },
    /// `If-Match` named an older version (412).
    #[error("This was changed by somebody else. Load it again and repeat the change.")]
    Stale,
    /// Too many requests (429).
    #[error("Too many requests. Try again in {retry_after_s} s.")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u64,
    },
    /// Something we depend on does not answer now (503).
    #[error("{message}")]
    Unavailable {
        /// What is down and what to do.
        message: String,
    },
    /// A network refused or failed (502, or 422 where the input was the cause).
    #[error("{}", .0.cause)]
    Connector(Box<ConnectorError>),
    /// A defect or an environment failure (500). The source is for logs.
    #[error("Something went wrong on our side. It has been logged.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// A 422 with a single field error.
    pub fn invalid(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// A defect or an environment failure.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<ConnectorError> for AppError {
    fn from(error: ConnectorError) -> Self {
        Self::Connector(Box::new(error))
    }
}
