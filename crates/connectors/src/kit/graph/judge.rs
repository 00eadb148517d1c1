//! From an answer of a Graph host, or none, to one [`ConnectorError`]: pure, and the only place that judges one.
//!
//! What it prevents: a post that went out although the answer was an error must never be called failed, so a refused
//! *commit* is definite only where the network's table makes it so; everything else about a commit is `Ambiguous`.

use carillon_domain::connector_error::{ConnectorError, ErrorKind, Remote};
use carillon_domain::time::{SignedDuration, Timestamp};
use http::{HeaderMap, StatusCode};

use super::wire;
use crate::kit::errors::{NETWORK_FAILING, retry_after};
use crate::kit::http::{Reply, SendError};

mod rule;

pub use rule::{Class, Codes, Rule, code, number, pair, range, sub};

/// One platform behind the Graph API: its words and its table.
#[derive(Debug)]
pub struct Network {
    /// The name in the registry.
    pub name: &'static str,
    /// As people write it.
    pub title: &'static str,
    /// What its codes mean; rows with a subcode stand before the general ones.
    pub rules: &'static [Rule],
    /// What it means when a message holds these words, whatever the code beside them.
    pub phrases: &'static [(&'static str, Rule)],
    /// What the seven digits of a publishing code inside a text begin with.
    pub code_prefixes: &'static [&'static str],
    /// Reads of single objects that were refused with code 10 in outages, while publishing worked (reports of May 2026).
    pub hidden_reads: &'static [&'static str],
}

impl Network {
    /// The row for this pair.
    pub fn find(&self, code: Option<i64>, subcode: Option<i64>) -> Option<&'static Rule> {
        self.rules.iter().find(|rule| rule.fits(code, subcode))
    }

    /// The row for these words.
    pub fn find_words(&self, message: &str) -> Option<&'static Rule> {
        self.phrases.iter().find(|(words, _)| message.contains(words)).map(|(_, rule)| rule)
    }

    /// The publishing code inside a text such as `Error: Media upload has failed with error code 2207026`.
    pub fn code_in(&self, text: &str) -> Option<i64> {
        let is_code = |run: &&str| run.len() == 7 && self.code_prefixes.iter().any(|p| run.starts_with(p));
        text.split(|c: char| !c.is_ascii_digit()).find(is_code)?.parse().ok()
    }
}

/// What is known about the refused call.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The call's operation.
    pub operation: &'static str,
    /// Whether the call would have made something public.
    pub commit: bool,
    /// Now, for limits that say how long.
    pub now: Timestamp,
}

/// How long to stay away after the network blocked an action.
const COOLDOWN: SignedDuration = SignedDuration::from_hours(1);

/// The code of an error whose object the network does not find, or does not show.
pub const OBJECT_MISSING: &str = "object_missing";

/// Judges a complete answer that is not a success.
pub fn from_reply(network: &Network, context: Context, reply: &Reply) -> ConnectorError {
    let said = Said::read(network, reply);
    let hidden = said.code == Some(10) && network.hidden_reads.contains(&context.operation);
    let by_code = || network.find(said.code, said.subcode);
    let rule = if hidden {
        network.find(Some(100), Some(33))
    } else {
        said.message.as_deref().and_then(|message| network.find_words(message)).or_else(by_code)
    };
    let kind = match rule {
        Some(rule) if context.commit && hides_effect(rule, reply.status, said.transient) => {
            ErrorKind::Ambiguous
        }
        Some(rule) => kind_of(context, rule, &reply.headers),
        None => kind_of_unknown(context, reply.status, said.transient, &reply.headers),
    };
    let (name, cause, action) = match rule {
        Some(rule) => (rule.name, rule.cause.to_owned(), rule.action.to_owned()),
        None => unknown_words(network, reply.status, &said),
    };
    error(network, context, kind, name, cause, &action).with_remote(said.into_remote(reply))
}

/// Judges a call without a complete answer.
pub fn from_send(network: &Network, context: Context, failure: SendError) -> ConnectorError {
    let title = network.title;
    let (kind, name, cause, action) = match &failure {
        SendError::NotSent(_) => (
            ErrorKind::Transient,
            "not_reached",
            format!("{title} could not be reached."),
            "Check this server's connection to the internet; Carillon tries again by itself.".to_owned(),
        ),
        SendError::Forbidden(_) => (
            ErrorKind::Rejected,
            "address_forbidden",
            format!("This server does not allow calls to the address that is set for {title}."),
            "The operator can allow it with `egress.allow`, or correct the base URL in the settings."
                .to_owned(),
        ),
        SendError::OverBudget { until } => (
            ErrorKind::RateLimited { until: *until },
            "budget",
            format!("Carillon has used up the calls that it allows itself for {title}."),
            "Nothing to do: Carillon goes on when the budget allows.".to_owned(),
        ),
        SendError::LeftAlone { until } => (
            ErrorKind::RateLimited { until: Some(*until) },
            NETWORK_FAILING,
            format!("{title} has failed at this several times in a row, so it is left alone for a moment."),
            format!("Nothing to do: Carillon goes on when {title} answers again."),
        ),
        SendError::Lost(_) if context.commit => (
            ErrorKind::Ambiguous,
            "answer_lost",
            format!("The connection broke before {title} answered."),
            "Carillon looks on the account whether the post is there.".to_owned(),
        ),
        SendError::Lost(_) => (
            ErrorKind::Transient,
            "answer_lost",
            format!("The connection to {title} broke before it answered."),
            "Nothing to do: Carillon tries again by itself.".to_owned(),
        ),
    };
    error(network, context, kind, name, cause, &action).with_detail(failure.to_string())
}

/// A success status whose body is not what the documentation promises.
pub fn unreadable(
    network: &Network,
    context: Context,
    reply: &Reply,
    detail: impl Into<String>,
) -> ConnectorError {
    let kind = if context.commit { ErrorKind::Ambiguous } else { ErrorKind::Transient };
    let cause = format!("{} answered in a way that Carillon does not understand.", network.title);
    let remote = Remote {
        status: Some(reply.status.as_u16()),
        request_id: reply.header("x-fb-trace-id").map(str::to_owned),
        message: Some(scrub(&reply.snippet(300))),
        code: None,
    };
    let action = "If this keeps happening, report it as a fault of Carillon.";
    error(network, context, kind, "unreadable_answer", cause, action).with_remote(remote).with_detail(detail)
}

/// Judges a code that the network names in an object's state, with its words.
pub fn from_state(
    network: &Network,
    context: Context,
    rule: Option<&Rule>,
    otherwise: (&str, &str, &str),
    code: Option<i64>,
    words: &str,
) -> ConnectorError {
    let (kind, name, cause, action) = match rule {
        Some(rule) => (kind_of(context, rule, &HeaderMap::new()), rule.name, rule.cause, rule.action),
        None => (ErrorKind::Transient, otherwise.0, otherwise.1, otherwise.2),
    };
    let remote = Remote {
        status: None,
        code: code.map(|code| code.to_string()),
        request_id: None,
        message: Some(scrub(words)).filter(|m| !m.is_empty()),
    };
    error(network, context, kind, name, cause.to_owned(), action).with_remote(remote)
}

/// Whether the network said that it does not find the object (or does not show it): not a sign of a lost token.
pub fn object_missing(error: &ConnectorError) -> bool {
    error.code == OBJECT_MISSING
}

fn error(
    network: &Network,
    context: Context,
    kind: ErrorKind,
    name: &str,
    cause: String,
    action: &str,
) -> ConnectorError {
    ConnectorError::new(kind, network.name, context.operation, name, cause).with_action(action)
}

/// Whether the effect of a refused commit is open whatever its code says: creates were seen to work although they were answered
/// with a server's error, and what the network calls passing it may still carry out. A limit passes too, but is answered before
/// anything is done.
fn hides_effect(rule: &Rule, status: StatusCode, transient: bool) -> bool {
    let limited = matches!(rule.class, Class::Limit | Class::Window);
    status.is_server_error() || (transient && !limited)
}

fn kind_of(context: Context, rule: &Rule, headers: &HeaderMap) -> ErrorKind {
    let commit = context.commit;
    match rule.class {
        Class::Rejected => ErrorKind::Rejected,
        Class::Permission => ErrorKind::PermissionMissing,
        Class::Revoked => ErrorKind::AuthRevoked,
        Class::Expired => ErrorKind::AuthExpired,
        Class::NotReady => ErrorKind::NotReady,
        Class::Window => ErrorKind::RateLimited { until: None },
        Class::LimitUnclear
        | Class::Transient
        | Class::NewContainer
        | Class::Unclear
        | Class::Cooldown
        | Class::Duplicate
            if commit =>
        {
            ErrorKind::Ambiguous
        }
        Class::Limit | Class::LimitUnclear => limited(headers, context.now, rule.pause()),
        Class::Transient | Class::NewContainer | Class::Unclear => ErrorKind::Transient,
        Class::Cooldown => ErrorKind::RateLimited { until: context.now.checked_add(COOLDOWN).ok() },
        Class::Duplicate => ErrorKind::Rejected,
    }
}

fn kind_of_unknown(context: Context, status: StatusCode, transient: bool, headers: &HeaderMap) -> ErrorKind {
    match status {
        StatusCode::TOO_MANY_REQUESTS => limited(headers, context.now, rule::PAUSE),
        StatusCode::UNAUTHORIZED => ErrorKind::AuthRevoked,
        _ if context.commit => ErrorKind::Ambiguous,
        _ if transient || status.is_server_error() || !status.is_client_error() => ErrorKind::Transient,
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Transient,
        _ => ErrorKind::Rejected,
    }
}

fn unknown_words(network: &Network, status: StatusCode, said: &Said) -> (&'static str, String, String) {
    let title = network.title;
    if status.is_server_error() {
        return (
            "server_error",
            format!("{title} had an internal error."),
            "Nothing to do: Carillon tries again by itself.".to_owned(),
        );
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return (
            "rate_limited",
            format!("{title} asks us to wait."),
            "Nothing to do: Carillon goes on when it may.".to_owned(),
        );
    }
    let cause = match said.for_people.as_deref().or(said.message.as_deref()) {
        Some(words) => format!("{title} refused: {}", scrub(words)),
        None => format!("{title} refused with status {status} and gave no reason."),
    };
    ("refused", cause, format!("Change what {title} names and try again."))
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
    fn read(network: &Network, reply: &Reply) -> Self {
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
                subcode: debug_info.message.as_deref().and_then(|text| network.code_in(text)),
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

/// A limit until the time that the network names, else for this pause: calls made while throttled prolong the block.
fn limited(headers: &HeaderMap, now: Timestamp, pause: SignedDuration) -> ErrorKind {
    ErrorKind::RateLimited { until: regain(headers, now).or_else(|| now.checked_add(pause).ok()) }
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
