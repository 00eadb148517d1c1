//! The profile and the list of videos.

use carillon_domain::connector_error::ErrorKind;
use serde_json::{Value, json};

use super::canned::{Answer, CREATOR, LIST, SCOPES, Stage, USER, credential, no, ok};
use crate::contract::connector::Connector;
use crate::contract::reader::{Count, Profile, Reader};
use crate::platforms::tiktok::CONNECTOR;

fn reader() -> &'static dyn Reader {
    CONNECTOR.reader().expect("it reads")
}

fn user(more: &Value) -> Answer {
    let mut user = json!({ "open_id": "-000open", "display_name": "Mara Fields" });
    user.as_object_mut().expect("object").extend(more.as_object().cloned().unwrap_or_default());
    ok(&json!({ "user": user }))
}

fn shown(counts: &[Count]) -> Vec<(&str, i64, &str)> {
    counts.iter().map(|c| (c.metric.as_str(), c.value, c.native.as_str())).collect()
}

async fn profile(stage: &Stage, scopes: &str) -> Profile {
    let session = stage.account();
    session.set_credential(credential(scopes));
    let credential = session.credential();
    reader().profile(&session.cx(&credential)).await.expect("a profile")
}

/// The fields that were asked for, call by call.
fn fields(stage: &Stage) -> Vec<String> {
    let decoded = |query: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(k, _)| k == "fields").map(|(_, v)| v.into_owned()).unwrap_or_default()
    };
    stage.network.asked_of(USER).iter().map(|asked| decoded(&asked.query)).collect()
}

#[tokio::test]
async fn all_totals_are_read_and_what_is_missing_is_missing() {
    let stage = Stage::new();
    let all = json!({ "username": "marafields", "follower_count": 7_500_000_000_i64, "following_count": 0,
        "likes_count": 12, "video_count": 3 });
    stage.network.on(USER, [user(&all)]);
    let seen = profile(&stage, SCOPES).await;
    assert_eq!(
        shown(&seen.counts),
        [
            ("followers", 7_500_000_000, "follower_count"),
            ("following", 0, "following_count"),
            ("likes", 12, "likes_count"),
            ("posts", 3, "video_count"),
        ]
    );
    assert_eq!(
        fields(&stage),
        ["open_id,display_name,avatar_url,username,follower_count,following_count,likes_count,video_count"]
    );
    stage.network.on(USER, [user(&json!({ "follower_count": 5, "likes_count": null }))]);
    let seen = profile(&stage, SCOPES).await;
    assert_eq!(shown(&seen.counts), [("followers", 5, "follower_count")]);
    assert_eq!(seen.identity.handle, "marafields", "TikTok says it with what the account may do");
}

#[tokio::test]
async fn only_fields_of_granted_scopes_are_asked_for() {
    let stage = Stage::new();
    stage.network.on(USER, [user(&json!({}))]);
    let seen = profile(&stage, "user.info.basic,user.info.stats").await;
    assert_eq!(
        fields(&stage),
        ["open_id,display_name,avatar_url,follower_count,following_count,likes_count,video_count"]
    );
    assert!(seen.counts.is_empty() && stage.network.asked_of(CREATOR).is_empty());
    assert_eq!((&seen.identity.meta["direct"], &seen.identity.meta["inbox"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn a_scope_that_was_taken_back_does_not_lose_the_rest() {
    let stage = Stage::new();
    stage.network.on(USER, [no(401, "scope_not_authorized"), user(&json!({}))]);
    stage.network.on(CREATOR, [no(403, "spam_risk_too_many_posts")]);
    let seen = profile(&stage, SCOPES).await;
    assert_eq!((seen.identity.remote_id.as_str(), seen.identity.name.as_str()), ("-000open", "Mara Fields"));
    assert_eq!(fields(&stage)[1], "open_id,display_name,avatar_url");
    assert_eq!(seen.identity.meta["creator"]["longest_s"], 300, "what TikTok last said stays");
}

#[tokio::test]
async fn other_errors_are_told() {
    for (answer, kind) in [
        (no(401, "access_token_invalid"), ErrorKind::AuthExpired),
        (no(200, "access_token_invalid"), ErrorKind::AuthExpired),
        (no(500, "internal_error"), ErrorKind::Transient),
    ] {
        let stage = Stage::new();
        stage.network.on(USER, [answer.clone()]);
        let session = stage.account();
        let credential = session.credential();
        let error = reader().profile(&session.cx(&credential)).await.expect_err("refused");
        assert_eq!(error.kind, kind, "{answer:?}");
    }
}

fn video(id: i64, more: &Value) -> Value {
    let mut video = json!({ "id": id.to_string(), "create_time": 1_793_600_000 + id, "title": "",
        "video_description": format!("Video {id}"), "share_url": format!("https://www.tiktok.com/@marafields/video/{id}") });
    video.as_object_mut().expect("object").extend(more.as_object().cloned().unwrap_or_default());
    video
}

#[tokio::test]
async fn videos_are_read_to_the_end_with_all_their_numbers() {
    let stage = Stage::new();
    let numbers = json!({ "view_count": 900, "like_count": 80, "comment_count": 7, "share_count": 0 });
    let first = json!({ "videos": [video(3, &numbers), video(2, &json!({ "like_count": null }))],
        "cursor": 1_793_600_002_000_i64, "has_more": true });
    let last = json!({ "videos": [video(1, &json!({ "video_description": "", "title": "In the title" }))],
        "cursor": 1_793_600_001_000_i64, "has_more": false });
    stage.network.on(LIST, [ok(&first), ok(&last)]);
    let session = stage.account();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let page = reader().posts(&cx, None).await.expect("a page");
    assert_eq!(page.next.as_deref(), Some("1793600002000"));
    let post = &page.posts[0];
    assert_eq!((post.remote_id.as_str(), post.text.as_str()), ("3", "Video 3"));
    assert_eq!(post.published_at.as_second(), 1_793_600_003);
    assert_eq!(post.url.as_deref(), Some("https://www.tiktok.com/@marafields/video/3"));
    assert_eq!(
        shown(&post.counts),
        [
            ("views", 900, "view_count"),
            ("likes", 80, "like_count"),
            ("comments", 7, "comment_count"),
            ("shares", 0, "share_count"),
        ]
    );
    assert!(page.posts[1].counts.is_empty());
    let end = reader().posts(&cx, page.next.as_deref()).await.expect("a page");
    assert_eq!((end.next, end.posts[0].text.as_str()), (None, "In the title"));
    let asked = stage.network.asked_of(LIST);
    assert_eq!(asked[0].json(), json!({ "max_count": 20 }));
    assert_eq!(asked[1].json(), json!({ "max_count": 20, "cursor": 1_793_600_002_000_i64 }));
    assert!(asked.iter().all(|asked| asked.query.starts_with("fields=id%2Ccreate_time%2C")), "{asked:?}");
}

#[tokio::test]
async fn a_list_that_leads_nowhere_ends() {
    let stage = Stage::new();
    let stuck = json!({ "videos": [], "cursor": 17, "has_more": true });
    stage.network.on(LIST, [ok(&stuck)]);
    let session = stage.account();
    let credential = session.credential();
    let cx = session.cx(&credential);
    assert_eq!(reader().posts(&cx, Some("17")).await.expect("a page").next, None);
    let error = reader().posts(&cx, Some("x")).await.expect_err("no such page");
    assert_eq!((error.code.as_str(), error.kind.clone()), ("cursor_invalid", ErrorKind::Rejected));
}
