//! The signs of LinkedIn's errors, as a table. The first one that fits counts.

use carillon_domain::connector_error::ErrorKind;
use http::StatusCode;

use super::op;
use crate::platforms::linkedin::wire::ErrorBody;

/// What one of the network's errors means.
#[derive(Debug)]
pub(in crate::platforms::linkedin) struct Meaning {
    /// Any of these.
    signs: &'static [Sign],
    pub kind: ErrorKind,
    pub code: &'static str,
    pub cause: &'static str,
    pub action: &'static str,
}

/// How an error is recognised.
#[derive(Debug)]
enum Sign {
    /// Its code, or one of its inner codes.
    Code(&'static str),
    /// Its service error code.
    Number(i64),
    /// An OAuth error of this operation.
    OAuth(&'static str, &'static str),
    /// A 403 of an operation whose name begins so.
    ForbiddenFor(&'static str),
    /// Its status, whatever it says.
    Status(u16),
    /// A status from this one to the next hundred.
    Class(u16),
    /// Everything else.
    Any,
}

use Sign::{Any, Class, Code, ForbiddenFor, Number, OAuth, Status};

const RECONNECT: &str = "Connect the account again.";
const REPORT: &str = "If it stays, report it with the technical details.";
const NOTHING: &str = "Nothing to do: it is tried again.";
const VERSION: &str =
    "Ask the operator to update Carillon, or to set platforms.linkedin.api_version to a version that lives.";

/// In the order in which they are tried.
static MEANINGS: &[Meaning] = &[
    // The version.
    rejected(
        &[Code("VERSION_MISSING")],
        "version_missing",
        "LinkedIn was asked without a version of its API.",
        VERSION,
    ),
    rejected(
        &[Code("NONEXISTENT_VERSION"), Status(426)],
        "version_ended",
        "LinkedIn has switched off the version of its API that is asked for.",
        VERSION,
    ),
    // The grant.
    of_grant(
        &[Code("REVOKED_ACCESS_TOKEN"), Number(65_601)],
        ErrorKind::AuthRevoked,
        "grant_revoked",
        "The member has taken back what they allowed.",
        RECONNECT,
    ),
    of_grant(
        &[
            Code("EXPIRED_ACCESS_TOKEN"),
            Number(65_602),
            Code("INVALID_ACCESS_TOKEN"),
            Number(65_600),
            Code("EMPTY_ACCESS_TOKEN"),
            Number(65_604),
        ],
        ErrorKind::AuthExpired,
        "token_expired",
        "LinkedIn does not accept the access token any more.",
        RECONNECT,
    ),
    of_grant(
        &[ForbiddenFor("statistics.")],
        ErrorKind::PermissionMissing,
        "numbers_not_allowed",
        "LinkedIn gives a page's numbers to its super admins only.",
        "Have a super admin of the page connect it again and agree to everything.",
    ),
    of_grant(
        &[ForbiddenFor("analytics.")],
        ErrorKind::PermissionMissing,
        "numbers_not_allowed",
        "LinkedIn does not give these numbers of the member to the app.",
        "Connect the account again and agree to everything.",
    ),
    of_grant(
        &[Code("ACCESS_DENIED")],
        ErrorKind::PermissionMissing,
        "permission_missing",
        "LinkedIn does not allow this: the login did not include it, or the person's role at the page is gone.",
        "Check the person's role at the page on LinkedIn, then connect the account again and agree to everything.",
    ),
    // The content.
    rejected(
        &[Code("DUPLICATE_POST")],
        "duplicate",
        "LinkedIn refused it because the account posted the same a short time ago.",
        "Look whether it is public already. If it is meant to be said again, change the text.",
    ),
    rejected(
        &[Code("FIELD_LENGTH_TOO_LONG")],
        "too_long",
        "LinkedIn says that a text is too long.",
        "Shorten the text, the title or the description.",
    ),
    rejected(
        &[Code("INVALID_CONTENT_OWNERSHIP")],
        "media_owner",
        "LinkedIn says that an attached file belongs to another account.",
        "Publish it again as a new post, so that the files are uploaded for this account.",
    ),
    of_grant(
        &[Code("MEDIA_ASSET_WAITING_UPLOAD"), Code("UPDATING_ASSET_FAILED")],
        ErrorKind::NotReady,
        "media_not_ready",
        "LinkedIn is still working on an attached file.",
        NOTHING,
    ),
    rejected(
        &[Code("MEDIA_ASSET_PROCESSING_FAILED")],
        "media_failed",
        "LinkedIn could not work with an attached file.",
        "Convert it (a video to MP4 with H.264 and AAC, a picture to JPEG, a document to PDF), then try again.",
    ),
    rejected(
        &[Code("EXPIRED_UPLOAD_URL")],
        "upload_expired",
        "The time for an upload to LinkedIn was over.",
        "Try again: the file is uploaded anew.",
    ),
    rejected(
        &[Code("INVALID_IMAGE_ID"), Code("INVALID_VIDEO_ID")],
        "media_invalid",
        "LinkedIn does not know an attached file.",
        "Try again: the file is uploaded anew. If it stays, report it with the technical details.",
    ),
    rejected(
        &[
            Code("MISSING_FIELD"),
            Code("INVALID_VALUE_FOR_FIELD"),
            Code("INVALID_VALUE_BLANK_FIELD"),
            Code("INVALID_URN_TYPE"),
            Code("INVALID_URN_ID"),
        ],
        "invalid_request",
        "LinkedIn refused a part of the post as wrong.",
        "Check the post's options, the link above all. If it stays, report it with the technical details.",
    ),
    // Signing in.
    of_grant(
        &[OAuth(op::REFRESH, "invalid_request"), OAuth(op::REFRESH, "invalid_grant")],
        ErrorKind::AuthRevoked,
        "grant_invalid",
        "LinkedIn does not renew the login any more.",
        RECONNECT,
    ),
    rejected(
        &[
            OAuth(op::TOKEN, "invalid_request"),
            OAuth(op::TOKEN, "invalid_redirect_uri"),
            OAuth(op::TOKEN, "invalid_grant"),
        ],
        "code_refused",
        "LinkedIn did not accept the code that it sent: it is good for 30 minutes and for one use.",
        "Start connecting again. If it stays, the operator must check the redirect URL in LinkedIn's developer portal.",
    ),
    rejected(
        &[OAuth(op::TOKEN, "invalid_client"), OAuth(op::REFRESH, "invalid_client")],
        "app_credentials_wrong",
        "LinkedIn does not accept this installation's app credentials.",
        "Ask the operator to check the client id and secret under platforms.linkedin.",
    ),
    // Limits and the state of things.
    of_grant(
        &[Code("TOO_MANY_REQUESTS"), Status(429)],
        ErrorKind::RateLimited { until: None },
        "rate_limited",
        "LinkedIn takes no more calls of this kind today.",
        "Nothing to do: it goes on after midnight UTC.",
    ),
    transient(&[Code("CONFLICT"), Status(409)], "conflict", "LinkedIn was busy with the same thing."),
    rejected(
        &[Code("NOT_FOUND"), Status(404)],
        "not_found",
        "LinkedIn does not have this any more.",
        "It was probably deleted.",
    ),
    rejected(
        &[Status(413)],
        "too_large",
        "LinkedIn says that what was sent is too large.",
        "Make the file smaller, then try again.",
    ),
    // By status alone.
    of_grant(
        &[Status(401)],
        ErrorKind::AuthExpired,
        "unauthorized",
        "LinkedIn does not accept the access token.",
        RECONNECT,
    ),
    of_grant(
        &[Status(403)],
        ErrorKind::PermissionMissing,
        "forbidden",
        "LinkedIn does not allow this.",
        "Check the person's role at the page on LinkedIn, then connect the account again and agree to everything.",
    ),
    transient(&[Status(408)], "timeout", "LinkedIn took too long."),
    rejected(&[Class(400)], "refused", "LinkedIn refused the request.", REPORT),
    transient(&[Class(500)], "server_error", "LinkedIn has a problem of its own."),
    UNEXPECTED,
];

const UNEXPECTED: Meaning =
    transient(&[Any], "unexpected", "LinkedIn answered something that is not documented.");

const fn rejected(
    signs: &'static [Sign],
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    Meaning { signs, kind: ErrorKind::Rejected, code, cause, action }
}

const fn transient(signs: &'static [Sign], code: &'static str, cause: &'static str) -> Meaning {
    Meaning { signs, kind: ErrorKind::Transient, code, cause, action: NOTHING }
}

const fn of_grant(
    signs: &'static [Sign],
    kind: ErrorKind,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    Meaning { signs, kind, code, cause, action }
}

/// The first meaning that fits.
pub(super) fn find(operation: &str, status: StatusCode, body: &ErrorBody) -> &'static Meaning {
    let fits = |sign: &Sign| match *sign {
        // An outage is an outage, whatever its page says.
        Class(500) => status.is_server_error(),
        Any => true,
        _ if status.is_server_error() => false,
        Code(code) => codes(body).any(|c| c == code),
        Number(number) => body.service_error_code == Some(number),
        OAuth(of, error) => of == operation && body.error.as_deref() == Some(error),
        ForbiddenFor(prefix) => status == StatusCode::FORBIDDEN && operation.starts_with(prefix),
        Status(s) => status.as_u16() == s,
        Class(from) => (from..from + 100).contains(&status.as_u16()),
    };
    MEANINGS.iter().find(|m| m.signs.iter().any(fits)).unwrap_or(const { &UNEXPECTED })
}

/// Inner codes name the cause where the outer one is general.
fn codes(body: &ErrorBody) -> impl Iterator<Item = &str> {
    let inner = body.error_details.iter().flat_map(|d| &d.input_errors).filter_map(|e| e.code.as_deref());
    inner.chain(body.code.as_deref())
}
