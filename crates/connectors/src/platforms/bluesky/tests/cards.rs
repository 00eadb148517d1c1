use serde_json::{Value, json};

use super::{bench, bench_session, ledger, record, strike};
use crate::conformance::draft;
use crate::sandbox::{FaultKind, When};

const PAGE: &str = "https://bsky.social/about/blog/bells";

async fn embed(text: &str, link_card: Option<bool>) -> Value {
    let bench = bench();
    let session = bench_session(&bench).await;
    let mut post = draft(text, []);
    if let Some(wanted) = link_card {
        post.options.insert("link_card".to_owned(), json!(wanted));
    }
    let uri = session.publish(&post).await.remote_ids().remove(0);
    assert!(ledger(&bench)[0].media.is_empty(), "a card's picture is no media of the post");
    record(&bench, &uri).await["value"]["embed"].clone()
}

#[tokio::test]
async fn the_first_link_becomes_a_card_with_title_and_picture() {
    let embed = embed(&format!("read {PAGE} and https://example.org"), None).await;
    assert_eq!(embed["$type"], "app.bsky.embed.external");
    let card = &embed["external"];
    assert_eq!(card["uri"], PAGE);
    assert_eq!(card["title"], "About bells & more");
    assert_eq!(card["description"], "What there is to say about bells.");
    assert_eq!(card["thumb"]["mimeType"], "image/png");
}

#[tokio::test]
async fn redirects_are_followed_and_the_card_keeps_the_written_address() {
    let old = "https://bsky.social/about/blog/old";
    let card = embed(old, None).await["external"].clone();
    assert_eq!((card["uri"].as_str(), card["title"].as_str()), (Some(old), Some("About new & more")));
}

#[tokio::test]
async fn a_page_that_cant_be_read_gets_a_card_with_its_address() {
    for url in
        ["https://example.org/x", "https://bsky.social/about/nothing", "https://bsky.social/about/blog/a.png"]
    {
        let card = embed(url, None).await["external"].clone();
        assert_eq!(card, json!({"uri": url, "title": url, "description": ""}));
    }
}

#[tokio::test]
async fn no_card_without_a_link_or_when_it_is_not_wanted_or_beside_media() {
    assert_eq!(embed("no link", None).await, Value::Null);
    assert_eq!(embed(PAGE, Some(false)).await, Value::Null);
    let bench = bench();
    let session = bench_session(&bench).await;
    let photo = bench.library.jpeg(5, 5, None);
    let uri = session.publish(&draft(PAGE, [photo])).await.remote_ids().remove(0);
    assert_eq!(record(&bench, &uri).await["value"]["embed"]["$type"], "app.bsky.embed.images");
}

#[tokio::test]
async fn a_picture_that_cant_be_uploaded_is_left_out() {
    let bench = bench();
    let session = bench_session(&bench).await;
    strike(&bench, "uploadBlob", When::Before, FaultKind::Status);
    let uri = session.publish(&draft(PAGE, [])).await.remote_ids().remove(0);
    let card = record(&bench, &uri).await["value"]["embed"]["external"].clone();
    assert_eq!((card["title"].as_str(), card.get("thumb")), (Some("About bells & more"), None));
}

#[tokio::test]
async fn a_picture_that_the_server_dropped_is_left_out_and_the_post_goes_out() {
    use crate::contract::publisher::Publisher;
    let bench = bench();
    let session = bench_session(&bench).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    let post = draft(PAGE, []);
    let progress = super::CONNECTOR.start(&cx, &post).unwrap();
    let ready = super::CONNECTOR.advance(&cx, &post, progress).await.unwrap();
    assert!(ready.state.to_string().contains("image/png"));
    bench.clock.advance(std::time::Duration::from_secs(12 * 3600));
    session.refresh().await.unwrap();
    let outcome = session.resume(&post, ready).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let uri = outcome.remote_ids().remove(0);
    assert_eq!(record(&bench, &uri).await["value"]["embed"]["external"].get("thumb"), None);
}
