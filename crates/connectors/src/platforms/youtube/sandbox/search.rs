//! `search.list`, as far as it finds videos of one channel. It has a bucket of its own: 100 calls a day.

use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};
use super::door::{Ask, Door, Endpoint, READ};
use super::params::Page;
use super::people;
use super::quota::Bucket;
use super::shown::{thumbnails, time};
use super::state::Video;
use crate::sandbox::Persona;

static LIST: Endpoint = Endpoint {
    bucket: Bucket::Search,
    cost: 1,
    params: &[
        "part",
        "forMine",
        "channelId",
        "type",
        "q",
        "order",
        "maxResults",
        "pageToken",
        "publishedAfter",
        "publishedBefore",
        "onBehalfOfContentOwner",
        "safeSearch",
    ],
};

/// `GET /youtube/v3/search`.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, READ, |ask| {
        ask.query.parts(&["id", "snippet"])?;
        let (filter, wanted) = ask.query.filter(&["forMine", "channelId"])?;
        if filter == "forMine" && ask.query.get("type") != Some("video") {
            let text = "Invalid combination of search filters and/or restrictions.";
            return Err(Refusal::new(400, "youtube.search", "invalidSearchFilter", text));
        }
        let page = Page::asked(&ask.query, &format!("search {wanted}"), 5, (0, 50))?;
        let owner = if filter == "forMine" { Some(ask.caller) } else { people::by_channel(wanted) };
        let words = ask.query.get("q").unwrap_or_default().to_lowercase();
        Ok(ask.change(|memory| {
            let all = match owner {
                None => Vec::new(),
                Some(owner) if filter == "forMine" => memory.uploads(owner),
                Some(owner) => memory.public_uploads(owner),
            };
            let fits = |video: &&Video| {
                let text = format!("{} {}", video.meta.title, video.meta.description).to_lowercase();
                words.split_whitespace().all(|word| text.contains(word))
            };
            let found: Vec<&Video> = all.into_iter().filter(fits).collect();
            page.show("youtube#searchListResponse", &found, |video: &&Video| result(ask, video))
        }))
    })
}

fn result(ask: &Ask<'_>, video: &Video) -> Value {
    let owner = Persona::find(&video.owner);
    tagged(json!({
        "kind": "youtube#searchResult",
        "id": { "kind": "youtube#video", "videoId": video.id },
        "snippet": {
            "publishedAt": time(video.dated()),
            "channelId": owner.map(people::channel_id),
            "title": video.meta.title,
            "description": video.meta.description.chars().take(150).collect::<String>(),
            "thumbnails": thumbnails(ask.site, video),
            "channelTitle": owner.map(|owner| owner.name),
            "liveBroadcastContent": "none",
        },
    }))
}
