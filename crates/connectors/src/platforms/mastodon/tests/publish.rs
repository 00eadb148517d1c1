use carillon_domain::connector_error::ErrorKind;
use carillon_domain::media::{MediaInfo, MediaKind};

use super::*;
use crate::conformance::Outcome;
use crate::contract::publisher::Publisher;

#[tokio::test]
async fn text_goes_out_everywhere() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        let text = "Bells at nine: https://example.com/bells @theolund@social.mastodon.localhost #bells\n\n👩‍🚀 second";
        let outcome = session.publish(&draft(text, [])).await;
        let ids = outcome.remote_ids();
        let items = public(&bench);
        assert_eq!(items.len(), 1, "{server}");
        assert_eq!((items[0].text.as_str(), &items[0].remote_id), (text, &ids[0]));
        let url = outcome.progress().units[0].remote_url.clone().expect("url");
        assert_eq!(url, format!("{server}/@marafields/{}", ids[0]));
    }
}

#[tokio::test]
async fn images_keep_order_bytes_and_descriptions() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        let photos: Vec<MediaInfo> =
            (0..4).map(|n| bench.library.jpeg(100 + n, 80, Some(&format!("photo {n}")))).collect();
        let outcome = session.publish(&draft("four", photos.clone())).await;
        assert!(outcome.is_published(), "{server}: {outcome:?}");
        let sent = &public(&bench)[0].media;
        let want: Vec<_> = photos.iter().map(|p| (p.sha256.clone(), p.bytes, p.alt.clone())).collect();
        let found: Vec<_> = sent.iter().map(|m| (m.sha256.clone(), m.bytes, m.alt.clone())).collect();
        assert_eq!(found, want, "{server}");
    }
}

#[tokio::test]
async fn a_post_may_be_nothing_but_an_image() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let draft = with_options(draft("", [bench.library.png(10, 10, None)]), json!({ "focus": ["0.0,-0.5"] }));
    assert!(CONNECTOR.check(&draft, &session.account).violations.is_empty());
    assert!(session.publish(&draft).await.is_published());
    assert_eq!(public(&bench)[0].media.len(), 1);
}

#[tokio::test]
async fn a_roomy_server_takes_eight_images_and_a_long_text() {
    let bench = bench();
    let session = connected(&bench, ROOMY).await;
    let photos: Vec<MediaInfo> = (0..8).map(|n| bench.library.jpeg(100 + n, 80, None)).collect();
    let long = draft(&"a".repeat(5_000), photos);
    assert!(CONNECTOR.check(&long, &session.account).violations.is_empty());
    assert!(session.publish(&long).await.is_published());
    assert_eq!(public(&bench)[0].media.len(), 8);
}

#[tokio::test]
async fn videos_and_gifs_are_waited_for() {
    for server in ALL {
        for kind in [MediaKind::Video, MediaKind::Gif] {
            let bench = bench();
            let session = connected(&bench, server).await;
            let slow = fault("media.upload", When::Before, FaultKind::SlowProcessing);
            bench.world.faults().add(slow.delay(Duration::from_secs(120)));
            let item = match kind {
                MediaKind::Video => bench.library.mp4(50_000, 9_000, Some("waves")),
                _ => bench.library.gif(64, 64, 12, Some("waves")),
            };
            let begun = bench.clock.now();
            let outcome = session.publish(&draft("look", [item.clone()])).await;
            assert!(outcome.is_published(), "{server}: {outcome:?}");
            let sent = &public(&bench)[0].media;
            assert_eq!((&sent[0].sha256, sent[0].alt.as_deref()), (&item.sha256, Some("waves")));
            let waited = bench.clock.now().duration_since(begun).as_secs();
            // The deviant server is done at once; the vintage and the others work on it.
            let slow = server != ODD;
            assert_eq!((120..160).contains(&waited), slow, "{server}: {waited}");
        }
    }
}

#[tokio::test]
async fn a_file_that_the_server_cannot_process_is_refused_for_good() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    bench.world.faults().add(fault("media.get", When::Before, FaultKind::Status).status(422));
    let outcome = session.publish(&draft("look", [bench.library.mp4(5_000, 900, None)])).await;
    let error = outcome.error().expect("failed");
    assert_eq!((error.code.as_str(), &error.kind), ("media_processing_failed", &ErrorKind::Rejected));
    assert!(public(&bench).is_empty());
}

#[tokio::test]
async fn a_server_that_never_finishes_is_given_up() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let slow = fault("media.upload", When::Before, FaultKind::SlowProcessing);
    bench.world.faults().add(slow.delay(Duration::from_secs(86_000)));
    let outcome = session.publish(&draft("look", [bench.library.mp4(5_000, 900, None)])).await;
    assert_eq!(outcome.error().expect("failed").code, "media_processing_slow");
    assert!(public(&bench).is_empty());
}

#[tokio::test]
async fn polls() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let poll = json!({ "poll": {
        "options": ["Yes", "No", "Bells?"], "duration_minutes": 1440, "multiple": true, "hide_totals": true
    }});
    let draft = with_options(draft("Ring?", []), poll);
    assert!(CONNECTOR.check(&draft, &session.account).violations.is_empty());
    let id = session.publish(&draft).await.remote_ids().remove(0);
    let status = network::get(&session, &format!("/api/v1/statuses/{id}")).await;
    let titles: Vec<_> =
        status["poll"]["options"].as_array().expect("options").iter().map(|o| o["title"].clone()).collect();
    assert_eq!(titles, ["Yes", "No", "Bells?"]);
    assert_eq!(
        (&status["poll"]["multiple"], &status["poll"]["options"][0]["votes_count"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(status["poll"]["expires_at"], "2026-11-03T09:00:00.000Z");
}

#[tokio::test]
async fn options_reach_every_part() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let options =
        json!({ "visibility": "unlisted", "spoiler_text": "loud", "sensitive": true, "language": "el" });
    let mut draft = with_options(draft("one", []), options);
    draft.parts = vec![part("two")];
    draft.first_comment = Some("three".to_owned());
    assert!(CONNECTOR.check(&draft, &session.account).violations.is_empty());
    for id in session.publish(&draft).await.remote_ids() {
        let status = network::get(&session, &format!("/api/v1/statuses/{id}")).await;
        let seen = ["visibility", "spoiler_text", "sensitive", "language"].map(|f| status[f].clone());
        assert_eq!(seen, [json!("unlisted"), json!("loud"), json!(true), json!("el")]);
    }
}

#[tokio::test]
async fn threads_reply_to_the_part_before_and_comments_to_the_root() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        let mut draft = draft("one", [bench.library.jpeg(90, 90, Some("a"))]);
        let video = bench.library.mp4(20_000, 2_000, Some("b"));
        draft.parts = vec![Part { text: "two".to_owned(), media: vec![video] }, part("three")];
        draft.first_comment = Some("and a link: https://example.com".to_owned());
        let ids = session.publish(&draft).await.remote_ids();
        let items = public(&bench);
        let texts: Vec<&str> = items.iter().map(|i| i.text.as_str()).collect();
        assert_eq!(texts, ["one", "two", "three", "and a link: https://example.com"], "{server}");
        let parents: Vec<Option<&str>> = items.iter().map(|i| i.parent.as_deref()).collect();
        assert_eq!(parents, [None, Some(ids[0].as_str()), Some(ids[1].as_str()), Some(ids[0].as_str())]);
        assert_eq!(items[1].media.len(), 1);
        let page = network::page(&session, &format!("/@marafields/{}", ids[0])).await;
        assert!(page.contains("three") && page.contains("example.com"), "the thread is on the page");
    }
}

#[tokio::test]
async fn a_thread_is_uploaded_before_its_first_part_is_public() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let mut draft = draft("one", []);
    let refused = bench.library.jpeg(90, 90, None);
    bench.world.faults().add(fault("media.upload", When::Before, FaultKind::Status).status(422));
    draft.parts = vec![Part { text: "two".to_owned(), media: vec![refused] }];
    let outcome = session.publish(&draft).await;
    assert_eq!(outcome.error().expect("refused").code, "media_type");
    assert!(public(&bench).is_empty());
}

#[tokio::test]
async fn a_file_that_is_not_ready_after_all_is_asked_for_again() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let draft = draft("again", [bench.library.jpeg(91, 90, None)]);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    network::touch_media(&bench, |media| media["ready_at"] = json!("2026-11-02T09:10:00Z"));
    let outcome = session.resume(&draft, progress).await;
    assert!(
        matches!(&outcome, Outcome::Failed(e, _) if e.code == "media_processing_slow")
            || outcome.is_published()
    );
    assert!(public(&bench).len() <= 2);
}

#[tokio::test]
async fn files_that_lay_for_a_day_are_uploaded_again() {
    for server in [SOCIAL, ODD] {
        let bench = bench();
        let session = connected(&bench, server).await;
        let draft = draft("late", [bench.library.jpeg(90, 90, Some("x"))]);
        let credential = session.credential();
        let cx = session.cx(&credential);
        let progress = CONNECTOR.start(&cx, &draft).expect("started");
        let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
        bench.clock.advance(Duration::from_secs(30 * 3600));
        let outcome = session.resume(&draft, progress).await;
        assert!(outcome.is_published(), "{server}: {outcome:?}");
        let items = public(&bench);
        assert_eq!((items.len(), items[0].media.len()), (1, 1));
    }
}

#[tokio::test]
async fn a_file_that_the_server_removed_early_is_uploaded_again() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let draft = draft("gone", [bench.library.jpeg(90, 90, Some("x"))]);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    network::touch_media(&bench, |media| media["attached"] = json!(true));
    let outcome = session.resume(&draft, progress).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((public(&bench).len(), public(&bench)[0].media.len()), (1, 1));
}

#[tokio::test]
async fn a_taken_back_access_needs_a_reconnection() {
    for server in ALL {
        for photos in [0, 1] {
            let bench = bench();
            let session = connected(&bench, server).await;
            bench.world.tokens().revoke("mastodon", session.credential().access_token.expose());
            let media: Vec<_> = (0..photos).map(|_| bench.library.jpeg(9, 9, None)).collect();
            let outcome = session.publish(&draft("x", media)).await;
            let Outcome::NeedsReconnect(error, _) = &outcome else { panic!("{server}: {outcome:?}") };
            assert_eq!(error.kind, ErrorKind::AuthRevoked);
            assert!(public(&bench).is_empty());
        }
    }
}

#[tokio::test]
async fn a_refusal_without_words_is_blamed_on_the_token_only_if_it_is_the_token() {
    let bench = bench();
    let session = connected(&bench, ODD).await;
    bench.world.faults().add(fault("statuses.create", When::Before, FaultKind::Status).status(422));
    let outcome = session.publish(&draft("x", [])).await;
    assert_eq!(outcome.error().expect("refused").code, "refused_without_reason");
    bench.world.faults().add(fault("statuses.create", When::Before, FaultKind::TokenRevoked));
    let outcome = session.publish(&draft("x", [])).await;
    assert!(matches!(outcome, Outcome::NeedsReconnect(..)), "{outcome:?}");
}

#[tokio::test]
async fn a_disabled_login_needs_a_reconnection() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    bench.world.faults().add(fault("statuses.create", When::Before, FaultKind::Status).status(403));
    let outcome = session.publish(&draft("x", [])).await;
    let Outcome::NeedsReconnect(error, _) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.code, "account_disabled");
    assert!(error.cause.contains("Your login is currently disabled"), "{}", error.cause);
}

#[tokio::test]
async fn what_a_reply_answers_may_be_gone() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let mut draft = draft("one", []);
    draft.parts = vec![part("two")];
    let first = with_options(super::draft("one", []), json!({}));
    let ids = session.publish(&first).await.remote_ids();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = progress.committed(0, ids[0].clone(), None, bench.clock.now());
    CONNECTOR.delete(&cx, &ids[0]).await.expect("deleted");
    let outcome = session.resume(&draft, progress).await;
    assert_eq!(outcome.error().expect("failed").code, "reply_target_gone");
}

#[tokio::test]
async fn deleting_twice_is_fine() {
    for server in ALL {
        let bench = bench();
        let session = connected(&bench, server).await;
        let ids = session.publish(&draft("short-lived", [])).await.remote_ids();
        let credential = session.credential();
        let cx = session.cx(&credential);
        CONNECTOR.delete(&cx, &ids[0]).await.expect("deleted");
        assert!(public(&bench).is_empty());
        CONNECTOR.delete(&cx, &ids[0]).await.expect("gone already");
        CONNECTOR.delete(&cx, "no such/../id?").await.expect("never was");
    }
}

#[tokio::test]
async fn missing_links_are_read_back() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let outcome = session.publish(&draft("x", [])).await;
    let mut progress = outcome.progress().clone();
    let url = progress.units[0].remote_url.take();
    let credential = session.credential();
    let read = CONNECTOR.read_back(&session.cx(&credential), progress).await.expect("read");
    assert_eq!(read.units[0].remote_url, url);
}

#[tokio::test]
async fn options_that_make_no_sense_are_not_sent() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let outcome = session.publish(&with_options(draft("x", []), json!({ "visibility": "everyone" }))).await;
    assert_eq!(outcome.error().expect("refused").code, "invalid_options");
}
