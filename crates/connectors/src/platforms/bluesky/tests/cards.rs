use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use ipnet::IpNet;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{bench, bench_session, ledger, record, strike};
use crate::conformance::{Bench, draft};
use crate::kit::egress::Egress;
use crate::kit::http::{Call, Http, Opened, Reply, SendError, Transport};
use crate::kit::wire::Wire;
use crate::sandbox::{FaultKind, InProcess, When};

const PAGE: &str = "https://bsky.social/about/blog/bells";

/// The card of a post of one link, on this bench.
async fn card(bench: &Bench, link: &str) -> Value {
    let session = bench_session(bench).await;
    let uri = session.publish(&draft(link, [])).await.remote_ids().remove(0);
    record(bench, &uri).await["value"]["embed"]["external"].clone()
}

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

/// The simulated network, and this machine's own pages over sockets.
struct Inside {
    networks: InProcess,
    wire: Wire,
}

#[async_trait]
impl Transport for Inside {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        if call.url.starts_with("http://127.0.0.1:") {
            return self.wire.send(call, not_after).await;
        }
        self.networks.send(call, not_after).await
    }

    async fn open(&self, call: Call) -> Result<Opened, SendError> {
        self.wire.open(call).await
    }
}

#[tokio::test]
async fn what_networks_may_be_asked_is_no_page_for_members() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let page = format!("http://{}/", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let answer = move || async move {
        counted.fetch_add(1, Ordering::SeqCst);
        Html("<title>Inside</title>")
    };
    let router = Router::new().route("/", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let here: Vec<IpNet> = vec!["127.0.0.0/8".parse().unwrap()];
    for (egress, title, times) in
        [(Egress::new(here.clone()), page.as_str(), 0), (Egress::new([]).with_fetch(here), "Inside", 1)]
    {
        let mut bench = bench();
        let wire = Wire::new(egress, bench.clock.clone()).unwrap();
        let transport = Inside { networks: InProcess::over(bench.sandbox.clone()), wire };
        bench.http = Http::new(Arc::new(transport), bench.clock.clone());
        assert_eq!(card(&bench, &page).await["title"], title);
        assert_eq!(asked.load(Ordering::SeqCst), times, "{title}");
    }
}

type Bytestream = BoxStream<'static, std::io::Result<Bytes>>;

/// The simulated network, and pages that go on so behind their title.
struct Pages {
    networks: InProcess,
    rest: fn() -> Bytestream,
}

#[async_trait]
impl Transport for Pages {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        self.networks.send(call, not_after).await
    }

    async fn open(&self, _: Call) -> Result<Opened, SendError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/html"))]);
        let title = futures::stream::iter([Ok(Bytes::from_static(b"<title>Bells</title>"))]);
        Ok(Opened { status: StatusCode::OK, headers, stream: title.chain((self.rest)()).boxed() })
    }
}

/// The title of a card of such a page.
async fn title_before(rest: fn() -> Bytestream) -> Value {
    let mut bench = bench();
    let transport = Pages { networks: InProcess::over(bench.sandbox.clone()), rest };
    bench.http = Http::new(Arc::new(transport), bench.clock.clone());
    let made = tokio::time::timeout(Duration::from_secs(60), card(&bench, PAGE)).await;
    made.expect("a page is waited for, and not for ever")["title"].clone()
}

/// A megabyte, and then a mistake.
fn long() -> Bytestream {
    let blank = futures::stream::iter(std::iter::repeat_n(Bytes::from_static(&[b' '; 4096]), 256));
    let more = futures::stream::iter([Err(std::io::Error::other("read too far"))]);
    blank.map(Ok).chain(more).boxed()
}

fn stalled() -> Bytestream {
    futures::stream::pending().boxed()
}

#[tokio::test(start_paused = true)]
async fn a_page_is_read_so_far_and_for_so_long() {
    assert_eq!(title_before(long).await, "Bells");
    assert_eq!(title_before(stalled).await, PAGE);
}
