//! Calls to the Data API and the Analytics API with an account's token.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde::de::DeserializeOwned;

use super::{ANALYTICS, API, DESCRIPTOR, UPLOADS, errors, quota};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::kit::http::{Call, Http, Reply, SendError};

/// The API in the name of one account.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    http: &'a Http,
    settings: &'a PlatformSettings,
    token: &'a Secret,
    clock: &'a dyn Clock,
}

impl<'a> Api<'a> {
    pub(super) fn new(
        http: &'a Http,
        settings: &'a PlatformSettings,
        token: &'a Secret,
        clock: &'a dyn Clock,
    ) -> Self {
        Self { http, settings, token, clock }
    }

    pub(super) fn of(cx: &Cx<'a>) -> Self {
        Self::new(cx.http, cx.settings, &cx.credential.access_token, cx.clock)
    }

    /// The URL of a collection, `videos` for example.
    pub(super) fn url(&self, collection: &str) -> String {
        format!("{}/youtube/v3/{collection}", self.settings.endpoint(&DESCRIPTOR, API))
    }

    /// The URL for uploads to a collection.
    pub(super) fn upload_url(&self, collection: &str) -> String {
        format!("{}/upload/youtube/v3/{collection}", self.settings.endpoint(&DESCRIPTOR, UPLOADS))
    }

    /// The URL of Analytics reports.
    pub(super) fn report_url(&self) -> String {
        format!("{}/v2/reports", self.settings.endpoint(&DESCRIPTOR, ANALYTICS))
    }

    /// Adds the token, and what the call costs.
    pub(super) fn signed(&self, mut call: Call) -> Call {
        call.cost = quota::cost(call.operation);
        call.bearer(self.token)
    }

    /// Sends a read or an invisible call; anything but success is an error.
    pub(super) async fn send(&self, call: Call) -> Result<Reply, ConnectorError> {
        let operation = call.operation;
        let sent = self.raw(self.signed(call)).await;
        let reply = sent.map_err(|e| errors::unanswered(operation, e))?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(self.refusal(operation, &reply).await)
    }

    /// What an answer that is no success means. When it is that the day's quota is used up, nobody else asks until it is filled.
    pub(super) async fn refusal(&self, operation: &str, reply: &Reply) -> ConnectorError {
        let error = errors::of_reply(operation, reply, self.clock.now());
        if let ErrorKind::RateLimited { until: Some(until) } = error.kind
            && error.code == errors::QUOTA_USED_UP
        {
            self.http.used_up(operation, until).await;
        }
        error
    }

    /// The same, with an answer.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let operation = call.operation;
        let reply = self.send(call).await?;
        reply.json().map_err(|error| errors::unreadable(operation, error))
    }

    /// As it is, whatever the answer.
    pub(super) async fn raw(&self, call: Call) -> Result<Reply, SendError> {
        self.http.send(call).await
    }
}
