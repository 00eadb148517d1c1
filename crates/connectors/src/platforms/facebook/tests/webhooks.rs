//! What Facebook sends: who is believed, and what is made of it. The bodies are samples of the network.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::super::{CONNECTOR, webhooks};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Answer, Deaf, Event, Heard, HookCx, Incoming, What, Withdrawal};
use crate::kit::signature;
use crate::specs;

const SECRET: &str = "app secret of the test";
const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);
const SIGNATURE: &str = "x-hub-signature-256";

fn settings() -> PlatformSettings {
    let secret = |key: &str, value: &str| (key.to_owned(), Secret::new(value));
    let secrets = [secret("client_secret", SECRET), secret("webhook_verify_token", "said by us")];
    let values = [("client_id".to_owned(), "123".to_owned())];
    PlatformSettings { secrets: secrets.into(), values: values.into() }
}

fn hear(settings: &PlatformSettings, incoming: &Incoming) -> Result<Heard, Deaf> {
    CONNECTOR.webhooks().expect("webhooks").hear(HookCx { settings, now: NOW }, incoming)
}

fn signed(body: &Value) -> Incoming {
    let body = body.to_string();
    let proof = hex::encode(signature::sha256(&Secret::new(SECRET), &[body.as_bytes()]));
    Incoming::delivery(Address::Events, (SIGNATURE, &format!("sha256={proof}")), body)
}

#[test]
fn only_who_knows_the_verify_token_gets_the_challenge_back() {
    let asked = |token, mode| {
        let query = [("hub.mode", mode), ("hub.challenge", "1158201444"), ("hub.verify_token", token)];
        hear(&settings(), &Incoming::question(&query))
    };
    assert_eq!(asked("said by us", "subscribe"), Ok(Heard::Handshake(Answer::text("1158201444"))));
    assert_eq!(asked("said by others", "subscribe"), Err(Deaf::Forged));
    assert_eq!(asked("said by us", "unsubscribe"), Err(Deaf::Forged));
    let unset = PlatformSettings::default();
    let query = [("hub.mode", "subscribe"), ("hub.challenge", "1"), ("hub.verify_token", "")];
    assert_eq!(hear(&unset, &Incoming::question(&query)), Err(Deaf::NotSetUp("webhook_verify_token")));
}

#[test]
fn what_is_not_signed_with_the_secret_over_these_very_bytes_is_not_believed() {
    let body = json!({ "object": "page", "entry": [{ "id": "7", "changes": [{ "field": "mention" }] }] });
    let good = signed(&body);
    let news = Event { remote_id: "7".into(), what: What::Changed };
    assert_eq!(hear(&settings(), &good), Ok(Heard::Events(vec![news])));
    let other = Incoming { body: format!("{body} ").into(), ..good.clone() };
    let bare = Incoming::delivery(Address::Events, ("x-other", "1"), body.to_string());
    let proof = hex::encode(signature::sha256(&Secret::new("another"), &[body.to_string().as_bytes()]));
    let foreign =
        Incoming::delivery(Address::Events, (SIGNATURE, &format!("sha256={proof}")), body.to_string());
    for forged in [other, bare, foreign] {
        assert_eq!(hear(&settings(), &forged), Err(Deaf::Forged), "{forged:?}");
    }
    assert_eq!(hear(&PlatformSettings::default(), &good), Err(Deaf::NotSetUp("client_secret")));
}

#[test]
fn the_networks_samples_are_understood() {
    let Some(folder) = specs::path("meta") else {
        return specs::skipped("webhooks::the_networks_samples_are_understood");
    };
    let folder = folder.join("fixtures/restfb/webhooks");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).expect("samples").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.starts_with("feed-") {
            continue;
        }
        let body: Value = serde_json::from_slice(&std::fs::read(file.path()).expect("sample")).expect("json");
        let events = webhooks::events(&body);
        // Two entries with fields that nobody asked for.
        assert_eq!(events.is_empty(), name.starts_with("feed-two-entries"), "{name}: {events:?}");
        let own = |event: &Event| event.remote_id == body["entry"][0]["id"].as_str().unwrap_or_default();
        assert!(events.iter().all(own), "{name}: {events:?}");
        let posted = ["feed-status-add-25", "feed-video-add", "feed-photo-add-25"];
        if posted.iter().any(|known| name.starts_with(known)) {
            assert!(events.iter().any(|e| e.what == What::Processed), "{name}: {events:?}");
        }
        if name.contains("comment") || name.contains("remove") {
            assert!(events.iter().all(|e| e.what == What::Changed), "{name}: {events:?}");
        }
        seen += 1;
    }
    assert!(seen > 40, "{seen} samples");
}

fn request(payload: &Value, secret: &str) -> String {
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    let proof = signature::sha256(&Secret::new(secret), &[payload.as_bytes()]);
    format!("signed_request={}.{payload}", URL_SAFE_NO_PAD.encode(proof))
}

#[test]
fn a_signed_request_says_who_left_and_whether_all_is_to_go() {
    let payload =
        json!({ "algorithm": "HMAC-SHA256", "issued_at": 1_790_000_000, "expires": 0, "user_id": "218471" });
    for (address, erase) in [(Address::Deauthorize, false), (Address::DataDeletion, true)] {
        let said =
            hear(&settings(), &Incoming::delivery(address, ("x-none", "1"), request(&payload, SECRET)));
        let at = Timestamp::from_second(1_790_000_000).expect("a time");
        let withdrawal = |at| Withdrawal { person: "meta:123:218471".into(), remote_id: None, at, erase };
        assert_eq!(said, Ok(Heard::Withdrawn(withdrawal(at))));
        // Without a time it is about what is there now, and none is about what will be.
        for time in [json!(null), json!(2_000_000_000)] {
            let payload = json!({ "algorithm": "HMAC-SHA256", "issued_at": time, "user_id": 218_471 });
            let said =
                hear(&settings(), &Incoming::delivery(address, ("x-none", "1"), request(&payload, SECRET)));
            assert_eq!(said, Ok(Heard::Withdrawn(withdrawal(NOW))), "{payload}");
        }
        let forged = Incoming::delivery(address, ("x-none", "1"), request(&payload, "another"));
        assert_eq!(hear(&settings(), &forged), Err(Deaf::Forged));
        for broken in ["", "signed_request=", "signed_request=a.b", "signed_request=a"] {
            let broken = Incoming::delivery(address, ("x-none", "1"), broken);
            assert_eq!(hear(&settings(), &broken), Err(Deaf::Forged), "{broken:?}");
        }
    }
    let weak = json!({ "algorithm": "none", "issued_at": 1_790_000_000, "user_id": "218471" });
    let weak = Incoming::delivery(Address::Deauthorize, ("x-none", "1"), request(&weak, SECRET));
    assert_eq!(hear(&settings(), &weak), Err(Deaf::Unreadable));
}
