//! Each kind of post, all the way to the public, and what is waited for on the way.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::{Draft, Part};
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::{Value, json};

use super::super::CONNECTOR;
use super::stage::{Stage, Trouble, error, with};
use crate::conformance::draft;
use crate::contract::connector::Connector;

fn part(text: &str) -> Part {
    Part { text: text.to_owned(), media: Vec::new() }
}

#[tokio::test]
async fn a_text_says_all_that_was_chosen() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let quoted = session.publish(&draft("What I said", [])).await.remote_ids().remove(0);
    let mut post = draft("Boats, again", []);
    for (name, value) in [
        ("reply_control", json!("mentioned_only")),
        ("topic_tag", json!("#boats")),
        ("link_attachment", json!("https://a.example/boats")),
        ("quote_post_id", json!(quoted)),
    ] {
        post = with(post, name, value);
    }
    assert!(session.publish(&post).await.is_published());
    let sent = stage.sent("containers.create").pop().unwrap();
    for (name, value) in [
        ("media_type", "TEXT"),
        ("text", "Boats, again"),
        ("reply_control", "mentioned_only"),
        ("topic_tag", "boats"),
        ("link_attachment", "https://a.example/boats"),
        ("quote_post_id", quoted.as_str()),
    ] {
        assert_eq!(sent.get(name), Some(value), "{sent:?}");
    }
    assert_eq!(sent.get("auto_publish_text"), None, "it would leave nothing to look at");
    let poll = json!({ "options": ["Tea", "Coffee", "Water"], "duration_minutes": 1440 });
    assert!(session.publish(&with(draft("Which?", []), "poll", poll)).await.is_published());
    let sent = stage.sent("containers.create").pop().unwrap();
    let attached: Value = serde_json::from_str(sent.get("poll_attachment").unwrap()).unwrap();
    assert_eq!(attached, json!({ "option_a": "Tea", "option_b": "Coffee", "option_c": "Water" }));
    assert_eq!(stage.ledger().len(), 3);
}

#[tokio::test]
async fn attachments_of_texts_go_out_as_objects() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let cases = [
        ("gif_id", json!("abc123"), "gif_attachment", json!({ "gif_id": "abc123", "provider": "GIPHY" })),
        (
            "text_attachment",
            json!("A long story."),
            "text_attachment",
            json!({ "plaintext": "A long story." }),
        ),
        ("is_ghost_post", json!(true), "is_ghost_post", json!(true)),
    ];
    for (option, value, parameter, object) in cases {
        let outcome = session.publish(&with(draft(&format!("With {option}"), []), option, value)).await;
        assert!(outcome.is_published(), "{option}: {outcome:?}");
        let sent = stage.sent("containers.create").pop().unwrap();
        let found: Value = serde_json::from_str(sent.get(parameter).unwrap()).unwrap();
        assert_eq!(found, object);
    }
}

#[tokio::test]
async fn a_carousel_of_twenty_is_one_post() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let mut files: Vec<_> =
        (0..18).map(|i| stage.bench.library.png(100, 100, Some(&format!("picture {i}")))).collect();
    files.push(stage.bench.library.mp4(300_000, 15_000, Some("waves")));
    files.push(stage.bench.library.jpeg(1080, 1080, None));
    let post = with(draft("Twenty", files), "is_spoiler_media", json!(true));
    let outcome = session.publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let sent = stage.sent("containers.create");
    assert_eq!(sent.len(), 21);
    assert!(sent[..20].iter().all(|c| c.get("is_carousel_item") == Some("true") && c.get("text").is_none()));
    assert!(sent[..20].iter().all(|c| c.get("is_spoiler_media").is_none()), "it is said of the whole");
    assert_eq!((sent[18].get("media_type"), sent[18].get("alt_text")), (Some("VIDEO"), Some("waves")));
    let (kind, children) = (sent[20].get("media_type"), sent[20].get("children").unwrap());
    assert_eq!((kind, children.split(',').count()), (Some("CAROUSEL"), 20));
    let public = stage.ledger();
    assert_eq!(public.len(), 1);
    let described: Vec<_> = public[0].media.iter().filter_map(|m| m.alt.as_deref()).collect();
    assert_eq!((public[0].media.len(), described.len()), (20, 19));
    assert_eq!(described[0], "picture 0", "in order");
}

#[tokio::test]
async fn each_part_replies_to_the_one_before_and_the_comment_to_the_root() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let mut post = with(draft("One", []), "reply_control", json!("accounts_you_follow"));
    post.parts = vec![part("Two"), stage.picture("Three").root];
    post.first_comment = Some("And a word".to_owned());
    let outcome = session.publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let ids = outcome.remote_ids();
    let sent = stage.sent("containers.create");
    let replies: Vec<_> = sent.iter().map(|c| c.get("reply_to_id")).collect();
    assert_eq!(replies, [None, Some(ids[0].as_str()), Some(&ids[1]), Some(&ids[0])]);
    let controls = sent.iter().filter(|c| c.get("reply_control").is_some()).count();
    assert_eq!(controls, 1, "who may answer is said of the root");
    for unit in &outcome.progress().units {
        let url = unit.remote_url.as_deref().unwrap_or_default();
        assert!(url.starts_with("https://") && url.contains("/post/"), "{unit:?}");
    }
}

#[tokio::test]
async fn a_container_is_published_only_a_moment_after_it_is_ready() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let start = stage.bench.clock.now();
    assert!(session.publish(&stage.video("Waves")).await.is_published());
    let waited = stage.bench.clock.now().duration_since(start);
    assert!(waited >= SignedDuration::from_secs(30), "the first look at a video comes late: {waited}");
    let looks = stage.sent("containers.read").len();
    assert!((1..=10).contains(&looks), "{looks} looks");
    assert_eq!(stage.sent("posts.publish").len(), 1);
}

#[tokio::test]
async fn a_parent_that_is_not_visible_yet_is_waited_for() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let mut post = draft("One", []);
    post.parts = vec![part("Two")];
    // The first container is the root's, so the trouble must come later.
    let missing = error(24, Some(4_279_009));
    let (mut progress, credential) = (None, session.credential());
    let cx = session.cx(&credential);
    let publisher = CONNECTOR.publisher().unwrap();
    let outcome = session.publish(&draft("Other", [])).await;
    assert!(outcome.is_published());
    let mut begun = publisher.start(&cx, &post).unwrap();
    begun.units[0].remote_id = Some(outcome.remote_ids().remove(0));
    begun.units[0].published_at = Some(stage.bench.clock.now());
    begun.stage = crate::contract::progress::Stage::Preparing { unit: 1 };
    stage.bench.clock.advance(std::time::Duration::from_secs(6));
    stage.script("containers.create", 1, &Trouble::Instead(400, missing.clone()));
    let error = publisher.advance(&cx, &post, begun.clone()).await.unwrap_err();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::NotReady, "container_missing"));
    progress.replace(publisher.advance(&cx, &post, begun.clone()).await.unwrap());
    assert!(progress.is_some());
    // Much later it is no question of patience any more.
    stage.bench.clock.advance(std::time::Duration::from_secs(3_600));
    stage.script("containers.create", 1, &Trouble::Instead(400, missing));
    let error = publisher.advance(&cx, &post, begun).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
}

#[tokio::test]
async fn what_a_failed_container_says_is_told() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let failed = |word: &str| json!({ "id": "1", "status": "ERROR", "error_message": word });
    stage.script("containers.read", 1, &Trouble::Instead(200, failed("INVALID_DURATION")));
    let outcome = session.publish(&stage.video("Too long")).await;
    let error = outcome.error().unwrap();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "video_duration"));
    // Once more with a new container, which works.
    stage.script("containers.read", 1, &Trouble::Instead(200, failed("UNKNOWN")));
    assert!(session.publish(&stage.video("Waves")).await.is_published());
    assert_eq!(stage.sent("containers.create").len(), 3);
    assert_eq!(stage.ledger().len(), 1);
}

#[tokio::test]
async fn an_expired_container_is_made_anew() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.script("containers.read", 1, &Trouble::Instead(200, json!({ "id": "1", "status": "EXPIRED" })));
    assert!(session.publish(&draft("Late", [])).await.is_published());
    assert_eq!((stage.sent("containers.create").len(), stage.ledger().len()), (2, 1));
}

#[tokio::test]
async fn a_used_up_quota_is_waited_for_until_it_has_room() {
    let stage = Stage::new();
    let session = stage.connected().await;
    assert!(session.publish(&draft("First", [])).await.is_published());
    stage.bench.clock.advance(std::time::Duration::from_secs(3_600));
    let full =
        json!({ "data": [{ "quota_usage": 1, "config": { "quota_total": 1, "quota_duration": 86_400 } }] });
    // Asked before the commit, and once more for the length of the window.
    stage.script("quota.read", 2, &Trouble::Instead(200, full));
    let start = stage.bench.clock.now();
    assert!(session.publish(&draft("Second", [])).await.is_published());
    let waited = stage.bench.clock.now().duration_since(start);
    let (least, most) = (SignedDuration::from_mins(22 * 60 + 59), SignedDuration::from_mins(23 * 60 + 5));
    assert!((least..=most).contains(&waited), "until a day after the first post, not {waited}");
    let fields: Vec<_> =
        stage.sent("quota.read").iter().map(|q| q.get("fields").unwrap().to_owned()).collect();
    assert!(fields.iter().all(|f| f == "quota_usage,config"), "{fields:?}");
}

#[tokio::test]
async fn without_a_public_address_only_texts_go_out() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.bench.library.hide();
    let outcome = session.publish(&stage.picture("stuck")).await;
    let error = outcome.error().unwrap();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "no_public_url"));
    assert!(stage.sent("containers.create").is_empty());
    let mut hidden: Draft = draft("One", []);
    hidden.parts = vec![stage.picture("Two").root];
    assert_eq!(session.publish(&hidden).await.error().unwrap().code, "no_public_url");
    assert!(session.publish(&draft("free", [])).await.is_published());
    assert_eq!(stage.ledger().len(), 1);
}
