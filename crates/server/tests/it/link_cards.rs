//! The card of a link in a preview: what its page says of itself, asked as a stranger would and never from inside.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use bytes::Bytes;
use carillon_connectors::kit::egress::Egress;
use carillon_connectors::kit::http::{Call, Reply, SendError, Transport};
use carillon_domain::permission::Role;

use crate::media::jpeg;
use crate::support::desk::Desk;
use crate::support::{Browser, TestApp};

/// A small web behind the guard of the real one.
struct Web {
    egress: Egress,
    pages: HashMap<&'static str, Reply>,
}

const QUAY: &str = "<!doctype html><title>Plain</title><meta property=og:title content='The <quay> &amp; co'>\
    <meta name=description content=\"At dawn\"><meta property=\"og:image\" content=\"/quay.jpg\">";

impl Web {
    fn new() -> Self {
        let mut pages = HashMap::new();
        let mut page = |url, kind: &'static str, to: Option<&'static str>, body: &[u8]| {
            let status = if to.is_some() { StatusCode::FOUND } else { StatusCode::OK };
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.extend(to.map(|to| (LOCATION, HeaderValue::from_static(to))));
            pages.insert(url, Reply { status, headers, body: Bytes::copy_from_slice(body) });
        };
        let html = "text/html; charset=utf-8";
        page("https://pages.example/quay", html, None, QUAY.as_bytes());
        page("https://pages.example/quay.jpg", "image/jpeg", None, &jpeg(1200, 630));
        page("https://pages.example/moved", html, Some("/quay"), b"");
        page("https://pages.example/inside", html, Some("http://127.0.0.1:8080/metrics"), b"");
        page("https://pages.example/silent", html, None, b"<p>Nothing of itself</p>");
        page("https://pages.example/file", "application/pdf", None, b"<title>No page</title>");
        let spy = b"<title>Spy</title><meta property=og:image content=http://169.254.169.254/a.jpg>";
        page("https://pages.example/spy", html, None, spy);
        let greek = b"<title>\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1</title>";
        page("https://pages.example/greek", "text/html; charset=windows-1253", None, greek);
        let script = b"<title>Script</title><meta property=og:image content=/silent>";
        page("https://pages.example/script", html, None, script);
        Self { egress: Egress::new([]), pages }
    }
}

#[async_trait]
impl Transport for Web {
    fn admit(&self, call: &Call) -> Result<(), SendError> {
        let url = call.url.parse().expect("an address");
        self.egress.check_url(&url).map_err(|blocked| SendError::Forbidden(blocked.to_string()))
    }

    async fn send(&self, call: Call, _: Option<std::time::Duration>) -> Result<Reply, SendError> {
        self.pages.get(call.url.as_str()).cloned().ok_or_else(|| SendError::NotSent("nobody".to_owned()))
    }
}

async fn card(browser: &Browser<'_>, home: &str, url: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("url", url).finish();
    let answer = browser.get(&format!("{home}/compose/card?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{url}: {}", answer.text());
    answer.text()
}

#[tokio::test]
async fn a_card_says_what_its_page_says_of_itself() {
    let (app, _) = TestApp::networked_over(&[], |_| Arc::new(Web::new())).await;
    let (browser, home) = app.owner().await;
    for url in ["https://pages.example/quay", "https://pages.example/moved"] {
        let shown = card(&browser, &home, url).await;
        for part in
            ["<small>pages.example</small>", "<b>The &#60;quay&#62; &#38; co</b>", "<span>At dawn</span>"]
        {
            assert!(shown.contains(part), "{url}: {shown}");
        }
        let picture = shown.split("<image href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let picture = browser.get(picture.expect("a picture")).await;
        assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/jpeg"));
        assert!(picture.header("cache-control").contains("private"));
        let drawn = image::load_from_memory(picture.bytes()).expect("a jpeg");
        assert_eq!((drawn.width(), drawn.height()), (480, 252), "a small one, not the page's own");
    }
}

#[tokio::test]
async fn a_page_is_read_in_its_own_encoding() {
    let (app, _) = TestApp::networked_over(&[], |_| Arc::new(Web::new())).await;
    let (browser, home) = app.owner().await;
    let shown = card(&browser, &home, "https://pages.example/greek").await;
    assert!(shown.contains("<b>Καλημέρα</b>"), "{shown}");
}

#[tokio::test]
async fn what_is_not_public_or_says_nothing_leaves_the_address() {
    let (app, _) = TestApp::networked_over(&[], |_| Arc::new(Web::new())).await;
    let (browser, home) = app.owner().await;
    for url in [
        "https://pages.example/inside",
        "https://pages.example/silent",
        "https://pages.example/file",
        "https://nowhere.example/",
        "https://10.0.0.5/",
        "http://pages.example/quay",
    ] {
        let shown = card(&browser, &home, url).await;
        assert!(shown.contains(&format!("<span>{url}</span>")) && !shown.contains("<b>"), "{url}: {shown}");
        assert!(!shown.contains("<image") && !shown.contains("hx-get"), "{url}: {shown}");
    }
    for (url, title) in [("https://pages.example/spy", "Spy"), ("https://pages.example/script", "Script")] {
        let shown = card(&browser, &home, url).await;
        assert!(shown.contains(&format!("<b>{title}</b>")) && !shown.contains("<image"), "{url}: {shown}");
    }
    let long = format!("https://pages.example/quay?{}", "a".repeat(2_048));
    assert!(!card(&browser, &home, &long).await.contains("<b>"), "too long to be asked for");
    let nothing = browser.get(&format!("{home}/compose/card?url=quay")).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_check_waits_for_no_page() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let check = format!("{}/compose/check", desk.home);
    let form =
        [("text", "See https://example.com/a"), ("account", desk.account.as_str()), ("timezone", "UTC")];
    let first = owner.post(&check, &form).await.text();
    let ask = format!("hx-get=\"{}/compose/card?url=https%3A%2F%2Fexample.com%2Fa\"", desk.home);
    assert!(first.contains(&ask) && first.contains("load delay:1s"), "asked for by itself, later: {first}");
    // Nobody answers there, and for a while nobody is asked again.
    card(&owner, &desk.home, "https://example.com/a").await;
    let second = owner.post(&check, &form).await.text();
    assert!(second.contains("<small>example.com</small>") && !second.contains("compose/card"), "{second}");
    desk.app.clock.advance(std::time::Duration::from_secs(60));
    assert!(owner.post(&check, &form).await.text().contains(&ask));

    let reader = desk.member(Role::Analyst).await;
    let refused = reader.get(&format!("{}/compose/card?url=https://example.com/a", desk.home)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
