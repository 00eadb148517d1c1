//! `videoCategories.list`: what a video can be about.

use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};
use super::door::{Door, Endpoint, READ};

static LIST: Endpoint = Endpoint::read(&["part", "id", "regionCode", "hl"]);

/// Id, title, and whether a video can be given it.
const CATEGORIES: &[(&str, &str, bool)] = &[
    ("1", "Film & Animation", true),
    ("2", "Autos & Vehicles", true),
    ("10", "Music", true),
    ("15", "Pets & Animals", true),
    ("17", "Sports", true),
    ("18", "Short Movies", false),
    ("19", "Travel & Events", true),
    ("20", "Gaming", true),
    ("21", "Videoblogging", false),
    ("22", "People & Blogs", true),
    ("23", "Comedy", true),
    ("24", "Entertainment", true),
    ("25", "News & Politics", true),
    ("26", "Howto & Style", true),
    ("27", "Education", true),
    ("28", "Science & Technology", true),
    ("29", "Nonprofits & Activism", true),
    ("30", "Movies", false),
    ("42", "Shorts", false),
    ("43", "Shows", false),
    ("44", "Trailers", false),
];

/// Whether a video can be given this category.
pub(super) fn is_assignable(id: &str) -> bool {
    CATEGORIES.iter().any(|(known, _, assignable)| *known == id && *assignable)
}

/// `GET /youtube/v3/videoCategories`.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, READ, |ask| {
        ask.query.parts(&["id", "snippet"])?;
        let (filter, value) = ask.query.filter(&["id", "regionCode"])?;
        let wanted = ask.query.list("id");
        if filter == "regionCode" && (value.len() != 2 || !value.bytes().all(|b| b.is_ascii_alphabetic())) {
            let text = "The specified region code is not supported.";
            return Err(Refusal::parameter("unsupportedRegionCode", "regionCode", text));
        }
        let chosen =
            CATEGORIES.iter().filter(|(id, ..)| filter == "regionCode" || wanted.iter().any(|w| w == id));
        let items: Vec<Value> = chosen
            .map(|(id, title, assignable)| {
                let snippet = json!({
                    "title": title,
                    "assignable": assignable,
                    "channelId": "UCBR8-60-B28hp2BmDPdntcQ",
                });
                tagged(json!({ "kind": "youtube#videoCategory", "id": id, "snippet": snippet }))
            })
            .collect();
        Ok(tagged(json!({ "kind": "youtube#videoCategoryListResponse", "items": items })))
    })
}
