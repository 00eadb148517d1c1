//! The Page, its posts with their numbers, deleting.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;

use super::stage::{Stage, Trouble, commented, error, story};
use crate::conformance::draft;
use crate::contract::reader::RemotePost;

#[tokio::test]
async fn the_page_with_its_totals() {
    let stage = Stage::new();
    let session = stage.page().await;
    let credential = session.credential();
    let profile = session.connector.reader().unwrap().profile(&session.cx(&credential)).await.unwrap();
    assert_eq!(profile.identity.remote_id, session.account.remote_id);
    assert_eq!(profile.identity.name, session.account.name);
    assert_eq!(profile.identity.meta, session.account.meta, "what is known of the Page stays");
    let metrics: Vec<_> = profile.counts.iter().map(|c| (c.metric.as_str(), c.native.as_str())).collect();
    assert_eq!(metrics, [("followers", "followers_count"), ("likes", "fan_count")]);
    assert!(profile.counts[0].value > 100, "{profile:?}");
}

async fn all(stage: &Stage, session: &crate::conformance::Session<'_>) -> (Vec<RemotePost>, Vec<usize>) {
    let credential = session.credential();
    let cx = session.cx(&credential);
    let (mut posts, mut cursor, mut pages) = (Vec::new(), None::<String>, Vec::new());
    loop {
        let page = session.connector.reader().unwrap().posts(&cx, cursor.as_deref()).await.unwrap();
        pages.push(page.posts.len());
        posts.extend(page.posts);
        cursor = page.next;
        let Some(cursor) = &cursor else { break };
        for (token, _) in stage.bench.world.tokens().list() {
            assert!(!cursor.contains(&token.value), "the network's next page holds the token");
        }
    }
    (posts, pages)
}

#[tokio::test]
async fn stories_come_with_the_posts_while_they_are_shown() {
    let stage = Stage::new();
    let session = stage.page().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.extend(
            session
                .publish(&story(draft("", [stage.bench.library.jpeg(1_080, 1_920, None)])))
                .await
                .remote_ids(),
        );
        ids.extend(session.publish(&draft(&format!("Between {n}"), [])).await.remote_ids());
        stage.bench.clock.advance(Duration::from_secs(60));
    }
    let credential = session.credential();
    let cx = session.cx(&credential);
    let reader = session.connector.reader().unwrap();
    let page = reader.posts(&cx, None).await.unwrap();
    assert!(page.posts.windows(2).all(|two| two[0].published_at >= two[1].published_at));
    assert!(ids.iter().all(|id| page.posts.iter().filter(|p| p.remote_id == *id).count() == 1), "each once");
    let seen = page.posts.iter().find(|p| p.remote_id == ids[0]).unwrap();
    assert_eq!((seen.kind.as_deref(), seen.text.as_str()), (Some("story"), ""));
    assert!(
        seen.url.as_deref().is_some_and(|u| u.starts_with("https://www.facebook.com/stories/")),
        "{seen:?}"
    );
    stage.script("stories.list", Trouble::Instead(400, error(200, None)));
    assert!(reader.posts(&cx, None).await.unwrap().posts.iter().all(|p| p.remote_id != ids[0]));
    stage.bench.clock.advance(Duration::from_secs(86_400));
    let page = reader.posts(&cx, None).await.unwrap();
    assert_eq!(page.posts.iter().filter(|p| ids.contains(&p.remote_id)).count(), 3, "the posts stay");
}

#[tokio::test]
async fn posts_come_newest_first_and_page_by_page_to_the_end() {
    let stage = Stage::new();
    let session = stage.page().await;
    let before = all(&stage, &session).await.0.len();
    let mut ids = Vec::new();
    for n in 0..55 {
        ids.extend(session.publish(&draft(&format!("number {n}"), [])).await.remote_ids());
        stage.bench.clock.advance(Duration::from_secs(60));
    }
    let (posts, pages) = all(&stage, &session).await;
    assert_eq!(posts.len(), before + 55, "{pages:?}");
    assert!(pages.len() >= 2);
    let read: Vec<_> = posts.iter().take(55).map(|p| p.remote_id.clone()).collect();
    ids.reverse();
    assert_eq!(read, ids);
    assert!(
        posts[0].text == "number 54" && posts[0].url.as_deref().is_some_and(|u| u.starts_with("https://"))
    );
}

#[tokio::test]
async fn posts_have_their_public_numbers() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = commented(stage.picture("with a comment"), "comment");
    assert!(session.publish(&post).await.is_published());
    let (posts, _) = all(&stage, &session).await;
    let counts: BTreeSet<_> =
        posts[0].counts.iter().map(|c| (c.metric.as_str(), c.native.as_str())).collect();
    for wanted in [("likes", "reactions.summary.total_count"), ("comments", "comments.summary.total_count")] {
        assert!(counts.contains(&wanted), "{counts:?}");
    }
    let comments = posts[0].counts.iter().find(|c| c.metric == "comments").unwrap();
    assert!(comments.value >= 1, "{comments:?}");
    assert!(posts[0].kind.is_some());
}

#[tokio::test]
async fn one_number_that_is_refused_does_not_lose_the_others() {
    let stage = Stage::new();
    let session = stage.page().await;
    assert!(session.publish(&commented(stage.picture("numbers"), "comment")).await.is_published());
    for refusal in [error(10, None), error(100, None)] {
        let credential = session.credential();
        let sent = stage.sent("posts.list").len();
        stage.script("posts.list", Trouble::Instead(400, refusal.clone()));
        let cx = session.cx(&credential);
        let page = session.connector.reader().unwrap().posts(&cx, None).await.unwrap();
        // The posts, then each of three numbers by itself.
        assert_eq!(stage.sent("posts.list").len() - sent, 5);
        let whole = page.posts[0].counts.clone();
        assert!(whole.iter().any(|c| c.metric == "likes") && whole.iter().any(|c| c.metric == "comments"));
        assert_eq!(page.posts[0].text, "numbers");
    }
    assert_eq!(stage.left(), 0);
}

#[tokio::test]
async fn the_end_of_what_can_be_reached_is_the_end() {
    let stage = Stage::new();
    let session = stage.page().await;
    let mut deep = error(100, None);
    deep["error"]["message"] =
        "(#100) The After Cursor specified exceeds the max limit supported by this endpoint".into();
    stage.script("posts.list", Trouble::Instead(400, deep));
    let credential = session.credential();
    let cx = session.cx(&credential);
    let page = session.connector.reader().unwrap().posts(&cx, Some("deep")).await.unwrap();
    assert_eq!((page.posts.len(), page.next), (0, None));
}

#[tokio::test]
async fn posts_and_comments_can_be_deleted_twice() {
    let stage = Stage::new();
    let session = stage.page().await;
    let outcome = session.publish(&commented(stage.picture("gone soon"), "me too")).await;
    let [post, comment] = outcome.remote_ids().try_into().unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let publisher = session.connector.publisher().unwrap();
    assert!(publisher.can_delete(&session.account));
    for id in [&comment, &post, &post] {
        publisher.delete(&cx, id).await.unwrap();
    }
    assert!(stage.ledger().iter().all(|item| item.deleted_at.is_some()), "{:?}", stage.ledger());
}

#[tokio::test]
async fn what_facebook_does_not_let_be_deleted_is_not_called_deleted() {
    let stage = Stage::new();
    let session = stage.page().await;
    let [id] = session.publish(&draft("stays", [])).await.remote_ids().try_into().unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let publisher = session.connector.publisher().unwrap();
    stage.script("posts.delete", Trouble::Instead(400, error(100, Some(33))));
    let failed = publisher.delete(&cx, &id).await.unwrap_err();
    assert_eq!((&failed.kind, failed.code.as_str()), (&ErrorKind::Rejected, "not_deleted"));
    stage.script("posts.find", Trouble::Instead(403, error(10, None)));
    let failed = publisher.delete(&cx, &id).await.unwrap_err();
    assert_eq!(failed.kind, ErrorKind::PermissionMissing, "{failed:?}");
    assert!(stage.ledger()[0].deleted_at.is_none());
}
