//! What X tells about an account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use super::X;
use crate::contract::connector::{Accepts, Setting};
use crate::contract::webhooks::{Address, Answer, Deaf, Event, Heard, HookCx, Incoming, Webhooks, What};
use crate::kit::signature;

/// The setting that holds what X signs with.
pub(super) const CONSUMER_SECRET: Setting = Setting {
    key: "consumer_secret",
    secret: true,
    accepts: Accepts::Text,
    help: "The app's API Key Secret (Keys and tokens). X signs webhooks with it; without webhooks it is not needed.",
};

/// Longest token of a challenge that is answered.
const LONGEST_TOKEN: usize = 128;

/// Whether this is a challenge and nothing else: deliveries are signed with the same secret, so that whoever had one signed as a
/// challenge could send it.
fn is_challenge(token: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=');
    (1..=LONGEST_TOKEN).contains(&token.len()) && token.chars().all(harmless)
}

const SIGNATURE: &str = "x-twitter-webhooks-signature";

impl Webhooks for X {
    /// Source: X API - Webhooks (challenge-response checks, securing webhooks).
    fn hear(&self, cx: HookCx<'_>, incoming: &Incoming) -> Result<Heard, Deaf> {
        if incoming.address != Address::Events {
            return Err(Deaf::NoSuchAddress);
        }
        let secret = cx.settings.secret(CONSUMER_SECRET.key).ok_or(Deaf::NotSetUp(CONSUMER_SECRET.key))?;
        if incoming.method == Method::GET {
            let token = incoming.param("crc_token").ok_or(Deaf::Unreadable)?;
            if !is_challenge(token) {
                return Err(Deaf::Forged);
            }
            let proof = STANDARD.encode(signature::sha256(secret, &[token.as_bytes()]));
            let body = json!({ "response_token": format!("sha256={proof}") }).to_string();
            return Ok(Heard::Handshake(Answer { content_type: "application/json", body }));
        }
        let given = incoming.header(SIGNATURE).and_then(|h| h.strip_prefix("sha256="));
        let given = given.and_then(|text| STANDARD.decode(text).ok()).ok_or(Deaf::Forged)?;
        if !signature::is_sha256(secret, &[&incoming.body], &given) {
            return Err(Deaf::Forged);
        }
        let body: Value = serde_json::from_slice(&incoming.body).map_err(|_| Deaf::Unreadable)?;
        let data = &body["data"];
        let all = data.as_array().map_or(std::slice::from_ref(data), Vec::as_slice);
        Ok(Heard::Events(all.iter().filter_map(event_of).collect()))
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE
    }
}

/// Source: X API - Activity subscriptions, event types. `oauth.revoke` says no time, so that one that comes late may be about an
/// older login. It is a reason to read: X refuses that if it is true.
fn event_of(event: &Value) -> Option<Event> {
    let kind = event["event_type"].as_str()?;
    let (group, _) = kind.split_once('.')?;
    let is_news = matches!(group, "post" | "like" | "follow" | "profile") || kind == "oauth.revoke";
    let remote_id = event["filter"]["user_id"].as_str().filter(|_| is_news)?.to_owned();
    Some(Event { remote_id, what: What::Changed })
}
