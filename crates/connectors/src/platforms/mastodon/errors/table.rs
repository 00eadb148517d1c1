//! The errors that are known, in the order in which they are tried.
//!
//! Source: docs.joinmastodon.org, "statuses", "media", "oauth", "apps" and "accounts API methods" (2 July 2026), the texts seen
//! in the field that the server's own validations give, and what other software was seen to answer.

use http::StatusCode;

use crate::contract::authorizer::APP_UNKNOWN;

/// How a refusal is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Refused for good.
    Refused,
    /// The grant is gone.
    Revoked,
    /// The grant lacks a scope.
    Scope,
    /// Something that the call needs is not ready yet.
    NotReady,
    /// The server has trouble: an unsafe call may have had its effect.
    Trouble,
}

/// One known error.
#[derive(Debug)]
pub struct Meaning {
    /// HTTP status.
    pub status: u16,
    /// Part of the server's words in lower case; empty: there were none; `None`: any.
    pub text: Option<&'static str>,
    /// How it is treated.
    pub reaction: Reaction,
    /// Our stable code.
    pub code: &'static str,
    /// What happened and why.
    pub cause: &'static str,
    /// What to do now.
    pub action: &'static str,
    /// Whether the server's words help people and are shown behind the cause.
    pub quotes: bool,
}

const fn known(
    status: u16,
    text: Option<&'static str>,
    reaction: Reaction,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    Meaning { status, text, reaction, code, cause, action, quotes: false }
}

const fn quoted(
    status: u16,
    text: Option<&'static str>,
    reaction: Reaction,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    Meaning { status, text, reaction, code, cause, action, quotes: true }
}

use Reaction::{NotReady, Refused, Revoked, Scope, Trouble};

const RECONNECT: &str = "Connect the account again.";
const AGAIN: &str = "It is tried again by itself.";
const SHORTEN: &str = "Change the post and try again.";

/// The errors that are known; the first one that fits counts.
pub const TABLE: &[Meaning] = &[
    known(
        400,
        Some("invalid_grant"),
        Refused,
        "invalid_grant",
        "The sign-in took too long or was used before.",
        "Start connecting again.",
    ),
    quoted(
        400,
        Some("invalid_scope"),
        Refused,
        "invalid_scope",
        "The server does not know a permission that Carillon needs.",
        "The server's software may be too old. Ask its admins, or report it to Carillon.",
    ),
    known(
        400,
        Some("invalid_client"),
        Refused,
        APP_UNKNOWN,
        "The server no longer knows Carillon's registration.",
        "Start connecting again: Carillon registers anew.",
    ),
    quoted(
        400,
        None,
        Refused,
        "bad_request",
        "The server did not understand the request.",
        "Report it to Carillon with the server's words.",
    ),
    known(
        401,
        Some("invalid_client"),
        Refused,
        APP_UNKNOWN,
        "The server no longer knows Carillon's registration.",
        "Start connecting again: Carillon registers anew.",
    ),
    known(
        401,
        Some("revoked"),
        Revoked,
        "token_revoked",
        "The access was taken back at the server.",
        RECONNECT,
    ),
    known(
        401,
        Some("requires an authenticated user"),
        Revoked,
        "token_without_user",
        "The server does not connect the access with an account.",
        RECONNECT,
    ),
    known(401, None, Revoked, "token_invalid", "The server no longer accepts the access.", RECONNECT),
    known(
        403,
        Some("outside the authorized scopes"),
        Scope,
        "scope_missing",
        "The access lacks a permission that this needs.",
        "Connect the account again and agree to all permissions.",
    ),
    known(
        403,
        Some("insufficient_scope"),
        Scope,
        "scope_missing",
        "The access lacks a permission that this needs.",
        "Connect the account again and agree to all permissions.",
    ),
    quoted(
        403,
        Some("login is currently disabled"),
        Revoked,
        "account_disabled",
        "The server has disabled this account's login.",
        "Sign in at the server to see why, then connect the account again.",
    ),
    quoted(
        403,
        Some("suspended"),
        Revoked,
        "account_disabled",
        "The server has suspended this account.",
        "Ask the server's admins, then connect the account again.",
    ),
    known(
        403,
        Some("unauthorized_client"),
        Refused,
        "foreign_token",
        "The access was not given to this registration of Carillon.",
        "Take the access back in the account's settings at the server.",
    ),
    quoted(
        403,
        None,
        Refused,
        "forbidden",
        "The server does not allow this.",
        "Ask the server's admins if it should.",
    ),
    known(
        404,
        None,
        Refused,
        super::NOT_FOUND,
        "The server has no such thing.",
        "It may have been deleted there.",
    ),
    quoted(
        405,
        None,
        Refused,
        "unsupported",
        "The server's software can't do this.",
        "Use a server whose software has this ability.",
    ),
    known(408, None, Trouble, "timeout", "The server took too long.", AGAIN),
    known(
        410,
        None,
        Refused,
        "gone",
        "The server has deleted this.",
        "Nothing can be done about it from here.",
    ),
    known(
        413,
        None,
        Refused,
        "too_large",
        "The server takes no files of this size.",
        "Use a smaller or more compressed file.",
    ),
    known(
        422,
        Some("not finished processing"),
        NotReady,
        "media_not_ready",
        "The server is still working on an uploaded file.",
        AGAIN,
    ),
    quoted(
        422,
        Some("cannot attach more than"),
        Refused,
        "too_many_media",
        "There are more files than the server allows on a post.",
        "Move some to another part of a thread.",
    ),
    quoted(
        422,
        Some("cannot attach a video"),
        Refused,
        "media_mixed",
        "The server does not take a video together with other files.",
        "Keep one kind, or move the other to another part of a thread.",
    ),
    known(
        422,
        Some("already attached"),
        NotReady,
        super::MEDIA_UNAVAILABLE,
        "The server no longer has an uploaded file.",
        "It is uploaded again by itself.",
    ),
    known(
        422,
        Some("text can't be blank"),
        Refused,
        "text_missing",
        "The server takes no post without text or media.",
        "Write something, or add media.",
    ),
    quoted(
        422,
        Some("character limit"),
        Refused,
        "text_too_long",
        "The text is longer than the server allows.",
        "Shorten it, or split it into a thread.",
    ),
    quoted(
        422,
        Some("content type is invalid"),
        Refused,
        "media_type",
        "The server does not take this kind of file, or can't read it.",
        "Convert it to JPEG, PNG or MP4.",
    ),
    quoted(
        422,
        Some("file size"),
        Refused,
        "too_large",
        "The server takes no files of this size.",
        "Use a smaller or more compressed file.",
    ),
    quoted(
        422,
        Some("redirect uri"),
        Refused,
        "redirect_refused",
        "The server does not accept Carillon's own address.",
        "The operator should check `server.public_url`: it must be an absolute address that browsers reach.",
    ),
    known(
        422,
        Some(""),
        Refused,
        super::REFUSED_WITHOUT_REASON,
        "The server refused and gave no reason.",
        "Some servers do so when the access is no longer valid: connect the account again, then retry.",
    ),
    quoted(422, None, Refused, "validation_failed", "The server refused the content.", SHORTEN),
    quoted(
        500,
        Some("processing thumbnail"),
        Trouble,
        "media_processing",
        "The server could not process the file.",
        "It is tried again by itself. If it stays so, convert the file.",
    ),
    known(503, Some("temporary problem"), Trouble, "busy", "The server has a temporary problem.", AGAIN),
];

/// A refusal without words of a call that has nothing in it that could be wrong but its token.
pub(super) const SILENT_TOKEN: Meaning =
    known(422, Some(""), Revoked, "token_invalid", "The server no longer accepts the access.", RECONNECT);

const REFUSED: Meaning = quoted(0, None, Refused, "refused", "The server refused the request.", SHORTEN);
const REDIRECTED: Meaning = known(
    0,
    None,
    Refused,
    "redirected",
    "The server sends callers to another address, which Carillon does not follow with an access token.",
    "If the server has moved, connect the account at its new address.",
);
const TROUBLE: Meaning = known(0, None, Trouble, "server_trouble", "The server has a problem.", AGAIN);

/// What is not in the table.
pub(super) fn fallback(status: StatusCode) -> &'static Meaning {
    if status.is_client_error() {
        &REFUSED
    } else if status.is_redirection() {
        &REDIRECTED
    } else {
        &TROUBLE
    }
}
