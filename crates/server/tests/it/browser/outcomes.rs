//! What people do about a publication that did not simply go out: from its notice to its page, and what the buttons there do.

use axum::http::Method;
use serde_json::{Value, json};

use super::page::Page;
use super::stage::Stage;

/// A post that is to go out now; gives its id.
async fn publish_now(stage: &Stage, account: &str, text: &str) -> String {
    let body = json!({ "text": text, "accounts": [account], "status": "now" });
    stage.api.post("/api/v1/posts", body).await["id"].as_str().expect("an id").to_owned()
}

/// Waits until the post stands so.
async fn stands(stage: &Stage, post: &str, status: &str) -> Value {
    stage.api.poll(&format!("/api/v1/posts/{post}"), |read| read["status"] == status).await
}

/// Goes from the bell to the post by the notice of its publication.
async fn follow_notice(page: &Page, post: &str) {
    page.goto(&page.address().await).await;
    page.click("a.bell").await;
    page.arrive("/notices").await;
    page.click(&format!("main a[href*='/posts/{post}#pub_']")).await;
    page.arrive(&format!("/posts/{post}#pub_")).await;
    page.wait("it is the one that is meant", "document.querySelector(':target.publication') !== null").await;
}

/// A post on Mastodon whose sending was cut off, and after which the network can't be asked; gives its id.
pub async fn in_doubt(stage: &Stage, text: &str) -> String {
    let cut = |operation: &str, count: Value| json!({ "platform": "mastodon", "operation": operation, "fault": "cut", "count": count });
    stage.sandbox.post("/sandbox/faults", cut("commit", json!(1))).await;
    let post = publish_now(stage, &stage.account("mastodon").await, text).await;
    let sent = |read: &Value| read["publications"][0]["attempts"].to_string().contains("statuses.create");
    stage.api.poll(&format!("/api/v1/posts/{post}"), sent).await;
    stage.sandbox.post("/sandbox/faults", cut("*", Value::Null)).await;
    // Carillon looks for it again and again; then it asks a person.
    for _ in 0..4 {
        stage.sandbox.post("/sandbox/clock", json!({ "advance_s": 1800 })).await;
    }
    stands(stage, &post, "unconfirmed").await;
    post
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_post_is_reached_from_its_notice_and_tried_again() {
    let test = "outcomes::a_failed_post_is_reached_from_its_notice_and_tried_again";
    let Some(stage) = Stage::demo(test).await else { return };
    let refusal =
        json!({ "platform": "bluesky", "operation": "commit", "fault": "status", "status": 400, "count": 1 });
    stage.sandbox.post("/sandbox/faults", refusal).await;
    let post = publish_now(&stage, &stage.account("bluesky").await, "A bell that rings at last").await;
    stands(&stage, &post, "failed").await;

    let page = stage.signed_in().await;
    follow_notice(&page, &post).await;
    page.reads("The network said:").await;
    page.click(("button", "Try again")).await;
    page.wait("it is published", "document.querySelector('.publication .state-published') !== null").await;
    stands(&stage, &post, "published").await;
    assert_eq!(stage.public("A bell that rings at last").await.len(), 1);
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looked_says_that_a_post_is_not_public_and_it_goes_out() {
    let test = "outcomes::who_looked_says_that_a_post_is_not_public_and_it_goes_out";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let post = in_doubt(&stage, "A bell that nobody heard").await;
    let (status, _) = stage.sandbox.send(Method::DELETE, "/sandbox/faults", None).await;
    assert!(status.is_success());
    follow_notice(&page, &post).await;
    page.reads("Carillon could not find out whether the post is public").await;
    page.fill(":target [name=remote_url]", "somewhere").await;
    page.click(("button", "It is public")).await;
    let kept = "document.querySelector('[name=remote_url]').validity.typeMismatch && \
         document.querySelector('[name=remote_url]').value === 'somewhere'";
    page.wait("that is no link, and it stays to be mended", kept).await;
    page.fill(":target [name=remote_url]", "").await;
    page.click(("button", "It is not public, send it again")).await;
    page.wait("it is published", "document.querySelector('.publication .state-published') !== null").await;
    assert_eq!(stage.public("A bell that nobody heard").await.len(), 1);
    stage.close([page]).await;
}
