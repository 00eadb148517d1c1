//! What TikTok sends.

use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::json;

use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Deaf, Event, Heard, HookCx, Incoming, What};
use crate::kit::signature;
use crate::platforms::tiktok::CONNECTOR;

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
