//! E-mails to people of this installation. How they are written and sent is the server's part; what stands in them, to whom and how
//! often, is said here and in [`letter`](crate::jobs::letter).

use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::id::WorkspaceId;
use carillon_store::repo::notice::NoticeRow;
use futures::future::BoxFuture;

use crate::report::Words;

/// What needs a person, for one of them, and in the morning the news that they asked for, from all their workspaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// Their address.
    pub to: String,
    /// Their name.
    pub name: String,
    /// The tag of the language in which they read, if they chose one.
    pub language: Option<String>,
    /// Names the e-mail: the same one, if it is sent again because nobody knows whether it was.
    pub key: String,
    /// By workspace; none is empty.
    pub places: Vec<Place>,
}

/// The notices of one workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What needs somebody, oldest first.
    pub notices: Vec<NoticeRow>,
    /// What needs nobody, oldest first.
    pub news: Vec<NoticeRow>,
}

/// A report for one person, as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Their address.
    pub to: String,
    /// Their name.
    pub name: String,
    /// The tag of the language in which they read, if they chose one.
    pub language: Option<String>,
    /// As in [`Digest`].
    pub key: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub place: String,
    /// The first day that it is about, as in 2026-11-24.
    pub first_day: String,
    /// The last one.
    pub last_day: String,
    /// Name of the file.
    pub file_name: String,
    /// The file, a PDF.
    pub file: Bytes,
}

/// Why an e-mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The mail server did not answer, or wants it later.
    #[error("not now: {0}")]
    Later(String),
    /// The mail server will never take it.
    #[error("refused: {0}")]
    Refused(String),
}

/// Sends e-mails.
pub trait Mailer: Send + Sync {
    /// Sends one, and returns when the mail server has it.
    fn send<'a>(&'a self, digest: &'a Digest) -> BoxFuture<'a, Result<(), MailError>>;

    /// Sends a report, likewise.
    fn report<'a>(&'a self, paper: &'a Paper) -> BoxFuture<'a, Result<(), MailError>>;

    /// Texts of files that are sent, in the language with this tag; in English, where there is none or it is not known.
    fn words(&self, language: Option<&str>) -> Arc<dyn Words>;
}
