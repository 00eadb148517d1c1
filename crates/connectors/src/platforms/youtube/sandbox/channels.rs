//! `channels.list`.

use axum::response::Response;
use serde_json::{Value, json};

use super::answer::tagged;
use super::counters::{earlier_views, views};
use super::door::{Ask, Door, Endpoint, READ};
use super::params::Page;
use super::state::Memory;
use super::{PLATFORM, people};
use crate::sandbox::{Persona, Site};

static LIST: Endpoint = Endpoint::read(&[
    "part",
    "mine",
    "id",
    "forHandle",
    "forUsername",
    "hl",
    "maxResults",
    "pageToken",
    "managedByMe",
    "mySubscribers",
    "categoryId",
    "onBehalfOfContentOwner",
]);

const PARTS: &[&str] = &[
    "brandingSettings",
    "contentDetails",
    "contentOwnerDetails",
    "id",
    "localizations",
    "snippet",
    "statistics",
    "status",
    "topicDetails",
];

/// `GET /youtube/v3/channels`. A Google account without a channel gets no items at all.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, READ, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let (filter, value) = ask.query.filter(&["mine", "id", "forHandle", "forUsername"])?;
        let page = Page::asked(&ask.query, "channels", 5, (0, 50))?;
        let found: Vec<&'static Persona> = match filter {
            "mine" if ask.query.flag("mine")? == Some(true) => vec![ask.caller],
            "id" => ask.query.ids("id")?.iter().filter_map(|id| people::by_channel(id)).collect(),
            "forHandle" => people::by_handle(value).into_iter().collect(),
            _ => Vec::new(),
        };
        Ok(ask.change(|memory| {
            let without = &memory.rules.without_channel;
            let found: Vec<_> =
                found.into_iter().filter(|persona| !without.iter().any(|key| key == persona.key)).collect();
            let show = |persona: &&'static Persona| channel(ask, memory, persona, &parts);
            let mut body = page.show("youtube#channelListResponse", &found, show);
            if let (true, Some(body)) = (found.is_empty(), body.as_object_mut()) {
                body.remove("items");
            }
            body
        }))
    })
}

fn channel(ask: &Ask<'_>, memory: &Memory, persona: &'static Persona, parts: &[String]) -> Value {
    let own = persona.key == ask.caller.key;
    let mut out = json!({ "kind": "youtube#channel", "id": people::channel_id(persona) });
    for part in parts.iter().filter(|part| *part != "id") {
        out[part.as_str()] = match part.as_str() {
            "snippet" => snippet(ask.site, persona),
            "contentDetails" => {
                let lists =
                    json!({ "likes": people::likes_id(persona), "uploads": people::uploads_id(persona) });
                json!({ "relatedPlaylists": lists })
            }
            "statistics" => statistics(ask, memory, persona),
            "status" => status(persona, own),
            "brandingSettings" => {
                json!({ "channel": { "title": persona.name, "description": persona.bio, "country": "IE" } })
            }
            _ => json!({}),
        };
    }
    tagged(out)
}

fn snippet(site: &Site, persona: &Persona) -> Value {
    let url = site.avatar_url(persona.key);
    let picture = |size: u32| json!({ "url": url, "width": size, "height": size });
    json!({
        "title": persona.name,
        "description": persona.bio,
        "customUrl": format!("@{}", persona.key),
        "publishedAt": "2017-05-14T08:21:33Z",
        "thumbnails": { "default": picture(88), "medium": picture(240), "high": picture(800) },
        "localized": { "title": persona.name, "description": persona.bio },
        "country": "IE",
    })
}

/// Subscribers with three digits, and public videos only.
fn statistics(ask: &Ask<'_>, memory: &Memory, persona: &Persona) -> Value {
    let now = ask.world.now();
    let watched: u64 = memory.uploads(persona).into_iter().map(|video| views(video, now)).sum();
    let before = earlier_views(persona.followers(PLATFORM), now);
    let public = memory.public_uploads(persona);
    let mut out = json!({
        "viewCount": (before + watched).to_string(),
        "hiddenSubscriberCount": memory.rules.hides_subscribers,
        "videoCount": public.len().to_string(),
    });
    if !memory.rules.hides_subscribers {
        out["subscriberCount"] = json!(people::rounded(persona.followers_at(PLATFORM, now)).to_string());
    }
    out
}

fn status(persona: &Persona, own: bool) -> Value {
    let long = if Memory::is_verified(persona) { "allowed" } else { "eligible" };
    let mut out = json!({
        "privacyStatus": "public",
        "isLinked": true,
        "longUploadsStatus": if own { long } else { "longUploadsUnspecified" },
        "madeForKids": false,
    });
    if own {
        out["selfDeclaredMadeForKids"] = json!(false);
    }
    out
}
