//! What YouTube tells about a channel: its hub sends the channel's feed when a video appears or changes.

use http::{Method, StatusCode};
use quick_xml::Reader;
use quick_xml::events::Event as Xml;

use super::YouTube;
use crate::contract::connector::{Accepts, Setting};
use crate::contract::webhooks::{Address, Answer, Deaf, Event, Heard, HookCx, Incoming, Webhooks, What};
use crate::kit::signature;

/// The setting that holds what the hub signs with.
pub(super) const SECRET: Setting = Setting {
    key: "webhook_secret",
    secret: true,
    accepts: Accepts::Text,
    help: "A text of your own, known to nobody else. Give the same one as HMAC secret (hub.secret) where a channel's feed is subscribed to.",
};

/// The setting that holds what the hub repeats when it asks. It travels in addresses, so that it must not be what is signed with.
pub(super) const VERIFY_TOKEN: Setting = Setting {
    key: "webhook_verify_token",
    secret: true,
    accepts: Accepts::Text,
    help: "Another text of your own. Give the same one as verify token (hub.verify_token) where a channel's feed is subscribed to.",
};

/// What a channel's feed is called, with the channel's id behind it. Source: YouTube Data API - Push notifications.
const TOPICS: [&str; 2] = [
    "https://www.youtube.com/xml/feeds/videos.xml?channel_id=",
    "https://www.youtube.com/feeds/videos.xml?channel_id=",
];

/// Longest challenge that is repeated.
const LONGEST_CHALLENGE: usize = 500;

const SIGNATURE: &str = "x-hub-signature";

impl Webhooks for YouTube {
    fn hear(&self, cx: HookCx<'_>, incoming: &Incoming) -> Result<Heard, Deaf> {
        if incoming.address != Address::Events {
            return Err(Deaf::NoSuchAddress);
        }
        if incoming.method == Method::GET {
            let ours = cx.settings.secret(VERIFY_TOKEN.key).ok_or(Deaf::NotSetUp(VERIFY_TOKEN.key))?;
            let theirs = incoming.param("hub.verify_token").unwrap_or_default();
            let is_ours = signature::is_same(ours, theirs);
            let topic = incoming.param("hub.topic").unwrap_or_default();
            if !is_ours || !TOPICS.iter().any(|known| topic.starts_with(known)) {
                return Err(Deaf::Forged);
            }
            let challenge = incoming.param("hub.challenge").filter(|c| c.len() <= LONGEST_CHALLENGE);
            return challenge.map(|c| Heard::Handshake(Answer::text(c))).ok_or(Deaf::Unreadable);
        }
        let secret = cx.settings.secret(SECRET.key).ok_or(Deaf::NotSetUp(SECRET.key))?;
        let given = incoming.header(SIGNATURE).and_then(|h| h.strip_prefix("sha1="));
        let given = given.and_then(|text| hex::decode(text).ok()).ok_or(Deaf::Forged)?;
        if !signature::is_sha1(secret, &[&incoming.body], &given) {
            return Err(Deaf::Forged);
        }
        channels(&incoming.body).map(|channels| Heard::Events(channels.into_iter().map(changed).collect()))
    }

    fn signature_header(&self) -> &'static str {
        SIGNATURE
    }

    /// "On a bad signature answer 2xx and drop": a hub that is refused gives up the subscription.
    fn refusal(&self) -> StatusCode {
        StatusCode::NO_CONTENT
    }
}

fn changed(remote_id: String) -> Event {
    Event { remote_id, what: What::Changed }
}

/// The channels that an Atom feed is about: named in its entries, and for a video that was removed in the address of who did it.
pub(super) fn channels(feed: &[u8]) -> Result<Vec<String>, Deaf> {
    let mut reader = Reader::from_reader(feed);
    let (mut within, mut found) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().map_err(|_| Deaf::Unreadable)? {
            Xml::Start(tag) => within = tag.name().as_ref().to_vec(),
            Xml::End(_) => within.clear(),
            Xml::Text(text) => {
                let text = text.decode().map_err(|_| Deaf::Unreadable)?;
                let channel = match within.as_slice() {
                    b"yt:channelId" => Some(text.trim()),
                    b"uri" => text.trim().strip_prefix("https://www.youtube.com/channel/"),
                    _ => None,
                };
                if let Some(channel) = channel.filter(|c| !c.is_empty() && !found.iter().any(|f| f == c)) {
                    found.push(channel.to_owned());
                }
            }
            Xml::Eof => return Ok(found),
            _ => {}
        }
    }
}
