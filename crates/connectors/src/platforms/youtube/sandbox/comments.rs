//! `commentThreads.insert` and `list`, `comments.delete`.

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Refusal, tagged};
use super::body::{self, Field, Section, object, value};
use super::door::{Ask, COMMENT, Door, Endpoint};
use super::meta::Privacy;
use super::params::Page;
use super::people;
use super::shown::{takes_comments, time};
use super::state::{Comment, Memory, Video};
use crate::sandbox::Persona;

const DOMAIN: &str = "youtube.commentThread";

static INSERT: Endpoint = Endpoint::write(&["part"]);
static LIST: Endpoint = Endpoint::read(&[
    "part",
    "videoId",
    "id",
    "allThreadsRelatedToChannelId",
    "channelId",
    "maxResults",
    "moderationStatus",
    "order",
    "pageToken",
    "searchTerms",
    "textFormat",
]);
static DELETE: Endpoint = Endpoint::write(&["id"]);

const PARTS: &[&str] = &["id", "replies", "snippet"];
/// Longest comment, characters.
const LONGEST: usize = 10_000;

const COMMENT_SHAPE: &[Field] = &[
    value("kind"),
    value("etag"),
    value("id"),
    object(
        "snippet",
        &[
            value("textOriginal"),
            value("textDisplay"),
            value("videoId"),
            value("channelId"),
            value("parentId"),
        ],
    ),
];
const SHAPE: &[Field] = &[
    value("kind"),
    value("etag"),
    value("id"),
    object(
        "snippet",
        &[
            value("channelId"),
            value("videoId"),
            object("topLevelComment", COMMENT_SHAPE),
            value("canReply"),
            value("totalReplyCount"),
            value("isPublic"),
        ],
    ),
    value("replies"),
];

/// The video takes no comments yet; a scripted fault says so, too.
pub(super) fn not_now() -> Refusal {
    let text = "The API server failed to successfully process the request. While this can be a transient error, it usually \
                indicates that the request's input is invalid.";
    Refusal::new(400, DOMAIN, "processingFailure", text)
}

fn off() -> Refusal {
    let text = "The video identified by the <code><a href=\"/youtube/v3/docs/commentThreads/list#videoId\">videoId</a></code> \
                parameter has disabled comments.";
    Refusal::new(403, DOMAIN, "commentsDisabled", text).at("videoId", "parameter")
}

/// `POST /youtube/v3/commentThreads`.
pub(super) async fn insert(door: Door, bytes: Bytes) -> Response {
    door.serve(&INSERT, COMMENT, |ask| {
        ask.needs_channel()?;
        let parts = ask.query.parts(PARTS)?;
        let body = body::read(&bytes, SHAPE)?;
        let snippet = Section::of(&body, "snippet");
        let text = snippet.inner("topLevelComment").inner("snippet").text("textOriginal")?.unwrap_or_default();
        let video = snippet.text("videoId")?.filter(|id| !id.is_empty()).ok_or_else(|| {
            let words = "The request must specify a value for either the <code>channelId</code> or <code>videoId</code> property.";
            Refusal::body(DOMAIN, "channelOrVideoIdMissing", "snippet", words)
        })?;
        if text.trim().is_empty() {
            let words = "The comment thread resource that is being inserted must specify a value for the \
                         <code>snippet.topLevelComment.snippet.textOriginal</code> property. Comments cannot be empty.";
            return Err(Refusal::body(DOMAIN, "commentTextRequired", "snippet.topLevelComment.snippet.textOriginal", words));
        }
        if text.chars().count() > LONGEST {
            let words = "The comment resource that is being inserted contains too many characters.";
            return Err(Refusal::body(DOMAIN, "commentTextTooLong", "snippet.topLevelComment.snippet.textOriginal", words));
        }
        let channel = snippet.text("channelId")?;
        let comment = Comment {
            id: format!("Ug{}4AaABAg", ask.world.random_text(17)),
            video: video.to_owned(),
            author: ask.caller.key.to_owned(),
            text: text.to_owned(),
            at: ask.world.now(),
            deleted: false,
            listed: false,
        };
        ask.change(|memory| {
            commentable(ask, memory, video, channel)?;
            memory.comments.push(comment.clone());
            Ok(thread(ask, memory, &comment, &parts))
        })
    })
}

/// A video takes comments once it is public and processed.
fn commentable(ask: &Ask<'_>, memory: &Memory, id: &str, channel: Option<&str>) -> Result<(), Refusal> {
    let video = memory.seen_by(id, ask.caller).ok_or_else(|| Refusal::no_video(DOMAIN, "videoId"))?;
    let owner = Persona::find(&video.owner).map(people::channel_id);
    if channel.is_some_and(|channel| owner.as_deref() != Some(channel)) {
        let text = "The channel identified by the <code>channelId</code> property could not be found.";
        return Err(Refusal::new(404, DOMAIN, "channelNotFound", text).at("channelId", "parameter"));
    }
    if !takes_comments(memory, video) {
        return Err(off());
    }
    let open = video.meta.privacy != Privacy::Private && video.is_public();
    if open && video.is_processed(ask.world.now()) { Ok(()) } else { Err(not_now()) }
}

/// `GET /youtube/v3/commentThreads`, newest first.
pub(super) async fn list(door: Door) -> Response {
    door.serve(&LIST, COMMENT, |ask| {
        let parts = ask.query.parts(PARTS)?;
        let (filter, wanted) =
            ask.query.filter(&["videoId", "id", "allThreadsRelatedToChannelId", "channelId"])?;
        let page = Page::asked(&ask.query, &format!("threads {wanted}"), 20, (1, 100))?;
        if !matches!(ask.query.get("order"), None | Some("time" | "relevance" | "orderUnspecified")) {
            return Err(
                Refusal::new(400, "global", "invalidParameter", "Invalid value.").at("order", "parameter")
            );
        }
        let ids = ask.query.ids("id")?;
        let search = ask.query.get("searchTerms");
        ask.change(|memory| {
            if filter == "videoId" {
                let video = memory.seen_by(wanted, ask.caller);
                let video = video.ok_or_else(|| Refusal::no_video(DOMAIN, "videoId"))?;
                if !takes_comments(memory, video) {
                    return Err(off());
                }
            }
            let chosen = |comment: &&Comment| {
                let Some(video) = memory.seen_by(&comment.video, ask.caller) else { return false };
                !comment.deleted
                    && search.is_none_or(|words| comment.text.contains(words))
                    && match filter {
                        "videoId" => comment.video == wanted,
                        "id" => ids.contains(&comment.id),
                        _ => channel_of(video) == wanted,
                    }
            };
            let found: Vec<&Comment> = memory.comments.iter().rev().filter(chosen).collect();
            let show = |comment: &&Comment| thread(ask, memory, comment, &parts);
            let mut body = page.show("youtube#commentThreadListResponse", &found, show);
            // These pages are turned forwards only.
            body.as_object_mut().map(|body| body.remove("prevPageToken"));
            Ok(body)
        })
    })
}

fn channel_of(video: &Video) -> String {
    Persona::find(&video.owner).map(people::channel_id).unwrap_or_default()
}

/// `DELETE /youtube/v3/comments`: by its author, or by the owner of the video.
pub(super) async fn delete(door: Door) -> Response {
    door.serve(&DELETE, COMMENT, |ask| {
        let id = ask.query.need("id")?;
        ask.change(|memory| {
            let owners: Vec<String> =
                memory.comments.iter().filter(|c| c.id == id).map(|c| c.video.clone()).collect();
            let owns = owners.iter().any(|v| memory.videos.get(v).is_some_and(|v| v.owner == ask.caller.key));
            let comment = memory.comments.iter_mut().find(|c| c.id == id && !c.deleted);
            let comment = comment.ok_or_else(|| {
                let text = "The specified comment could not be found.";
                Refusal::new(404, "youtube.comment", "commentNotFound", text).at("id", "parameter")
            })?;
            if !owns && comment.author != ask.caller.key {
                return Err(Refusal::new(403, "youtube.comment", "forbidden", "Forbidden"));
            }
            comment.deleted = true;
            Ok(Value::Null)
        })
    })
}

fn thread(ask: &Ask<'_>, memory: &Memory, comment: &Comment, parts: &[String]) -> Value {
    let mut out = json!({ "kind": "youtube#commentThread", "id": comment.id });
    if parts.iter().any(|part| part == "snippet") {
        let channel = memory.video(&comment.video).map(channel_of);
        out["snippet"] = json!({
            "channelId": channel,
            "videoId": comment.video,
            "topLevelComment": top(ask, comment, channel.as_deref()),
            "canReply": true,
            "totalReplyCount": 0,
            "isPublic": true,
        });
    }
    tagged(out)
}

fn top(ask: &Ask<'_>, comment: &Comment, channel: Option<&str>) -> Value {
    let author = Persona::find(&comment.author);
    let id = author.map(people::channel_id).unwrap_or_default();
    let shown = crate::sandbox::page::escape(&comment.text).replace('\n', "<br>");
    let plain = ask.query.get("textFormat") == Some("plainText");
    tagged(json!({
        "kind": "youtube#comment",
        "id": comment.id,
        "snippet": {
            "channelId": channel,
            "videoId": comment.video,
            "textDisplay": if plain { &comment.text } else { &shown },
            "textOriginal": comment.text,
            "authorDisplayName": format!("@{}", comment.author),
            "authorProfileImageUrl": ask.site.avatar_url(&comment.author),
            "authorChannelUrl": format!("http://www.youtube.com/@{}", comment.author),
            "authorChannelId": { "value": id },
            "canRate": true,
            "viewerRating": "none",
            "likeCount": 0,
            "publishedAt": time(comment.at),
            "updatedAt": time(comment.at),
        },
    }))
}
