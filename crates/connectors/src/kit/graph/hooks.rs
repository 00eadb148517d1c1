//! What Meta's networks send: the handshake, signed events, and the two callbacks by which people take their consent back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use http::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::contract::connector::{Accepts, Setting};
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Answer, Deaf, Event, Heard, HookCx, Incoming, Withdrawal};
use crate::kit::signature;

/// The setting with the text that is repeated to Meta when webhooks are set up.
pub const VERIFY_TOKEN: Setting = Setting {
    key: "webhook_verify_token",
    secret: true,
    accepts: Accepts::Text,
    help: "A text of your own. Type the same one as verify token where the Meta app's webhooks are set up.",
};

/// The header with the proof of a delivery.
pub const SIGNATURE: &str = "x-hub-signature-256";

/// Longest challenge that is repeated. Meta's are numbers.
const LONGEST_CHALLENGE: usize = 200;

/// An app at Meta by which people sign in.
#[derive(Debug, Clone, Copy)]
pub struct App {
    /// The setting with its id.
    pub id: &'static str,
    /// The setting with its secret.
    pub secret: &'static str,
    /// Whether who signs in is the account, and not somebody who manages it.
    pub is_account: bool,
}

/// A person as an app knows them. One app may serve several networks, and says once, at one of their addresses, that somebody left.
pub fn person(app: &str, user: &str) -> String {
    format!("meta:{app}:{user}")
}

/// Reads a request that is signed with the secret of one of these apps. Events are read by `read` from the body.
///
/// Source: Graph API - Webhooks, Getting Started; Data Deletion Callback.
///
/// # Errors
/// [`Deaf`].
pub fn hear(
    cx: HookCx<'_>,
    incoming: &Incoming,
    apps: &[App],
    read: fn(&Value) -> Vec<Event>,
) -> Result<Heard, Deaf> {
    if incoming.address == Address::Events && incoming.method == Method::GET {
        return handshake(cx.settings, incoming).map(Heard::Handshake);
    }
    let known: Vec<&Secret> = apps.iter().filter_map(|app| cx.settings.secret(app.secret)).collect();
    if known.is_empty() {
        return Err(Deaf::NotSetUp(apps.first().map_or("client_secret", |app| app.secret)));
    }
    match incoming.address {
        Address::Events => events(incoming, &known, read),
        Address::Deauthorize => withdrawal(cx, incoming, apps, false),
        Address::DataDeletion => withdrawal(cx, incoming, apps, true),
    }
}

/// An id that was a number in older samples.
pub fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn handshake(settings: &PlatformSettings, incoming: &Incoming) -> Result<Answer, Deaf> {
    let ours = settings.secret(VERIFY_TOKEN.key).ok_or(Deaf::NotSetUp(VERIFY_TOKEN.key))?;
    let theirs = incoming.param("hub.verify_token").unwrap_or_default();
    let is_ours = signature::is_same(ours, theirs);
    if incoming.param("hub.mode") != Some("subscribe") || !is_ours {
        return Err(Deaf::Forged);
    }
    let challenge = incoming.param("hub.challenge").filter(|c| c.len() <= LONGEST_CHALLENGE);
    challenge.map(Answer::text).ok_or(Deaf::Unreadable)
}

fn events(incoming: &Incoming, secrets: &[&Secret], read: fn(&Value) -> Vec<Event>) -> Result<Heard, Deaf> {
    let signature = incoming.header(SIGNATURE).and_then(|text| text.strip_prefix("sha256="));
    let signature = signature.and_then(|hex| hex::decode(hex).ok()).ok_or(Deaf::Forged)?;
    let message: &[&[u8]] = &[&incoming.body];
    if !secrets.iter().any(|secret| signature::is_sha256(secret, message, &signature)) {
        return Err(Deaf::Forged);
    }
    let body: Value = serde_json::from_slice(&incoming.body).map_err(|_| Deaf::Unreadable)?;
    // Samples wrap the one object in a list.
    let bodies = body.as_array().map_or(std::slice::from_ref(&body), Vec::as_slice);
    let mut events = Vec::new();
    for event in bodies.iter().flat_map(read) {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(Heard::Events(events))
}

/// The payload of a `signed_request`.
#[derive(Debug, Deserialize)]
struct Signed {
    algorithm: String,
    /// Unix seconds.
    issued_at: Option<i64>,
    user_id: Value,
}

fn withdrawal(cx: HookCx<'_>, incoming: &Incoming, apps: &[App], erase: bool) -> Result<Heard, Deaf> {
    if incoming.method != Method::POST {
        return Err(Deaf::NoSuchAddress);
    }
    let form = form_urlencoded::parse(&incoming.body).find(|(key, _)| key == "signed_request");
    let request = form.map(|(_, value)| value.into_owned()).ok_or(Deaf::Forged)?;
    let (signature, payload) = request.split_once('.').ok_or(Deaf::Forged)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Deaf::Forged);
    let signature = decode(signature)?;
    // What is signed is the text, not what it stands for.
    let message: &[&[u8]] = &[payload.as_bytes()];
    let signs = |app: &&App| {
        cx.settings.secret(app.secret).is_some_and(|secret| signature::is_sha256(secret, message, &signature))
    };
    let app = apps.iter().find(signs).ok_or(Deaf::Forged)?;
    let signed: Signed = serde_json::from_slice(&decode(payload)?).map_err(|_| Deaf::Unreadable)?;
    if !signed.algorithm.eq_ignore_ascii_case("HMAC-SHA256") {
        return Err(Deaf::Unreadable);
    }
    let user = id(&signed.user_id).ok_or(Deaf::Unreadable)?;
    // Said now, where it does not say when; never later than now, so that no later login ends.
    let at = match signed.issued_at {
        Some(seconds) => Timestamp::from_second(seconds).map_err(|_| Deaf::Unreadable)?.min(cx.now),
        None => cx.now,
    };
    let remote_id = app.is_account.then(|| user.clone());
    let person = person(cx.settings.get(app.id).unwrap_or_default(), &user);
    Ok(Heard::Withdrawn(Withdrawal { person, remote_id, at, erase }))
}
