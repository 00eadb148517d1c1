//! Each kind of post, all the way to the public.

use carillon_domain::connector_error::ErrorKind;
use serde_json::json;

use super::stage::{Stage, commented, story, with};
use crate::conformance::{Outcome, draft};
use crate::contract::cx::Credential;

#[tokio::test]
async fn a_picture_with_everything() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let post = with(stage.picture("  Out at sea #boat @theolund\n"), "collaborators", json!(["@theolund"]));
    let post = with(post, "user_tags", json!([{ "username": "aishaokafor", "x": 0.25, "y": 0.5 }]));
    let post = with(with(post, "location_id", json!("7640348500")), "is_ai_generated", json!(true));
    let report = session.connector.publisher().unwrap().check(&post, &session.account);
    assert_eq!((report.violations, report.warnings), (vec![], vec![]));

    let outcome = session.publish(&post).await;
    let [id] = outcome.remote_ids().try_into().unwrap();
    let ledger = stage.ledger();
    assert_eq!(ledger.len(), 1);
    let item = &ledger[0];
    assert_eq!((item.kind.as_str(), &item.remote_id), ("image", &id));
    assert_eq!(item.text, "Out at sea #boat @theolund");
    assert_eq!(item.account.remote_id, session.account.remote_id);
    let photo = &post.root.media[0];
    assert_eq!(item.media.len(), 1);
    assert_eq!((&item.media[0].sha256, item.media[0].alt.as_deref()), (&photo.sha256, Some("a boat")));
    let url = outcome.progress().units[0].remote_url.clone().unwrap();
    assert!(url.starts_with("https://www.instagram.com/p/"), "{url}");
    let made = &stage.sent("containers.create")[0];
    assert_eq!(made.get("user_tags"), Some(r#"[{"username":"aishaokafor","x":0.25,"y":0.5}]"#));
    assert_eq!(made.get("collaborators"), Some(r#"["theolund"]"#));
    assert_eq!(made.get("media_type"), None);
}

#[tokio::test]
async fn a_reel() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let post = with(stage.video("A reel"), "share_to_feed", json!(false));
    let post = with(with(post, "thumb_offset", json!(1500)), "user_tags", json!(["theolund"]));
    assert!(session.publish(&post).await.is_published());
    let ledger = stage.ledger();
    assert_eq!((ledger.len(), ledger[0].kind.as_str(), ledger[0].media[0].bytes), (1, "reel", 300_000));
    let made = &stage.sent("containers.create")[0];
    let sent = |name| made.get(name);
    assert_eq!(
        (sent("media_type"), sent("share_to_feed"), sent("thumb_offset")),
        (Some("REELS"), Some("false"), Some("1500"))
    );
    assert_eq!(sent("user_tags"), Some(r#"[{"username":"theolund"}]"#));
}

#[tokio::test]
async fn stories_of_both_sorts() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let picture = draft("", [stage.bench.library.jpeg(1080, 1920, None)]);
    assert!(session.publish(&story(picture)).await.is_published());
    let outcome = session.publish(&story(stage.video("not shown"))).await;
    let url = outcome.progress().units[0].remote_url.clone().unwrap();
    assert!(url.starts_with("https://www.instagram.com/stories/marafields/"), "{url}");
    let ledger = stage.ledger();
    assert_eq!(
        ledger.iter().map(|i| (i.kind.as_str(), i.text.as_str())).collect::<Vec<_>>(),
        [("story", ""), ("story", "")]
    );
    assert!(stage.sent("containers.create").iter().all(|c| c.get("caption").is_none()));
}

#[tokio::test]
async fn a_carousel_keeps_its_order() {
    for count in [2, 10] {
        let stage = Stage::new();
        let session = stage.instagram().await;
        let library = &stage.bench.library;
        let media: Vec<_> = (0..count)
            .map(|i| {
                if i == 1 {
                    library.mp4(5_000, 10_000, None)
                } else {
                    library.jpeg(1080, 1350, Some(&format!("picture {i}")))
                }
            })
            .collect();
        let post = draft("A walk", media.clone());
        let post = with(post, "user_tags", json!(["theolund 0.5 0.5 1"]));
        assert!(session.publish(&post).await.is_published());
        let ledger = stage.ledger();
        assert_eq!(
            (ledger.len(), ledger[0].kind.as_str(), ledger[0].text.as_str()),
            (1, "carousel", "A walk")
        );
        let want: Vec<_> = media.iter().map(|m| (m.sha256.clone(), m.alt.clone())).collect();
        let got: Vec<_> = ledger[0].media.iter().map(|m| (m.sha256.clone(), m.alt.clone())).collect();
        assert_eq!(got, want);
        let made = stage.sent("containers.create");
        assert_eq!(made.len(), count + 1);
        assert_eq!(made[0].get("user_tags"), Some(r#"[{"username":"theolund","x":0.5,"y":0.5}]"#));
        assert!(
            made[..count]
                .iter()
                .all(|c| c.get("is_carousel_item") == Some("true") && c.get("caption").is_none())
        );
        assert_eq!(made[1].get("media_type"), Some("VIDEO"));
    }
}

#[tokio::test]
async fn the_first_comment_hangs_under_the_post() {
    let stage = Stage::new();
    for session in [stage.instagram().await, stage.facebook().await] {
        let before = stage.ledger().len();
        let outcome = session.publish(&commented(stage.picture("Post"), "Comment #tags")).await;
        let [post, comment] = outcome.remote_ids().try_into().unwrap();
        let ledger = stage.ledger();
        assert_eq!(ledger.len(), before + 2);
        let item = &ledger[before + 1];
        assert_eq!((item.kind.as_str(), item.text.as_str()), ("comment", "Comment #tags"));
        assert_eq!((&item.remote_id, item.parent.as_ref()), (&comment, Some(&post)));
    }
}

#[tokio::test]
async fn the_facebook_login_publishes_every_kind() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    let library = &stage.bench.library;
    let posts = [
        stage.picture("picture"),
        stage.video("reel"),
        story(stage.picture("")),
        draft("carousel", [library.jpeg(1080, 1080, None), library.mp4(9_000, 5_000, None)]),
    ];
    for post in &posts {
        assert!(session.publish(post).await.is_published());
    }
    let kinds: Vec<_> = stage.ledger().into_iter().map(|i| i.kind).collect();
    assert_eq!(kinds, ["image", "reel", "story", "carousel"]);
    // graph.facebook.com wants the proof on every call.
    let calls = stage.sent("containers.create");
    assert!(calls.iter().all(|c| c.get("appsecret_proof").is_some_and(|p| p.len() == 64)));
}

#[tokio::test]
async fn only_the_facebook_login_deletes() {
    let stage = Stage::new();
    for (session, deletes) in [(stage.instagram().await, false), (stage.facebook().await, true)] {
        let publisher = session.connector.publisher().unwrap();
        assert_eq!(publisher.can_delete(&session.account), deletes);
        let id = session.publish(&stage.picture("Short-lived")).await.remote_ids().remove(0);
        let credential = session.credential();
        let deleted = publisher.delete(&session.cx(&credential), &id).await;
        assert_eq!(stage.sent("media.delete").len(), usize::from(deletes), "nothing is sent in vain");
        let item = stage.ledger().into_iter().find(|item| item.remote_id == id).unwrap();
        assert_eq!(item.deleted_at.is_some(), deletes);
        if deletes {
            deleted.unwrap();
            publisher.delete(&session.cx(&credential), &id).await.expect("gone already");
        } else {
            let error = deleted.unwrap_err();
            assert_eq!((error.code.as_str(), &error.kind), ("unsupported", &ErrorKind::Rejected));
            assert!(error.cause.contains("connected through Facebook"), "{}", error.cause);
        }
    }
}

#[tokio::test]
async fn without_a_public_address_the_error_says_what_to_set() {
    let stage = Stage::new();
    stage.bench.library.hide();
    for (session, post) in [
        (stage.instagram().await, stage.picture("x")),
        (stage.instagram().await, stage.video("x")),
        (stage.facebook().await, stage.picture("x")),
    ] {
        let outcome = session.publish(&post).await;
        let error = outcome.error().unwrap();
        assert_eq!((error.code.as_str(), &error.kind), ("no_public_url", &ErrorKind::Rejected));
        assert!(error.action.contains("server.public_url"), "{}", error.action);
    }
    assert!(stage.sent("containers.create").is_empty());
}

#[tokio::test]
async fn a_login_without_the_permission_is_told_before_anything_is_sent() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let scopes = vec!["instagram_business_basic".to_owned()];
    session.set_credential(Credential { scopes, ..session.credential() });
    let outcome = session.publish(&stage.picture("x")).await;
    let Outcome::Failed(error, _) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind, ErrorKind::PermissionMissing);
    assert!(stage.sent("containers.create").is_empty());
}

#[tokio::test]
async fn threads_and_posts_without_media_are_refused() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let mut thread = stage.picture("one");
    thread.parts.push(thread.root.clone());
    for post in [thread, draft("only text", [])] {
        assert_eq!(session.publish(&post).await.error().unwrap().kind, ErrorKind::Rejected);
    }
    assert!(stage.ledger().is_empty());
}
