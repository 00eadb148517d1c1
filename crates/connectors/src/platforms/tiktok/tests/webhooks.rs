//! What TikTok sends.

use std::time::Duration;

use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use http::StatusCode;
use serde_json::{Value, json};

use super::canned::with;
use crate::conformance::{Bench, Connect, draft};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Deaf, Event, Heard, HookCx, Incoming, What};
use crate::kit::http::{Call, Safety, Transport};
use crate::kit::signature;
use crate::platforms::tiktok::CONNECTOR;
use crate::platforms::tiktok::sandbox::simulator;
use crate::sandbox::{InProcess, testing};

const SECRET: &str = "client secret of the test";
const SENT: i64 = 1_795_000_000;
const WHO: &str = "-0009f3c7a1e5";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

fn hear_with(settings: &PlatformSettings, now: Timestamp, incoming: &Incoming) -> Result<Heard, Deaf> {
    CONNECTOR.webhooks().expect("webhooks").hear(HookCx { settings, now }, incoming)
}

fn hear(now: Timestamp, incoming: &Incoming) -> Result<Heard, Deaf> {
    let secrets = [("client_secret".to_owned(), Secret::new(SECRET))];
    hear_with(&PlatformSettings { secrets: secrets.into(), ..PlatformSettings::default() }, now, incoming)
}

fn body(event: &str) -> String {
    let content = json!({ "publish_id": "v_pub_file~v2-1.7", "publish_type": "DIRECT_PUBLISH" }).to_string();
    json!({ "client_key": "key", "event": event, "create_time": SENT - 9, "user_openid": WHO,
        "content": content })
    .to_string()
}

fn proof(message: &str) -> String {
    hex::encode(signature::sha256(&Secret::new(SECRET), &[message.as_bytes()]))
}

fn delivery(header: &str, body: &str) -> Incoming {
    Incoming::delivery(Address::Events, ("tiktok-signature", header), body.to_owned())
}

fn signed(body: &str) -> Incoming {
    delivery(&format!("t={SENT},s={}", proof(&format!("{SENT}.{body}"))), body)
}

#[test]
fn what_is_done_is_looked_at_and_a_removed_permission_is_gone() {
    for (event, what) in [
        ("authorization.removed", Some(What::Removed(at(SENT - 9)))),
        ("post.publish.failed", Some(What::Processed)),
        ("post.publish.complete", Some(What::Processed)),
        ("post.publish.inbox_delivered", Some(What::Processed)),
        ("post.publish.publicly_available", Some(What::Processed)),
        ("post.publish.no_longer_publicaly_available", Some(What::Changed)),
        ("video.upload.failed", Some(What::Processed)),
        ("video.publish.completed", Some(What::Processed)),
        ("portability.download.ready", None),
    ] {
        let events = what.map(|what| Event { remote_id: WHO.to_owned(), what });
        let heard = hear(at(SENT + 2), &signed(&body(event)));
        assert_eq!(heard, Ok(Heard::Events(events.into_iter().collect())), "{event}");
    }
}

#[test]
fn what_is_not_signed_now_by_tiktok_is_not_believed() {
    let (body, other) = (body("authorization.removed"), body("post.publish.complete"));
    let good = proof(&format!("{SENT}.{body}"));
    for header in [
        String::new(),
        format!("t={SENT}"),
        format!("s={good}"),
        format!("t={SENT},s="),
        format!("t={SENT},s=no hex"),
        format!("t={},s={good}", SENT + 1),
        format!("t={SENT},s={}", proof(&body)),
        format!("t=soon,s={}", proof(&format!("soon.{body}"))),
    ] {
        assert_eq!(hear(at(SENT), &delivery(&header, &body)), Err(Deaf::Forged), "{header}");
    }
    let header = format!("t={SENT},s={good}");
    assert_eq!(hear(at(SENT), &delivery(&header, &other)), Err(Deaf::Forged), "another body");
    let limit = SignedDuration::from_mins(5);
    let heard = |now| hear(now, &signed(&body)).is_ok();
    assert!(heard(at(SENT) + limit) && heard(at(SENT) - limit));
    let over = limit + SignedDuration::from_secs(1);
    assert!(!heard(at(SENT) + over) && !heard(at(SENT) - over), "kept and sent again");
}

#[test]
fn nothing_is_heard_elsewhere_or_without_a_secret() {
    let good = signed(&body("post.publish.complete"));
    let unset = hear_with(&PlatformSettings::default(), at(SENT), &good);
    assert_eq!(unset, Err(Deaf::NotSetUp("client_secret")));
    let elsewhere = Incoming { address: Address::Deauthorize, ..good };
    assert_eq!(hear(at(SENT), &elsewhere), Err(Deaf::NoSuchAddress));
    assert_eq!(hear(at(SENT), &Incoming::question(&[("challenge", "1")])), Err(Deaf::NoSuchAddress));
    assert_eq!(hear(at(SENT), &signed("[]")), Err(Deaf::Unreadable));
}

/// What the simulated TikTok sends, as it sends it.
async fn sent(bench: &Bench) -> Vec<Value> {
    let reply = testing::open(&bench.sandbox, "https://www.tiktok.com/dashboard/webhooks").await;
    reply.json::<Value>().expect("json")["deliveries"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn what_the_simulator_sends_is_understood_also_when_it_is_sent_again() {
    let bench = Bench::new(simulator());
    let connected = bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await;
    let session = connected.expect("connected");
    let post =
        with(draft("Heard of", [bench.library.mp4(300_000, 10_000, None)]), &json!({ "privacy": "public" }));
    assert!(session.publish(&post).await.is_published());
    bench.clock.advance(Duration::from_secs(3_600));
    let authorizer = CONNECTOR.authorizer();
    let settings = bench.settings(&CONNECTOR);
    let cx = bench.auth_cx(&settings, None);
    authorizer.revoke(&cx, &session.account, &session.credential()).await.expect("revoked");
    let removed = bench.clock.now();
    let hear = |delivery: &Value| {
        let text = |name: &str| delivery[name].as_str().expect("text");
        hear_with(&settings, bench.clock.now(), &self::delivery(text("signature"), text("body")))
    };
    bench.clock.advance(Duration::from_secs(3_600));
    let (all, who) = (sent(&bench).await, &session.account.remote_id);
    let whats = [What::Processed, What::Processed, What::Removed(removed)];
    assert_eq!(all.len(), whats.len(), "{all:?}");
    for (delivery, what) in all.iter().zip(whats) {
        assert!(delivery["times"].as_u64() > Some(1), "nobody answered: {delivery}");
        // The pauses grow beyond the age that is believed, so the last repetition is heard when it is sent.
        let sent_at = delivery["signature"].as_str().and_then(|s| s.strip_prefix("t=")?.split_once(','));
        let sent_at = at(sent_at.expect("a time").0.parse().expect("seconds"));
        let text = |name: &str| delivery[name].as_str().expect("text");
        let heard = hear_with(&settings, sent_at, &self::delivery(text("signature"), text("body")));
        let whole = match what {
            What::Removed(at) => What::Removed(self::at(at.as_second())),
            what => what,
        };
        let event = Event { remote_id: who.clone(), what: whole };
        assert_eq!(heard, Ok(Heard::Events(vec![event])), "{delivery}");
    }
    assert_eq!(hear(&all[0]), Err(Deaf::Forged), "an old one that somebody kept");
    // Answered, it is not sent again; and nothing is sent for ever.
    let answered =
        format!("https://www.tiktok.com/dashboard/webhooks?answered={}", all[0]["id"].as_str().expect("id"));
    let call = Call::post("raw", Safety::Invisible, answered);
    let later = bench.clock.monotonic() + Duration::from_secs(60);
    let reply = InProcess::over(bench.sandbox.clone()).send(call, Some(later)).await.expect("sent");
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(sent(&bench).await.len(), whats.len() - 1);
    bench.clock.advance(Duration::from_secs(73 * 3_600));
    assert_eq!(sent(&bench).await, Vec::<Value>::new());
}
