//! What X sends.

use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::super::CONNECTOR;
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Deaf, Event, Heard, HookCx, Incoming, What};
use crate::kit::signature;

const SECRET: &str = "consumer secret of the test";

fn hear(incoming: &Incoming) -> Result<Heard, Deaf> {
    let secrets = [("consumer_secret".to_owned(), Secret::new(SECRET))];
    let settings = PlatformSettings { secrets: secrets.into(), ..PlatformSettings::default() };
    let cx = HookCx { settings: &settings, now: Timestamp::UNIX_EPOCH };
    CONNECTOR.webhooks().expect("webhooks").hear(cx, incoming)
}

fn proof(message: &str) -> String {
    use base64::Engine as _;
    let proof = signature::sha256(&Secret::new(SECRET), &[message.as_bytes()]);
    format!("sha256={}", base64::engine::general_purpose::STANDARD.encode(proof))
}

fn delivered(body: &Value) -> Result<Heard, Deaf> {
    let (body, header) = (body.to_string(), "x-twitter-webhooks-signature");
    let forged = Incoming::delivery(Address::Events, (header, &proof("something else")), body.clone());
    assert_eq!(hear(&forged), Err(Deaf::Forged));
    hear(&Incoming::delivery(Address::Events, (header, &proof(&body)), body))
}

#[test]
fn the_challenge_is_answered_with_its_proof() {
    let Ok(Heard::Handshake(answer)) = hear(&Incoming::question(&[("crc_token", "8ZVWQ")])) else {
        panic!("a handshake")
    };
    let said: Value = serde_json::from_str(&answer.body).expect("json");
    assert_eq!(
        (answer.content_type, said),
        ("application/json", json!({ "response_token": proof("8ZVWQ") }))
    );
    assert_eq!(hear(&Incoming::question(&[])), Err(Deaf::Unreadable));
}

/// What is signed for whoever asks must never pass for a delivery.
#[test]
fn nobody_gets_a_delivery_signed() {
    let body = json!({ "data": { "filter": { "user_id": "1" }, "event_type": "oauth.revoke" } }).to_string();
    let long = "a".repeat(300);
    for token in [body.as_str(), "[]", "{}", "\"a\"", " 1", "a b", "ä", "", &long] {
        let asked = hear(&Incoming::question(&[("crc_token", token)]));
        assert_eq!(asked, Err(Deaf::Forged), "{token}");
    }
    for token in ["8ZVWQ", "MDEx-_NzA0+/==", "9b4507b3-9040-4669-9ca3-6b94edb50553"] {
        let asked = hear(&Incoming::question(&[("crc_token", token)]));
        assert!(matches!(asked, Ok(Heard::Handshake(_))), "{token}: {asked:?}");
    }
}

#[test]
fn activity_and_a_revoked_login_are_reasons_to_look() {
    let event = |kind: &str| json!({ "data": { "event_uuid": "1", "filter": { "user_id": "2244994945" }, "event_type": kind, "payload": {} } });
    for (kind, what) in [
        ("post.create", Some(What::Changed)),
        ("like.create", Some(What::Changed)),
        ("follow.unfollow", Some(What::Changed)),
        ("profile.update.bio", Some(What::Changed)),
        ("dm.received", None),
        ("oauth.grant", None),
        ("oauth.revoke.undone", None),
        // It says no time, so that it may be about an older login: X is asked.
        ("oauth.revoke", Some(What::Changed)),
    ] {
        let events = what.map(|what| Event { remote_id: "2244994945".into(), what });
        assert_eq!(delivered(&event(kind)), Ok(Heard::Events(events.into_iter().collect())), "{kind}");
    }
}
