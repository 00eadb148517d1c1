//! What goes out, and what the sandbox answers, against Meta's own node specifications, v26 (v25 for `User`).
//!
//! Each request and each answer of each test here is checked when `CARILLON_SPECS` names the folder of the specifications.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{CONNECTOR, wire};
use super::stage::{Seen, Stage, Trouble, commented, reel, story, with};
use crate::conformance::draft;
use crate::contract::connector::Connector;
use crate::kit::graph::nodes::{Nodes, Place};
use crate::specs;

/// Operations that no specification describes; the fact sheet is what they are checked against. Kept equal to
/// `docs/reference/spec-coverage-facebook.md`.
const UNCOVERED: &[&str] =
    &["oauth.code", "oauth.debug_token", "oauth.exchange", "reels.upload", "stories.upload"];

/// What the specifications describe of the calls in the walk below. Kept equal to the same page.
const COVERED: &[&str] = &[
    "comments.create PagePost POST /comments",
    "comments.list PagePost GET /comments",
    "feed.create Page POST /feed",
    "insights.account Page GET /insights",
    "insights.post PagePost GET /insights",
    "insights.story Stories GET /insights",
    "insights.video AdVideo GET /video_insights",
    "oauth.revoke User DELETE /permissions",
    "pages.list User GET /accounts",
    "photos.upload Page POST /photos",
    "posts.attached PagePost GET /",
    "posts.delete PagePost DELETE /",
    "posts.find PagePost GET /",
    "posts.list Page GET /published_posts",
    "posts.read PagePost GET /",
    "posts.update PagePost POST /",
    "profile.read Page GET /",
    "reels.finish Page POST /video_reels",
    "reels.start Page POST /video_reels",
    "stories.create Page POST /photo_stories",
    "stories.finish Page POST /video_stories",
    "stories.list Page GET /stories",
    "stories.start Page POST /video_stories",
    "videos.finish Page POST /videos",
    "videos.find AdVideo GET /",
    "videos.read AdVideo GET /",
    "videos.start Page POST /videos",
    "videos.transfer Page POST /videos",
];

/// Panics when a request does not fit its specification.
pub(super) fn check(seen: &Seen) {
    if let (Some(nodes), Some(place)) = (Nodes::load(), place(seen))
        && let Err(problem) = nodes.request(&place, &seen.params)
    {
        panic!("{} does not fit the specification: {problem}", seen.brief());
    }
}

/// Panics when an answer of the sandbox does not fit its specification.
pub(super) fn check_answer(seen: &Seen) {
    let Some((status, body)) = &seen.answer else { return };
    if let (Some(nodes), Some(place)) = (Nodes::load(), place(seen))
        && status.is_success()
        && let Err(problem) = nodes.answer(&place, &serde_json::from_slice(body).unwrap_or_default())
    {
        panic!("{} is not answered as the specification says: {problem}", seen.brief());
    }
}

/// Where the specifications describe a request; `None` for what is in [`UNCOVERED`].
fn place(seen: &Seen) -> Option<Place> {
    let rest = seen.url.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let parts: Vec<&str> = path.split('/').collect();
    if !["graph.facebook.com", "graph-video.facebook.com"].contains(&host) {
        return None;
    }
    let edge = match parts.as_slice() {
        [_, "oauth", "access_token"] | [_, "debug_token"] | [_, _, "owned_pages" | "client_pages"] => {
            return None;
        }
        [_, _] => "/".to_owned(),
        [_, _, edge] => format!("/{edge}"),
        _ => panic!("{seen:?}"),
    };
    let node = match seen.operation.split('.').next().unwrap_or_default() {
        _ if parts.get(1) == Some(&"me") => "User",
        "videos" if edge == "/" => "AdVideo",
        "posts" if edge == "/" => "PagePost",
        "comments" => "PagePost",
        "insights" if seen.operation == "insights.post" => "PagePost",
        "insights" if seen.operation == "insights.story" => "Stories",
        "insights" if seen.operation == "insights.video" => "AdVideo",
        _ => "Page",
    };
    Some(Place { node, method: seen.method.clone(), edge })
}

fn listed(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Everything that the connector can send, once.
async fn everything(stage: &Stage) {
    let session = stage.page().await;
    let library = &stage.bench.library;
    let pictures = [library.jpeg(1080, 1080, Some("first")), library.png(900, 900, None)];
    stage.script("comments.create", Trouble::LostAfter);
    let photos = session.publish(&commented(draft("two photos", pictures), "first comment")).await;
    assert!(photos.is_published(), "{photos:?}");
    let link = with(draft("a link", []), "link", json!("https://example.com/a"));
    assert!(session.publish(&link).await.is_published());
    let video = with(stage.video("a video"), "video_title", json!("A title"));
    assert!(session.publish(&with(video, "is_ai_generated", json!(true))).await.is_published());
    let reel = session.publish(&with(reel(stage.video("a reel")), "video_title", json!("B"))).await;
    assert!(reel.is_published(), "{reel:?}");
    let picture = session.publish(&story(draft("", [library.jpeg(1080, 1920, None)]))).await;
    assert!(picture.is_published(), "{picture:?}");
    stage.script("stories.finish", Trouble::LostAfter);
    assert!(session.publish(&story(stage.video(""))).await.is_published());
    let credential = session.credential();
    let cx = session.cx(&credential);
    let reader = session.connector.reader().unwrap();
    reader.profile(&cx).await.unwrap();
    reader.posts(&cx, None).await.unwrap();
    let ids = [&photos, &reel, &picture].map(|outcome| outcome.remote_ids().remove(0));
    super::insights::all(stage, &session, &ids.each_ref().map(String::as_str)).await;
    stage.script("posts.update", Trouble::LostAfter);
    let editor = session.connector.publisher().unwrap().editor().unwrap();
    editor.edit(&cx, &photos.remote_ids()[0], &draft("mended", [])).await.unwrap();
    session.connector.publisher().unwrap().delete(&cx, &photos.remote_ids()[0]).await.unwrap();
    session.refresh().await.unwrap();
    let auth = stage.bench.auth_cx(&session.settings, None);
    session.connector.authorizer().revoke(&auth, &session.account, &session.credential()).await.unwrap();
}

#[tokio::test]
async fn every_request_is_described_or_listed() {
    let stage = Stage::new();
    everything(&stage).await;
    let seen = stage.wire.seen.lock().unwrap().clone();
    let businesses = |operation: &str| ["businesses.list", "pages.token"].contains(&operation);
    let (mut covered, mut uncovered) = (BTreeSet::new(), BTreeSet::new());
    for call in seen.iter().filter(|call| !businesses(call.operation)) {
        match place(call) {
            Some(Place { node, method, edge }) => {
                covered.insert(format!("{} {node} {method} {edge}", call.operation))
            }
            None if call.url.ends_with("_pages") => continue,
            None => uncovered.insert(call.operation.to_owned()),
        };
    }
    assert_eq!(uncovered, listed(UNCOVERED));
    assert_eq!(covered, listed(COVERED));
    let page = include_str!("../../../../../../docs/reference/spec-coverage-facebook.md");
    for name in UNCOVERED.iter().chain(COVERED) {
        let operation = name.split(' ').next().unwrap();
        assert!(page.contains(&format!("`{operation}`")), "{operation} is missing in the reference");
    }
    let signed = seen.iter().filter(|call| place(call).is_some());
    for call in signed {
        assert!(call.get("appsecret_proof").is_some_and(|proof| proof.len() == 64), "{call:?}");
        assert!(call.get("access_token").is_none(), "tokens do not stand in addresses: {call:?}");
    }
    if Nodes::load().is_none() {
        specs::skipped("facebook::tests::specs::every_request_is_described_or_listed");
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let Some(nodes) = Nodes::load() else {
        return specs::skipped("facebook::tests::specs::what_does_not_fit_is_found");
    };
    let place =
        |node, method: &str, edge: &str| Place { node, method: method.to_owned(), edge: edge.to_owned() };
    let request =
        |place: Place, name: &str, value: &str| nodes.request(&place, &[(name.to_owned(), value.to_owned())]);
    let feed = |name, value| request(place("Page", "POST", "/feed"), name, value);
    assert!(feed("message", "x").is_ok() && feed("mesage", "x").is_err());
    assert!(feed("published", "false").is_ok() && feed("published", "no").is_err());
    assert!(
        feed("attached_media", "[{\"media_fbid\":\"1\"}]").is_ok() && feed("attached_media", "[1]").is_err()
    );
    let reels = |value| request(place("Page", "POST", "/video_reels"), "upload_phase", value);
    assert!(reels("finish").is_ok() && reels("transfered").is_err());
    let stories = |edge, name, value| request(place("Page", "POST", edge), name, value);
    assert!(stories("/photo_stories", "photo_id", "12").is_ok());
    assert!(stories("/photo_stories", "photo", "12").is_err());
    assert!(stories("/video_stories", "upload_phase", "transfered").is_err());
    let listed = |story: Value| nodes.answer(&place("Page", "GET", "/stories"), &json!({ "data": [story] }));
    assert!(listed(json!({ "post_id": "1", "media_id": "2", "creation_time": "1793610020" })).is_ok());
    assert!(listed(json!({ "post_id": 1 })).is_err() && listed(json!({ "permalink": "x" })).is_err());
    let of_story = |metric| request(place("Stories", "GET", "/insights"), "metric", metric);
    assert!(of_story("STORY_MEDIA_VIEW,PAGES_FB_STORY_SHARES").is_ok() && of_story("reach").is_err());
    let of_video = |metric| request(place("AdVideo", "GET", "/video_insights"), "metric", metric);
    assert!(of_video("total_video_views_unique").is_ok() && of_video("post_video_views").is_err());
    let list = |fields| request(place("Page", "GET", "/published_posts"), "fields", fields);
    assert!(list("id,reactions.summary(true).limit(0),attachments{target{id}}").is_ok());
    assert!(list("id,reaction.summary(true)").is_err() && list("captoin").is_err());
    assert!(request(place("Page", "PUT", "/feed"), "fields", "id").is_err());
    let posts =
        |post: Value| nodes.answer(&place("Page", "GET", "/published_posts"), &json!({ "data": [post] }));
    assert!(
        posts(json!({ "id": "1_2", "message": "x", "created_time": "2026-01-02T18:31:28+0000" })).is_ok()
    );
    assert!(posts(json!({ "id": 12 })).is_err() && posts(json!({ "text": "x" })).is_err());
    assert!(posts(json!({ "id": "1_2", "created_time": "yesterday" })).is_err());
}

#[test]
fn bodies_in_either_spelling_are_understood() {
    let video: wire::Video = serde_json::from_value(json!({
        "id": "1",
        "status": {
            "video_status": "processing",
            "uploading_phase": { "status": "in_progress", "bytes_transfered": 7 },
            "processing_phase": { "status": "error", "error": { "message": "no" } },
        },
    }))
    .unwrap();
    let status = video.status.unwrap();
    assert_eq!(status.uploading_phase.unwrap().bytes_transferred, Some(7));
    assert_eq!(status.processing_phase.unwrap().error.unwrap().message.as_deref(), Some("no"));
    assert_eq!(CONNECTOR.descriptor().name, "facebook");
}
