//! Each kind of post, all the way to the public.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::Draft;
use serde_json::json;

use super::stage::{Stage, commented, reel, with};
use crate::conformance::{Outcome, Session, draft};
use crate::contract::cx::Credential;
use crate::sandbox::LedgerItem;

/// Checked, published, and alone in the ledger.
async fn published(stage: &Stage, session: &Session<'_>, post: &Draft) -> (Outcome, LedgerItem) {
    let report = session.connector.publisher().unwrap().check(post, &session.account);
    assert_eq!((report.violations, report.warnings), (vec![], vec![]));
    let outcome = session.publish(post).await;
    let ids = outcome.remote_ids();
    let ledger = stage.ledger();
    assert_eq!(ledger.iter().map(|i| i.remote_id.clone()).collect::<Vec<_>>(), ids);
    let item = ledger[0].clone();
    assert_eq!((&item.account.remote_id, &item.text), (&session.account.remote_id, &post.root.text));
    let link = outcome.progress().units[0].remote_url.clone().unwrap();
    assert!(link.starts_with("https://www.facebook.com/"), "{link}");
    (outcome, item)
}

#[tokio::test]
async fn a_text_and_a_link() {
    for link in [None, Some("https://example.com/harbour?a=1&b=ö")] {
        let stage = Stage::new();
        let session = stage.page().await;
        let mut post = draft("Out at sea — 🌊\nsecond line", []);
        if let Some(link) = link {
            post = with(post, "link", json!(link));
        }
        let (_, item) = published(&stage, &session, &post).await;
        assert!(item.media.is_empty());
        let created = &stage.sent("feed.create")[0];
        assert_eq!(created.get("link").is_some(), link.is_some());
        assert!(created.get("published").is_none() && created.get("attached_media").is_none());
    }
}

#[tokio::test]
async fn one_photo_and_many_keep_order_and_descriptions() {
    for count in [1_usize, 2, 10] {
        let stage = Stage::new();
        let session = stage.page().await;
        let library = &stage.bench.library;
        let photo = |i: usize| match i {
            1 => library.png(900, 900, None),
            _ => library.jpeg(1080, 1350, Some(&format!("picture {i} — ö"))),
        };
        let media: Vec<_> = (0..count).map(photo).collect();
        let post = draft("A walk", media.clone());
        let (_, item) = published(&stage, &session, &post).await;
        let want: Vec<_> = media.iter().map(|m| (m.sha256.clone(), m.bytes, m.alt.clone())).collect();
        let got: Vec<_> = item.media.iter().map(|m| (m.sha256.clone(), m.bytes, m.alt.clone())).collect();
        assert_eq!(got, want);
        let uploads = stage.sent("photos.upload");
        assert_eq!(uploads.len(), count);
        assert!(
            uploads.iter().all(|u| u.get("published") == Some("false")),
            "nothing is public before the post"
        );
        let attached: Vec<serde_json::Value> =
            serde_json::from_str(stage.sent("feed.create")[0].get("attached_media").unwrap()).unwrap();
        assert_eq!(attached.len(), count);
    }
}

#[tokio::test]
async fn photos_need_no_public_address_of_this_server() {
    let stage = Stage::new();
    stage.bench.library.hide();
    let session = stage.page().await;
    for post in [stage.picture("photo"), stage.video("video"), reel(stage.video("reel"))] {
        assert!(session.publish(&post).await.is_published());
    }
    assert_eq!(stage.ledger().len(), 3);
}

#[tokio::test]
async fn a_video_in_chunks() {
    let stage = Stage::new();
    let session = stage.page().await;
    let video = stage.bench.library.mp4(5_000_000, 60_000, None);
    let post = with(draft("A long look at the sea", [video.clone()]), "video_title", json!("The sea"));
    let (outcome, item) = published(&stage, &session, &post).await;
    assert_eq!((&item.media[0].sha256, item.media[0].bytes), (&video.sha256, 5_000_000));
    assert!(outcome.remote_ids()[0].starts_with(&format!("{}_", session.account.remote_id)), "{outcome:?}");
    let started = &stage.sent("videos.start")[0];
    assert_eq!(started.get("file_size"), Some("5000000"));
    assert!(started.url.starts_with("https://graph-video.facebook.com/v26.0/"), "{}", started.url);
    let sent: usize = stage.sent("videos.transfer").iter().map(|t| t.len).sum();
    assert!((5_000_000..5_100_000).contains(&sent), "each byte once: {sent}");
    let finish = &stage.sent("videos.finish")[0];
    assert_eq!(
        (finish.get("title"), finish.get("description")),
        (Some("The sea"), Some("A long look at the sea"))
    );
}

#[tokio::test]
async fn a_reel_in_three_phases() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = with(reel(stage.video("Fifteen seconds")), "is_ai_generated", json!(true));
    let (_, item) = published(&stage, &session, &post).await;
    assert_eq!(item.media[0].sha256, post.root.media[0].sha256);
    for operation in ["reels.start", "reels.upload", "reels.finish"] {
        assert_eq!(stage.sent(operation).len(), 1, "{operation}");
    }
    let upload = &stage.sent("reels.upload")[0];
    let header = |name: &str| upload.headers.get(name).and_then(|v| v.to_str().ok()).unwrap();
    assert_eq!((header("offset"), header("file_size")), ("0", "300000"));
    assert!(header("authorization").starts_with("OAuth "));
    let finish = &stage.sent("reels.finish")[0];
    assert_eq!(finish.get("video_state"), Some("PUBLISHED"));
    assert_eq!(finish.get("is_ai_generated"), Some("true"));
}

#[tokio::test]
async fn the_first_comment_hangs_under_each_kind_of_post() {
    for index in 0..4 {
        let stage = Stage::new();
        let session = stage.page().await;
        let post =
            [draft("text", []), stage.picture("photo"), stage.video("video"), reel(stage.video("reel"))]
                .into_iter()
                .nth(index)
                .unwrap();
        let outcome = session.publish(&commented(post, "The first word")).await;
        let [post, comment] = outcome.remote_ids().try_into().unwrap();
        let ledger = stage.ledger();
        assert_eq!(ledger.len(), 2);
        assert_eq!((ledger[1].text.as_str(), &ledger[1].remote_id), ("The first word", &comment));
        assert_eq!(ledger[1].parent.as_ref(), Some(&post));
        assert!(outcome.progress().units[1].remote_url.is_some());
    }
}

#[tokio::test]
async fn a_login_without_the_permission_is_told_before_anything_is_sent() {
    let stage = Stage::new();
    let session = stage.page().await;
    let scopes = vec!["pages_show_list".to_owned()];
    session.set_credential(Credential { scopes, ..session.credential() });
    let Outcome::Failed(error, _) = session.publish(&stage.picture("x")).await else { panic!() };
    assert_eq!(error.kind, ErrorKind::PermissionMissing);
    let mut without = session.credential();
    without.scopes = vec!["pages_manage_posts".to_owned()];
    without.extra["pages"] = json!({});
    session.set_credential(without);
    let Outcome::Failed(error, _) = session.publish(&stage.picture("x")).await else { panic!() };
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::PermissionMissing, "page_token_missing"));
    assert!(stage.sent("photos.upload").is_empty());
}

#[tokio::test]
async fn what_the_check_refuses_is_not_begun() {
    let stage = Stage::new();
    let session = stage.page().await;
    let mut thread = draft("one", []);
    thread.parts.push(thread.root.clone());
    for post in [thread, draft("", []), reel(draft("no video", []))] {
        let outcome = session.publish(&post).await;
        let error = outcome.error().unwrap();
        assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "not_publishable"));
    }
    assert!(stage.ledger().is_empty());
}
