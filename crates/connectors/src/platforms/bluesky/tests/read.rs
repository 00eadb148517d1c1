use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use serde_json::json;

use super::{PDS, bench, bench_session};
use crate::conformance::{Bench, Session, draft};
use crate::contract::people::People;
use crate::contract::reader::{PostPage, Reader};
use crate::kit::http::{Call, Safety};
use crate::platforms::bluesky::CONNECTOR;
use crate::platforms::bluesky::errors::PLATFORM;
use crate::sandbox::{Fault, FaultKind, When};

fn down(bench: &Bench, operation: &str) {
    let mut fault = Fault::once(PLATFORM, operation, When::Before, FaultKind::Status).status(502);
    fault.count = None;
    bench.world.faults().add(fault);
}

async fn page(session: &Session<'_>, cursor: Option<&str>) -> PostPage {
    let credential = session.credential();
    CONNECTOR.posts(&session.cx(&credential), cursor).await.expect("posts")
}

async fn all(session: &Session<'_>) -> Vec<String> {
    let mut texts = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(session, cursor.as_deref()).await;
        texts.extend(page.posts.into_iter().map(|p| p.text));
        cursor = page.next;
        if cursor.is_none() {
            return texts;
        }
    }
}

#[tokio::test]
async fn the_profile_has_names_and_totals() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let profile = CONNECTOR.profile(&session.cx(&credential)).await.unwrap();
    assert_eq!(profile.identity, session.account);
    let names: Vec<_> = profile.counts.iter().map(|c| (c.metric.as_str(), c.native.as_str())).collect();
    assert_eq!(
        names,
        [("followers", "followersCount"), ("following", "followsCount"), ("posts", "postsCount")]
    );
}

#[tokio::test]
async fn posts_come_newest_first_with_numbers_that_lag_and_grow() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let uri = session.publish(&draft("first", [])).await.remote_ids().remove(0);
    assert_eq!(all(&session).await, Vec::<String>::new(), "the index has not seen it yet");
    bench.clock.advance(Duration::from_secs(5));
    let fresh = page(&session, None).await.posts.remove(0);
    assert_eq!((fresh.remote_id.as_str(), fresh.text.as_str()), (uri.as_str(), "first"));
    assert!(fresh.url.unwrap().starts_with("https://bsky.app/profile/did:plc:"));
    bench.clock.advance(Duration::from_secs(86_400));
    session.refresh().await.unwrap();
    session.publish(&draft("second", [])).await;
    bench.clock.advance(Duration::from_secs(5));
    let posts = page(&session, None).await.posts;
    assert_eq!(posts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["second", "first"]);
    let likes = |counts: &[crate::contract::reader::Count]| {
        counts.iter().find(|c| c.metric == "likes").map(|c| c.value)
    };
    assert_eq!(likes(&fresh.counts), Some(0));
    assert!(likes(&posts[1].counts) > Some(0));
    let metrics: Vec<_> = posts[1].counts.iter().map(|c| c.metric.as_str()).collect();
    assert_eq!(metrics, ["likes", "comments", "shares", "quotes", "saves"]);
}

async fn publish_many(bench: &Bench, session: &Session<'_>, many: usize) {
    for n in 0..many {
        assert!(session.publish(&draft(&format!("post {n}"), [])).await.is_published());
        bench.clock.advance(Duration::from_secs(1));
    }
    bench.clock.advance(Duration::from_secs(10));
}

#[tokio::test]
async fn pages_follow_each_other_from_the_index_and_from_the_repository() {
    for index_is_down in [false, true] {
        let bench = bench();
        let session = bench_session(&bench).await;
        publish_many(&bench, &session, 53).await;
        if index_is_down {
            down(&bench, "getAuthorFeed");
        }
        let texts = all(&session).await;
        let expected: Vec<_> = (0..53).rev().map(|n| format!("post {n}")).collect();
        assert_eq!(texts, expected, "index down: {index_is_down}");
    }
}

#[tokio::test]
async fn reposts_are_not_own_posts() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let uri = session.publish(&draft("mine", [])).await.remote_ids().remove(0);
    let repost = json!({
        "repo": session.account.remote_id, "collection": "app.bsky.feed.repost",
        "record": {"subject": {"uri": uri, "cid": "x"}, "createdAt": "2026-11-02T09:00:00Z"},
    });
    let call =
        Call::post("createRecord", Safety::Invisible, format!("{PDS}/xrpc/com.atproto.repo.createRecord"));
    let call = call.bearer(&session.credential().access_token).json(&repost);
    assert!(bench.http.send(call).await.unwrap().status.is_success());
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(all(&session).await, ["mine"]);
}

#[tokio::test]
async fn without_an_index_the_server_itself_is_read() {
    let bench = bench();
    let session = bench_session(&bench).await;
    publish_many(&bench, &session, 1).await;
    for operation in ["getAuthorFeed", "getProfile"] {
        down(&bench, operation);
    }
    let post = page(&session, None).await.posts.remove(0);
    assert!(!post.counts.is_empty(), "the public index still knows the numbers");
    down(&bench, "getPosts");
    let post = page(&session, None).await.posts.remove(0);
    assert_eq!(post.counts, [], "missing, not zero");
    let credential = session.credential();
    let profile = CONNECTOR.profile(&session.cx(&credential)).await.unwrap();
    assert_eq!(profile.identity.handle, "marafields.bsky.social");
    assert_eq!(profile.counts, []);
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_their_names() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let find = async |words: &str| {
        let found = CONNECTOR.find(&session.cx(&credential), words, 8).await.expect("people");
        found.into_iter().map(|person| (person.handle, person.name)).collect::<Vec<_>>()
    };
    let theo = ("theolund.bsky.social".to_owned(), "Theo Lund".to_owned());
    for words in ["theo", "@theolund.bsky", "Lund"] {
        assert!(find(words).await.contains(&theo), "{words}: {:?}", find(words).await);
    }
    assert!(find("nobodyhere").await.is_empty());
    assert!(CONNECTOR.find(&session.cx(&credential), "a", 2).await.expect("people").len() <= 2);

    // A server without an index: the public one is asked.
    let once = Fault::once(PLATFORM, "searchActorsTypeahead", When::Before, FaultKind::Status).status(501);
    bench.world.faults().add(once);
    assert!(find("theo").await.contains(&theo));
}

#[tokio::test]
async fn a_server_that_got_no_login_says_nothing_of_ours() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    for (fault, status) in
        [(FaultKind::Status, 401), (FaultKind::Status, 403), (FaultKind::TokenExpired, 400)]
    {
        let fails = |fault, status| {
            let once = Fault::once(PLATFORM, "searchActorsTypeahead", When::Before, fault).status(status);
            bench.world.faults().add(once)
        };
        fails(FaultKind::Status, 501);
        fails(fault, status);
        let refused = CONNECTOR.find(&session.cx(&credential), "theo", 8).await.expect_err("refused");
        assert_eq!((refused.kind, refused.code.as_str()), (ErrorKind::Rejected, "refused"), "{status}");
        assert_eq!(refused.remote.status, Some(status), "the public one refused it");
    }
    // With a login it is ours.
    let once = Fault::once(PLATFORM, "searchActorsTypeahead", When::Before, FaultKind::Status).status(401);
    bench.world.faults().add(once);
    let refused = CONNECTOR.find(&session.cx(&credential), "theo", 8).await.expect_err("refused");
    assert_eq!(refused.kind, ErrorKind::AuthRevoked);
}
