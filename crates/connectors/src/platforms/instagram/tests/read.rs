//! Profile, posts with their numbers, deleting.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;

use super::stage::{Stage, commented, story};
use crate::sandbox::When;

#[tokio::test]
async fn the_profile_with_its_totals() {
    let stage = Stage::new();
    for session in [stage.instagram().await, stage.facebook().await] {
        session.publish(&stage.picture("one more")).await;
        let credential = session.credential();
        let profile = session.connector.reader().unwrap().profile(&session.cx(&credential)).await.unwrap();
        assert_eq!(
            (&profile.identity.remote_id, profile.identity.handle.as_str()),
            (&session.account.remote_id, "marafields")
        );
        assert_eq!(profile.identity.meta["daily_posts"], 50);
        assert_eq!(profile.identity.meta.get("tasks"), session.account.meta.get("tasks"));
        stage.quota(3);
        let later = session.connector.reader().unwrap().profile(&session.cx(&credential)).await.unwrap();
        assert_eq!(
            session.connector.publisher().unwrap().daily_cap(&session.settings, &later.identity),
            Some(3)
        );
        stage.quota(50);
        let metrics: Vec<_> = profile.counts.iter().map(|c| (c.metric.as_str(), c.native.as_str())).collect();
        assert_eq!(
            metrics,
            [("followers", "followers_count"), ("following", "follows_count"), ("posts", "media_count")]
        );
        assert!(profile.counts[0].value > 100);
    }
}

#[tokio::test]
async fn posts_come_newest_first_and_page_by_page() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    stage.quota(1_000);
    let mut ids = Vec::new();
    for n in 0..104 {
        let post = stage.picture(&format!("number {n}"));
        ids.extend(session.publish(&post).await.remote_ids());
        stage.bench.clock.advance(Duration::from_secs(60));
    }
    session.publish(&story(stage.picture(""))).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    // A page's worth of deleted posts: that page is empty, and not the last one.
    for id in &ids[2..54] {
        session.connector.publisher().unwrap().delete(&cx, id).await.unwrap();
    }
    stage.bench.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let reader = session.connector.reader().unwrap();
    let (mut posts, mut cursor, mut pages) = (Vec::new(), None, Vec::new());
    loop {
        let page = reader.posts(&cx, cursor.as_deref()).await.unwrap();
        pages.push(page.posts.len());
        posts.extend(page.posts);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
        assert!(!cursor.as_deref().unwrap().contains("EAAB"), "the network's next page holds the token");
    }
    assert_eq!(pages, [50, 0, 2]);
    let read: Vec<_> = posts.iter().map(|p| p.remote_id.clone()).collect();
    let mut want: Vec<_> = ids[..2].iter().chain(&ids[54..]).cloned().collect();
    want.reverse();
    assert_eq!(read, want);
    let newest = &posts[0];
    assert_eq!((newest.text.as_str(), newest.kind.as_deref()), ("number 103", Some("FEED")));
    assert!(newest.url.as_deref().is_some_and(|u| u.starts_with("https://www.instagram.com/p/")));
    let metrics: BTreeSet<_> = newest.counts.iter().map(|c| c.metric.as_str()).collect();
    assert_eq!(metrics, BTreeSet::from(["likes", "comments", "saves", "shares", "reposts", "views"]));
    assert!(newest.counts.iter().all(|c| c.value > 0 || c.metric == "comments"));
}

#[tokio::test]
async fn stories_of_the_last_day_come_with_the_posts() {
    let stage = Stage::new();
    for session in [stage.instagram().await, stage.facebook().await] {
        stage.quota(1_000);
        let mut ids = session.publish(&story(stage.picture(""))).await.remote_ids();
        stage.bench.clock.advance(Duration::from_secs(80_000));
        // More than a page of them, with a post in between.
        for n in 0..55 {
            let post = stage.picture("in the feed");
            let next = if n == 30 { post } else { story(stage.picture("")) };
            ids.extend(session.publish(&next).await.remote_ids());
            stage.bench.clock.advance(Duration::from_secs(1));
        }
        let credential = session.credential();
        let cx = session.cx(&credential);
        let reader = session.connector.reader().unwrap();
        let page = reader.posts(&cx, None).await.unwrap();
        assert!(page.posts.windows(2).all(|two| two[0].published_at >= two[1].published_at));
        let read: BTreeSet<_> = page.posts.iter().map(|p| p.remote_id.clone()).collect();
        assert!(ids.iter().all(|id| read.contains(id)), "all of the last 24 hours");
        let seen = page.posts.iter().find(|p| p.remote_id == ids[1]).unwrap();
        assert_eq!(seen.kind.as_deref(), Some("STORY"));
        assert!(seen.url.as_deref().is_some_and(|u| u.contains("/stories/")), "{seen:?}");
        assert_eq!(page.posts.iter().filter(|p| ids.contains(&p.remote_id)).count(), 56, "each once");
        // A day later they are gone, and the post is still there.
        stage.bench.clock.advance(Duration::from_secs(86_400));
        let page = reader.posts(&cx, None).await.unwrap();
        let left: Vec<_> = page.posts.iter().filter(|p| ids.contains(&p.remote_id)).collect();
        assert_eq!((left.len(), &left[0].remote_id), (1, &ids[31]));
        // Without the list of stories there are the posts; an outage is an outage.
        stage.status("stories.list", When::Before, 403, 1);
        assert!(!reader.posts(&cx, None).await.unwrap().posts.is_empty());
        stage.status("stories.list", When::Before, 503, 20);
        assert_eq!(reader.posts(&cx, None).await.unwrap_err().kind, ErrorKind::Transient);
        stage.bench.world.faults().clear();
    }
}

#[tokio::test]
async fn the_instagram_login_shows_fewer_numbers() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    session.publish(&commented(stage.picture("post"), "comment")).await;
    let credential = session.credential();
    let page = session.connector.reader().unwrap().posts(&session.cx(&credential), None).await.unwrap();
    let counts: Vec<_> = page.posts[0].counts.iter().map(|c| (c.metric.as_str(), c.value)).collect();
    assert_eq!(counts, [("likes", 0), ("comments", 1)]);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn deleting_works_with_the_facebook_login_only() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    let [post, comment] = session
        .publish(&commented(stage.picture("gone soon"), "me too"))
        .await
        .remote_ids()
        .try_into()
        .unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let publisher = session.connector.publisher().unwrap();
    publisher.delete(&cx, &comment).await.unwrap();
    publisher.delete(&cx, &post).await.unwrap();
    assert!(stage.ledger().iter().all(|item| item.deleted_at.is_some()));
    publisher.delete(&cx, &post).await.unwrap();

    let session = stage.instagram().await;
    let [post] = session.publish(&stage.picture("stays")).await.remote_ids().try_into().unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let error = publisher.delete(&cx, &post).await.unwrap_err();
    assert_eq!((error.code.as_str(), &error.kind), ("unsupported", &ErrorKind::Rejected));
    assert!(error.action.contains("Instagram app"));
    publisher.delete(&cx, "18027310000099999").await.unwrap();
}
