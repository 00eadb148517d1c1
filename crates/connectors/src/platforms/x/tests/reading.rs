//! Profile and posts, in both families of field names.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::Part;

use super::Lab;
use crate::conformance::{Session, draft};
use crate::contract::reader::{Count, Reader, RemotePost};
use crate::platforms::x::CONNECTOR;
use crate::platforms::x::sandbox::Families;
use crate::sandbox::{Fault, FaultKind, When};

fn value(counts: &[Count], metric: &str) -> Option<i64> {
    counts.iter().find(|c| c.metric == metric).map(|c| c.value)
}

async fn all(session: &Session<'_>) -> Vec<RemotePost> {
    let credential = session.credential();
    let cx = session.cx(&credential);
    let (mut posts, mut cursor) = (Vec::new(), None);
    loop {
        let page = CONNECTOR.posts(&cx, cursor.as_deref()).await.unwrap();
        posts.extend(page.posts);
        cursor = page.next;
        if cursor.is_none() {
            return posts;
        }
    }
}

#[tokio::test]
async fn the_profile_has_its_totals() {
    let lab = Lab::new();
    let session = lab.connect().await;
    session.publish(&draft("One", [])).await;
    let credential = session.credential();
    let profile = CONNECTOR.profile(&session.cx(&credential)).await.unwrap();
    assert_eq!(profile.identity, session.account);
    assert!(value(&profile.counts, "followers").unwrap() > 1000);
    assert!(value(&profile.counts, "following").is_some());
    assert_eq!(value(&profile.counts, "posts"), Some(1));
    let native: Vec<_> = profile.counts.iter().map(|c| c.native.as_str()).collect();
    assert!(native.contains(&"public_metrics.tweet_count"));
}

#[tokio::test]
async fn an_account_without_posts_has_an_empty_list() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert!(all(&session).await.is_empty());
}

#[tokio::test]
async fn posts_come_in_pages_newest_first_as_they_were_written() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let mut wanted = Vec::new();
    // Across two windows of the rate limit for posts.
    for n in 0..205 {
        let text = format!("Post {n} <b> & example.com/{n} https://example.org/?a=1&b={n}");
        assert!(session.publish(&draft(&text, [])).await.is_published());
        wanted.push(format!("Post {n} <b> & http://example.com/{n} https://example.org/?a=1&b={n}"));
    }
    session.refresh().await.unwrap();
    let posts = all(&session).await;
    wanted.reverse();
    assert_eq!(posts.iter().map(|p| p.text.clone()).collect::<Vec<_>>(), wanted);
    let ids: Vec<u64> = posts.iter().map(|p| p.remote_id.parse().unwrap()).collect();
    assert!(ids.is_sorted_by(|a, b| a > b));
    let pages = lab.recorded().iter().filter(|e| e.url.contains("exclude=retweets")).count();
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn numbers_grow_and_media_leave_no_trace_in_the_text() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let mut thread = draft("A boat", [lab.bench.library.jpeg(600, 600, None)]);
    thread.parts.push(Part { text: "and its wake".to_owned(), media: Vec::new() });
    session.publish(&thread).await;
    lab.bench.clock.advance(Duration::from_secs(6 * 3600));
    session.refresh().await.unwrap();
    let posts = all(&session).await;
    assert_eq!(posts.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["and its wake", "A boat"]);
    assert_eq!(posts[0].kind.as_deref(), Some("replied_to"));
    assert!(value(&posts[1].counts, "views").unwrap() > 0);
    assert_eq!(value(&posts[1].counts, "comments").map(|c| c >= 1), Some(true));
    for metric in ["likes", "shares", "quotes", "saves"] {
        assert!(value(&posts[1].counts, metric).is_some(), "{metric}");
    }
}

#[tokio::test]
async fn the_newer_family_of_names_is_tried_when_the_older_is_refused() {
    let lab = Lab::new();
    let mut session = lab.connect().await;
    let mut thread = draft("Old and new: example.com", []);
    thread.parts.push(Part { text: "The second".to_owned(), media: Vec::new() });
    lab.memory(|m| m.families = Families::Post);
    // The answer is lost, so that publishing must find its posts by the newer names, too.
    lab.bench.world.faults().add(Fault::once("x", "tweets.create", When::After, FaultKind::Cut));
    let outcome = session.publish(&thread).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(lab.ledger().len(), 2);

    let asked = |lab: &Lab, name: &str| lab.recorded().iter().filter(|e| e.url.contains(name)).count();
    let posts = all(&session).await;
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0].kind.as_deref(), Some("replied_to"));
    let shares = posts[0].counts.iter().find(|c| c.metric == "shares").unwrap();
    assert_eq!(shares.native, "public_metrics.repost_count");
    assert!(asked(&lab, "tweet.fields") > 0 && asked(&lab, "post.fields") > 0);

    // Once the profile came in the newer names, they are asked for first.
    let credential = session.credential();
    let profile = CONNECTOR.profile(&session.cx(&credential)).await.unwrap();
    assert!(profile.counts.iter().any(|c| c.native == "public_metrics.post_count"));
    session.account = profile.identity;
    let before = asked(&lab, "tweet.fields");
    assert_eq!(all(&session).await.len(), 2);
    assert_eq!(asked(&lab, "tweet.fields"), before);
    lab.memory(|m| m.families = Families::Tweet);
    assert_eq!(all(&session).await.len(), 2);
}

#[tokio::test]
async fn long_posts_are_read_whole() {
    let lab = Lab::new();
    let session = lab.connect_as("harborlightcoffee").await;
    let long = format!("{}example.com/end & done", "A long story about beans. ".repeat(20));
    assert!(session.publish(&draft(&long, [])).await.is_published());
    let posts = all(&session).await;
    assert_eq!(posts[0].text, long.replace("example.com", "http://example.com"));
}

#[tokio::test]
async fn an_outage_while_reading_is_transient_and_a_revoked_token_is_not() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let credential = session.credential();
    lab.bench.world.faults().add(Fault::once("x", "users.me", When::Before, FaultKind::Status).status(500));
    let down = CONNECTOR.profile(&session.cx(&credential)).await.unwrap_err();
    assert_eq!(down.kind, ErrorKind::Transient);
    lab.bench.world.faults().add(Fault::once("x", "users.tweets", When::Before, FaultKind::TokenRevoked));
    let gone = CONNECTOR.posts(&session.cx(&credential), None).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::AuthExpired);
}
