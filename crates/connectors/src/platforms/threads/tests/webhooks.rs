//! What Threads sends. Handshake and signatures are those of all Meta networks, and tested with Facebook's.

use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Timestamp};
use serde_json::{Value, json};

use super::super::sandbox::simulator;
use super::super::{CONNECTOR, webhooks};
use crate::conformance::{Bench, Connect, draft};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Deaf, Event, Heard, HookCx, Incoming, What};
use crate::kit::signature;
use crate::sandbox::testing;

fn told(topic: &str, field: &str) -> Value {
    json!({
        "app_id": "123", "topic": topic, "target_id": 17_841_400_000_000_001_u64, "time": 1_793_610_000,
        "subscription_id": "234", "has_uid_field": false,
        "values": { "value": { "id": "18000000000000001" }, "field": field }
    })
}

fn event(what: What) -> Event {
    Event { remote_id: "17841400000000001".to_owned(), what }
}

#[test]
fn the_networks_own_envelope_is_understood() {
    for (topic, field) in [("moderate", "replies"), ("moderate", "delete"), ("interaction", "mentions")] {
        assert_eq!(webhooks::events(&told(topic, field)), [event(What::Changed)], "{field}");
    }
    let published = webhooks::events(&told("interaction", "publish"));
    assert_eq!(published, [event(What::Processed), event(What::Changed)]);
    assert_eq!(webhooks::events(&told("interaction", "something_new")), []);
    let others = json!({ "object": "instagram", "entry": [{ "id": "17", "field": "comments" }] });
    assert_eq!(webhooks::events(&others), []);
}

#[test]
fn only_the_apps_own_secret_is_believed() {
    let (body, now) = (told("moderate", "replies").to_string(), Timestamp::UNIX_EPOCH);
    let secrets = [("client_secret".to_owned(), Secret::new("ours"))];
    let settings = PlatformSettings { secrets: secrets.into(), ..PlatformSettings::default() };
    for (key, good) in [("ours", true), ("theirs", false)] {
        let proof = hex::encode(signature::sha256(&Secret::new(key), &[body.as_bytes()]));
        let header = format!("sha256={proof}");
        let incoming = Incoming::delivery(Address::Events, ("x-hub-signature-256", &header), body.clone());
        let cx = HookCx { settings: &settings, now };
        let heard = CONNECTOR.webhooks().expect("webhooks").hear(cx, &incoming);
        assert_eq!(
            heard.is_ok_and(|heard| heard == Heard::Events(vec![event(What::Changed)])),
            good,
            "{key}"
        );
    }
}

/// Whatever the simulated Threads says it would send is believed and understood.
#[tokio::test]
async fn what_the_simulator_sends_is_understood() {
    let bench = Bench::new(simulator());
    let connected = bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await;
    let session = connected.expect("connected");
    let outcome = session.publish(&draft("Heard of", [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let credential = session.credential();
    let publisher = CONNECTOR.publisher().expect("it publishes");
    publisher.delete(&session.cx(&credential), &outcome.remote_ids()[0]).await.expect("deleted");
    let page = testing::open(&bench.sandbox, "https://www.threads.net/dashboard/webhooks").await;
    let sent = page.json::<Value>().expect("json")["deliveries"].take();
    let settings = bench.settings(&CONNECTOR);
    let event = |what| Event { remote_id: session.account.remote_id.clone(), what };
    // The newest first.
    let wanted = [vec![event(What::Changed)], vec![event(What::Processed), event(What::Changed)]];
    assert_eq!(sent.as_array().map(Vec::len), Some(wanted.len()), "{sent}");
    for (delivery, events) in sent.as_array().expect("a list").iter().zip(wanted) {
        let text = |name: &str| delivery[name].as_str().expect("text");
        let hear = |body: String| {
            let incoming =
                Incoming::delivery(Address::Events, ("x-hub-signature-256", text("signature")), body);
            let cx = HookCx { settings: &settings, now: bench.clock.now() };
            CONNECTOR.webhooks().expect("webhooks").hear(cx, &incoming)
        };
        assert_eq!(hear(text("body").to_owned()), Ok(Heard::Events(events)));
        assert_eq!(hear(format!("{} ", text("body"))), Err(Deaf::Forged));
    }
}
