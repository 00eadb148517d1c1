//! The signs of X's errors, as a table. The first one that fits counts.

use carillon_domain::connector_error::ErrorKind;
use http::StatusCode;

use crate::platforms::x::wire::ErrorBody;

/// What one of the network's errors means.
#[derive(Debug)]
pub(in crate::platforms::x) struct Meaning {
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
    /// These words, in lower case, in any of its texts.
    Words(&'static str),
    /// A number of v1.1.
    Number(i64),
    /// Its status, whatever it says.
    Status(u16),
    /// A 403 of an operation whose name begins so.
    ForbiddenFor(&'static str),
    /// A status from this one to the next hundred.
    Class(u16),
    /// Everything else.
    Any,
}

use Sign::{Any, Class, ForbiddenFor, Number, Status, Words};

const RECONNECT: &str = "Connect the account again.";
const REPORT: &str = "If it stays, report it with the technical details.";
const NOTHING: &str = "Nothing to do: it is tried again.";

/// In the order in which they are tried.
pub(in crate::platforms::x) static MEANINGS: &[Meaning] = &[
    // Content.
    rejected(
        &[Words("duplicate content"), Number(187)],
        "duplicate",
        "X refused it because the account posted the same text a short time ago.",
        "Look whether it is public already. If it is meant to be said again, change the text.",
    ),
    rejected(
        &[Words("reply to this conversation is not allowed")],
        "reply_not_allowed",
        "X does not let this account answer there through an app.",
        "The parts that are public stay. Write the missing ones by hand on X, or leave them out.",
    ),
    rejected(
        &[Words("media ids are invalid")],
        "media_invalid",
        "X does not accept an attached file: it is out of X's limits, or its upload has expired.",
        "Check the file against X's limits (length, size, frame rate), then try again: it is uploaded anew.",
    ),
    rejected(
        &[Words("reply tweet id is invalid")],
        "reply_parent_gone",
        "The post that this one answers does not exist any more.",
        "It was probably deleted on X. Post the missing parts as a post of their own.",
    ),
    rejected(
        &[Words("quote tweet id is invalid")],
        "quote_invalid",
        "The quoted post does not exist any more, or may not be quoted.",
        "Take the quote out.",
    ),
    rejected(
        &[Words("you can only provide one of")],
        "exclusive",
        "X takes a poll or media in one post, not both.",
        "Take the poll or the media out.",
    ),
    rejected(
        &[Words("video longer than")],
        "video_too_long",
        "This account may not post a video of that length.",
        "Shorten it to 140 seconds, or subscribe the account to X Premium.",
    ),
    rejected(&[Number(186)], "text_too_long", "The text is too long for this account.", "Shorten it."),
    rejected(
        &[Number(326)],
        "account_locked",
        "X has locked the account for now.",
        "Sign in at x.com, follow what X asks there, then try again.",
    ),
    rejected(
        &[Words("is not one of")],
        "field_unknown",
        "X does not know a field that was asked for.",
        REPORT,
    ),
    // The grant and the app.
    of_grant(
        &[
            Words("value passed for the token was invalid"),
            Words("value passed for the authorization code was invalid"),
            Words("invalid_grant"),
        ],
        ErrorKind::AuthRevoked,
        "grant_invalid",
        "X does not accept the account's grant any more.",
        RECONNECT,
    ),
    rejected(
        &[Words("unauthorized_client"), Words("invalid_client")],
        "app_credentials_wrong",
        "X does not accept this installation's app credentials.",
        "Ask the operator to check platforms.x.client_id and platforms.x.client_secret.",
    ),
    of_grant(
        &[Words("problems/unsupported-authentication")],
        ErrorKind::PermissionMissing,
        "wrong_token",
        "The grant is one of the app, not of a person.",
        RECONNECT,
    ),
    of_grant(
        &[Words("oauth1-permissions")],
        ErrorKind::PermissionMissing,
        "app_read_only",
        "The app may only read.",
        "Set the app's permissions to \"Read and write\" in X's developer console, then connect the account again.",
    ),
    rejected(
        &[Words("problems/client-forbidden"), Words("client-not-enrolled")],
        "client_not_enrolled",
        "X does not let this app use its API: it belongs to no project, or its plan does not cover the call.",
        "Ask the operator to look at the app in X's developer console.",
    ),
    // Money and limits.
    rejected(
        &[Status(402), Words("problems/credits")],
        "credits_depleted",
        "The developer account at X has no credits left.",
        "Ask the operator to buy credits in X's developer console, then try again.",
    ),
    rejected(
        &[Words("usage-capped"), Words("usagecapexceeded")],
        "usage_cap",
        "The app has used up its monthly share of X's API.",
        "Ask the operator to raise the cap in X's developer console, or wait for the next month.",
    ),
    of_grant(
        &[Status(429), Number(88)],
        ErrorKind::RateLimited { until: None },
        "rate_limited",
        "X's limit for this kind of call is used up.",
        "Nothing to do: it goes on when X's limit is reset.",
    ),
    // What X also says inside of an answer.
    rejected(
        &[Words("problems/not-authorized-for-field")],
        "field_not_authorized",
        "X does not show this number of this post.",
        "Nothing to do: X shows private numbers for 30 days, and to the author alone.",
    ),
    rejected(
        &[Words("problems/not-authorized-for-resource")],
        "not_authorized",
        "X does not show this to the account.",
        "Nothing to do: it is protected or withheld.",
    ),
    rejected(
        &[Words("problems/resource-not-found"), Status(404)],
        "not_found",
        "X does not have this any more.",
        "It was deleted, or the account is protected.",
    ),
    rejected(
        &[Words("not permitted to perform this action")],
        "not_permitted",
        "X refused it without a reason: the text may be too long for this account, or the account is restricted.",
        "Shorten the text, and look at x.com whether the account is asked for something.",
    ),
    of_grant(
        &[ForbiddenFor("media.")],
        ErrorKind::PermissionMissing,
        "media_permission_missing",
        "The grant does not allow uploads.",
        "Connect the account again, and agree to everything that X lists.",
    ),
    rejected(
        &[Words("problems/invalid-request")],
        "invalid_request",
        "X refused the request as wrong.",
        REPORT,
    ),
    // By status alone.
    of_grant(
        &[Status(401), Number(32), Number(89)],
        ErrorKind::AuthExpired,
        "unauthorized",
        "X does not accept the access token: it has run out or was taken back.",
        RECONNECT,
    ),
    rejected(
        &[Status(403)],
        "forbidden",
        "X refused it.",
        "Look at x.com whether the account is asked for something.",
    ),
    transient(&[Status(408)], "timeout", "X took too long."),
    rejected(&[Status(409)], "conflict", "X says that it conflicts with something else.", REPORT),
    rejected(&[Class(400)], "refused", "X refused the request.", REPORT),
    transient(&[Class(500)], "server_error", "X has a problem of its own."),
    UNEXPECTED,
];

const UNEXPECTED: Meaning = transient(&[Any], "unexpected", "X answered something that is not documented.");

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
    let texts = texts(body);
    let fits = |sign: &Sign| match *sign {
        // An outage is an outage, whatever its page says.
        Class(500) => status.is_server_error(),
        Any => true,
        _ if status.is_server_error() => false,
        Words(words) => texts.contains(words),
        Number(n) => body.errors.iter().any(|e| e.code == Some(n)),
        Status(s) => status.as_u16() == s,
        ForbiddenFor(prefix) => status == StatusCode::FORBIDDEN && operation.starts_with(prefix),
        Class(from) => (from..from + 100).contains(&status.as_u16()),
    };
    MEANINGS.iter().find(|m| m.signs.iter().any(fits)).unwrap_or(const { &UNEXPECTED })
}

/// All texts of a body, in lower case.
fn texts(body: &ErrorBody) -> String {
    let messages = body.errors.iter().filter_map(|e| e.message.as_deref());
    [&body.kind, &body.title, &body.detail, &body.reason, &body.error_description]
        .into_iter()
        .filter_map(Option::as_deref)
        .chain(body.error.as_ref().and_then(|e| e.as_str()))
        .chain(messages)
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase()
}
