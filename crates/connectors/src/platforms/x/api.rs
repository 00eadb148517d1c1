//! Calls to X's API with an account's token.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::secret::Secret;
use serde::de::DeserializeOwned;

use super::{API, DESCRIPTOR, errors};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::kit::http::{Call, Http, Reply};

/// The API in the name of one account.
pub(super) struct Api<'a> {
    http: &'a Http,
    base: String,
    token: &'a Secret,
}

impl<'a> Api<'a> {
    pub(super) fn new(http: &'a Http, settings: &PlatformSettings, token: &'a Secret) -> Self {
        Self { http, base: settings.endpoint(&DESCRIPTOR, API), token }
    }

    pub(super) fn of(cx: &Cx<'a>) -> Self {
        Self::new(cx.http, cx.settings, &cx.credential.access_token)
    }

    /// The URL of a path that begins with a slash.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Adds the token.
    pub(super) fn signed(&self, call: Call) -> Call {
        call.bearer(self.token)
    }

    /// Sends a read or an invisible call; anything but success is an error.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, ConnectorError> {
        let operation = call.operation;
        let reply = self.http.send(self.signed(call)).await.map_err(|e| errors::unanswered(operation, e))?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(errors::map(operation, reply.status, &reply.headers, &reply.body))
    }

    /// The same, with an answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let operation = call.operation;
        let reply = self.send(call).await?;
        read(operation, &reply)
    }
}

/// Reads an answer with a good status. One without `data` may carry the reason in `errors`.
pub(super) fn read<T: DeserializeOwned>(operation: &str, reply: &Reply) -> Result<T, ConnectorError> {
    reply.json().map_err(|error| {
        let body: serde_json::Value = reply.json().unwrap_or_default();
        match body.get("errors").and_then(|e| e.get(0)) {
            Some(problem) if body.get("data").is_none() => {
                errors::map_inside(operation, &reply.headers, problem)
            }
            _ => errors::unreadable(operation, &reply.headers, error),
        }
    })
}
