use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::{Draft, Part};
use carillon_domain::time::Clock;
use serde_json::{Value, json};

use super::{PDS, bench, bench_session, ledger, record};
use crate::conformance::{Crash, draft};
use crate::contract::progress::Stage;
use crate::contract::publisher::Publisher;
use crate::kit::http::CommitPermit;
use crate::platforms::bluesky::CONNECTOR;

#[tokio::test]
async fn text_with_links_mentions_hashtags_and_images() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let boat = bench.library.jpeg(1200, 800, Some("a boat"));
    let quay = bench.library.png(640, 480, None);
    let text = "Γεια 👨‍👩‍👧 @theolund.bsky.social and @nobody.bsky.social: https://example.org/x. #κύματα";
    let mut post = draft(text, [boat.clone(), quay.clone()]);
    post.options.insert("langs".to_owned(), json!(["el", "en"]));
    let outcome = session.publish(&post).await;
    let uri = outcome.remote_ids().remove(0);

    let item = ledger(&bench).remove(0);
    assert_eq!((item.text.as_str(), item.kind.as_str()), (text, "post"));
    assert_eq!((item.remote_id.as_str(), item.parent), (uri.as_str(), None));
    let seen: Vec<_> = item.media.iter().map(|m| (m.sha256.as_str(), m.bytes, m.alt.as_deref())).collect();
    assert_eq!(
        seen,
        [(boat.sha256.as_str(), boat.bytes, Some("a boat")), (quay.sha256.as_str(), quay.bytes, None)]
    );

    let value = record(&bench, &uri).await["value"].clone();
    let marked: Vec<(&str, &Value)> = value["facets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let at = |name: &str| usize::try_from(f["index"][name].as_u64().unwrap()).unwrap();
            (&text[at("byteStart")..at("byteEnd")], &f["features"][0])
        })
        .collect();
    let theo = &marked[0].1["did"];
    assert!(theo.as_str().unwrap().starts_with("did:plc:"));
    assert_eq!(
        marked,
        [
            ("@theolund.bsky.social", &json!({"$type": "app.bsky.richtext.facet#mention", "did": theo})),
            (
                "https://example.org/x",
                &json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://example.org/x"})
            ),
            ("#κύματα", &json!({"$type": "app.bsky.richtext.facet#tag", "tag": "κύματα"})),
        ],
        "a handle that nobody has stays text"
    );
    assert_eq!(value["langs"], json!(["el", "en"]));
    assert_eq!(value["embed"]["$type"], "app.bsky.embed.images");
    assert_eq!(value["embed"]["images"][0]["aspectRatio"], json!({"width": 1200, "height": 800}));
    assert_eq!(value["embed"]["images"][1]["alt"], "");

    let url = outcome.progress().units[0].remote_url.clone().unwrap();
    let did = &session.account.remote_id;
    assert_eq!(url, format!("https://bsky.app/profile/{did}/post/{}", uri.rsplit('/').next().unwrap()));
    let page = crate::sandbox::testing::open(&bench.sandbox, &url).await.snippet(20_000);
    assert!(page.contains("@theolund.bsky.social</a>") && page.contains("#κύματα</a>"), "{page}");
}

#[tokio::test]
async fn a_thread_replies_to_itself_and_the_comment_to_the_root() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let photo = bench.library.jpeg(10, 10, Some("x"));
    let post = Draft {
        parts: vec![
            Part { text: "two".to_owned(), media: vec![photo] },
            Part { text: "three".to_owned(), media: Vec::new() },
        ],
        first_comment: Some("a comment".to_owned()),
        ..draft("one", [])
    };
    let uris = session.publish(&post).await.remote_ids();
    let items = ledger(&bench);
    assert_eq!(
        items.iter().map(|i| i.text.as_str()).collect::<Vec<_>>(),
        ["one", "two", "three", "a comment"]
    );
    let parents: Vec<_> = items.iter().map(|i| i.parent.as_deref()).collect();
    assert_eq!(parents, [None, Some(uris[0].as_str()), Some(&uris[1]), Some(&uris[0])]);
    let root = record(&bench, &uris[0]).await;
    let mut times = vec![root["value"]["createdAt"].as_str().unwrap().to_owned()];
    for (index, uri) in uris.iter().enumerate().skip(1) {
        let here = record(&bench, uri).await;
        let reply = &here["value"]["reply"];
        assert_eq!(reply["root"], json!({"uri": uris[0], "cid": root["cid"]}));
        let parent = if index == 3 { 0 } else { index - 1 };
        assert_eq!(reply["parent"]["uri"], uris[parent]);
        assert_eq!(reply["parent"]["cid"], record(&bench, &uris[parent]).await["cid"]);
        times.push(here["value"]["createdAt"].as_str().unwrap().to_owned());
    }
    assert!(times.is_sorted() && times[0] != times[1], "{times:?}");
    let mut keys = uris.clone();
    keys.sort();
    assert_eq!(keys, uris, "record keys sort like the thread");
}

#[tokio::test]
async fn a_video_goes_straight_to_the_server() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let video = bench.library.mp4(300_000, 9_000, Some("waves"));
    let uri = session.publish(&draft("", [video.clone()])).await.remote_ids().remove(0);
    let item = ledger(&bench).remove(0);
    assert_eq!(
        (item.media[0].sha256.as_str(), item.media[0].alt.as_deref()),
        (video.sha256.as_str(), Some("waves"))
    );
    let embed = record(&bench, &uri).await["value"]["embed"].clone();
    assert_eq!(embed["$type"], "app.bsky.embed.video");
    assert_eq!(embed["aspectRatio"], json!({"width": 1080, "height": 1920}));
}

#[tokio::test]
async fn the_post_is_dated_when_it_goes_out_not_when_it_was_prepared() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("on time", []);
    let ready = CONNECTOR.start(&cx, &post).unwrap();
    let ready = CONNECTOR.advance(&cx, &post, ready).await.unwrap();
    bench.clock.advance(Duration::from_secs(900));
    let uri = session.resume(&post, ready).await.remote_ids().remove(0);
    let created = record(&bench, &uri).await["value"]["createdAt"].as_str().unwrap().to_owned();
    assert_eq!(created.parse::<carillon_domain::time::Timestamp>().unwrap(), bench.clock.now());
    assert!(created.ends_with(".000Z"), "{created}");
}

#[tokio::test]
async fn files_that_the_server_dropped_are_uploaded_again() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let photo = bench.library.jpeg(10, 10, Some("x"));
    for wait in [3600, 12 * 3600] {
        let post = draft("late", [photo.clone()]);
        let cx = session.cx(&credential);
        let mut ready = CONNECTOR.start(&cx, &post).unwrap();
        ready = CONNECTOR.advance(&cx, &post, ready).await.unwrap();
        bench.clock.advance(Duration::from_secs(wait));
        session.refresh().await.unwrap();
        assert!(session.resume(&post, ready).await.is_published());
    }
    assert_eq!(ledger(&bench).len(), 2);
}

#[tokio::test]
async fn old_files_are_uploaded_again_by_the_prepare_steps_and_not_within_the_commit() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("late", [bench.library.jpeg(10, 10, Some("x"))]);
    let ready = CONNECTOR.start(&cx, &post).unwrap();
    let ready = CONNECTOR.advance(&cx, &post, ready).await.unwrap();
    let uploads = || bench.diary.entries().iter().filter(|e| e.operation == "uploadBlob").count();
    assert_eq!(uploads(), 1);
    bench.clock.advance(Duration::from_secs(3600));
    let open = ready.clone().at(Stage::Committing { unit: 0, since: bench.clock.now() });
    let permit = CommitPermit::after_durable_intent(Duration::MAX);
    let error = CONNECTOR.commit(&cx, &post, open, permit).await.unwrap_err();
    assert_eq!((&error.kind, uploads()), (&ErrorKind::NotReady, 1));
    let again = ready.at(Stage::Preparing { unit: 0 });
    let again = CONNECTOR.advance(&cx, &post, again).await.unwrap();
    assert_eq!(again.state["units"][0]["uploaded_at"], json!(bench.clock.now()));
    assert_eq!(uploads(), 2);
    let again = CONNECTOR.advance(&cx, &post, again.at(Stage::Preparing { unit: 0 })).await.unwrap();
    assert_eq!(uploads(), 2, "what is fresh stays");
    session.refresh().await.unwrap();
    assert!(session.resume(&post, again).await.is_published());
    assert_eq!((ledger(&bench).len(), uploads()), (1, 2));
}

#[tokio::test]
async fn deleting_may_be_repeated() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let uri = session.publish(&draft("soon gone", [])).await.remote_ids().remove(0);
    let credential = session.credential();
    let cx = session.cx(&credential);
    CONNECTOR.delete(&cx, &uri).await.expect("deleted");
    assert!(ledger(&bench)[0].deleted_at.is_some());
    CONNECTOR.delete(&cx, &uri).await.expect("gone already");
    let error = CONNECTOR.delete(&cx, "https://bsky.app/x").await.unwrap_err();
    assert_eq!(error.code, "wrong_id");
}

#[tokio::test]
async fn somebody_elses_record_at_our_key_is_never_overwritten() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft("mine", []);
    let ready = CONNECTOR.start(&cx, &post).unwrap();
    let ready = CONNECTOR.advance(&cx, &post, ready).await.unwrap();
    let rkey = ready.state["units"][0]["rkey"].as_str().unwrap().to_owned();
    let other = json!({
        "repo": session.account.remote_id, "collection": "app.bsky.feed.post", "rkey": rkey,
        "record": {"$type": "app.bsky.feed.post", "text": "other", "createdAt": "2026-01-01T00:00:00Z"},
    });
    let call = crate::kit::http::Call::post(
        "createRecord",
        crate::kit::http::Safety::Invisible,
        format!("{PDS}/xrpc/com.atproto.repo.createRecord"),
    );
    let call = call.bearer(&credential.access_token).json(&other);
    assert!(bench.http.send(call).await.unwrap().status.is_success());
    let outcome = session.resume(&post, ready).await;
    let error = outcome.error().expect("refused");
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "record_exists"));
    assert_eq!(ledger(&bench).iter().map(|i| i.text.as_str()).collect::<Vec<_>>(), ["other"]);
}

#[tokio::test]
async fn what_a_dead_process_sent_is_looked_for_before_anything_is_sent_again() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let outcome = session.publish_crashing(&draft("only once", []), Crash::AfterCommit(0)).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let sent = bench.diary.entries().into_iter().filter(|e| e.operation == "putRecord").count();
    assert_eq!(sent, 1, "also where a second send would do no harm");
}

#[tokio::test]
async fn a_crash_anywhere_leaves_exactly_one_of_each() {
    let post = |bench: &crate::conformance::Bench| Draft {
        parts: vec![Part { text: "two @theolund.bsky.social".to_owned(), media: Vec::new() }],
        first_comment: Some("three".to_owned()),
        ..draft("one https://bsky.social/about/blog/a", [bench.library.jpeg(10, 10, Some("x"))])
    };
    let counting = bench();
    let session = bench_session(&counting).await;
    assert!(session.publish(&post(&counting)).await.is_published());
    let (saves, commits) = session.counts();
    assert!(saves > 6 && commits == 3, "{saves} {commits}");
    let crashes = (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit));
    for crash in crashes {
        let bench = bench();
        let session = bench_session(&bench).await;
        let outcome = session.publish_crashing(&post(&bench), crash).await;
        assert!(outcome.is_published(), "{crash:?}: {outcome:?}");
        let items = ledger(&bench);
        let texts: Vec<_> = items.iter().map(|i| i.text.as_str()).collect();
        assert_eq!(
            texts,
            ["one https://bsky.social/about/blog/a", "two @theolund.bsky.social", "three"],
            "{crash:?}"
        );
    }
}
