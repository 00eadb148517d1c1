//! Calls to `/xrpc/<nsid>` of one server, with our errors.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors;
use crate::contract::cx::Cx;
use crate::kit::http::{Call, CommitPermit, Http, Reply, Safety, SendError};

/// One server, with or without a session.
#[derive(Clone, Copy)]
pub struct Xrpc<'a> {
    http: &'a Http,
    clock: &'a dyn Clock,
    base: &'a str,
    token: Option<&'a Secret>,
}

impl<'a> Xrpc<'a> {
    /// The server at `base`, without a session.
    pub fn public(http: &'a Http, clock: &'a dyn Clock, base: &'a str) -> Self {
        Self { http, clock, base: base.trim_end_matches('/'), token: None }
    }

    /// The account's own server, with its session.
    pub fn of(cx: &Cx<'a>) -> Self {
        let base = cx.account.server.as_deref().unwrap_or_default();
        Self::public(cx.http, cx.clock, base).with(&cx.credential.access_token)
    }

    /// The same server with this token.
    pub fn with(self, token: &'a Secret) -> Self {
        Self { token: Some(token), ..self }
    }

    /// A call of a procedure.
    pub fn procedure(&self, operation: &'static str, nsid: &str, safety: Safety) -> Call {
        self.signed(Call::post(operation, safety, self.url(nsid)))
    }

    /// A query, answered.
    pub async fn query<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        nsid: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, ConnectorError> {
        self.send(self.signed(Call::get(operation, self.url(nsid)).query(parameters.iter().copied()))).await
    }

    /// A procedure that changes nothing public, answered.
    pub async fn invoke<I: Serialize, T: DeserializeOwned>(
        &self,
        operation: &'static str,
        nsid: &str,
        input: &I,
    ) -> Result<T, ConnectorError> {
        self.send(self.procedure(operation, nsid, Safety::Invisible).json(input)).await
    }

    /// Sends a call that publishes nothing, and reads its answer.
    pub async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let (operation, safety) = (call.operation, call.safety);
        let reply = self.http.send(call).await;
        self.read(operation, safety, reply)
    }

    /// Sends the call that the permit was given for, and reads its answer.
    pub async fn commit<T: DeserializeOwned>(
        &self,
        call: Call,
        permit: CommitPermit,
    ) -> Result<T, ConnectorError> {
        let operation = call.operation;
        let reply = self.http.commit(call, permit).await;
        self.read(operation, Safety::Unsafe, reply)
    }

    /// Sends a call whose answer has no content that matters.
    pub async fn tell(&self, call: Call) -> Result<(), ConnectorError> {
        let (operation, safety) = (call.operation, call.safety);
        let reply = self.http.send(call).await.map_err(|e| errors::from_send(operation, safety, e))?;
        if reply.status.is_success() { Ok(()) } else { Err(self.refused(operation, safety, &reply)) }
    }

    fn read<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        safety: Safety,
        reply: Result<Reply, SendError>,
    ) -> Result<T, ConnectorError> {
        let reply = reply.map_err(|e| errors::from_send(operation, safety, e))?;
        if !reply.status.is_success() {
            return Err(self.refused(operation, safety, &reply));
        }
        reply.json().map_err(|e| errors::unreadable(operation, safety, reply.status, &e.to_string()))
    }

    fn refused(&self, operation: &str, safety: Safety, reply: &Reply) -> ConnectorError {
        errors::from_reply(operation, safety, reply.status, &reply.headers, &reply.body, self.clock.now())
    }

    fn url(&self, nsid: &str) -> String {
        format!("{}/xrpc/{nsid}", self.base)
    }

    fn signed(&self, call: Call) -> Call {
        match self.token {
            Some(token) => call.bearer(token),
            None => call,
        }
    }
}
