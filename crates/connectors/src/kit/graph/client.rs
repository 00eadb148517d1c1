//! A Graph host with a token: calls, lists, times.

use std::time::Duration;

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Timestamp};
use http::Method;
use serde::de::DeserializeOwned;

use super::judge::{self, Context, Network};
use super::{VERSION, wire};
use crate::kit::http::{Call, CommitPermit, Http, Reply, Safety};
use crate::kit::signature;

/// How long calls may take during which the network works on media.
const SLOW: Duration = Duration::from_secs(120);

/// How long a commit may take. Whoever takes over after a crash counts on its being over after a minute.
const COMMIT: Duration = Duration::from_secs(60);

/// Parameters of a call.
pub type Params = Vec<(&'static str, String)>;

/// A Graph host with a token.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// How its answers are judged.
    pub network: &'static Network,
    /// The only way out.
    pub http: &'a Http,
    /// Time.
    pub clock: &'a dyn Clock,
    /// What authorises the calls.
    pub token: &'a Secret,
    /// Signs the calls, where the host wants that.
    pub app_secret: Option<&'a Secret>,
}

impl Client<'_> {
    /// Reads an object or a list at `url`.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: String,
        params: Params,
    ) -> Result<T, ConnectorError> {
        self.send(Call::get(operation, url).query(self.signed(params))).await
    }

    /// Changes something that nobody sees. The network may work on media during the call, so it may take its time.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn post<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: String,
        params: Params,
    ) -> Result<T, ConnectorError> {
        let call = Call::post(operation, Safety::Invisible, url).timeout(SLOW);
        self.send(call.form(self.signed(params))).await
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn delete(
        &self,
        operation: &'static str,
        url: String,
    ) -> Result<wire::Success, ConnectorError> {
        let call = Call::new(operation, Safety::Unsafe, Method::DELETE, url);
        self.send(call.query(self.signed(Params::new()))).await
    }

    /// Sends the one call that makes something public.
    ///
    /// # Errors
    /// `Ambiguous` unless it is certain that nothing became public.
    pub async fn commit<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: String,
        params: Params,
        permit: CommitPermit,
    ) -> Result<T, ConnectorError> {
        let context = self.context(operation, true);
        let call = Call::post(operation, Safety::Unsafe, url).timeout(COMMIT).form(self.signed(params));
        let reply = self.http.commit(call.bearer(self.token), permit).await;
        let reply = reply.map_err(|e| judge::from_send(self.network, context, e))?;
        read(self.network, context, &reply)
    }

    /// Sends a call of another kind that makes nothing public, with this token.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, ConnectorError> {
        send(self.network, self.http, self.context(call.operation, false), call.bearer(self.token)).await
    }

    /// The parameters with `appsecret_proof`, which apps with "Require App Secret" must send to graph.facebook.com and all
    /// others may. Source: Graph API - Secure Requests.
    pub fn signed(&self, mut params: Params) -> Params {
        params.extend(self.app_secret.map(|secret| ("appsecret_proof", proof(self.token, secret))));
        params
    }

    fn context(&self, operation: &'static str, commit: bool) -> Context {
        Context { operation, commit, now: self.clock.now() }
    }
}

/// Sends a call that makes nothing public and reads its answer.
///
/// # Errors
/// As the network answered.
pub async fn send<T: DeserializeOwned>(
    network: &'static Network,
    http: &Http,
    context: Context,
    call: Call,
) -> Result<T, ConnectorError> {
    let reply = http.send(call).await.map_err(|e| judge::from_send(network, context, e))?;
    read(network, context, &reply)
}

fn read<T: DeserializeOwned>(
    network: &'static Network,
    context: Context,
    reply: &Reply,
) -> Result<T, ConnectorError> {
    if !reply.status.is_success() {
        return Err(judge::from_reply(network, context, reply));
    }
    reply.json().map_err(|e| judge::unreadable(network, context, reply, e.to_string()))
}

/// `https://…/v26.0/path` on a Graph host.
pub fn url(base: &str, path: &str) -> String {
    format!("{base}/{VERSION}/{path}")
}

fn proof(token: &Secret, secret: &Secret) -> String {
    hex::encode(signature::sha256(secret, &[token.expose().as_bytes()]))
}

/// Where the next page of a list begins. The network's `next` holds the token, so only its presence counts; empty pages
/// with a `next` are normal. Source: Graph API - Paginated Results.
pub fn next_cursor(paging: Option<wire::Paging>) -> Option<String> {
    let paging = paging?;
    let next = paging.next?;
    paging.cursors.and_then(|c| c.after).or_else(|| {
        let url = url::Url::parse(next.expose()).ok()?;
        url.query_pairs().find(|(key, _)| key == "after").map(|(_, value)| value.into_owned())
    })
}

/// A time as the Graph API writes it: `2026-11-04T10:40:45+0000`.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_the_hmac_of_the_token_under_the_app_secret() {
        // RFC 4231, test case 2.
        let found = proof(&Secret::new("what do ya want for nothing?"), &Secret::new("Jefe"));
        assert_eq!(found, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn the_next_page_is_a_cursor_and_never_a_link_with_a_token() {
        let paging = |text: &str| serde_json::from_str::<wire::Paging>(text).unwrap();
        let link = "https://graph.facebook.com/v26.0/1/feed?access_token=secret&after=";
        let cases = [
            (format!(r#"{{"cursors":{{"after":"c1"}},"next":"{link}c1"}}"#), Some("c1")),
            (format!(r#"{{"next":"{link}c2"}}"#), Some("c2")),
            (r#"{"cursors":{"after":"c3"}}"#.to_owned(), None),
            (r#"{"next":"nonsense"}"#.to_owned(), None),
        ];
        for (body, want) in cases {
            assert_eq!(next_cursor(Some(paging(&body))).as_deref(), want, "{body}");
        }
    }
}
