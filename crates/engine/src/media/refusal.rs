//! Why a file is not taken.

use carillon_domain::error::{AppError, FieldError};

use super::sniff::FileType;

/// A reason that lies in the file or its name, told to the person who uploaded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There are no bytes.
    #[error("The file is empty. Choose another one.")]
    Empty,
    /// More bytes than the installation takes.
    #[error(
        "{what} may have up to {limit} bytes here, this one has more. Make it smaller, or raise {setting}."
    )]
    TooLarge {
        /// "A picture" and the like.
        what: &'static str,
        /// The limit, bytes.
        limit: u64,
        /// The setting that holds it.
        setting: &'static str,
    },
    /// More pixels than the installation decodes.
    #[error("The picture has {pixels} pixels, up to {limit} are taken. Make it smaller.")]
    TooManyPixels {
        /// Width times height.
        pixels: u64,
        /// The limit.
        limit: u64,
    },
    /// Not a type that any network takes.
    #[error("{}", unknown_type(.found))]
    UnknownType {
        /// What it looks like, if known.
        found: Option<String>,
    },
    /// The name promises another type than the content has.
    #[error("The name ends in .{extension}, but the content is {actual}. Rename or export it again.")]
    WrongName {
        /// The extension of the name.
        extension: String,
        /// What it is, in words.
        actual: FileType,
    },
    /// The end is missing.
    #[error("The file ends too early: a part of it is missing. Upload it again from the original.")]
    Truncated,
    /// It can't be read, for another reason.
    #[error("The file can't be read as {actual}: {detail}. Export it again.")]
    Damaged {
        /// What it claims to be.
        actual: FileType,
        /// What the decoder said.
        detail: String,
    },
    /// A document that asks for a password.
    #[error(
        "This document is locked with a password or against copying, and networks can't open it. Save it without, and upload that."
    )]
    Locked,
    /// A document with programs inside.
    #[error("This document has macros inside, which no network takes. Save it as {0}, and upload that.")]
    Macros(FileType),
    /// A video file without moving pictures.
    #[error("There is no video in this file, only sound or data. Networks take pictures and videos.")]
    NoVideo,
    /// An animation, of which a copy would stand still.
    #[error("This picture moves, and a copy of it would stand still. Upload it as a video (MP4).")]
    Moves,
    /// No copy gets small enough.
    #[error("No copy of this picture gets small enough for the network. Upload a simpler or smaller one.")]
    WontFit,
}

impl Refusal {
    /// The stable code of the problem.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::UnknownType { .. } => "unsupported_type",
            Self::WrongName { .. } => "wrong_extension",
            Self::Truncated => "truncated",
            Self::Damaged { .. } => "damaged",
            Self::Locked => "locked",
            Self::Macros(_) => "macros",
            Self::NoVideo => "no_video",
            Self::Moves => "moves",
            Self::WontFit => "wont_fit",
        }
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let mut field = FieldError::new("file", refusal.code(), refusal.to_string());
        match &refusal {
            Refusal::TooLarge { limit, .. } => field.limit = Some((*limit).into()),
            Refusal::TooManyPixels { pixels, limit } => field = field.with_limit(*limit, *pixels),
            _ => {}
        }
        Self::Invalid(vec![field])
    }
}

fn unknown_type(found: &Option<String>) -> String {
    let taken = "JPEG, PNG, WebP and GIF pictures, MP4, MOV and WebM videos, and PDF, DOC, DOCX, PPT and PPTX documents are taken.";
    match found {
        Some(found) => format!("This is a file of type {found}. {taken}"),
        None => format!("The type of this file can't be recognised. {taken}"),
    }
}
