//! Everything that can be published, to its end.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::post::{Draft, Part};
use serde_json::json;

use super::Lab;
use crate::conformance::{Outcome, draft};
use crate::contract::publisher::Publisher;
use crate::platforms::x::CONNECTOR;
use crate::sandbox::{Fault, FaultKind, When};

fn with(mut draft: Draft, options: serde_json::Value) -> Draft {
    draft.options = options.as_object().unwrap().clone();
    draft
}

fn thread(texts: &[&str]) -> Draft {
    let mut parts = texts.iter().map(|t| Part { text: (*t).to_owned(), media: Vec::new() });
    Draft { root: parts.next().unwrap(), parts: parts.collect(), ..Draft::default() }
}

#[tokio::test]
async fn a_text_becomes_public_once_with_its_address() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let text = "Waves & <wind>, photos at example.com/coast 🌊";
    let outcome = session.publish(&draft(text, [])).await;
    let ids = outcome.remote_ids();
    let ledger = lab.ledger();
    assert_eq!(ledger.len(), 1);
    assert_eq!((ledger[0].text.as_str(), &ledger[0].remote_id), (text, &ids[0]));
    let url = outcome.progress().units[0].remote_url.clone().unwrap();
    assert_eq!(url, format!("https://x.com/marafields/status/{}", ids[0]));
    assert_eq!(crate::sandbox::testing::open(&lab.bench.sandbox, &url).await.status, 200);
}

#[tokio::test]
async fn images_go_with_their_descriptions() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let library = &lab.bench.library;
    let images = [
        library.jpeg(1200, 800, Some("A boat \"in\" <fog>")),
        library.png(800, 800, None),
        library.jpeg(640, 480, Some("")),
        library.jpeg(1200, 900, Some("Gulls")),
    ];
    let outcome = session.publish(&draft("", images.clone())).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let media = &lab.ledger()[0].media;
    let hashes: Vec<_> = media.iter().map(|m| m.sha256.as_str()).collect();
    assert_eq!(hashes, images.iter().map(|m| m.sha256.as_str()).collect::<Vec<_>>());
    let alts: Vec<_> = media.iter().map(|m| m.alt.as_deref()).collect();
    assert_eq!(alts, [Some("A boat \"in\" <fog>"), None, None, Some("Gulls")]);
    assert_eq!(lab.calls("media.metadata"), 2);
}

#[tokio::test]
async fn a_gif_is_waited_for() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let gif = lab.bench.library.gif(480, 320, 40, Some("A cat falls off a shelf"));
    let outcome = session.publish(&draft("Mondays", [gif.clone()])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert!(lab.calls("media.status") >= 1);
    let media = lab.ledger()[0].media.clone();
    assert_eq!(
        (media[0].sha256.clone(), media[0].alt.as_deref()),
        (gif.sha256, Some("A cat falls off a shelf"))
    );
}

#[tokio::test]
async fn a_video_goes_in_segments_and_is_waited_for() {
    let lab = Lab::new();
    let session = lab.connect_as("fernwehbikes").await;
    let video = lab.bench.library.mp4(8 * 1024 * 1024 + 17, 30_000, None);
    let slow = Fault { count: None, ..Fault::once("x", "*", When::Before, FaultKind::SlowProcessing) };
    lab.bench.world.faults().add(slow.delay(std::time::Duration::from_secs(40)));
    let outcome = session.publish(&draft("From the workshop", [video.clone()])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let segments: Vec<usize> =
        lab.recorded().iter().filter(|e| e.operation == "media.append").map(|e| e.len).collect();
    assert_eq!(segments.len(), 3, "of 4 MiB each");
    assert!(segments.iter().all(|bytes| *bytes < 5 * 1024 * 1024));
    assert!(lab.calls("media.status") >= 2);
    assert_eq!(lab.ledger()[0].media[0].sha256, video.sha256);
}

#[tokio::test]
async fn a_line_that_keeps_breaking_costs_no_attempt_while_the_video_goes_on() {
    let lab = Lab::new();
    let session = lab.connect_as("fernwehbikes").await;
    let video = lab.bench.library.mp4(20 * 1024 * 1024 + 17, 30_000, None);
    // Every second append breaks.
    for broken in 0..5 {
        let cut = Fault::once("x", "media.append", When::Before, FaultKind::Cut);
        lab.bench.world.faults().add(cut.skipping(broken));
    }
    let outcome = session.publish(&draft("From the train", [video.clone()])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((lab.calls("media.initialize"), lab.calls("media.append")), (1, 6 + 5));
    assert_eq!(lab.ledger()[0].media[0].sha256, video.sha256);
}

#[tokio::test]
async fn a_line_that_is_dead_ends_the_attempt() {
    let lab = Lab::new();
    let session = lab.connect_as("fernwehbikes").await;
    let dead = Fault { count: None, ..Fault::once("x", "media.append", When::Before, FaultKind::Cut) };
    lab.bench.world.faults().add(dead);
    let outcome = session.publish(&draft("Nobody hears", [lab.bench.library.mp4(2_000, 30_000, None)])).await;
    assert_eq!(outcome.error().map(|error| &error.kind), Some(&ErrorKind::Transient), "{outcome:?}");
    assert!(lab.ledger().is_empty());
}

#[tokio::test]
async fn a_video_that_x_can_not_read_says_so() {
    let lab = Lab::new();
    let session = lab.connect_as("fernwehbikes").await;
    let mut video = lab.bench.library.mp4(2000, 30_000, None);
    video.mime = "video/quicktime".to_owned();
    let outcome = session.publish(&draft("Broken", [video])).await;
    let error = outcome.error().unwrap();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "media_refused"));
    assert_eq!(error.remote.code.as_deref(), Some("InvalidMedia"));
    assert!(lab.ledger().is_empty());
}

#[tokio::test]
async fn a_poll_and_all_options_arrive() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let options = json!({
        "poll": { "options": ["Sea", "Hills"], "duration_minutes": 1440, "multiple": false },
        "reply_settings": "mentionedUsers",
        "made_with_ai": true,
        "paid_partnership": true,
    });
    let outcome = session.publish(&with(draft("Where next?", []), options)).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let create = lab.recorded().into_iter().find(|e| e.operation == "tweets.create").unwrap();
    let body: serde_json::Value = serde_json::from_slice(&create.body).unwrap();
    assert_eq!(
        body,
        json!({
            "text": "Where next?",
            "poll": { "options": ["Sea", "Hills"], "duration_minutes": 1440 },
            "reply_settings": "mentionedUsers",
            "made_with_ai": true,
            "paid_partnership": true,
        })
    );
}

#[tokio::test]
async fn a_thread_with_media_and_a_comment_is_a_chain() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let mut draft = thread(&["One", "Two", "Three"]);
    draft.root.media.push(lab.bench.library.jpeg(600, 600, None));
    draft.parts[1].media.push(lab.bench.library.jpeg(601, 600, Some("the end")));
    draft.first_comment = Some("More at example.com".to_owned());
    let ids = session.publish(&draft).await.remote_ids();
    let ledger = lab.ledger();
    let seen: Vec<_> = ledger.iter().map(|i| (i.text.as_str(), i.parent.as_deref(), i.media.len())).collect();
    assert_eq!(
        seen,
        [
            ("One", None, 1),
            ("Two", Some(ids[0].as_str()), 0),
            ("Three", Some(ids[1].as_str()), 1),
            ("More at example.com", Some(ids[0].as_str()), 0),
        ]
    );
}

#[tokio::test]
async fn a_refused_answer_leaves_the_thread_incomplete_and_the_first_part_alone() {
    let lab = Lab::new();
    let session = lab.connect().await;
    lab.memory(|m| m.no_replies = true);
    let draft = thread(&["One", "Two", "Three"]);
    let Outcome::Failed(error, progress) = session.publish(&draft).await else { panic!("not refused") };
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "reply_not_allowed"));
    assert!(progress.units[0].remote_id.is_some());
    assert!(progress.units[1..].iter().all(|u| u.remote_id.is_none()));
    assert_eq!(lab.ledger().len(), 1);

    // A retry goes on with what is missing.
    lab.memory(|m| m.no_replies = false);
    let outcome = session.resume(&draft, progress).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let texts: Vec<_> = lab.ledger().into_iter().map(|i| i.text).collect();
    assert_eq!(texts, ["One", "Two", "Three"]);
}

#[tokio::test]
async fn uploads_that_expired_meanwhile_are_sent_again() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let draft = draft("Late", [lab.bench.library.jpeg(600, 600, Some("alt"))]);
    let credential = session.credential();
    let start = CONNECTOR.start(&session.cx(&credential), &draft).unwrap();
    let ready = CONNECTOR.advance(&session.cx(&credential), &draft, start).await.unwrap();
    assert_eq!(lab.calls("media.initialize"), 1);
    lab.bench.clock.advance(std::time::Duration::from_secs(24 * 3600));
    session.refresh().await.unwrap();
    let outcome = session.resume(&draft, ready).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(lab.calls("media.initialize"), 2);
    assert_eq!(lab.calls("tweets.create"), 1, "an expired upload is noticed before anything is sent");
    assert_eq!(lab.ledger()[0].media[0].alt.as_deref(), Some("alt"));
}

#[tokio::test]
async fn an_upload_that_x_forgot_is_begun_anew_once() {
    let lab = Lab::new();
    let session = lab.connect_as("fernwehbikes").await;
    let draft = draft("Again", [lab.bench.library.mp4(4 * 1024 * 1024 + 1, 20_000, None)]);
    let credential = session.credential();
    let start = CONNECTOR.start(&session.cx(&credential), &draft).unwrap();
    let waiting = CONNECTOR.advance(&session.cx(&credential), &draft, start).await.unwrap();
    lab.memory(|m| m.forget_media());
    let outcome = session.resume(&draft, waiting).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(lab.calls("media.initialize"), 2);
}

#[tokio::test]
async fn a_lost_answer_to_finalize_does_not_upload_again() {
    let lab = Lab::new();
    let session = lab.connect_as("fernwehbikes").await;
    lab.bench.world.faults().add(Fault::once("x", "media.finalize", When::After, FaultKind::Cut));
    let video = lab.bench.library.mp4(4 * 1024 * 1024 + 1, 20_000, None);
    let outcome = session.publish(&draft("Once", [video])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((lab.calls("media.initialize"), lab.calls("media.append")), (1, 2));
}

#[tokio::test]
async fn without_the_read_it_still_goes_out() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let outage = Fault { count: None, ..Fault::once("x", "users.tweets", When::Before, FaultKind::Status) };
    lab.bench.world.faults().add(outage);
    assert!(session.publish(&draft("In time", [])).await.is_published());
    assert_eq!(lab.ledger().len(), 1);
}

#[tokio::test]
async fn the_same_text_twice_is_refused_in_plain_words() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert!(session.publish(&draft("Good morning", [])).await.is_published());
    let outcome = session.publish(&draft("Good morning", [])).await;
    let error = outcome.error().unwrap();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "duplicate"));
    assert!(!error.action.is_empty());
    assert_eq!(lab.ledger().len(), 1);
}

#[tokio::test]
async fn without_credits_nothing_is_public_and_the_operator_is_named() {
    let lab = Lab::new();
    let session = lab.connect().await;
    lab.memory(|m| m.no_credits = true);
    let outcome = session.publish(&draft("Broke", [])).await;
    let error = outcome.error().unwrap();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "credits_depleted"));
    assert!(error.action.contains("operator"));
    assert!(lab.ledger().is_empty());
}

#[tokio::test]
async fn subscribers_may_write_long_posts() {
    let lab = Lab::new();
    let session = lab.connect_as("harborlightcoffee").await;
    let long = "Long story. ".repeat(60);
    let outcome = session.publish(&draft(long.trim(), [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let person = lab.connect().await;
    let outcome = person.publish(&draft(long.trim(), [])).await;
    assert_eq!(outcome.error().unwrap().code, "not_permitted");
    assert_eq!(lab.ledger().len(), 1);
}

#[tokio::test]
async fn deleting_is_done_when_it_is_gone() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let id = session.publish(&draft("Short-lived", [])).await.remote_ids().remove(0);
    let credential = session.credential();
    CONNECTOR.delete(&session.cx(&credential), &id).await.unwrap();
    assert!(lab.ledger()[0].deleted_at.is_some());
    CONNECTOR.delete(&session.cx(&credential), &id).await.unwrap();
    let stranger = lab.connect_as("theolund").await;
    let other = stranger.publish(&draft("Not yours", [])).await.remote_ids().remove(0);
    let refused = CONNECTOR.delete(&session.cx(&credential), &other).await.unwrap_err();
    assert_eq!(refused.code, "not_permitted");
}
