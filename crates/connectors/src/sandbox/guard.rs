//! Who may use `/sandbox/…`, which shows every token and moves the clock: programs, and pages of the sandbox itself. A page
//! that somebody else made must get nothing out of a browser on the same machine, neither by sending a form here nor by
//! pointing a name of its own at this listener (DNS rebinding).

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method};

/// Why a request is refused, if it is. `host` is the name that it was sent to; `known` whether that is a simulated host.
pub(super) fn refusal(method: &Method, headers: &HeaderMap, host: &str, known: bool) -> Option<&'static str> {
    if !known && !is_local(host) {
        return Some("This name is not one of the sandbox's. Use 127.0.0.1 or localhost.");
    }
    (!method.is_safe() && is_foreign(headers))
        .then_some("A page of another site sent this. Send it from a program.")
}

/// Names that nobody else can point here. An address is none that could be pointed.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok()
}

/// What browsers say of themselves; programs say nothing.
fn is_foreign(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let ours = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let theirs = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    theirs.is_none_or(|(_, authority)| !authority.eq_ignore_ascii_case(ours))
}
