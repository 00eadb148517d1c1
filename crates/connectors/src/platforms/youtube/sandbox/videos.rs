//! `videos.list`, `update`, `delete` and `batchGetStats`.

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};
use super::body;
use super::door::{Ask, Door, Endpoint, MANAGE, READ};
use super::meta::{Asked, SHAPE, WRITABLE};
use super::params::Page;
use super::quota::Bucket;
use super::shown::{self, Look, OWNERS, PARTS};
use super::state::{Memory, Verdict, Video};
use crate::sandbox::Persona;

const DOMAIN: &str = "youtube.video";

static LIST: Endpoint = Endpoint::read(&[
    "part",
    "id",
    "chart",
    "myRating",
    "hl",
    "locale",
    "maxHeight",
    "maxWidth",
    "maxResults",
    "pageToken",
    "regionCode",
    "videoCategoryId",
    "onBehalfOfContentOwner",
]);
static UPDATE: Endpoint = Endpoint::write(&["part", "onBehalfOfContentOwner"]);
static DELETE: Endpoint = Endpoint::write(&["id", "onBehalfOfContentOwner"]);
static STATS: Endpoint =
    Endpoint { bucket: Bucket::Stats, cost: 1, params: &["part", "id", "onBehalfOfContentOwner"] };

/// `GET /youtube/v3/videos`. Ids that are unknown, deleted or hidden are left out.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, READ, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let (filter, _) = ask.query.filter(&["id", "chart", "myRating"])?;
        let page = Page::asked(&ask.query, "videos", 5, (1, 50))?;
        let ids = ask.query.ids("id")?;
        match filter {
            "id" => {}
            "myRating" => return Ok(page.show("youtube#videoListResponse", &[] as &[Value], Value::clone)),
            _ => {
                let text = "The requested video chart is not supported or is not available.";
                return Err(Refusal::new(400, DOMAIN, "videoChartNotFound", text).at("chart", "parameter"));
            }
        }
        ask.change(|memory| {
            let found: Vec<&Video> = ids.iter().filter_map(|id| memory.seen_by(id, ask.caller)).collect();
            let foreign = found.iter().any(|video| video.owner != ask.caller.key);
            if foreign && parts.iter().any(|part| OWNERS.contains(&part.as_str())) {
                let text =
                    "The request cannot access user rating information or owner-only parts of the video.";
                return Err(Refusal::new(403, DOMAIN, "forbidden", text).at("part", "parameter"));
            }
            let show = |video: &&Video| look(ask, memory, video).video(video, &parts);
            Ok(Page::whole(found.len()).show("youtube#videoListResponse", &found, show))
        })
    })
}

fn look<'a>(ask: &'a Ask<'_>, memory: &'a Memory, video: &Video) -> Look<'a> {
    Look { memory, world: ask.world, site: ask.site, own: video.owner == ask.caller.key }
}

/// The caller's own video.
pub(super) fn own<'a>(
    memory: &'a mut Memory,
    caller: &Persona,
    id: &str,
    domain: &'static str,
) -> Result<&'a mut Video, Refusal> {
    let video = memory.videos.get_mut(id).filter(|video| !video.deleted);
    let seen = video.filter(|video| video.owner == caller.key || video.is_public());
    let video = seen.ok_or_else(|| Refusal::no_video(domain, "id"))?;
    if video.owner == caller.key {
        Ok(video)
    } else {
        Err(Refusal::new(403, domain, "forbidden", "Forbidden"))
    }
}

/// `PUT /youtube/v3/videos`.
pub(super) async fn update(door: Door, bytes: Bytes) -> Response {
    door.serve(&UPDATE, MANAGE, |ask| {
        let parts = ask.query.parts(PARTS)?;
        if let Some(part) = parts.iter().find(|part| *part != "id" && !WRITABLE.contains(&part.as_str())) {
            let refusal = Refusal::new(400, "youtube.part", "unexpectedPart", format!("'{part}'"));
            return Err(refusal.at("part", "parameter"));
        }
        let body = body::read(&bytes, SHAPE)?;
        let id = body["id"].as_str().unwrap_or_default();
        let now = ask.world.now();
        ask.change(|memory| {
            let video = own(memory, ask.caller, id, DOMAIN)?;
            if video.is_processed(now) && matches!(video.verdict, Verdict::Failed(_) | Verdict::Rejected(_)) {
                return Err(Refusal::new(403, DOMAIN, "forbidden", "Forbidden"));
            }
            let asked =
                Asked { body: &body, parts: &parts, published: video.published_at.is_some(), update: true };
            let meta = asked.onto(video.meta.clone())?;
            video.set(meta, now);
            shown::own_video(memory, ask.world, ask.site, id, &parts).ok_or_else(|| Refusal::backend(500))
        })
    })
}

/// `DELETE /youtube/v3/videos`.
pub(super) async fn delete(door: Door) -> Response {
    door.serve(&DELETE, MANAGE, |ask| {
        let id = ask.query.need("id")?;
        ask.change(|memory| {
            own(memory, ask.caller, id, DOMAIN)?.deleted = true;
            Ok(Value::Null)
        })
    })
}

/// `GET /youtube/v3/videos:batchGetStats`. Ids that can't be seen are left out.
pub(super) async fn batch_get_stats(door: Door) -> Response {
    door.serve(&STATS, READ, |ask| {
        let known = ["id", "snippet", "contentDetails", "statistics"];
        let parts = ask.query.parts(&known)?;
        ask.query.need("id")?;
        let ids = ask.query.ids("id")?;
        let items: Vec<Value> = ask.change(|memory| {
            let found = ids.iter().filter_map(|id| memory.seen_by(id, ask.caller));
            found.map(|video| stat(&look(ask, memory, video), video, &parts)).collect()
        });
        Ok(tagged(json!({ "kind": "youtube#batchGetStatsResponse", "items": items })))
    })
}

fn stat(look: &Look<'_>, video: &Video, parts: &[String]) -> Value {
    let whole = look.video(video, &["statistics".to_owned()]);
    let mut out = json!({ "kind": "youtube#videoStats", "id": video.id });
    for part in parts {
        match part.as_str() {
            "snippet" => out["snippet"] = json!({ "publishTime": shown::time(video.dated()) }),
            "contentDetails" => {
                // Here it is a `google.protobuf.Duration`, not ISO 8601.
                let done = video.is_processed(look.world.now()) && video.verdict == Verdict::Processed;
                let seconds = if done { shown::milliseconds(video).div_ceil(1_000) } else { 0 };
                out["contentDetails"] = json!({ "duration": format!("{seconds}s") });
            }
            "statistics" => {
                let mut numbers = json!({});
                for name in ["viewCount", "likeCount", "commentCount"] {
                    if let Some(number) = whole["statistics"].get(name) {
                        numbers[name] = number.clone();
                    }
                }
                out["statistics"] = numbers;
            }
            _ => {}
        }
    }
    tagged(out)
}
