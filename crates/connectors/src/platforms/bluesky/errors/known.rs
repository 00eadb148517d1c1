//! The refusals that are known, with what they mean.

use carillon_domain::connector_error::ErrorKind;

/// What one of the network's error names means.
pub struct Meaning {
    /// The error's name, or a part of its message.
    pub name: &'static str,
    /// How the engine reacts.
    pub kind: ErrorKind,
    /// Our code.
    pub code: &'static str,
    /// What happened, for people.
    pub cause: &'static str,
    /// What to do, for people.
    pub action: &'static str,
}

/// For sign-ins that are over.
pub const RECONNECT: &str = "Connect the account again with a new app password.";
const WRITE_SHORTER: &str = "Shorten it, or split the post into a thread.";
/// For refusals that should not happen.
pub const REPORT: &str = "Try again; if it stays, report it with the technical details.";

/// Error names that the sheet and the reference server know. What is missing here goes by its status.
pub const NAMES: &[Meaning] = &[
    Meaning {
        name: "AuthMissing",
        kind: ErrorKind::AuthRevoked,
        code: "auth_missing",
        cause: "The server did not accept the sign-in.",
        action: RECONNECT,
    },
    Meaning {
        name: "AuthenticationRequired",
        kind: ErrorKind::AuthRevoked,
        code: "auth_required",
        cause: "The server no longer accepts the sign-in for this account.",
        action: RECONNECT,
    },
    Meaning {
        name: "AuthFactorTokenRequired",
        kind: ErrorKind::Rejected,
        code: "app_password_needed",
        cause: "This is the account's own password, which asks for a code from an e-mail.",
        action: "Create an app password in the network's settings and use that one.",
    },
    Meaning {
        name: "InvalidToken",
        kind: ErrorKind::AuthRevoked,
        code: "token_invalid",
        cause: "The server does not know our session.",
        action: RECONNECT,
    },
    Meaning {
        name: "ExpiredToken",
        kind: ErrorKind::AuthExpired,
        code: "token_expired",
        cause: "The session has run out.",
        action: "It is renewed by itself.",
    },
    Meaning {
        name: "AccountNotFound",
        kind: ErrorKind::AuthRevoked,
        code: "account_not_found",
        cause: "The account is no longer on this server.",
        action: "If it moved to another server, connect it again there.",
    },
    Meaning {
        name: "AccountTakedown",
        kind: ErrorKind::AuthRevoked,
        code: "account_taken_down",
        cause: "The account was taken down by its server.",
        action: "Ask the server's moderators, then connect the account again.",
    },
    Meaning {
        name: "AccountDeactivated",
        kind: ErrorKind::AuthRevoked,
        code: "account_deactivated",
        cause: "The account is deactivated.",
        action: "Activate it in the network's settings, then connect it again.",
    },
    Meaning {
        name: "RepoNotFound",
        kind: ErrorKind::Rejected,
        code: "account_gone",
        cause: "The server does not have this account.",
        action: "Check whether it moved to another server or was deleted.",
    },
    Meaning {
        name: "RecordNotFound",
        kind: ErrorKind::Rejected,
        code: "not_found",
        cause: "The post is not there.",
        action: "Nothing needs to be done if it was deleted on purpose.",
    },
    Meaning {
        name: "InvalidSwap",
        kind: ErrorKind::Rejected,
        code: "record_exists",
        cause: "Something else is already at this post's address; it was not overwritten.",
        action: "Publish it again as a new post.",
    },
    Meaning {
        name: "BlobNotFound",
        kind: ErrorKind::Transient,
        code: "blob_gone",
        cause: "The server dropped the uploaded files before the post used them.",
        action: "They are uploaded again by themselves.",
    },
    Meaning {
        name: "BlobTooLarge",
        kind: ErrorKind::Rejected,
        code: "media_too_large",
        cause: "A file is larger than the server takes.",
        action: "Use a smaller version of the file.",
    },
    Meaning {
        name: "InvalidMimeType",
        kind: ErrorKind::Rejected,
        code: "media_wrong_type",
        cause: "A file is of a type that posts can't have.",
        action: "Use a JPEG or PNG image, or an MP4 video.",
    },
    Meaning {
        name: "RateLimitExceeded",
        kind: ErrorKind::RateLimited { until: None },
        code: "rate_limited",
        cause: "The server asked us to wait: too many requests for this account or address.",
        action: "It goes on by itself.",
    },
    Meaning {
        name: "UpstreamFailure",
        kind: ErrorKind::Transient,
        code: "upstream_failure",
        cause: "A part of the network that the server needs is down.",
        action: "It is tried again by itself.",
    },
    Meaning {
        name: "MethodNotImplemented",
        kind: ErrorKind::Rejected,
        code: "not_supported",
        cause: "The server can't do this.",
        action: "Ask its operator to update it.",
    },
];

/// What `InvalidRequest` means, told by a part of its message.
pub const MESSAGES: &[Meaning] = &[
    Meaning {
        name: "grapheme too big",
        kind: ErrorKind::Rejected,
        code: "text_too_long",
        cause: "The text is longer than the server takes.",
        action: WRITE_SHORTER,
    },
    Meaning {
        name: "string too big",
        kind: ErrorKind::Rejected,
        code: "text_too_long",
        cause: "The text takes more bytes than the server allows.",
        action: WRITE_SHORTER,
    },
    Meaning {
        name: "array too big",
        kind: ErrorKind::Rejected,
        code: "too_many",
        cause: "There are more items than the server allows.",
        action: "Use fewer images or languages.",
    },
    Meaning {
        name: "blob too big",
        kind: ErrorKind::Rejected,
        code: "media_too_large",
        cause: "A file is larger than the server takes.",
        action: "Use a smaller version of the file.",
    },
    Meaning {
        name: "Missing required key",
        kind: ErrorKind::Rejected,
        code: "invalid_record",
        cause: "The server misses something in the post.",
        action: REPORT,
    },
    Meaning {
        name: "Invalid record key",
        kind: ErrorKind::Rejected,
        code: "invalid_record_key",
        cause: "The server does not accept the post's address.",
        action: REPORT,
    },
    Meaning {
        name: "Unable to resolve handle",
        kind: ErrorKind::Rejected,
        code: "handle_unknown",
        cause: "Nobody has this handle.",
        action: "Check the spelling.",
    },
    Meaning {
        name: "mimeType",
        kind: ErrorKind::Rejected,
        code: "media_wrong_type",
        cause: "A file is of a type that posts can't have.",
        action: "Use a JPEG or PNG image, or an MP4 video.",
    },
    Meaning {
        name: "Could not find repo",
        kind: ErrorKind::Rejected,
        code: "account_gone",
        cause: "The server does not have this account.",
        action: "Check whether it moved to another server or was deleted.",
    },
    // The index says this, and not the account's server, which alone knows whether the account is there.
    Meaning {
        name: "Profile not found",
        kind: ErrorKind::Rejected,
        code: "profile_unknown",
        cause: "The network's index does not know this account.",
        action: "Check whether it was deleted; a new account is known after some minutes.",
    },
];
