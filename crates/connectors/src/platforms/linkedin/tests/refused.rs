//! Refusals of a first send: certain, and some of them mended by Carillon itself.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Clock;
use serde_json::json;

use super::canned::{Answer, Stage, copy_of, created, no};
use crate::conformance::{Outcome, draft};

const POST: &str = "POST /rest/posts";
const OURS: &str = "urn:li:share:1000000000000001";

fn code(code: &str) -> Answer {
    no(400, &json!({ "status": 400, "message": "no", "errorDetails": { "inputErrors": [{ "code": code }] } }))
}

/// How it failed.
fn failed(outcome: &Outcome) -> (ErrorKind, String) {
    match outcome {
        Outcome::Failed(error, _) => (error.kind.clone(), error.code.clone()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_copy_of_what_somebody_posted_before_fails() {
    let stage = Stage::new();
    stage.network.on(POST, [copy_of("urn:li:share:7")]);
    let outcome = stage.member().publish(&draft("Said before.", [])).await;
    assert_eq!(failed(&outcome), (ErrorKind::Rejected, "duplicate".to_owned()));
    let error = outcome.error().expect("an error");
    assert!(error.remote.message.as_deref().is_some_and(|m| m.contains("urn:li:share:7")), "{error:?}");
    assert_eq!(stage.posts().len(), 1);
}

#[tokio::test]
async fn refused_content_fails_at_once() {
    for (answer, why) in [
        (code("FIELD_LENGTH_TOO_LONG"), "too_long"),
        (code("INVALID_VALUE_FOR_FIELD"), "invalid_request"),
        (code("INVALID_CONTENT_OWNERSHIP"), "media_owner"),
        (no(426, &json!({ "code": "NONEXISTENT_VERSION" })), "version_ended"),
    ] {
        let stage = Stage::new();
        stage.network.on(POST, [answer]);
        let outcome = stage.page().publish(&draft("No.", [])).await;
        assert_eq!(failed(&outcome), (ErrorKind::Rejected, why.to_owned()));
        assert_eq!(stage.posts().len(), 1);
    }
}

#[tokio::test]
async fn a_file_that_is_not_ready_is_waited_for_but_not_for_ever() {
    let stage = Stage::new();
    stage.take_pictures();
    stage.network.on(POST, vec![code("MEDIA_ASSET_WAITING_UPLOAD"); 4].into_iter().chain([created(OURS)]));
    let photo = || stage.bench.library.jpeg(800, 600, None);
    assert!(stage.member().publish(&draft("Soon.", [photo()])).await.is_published());
    assert_eq!(stage.posts().len(), 5);
    assert_eq!(stage.network.asked_of("POST /rest/images").len(), 1, "nothing is uploaded twice");

    stage.network.on(POST, [code("UPDATING_ASSET_FAILED")]);
    let outcome = stage.member().publish(&draft("Never.", [photo()])).await;
    assert_eq!(failed(&outcome), (ErrorKind::Rejected, "media_not_ready".to_owned()));
}

#[tokio::test]
async fn a_file_that_linkedin_lost_is_uploaded_again_once() {
    for lost in ["INVALID_IMAGE_ID", "MEDIA_ASSET_PROCESSING_FAILED"] {
        let stage = Stage::new();
        stage.take_pictures();
        stage.network.on(POST, [code(lost), created(OURS)]);
        let photo = || stage.bench.library.jpeg(800, 600, None);
        assert!(stage.page().publish(&draft("Again.", [photo()])).await.is_published(), "{lost}");
        let posts = stage.posts();
        assert_eq!(posts[0]["content"]["media"]["id"], "urn:li:image:C50");
        assert_eq!(posts[1]["content"]["media"]["id"], "urn:li:image:C51", "{lost}: it is another upload");

        let stage = Stage::new();
        stage.take_pictures();
        stage.network.on(POST, [code(lost)]);
        let photo = stage.bench.library.jpeg(800, 600, None);
        assert_eq!(failed(&stage.page().publish(&draft("In vain.", [photo])).await).0, ErrorKind::Rejected);
        assert_eq!(stage.posts().len(), 2, "{lost}");
    }
}

#[tokio::test]
async fn a_used_up_day_ends_at_midnight() {
    let stage = Stage::new();
    stage
        .network
        .on(POST, [no(429, &json!({ "serviceErrorCode": 101, "code": "TOO_MANY_REQUESTS" })), created(OURS)]);
    assert!(stage.member().publish(&draft("Tomorrow.", [])).await.is_published());
    assert_eq!(stage.bench.clock.now().to_string(), "2026-11-03T00:00:00Z");
}
