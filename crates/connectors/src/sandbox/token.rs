//! Every token that the sandbox issued, with its state on the virtual clock.

use std::collections::HashMap;
use std::sync::Mutex;

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::lock;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Authorises calls.
    Access,
    /// Gets a new access token.
    Refresh,
    /// Signs in without a browser.
    AppPassword,
    /// Proves which app asks.
    ClientSecret,
}

/// Whether a token still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenState {
    /// It works.
    Live,
    /// It was good for one use, and used.
    Used,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A token as issued. The value is part of the simulation: it opens nothing real.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The platform's name.
    pub platform: String,
    /// What it is for.
    pub kind: TokenKind,
    /// The value.
    pub value: String,
    /// The host it is good at, for networks of many servers.
    pub server: Option<String>,
    /// Remote id of the account; `None` for tokens of an app.
    pub account: Option<String>,
    /// Tokens of one authorisation share this.
    pub grant: Option<String>,
    /// The app it was issued to.
    pub client_id: Option<String>,
    /// What it allows.
    pub scopes: Vec<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it runs out by itself.
    pub expires_at: Option<Timestamp>,
    /// What else the platform must remember.
    pub extra: serde_json::Value,
    used: bool,
    revoked: bool,
}

impl Token {
    /// A token that never runs out; `issued_at` is set when it is issued.
    pub fn new(platform: &str, kind: TokenKind, value: impl Into<String>) -> Self {
        Self {
            platform: platform.to_owned(),
            kind,
            value: value.into(),
            server: None,
            account: None,
            grant: None,
            client_id: None,
            scopes: Vec::new(),
            issued_at: Timestamp::UNIX_EPOCH,
            expires_at: None,
            extra: serde_json::Value::Null,
            used: false,
            revoked: false,
        }
    }

    /// Of this account.
    #[must_use]
    pub fn account(mut self, remote_id: impl Into<String>) -> Self {
        self.account = Some(remote_id.into());
        self
    }

    /// Good at this host only.
    #[must_use]
    pub fn server(mut self, host: impl Into<String>) -> Self {
        self.server = Some(host.into());
        self
    }

    /// Part of this authorisation.
    #[must_use]
    pub fn grant(mut self, grant: impl Into<String>) -> Self {
        self.grant = Some(grant.into());
        self
    }

    /// Issued to this app.
    #[must_use]
    pub fn client(mut self, client_id: impl Into<String>) -> Self {
        self.client_id = Some(client_id.into());
        self
    }

    /// Allows these scopes.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Runs out at this time.
    #[must_use]
    pub fn expires(mut self, at: Timestamp) -> Self {
        self.expires_at = Some(at);
        self
    }

    /// Remembers this for the platform.
    #[must_use]
    pub fn extra(mut self, extra: serde_json::Value) -> Self {
        self.extra = extra;
        self
    }

    /// Its state at `now`.
    pub fn state(&self, now: Timestamp) -> TokenState {
        if self.revoked {
            TokenState::Revoked
        } else if self.used {
            TokenState::Used
        } else if self.expires_at.is_some_and(|at| at <= now) {
            TokenState::Expired
        } else {
            TokenState::Live
        }
    }

    /// Whether it allows this scope.
    pub fn allows(&self, scope: &str) -> bool {
        self.scopes.iter().any(|s| s == scope)
    }
}

#[derive(Debug, Default)]
pub(super) struct TokenTable {
    pub(super) all: Vec<Token>,
    index: HashMap<(String, String), usize>,
}

impl TokenTable {
    pub(super) fn from_list(all: Vec<Token>) -> Self {
        let index = all.iter().enumerate().map(|(i, t)| ((t.platform.clone(), t.value.clone()), i)).collect();
        Self { all, index }
    }

    fn get_mut(&mut self, platform: &str, value: &str) -> Option<&mut Token> {
        let at = *self.index.get(&(platform.to_owned(), value.to_owned()))?;
        self.all.get_mut(at)
    }
}

/// The tokens of a [`World`](super::World).
pub struct Tokens<'a> {
    pub(super) table: &'a Mutex<TokenTable>,
    pub(super) now: Timestamp,
    pub(super) changed: &'a tokio::sync::watch::Sender<u64>,
}

impl Tokens<'_> {
    /// Registers a token; its value must be new on the platform.
    pub fn issue(&self, mut token: Token) -> Token {
        token.issued_at = self.now;
        let mut table = lock(self.table);
        let at = table.all.len();
        table.index.insert((token.platform.clone(), token.value.clone()), at);
        table.all.push(token.clone());
        drop(table);
        self.changed.send_modify(|n| *n += 1);
        token
    }

    /// The token with this value, in whatever state.
    pub fn find(&self, platform: &str, value: &str) -> Option<Token> {
        lock(self.table).get_mut(platform, value).cloned()
    }

    /// The token with this value together with its state now.
    pub fn look_up(&self, platform: &str, value: &str) -> Option<(Token, TokenState)> {
        self.find(platform, value).map(|t| {
            let state = t.state(self.now);
            (t, state)
        })
    }

    /// Uses up a token that is good once. Atomic: of two callers one gets the error.
    ///
    /// # Errors
    /// `None` for an unknown value, else the state that it is in instead of live.
    pub fn use_once(&self, platform: &str, value: &str) -> Result<Token, Option<TokenState>> {
        let mut table = lock(self.table);
        let token = table.get_mut(platform, value).ok_or(None)?;
        match token.state(self.now) {
            TokenState::Live => {
                token.used = true;
                let token = token.clone();
                drop(table);
                self.changed.send_modify(|n| *n += 1);
                Ok(token)
            }
            other => Err(Some(other)),
        }
    }

    /// Changes a token in place, for example its expiry or `extra`. `false` when there is none.
    pub fn update(&self, platform: &str, value: &str, change: impl FnOnce(&mut Token)) -> bool {
        let mut table = lock(self.table);
        let Some(token) = table.get_mut(platform, value) else { return false };
        change(token);
        drop(table);
        self.changed.send_modify(|n| *n += 1);
        true
    }

    /// Lets a token run out now.
    pub fn expire(&self, platform: &str, value: &str) -> bool {
        let now = self.now;
        self.update(platform, value, |t| t.expires_at = Some(now))
    }

    /// Takes back one token.
    pub fn revoke(&self, platform: &str, value: &str) -> bool {
        self.update(platform, value, |t| t.revoked = true)
    }

    /// Takes back every token of an authorisation.
    pub fn revoke_grant(&self, platform: &str, grant: &str) {
        let mut table = lock(self.table);
        let of_grant = |t: &&mut Token| t.platform == platform && t.grant.as_deref() == Some(grant);
        table.all.iter_mut().filter(of_grant).for_each(|t| t.revoked = true);
        drop(table);
        self.changed.send_modify(|n| *n += 1);
    }

    /// Takes back a token and, if it belongs to an authorisation, all others of it.
    pub fn revoke_with_grant(&self, platform: &str, value: &str) {
        self.revoke(platform, value);
        if let Some(grant) = self.find(platform, value).and_then(|t| t.grant) {
            self.revoke_grant(platform, &grant);
        }
    }

    /// All tokens with their states, oldest first.
    pub fn list(&self) -> Vec<(Token, TokenState)> {
        lock(self.table).all.iter().map(|t| (t.clone(), t.state(self.now))).collect()
    }
}
