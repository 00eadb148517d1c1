//! Documents, from the check to the network.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::Draft;
use serde_json::{Value, json};

use super::canned::{Answer, PAGE, Stage, created, no, ok};
use crate::conformance::{Bench, Connect, Crash, draft};
use crate::contract::connector::Connector;
use crate::platforms::linkedin::CONNECTOR;
use crate::platforms::linkedin::sandbox::simulator;
use crate::sandbox::{Fault, FaultKind, When};

const BEGIN: &str = "POST /rest/documents";
const PUT: &str = "PUT /dms-uploads/D4/uploaded-document/0";
const STATUS: &str = "GET /rest/documents/urn%3Ali%3Adocument%3AD4";
const POST: &str = "POST /rest/posts";
const OURS: &str = "urn:li:ugcPost:7";

fn titled(file: MediaInfo) -> Draft {
    let mut post = draft("Leaf through it.", [file]);
    post.options.insert("media_title".to_owned(), "The harbour (2026)".into());
    post
}

/// A network that takes a document, says so after a while, and takes the post.
fn ready() -> Stage {
    let stage = Stage::new();
    let begun = ok(&json!({ "value": {
        "uploadUrlExpiresAt": 1_793_700_000_000_u64,
        "uploadUrl": "https://www.linkedin.com/dms-uploads/D4/uploaded-document/0?app=7",
        "document": "urn:li:document:D4",
    } }));
    let states = ["WAITING_UPLOAD", "PROCESSING", "AVAILABLE"].map(|status| ok(&json!({ "status": status })));
    stage.network.on(BEGIN, [begun]).on(PUT, [Answer::Reply(201, vec![], String::new())]);
    stage.network.on(STATUS, states).on(POST, [created(OURS)]);
    stage
}

/// What is wrong, and what is warned of.
fn found(stage: &Stage, draft: &Draft) -> (Vec<String>, Vec<String>) {
    let report = CONNECTOR.publisher().expect("it publishes").check(draft, &stage.page().account);
    let words = |list: Vec<carillon_domain::limits::Violation>| {
        list.into_iter().map(|v| format!("{}: {}", v.field, v.code)).collect()
    };
    (words(report.violations), words(report.warnings))
}

#[test]
fn a_document_is_checked_before_anything_is_sent() {
    let stage = Stage::new();
    let of = |change: fn(&mut MediaInfo)| {
        let mut file = stage.bench.library.pdf(1);
        change(&mut file);
        found(&stage, &titled(file))
    };
    let none = Vec::<String>::new();
    assert_eq!(of(|f| (f.pages, f.bytes) = (Some(300), 100_000_000)), (none.clone(), none.clone()));
    assert_eq!(of(|f| f.pages = Some(301)).0, ["media.0: too_many_pages"]);
    assert_eq!(of(|f| f.bytes = 100_000_001).0, ["media.0: too_large"]);
    assert_eq!(of(|f| f.mime = "application/rtf".to_owned()).0, ["media.0: wrong_type"]);
    assert_eq!(
        of(|f| (f.pages, f.mime) = (None, "application/msword".to_owned())),
        (none.clone(), vec!["media.0: pages_unknown".to_owned()])
    );
    assert_eq!(of(|f| f.alt = Some("told".to_owned())), (none, vec!["media.0.alt: unsupported".to_owned()]));
}

#[test]
fn a_document_has_a_title_and_stands_alone() {
    let stage = Stage::new();
    let library = &stage.bench.library;
    let bare = draft("Leaf through it.", [library.pdf(2)]);
    assert_eq!(found(&stage, &bare).0, ["options.media_title: missing"]);
    let photo = || library.jpeg(800, 600, None);
    let beside = draft("Both.", [library.pdf(2), photo()]);
    assert_eq!(found(&stage, &beside).0, ["media: exclusive"]);
    let two = draft("Two.", [library.pdf(2), library.pdf(2)]);
    assert_eq!(found(&stage, &two).0, ["media: exclusive"]);
    let mut carded = titled(library.pdf(2));
    carded.options.insert("link".to_owned(), "https://example.com".into());
    carded.options.insert("link_title".to_owned(), "T".into());
    assert_eq!(found(&stage, &carded).0, ["media: exclusive"]);
}

#[tokio::test]
async fn a_document_goes_out_whole_with_the_token_and_its_title() {
    let stage = ready();
    let file = stage.bench.library.pdf(3);
    let outcome = stage.page().publish(&titled(file.clone())).await;
    assert_eq!(outcome.remote_ids(), [OURS], "{outcome:?}");
    let begun = stage.network.asked_of(BEGIN);
    assert_eq!((begun.len(), begun[0].query.as_str()), (1, "action=initializeUpload"));
    assert_eq!(begun[0].json(), json!({ "initializeUploadRequest": { "owner": PAGE } }));
    let put = stage.network.asked_of(PUT);
    assert_eq!((put.len(), put[0].header("authorization")), (1, Some("Bearer AQX-access")));
    assert_eq!(put[0].header("content-type"), Some("application/pdf"));
    assert_eq!(Some(&put[0].body), stage.bench.library.bytes(file.id).as_ref());
    assert_eq!(stage.network.asked_of(STATUS).len(), 3, "it is waited for until it is available");
    let content = json!({ "media": { "id": "urn:li:document:D4", "title": "The harbour (2026)" } });
    assert_eq!(stage.posts()[0]["content"], content);
}

#[tokio::test]
async fn after_a_crash_a_document_is_not_sent_again() {
    let probe = ready();
    let session = probe.page();
    assert!(session.publish(&titled(probe.bench.library.pdf(3))).await.is_published());
    let (saves, _) = session.counts();
    assert!(saves >= 3, "{saves}");
    for save in 0..saves {
        let stage = ready();
        stage.network.on("GET /rest/posts", [ok(&json!({ "paging": { "links": [] }, "elements": [] }))]);
        let draft = titled(stage.bench.library.pdf(3));
        let outcome = stage.page().publish_crashing(&draft, Crash::AfterSave(save)).await;
        assert_eq!(outcome.remote_ids(), [OURS], "{save}: {outcome:?}");
        let (puts, posts) = (stage.network.asked_of(PUT).len(), stage.posts().len());
        assert_eq!((puts, posts), (1, 1), "after save {save}");
    }
}

#[tokio::test]
async fn a_document_that_linkedin_can_not_work_with_is_tried_twice_and_explained() {
    let stage = ready();
    let failed = json!({ "status": "PROCESSING_FAILED", "processingFailureReason": "TOO_MANY_PAGES" });
    stage.network.on(STATUS, [ok(&failed)]);
    let outcome = stage.page().publish(&titled(stage.bench.library.pdf(3))).await;
    let error = outcome.error().expect("an error");
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "media_failed"));
    assert_eq!(
        (error.operation.as_str(), error.remote.message.as_deref()),
        ("documents.get", Some("TOO_MANY_PAGES"))
    );
    assert!(error.action.contains("PDF"), "{}", error.action);
    assert_eq!(stage.network.asked_of(BEGIN).len(), 2);
    assert!(stage.posts().is_empty());
}

#[tokio::test]
async fn what_linkedin_still_works_on_is_looked_at_again_before_the_next_send() {
    let stage = ready();
    let early: Value = json!({ "code": "MEDIA_ASSET_WAITING_UPLOAD", "status": 400, "message": "wait" });
    stage.network.on(POST, [no(400, &early), created(OURS)]);
    let outcome = stage.page().publish(&titled(stage.bench.library.pdf(3))).await;
    assert_eq!(outcome.remote_ids(), [OURS], "{outcome:?}");
    assert_eq!(stage.network.asked_of(PUT).len(), 1);
}

#[tokio::test]
async fn a_lost_answer_makes_one_post_with_one_document() {
    for flavour in ["member", "organization"] {
        for (when, kind) in [(When::After, FaultKind::Cut), (When::Before, FaultKind::Cut)] {
            let bench = Bench::new(simulator());
            let how = Connect::as_persona("marafields").flavour(flavour);
            let session = bench.connect(&CONNECTOR, how).await.expect("connected");
            bench.world.faults().add(Fault::once("linkedin", "commit", when, kind));
            let file = bench.library.pdf(12);
            let outcome = session.publish(&titled(file.clone())).await;
            let live = bench.world.ledger().of("linkedin");
            let ids: Vec<_> = live.iter().map(|item| item.remote_id.clone()).collect();
            assert_eq!((ids.len(), ids), (1, outcome.remote_ids()), "{flavour}: {outcome:?}");
            let sent: Vec<_> = live[0].media.iter().map(|m| m.sha256.as_str()).collect();
            assert_eq!(sent, [file.sha256.as_str()], "{flavour}");
        }
    }
}
