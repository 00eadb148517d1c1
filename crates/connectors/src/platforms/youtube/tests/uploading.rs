//! The bytes of a video, through breaks, restarts and refusals.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use proptest::prelude::*;
use serde_json::json;

use super::script::{Receiver, SESSION, Script, error_of, head, json_of, lost};
use super::{CONNECTOR, Lab, VIDEO, credential};
use crate::conformance::{Session, draft};
use crate::contract::cx::{Checkpoint, Cx};
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Publisher;

const MEGA: usize = 1024 * 1024;

/// Keeps everything that was saved, and dies after so many saves.
#[derive(Default)]
struct Notes {
    saved: Mutex<Vec<Progress>>,
    dies_after: Option<usize>,
}

#[async_trait]
impl Checkpoint for Notes {
    async fn save(&self, progress: &Progress) -> Result<(), ConnectorError> {
        let mut saved = self.saved.lock().unwrap();
        saved.push(progress.clone());
        if self.dies_after.is_some_and(|n| saved.len() >= n) {
            let cause = "The process died here.";
            return Err(ConnectorError::new(ErrorKind::Transient, "bench", "save", "died", cause));
        }
        Ok(())
    }
}

/// Prepares until only the commit remains, from what was saved last after each death.
async fn prepare(session: &Session<'_>, post: &Draft, lives: &[usize]) -> (Progress, Vec<Progress>) {
    let credential = session.credential();
    let mut progress = CONNECTOR.start(&session.cx(&credential), post).unwrap();
    let (mut all, mut lives) = (Vec::new(), lives.iter().copied());
    loop {
        let notes = Notes { dies_after: lives.next(), ..Notes::default() };
        let cx = Cx { checkpoint: &notes, ..session.cx(&credential) };
        let died = loop {
            match CONNECTOR.advance(&cx, post, progress.clone()).await {
                Ok(next) => progress = next,
                Err(error) if error.code == "died" => break true,
                Err(error) => panic!("{error:?}"),
            }
            match progress.stage {
                Stage::Ready { .. } => break false,
                Stage::Processing { poll_after_ms, .. } => {
                    session.bench.clock.advance(Duration::from_millis(poll_after_ms));
                }
                _ => {}
            }
        };
        let saved = notes.saved.lock().unwrap().clone();
        if died {
            progress = saved.last().unwrap().clone();
        }
        all.extend(saved);
        if !died {
            return (progress, all);
        }
    }
}

#[tokio::test]
async fn a_small_file_is_one_part_and_the_address_stays_sealed() {
    let lab = Lab::scripted(Script::fine("public"));
    let session = lab.adopted();
    let post = draft("Waves", [lab.film(5_000)]);
    let (_, saved) = prepare(&session, &post, &[]).await;
    let begun = &lab.of("videos.insert")[0];
    assert_eq!(begun.get("uploadType").as_deref(), Some("resumable"));
    assert_eq!(begun.header("x-upload-content-length"), Some("5000"));
    assert_eq!(begun.header("x-upload-content-type"), Some("video/mp4"));
    assert_eq!(begun.json()["status"]["privacyStatus"], "private", "nothing is public by an upload");
    let parts = lab.of("videos.upload");
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].url.as_str(), parts[0].method.as_str()), (SESSION, "PUT"));
    assert_eq!(parts[0].header("content-range"), Some("bytes 0-4999/5000"));
    assert_eq!(parts[0].header("authorization"), Some("Bearer ya29.access"));
    assert_eq!(parts[0].body, lab.bench.library.bytes(post.root.media[0].id).unwrap());
    // It is saved before the first byte goes out, and nobody can read it.
    assert!(saved[0].state["session"].is_string(), "{:?}", saved[0]);
    for progress in &saved {
        assert!(!serde_json::to_string(progress).unwrap().contains("SECRET"), "{progress:?}");
    }
    let written = format!("{:?}", lab.bench.diary.entries());
    assert!(!written.contains("ABPnzSECRET"), "{written}");
}

#[tokio::test]
async fn an_address_elsewhere_gets_the_bytes_and_not_the_token() {
    let elsewhere = "https://upload-7.example.com/s?upload_id=1";
    let script = Script::fine("public").only("videos.insert", [head(200, "location", elsewhere)]);
    let lab = Lab::scripted(script);
    prepare(&lab.adopted(), &lab.post("Waves"), &[]).await;
    let part = &lab.of("videos.upload")[0];
    assert_eq!((part.url.as_str(), part.header("authorization")), (elsewhere, None));
}

#[tokio::test]
async fn a_broken_connection_costs_what_had_not_arrived() {
    let receiver = Receiver::keeping([]);
    let lab = Lab::scripted(Script::fine("public").receiving(&receiver));
    let post = draft("Waves", [lab.film(20 * MEGA + 5)]);
    // Within the first part, right after it began, and within the last one.
    lab.wire.cut([3 * MEGA + 7, 0, 100]);
    prepare(&lab.adopted(), &post, &[]).await;
    assert_eq!(receiver.stored(), lab.bench.library.bytes(post.root.media[0].id).unwrap());
    assert_eq!(receiver.received(), 20 * MEGA as u64 + 5, "no byte twice");
    assert_eq!(
        (lab.calls("videos.insert"), lab.calls("videos.uploaded")),
        (1, 3),
        "asked once after each break"
    );
    let asked = &lab.of("videos.uploaded")[0];
    assert_eq!(asked.header("content-range"), Some("bytes */20971525"));
    assert!(asked.body.is_empty());
}

#[tokio::test]
async fn what_the_network_did_not_keep_is_sent_again_and_no_more() {
    // Of the first part it keeps 256 KiB, of the second one a single byte.
    let receiver = Receiver::keeping([262_144, 1]);
    let lab = Lab::scripted(Script::fine("public").receiving(&receiver));
    let post = draft("Waves", [lab.film(9 * MEGA)]);
    prepare(&lab.adopted(), &post, &[]).await;
    let first: Vec<_> =
        lab.of("videos.upload").iter().map(|e| e.header("content-range").unwrap().to_owned()).collect();
    assert_eq!(
        first,
        [
            "bytes 0-8388607/9437184",
            "bytes 262144-8650751/9437184",
            "bytes 262145-8650752/9437184",
            "bytes 8650753-9437183/9437184"
        ]
    );
    assert_eq!(receiver.stored().len(), 9 * MEGA);
}

#[tokio::test]
async fn another_process_asks_before_it_sends() {
    for lives in [vec![1], vec![2], vec![1, 1, 1], vec![3, 2], vec![2, 2, 2, 2]] {
        let receiver = Receiver::keeping([]);
        let lab = Lab::scripted(Script::fine("public").receiving(&receiver));
        let post = draft("Waves", [lab.film(17 * MEGA)]);
        prepare(&lab.adopted(), &post, &lives).await;
        assert_eq!(receiver.received(), 17 * MEGA as u64, "{lives:?}: no byte twice");
        assert_eq!(lab.calls("videos.insert"), 1, "{lives:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_breaks_and_deaths_end_with_the_whole_file(
        size in 1usize..(18 * MEGA),
        cuts in proptest::collection::vec(0usize..(9 * MEGA), 0..5),
        keeps in proptest::collection::vec(1usize..(9 * MEGA), 0..3),
        lives in proptest::collection::vec(1usize..4, 0..3),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let receiver = Receiver::keeping(keeps);
            let lab = Lab::scripted(Script::fine("public").receiving(&receiver));
            let post = draft("Waves", [lab.film(size)]);
            lab.wire.cut(cuts);
            prepare(&lab.adopted(), &post, &lives).await;
            assert_eq!(receiver.stored(), lab.bench.library.bytes(post.root.media[0].id).unwrap());
            assert_eq!(lab.calls("videos.insert"), 1);
        });
    }
}

#[tokio::test]
async fn outages_are_waited_out_longer_and_longer_and_then_count() {
    let down = || error_of(503, "backendError");
    let script = Script::fine("public").only("videos.upload", [down()]).only("videos.uploaded", [down()]);
    let lab = Lab::scripted(script);
    let session = lab.adopted();
    let (credential, post) = (session.credential(), lab.post("Waves"));
    let cx = session.cx(&credential);
    let mut progress = CONNECTOR.start(&cx, &post).unwrap();
    let mut waits = Vec::new();
    let error = loop {
        match CONNECTOR.advance(&cx, &post, progress).await {
            Ok(next) => {
                let Stage::Processing { poll_after_ms, .. } = next.stage else { panic!("{next:?}") };
                waits.push(poll_after_ms);
                progress = next;
            }
            Err(error) => break error,
        }
    };
    for (wait, seconds) in waits.iter().zip([1, 2, 4, 8, 16, 32]) {
        assert!((seconds * 1000..=seconds * 1250).contains(wait), "{waits:?}");
    }
    assert_eq!((waits.len(), &error.kind), (6, &ErrorKind::Transient), "{error:?}");
}

#[tokio::test]
async fn a_token_that_runs_out_on_the_way_is_renewed_for_the_same_session() {
    let done = json_of(201, &json!({ "kind": "youtube#video", "id": VIDEO }));
    let script = Script::fine("public")
        .only("videos.upload", [head(308, "range", "bytes=0-8388607"), error_of(401, "authError"), done])
        .on("videos.uploaded", head(308, "range", "bytes=0-8388607"));
    let lab = Lab::scripted(script);
    let outcome = lab.adopted().publish(&draft("Waves", [lab.film(9 * MEGA)])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((lab.calls("oauth.refresh"), lab.calls("videos.insert")), (1, 1));
    let parts = lab.of("videos.upload");
    let last = parts.last().unwrap();
    assert_eq!(last.header("authorization"), Some("Bearer ya29.new"));
    assert_eq!(last.header("content-range"), Some("bytes 8388608-9437183/9437184"));
}

#[tokio::test]
async fn a_session_that_is_gone_before_the_end_is_begun_anew_at_once() {
    for gone in [404, 410] {
        let done = json_of(201, &json!({ "kind": "youtube#video", "id": VIDEO }));
        let parts = [head(308, "range", "bytes=0-8388607"), done];
        let script = Script::fine("public")
            .only("videos.upload", [parts[0].clone(), lost(), parts[0].clone(), parts[1].clone()])
            .on("videos.uploaded", error_of(gone, "notFound"));
        let lab = Lab::scripted(script);
        // The second part is not the last one, so that there can't be a video yet.
        let outcome = lab.adopted().publish(&draft("Waves", [lab.film(17 * MEGA)])).await;
        assert!(outcome.is_published(), "{outcome:?}");
        assert_eq!((lab.calls("videos.insert"), lab.calls("playlistItems.list")), (2, 0));
    }
}

/// The channel's newest upload, with this size.
fn newest(size: usize, privacy: &str, title: &str, at: &str) -> Script {
    let listed = json!({ "items": [{ "contentDetails": { "videoId": VIDEO } }] });
    let shown = json!({ "items": [{
        "id": VIDEO, "status": { "uploadStatus": "processed", "privacyStatus": privacy },
        "snippet": { "title": title, "description": "", "publishedAt": at },
        "fileDetails": { "fileSize": size.to_string() },
    }] });
    let done = json_of(201, &json!({ "kind": "youtube#video", "id": VIDEO }));
    Script::fine("public")
        .only("videos.upload", [lost(), done])
        .on("videos.uploaded", error_of(404, "notFound"))
        .on("playlistItems.list", json_of(200, &listed))
        .only("videos.list", [json_of(200, &shown)])
}

#[tokio::test]
async fn a_video_whose_session_is_gone_after_the_last_byte_is_found_on_the_channel() {
    let lab = Lab::scripted(newest(5_000, "private", "Waves", "2026-11-02T09:00:00Z"));
    let outcome = lab.adopted().publish(&lab.post("Waves")).await;
    assert_eq!(outcome.remote_ids(), [VIDEO]);
    assert_eq!(lab.calls("videos.insert"), 1, "not uploaded twice");
}

#[tokio::test]
async fn other_videos_are_not_taken_for_it() {
    let day = "2026-11-02T09:00:00Z";
    for (size, privacy, title, at) in [
        (5_001, "private", "Waves", day),
        (5_000, "public", "Waves", day),
        (5_000, "private", "Rocks", day),
        (5_000, "private", "Waves", "2026-11-02T08:58:00Z"),
    ] {
        let lab = Lab::scripted(newest(size, privacy, title, at));
        let start = lab.bench.clock.now();
        prepare(&lab.adopted(), &lab.post("Waves"), &[]).await;
        assert_eq!(lab.calls("videos.insert"), 2, "{size} {privacy} {title} {at}");
        let waited = lab.bench.clock.now().duration_since(start);
        assert!(waited.as_secs() >= 180, "{waited:?}: the list may lag");
    }
}

#[tokio::test]
async fn a_session_of_another_grant_is_given_up() {
    let lab = Lab::scripted(Script::fine("public").only("videos.upload", [lost()]));
    let session = lab.adopted();
    let (first, post) = (session.credential(), draft("Waves", [lab.film(9 * MEGA)]));
    let start = CONNECTOR.start(&session.cx(&first), &post).unwrap();
    let waiting = CONNECTOR.advance(&session.cx(&first), &post, start).await.unwrap();
    let again = crate::contract::cx::Credential {
        refresh_token: Some(Secret::new("1//after reconnecting")),
        ..credential()
    };
    let next = CONNECTOR.advance(&session.cx(&again), &post, waiting).await.unwrap();
    assert!(matches!(next.stage, Stage::Processing { .. }), "{next:?}");
    assert_eq!((lab.calls("videos.insert"), lab.calls("videos.uploaded")), (2, 0));
}

#[tokio::test]
async fn refusals_end_it_with_a_plain_word() {
    let cases = [
        ("videos.insert", error_of(400, "invalidTitle"), "title_invalid"),
        ("videos.insert", error_of(403, "forbidden"), "forbidden"),
        ("videos.upload", error_of(400, "mediaBodyRequired"), "file_empty"),
    ];
    for (operation, answer, code) in cases {
        let lab = Lab::scripted(Script::fine("public").only(operation, [answer]));
        let outcome = lab.adopted().publish(&lab.post("Waves")).await;
        let error = outcome.error().unwrap();
        assert_eq!((error.code.as_str(), &error.kind), (code, &ErrorKind::Rejected), "{operation}");
        assert_eq!(lab.calls("videos.update"), 0);
        assert!(
            outcome.progress().state["session"].is_null(),
            "a session that was refused is not used again"
        );
    }
}

#[tokio::test]
async fn limits_are_waited_for() {
    let begun = head(200, "location", SESSION);
    for (reason, status, seconds) in [
        ("quotaExceeded", 403, 23 * 3600),
        ("uploadLimitExceeded", 400, 24 * 3600),
        ("userRateLimitExceeded", 403, 60),
    ] {
        let script = Script::fine("public").only("videos.insert", [error_of(status, reason), begun.clone()]);
        let lab = Lab::scripted(script);
        let start = lab.bench.clock.now();
        let outcome = lab.adopted().publish(&lab.post("Waves")).await;
        assert!(outcome.is_published(), "{reason}: {outcome:?}");
        let waited = lab.bench.clock.now().duration_since(start).as_secs();
        assert!((seconds..seconds + 60).contains(&waited), "{reason}: {waited}");
    }
}

#[tokio::test]
async fn an_empty_or_missing_file_sends_nothing() {
    let lab = Lab::scripted(Script::fine("public"));
    let session = lab.adopted();
    let mut empty = lab.film(64);
    empty.bytes = 0;
    for post in [draft("Waves", []), draft("Waves", [empty])] {
        let outcome = session.publish(&post).await;
        assert_eq!(outcome.error().map(|e| e.code.as_str()), Some("missing"), "{outcome:?}");
    }
    assert_eq!(lab.wire.seen().len(), 0);
}
