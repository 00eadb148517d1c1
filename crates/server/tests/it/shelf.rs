//! What the library's grid leads to: tags, where a file is used, publishing, and files from addresses.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use carillon_connectors::kit::egress::{Egress, Lookup};
use carillon_connectors::kit::http::{Call, Reply, SendError, Transport};
use carillon_connectors::kit::wire::Wire;
use carillon_domain::permission::Role;
use carillon_server::ambient::SystemClock;
use ipnet::IpNet;
use serde_json::{Value, json};

use crate::calendar::counted;
use crate::library::upload;
use crate::media::jpeg;
use crate::support::TestApp;
use crate::support::desk::Desk;

pub fn id_of(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

/// The value of a hidden field.
pub fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let mark = format!("name=\"{name}\" value=\"");
    page.split(mark.as_str()).nth(1).and_then(|rest| rest.split('"').next()).expect("a field")
}

#[tokio::test]
async fn files_and_posts_stand_in_one_grid_by_standing_tag_and_text() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let (free, used) = (
        desk.upload("free.jpg", "", &jpeg(20, 20)).await,
        desk.upload("used.jpg", "A quay", &jpeg(24, 24)).await,
    );
    let draft = desk.post("A draft of mine", json!({ "tags": ["spring"], "campaign": "Launch" })).await;
    let more = json!({ "media": [id_of(&used)], "status": "now" });
    let sent = desk.post("Good morning from the quay", more).await;
    desk.work().await;
    let here = format!("{}/library", desk.home);
    let page = browser.get(&here).await.text();
    assert!(page.contains("data-keys=\"Space\" data-keys-own"), "the map names the keys: {page}");
    let shown = async |query: &str| {
        let page = browser.get(&format!("{here}{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let page = page.text();
        [&free, &used, &draft, &sent].map(|one| page.contains(&format!("value=\"{}\"", id_of(one))))
    };
    for (query, expected) in [
        ("", [true; 4]),
        ("?kind=files", [true, true, false, false]),
        ("?kind=posts", [false, false, true, true]),
        ("?kind=video", [false; 4]),
        ("?status=ready", [true, false, true, false]),
        ("?status=published", [false, true, false, true]),
        ("?status=failed", [false; 4]),
        ("?tag=spring", [false, false, true, false]),
        ("?campaign=Launch", [false, false, true, false]),
        ("?q=QUAY", [false, true, false, true]),
        ("?status=ready&q=free", [true, false, false, false]),
    ] {
        assert_eq!(shown(query).await, expected, "{query}");
    }
    let page = browser.get(&here).await.text();
    assert!(page.contains("In 1 post") && page.contains("No numbers yet"), "{page}");
    assert_eq!(browser.get(&format!("{here}?cursor=7")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = browser.get(&format!("{here}?q=nowhere")).await.text();
    assert!(empty.contains("Nothing in the library fits this filter"), "{empty}");

    for (query, ids) in [
        ("status=ready", vec![id_of(&free)]),
        ("status=published&q=quay", vec![id_of(&used)]),
        ("tag=spring", vec![]),
    ] {
        let list = desk.call(Method::GET, &format!("/api/v1/media?{query}"), None).await.json();
        let found = list["items"].as_array().expect("files").iter().map(id_of);
        assert_eq!(found.collect::<Vec<_>>(), ids, "{query}");
    }
    let wrong = desk.call(Method::GET, "/api/v1/media?status=lost", None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text());

    let page = browser.get(&format!("{here}/{}", id_of(&used))).await.text();
    assert!(page.contains("Good morning from the quay") && page.contains(id_of(&sent)), "{page}");
    let page = browser.get(&format!("{here}/{}", id_of(&free))).await.text();
    assert!(page.contains("No post uses this file yet"), "{page}");
}

#[tokio::test]
async fn the_grid_goes_on_where_a_page_ended() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    for n in 0..20 {
        desk.app.clock.advance(std::time::Duration::from_secs(1));
        desk.upload(&format!("{n}.jpg"), "", &jpeg(16, 16)).await;
        desk.app.clock.advance(std::time::Duration::from_secs(1));
        desk.post(&format!("Post {n}"), json!({})).await;
    }
    let first = browser.get(&format!("{}/library", desk.home)).await.text();
    let next = first.split("rel=\"next\"").next().and_then(|before| before.rsplit("href=\"").next());
    let next = next.and_then(|rest| rest.split('"').next()).expect("a next page");
    let second = browser.get(next).await.text();
    let names = |page: &str| {
        let found = page.split("name=\"item\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.map(str::to_owned).collect::<Vec<_>>()
    };
    let (mut all, rest) = (names(&first), names(&second));
    assert_eq!((all.len(), rest.len()), (36, 4));
    all.extend(rest);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 40, "nothing twice, nothing left out");
    assert!(!second.contains("rel=\"next\""));
}

#[tokio::test]
async fn a_full_page_takes_no_more_statements_than_a_short_one() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let here = format!("{}/library", desk.home);
    let put = async |n: u32| {
        let file = desk.upload(&format!("{n}.jpg"), "", &jpeg(16, 16)).await;
        desk.post(&format!("Post {n}"), json!({ "media": [id_of(&file)] })).await;
    };
    put(0).await;
    let (_, few) = counted(&browser, &here).await;
    for n in 1..20 {
        put(n).await;
    }
    let (_, many) = counted(&browser, &here).await;
    assert_eq!(few, many);
}

#[tokio::test]
async fn files_are_renamed_and_tagged_one_by_one_and_together() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let (one, two) = (upload(&browser, &home).await, upload(&browser, &home).await);
    let ids = [&one, &two].map(|path| path.rsplit('/').next().expect("id"));
    let form = [("name", "Harbour"), ("alt_text", "Boats"), ("tags", "spring, launch, spring")];
    assert_eq!(browser.post(&format!("{one}/alt"), &form).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(&one).await.text();
    assert!(page.contains("value=\"Harbour.jpg\"") && page.contains("value=\"spring, launch\""), "{page}");
    let refused = browser.post(&format!("{one}/alt"), &[("name", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Give the file a name"), "{}", refused.text());

    let here = format!("{home}/library");
    let form =
        [("item", ids[0]), ("item", ids[1]), ("tags", "launch, sea"), ("back", "https://evil.example/")];
    let tagged = browser.post(&format!("{here}/tag"), &form).await;
    assert_eq!(tagged.header("location"), format!("{here}?tagged=2"), "{}", tagged.text());
    assert!(browser.get(tagged.header("location")).await.text().contains("2 files were tagged"));
    let page = browser.get(&one).await.text();
    assert!(page.contains("value=\"spring, launch, sea\"") && page.contains("Boats"), "{page}");
    assert!(browser.get(&two).await.text().contains("value=\"launch, sea\""));
    let found = browser.get(&format!("{here}?tag=spring")).await.text();
    assert!(found.contains(ids[0]) && !found.contains(ids[1]), "{found}");
    let post = ("item", "post_01m7xkb7kwe0rr5apnnxkj5b76");
    let mixed = browser.post(&format!("{here}/tag"), &[("item", ids[0]), post, ("tags", "zinnober")]).await;
    assert_eq!(mixed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(mixed.text().contains("Posts are chosen, too"), "{}", mixed.text());
    assert!(!browser.get(&one).await.text().contains("zinnober"), "all of it, or nothing");
    let nothing = browser.post(&format!("{here}/tag"), &[("tags", "sea")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_file_is_published_from_the_library_and_shown_on_its_way() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let file = desk.upload("quay.jpg", "A quay", &jpeg(400, 300)).await;
    let dialog = format!("{}/library/publish", desk.home);
    let page = browser.get(&format!("{dialog}?item={}", id_of(&file))).await.text();
    assert!(page.contains("<html") && page.contains(&desk.account), "a page without scripts: {page}");
    assert!(page.contains("Connect another account") && page.contains("connect-mastodon"), "{page}");
    let part = browser.get_within(&format!("{dialog}?item={}", id_of(&file)), "/library").await.text();
    assert!(!part.contains("<html") && part.contains("publish-text"), "{part}");
    let once = hidden(&part, "once");

    // What the network says beside it, before anything is saved.
    let long = "x".repeat(400);
    let form = |text, action| {
        let (account, media) = (desk.account.as_str(), id_of(&file));
        let fields = [("text", text), ("account", account), ("media", media), ("timezone", "UTC")];
        [&fields[..], &[("once", once), ("action", action)]].concat()
    };
    let said = browser.post(&format!("{dialog}/check"), &form(&long, "")).await.text();
    assert!(said.contains("check-bad") && !said.contains("value=\"split\""), "{said}");
    let refused = browser.post(&dialog, &form(&long, "now")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text();
    assert!(text.contains(&long) && text.contains("field-error"), "what was typed is there: {text}");
    let none = browser.post(&dialog, &[("text", "Nobody"), ("timezone", "UTC"), ("action", "now")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "no account");

    let sent = browser.post(&dialog, &form("The quay at dawn", "now")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let post = sent.header("location").trim_end_matches("?saved").to_owned();
    let again = browser.post(&dialog, &form("The quay at dawn", "now")).await;
    assert_eq!(again.header("location"), sent.header("location"), "sent twice, saved once");
    let progress = browser.get(&format!("{post}/progress")).await.text();
    assert!(progress.contains("every 5s") && progress.contains("state-scheduled"), "{progress}");
    assert!(!progress.contains("outerHTML"), "what announces its changes stays in its place: {progress}");
    desk.work().await;
    assert_eq!(desk.public("The quay at dawn"), 1);
    let progress = browser.get(&format!("{post}/progress")).await.text();
    assert!(!progress.contains("every 5s") && progress.contains("state-published"), "{progress}");
    assert!(progress.contains("rel=\"noopener noreferrer\""), "a link to what is public: {progress}");
}

#[tokio::test]
async fn a_draft_keeps_what_the_dialog_has_no_fields_for() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let more = json!({
        "parts": [{ "text": "Second part" }],
        "tags": ["spring"],
        "overrides": { desk.account.clone(): { "options": { "langs": ["el"] } } },
    });
    let draft = desk.post("First words", more).await;
    let dialog = format!("{}/library/publish", desk.home);
    let page = browser.get(&format!("{dialog}?item={}", id_of(&draft))).await.text();
    assert!(page.contains("First words"), "{page}");
    let version = hidden(&page, "version");
    let form = [
        ("post", id_of(&draft)),
        ("version", version),
        ("text", "Other words"),
        ("account", desk.account.as_str()),
        ("timezone", "Europe/Athens"),
        ("scheduled_at", "2027-01-02T10:00"),
        ("action", "schedule"),
    ];
    let saved = browser.post(&dialog, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let post = desk.read(&draft).await;
    assert_eq!((&post["text"], &post["status"]), (&json!("Other words"), &json!("scheduled")));
    assert_eq!(post["parts"][0]["text"], "Second part");
    assert_eq!(post["overrides"][&desk.account]["options"]["langs"], json!(["el"]));
    assert_eq!(post["tags"], json!(["spring"]));

    // Somebody else's change is not written over.
    let stale = browser.post(&dialog, &form).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert!(stale.text().contains("Somebody else changed this post"), "{}", stale.text());
}

#[tokio::test]
async fn what_can_not_be_published_together_is_said() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let dialog = format!("{}/library/publish", desk.home);
    let file = desk.upload("quay.jpg", "", &jpeg(40, 30)).await;
    let draft = desk.post("A draft", json!({})).await;
    let out = desk.post("It is out", json!({ "status": "now" })).await;
    desk.work().await;
    for (query, says) in [
        (String::new(), "Choose one file or more"),
        (format!("?item={}&item={}", id_of(&file), id_of(&draft)), "either files"),
        (format!("?item={}", id_of(&out)), "went out already"),
    ] {
        let page = browser.get(&format!("{dialog}{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.text().contains(says), "{query}: {}", page.text());
    }
    // Who writes but does not publish gets no button for it, and no way around that.
    let contributor = desk.member(Role::Contributor).await;
    let page = contributor.get(&format!("{dialog}?item={}", id_of(&file))).await.text();
    assert!(!page.contains("value=\"now\"") && page.contains("value=\"draft\""), "{page}");
    let form = [("text", "Mine"), ("account", desk.account.as_str()), ("timezone", "UTC"), ("action", "now")];
    let refused = contributor.post(&dialog, &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let page = refused.text();
    assert!(page.contains(">Mine</textarea>") && page.contains("What you wrote is still here"), "{page}");
    let analyst = desk.member(Role::Analyst).await;
    assert_eq!(analyst.get(&dialog).await.status, StatusCode::FORBIDDEN);
}

/// A small web behind the guard of the real one.
pub struct Web {
    egress: Egress,
    pages: HashMap<&'static str, Reply>,
}

impl Web {
    /// With a few files, detours, and ways in.
    pub fn new() -> Self {
        let mut pages = HashMap::new();
        let mut page = |url, status: u16, to: Option<&'static str>, body: Vec<u8>| {
            let status = StatusCode::from_u16(status).expect("status");
            let mut headers = HeaderMap::new();
            headers.extend(to.map(|to| (LOCATION, HeaderValue::from_static(to))));
            pages.insert(url, Reply { status, headers, body: Bytes::from(body) });
        };
        page("https://files.example/quay.php", 200, None, jpeg(60, 40));
        page("https://files.example/moved", 302, Some("/quay.php"), Vec::new());
        page("https://files.example/round", 302, Some("/round"), Vec::new());
        page("https://files.example/inside", 302, Some("http://127.0.0.1:8080/metrics"), Vec::new());
        page("https://files.example/cloud", 307, Some("https://169.254.169.254/latest"), Vec::new());
        page("https://files.example/page", 200, None, b"<!doctype html><p>A page</p>".to_vec());
        page("https://files.example/gone", 404, None, Vec::new());
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

#[tokio::test]
async fn files_come_from_public_addresses_and_from_no_others() {
    let (app, _) = TestApp::networked_over(&[], |_| Arc::new(Web::new())).await;
    let (_, token) = app.stranger("ada@example.com", Role::Editor).await;
    let fetch = async |url: &str| {
        app.api(
            Method::POST,
            "/api/v1/media/fetch",
            &token,
            Some(json!({ "url": url, "alt_text": "A quay" })),
        )
        .await
    };
    for url in ["https://files.example/quay.php", "https://files.example/moved"] {
        let taken = fetch(url).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{url}: {}", taken.text());
        let media = taken.json();
        assert_eq!((&media["name"], &media["mime"]), (&json!("quay.jpg"), &json!("image/jpeg")), "{url}");
        assert_eq!(media["alt_text"], "A quay");
    }
    for (url, code) in [
        ("https://files.example/inside", "forbidden_address"),
        ("https://files.example/cloud", "forbidden_address"),
        ("http://files.example/quay.php", "forbidden_address"),
        ("https://ada:secret@files.example/quay.php", "forbidden_address"),
        ("https://[::ffff:10.0.0.1]/a.jpg", "forbidden_address"),
        ("https://files.example/round", "too_many_redirects"),
        ("https://files.example/gone", "no_file"),
        ("https://nowhere.example/a.jpg", "no_answer"),
        ("file:///etc/passwd", "invalid"),
        ("quay.jpg", "invalid"),
        ("https://files.example/page", "unsupported_type"),
    ] {
        let refused = fetch(url).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}: {}", refused.text());
        let problem = refused.json();
        assert_eq!(problem["errors"][0]["code"], code, "{url}: {problem}");
        assert!(!problem.to_string().contains("127.0.0.1"), "{problem}");
    }
    let list = app.api(Method::GET, "/api/v1/media", &token, None).await.json();
    assert_eq!(list["items"].as_array().expect("files").len(), 2, "nothing of the rest is kept");
}

#[tokio::test]
async fn without_scripts_addresses_are_fetched_by_a_form() {
    let (app, _) = TestApp::networked_over(&[], |_| Arc::new(Web::new())).await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/library/fetch");
    let two = "https://files.example/quay.php\r\n\r\nhttps://files.example/moved\r\n";
    assert_eq!(browser.post(&here, &[("url", two)]).await.header("location"), format!("{home}/library"));
    let page = browser.get(&format!("{home}/library")).await.text();
    assert_eq!(page.matches("class=\"shelf-item\"").count(), 2, "{page}");
    let refused = browser.post(&here, &[("url", "https://files.example/gone")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("answered with the error 404"), "{}", refused.text());
}

/// A name that leads into somebody's own network.
struct Inside;

#[async_trait]
impl Lookup for Inside {
    async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec!["10.0.0.5".parse().expect("an address")])
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    // That networks are called there opens nothing to members.
    let networks: IpNet = "10.0.0.0/8".parse().expect("a range");
    let egress = Egress::new([networks]).with_lookup(Arc::new(Inside));
    let wire = Arc::new(Wire::new(egress, Arc::new(SystemClock::new())).expect("a client"));
    let (app, _) = TestApp::networked_over(&[], |_| wire).await;
    let (_, token) = app.stranger("ada@example.com", Role::Editor).await;
    let body = json!({ "url": "https://public.example/quay.jpg" });
    let refused = app.api(Method::POST, "/api/v1/media/fetch", &token, Some(body)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problem = refused.json();
    assert_eq!(problem["errors"][0]["code"], "forbidden_address", "{problem}");
    assert!(!problem.to_string().contains("10.0.0.5"), "the answer is no map of the network: {problem}");
}
