//! `playlistItems.list`, `insert` and `delete`. The playlist of a channel's uploads fills itself, some minutes late.

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};
use super::body::{self, Field, Section, object, value};
use super::door::{Ask, Door, Endpoint, MANAGE, READ};
use super::meta::Privacy;
use super::params::Page;
use super::shown::{thumbnails, time};
use super::state::{Item, Memory, Video};
use super::{people, playlists};
use crate::sandbox::Persona;

const DOMAIN: &str = "youtube.playlistItem";

static LIST: Endpoint = Endpoint::read(&[
    "part",
    "id",
    "playlistId",
    "videoId",
    "maxResults",
    "pageToken",
    "onBehalfOfContentOwner",
]);
static INSERT: Endpoint = Endpoint::write(&["part", "onBehalfOfContentOwner"]);
static DELETE: Endpoint = Endpoint::write(&["id", "onBehalfOfContentOwner"]);

const PARTS: &[&str] = &["contentDetails", "id", "snippet", "status"];
/// Videos that a playlist holds.
const MOST: usize = 5_000;
/// How late new uploads stand in their playlist.
const LAG_S: u32 = 120;

const SHAPE: &[Field] = &[
    value("kind"),
    value("etag"),
    value("id"),
    object(
        "snippet",
        &[
            value("playlistId"),
            object("resourceId", &[value("kind"), value("videoId"), value("channelId"), value("playlistId")]),
            value("position"),
            value("title"),
            value("description"),
            value("publishedAt"),
            value("channelId"),
            value("channelTitle"),
            value("thumbnails"),
            value("videoOwnerChannelId"),
            value("videoOwnerChannelTitle"),
        ],
    ),
    object(
        "contentDetails",
        &[value("videoId"), value("note"), value("startAt"), value("endAt"), value("videoPublishedAt")],
    ),
    value("status"),
];

/// The playlist already has the video; a scripted fault says so, too.
pub(super) fn there_already() -> Refusal {
    let text = "The video that you are trying to add is already in the playlist.";
    Refusal::new(409, DOMAIN, "videoAlreadyInPlaylist", text)
}

/// A place in a list, as it is shown.
struct Place {
    id: String,
    playlist: String,
    position: usize,
    at: Timestamp,
    video: String,
}

/// `GET /youtube/v3/playlistItems`.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, READ, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let (filter, wanted) = ask.query.filter(&["playlistId", "id"])?;
        let page = Page::asked(&ask.query, &format!("items {wanted}"), 5, (0, 50))?;
        let only = ask.query.get("videoId");
        ask.change(|memory| {
            let mut places = match filter {
                "id" => by_ids(ask, memory)?,
                _ => match people::by_uploads(wanted) {
                    Some(owner) => uploads(ask, memory, owner),
                    None => places(memory, ask.caller, wanted)?,
                },
            };
            places.retain(|place| only.is_none_or(|id| place.video == id));
            let show = |place: &Place| resource(ask, memory, place, &parts);
            Ok(page.show("youtube#playlistItemListResponse", &places, show))
        })
    })
}

/// Newest first; the owner sees private and scheduled ones, too.
fn uploads(ask: &Ask<'_>, memory: &Memory, owner: &'static Persona) -> Vec<Place> {
    let lag = Duration::from_secs(u64::from(memory.rules.lag_s.unwrap_or(LAG_S)));
    let now = ask.world.now();
    let own = owner.key == ask.caller.key;
    let all = if own { memory.uploads(owner) } else { memory.public_uploads(owner) };
    let playlist = people::uploads_id(owner);
    let shown = all.into_iter().filter(|video| video.created_at + lag <= now).enumerate();
    shown
        .map(|(position, video)| Place {
            id: format!("VVU{}{}", &playlist[2..], video.id),
            playlist: playlist.clone(),
            position,
            at: video.dated(),
            video: video.id.clone(),
        })
        .collect()
}

fn places(memory: &Memory, viewer: &Persona, id: &str) -> Result<Vec<Place>, Refusal> {
    let playlist = memory.playlists.get(id).ok_or_else(|| playlists::missing(DOMAIN, "playlistId"))?;
    if playlist.owner != viewer.key && playlist.privacy == Privacy::Private {
        let text = "The request is not properly authorized to retrieve the specified playlist.";
        let refusal = Refusal::new(403, DOMAIN, "playlistItemsNotAccessible", text);
        return Err(refusal.at("playlistId", "parameter"));
    }
    let items = memory.items.iter().filter(|item| item.playlist == id).enumerate();
    Ok(items.map(|(position, item)| place(item, position)).collect())
}

fn place(item: &Item, position: usize) -> Place {
    Place {
        id: item.id.clone(),
        playlist: item.playlist.clone(),
        position,
        at: item.at,
        video: item.video.clone(),
    }
}

fn by_ids(ask: &Ask<'_>, memory: &Memory) -> Result<Vec<Place>, Refusal> {
    let ids = ask.query.ids("id")?;
    let mut found = Vec::new();
    for item in memory.items.iter().filter(|item| ids.contains(&item.id)) {
        let all = places(memory, ask.caller, &item.playlist).unwrap_or_default();
        found.extend(all.into_iter().filter(|place| place.id == item.id));
    }
    Ok(found)
}

/// What a video that can't be seen any more shows is its state.
fn resource(ask: &Ask<'_>, memory: &Memory, place: &Place, parts: &[String]) -> Value {
    let seen: Option<&Video> = memory.seen_by(&place.video, ask.caller);
    let gone = if memory.video(&place.video).is_some() { "Private video" } else { "Deleted video" };
    let holder = memory.playlists.get(&place.playlist).and_then(|list| Persona::find(&list.owner));
    let holder = holder.or_else(|| people::by_uploads(&place.playlist));
    let mut out = json!({ "kind": "youtube#playlistItem", "id": place.id });
    for part in parts.iter().filter(|part| *part != "id") {
        out[part.as_str()] = match part.as_str() {
            "snippet" => {
                let owner = seen.and_then(|video| Persona::find(&video.owner));
                let mut snippet = json!({
                    "publishedAt": time(place.at),
                    "channelId": holder.map(people::channel_id),
                    "channelTitle": holder.map(|holder| holder.name),
                    "title": seen.map_or(gone, |video| &video.meta.title),
                    "description": seen.map_or("", |video| &video.meta.description),
                    "thumbnails": seen.map_or_else(|| json!({}), |video| thumbnails(ask.site, video)),
                    "playlistId": place.playlist,
                    "position": place.position,
                    "resourceId": { "kind": "youtube#video", "videoId": place.video },
                });
                if let Some(owner) = owner {
                    snippet["videoOwnerChannelId"] = json!(people::channel_id(owner));
                    snippet["videoOwnerChannelTitle"] = json!(owner.name);
                }
                snippet
            }
            "contentDetails" => {
                let mut details = json!({ "videoId": place.video });
                if let Some(at) = seen.and_then(|video| video.published_at) {
                    details["videoPublishedAt"] = json!(time(at));
                }
                details
            }
            _ => json!({ "privacyStatus": seen.map_or("private", |video| video.meta.privacy.name()) }),
        };
    }
    tagged(out)
}

/// `POST /youtube/v3/playlistItems`.
pub(super) async fn insert(door: Door, bytes: Bytes) -> Response {
    door.serve(&INSERT, MANAGE, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let body = body::read(&bytes, SHAPE)?;
        let snippet = Section::of(&body, "snippet");
        let missing = |reason, place: &str, what: &str| Refusal::body(DOMAIN, reason, place, what);
        let list = snippet.text("playlistId")?.filter(|id| !id.is_empty()).ok_or_else(|| {
            missing("playlistIdRequired", "snippet.playlistId", "The request does not specify a playlist id.")
        })?;
        let resource_id = snippet.inner("resourceId");
        let kind = resource_id.text("kind")?;
        let video =
            resource_id.text("videoId")?.filter(|_| kind == Some("youtube#video")).ok_or_else(|| {
                missing(
                    "resourceIdRequired",
                    "snippet.resourceId",
                    "The request must contain a valid resource id.",
                )
            })?;
        let position = snippet.number("position")?;
        let item = Item {
            id: format!("UE{}", ask.world.random_text(66)),
            playlist: list.to_owned(),
            video: video.to_owned(),
            at: ask.world.now(),
        };
        ask.change(|memory| {
            let position = add(memory, ask.caller, item.clone(), position)?;
            Ok(resource(ask, memory, &place(&item, position), &parts))
        })
    })
}

fn add(memory: &mut Memory, caller: &Persona, item: Item, position: Option<u64>) -> Result<usize, Refusal> {
    if people::by_uploads(&item.playlist).is_some() {
        let text = "The playlist does not support this operation.";
        return Err(Refusal::new(400, DOMAIN, "playlistOperationUnsupported", text));
    }
    playlists::own(memory, caller, &item.playlist, DOMAIN)?;
    if memory.seen_by(&item.video, caller).is_none() {
        return Err(Refusal::no_video(DOMAIN, "body.snippet.resourceId.videoId"));
    }
    let there: Vec<usize> = (0..)
        .zip(&memory.items)
        .filter(|(_, other)| other.playlist == item.playlist)
        .map(|(at, _)| at)
        .collect();
    if there.iter().any(|at| memory.items[*at].video == item.video) {
        return Err(there_already());
    }
    if there.len() >= MOST {
        let text = "The playlist already contains the maximum allowed number of items.";
        return Err(Refusal::new(403, DOMAIN, "playlistContainsMaximumNumberOfVideos", text));
    }
    let position = match position {
        None => there.len(),
        Some(position) => usize::try_from(position).ok().filter(|p| *p <= there.len()).ok_or_else(|| {
            let text = "The request attempts to set the playlist item's position to an invalid value.";
            Refusal::body(DOMAIN, "invalidPlaylistItemPosition", "snippet.position", text)
        })?,
    };
    let at = there.get(position).copied().unwrap_or(memory.items.len());
    memory.items.insert(at, item);
    Ok(position)
}

/// `DELETE /youtube/v3/playlistItems`.
pub(super) async fn delete(door: Door) -> Response {
    door.serve(&DELETE, MANAGE, |ask| {
        let id = ask.query.need("id")?;
        ask.change(|memory| {
            let item = memory.items.iter().find(|item| item.id == id).cloned();
            let item = item.ok_or_else(|| {
                let text = "The playlist item identified with the request's <code>id</code> parameter cannot be found.";
                Refusal::new(404, DOMAIN, "playlistItemNotFound", text).at("id", "parameter")
            })?;
            playlists::own(memory, ask.caller, &item.playlist, DOMAIN)?;
            memory.items.retain(|other| other.id != id);
            Ok(Value::Null)
        })
    })
}
