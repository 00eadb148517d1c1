//! What an authorisation server needs on every network: apps, codes, and the way through login and consent.
//!
//! Each network's own rules (which errors, which lifetimes, PKCE or not) stay in its folder.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::page::signin::{consent_page, login_page};
use super::{Persona, Site, Token, TokenKind, World, lock};

/// An app that may ask for authorisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// The platform's name.
    pub platform: String,
    /// The host it is registered at, for networks of many servers.
    pub server: Option<String>,
    /// Name shown on the consent page.
    pub name: String,
    /// Public identifier.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// Where codes may be sent. Empty: any address (the sandbox's ready-made app).
    pub redirect_uris: Vec<String>,
    /// Scopes that it may ask for. Empty: all.
    pub scopes: Vec<String>,
}

impl App {
    /// Whether codes may be sent there. Compared to the letter, as RFC 9700 (section 2.1) asks.
    pub fn may_redirect_to(&self, uri: &str) -> bool {
        self.redirect_uris.is_empty() || self.redirect_uris.iter().any(|u| u == uri)
    }
}

/// The apps of a [`World`].
pub struct Apps<'a> {
    pub(super) world: &'a World,
}

impl Apps<'_> {
    /// The app that exists from the start on networks where operators bring their own: identifier
    /// `carillon-sandbox`, secret `sandbox-secret-<platform>`, any redirect address.
    pub fn ready_made(&self, platform: &str) -> App {
        if let Some(app) = self.find(platform, None, READY_MADE) {
            return app;
        }
        self.register(App {
            platform: platform.to_owned(),
            server: None,
            name: "Carillon".to_owned(),
            client_id: READY_MADE.to_owned(),
            client_secret: format!("sandbox-secret-{platform}"),
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
        })
    }

    /// Adds an app and lists its secret among the tokens.
    pub fn register(&self, app: App) -> App {
        let mut secret = Token::new(&app.platform, TokenKind::ClientSecret, &app.client_secret);
        secret.client_id = Some(app.client_id.clone());
        secret.server.clone_from(&app.server);
        self.world.tokens().issue(secret);
        lock(&self.world.apps).push(app.clone());
        self.world.touch();
        app
    }

    /// The app with this identifier. The ready-made one is found only after it was asked for once.
    pub fn find(&self, platform: &str, server: Option<&str>, client_id: &str) -> Option<App> {
        let apps = lock(&self.world.apps);
        apps.iter()
            .find(|a| a.platform == platform && a.server.as_deref() == server && a.client_id == client_id)
            .cloned()
    }
}

const READY_MADE: &str = "carillon-sandbox";

/// What a code stands for. Leave `expires_at` and `used` at their defaults.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CodeGrant {
    /// The platform's name.
    pub platform: String,
    /// The host where the code was issued.
    pub host: String,
    /// Key of the persona who agreed.
    pub persona: String,
    /// The app.
    pub client_id: String,
    /// Must be repeated to the letter at the token endpoint.
    pub redirect_uri: String,
    /// What was agreed to.
    pub scopes: Vec<String>,
    /// PKCE challenge.
    pub challenge: Option<String>,
    /// `S256` or `plain`.
    pub challenge_method: Option<String>,
    /// What else the platform must remember.
    pub extra: serde_json::Value,
    /// Filled in by [`Codes::issue`].
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Filled in by [`Codes::redeem`].
    #[serde(default)]
    pub used: bool,
}

impl CodeGrant {
    /// Whether the verifier fits the challenge (RFC 7636, section 4.6). Without a challenge everything fits.
    pub fn verifier_fits(&self, verifier: Option<&str>) -> bool {
        let Some(challenge) = &self.challenge else { return true };
        let Some(verifier) = verifier else { return false };
        if self.challenge_method.as_deref() == Some("S256") {
            return URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge;
        }
        verifier == challenge
    }
}

/// Why a code is worth nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum BadCode {
    /// Never issued.
    Unknown,
    /// Redeemed before. Networks revoke what was issued for it.
    Used(Box<CodeGrant>),
    /// Too old.
    Expired,
}

/// The authorisation codes of a [`World`].
pub struct Codes<'a> {
    pub(super) world: &'a World,
}

impl Codes<'_> {
    /// A new code that is good once and for so long.
    pub fn issue(&self, mut grant: CodeGrant, lifetime: Duration) -> String {
        let code = self.world.random_text(40);
        grant.expires_at = self.world.now().checked_add(lifetime).ok();
        lock(&self.world.codes).insert(code.clone(), grant);
        self.world.touch();
        code
    }

    /// Whether this code was ever issued on the platform.
    pub fn was_issued(&self, platform: &str, code: &str) -> bool {
        lock(&self.world.codes).get(code).is_some_and(|grant| grant.platform == platform)
    }

    /// Uses a code up. A code with a wrong verifier or address is used up, too: check those on the result.
    ///
    /// # Errors
    /// [`BadCode`] when it is worth nothing.
    pub fn redeem(&self, platform: &str, code: &str) -> Result<CodeGrant, BadCode> {
        let now = self.world.now();
        let mut codes = lock(&self.world.codes);
        let grant = codes.get_mut(code).filter(|g| g.platform == platform).ok_or(BadCode::Unknown)?;
        if grant.used {
            return Err(BadCode::Used(Box::new(grant.clone())));
        }
        if grant.expires_at.is_some_and(|at| at <= now) {
            return Err(BadCode::Expired);
        }
        grant.used = true;
        let grant = grant.clone();
        drop(codes);
        self.world.touch();
        Ok(grant)
    }
}

/// What the consent page shows.
#[derive(Debug, Clone)]
pub struct Consent<'a> {
    /// Name of the network.
    pub network: &'a str,
    /// The network's colour, `#rrggbb`.
    pub color: &'a str,
    /// Name of the app.
    pub app: &'a str,
    /// What it asks for: the scope, and what that means in plain words.
    pub scopes: &'a [(String, String)],
    /// Who can sign in here, with their handles.
    pub personas: &'a [(&'static Persona, String)],
    /// Path of the authorize page on this host; both pages send their forms there.
    pub path: &'a str,
}

/// Where somebody stands between the authorize URL and the redirect back.
pub enum Step {
    /// Show this page.
    Page(Response),
    /// The person chose.
    Decided {
        /// Who signed in.
        persona: &'static Persona,
        /// Whether they agreed.
        allowed: bool,
    },
}

/// One step through login and consent. `params` are the request's parameters: the query of a GET, the form of a POST
/// (accept both on `path`). The network's own parameters are carried along in hidden fields; its rules must be checked
/// every time before this is called.
pub fn authorize(site: &Site, consent: &Consent<'_>, params: &[(String, String)]) -> Step {
    let get = |name: &str| params.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    let offered = |key| consent.personas.iter().find(|(p, _)| p.key == key).map(|(p, h)| (*p, h.as_str()));
    let known = |key| Persona::in_crowd(key).map(|p| (p, p.key));
    let Some((persona, handle)) = get(PERSONA).and_then(|key| offered(key).or_else(|| known(key))) else {
        return Step::Page(login_page(site, consent, params).into_response());
    };
    match get(DECISION) {
        Some("allow") => Step::Decided { persona, allowed: true },
        Some("refuse") => Step::Decided { persona, allowed: false },
        _ => Step::Page(consent_page(site, consent, params, persona, handle).into_response()),
    }
}

/// Name of the login form's field.
pub(super) const PERSONA: &str = "sandbox_persona";
/// Name of the consent form's field.
pub(super) const DECISION: &str = "sandbox_decision";

/// Adds parameters to a redirect address that may have a query already.
pub fn with_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let (base, fragment) = uri.split_once('#').map_or((uri, None), |(b, f)| (b, Some(f)));
    let joint = if base.contains('?') { '&' } else { '?' };
    match fragment {
        Some(fragment) => format!("{base}{joint}{query}#{fragment}"),
        None => format!("{base}{joint}{query}"),
    }
}
