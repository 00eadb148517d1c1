//! What YouTube's hub sends.

use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use proptest::prelude::*;
use sha1::Sha1;

use super::super::{CONNECTOR, webhooks};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::contract::webhooks::{Address, Answer, Deaf, Event, Heard, HookCx, Incoming, What};

const SECRET: &str = "hub secret of the test";

const TOKEN: &str = "verify token of the test";

const UPLOAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom">
  <title>YouTube video feed</title>
  <entry>
    <id>yt:video:a1b2</id><yt:videoId>a1b2</yt:videoId><yt:channelId>UCabc</yt:channelId>
    <title>Bells &amp; more</title>
    <author><name>Someone</name><uri>https://www.youtube.com/channel/UCabc</uri></author>
    <published>2026-11-01T10:00:00+00:00</published><updated>2026-11-01T10:01:00+00:00</updated>
  </entry>
</feed>"#;

const REMOVAL: &str = r#"<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom">
  <at:deleted-entry ref="yt:video:a1b2" when="2026-11-02T10:00:00+00:00">
    <link href="https://www.youtube.com/watch?v=a1b2"/>
    <at:by><name>Someone</name><uri>https://www.youtube.com/channel/UCabc</uri></at:by>
  </at:deleted-entry>
</feed>"#;

fn hear(incoming: &Incoming) -> Result<Heard, Deaf> {
    let secret = |key: &str, value: &str| (key.to_owned(), Secret::new(value));
    let secrets = [secret("webhook_secret", SECRET), secret("webhook_verify_token", TOKEN)];
    let settings = PlatformSettings { secrets: secrets.into(), ..PlatformSettings::default() };
    let cx = HookCx { settings: &settings, now: Timestamp::UNIX_EPOCH };
    CONNECTOR.webhooks().expect("webhooks").hear(cx, incoming)
}

fn proof(body: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).expect("any length");
    mac.update(body.as_bytes());
    format!("sha1={}", hex::encode(mac.finalize().into_bytes()))
}

#[test]
fn a_subscription_is_confirmed_only_if_it_is_ours() {
    let asked = |topic, token| {
        hear(&Incoming::question(&[
            ("hub.mode", "subscribe"),
            ("hub.topic", topic),
            ("hub.challenge", "c5f"),
            ("hub.lease_seconds", "432000"),
            ("hub.verify_token", token),
        ]))
    };
    let feed = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCabc";
    assert_eq!(asked(feed, TOKEN), Ok(Heard::Handshake(Answer::text("c5f"))));
    assert_eq!(asked(feed, "guessed"), Err(Deaf::Forged));
    assert_eq!(asked(feed, SECRET), Err(Deaf::Forged), "what is signed with is never in an address");
    assert_eq!(asked("https://example.com/feed", TOKEN), Err(Deaf::Forged));
}

#[test]
fn uploads_and_removals_are_news_of_their_channel() {
    let news = Event { remote_id: "UCabc".into(), what: What::Changed };
    for body in [UPLOAD, REMOVAL] {
        let delivery = |proof: &str| Incoming::delivery(Address::Events, ("x-hub-signature", proof), body);
        assert_eq!(hear(&delivery(&proof(body))), Ok(Heard::Events(vec![news.clone()])), "{body}");
        assert_eq!(hear(&delivery(&proof("another"))), Err(Deaf::Forged));
    }
    // A hub that is refused gives up the subscription.
    assert_eq!(CONNECTOR.webhooks().expect("webhooks").refusal(), StatusCode::NO_CONTENT);
}

proptest! {
    #[test]
    fn no_feed_brings_the_reader_down(feed in proptest::collection::vec(any::<u8>(), 0..200), cut in 0..UPLOAD.len()) {
        // Noise names no channel, whether it can be read or not.
        prop_assert_eq!(webhooks::channels(&feed).unwrap_or_default(), Vec::<String>::new());
        let found = webhooks::channels(&UPLOAD.as_bytes()[..cut]).unwrap_or_default();
        prop_assert!(found.iter().all(|channel| "UCabc".starts_with(channel.as_str())), "{:?}", found);
    }
}
