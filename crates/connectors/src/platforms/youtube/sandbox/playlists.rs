//! `playlists.list`, `insert`, `update` and `delete`.

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};
use super::body::{self, Field, Section, object, value};
use super::door::{Ask, Door, Endpoint, MANAGE, READ};
use super::meta::Privacy;
use super::params::Page;
use super::people;
use super::shown::time;
use super::state::{Memory, Playlist};
use crate::sandbox::Persona;

const DOMAIN: &str = "youtube.playlist";

static LIST: Endpoint = Endpoint::read(&[
    "part",
    "mine",
    "id",
    "channelId",
    "hl",
    "maxResults",
    "pageToken",
    "onBehalfOfContentOwner",
    "onBehalfOfContentOwnerChannel",
]);
static INSERT: Endpoint =
    Endpoint::write(&["part", "onBehalfOfContentOwner", "onBehalfOfContentOwnerChannel"]);
static UPDATE: Endpoint = Endpoint::write(&["part", "onBehalfOfContentOwner"]);
static DELETE: Endpoint = Endpoint::write(&["id", "onBehalfOfContentOwner"]);

const PARTS: &[&str] = &["contentDetails", "id", "localizations", "player", "snippet", "status"];

const SHAPE: &[Field] = &[
    value("kind"),
    value("etag"),
    value("id"),
    object(
        "snippet",
        &[
            value("title"),
            value("description"),
            value("defaultLanguage"),
            value("tags"),
            value("publishedAt"),
            value("channelId"),
            value("channelTitle"),
            value("thumbnails"),
            value("thumbnailVideoId"),
            value("localized"),
        ],
    ),
    object("status", &[value("privacyStatus"), value("podcastStatus")]),
    value("localizations"),
    value("contentDetails"),
    value("player"),
];

/// `GET /youtube/v3/playlists`.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, READ, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let (filter, wanted) = ask.query.filter(&["mine", "id", "channelId"])?;
        let page = Page::asked(&ask.query, &format!("playlists {filter} {wanted}"), 5, (0, 50))?;
        let ids = ask.query.ids("id")?;
        let owner = match filter {
            "mine" => {
                ask.needs_channel()?;
                Some(ask.caller)
            }
            "channelId" => Some(people::by_channel(wanted).ok_or_else(|| no_channel(wanted))?),
            _ => None,
        };
        Ok(ask.change(|memory| {
            let chosen = |playlist: &&Playlist| {
                let seen = playlist.owner == ask.caller.key || playlist.privacy != Privacy::Private;
                seen && match owner {
                    None => ids.contains(&playlist.id),
                    Some(owner) => playlist.owner == owner.key && is_shown(playlist, ask.caller),
                }
            };
            let mut found: Vec<&Playlist> = memory.playlists.values().filter(chosen).collect();
            found.sort_by_key(|playlist| std::cmp::Reverse(playlist.created_at));
            let show = |playlist: &&Playlist| resource(ask, memory, playlist, &parts);
            page.show("youtube#playlistListResponse", &found, show)
        }))
    })
}

/// Lists of a channel show its unlisted playlists only to itself.
fn is_shown(playlist: &Playlist, viewer: &Persona) -> bool {
    playlist.privacy == Privacy::Public || playlist.owner == viewer.key
}

fn no_channel(id: &str) -> Refusal {
    let text = format!("The channel with the id {id} cannot be found.");
    Refusal::new(404, DOMAIN, "channelNotFound", text).at("channelId", "parameter")
}

/// A playlist is not there.
pub(super) fn missing(domain: &'static str, place: &str) -> Refusal {
    let text =
        "The playlist identified with the request's <code>playlistId</code> parameter cannot be found.";
    Refusal::new(404, domain, "playlistNotFound", text).at(place, "parameter")
}

fn read(bytes: &[u8]) -> Result<(Value, String, String, Privacy), Refusal> {
    let body = body::read(bytes, SHAPE)?;
    let snippet = Section::of(&body, "snippet");
    let title = snippet.text("title")?.unwrap_or_default().to_owned();
    let description = snippet.text("description")?.unwrap_or_default().to_owned();
    if title.trim().is_empty() || title.contains(['<', '>']) || title.chars().count() > 150 {
        let text = "The request must specify a playlist title.";
        return Err(Refusal::body(DOMAIN, "playlistTitleRequired", "snippet.title", text));
    }
    let status = Section::of(&body, "status");
    let privacy = Privacy::of(status)?;
    Ok((body, title, description, privacy))
}

/// `POST /youtube/v3/playlists`.
pub(super) async fn insert(door: Door, bytes: Bytes) -> Response {
    door.serve(&INSERT, MANAGE, |ask| {
        ask.needs_channel()?;
        let parts = ask.query.parts(PARTS)?;
        let (_, title, description, privacy) = read(&bytes)?;
        let playlist = Playlist {
            id: format!("PL{}", ask.world.random_text(32)),
            owner: ask.caller.key.to_owned(),
            title,
            description,
            privacy,
            created_at: ask.world.now(),
        };
        Ok(ask.change(|memory| {
            memory.playlists.insert(playlist.id.clone(), playlist.clone());
            resource(ask, memory, &playlist, &parts)
        }))
    })
}

/// `PUT /youtube/v3/playlists`.
pub(super) async fn update(door: Door, bytes: Bytes) -> Response {
    door.serve(&UPDATE, MANAGE, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let (body, title, description, privacy) = read(&bytes)?;
        let id = body["id"].as_str().unwrap_or_default();
        ask.change(|memory| {
            let playlist = own(memory, ask.caller, id, DOMAIN)?;
            (playlist.title, playlist.description) = (title, description);
            if parts.iter().any(|part| part == "status") {
                playlist.privacy = privacy;
            }
            let changed = playlist.clone();
            Ok(resource(ask, memory, &changed, &parts))
        })
    })
}

/// `DELETE /youtube/v3/playlists`.
pub(super) async fn delete(door: Door) -> Response {
    door.serve(&DELETE, MANAGE, |ask| {
        let id = ask.query.need("id")?;
        ask.change(|memory| {
            own(memory, ask.caller, id, DOMAIN)?;
            memory.playlists.remove(id);
            memory.items.retain(|item| item.playlist != id);
            Ok(Value::Null)
        })
    })
}

/// The caller's own playlist.
pub(super) fn own<'a>(
    memory: &'a mut Memory,
    caller: &Persona,
    id: &str,
    domain: &'static str,
) -> Result<&'a mut Playlist, Refusal> {
    let seen =
        |playlist: &&mut Playlist| playlist.owner == caller.key || playlist.privacy != Privacy::Private;
    let playlist = memory.playlists.get_mut(id).filter(seen).ok_or_else(|| missing(domain, "playlistId"))?;
    if playlist.owner == caller.key {
        Ok(playlist)
    } else {
        Err(Refusal::new(403, domain, "playlistForbidden", "Forbidden"))
    }
}

fn resource(ask: &Ask<'_>, memory: &Memory, playlist: &Playlist, parts: &[String]) -> Value {
    let owner = Persona::find(&playlist.owner);
    let count = memory.items.iter().filter(|item| item.playlist == playlist.id).count();
    let mut out = json!({ "kind": "youtube#playlist", "id": playlist.id });
    for part in parts.iter().filter(|part| *part != "id") {
        out[part.as_str()] = match part.as_str() {
            "snippet" => {
                let url = owner.map(|owner| ask.site.avatar_url(owner.key));
                json!({
                    "publishedAt": time(playlist.created_at),
                    "channelId": owner.map(people::channel_id),
                    "title": playlist.title,
                    "description": playlist.description,
                    "thumbnails": { "default": { "url": url, "width": 120, "height": 90 } },
                    "channelTitle": owner.map(|owner| owner.name),
                    "localized": { "title": playlist.title, "description": playlist.description },
                })
            }
            "status" => json!({ "privacyStatus": playlist.privacy.name() }),
            "contentDetails" => json!({ "itemCount": count }),
            "player" => json!({ "embedHtml": format!(
                "<iframe width=\"640\" height=\"360\" src=\"http://www.youtube.com/embed/videoseries?list={}\"></iframe>",
                playlist.id
            ) }),
            _ => json!({}),
        };
    }
    tagged(out)
}
