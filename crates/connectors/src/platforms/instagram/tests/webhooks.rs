//! What Instagram sends. Handshake and signatures are those of all Meta networks, and tested with Facebook's.

use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::json;

use super::super::{CONNECTOR, webhooks};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Event, Heard, HookCx, Incoming, What};
use crate::kit::signature;
use crate::specs;

fn news(remote_id: &str) -> Event {
    Event { remote_id: remote_id.to_owned(), what: What::Changed }
}

#[test]
fn the_networks_samples_are_understood() {
    for name in ["wh-comments", "wh-comments-2021", "wh-livecomments", "wh-mentions", "wh-story_insights"] {
        let Some(body) =
            specs::file::<serde_json::Value>(&format!("meta/fixtures/restfb/instagram/{name}.json"))
        else {
            return specs::skipped("webhooks::the_networks_samples_are_understood");
        };
        let account = body["entry"][0]["id"].as_str().expect("an id");
        assert_eq!(webhooks::events(&body), [news(account)], "{name}");
    }
}

#[test]
fn a_change_that_stands_in_the_entry_itself_counts_and_messages_do_not() {
    let flat = json!({ "object": "instagram", "entry": [{ "id": 17, "field": "comments", "value": { "id": "1" } }] });
    assert_eq!(webhooks::events(&flat), [news("17")]);
    let message =
        json!({ "object": "instagram", "entry": [{ "id": "17", "messaging": [{ "message": {} }] }] });
    assert_eq!(webhooks::events(&message), []);
    let other = json!({ "object": "page", "entry": [{ "id": "17", "field": "comments" }] });
    assert_eq!(webhooks::events(&other), []);
}

#[test]
fn the_secret_of_either_app_is_good() {
    let body =
        json!([{ "object": "instagram", "entry": [{ "id": "17", "changes": [{ "field": "comments" }] }] }]);
    let (body, now) = (body.to_string(), Timestamp::UNIX_EPOCH);
    let secret = |key: &str| (key.to_owned(), Secret::new(format!("secret of {key}")));
    let secrets = [secret("client_secret"), secret("facebook_client_secret")];
    let settings = PlatformSettings { secrets: secrets.into(), ..PlatformSettings::default() };
    for (key, good) in [("client_secret", true), ("facebook_client_secret", true), ("another", false)] {
        let key = Secret::new(format!("secret of {key}"));
        let proof = format!("sha256={}", hex::encode(signature::sha256(&key, &[body.as_bytes()])));
        let incoming = Incoming::delivery(Address::Events, ("x-hub-signature-256", &proof), body.clone());
        let heard =
            CONNECTOR.webhooks().expect("webhooks").hear(HookCx { settings: &settings, now }, &incoming);
        assert_eq!(heard.is_ok_and(|heard| heard == Heard::Events(vec![news("17")])), good);
    }
}
