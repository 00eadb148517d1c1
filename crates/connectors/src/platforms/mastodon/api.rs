//! Calls to one server, with our errors.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde::de::DeserializeOwned;
use url::Url;

use super::{NAME, errors, wire};
use crate::contract::cx::{AuthCx, Cx};
use crate::kit::errors::from_send;
use crate::kit::http::{Call, CommitPermit, Http, Reply, Safety, SendError};

/// One server, with or without a token.
#[derive(Clone)]
pub struct Server<'a> {
    pub http: &'a Http,
    pub clock: &'a dyn Clock,
    base: String,
    token: Option<Secret>,
}

impl<'a> Server<'a> {
    /// The server at `base`, without a token.
    pub fn public(cx: &AuthCx<'a>, base: &Url) -> Self {
        let base = base.as_str().trim_end_matches('/').to_owned();
        Self { http: cx.http, clock: cx.clock, base, token: None }
    }

    /// The account's server, with its token.
    pub fn of(cx: &Cx<'a>) -> Self {
        let base = cx.account.server.as_deref().unwrap_or_default().trim_end_matches('/').to_owned();
        let token = Some(cx.credential.access_token.clone());
        Self { http: cx.http, clock: cx.clock, base, token }
    }

    /// The same server with this token.
    pub fn with_token(self, token: Secret) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The base URL, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The host, for messages.
    pub fn host(&self) -> String {
        host_of(&self.base)
    }

    /// An absolute URL; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A read.
    pub fn get(&self, operation: &'static str, path: &str) -> Call {
        self.signed(Call::get(operation, self.url(path)))
    }

    /// A POST.
    pub fn post(&self, operation: &'static str, safety: Safety, path: &str) -> Call {
        self.signed(Call::post(operation, safety, self.url(path)))
    }

    /// Any other call.
    pub fn call(&self, operation: &'static str, safety: Safety, method: http::Method, path: &str) -> Call {
        self.signed(Call::new(operation, safety, method, self.url(path)))
    }

    fn signed(&self, call: Call) -> Call {
        match &self.token {
            Some(token) => call.bearer(token),
            None => call,
        }
    }

    /// Sends a call that publishes nothing, and gives the successful answer.
    pub async fn send(&self, call: Call) -> Result<Reply, ConnectorError> {
        let (operation, safety) = (call.operation, call.safety);
        let reply = self.http.send(call).await;
        self.judge(operation, safety, reply).await
    }

    /// The same, with the answer read as JSON.
    pub async fn read<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let (operation, safety) = (call.operation, call.safety);
        let reply = self.send(call).await?;
        reply.json().map_err(|e| errors::unreadable(operation, safety, &reply, &e.to_string()))
    }

    /// Sends the call that the permit was given for, and reads its answer.
    pub async fn commit<T: DeserializeOwned>(
        &self,
        call: Call,
        permit: CommitPermit,
    ) -> Result<T, ConnectorError> {
        let operation = call.operation;
        let reply = self.http.commit(call, permit).await;
        let reply = self.judge(operation, Safety::Unsafe, reply).await?;
        reply.json().map_err(|e| errors::unreadable(operation, Safety::Unsafe, &reply, &e.to_string()))
    }

    async fn judge(
        &self,
        operation: &'static str,
        safety: Safety,
        reply: Result<Reply, SendError>,
    ) -> Result<Reply, ConnectorError> {
        let reply = reply.map_err(|e| from_send(NAME, operation, safety, e))?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(self.refused(operation, safety, &reply).await)
    }

    /// What an answer that is not a success means.
    pub async fn refused(&self, operation: &str, safety: Safety, reply: &Reply) -> ConnectorError {
        let error = errors::from_reply(operation, safety, reply, self.clock.now());
        if error.code == errors::REFUSED_WITHOUT_REASON && self.token.is_some() {
            return self.blame(error).await;
        }
        error
    }

    /// A refusal without a reason may mean the token. A read that needs nothing else tells.
    async fn blame(&self, error: ConnectorError) -> ConnectorError {
        let call = self.get(VERIFY, VERIFY_PATH);
        let Ok(reply) = self.http.send(call).await else { return error };
        if reply.status.is_success() {
            return error;
        }
        let mut verdict = errors::from_reply(VERIFY, Safety::Read, &reply, self.clock.now());
        if verdict.kind != ErrorKind::AuthRevoked {
            return error;
        }
        verdict.operation = error.operation;
        verdict
    }

    /// Who the token belongs to.
    pub async fn verify_credentials(&self) -> Result<wire::Account, ConnectorError> {
        self.read(self.get(VERIFY, VERIFY_PATH)).await
    }

    /// What the server says about itself: the newer form, else the older one. `None`: neither.
    pub async fn instance(&self) -> Result<Option<wire::Instance>, ConnectorError> {
        for path in INSTANCE_PATHS {
            match self.read(self.get("instance.get", path)).await {
                Ok(instance) => return Ok(Some(instance)),
                Err(error) if matches!(error.kind, ErrorKind::Rejected) => {}
                Err(error) if error.code == "unreadable" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Where servers describe themselves: since 4.0, and before.
pub const INSTANCE_PATHS: [&str; 2] = ["/api/v2/instance", "/api/v1/instance"];

const VERIFY: &str = "accounts.verify";
const VERIFY_PATH: &str = "/api/v1/accounts/verify_credentials";

/// An id as a segment of a path.
pub fn segment(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Host and port of a base URL.
pub fn host_of(base: &str) -> String {
    let url = Url::parse(base).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or(base).to_owned();
    match url.as_ref().and_then(Url::port) {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}
