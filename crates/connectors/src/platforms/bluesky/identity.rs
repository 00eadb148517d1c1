//! Who an account is and where it lives: handle → DID → document → server, checked both ways.
//! Source: atproto.com specs Handle, DID (Aug 2026).

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use url::Url;

use super::wire::{DidDocument, ProtectedResource, ResolvedHandle};
use super::xrpc::Xrpc;
use super::{APPVIEW, DESCRIPTOR, PLC, errors};
use crate::contract::cx::AuthCx;
use crate::kit::http::{Call, Http, Safety, SendError};

/// The handle of an account whose handle does not point back to it. Source: atproto.com, "Handle".
pub const BROKEN_HANDLE: &str = "handle.invalid";

const LOOKUP: Duration = Duration::from_secs(10);

/// Looks up identities over a transport.
pub struct Resolver<'a> {
    cx: &'a AuthCx<'a>,
    appview: String,
    plc: String,
}

impl<'a> Resolver<'a> {
    pub fn new(cx: &'a AuthCx<'a>) -> Self {
        Self {
            cx,
            appview: cx.settings.endpoint(&DESCRIPTOR, APPVIEW),
            plc: cx.settings.endpoint(&DESCRIPTOR, PLC),
        }
    }

    /// The DID behind a handle: asks `server` first (it knows its own accounts), then the network, then the handle's own
    /// host. `None` when nobody knows it.
    pub async fn did_of(&self, handle: &str, server: Option<&str>) -> Option<String> {
        for base in server.into_iter().chain([self.appview.as_str()]) {
            let asked = resolve_handle(&Xrpc::public(self.cx.http, self.cx.clock, base), handle).await;
            if let Ok(Some(did)) = asked {
                return Some(did);
            }
        }
        let url = format!("https://{handle}/.well-known/atproto-did");
        let reply = self.cx.http.send(Call::get("wellKnownDid", url).timeout(LOOKUP)).await.ok()?;
        let did = reply.snippet(300).trim().to_owned();
        (reply.status.is_success() && is_did(&did)).then_some(did)
    }

    /// The DID's document, from the directory or the DID's own host.
    pub async fn document(&self, did: &str) -> Option<DidDocument> {
        let url = if did.starts_with("did:plc:") {
            format!("{}/{did}", self.plc)
        } else {
            let host = did.strip_prefix("did:web:")?;
            let host = percent_encoding::percent_decode_str(host).decode_utf8().ok()?;
            // A colon would be a path, which the network does not allow; a port is percent-encoded.
            format!("https://{host}/.well-known/did.json")
        };
        let reply = self.cx.http.send(Call::get("didDocument", url).timeout(LOOKUP)).await.ok()?;
        let document: DidDocument = reply.json().ok()?;
        (reply.status.is_success() && document.id == did).then_some(document)
    }

    /// Where sessions for accounts of `pds` are made: its own address, or the entryway in front of it.
    pub async fn sign_in_server(&self, pds: &str) -> String {
        let url = format!("{pds}/.well-known/oauth-protected-resource");
        let answer = self.cx.http.send(Call::get("protectedResource", url).timeout(LOOKUP)).await;
        let resource = answer.ok().filter(|r| r.status.is_success());
        let named = resource
            .and_then(|r| r.json::<ProtectedResource>().ok())
            .and_then(|r| r.authorization_servers.into_iter().next());
        named.and_then(|server| base_url(&server)).unwrap_or_else(|| pds.to_owned())
    }
}

/// The DID behind a handle as this server sees it; `None` when it is sure that there is none.
///
/// # Errors
/// When the server could not say.
pub async fn resolve_handle(server: &Xrpc<'_>, handle: &str) -> Result<Option<String>, ConnectorError> {
    let asked: Result<ResolvedHandle, _> =
        server.query("resolveHandle", "com.atproto.identity.resolveHandle", &[("handle", handle)]).await;
    match asked {
        Ok(found) => Ok(is_did(&found.did).then_some(found.did)),
        Err(error) if error.kind == ErrorKind::Rejected => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether `text` has the form of a DID that the network knows.
pub fn is_did(text: &str) -> bool {
    let plain = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:%-".contains(&b))
    };
    text.strip_prefix("did:plc:").is_some_and(|id| id.len() == 24 && plain(id))
        || text.strip_prefix("did:web:").is_some_and(plain)
}

impl DidDocument {
    /// The handle that it claims, in lower case.
    pub fn handle(&self) -> Option<String> {
        self.also_known_as.iter().find_map(|a| a.strip_prefix("at://")).map(str::to_lowercase)
    }

    /// The server that holds the account's repository.
    pub fn pds(&self) -> Option<String> {
        let service = self.service.iter().find(|s| {
            (s.id == "#atproto_pds" || s.id == format!("{}#atproto_pds", self.id))
                && s.kind == "AtprotoPersonalDataServer"
        })?;
        base_url(service.service_endpoint.as_str()?)
    }
}

/// An http(s) address in the form in which it is kept: without a trailing slash, query or fragment.
fn base_url(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok().filter(|u| matches!(u.scheme(), "https" | "http") && u.has_host())?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// Why `base` could not be asked, for the person who connects: they name the server, and nobody tries again but they.
fn no_answer(operation: &str, base: &str, failure: SendError) -> ConnectorError {
    match failure {
        SendError::NotSent(detail) | SendError::Lost(detail) => ConnectorError::new(
            ErrorKind::Transient,
            errors::PLATFORM,
            operation,
            "server_down",
            format!("{base} does not answer."),
        )
        .with_action("Check the server's address. If it is right, the server is down: try again later.")
        .with_detail(detail)
        .about("server"),
        other => errors::from_send(operation, Safety::Read, other),
    }
}

/// Proves that `base` is a server of the AT Protocol, for a clear error before a password is sent there.
///
/// # Errors
/// `Rejected` with code `not_a_server` for something else, as sent or answered otherwise.
pub async fn must_be_server(http: &Http, base: &str) -> Result<(), ConnectorError> {
    const OPERATION: &str = "describeServer";
    let url = format!("{base}/xrpc/com.atproto.server.describeServer");
    let reply = http
        .send(Call::get(OPERATION, url).timeout(LOOKUP))
        .await
        .map_err(|e| no_answer(OPERATION, base, e))?;
    let described = reply.json::<serde_json::Value>().is_ok_and(|v| v.get("did").is_some());
    let error = |kind, code, cause: String| {
        ConnectorError::new(kind, errors::PLATFORM, OPERATION, code, cause)
            .with_action("Check the server's address; leave it empty for bsky.social.")
    };
    match reply.status.as_u16() {
        200..=299 if described => Ok(()),
        300..=399 => Err(error(
            ErrorKind::Rejected,
            "redirected",
            format!("{base} sends us to another address, and a password must not follow."),
        )),
        429 | 500.. => Err(error(
            ErrorKind::Transient,
            "server_error",
            format!("{base} has a problem and could not answer."),
        )
        .with_action("Try again in a few minutes.")
        .about("server")),
        _ => Err(error(
            ErrorKind::Rejected,
            "not_a_server",
            format!("{base} is not a server of the AT Protocol."),
        )),
    }
}
