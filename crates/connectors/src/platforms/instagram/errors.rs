//! From an answer of Instagram's hosts to one [`ConnectorError`]: pure, and the only place that judges an answer.
//!
//! What it prevents: a post that went out although the answer was an error (reported for 2207001, 4/2207051 and 5xx, July
//! 2026) must never be called failed, so a refused *commit* is definite only where the documentation makes it so;
//! everything else about a commit is `Ambiguous`.

mod table;

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::{SignedDuration, Timestamp};
use http::{HeaderMap, StatusCode};

use self::table::{Class, Rule};
use super::wire;
use crate::kit::errors::{NETWORK_FAILING, retry_after};
use crate::kit::http::{Reply, SendError};

/// What is known about the refused call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// The call's operation.
    pub operation: &'static str,
    /// Whether the call would have made something public.
    pub commit: bool,
    /// Now, for limits that say how long.
    pub now: Timestamp,
}

/// How long to stay away after the network blocked an action.
const COOLDOWN: SignedDuration = SignedDuration::from_hours(1);

/// Judges a complete answer that is not a success.
pub(super) fn from_reply(context: Context, reply: &Reply) -> ConnectorError {
    let said = Said::read(reply);
    // In outages reads of single objects were refused with code 10, too, while publishing worked (reports of May 2026).
    let hidden = said.code == Some(10) && matches!(context.operation, "containers.read" | "media.read");
    let rule = if hidden { table::find(Some(100), Some(33)) } else { table::find(said.code, said.subcode) };
    let kind = match rule {
        Some(rule) => kind_of(context, rule, said.code, &reply.headers),
        None => kind_of_unknown(context, reply.status, said.transient, &reply.headers),
    };
    let (name, cause, action) = match rule {
        Some(rule) => (rule.name, rule.cause.to_owned(), rule.action),
        None => unknown_words(reply.status, &said),
    };
    error(context, kind, name, cause, action).with_remote(said.into_remote(reply))
}

/// Judges the subcode that a container's `status` text names.
pub(super) fn from_container(context: Context, status: &str) -> ConnectorError {
    let rule = subcode_in(status).and_then(|subcode| table::find(None, Some(subcode)));
    let (kind, name, cause, action) = match rule {
        Some(rule) => (kind_of(context, rule, None, &HeaderMap::new()), rule.name, rule.cause, rule.action),
        None => (
            ErrorKind::Transient,
            "container_failed",
            "Instagram could not process the media and does not say why.",
            "Carillon hands the media over again by itself. If that keeps failing, convert the media and try again.",
        ),
    };
    let remote = Remote {
        status: None,
        code: subcode_in(status).map(|s| s.to_string()),
        request_id: None,
        message: Some(scrub(status)),
    };
    error(context, kind, name, cause.to_owned(), action).with_remote(remote)
}

/// Judges a call without a complete answer.
pub(super) fn from_send(context: Context, failure: SendError) -> ConnectorError {
    let (kind, name, cause, action) = match &failure {
        SendError::NotSent(_) => (
            ErrorKind::Transient,
            "not_reached",
            "Instagram could not be reached.",
            "Check this server's connection to the internet; Carillon tries again by itself.",
        ),
        SendError::Forbidden(_) => (
            ErrorKind::Rejected,
            "address_forbidden",
            "This server does not allow calls to the address that is set for Instagram.",
            "The operator can allow it with `egress.allow`, or correct the base URL in the settings.",
        ),
        SendError::OverBudget { until } => (
            ErrorKind::RateLimited { until: *until },
            "budget",
            "Carillon has used up the calls that it allows itself for Instagram.",
            "Nothing to do: Carillon goes on when the budget allows.",
        ),
        SendError::LeftAlone { until } => (
            ErrorKind::RateLimited { until: Some(*until) },
            NETWORK_FAILING,
            "Instagram has failed at this several times in a row, so it is left alone for a moment.",
            "Nothing to do: Carillon goes on when Instagram answers again.",
        ),
        SendError::Lost(_) if context.commit => (
            ErrorKind::Ambiguous,
            "answer_lost",
            "The connection broke before Instagram answered.",
            "Carillon looks on the account whether the post is there.",
        ),
        SendError::Lost(_) => (
            ErrorKind::Transient,
            "answer_lost",
            "The connection to Instagram broke before it answered.",
            "Nothing to do: Carillon tries again by itself.",
        ),
    };
    error(context, kind, name, cause.to_owned(), action).with_detail(failure.to_string())
}

/// A success status whose body is not what the documentation promises.
pub(super) fn unreadable(context: Context, reply: &Reply, detail: impl Into<String>) -> ConnectorError {
    let kind = if context.commit { ErrorKind::Ambiguous } else { ErrorKind::Transient };
    let cause = "Instagram answered in a way that Carillon does not understand.".to_owned();
    let remote = Remote {
        status: Some(reply.status.as_u16()),
        request_id: reply.header("x-fb-trace-id").map(str::to_owned),
        message: Some(scrub(&reply.snippet(300))),
        code: None,
    };
    error(
        context,
        kind,
        "unreadable_answer",
        cause,
        "If this keeps happening, report it as a fault of Carillon.",
    )
    .with_remote(remote)
    .with_detail(detail)
}

/// Whether the container behind the error is of no more use.
pub(super) fn needs_new_container(error: &ConnectorError) -> bool {
    matches!(
        error.code.as_str(),
        "media_download_slow"
            | "media_not_found"
            | "media_not_fetched"
            | "container_unknown"
            | "container_expired"
            | "container_failed"
            | "upload_failed"
    )
}

/// Whether the network said that it does not find the object (or does not show it): not a sign of a lost token.
pub(super) fn object_missing(error: &ConnectorError) -> bool {
    error.code == "object_missing"
}

fn error(context: Context, kind: ErrorKind, name: &str, cause: String, action: &str) -> ConnectorError {
    ConnectorError::new(kind, super::NAME, context.operation, name, cause).with_action(action)
}

fn kind_of(context: Context, rule: &Rule, code: Option<i64>, headers: &HeaderMap) -> ErrorKind {
    let commit = context.commit;
    match rule.class {
        Class::Rejected => ErrorKind::Rejected,
        Class::Permission => ErrorKind::PermissionMissing,
        Class::Revoked => ErrorKind::AuthRevoked,
        Class::Expired => ErrorKind::AuthExpired,
        Class::NotReady => ErrorKind::NotReady,
        Class::Window => ErrorKind::RateLimited { until: None },
        // "Application request limit reached" was answered to publishes that had gone out.
        Class::Limit if commit && code == Some(4) => ErrorKind::Ambiguous,
        Class::Limit => ErrorKind::RateLimited { until: regain(headers, context.now) },
        Class::Transient | Class::NewContainer | Class::Unclear | Class::Cooldown if commit => {
            ErrorKind::Ambiguous
        }
        Class::Transient | Class::NewContainer | Class::Unclear => ErrorKind::Transient,
        Class::Cooldown => ErrorKind::RateLimited { until: context.now.checked_add(COOLDOWN).ok() },
    }
}

fn kind_of_unknown(context: Context, status: StatusCode, transient: bool, headers: &HeaderMap) -> ErrorKind {
    match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited { until: regain(headers, context.now) },
        StatusCode::UNAUTHORIZED => ErrorKind::AuthRevoked,
        _ if context.commit => ErrorKind::Ambiguous,
        _ if transient || status.is_server_error() || !status.is_client_error() => ErrorKind::Transient,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Transient,
        _ => ErrorKind::Rejected,
    }
}

fn unknown_words(status: StatusCode, said: &Said) -> (&'static str, String, &'static str) {
    if status.is_server_error() {
        return (
            "server_error",
            "Instagram had an internal error.".to_owned(),
            "Nothing to do: Carillon tries again by itself.",
        );
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return (
            "rate_limited",
            "Instagram asks us to wait.".to_owned(),
            "Nothing to do: Carillon goes on when it may.",
        );
    }
    let cause = match said.for_people.as_deref().or(said.message.as_deref()) {
        Some(words) => format!("Instagram refused: {}", scrub(words)),
        None => format!("Instagram refused with status {status} and gave no reason."),
    };
    ("refused", cause, "Change what Instagram names and try again.")
}

/// What the body says, in any of the shapes that these hosts use.
#[derive(Debug, Default)]
struct Said {
    code: Option<i64>,
    subcode: Option<i64>,
    message: Option<String>,
    for_people: Option<String>,
    trace: Option<String>,
    transient: bool,
}

impl Said {
    fn read(reply: &Reply) -> Self {
        match reply.json::<wire::ErrorBody>() {
            Ok(wire::ErrorBody::Graph { error }) => Self {
                code: error.code,
                subcode: error.error_subcode,
                message: error.message,
                for_people: error.error_user_msg.or(error.error_user_title),
                trace: error.fbtrace_id,
                transient: error.is_transient.unwrap_or(false),
            },
            // Codes of this host are HTTP statuses, not Graph codes.
            Ok(wire::ErrorBody::Login { error_message, .. }) => {
                Self { message: Some(error_message), ..Self::default() }
            }
            Ok(wire::ErrorBody::Upload { debug_info }) => Self {
                subcode: debug_info.message.as_deref().and_then(subcode_in),
                message: debug_info.message.or(debug_info.kind),
                transient: debug_info.retriable,
                ..Self::default()
            },
            Err(_) => Self { message: Some(reply.snippet(300)).filter(|m| !m.is_empty()), ..Self::default() },
        }
    }

    fn into_remote(self, reply: &Reply) -> Remote {
        let code = match (self.code, self.subcode) {
            (Some(code), Some(subcode)) => Some(format!("{code}/{subcode}")),
            (Some(code), None) => Some(code.to_string()),
            (None, Some(subcode)) => Some(subcode.to_string()),
            (None, None) => None,
        };
        let request_id = self.trace.or_else(|| reply.header("x-fb-trace-id").map(str::to_owned));
        Remote {
            status: Some(reply.status.as_u16()),
            code,
            request_id,
            message: self.message.map(|m| scrub(&m)),
        }
    }
}

/// The publishing subcode inside a text such as `Error: Media upload has failed with error code 2207026`.
fn subcode_in(text: &str) -> Option<i64> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|run| run.len() == 7 && run.starts_with("2207"))?
        .parse()
        .ok()
}

/// When the usage headers let us in again: the latest of all objects in `X-Business-Use-Case-Usage` (minutes), else
/// `Retry-After`. Source: Graph API - Rate Limits.
fn regain(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let minutes = text("x-business-use-case-usage")
        .and_then(|v| serde_json::from_str::<wire::BusinessUsage>(v).ok())
        .and_then(|usage| {
            usage.into_values().flatten().filter_map(|u| u.estimated_time_to_regain_access).max()
        })
        .filter(|minutes| *minutes > 0);
    match minutes {
        Some(minutes) => now.checked_add(SignedDuration::from_mins(minutes.min(60 * 24 * 7))).ok(),
        None => retry_after(headers, now),
    }
}

/// Removes what looks like a token: the Graph API repeats malformed tokens in its messages.
fn scrub(text: &str) -> String {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '|');
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_token) {
        clean.push_str(&rest[..start]);
        let run = &rest[start..];
        let end = run.find(|c| !is_token(c)).unwrap_or(run.len());
        clean.push_str(if end >= 32 { "[removed]" } else { &run[..end] });
        rest = &run[end..];
    }
    clean.push_str(rest);
    clean
}
