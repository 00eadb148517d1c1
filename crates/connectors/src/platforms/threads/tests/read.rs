//! Profile and posts, with the numbers that the network gives.

use carillon_domain::connector_error::ErrorKind;
use serde_json::{Value, json};

use super::super::CONNECTOR;
use super::stage::{Stage, Trouble, error};
use crate::conformance::{Session, draft};
use crate::contract::connector::Connector;
use crate::contract::reader::{PostPage, RemotePost};

async fn page(session: &Session<'_>, cursor: Option<&str>) -> PostPage {
    let credential = session.credential();
    CONNECTOR.reader().unwrap().posts(&session.cx(&credential), cursor).await.unwrap()
}

async fn all(session: &Session<'_>) -> Vec<RemotePost> {
    let mut posts = Vec::new();
    let mut cursor = None;
    for _ in 0..20 {
        let page = page(session, cursor.as_deref()).await;
        posts.extend(page.posts);
        cursor = page.next;
        if cursor.is_none() {
            return posts;
        }
    }
    panic!("the pages never end");
}

fn entry(id: &str, kind: &str) -> Value {
    json!({
        "id": id, "media_type": kind, "text": format!("Text of {id}"), "timestamp": "2026-10-30T10:00:00+0000",
        "permalink": format!("https://www.threads.net/@marafields/post/{id}")
    })
}

fn insight(name: &str, value: i64) -> Value {
    json!({ "name": name, "period": "lifetime", "values": [{ "value": value }] })
}

#[tokio::test]
async fn the_profile_has_its_followers_and_its_quota() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let reader = CONNECTOR.reader().unwrap();
    let profile = reader.profile(&cx).await.unwrap();
    assert_eq!(profile.identity.remote_id, session.account.remote_id);
    assert_eq!(profile.counts.len(), 1);
    assert_eq!(
        (profile.counts[0].metric.as_str(), profile.counts[0].native.as_str()),
        ("followers", "followers_count")
    );
    let cap = CONNECTOR.publisher().unwrap().daily_cap(&session.settings, &profile.identity);
    assert_eq!(cap, Some(250));

    // Without the permission for numbers there is a profile all the same.
    stage.script("insights.profile", 1, &Trouble::Instead(403, error(10, None)));
    stage.script("quota.read", 1, &Trouble::Instead(403, error(10, None)));
    assert!(reader.profile(&cx).await.unwrap().counts.is_empty());
    stage.script("insights.profile", 1, &Trouble::Instead(401, error(190, None)));
    assert_eq!(reader.profile(&cx).await.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn sixty_posts_are_read_to_the_end_each_once() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let mut published = Vec::new();
    for number in 0..60 {
        let outcome = session.publish(&draft(&format!("Number {number}"), [])).await;
        published.extend(outcome.remote_ids());
    }
    let posts = all(&session).await;
    let found: Vec<_> = posts.iter().map(|post| post.remote_id.clone()).collect();
    published.reverse();
    assert_eq!(found[..60], published[..], "newest first");
    assert!(posts.iter().all(|post| post.url.is_some() && post.kind.is_some()));
}

#[tokio::test]
async fn lists_without_a_next_link_go_on_until_they_are_empty() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let list = |entries: &[Value], after: &str| json!({ "data": entries, "paging": { "cursors": { "before": "b", "after": after } } });
    let none = json!({ "data": [] });
    stage.script("posts.list", 1, &Trouble::Instead(200, list(&[entry("1", "TEXT_POST")], "c1")));
    stage.script("posts.list", 1, &Trouble::Instead(200, list(&[entry("2", "IMAGE")], "c2")));
    stage.script("posts.list", 1, &Trouble::Instead(200, list(&[], "c2")));
    stage.script("insights.post", 2, &Trouble::Instead(200, none));
    let posts = all(&session).await;
    assert_eq!(posts.iter().map(|p| p.remote_id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    let cursors: Vec<_> =
        stage.sent("posts.list").iter().map(|q| q.get("after").map(str::to_owned)).collect();
    assert_eq!(cursors, [None, Some("c1".to_owned()), Some("c2".to_owned())]);
}

#[tokio::test]
async fn a_refused_metric_does_not_lose_the_others() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let entries = [entry("1", "TEXT_POST"), entry("2", "REPOST_FACADE"), entry("3", "VIDEO")];
    stage.script("posts.list", 1, &Trouble::Instead(200, json!({ "data": entries })));
    let refused = Trouble::Instead(400, error(100, None));
    let gives = |values: &[(&str, i64)]| {
        let data: Vec<_> = values.iter().map(|(name, value)| insight(name, *value)).collect();
        Trouble::Instead(200, json!({ "data": data }))
    };
    stage.script("insights.post", 1, &refused);
    for (name, value) in [("views", 9), ("likes", 3), ("replies", 2), ("reposts", 1), ("quotes", 0)] {
        stage.script("insights.post", 1, &gives(&[(name, value)]));
    }
    stage.script("insights.post", 1, &refused);
    stage.script("insights.post", 1, &gives(&[("views", 100), ("replies", 4)]));
    let page = page(&session, None).await;
    let shown = |post: &RemotePost| {
        post.counts.iter().map(|c| format!("{} {} {}", c.metric, c.native, c.value)).collect::<Vec<_>>()
    };
    assert_eq!(page.posts.len(), 2, "a repost is nobody's own post");
    assert_eq!(
        shown(&page.posts[0]),
        ["views views 9", "likes likes 3", "comments replies 2", "reposts reposts 1", "quotes quotes 0"]
    );
    assert_eq!(
        shown(&page.posts[1]),
        ["views views 100", "comments replies 4"],
        "missing is missing, never zero"
    );
    assert_eq!(
        stage.sent("insights.post").last().unwrap().get("metric"),
        Some("views,likes,replies,reposts,quotes")
    );
}

#[tokio::test]
async fn without_the_permission_for_numbers_posts_are_listed_without_them() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let entries = [entry("1", "TEXT_POST"), entry("2", "TEXT_POST")];
    let list = Trouble::Instead(200, json!({ "data": entries }));
    stage.script("posts.list", 2, &list);
    stage.script("insights.post", 1, &Trouble::Instead(403, error(10, None)));
    let found = page(&session, None).await;
    assert!(found.posts.len() == 2 && found.posts.iter().all(|post| post.counts.is_empty()));
    assert_eq!(stage.sent("insights.post").len(), 1, "asked once, not for each");
    // A limit is no missing number.
    stage.script("insights.post", 1, &Trouble::Instead(400, error(613, None)));
    let credential = session.credential();
    let limited = CONNECTOR.reader().unwrap().posts(&session.cx(&credential), None).await.unwrap_err();
    assert!(matches!(limited.kind, ErrorKind::RateLimited { .. }), "{limited:?}");
}
