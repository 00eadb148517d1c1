//! Commits whose answer was lost, wrong or unclear: what a look makes of them.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Clock as _;
use serde_json::json;

use super::stage::{Stage, Trouble, error};
use crate::conformance::draft;
use crate::contract::publisher::Reconciliation;

#[tokio::test]
async fn a_lost_answer_is_found_by_the_container_and_the_list() {
    for trouble in [Trouble::Lost, Trouble::After(500, json!({})), Trouble::After(400, error(1, None))] {
        let stage = Stage::new();
        let session = stage.connected().await;
        stage.script("posts.publish", 1, &trouble);
        let outcome = session.publish(&draft("Once", [])).await;
        assert!(outcome.is_published(), "{trouble:?}: {outcome:?}");
        let public = stage.ledger();
        assert_eq!((public.len(), stage.sent("posts.publish").len()), (1, 1), "{trouble:?}");
        assert_eq!(outcome.remote_ids(), [public[0].remote_id.clone()]);
    }
}

#[tokio::test]
async fn a_send_that_never_arrived_is_repeated_with_the_same_container() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.script("posts.publish", 1, &Trouble::Cut);
    assert!(session.publish(&draft("Once", [])).await.is_published());
    let sends = stage.sent("posts.publish");
    assert_eq!((sends.len(), stage.ledger().len()), (2, 1));
    assert_eq!(sends[0].get("creation_id"), sends[1].get("creation_id"));
    assert_eq!(stage.sent("containers.create").len(), 1);
}

#[tokio::test]
async fn a_lost_reply_is_looked_for_among_the_replies() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let mut post = draft("One", []);
    post.first_comment = Some("Two".to_owned());
    let mut twin = post.clone();
    twin.first_comment = Some("Two".to_owned());
    assert!(session.publish(&twin).await.is_published());
    stage.script("posts.publish", 2, &Trouble::Lost);
    let outcome = session.publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let public = stage.ledger();
    assert_eq!(public.len(), 4);
    assert_eq!(outcome.remote_ids(), [public[2].remote_id.clone(), public[3].remote_id.clone()]);
    let asked = stage.sent("replies.list");
    assert!(asked.iter().any(|q| q.get("fields").unwrap().contains("replied_to")), "{asked:?}");
}

#[tokio::test]
async fn a_container_that_the_network_does_not_know_is_tried_again_and_then_made_anew() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let missing = error(24, Some(4_279_009));
    stage.script("posts.publish", 2, &Trouble::Instead(400, missing.clone()));
    assert!(session.publish(&draft("Patience", [])).await.is_published());
    assert_eq!((stage.sent("posts.publish").len(), stage.sent("containers.create").len()), (3, 1));

    stage.script("posts.publish", 4, &Trouble::Instead(400, missing));
    assert!(session.publish(&draft("Anew", [])).await.is_published());
    assert_eq!(stage.sent("containers.create").len(), 3);
    assert_eq!(stage.ledger().len(), 2);
}

#[tokio::test]
async fn a_container_that_was_published_after_all_is_never_published_again() {
    let stage = Stage::new();
    let session = stage.connected().await;
    // It has its effect, and the network says that it does not know the container.
    stage.script("posts.publish", 1, &Trouble::After(400, error(24, Some(4_279_009))));
    let outcome = session.publish(&draft("Once", [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((stage.sent("posts.publish").len(), stage.ledger().len()), (1, 1));
}

#[tokio::test]
async fn a_block_is_told_once_the_post_is_proved_absent() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.script("posts.publish", 1, &Trouble::Instead(400, error(4, Some(2_207_051))));
    let outcome = session.publish(&draft("Spam?", [])).await;
    let told = outcome.error().unwrap();
    assert_eq!((&told.kind, told.code.as_str()), (&ErrorKind::Rejected, "action_blocked"));
    assert_eq!((stage.sent("posts.publish").len(), stage.ledger().len()), (1, 0));
    // And when it was live all the same, it is found.
    stage.script("posts.publish", 1, &Trouble::After(400, error(4, Some(2_207_051))));
    assert!(session.publish(&draft("No spam", [])).await.is_published());
    assert_eq!(stage.ledger().len(), 1);
}

#[tokio::test]
async fn two_equal_posts_of_one_moment_are_left_to_a_person() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = draft("Twins", []);
    let one = session.prepared(&post).await;
    let two = session.prepared(&post).await;
    session.commit(&post, one).await.1.unwrap();
    stage.script("posts.publish", 1, &Trouble::Lost);
    let (open, result) = session.commit(&post, two).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
    stage.bench.clock.advance(Duration::from_secs(60));
    let Reconciliation::Unknown { look_again_at: None, evidence } = session.look(&post, &open).await else {
        panic!("decided");
    };
    assert!(evidence.contains("public"), "{evidence}");
}

#[tokio::test]
async fn absence_is_believed_only_after_minutes_and_not_against_the_list() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = draft("Where?", []);
    let ready = session.prepared(&post).await;
    let twin = session.prepared(&post).await;
    stage.script("posts.publish", 1, &Trouble::Cut);
    let (open, result) = session.commit(&post, ready).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
    stage.bench.clock.advance(Duration::from_secs(90));
    let early = session.look(&post, &open).await;
    assert!(matches!(early, Reconciliation::Unknown { look_again_at: Some(_), .. }), "{early:?}");
    // Somebody publishes the same; whose it is, the list does not say.
    session.commit(&post, twin).await.1.unwrap();
    stage.bench.clock.advance(Duration::from_secs(120));
    let doubtful = session.look(&post, &open).await;
    assert!(
        matches!(&doubtful, Reconciliation::Unknown { evidence, .. } if evidence.contains("look like this one"))
    );
}

#[tokio::test]
async fn without_the_container_the_list_proves_presence_only() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = draft("Seen", []);
    for trouble in [Trouble::Lost, Trouble::Cut] {
        let ready = session.prepared(&post).await;
        stage.script("posts.publish", 1, &trouble);
        let (open, _) = session.commit(&post, ready).await;
        stage.bench.clock.advance(Duration::from_secs(600));
        stage.script("containers.read", 1, &Trouble::Instead(400, error(100, Some(33))));
        match (trouble, session.look(&post, &open).await) {
            (Trouble::Lost, Reconciliation::Found(progress)) => assert!(progress.root_remote_id().is_some()),
            (Trouble::Cut, Reconciliation::Unknown { .. }) => {}
            (trouble, found) => panic!("{trouble:?}: {found:?}"),
        }
    }
}

#[tokio::test]
async fn notes_of_another_version_are_left_to_a_person() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = draft("Old", []);
    let mut ready = session.prepared(&post).await;
    ready.version += 1;
    let (open, result) = session.commit(&post, ready).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous);
    assert!(stage.sent("posts.publish").is_empty());
    let found = session.look(&post, &open).await;
    assert!(matches!(found, Reconciliation::Unknown { look_again_at: None, .. }), "{found:?}");
}

#[tokio::test]
async fn a_full_quota_behind_a_failure_of_the_server_decides_nothing() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = draft("Once", []);
    let ready = session.prepared(&post).await;
    stage.script("posts.publish", 1, &Trouble::After(500, error(4, Some(2_207_042))));
    let (_, result) = session.commit(&post, ready).await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Ambiguous, "it may be public");
}

#[tokio::test]
async fn a_post_on_a_later_page_speaks_against_absence() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = draft("Where?", []);
    let ready = session.prepared(&post).await;
    stage.script("posts.publish", 1, &Trouble::Cut);
    let (open, _) = session.commit(&post, ready).await;
    let at = stage.bench.clock.now().strftime("%Y-%m-%dT%H:%M:%S+0000").to_string();
    stage.bench.clock.advance(Duration::from_secs(600));
    // Pages may be shorter than asked for, even empty.
    let cursors = json!({ "cursors": { "before": "b", "after": "a" } });
    let seen = json!({ "id": "77", "text": "Where?", "media_type": "TEXT_POST", "timestamp": at });
    for page in [
        json!({ "data": [], "paging": { "next": "more", "cursors": cursors["cursors"] } }),
        json!({ "data": [seen] }),
    ] {
        stage.script("posts.list", 1, &Trouble::Instead(200, page));
    }
    let doubtful = session.look(&post, &open).await;
    assert!(
        matches!(&doubtful, Reconciliation::Unknown { evidence, .. } if evidence.contains("look like this one")),
        "{doubtful:?}"
    );
    assert_eq!(stage.sent("posts.list").last().unwrap().get("after"), Some("a"));
}

#[tokio::test]
async fn patience_is_asked_for_without_the_container_being_at_fault() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.script("posts.publish", 9, &Trouble::Instead(400, error(613, None)));
    let outcome = session.publish(&draft("Later", [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((stage.sent("posts.publish").len(), stage.sent("containers.create").len()), (10, 1));
}

#[tokio::test]
async fn what_is_listed_is_not_deleted_whatever_the_network_says() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let outcome = session.publish(&draft("Here", [])).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let publisher = session.connector.publisher().unwrap();
    let id = &outcome.remote_ids()[0];
    stage.script("media.delete", 1, &Trouble::Instead(400, error(100, Some(33))));
    assert_eq!(publisher.delete(&cx, id).await.unwrap_err().kind, ErrorKind::Transient);
    for _ in 0..2 {
        publisher.delete(&cx, id).await.unwrap();
    }
    assert!(stage.ledger()[0].deleted_at.is_some());
}
