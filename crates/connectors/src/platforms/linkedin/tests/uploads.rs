//! Files on their way.

use std::collections::BTreeMap;

use carillon_domain::connector_error::ErrorKind;
use serde_json::{Value, json};

use super::canned::{Answer, PAGE, Stage, created, no, ok};
use crate::conformance::{Crash, draft};
use crate::contract::progress::Progress;

const POST: &str = "POST /rest/posts";
const VIDEO: &str = "GET /rest/videos/urn%3Ali%3Avideo%3AC5F";
const IMAGE: &str = "GET /rest/images/urn%3Ali%3Aimage%3AC50";
const PUT_IMAGE: &str = "PUT /dms-uploads/0/uploaded-image/0";
const PARTS: [&str; 3] = ["PUT /dms-uploads/part0", "PUT /dms-uploads/part1", "PUT /dms-uploads/part2"];
const BYTES: usize = 90_000;

fn ready() -> Stage {
    let stage = Stage::new();
    stage.network.on(POST, [created("urn:li:share:1")]);
    stage.take_pictures();
    stage.take_video(BYTES, 40_000);
    stage
}

#[tokio::test]
async fn a_picture_goes_out_whole_and_with_the_token() {
    let stage = ready();
    let photo = stage.bench.library.png(800, 600, None);
    assert!(stage.page().publish(&draft("P", [photo.clone()])).await.is_published());
    let begun = stage.network.asked_of("POST /rest/images");
    assert_eq!((begun.len(), begun[0].query.as_str()), (1, "action=initializeUpload"));
    assert_eq!(begun[0].json(), json!({ "initializeUploadRequest": { "owner": PAGE } }));
    let put = stage.network.asked_of(PUT_IMAGE);
    assert_eq!((put.len(), put[0].query.as_str()), (1, "app=7"), "the address is taken to the letter");
    assert_eq!(put[0].header("authorization"), Some("Bearer AQX-access"));
    assert_eq!(put[0].header("content-type"), Some("image/png"));
    assert_eq!(Some(&put[0].body), stage.bench.library.bytes(photo.id).as_ref());
}

#[tokio::test]
async fn a_video_goes_out_in_parts_and_without_the_token() {
    let stage = ready();
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    assert!(stage.page().publish(&draft("V", [video.clone()])).await.is_published());
    let begun = stage.network.asked_of("POST /rest/videos");
    let request =
        json!({ "owner": PAGE, "fileSizeBytes": BYTES, "uploadCaptions": false, "uploadThumbnail": false });
    assert_eq!(begun[0].json(), json!({ "initializeUploadRequest": request }));
    let puts: Vec<_> = stage.network.asked().into_iter().filter(|a| a.what.starts_with("PUT ")).collect();
    assert_eq!(puts.iter().map(|p| p.body.len()).collect::<Vec<_>>(), [40_000, 40_000, 10_000]);
    for put in &puts {
        assert_eq!(put.header("authorization"), None, "LinkedIn refuses parts with a token");
        assert_eq!(put.header("content-type"), Some("application/octet-stream"));
    }
    let joined: Vec<u8> = puts.iter().flat_map(|p| p.body.to_vec()).collect();
    assert_eq!(Some(joined.into()), stage.bench.library.bytes(video.id));
    assert_eq!(begun[1].query, "action=finalizeUpload");
    let etags = ["/ambry-video/part-0", "/ambry-video/part-1", "/ambry-video/part-2"];
    let request = json!({ "video": "urn:li:video:C5F", "uploadToken": "", "uploadedPartIds": etags });
    assert_eq!(begun[1].json(), json!({ "finalizeUploadRequest": request }));
    assert_eq!(stage.network.asked_of(VIDEO).len(), 2, "it is waited for until it is available");
}

#[tokio::test]
async fn addresses_of_uploads_stand_nowhere_in_the_clear() {
    let mut stage = ready();
    stage.bench.http = stage.bench.http.clone().with_journal(stage.bench.diary.clone());
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    let photo = stage.bench.library.png(800, 600, None);
    for (text, file) in [("V", video), ("P", photo)] {
        let outcome = stage.page().publish(&draft(text, [file])).await;
        assert!(outcome.is_published(), "{outcome:?}");
        let notes = serde_json::to_string(outcome.progress()).expect("text");
        assert!(!notes.contains("dms-uploads"), "{notes}");
    }
    let written = format!("{:?}", stage.bench.diary.entries());
    assert!(written.contains("/dms-uploads/[redacted]"), "{written}");
    for secret in ["/part0", "/part2", "sig=1", "uploaded-image", "app=7"] {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
}

#[tokio::test]
async fn what_can_not_be_read_with_this_grant_is_uploaded_anew() {
    let stage = ready();
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    // As they stood before they were sealed.
    let part = json!({ "url": "https://www.linkedin.com/dms-uploads/old?ut=1", "start": 0, "end": BYTES });
    let upload = json!({ "media": video.id, "urn": "urn:li:video:Old", "step": "sending", "token": "t", "parts": [part] });
    let progress = Progress::new(1, 1, json!({ "uploads": [upload] }));
    let outcome = stage.page().resume(&draft("V", [video]), progress).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(PARTS.map(|put| stage.network.asked_of(put).len()), [1, 1, 1]);
    assert_eq!(stage.posts()[0]["content"]["media"]["id"], "urn:li:video:C5F");
}

#[tokio::test]
async fn after_a_crash_no_part_is_sent_again() {
    let stage = ready();
    let session = stage.page();
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    assert!(session.publish(&draft("V", [video])).await.is_published());
    let (saves, _) = session.counts();
    assert!(saves >= 6, "{saves}");
    for save in 0..saves {
        let stage = ready();
        let video = stage.bench.library.mp4(BYTES, 10_000, None);
        // Whether the post was sent after its intent was saved, the page's list tells.
        stage.network.on("GET /rest/posts", [ok(&json!({ "paging": { "links": [] }, "elements": [] }))]);
        let outcome = stage.page().publish_crashing(&draft("V", [video]), Crash::AfterSave(save)).await;
        assert_eq!(outcome.remote_ids(), ["urn:li:share:1"], "{save}: {outcome:?}");
        assert_eq!(stage.posts().len(), 1, "after save {save}");
        let mut sent = BTreeMap::new();
        for asked in stage.network.asked().iter().filter(|a| a.what.starts_with("PUT ")) {
            *sent.entry(asked.what.clone()).or_insert(0) += 1;
        }
        assert_eq!(sent.into_values().collect::<Vec<_>>(), [1, 1, 1], "after save {save}");
    }
}

#[tokio::test]
async fn a_broken_part_is_sent_again_and_no_other() {
    let stage = ready();
    let etag = || Answer::Reply(200, vec![("etag", "b".to_owned())], String::new());
    stage.network.on("PUT /dms-uploads/part1", [Answer::Lost, etag()]);
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    assert!(stage.page().publish(&draft("V", [video])).await.is_published());
    let sent = |what: &str| stage.network.asked_of(what).len();
    assert_eq!(
        (sent("PUT /dms-uploads/part0"), sent("PUT /dms-uploads/part1"), sent("PUT /dms-uploads/part2")),
        (1, 2, 1)
    );
    let told = stage.network.asked_of("POST /rest/videos").last().map(super::canned::Asked::json);
    let parts = json!(["/ambry-video/part-0", "b", "/ambry-video/part-2"]);
    assert_eq!(told.map(|t| t["finalizeUploadRequest"]["uploadedPartIds"].clone()), Some(parts));
}

#[tokio::test]
async fn a_line_that_keeps_breaking_costs_no_attempt_while_the_video_goes_on() {
    let stage = ready();
    let etag = || Answer::Reply(200, vec![("etag", "b".to_owned())], String::new());
    for part in ["PUT /dms-uploads/part0", "PUT /dms-uploads/part1", "PUT /dms-uploads/part2"] {
        stage.network.on(part, [Answer::Lost, Answer::Lost, etag()]);
    }
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    let outcome = stage.page().publish(&draft("From the train", [video])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let puts = stage.network.asked().into_iter().filter(|a| a.what.starts_with("PUT ")).count();
    assert_eq!(puts, 3 + 6);
}

#[tokio::test]
async fn a_lost_end_of_an_upload_is_asked_for_before_it_is_told_again() {
    for (status, told) in [("PROCESSING", 1), ("WAITING_UPLOAD", 2)] {
        let stage = ready();
        let begun = stage.network.clone();
        let first = {
            let probe = ready();
            let video = probe.bench.library.mp4(BYTES, 10_000, None);
            assert!(probe.page().publish(&draft("V", [video])).await.is_published());
            drop(probe);
            json!({ "value": {
                "video": "urn:li:video:C5F", "uploadToken": "t0", "uploadInstructions":
                    [{ "uploadUrl": "https://www.linkedin.com/dms-uploads/part0", "firstByte": 0, "lastByte": BYTES - 1 }],
            } })
        };
        let fine = Answer::Reply(200, vec![], String::new());
        begun.on("POST /rest/videos", [ok(&first), Answer::Lost, fine]);
        let status = ok(&json!({ "status": status }));
        begun.on(VIDEO, [status, ok(&json!({ "status": "AVAILABLE" }))]);
        let video = stage.bench.library.mp4(BYTES, 10_000, None);
        assert!(stage.page().publish(&draft("V", [video])).await.is_published());
        let asked: Vec<String> =
            stage.network.asked().into_iter().map(|a| format!("{} {}", a.what, a.query)).collect();
        let finals = asked.iter().filter(|a| a.ends_with("finalizeUpload")).count();
        assert_eq!(finals, told, "{asked:?}");
    }
}

#[tokio::test]
async fn a_file_that_linkedin_can_not_work_with_is_tried_twice() {
    let stage = ready();
    let failed = json!({ "status": "PROCESSING_FAILED", "processingFailureReason": "Unsupported codec" });
    stage.network.on(IMAGE, [ok(&failed)]).on("GET /rest/images/urn%3Ali%3Aimage%3AC51", [ok(&failed)]);
    let photo = stage.bench.library.jpeg(800, 600, None);
    let outcome = stage.page().publish(&draft("P", [photo])).await;
    let error = outcome.error().expect("an error");
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "media_failed"));
    assert_eq!(error.remote.message.as_deref(), Some("Unsupported codec"));
    assert_eq!(stage.network.asked_of("POST /rest/images").len(), 2);
    assert!(stage.posts().is_empty());
}

#[tokio::test]
async fn who_may_not_ask_waits_a_moment_and_goes_on() {
    let stage = ready();
    let denied = no(403, &json!({ "code": "ACCESS_DENIED", "serviceErrorCode": 100 }));
    stage.network.on(IMAGE, [denied.clone()]).on(VIDEO, [denied]);
    let session = stage.member();
    let photo = stage.bench.library.jpeg(800, 600, None);
    assert!(session.publish(&draft("P", [photo])).await.is_published());
    assert_eq!(stage.network.asked_of(IMAGE).len(), 2);
    let video = stage.bench.library.mp4(BYTES, 10_000, None);
    assert!(session.publish(&draft("V", [video])).await.is_published());
}

#[tokio::test]
async fn an_address_that_ran_out_is_asked_for_anew() {
    let stage = ready();
    stage.network.on(PUT_IMAGE, [no(400, &json!({ "code": "EXPIRED_UPLOAD_URL" }))]);
    let photo = stage.bench.library.jpeg(800, 600, None);
    assert!(stage.page().publish(&draft("P", [photo])).await.is_published());
    assert_eq!(stage.posts()[0]["content"]["media"]["id"], "urn:li:image:C51");
}

#[tokio::test]
async fn files_and_tokens_go_to_nobody_but_linkedin() {
    for foreign in
        ["https://linkedin.com.example/u", "http://media.linkedin.com/u", "https://10.0.0.1/u", "nonsense"]
    {
        let stage = ready();
        let value: Value = json!({ "value": { "uploadUrl": foreign, "image": "urn:li:image:C50" } });
        stage.network.on("POST /rest/images", [ok(&value)]);
        let photo = stage.bench.library.jpeg(800, 600, None);
        let outcome = stage.page().publish(&draft("P", [photo])).await;
        let code = outcome.error().map(|e| e.code.clone());
        assert_eq!(code.as_deref(), Some("strange_address"), "{foreign}");
        assert!(stage.network.asked().iter().all(|a| !a.what.starts_with("PUT")), "{foreign}");
    }
}
