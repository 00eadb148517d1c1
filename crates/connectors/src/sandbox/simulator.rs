//! What one platform's simulated side provides.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use carillon_domain::time::Timestamp;
use http::StatusCode;
use http::request::Parts;

use super::{Author, Elsewhere, Persona, Site, World};

/// One platform's simulated side. It MUST be as strict as the network: what the network refuses, it refuses, in the same
/// words and with the same headers.
pub trait Simulator: Send + Sync + 'static {
    /// The platform's name in the registry.
    fn platform(&self) -> &'static str;

    /// The name as people write it.
    fn title(&self) -> &'static str;

    /// The hosts that it plays.
    fn hosts(&self) -> Vec<SiteHost>;

    /// Routes of all its hosts, with the paths of the real ones. Handlers tell hosts apart by [`Site::host`].
    fn router(&self, world: Arc<World>) -> Router;

    /// The network's own answer to a scripted fault: its error body, its headers.
    fn fault_response(&self, fault: &FaultAnswer<'_>) -> Response;

    /// How a persona signs in without a browser, for networks with app passwords. The password works as long as the world
    /// lives; it is issued when first asked for.
    fn login(&self, world: &World, persona: &'static Persona) -> Option<Login> {
        let _ = (world, persona);
        None
    }

    /// Makes a post now as its author would on the network's own pages: it is public at once, in the ledger too, and has the id that the
    /// API will give. `None` where there is no such author, or where the network takes nothing like that.
    fn post_elsewhere(&self, world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
        let _ = (world, author, what);
        None
    }

    /// Whether a request to a host that several simulators play is for this one. Only then it is asked, in the order of the
    /// simulators; the first that says yes answers, and the first of them when none does. By default a simulator claims what shows
    /// something that was issued on its platform.
    fn claims(&self, claim: &Claim<'_>) -> bool {
        claim.shows_something_of(self.platform())
    }

    /// The token that a request presents, so that a scripted expiry or revocation hits it. By default the value of the
    /// `Authorization` header after its scheme, else the query parameter `access_token`.
    fn presented_token(&self, request: &Parts) -> Option<String> {
        let header = request.headers.get(http::header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        header.and_then(|v| v.split_once(' ')).map(|(_, token)| token.trim().to_owned()).or_else(|| {
            let query = request.uri.query().unwrap_or_default();
            form_urlencoded::parse(query.as_bytes())
                .find(|(k, _)| k == "access_token")
                .map(|(_, v)| v.into_owned())
        })
    }
}

/// A request to a host that several simulators play.
pub struct Claim<'a> {
    /// The world, which knows what was issued.
    pub world: &'a World,
    /// The host, lower case, without port.
    pub host: &'a str,
    /// Its method, address and headers.
    pub request: &'a Parts,
    /// Its query, and its body if that is a short form.
    pub params: &'a [(String, String)],
}

impl Claim<'_> {
    /// Whether the request shows a token, secret or code that was issued on this platform.
    pub fn shows_something_of(&self, platform: &str) -> bool {
        let header = self.request.headers.get(http::header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let header = header.and_then(|v| v.split_once(' ')).map(|(_, token)| token.trim());
        let mut shown = header.into_iter().chain(self.params.iter().map(|(_, value)| value.as_str()));
        shown.any(|value| {
            // A token of an app can be its identifier and its secret in one.
            let secret = value.rsplit_once('|').map_or(value, |(_, secret)| secret);
            let tokens = self.world.tokens();
            tokens.find(platform, value).is_some()
                || tokens.find(platform, secret).is_some()
                || self.world.codes().was_issued(platform, value)
        })
    }
}

/// What somebody types in to sign in without a browser.
#[derive(Debug, Clone)]
pub struct Login {
    /// Base URL of the server, if it is not the connector's default.
    pub server: Option<String>,
    /// Handle or e-mail.
    pub identifier: String,
    /// The app password.
    pub app_password: String,
}

/// A host, or a family of hosts, that a simulator plays.
#[derive(Debug, Clone, Copy)]
pub struct SiteHost {
    /// `api.x.com`, or `*.mastodon.localhost` for a network of many servers (one label for the star).
    pub name: &'static str,
    /// For a family: the labels of servers that exist from the start.
    pub ready: &'static [&'static str],
    /// What it is, in a few words, for the index page.
    pub about: &'static str,
    /// Path of a page worth visiting (a feed), if this host has one.
    pub page: Option<&'static str>,
}

impl SiteHost {
    /// A single host without pages.
    pub const fn exact(name: &'static str, about: &'static str) -> Self {
        Self { name, ready: &[], about, page: None }
    }

    /// A family `*.suffix` with servers that exist from the start.
    pub const fn family(name: &'static str, ready: &'static [&'static str], about: &'static str) -> Self {
        Self { name, ready, about, page: None }
    }

    /// Adds the path of a page worth visiting.
    #[must_use]
    pub const fn with_page(mut self, path: &'static str) -> Self {
        self.page = Some(path);
        self
    }

    /// Whether `host` (lower case, no port) is one of them.
    pub fn matches(&self, host: &str) -> bool {
        match self.name.strip_prefix('*') {
            Some(suffix) => {
                host.strip_suffix(suffix).is_some_and(|label| !label.is_empty() && !label.contains('.'))
            }
            None => host == self.name,
        }
    }
}

/// What a scripted fault wants the network to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// An error with this status.
    Status(StatusCode),
    /// Too many requests; allowed again at this time.
    RateLimited {
        /// When.
        reset_at: Timestamp,
    },
    /// The access token has run out. It is expired in the list of tokens, too.
    TokenExpired,
    /// The grant was taken back. Its tokens are revoked in the list, too.
    TokenRevoked,
}

/// A scripted fault on its way to the client.
pub struct FaultAnswer<'a> {
    /// What to say.
    pub trouble: Trouble,
    /// The operation that was called.
    pub operation: &'a str,
    /// Where it was called.
    pub site: &'a Site,
    /// The world, for time and tokens.
    pub world: &'a World,
}
