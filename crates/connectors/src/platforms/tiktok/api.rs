//! Calls to the API with an account's token.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Timestamp};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::wire::{Envelope, ErrorObject};
use super::{API, DESCRIPTOR, errors};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::kit::http::{Call, Http, Reply, Safety};

/// What the body of a call must say that it is. developers.tiktok.com, "Direct Post" (Nov 2026).
const JSON: &str = "application/json; charset=UTF-8";

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

    /// A call with a JSON body. Each path ends in a slash.
    pub(super) fn post<T: Serialize>(
        &self,
        operation: &'static str,
        safety: Safety,
        path: &str,
        body: &T,
    ) -> Call {
        let call = Call::post(operation, safety, self.url(path)).json(body);
        call.header(CONTENT_TYPE, JSON).bearer(self.token)
    }

    /// A read.
    pub(super) fn get(&self, operation: &'static str, path: &str) -> Call {
        Call::get(operation, self.url(path)).bearer(self.token)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.endpoint(&DESCRIPTOR, API))
    }

    /// Sends a read or an invisible call; anything but success is an error.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        let (operation, safety) = (call.operation, call.safety);
        let sent = self.http.send(call).await;
        let reply = sent.map_err(|error| errors::unanswered(operation, safety, error))?;
        data(operation, safety, &reply, self.clock.now())
    }
}

/// The data in an answer. It is one only if it says `ok`, whatever its status.
pub(super) fn data<T: DeserializeOwned>(
    operation: &str,
    safety: Safety,
    reply: &Reply,
    now: Timestamp,
) -> Result<T, ConnectorError> {
    let unreadable = |detail: &dyn ToString| errors::unreadable(operation, safety, detail.to_string());
    let body: Result<Envelope, _> = reply.json();
    let body = match body {
        Ok(body) => body,
        Err(error) if reply.status.is_success() => return Err(unreadable(&error)),
        Err(_) => return Err(errors::of_reply(operation, safety, reply, now)),
    };
    let error: ErrorObject = serde_json::from_value(body.error).unwrap_or_default();
    if error.code != "ok" || !reply.status.is_success() {
        return Err(errors::of_reply(operation, safety, reply, now));
    }
    serde_json::from_value(body.data).map_err(|error| unreadable(&error))
}
