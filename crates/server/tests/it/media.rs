//! The library over HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use carillon_connectors::contract::cx::MediaSource;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::permission::Role;
use futures::StreamExt;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

const BOUNDARY: &str = "bells";

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture).expect("jpeg");
    bytes
}

fn file_part(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

fn text_part(name: &str, text: &str) -> Vec<u8> {
    format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").into_bytes()
}

/// A workspace with a token, on an application.
struct Desk {
    app: TestApp,
    token: String,
    workspace: WorkspaceId,
}

impl Desk {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(flags: &[(&'static str, &str)]) -> Self {
        let app = TestApp::with(flags).await;
        let (made, token) = app.stranger("ada@example.com", Role::Editor).await;
        Self { app, token, workspace: made.workspace.id }
    }

    async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.app.send(request.body(Body::from(body.to_vec())).expect("request")).await
    }

    async fn form(&self, parts: &[Vec<u8>]) -> Answer {
        let body = [parts.concat(), format!("--{BOUNDARY}--\r\n").into_bytes()].concat();
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.call(Method::POST, "/api/v1/media", &[("content-type", &kind)], &body).await
    }

    async fn upload(&self, name: &str, bytes: &[u8]) -> Value {
        let answer = self.form(&[file_part(name, bytes)]).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call(Method::GET, path, headers, b"").await
    }

    async fn count(&self) -> usize {
        self.get("/api/v1/media", &[]).await.json()["items"].as_array().expect("items").len()
    }

    async fn tus(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let headers = [&[("tus-resumable", "1.0.0")], headers].concat();
        let answer = self.call(method, path, &headers, body).await;
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
        answer
    }
}

fn path(media: &Value) -> String {
    format!("/api/v1/media/{}", media["id"].as_str().expect("id"))
}

#[tokio::test]
async fn a_file_is_uploaded_described_downloaded_and_deleted() {
    let desk = Desk::new().await;
    let answer = desk.form(&[text_part("alt_text", "A boat"), file_part("boat.jpg", &jpeg(400, 200))]).await;
    assert_eq!((answer.status, answer.header("etag")), (StatusCode::CREATED, "\"1\""), "{}", answer.text());
    let media = answer.json();
    assert!(media["id"].as_str().expect("id").starts_with("media_"));
    assert_eq!(
        (&media["kind"], &media["mime"], &media["name"]),
        (&json!("image"), &json!("image/jpeg"), &json!("boat.jpg"))
    );
    assert_eq!(
        (&media["width"], &media["height"], &media["alt_text"]),
        (&json!(400), &json!(200), &json!("A boat"))
    );
    assert_eq!(desk.get(&path(&media), &[]).await.json(), media);

    let whole = desk.get(media["url"].as_str().expect("url"), &[]).await;
    assert_eq!((whole.status, whole.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(whole.bytes().len() as u64, media["bytes"].as_u64().expect("bytes"));
    assert_eq!(whole.header("content-security-policy"), "default-src 'none'; sandbox");
    let thumb = desk.get(media["renditions"][0]["url"].as_str().expect("url"), &[]).await;
    assert_eq!(image::load_from_memory(thumb.bytes()).expect("jpeg").width(), 320);

    let body = json!({ "alt_text": "A red boat" }).to_string();
    let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
    let changed = desk.call(Method::PATCH, &path(&media), &headers, body.as_bytes()).await;
    assert_eq!((changed.status, &changed.json()["alt_text"]), (StatusCode::OK, &json!("A red boat")));
    let stale = desk.call(Method::PATCH, &path(&media), &headers, body.as_bytes()).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let body = json!({ "alt_text": null }).to_string();
    let bare = desk.call(Method::PATCH, &path(&media), &headers[..1], body.as_bytes()).await;
    assert_eq!(bare.json()["alt_text"], Value::Null);

    let stale = desk.call(Method::DELETE, &path(&media), &[("if-match", "\"1\"")], b"").await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(desk.call(Method::DELETE, &path(&media), &[], b"").await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.get(&path(&media), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.count().await, 0);
}

#[tokio::test]
async fn parts_of_a_file_can_be_asked_for() {
    let desk = Desk::new().await;
    let media = desk.upload("a.jpg", &jpeg(60, 60)).await;
    let url = media["url"].as_str().expect("url").to_owned();
    let whole = desk.get(&url, &[]).await;
    let (length, tag) = (whole.bytes().len(), whole.header("etag").to_owned());
    let part = desk.get(&url, &[("range", "bytes=2-5")]).await;
    assert_eq!((part.status, part.bytes()), (StatusCode::PARTIAL_CONTENT, &whole.bytes()[2..6]));
    assert_eq!(part.header("content-range"), format!("bytes 2-5/{length}"));
    assert_eq!(part.header("content-length"), "4");
    let beyond = desk.get(&url, &[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    let other = desk.get(&url, &[("range", "bytes=2-5"), ("if-range", "\"another\"")]).await;
    assert_eq!((other.status, other.bytes().len()), (StatusCode::OK, length));
    assert_eq!(desk.get(&url, &[("if-none-match", &tag)]).await.status, StatusCode::NOT_MODIFIED);
    let head = desk.call(Method::HEAD, &url, &[], b"").await;
    assert_eq!((head.status, head.header("content-length")), (StatusCode::OK, length.to_string().as_str()));
}

#[tokio::test]
async fn the_library_is_listed_in_pages() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        desk.app.clock.advance(std::time::Duration::from_millis(2));
        ids.push(desk.upload("a.jpg", &jpeg(10, 10)).await["id"].clone());
    }
    let first = desk.get("/api/v1/media?limit=2&kind=image", &[]).await.json();
    let cursor = first["next_cursor"].as_str().expect("cursor");
    assert_eq!([&first["items"][0]["id"], &first["items"][1]["id"]], [&ids[2], &ids[1]]);
    let second = desk.get(&format!("/api/v1/media?limit=2&cursor={cursor}"), &[]).await.json();
    assert_eq!((&second["items"][0]["id"], &second["next_cursor"]), (&ids[0], &Value::Null));
    for (query, field) in [("kind=audio", "kind"), ("cursor=nonsense", "cursor")] {
        let answer = desk.get(&format!("/api/v1/media?{query}"), &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn a_bad_form_says_why_and_leaves_nothing() {
    let desk = Desk::with(&[("media.max_image_bytes", "20000")]).await;
    let good = jpeg(30, 30);
    let long = "x".repeat(5000);
    let cases: [(Vec<Vec<u8>>, &str, &str); 9] = [
        (vec![], "file", "required"),
        (vec![text_part("alt_text", "A boat")], "file", "required"),
        (vec![file_part("a.jpg", b"")], "file", "empty"),
        (vec![file_part("a.png", &good)], "file", "wrong_extension"),
        (vec![file_part("a.txt", b"hello")], "file", "unsupported_type"),
        (vec![file_part("a.jpg", &good[..good.len() - 10])], "file", "truncated"),
        (vec![file_part("a.jpg", &[good.clone(), vec![0; 30_000]].concat())], "file", "too_large"),
        (vec![file_part("a.jpg", &good), text_part("alt_text", &long)], "alt_text", "too_long"),
        (vec![file_part("a.jpg", &good), text_part("caption", "x")], "form", "unknown_part"),
    ];
    for (parts, field, code) in cases {
        let answer = desk.form(&parts).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!(field), &json!(code))
        );
        assert_eq!(desk.count().await, 0, "{code}");
    }
    let behind = desk.form(&[file_part("a.jpg", &good), text_part("alt_text", "A boat")]).await;
    assert_eq!((behind.status, &behind.json()["alt_text"]), (StatusCode::CREATED, &json!("A boat")));

    let json = desk.call(Method::POST, "/api/v1/media", &[("content-type", "application/json")], b"{}").await;
    assert_eq!((json.status, &json.json()["code"]), (StatusCode::BAD_REQUEST, &json!("not_a_form")));
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let cut = desk
        .call(Method::POST, "/api/v1/media", &[("content-type", &kind)], &file_part("b.jpg", &good))
        .await;
    assert_eq!((cut.status, &cut.json()["code"]), (StatusCode::BAD_REQUEST, &json!("broken_form")));
    assert_eq!(desk.count().await, 1);
}

/// A form whose description never ends, sent by somebody with this role. Gives the answer and how many bytes were taken.
async fn endless_description(role: Role) -> (Answer, usize) {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", role).await;
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = taken.clone();
    let start = text_part("alt_text", "");
    let start = axum::body::Bytes::from(start[..start.len() - 2].to_vec());
    let more = axum::body::Bytes::from(vec![b'x'; 64 << 10]);
    // 32 MB, so that a server that keeps all of it still comes to an end.
    let chunks = std::iter::once(start).chain(std::iter::repeat_n(more, 512));
    let body = Body::from_stream(futures::stream::iter(chunks).then(move |chunk| {
        counter.fetch_add(chunk.len(), Ordering::Relaxed);
        // As on a line, not everything is there at once.
        async move {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(chunk)
        }
    }));
    let request = Request::post("/api/v1/media")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    let answer = app.send(request.body(body).expect("request")).await;
    (answer, taken.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_description_without_end_is_refused_before_it_fills_the_memory() {
    let (answer, taken) = endless_description(Role::Editor).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    let problem = answer.json();
    assert_eq!(
        (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
        (&json!("alt_text"), &json!("too_long"))
    );
    assert!(taken < 1 << 20, "{taken} bytes were taken");
}

#[tokio::test]
async fn who_may_not_upload_is_told_so_before_anything_is_read() {
    let (answer, taken) = endless_description(Role::Analyst).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text());
    assert!(taken < 1 << 20, "{taken} bytes were taken");
}

#[tokio::test]
async fn an_upload_resumes_by_the_tus_protocol() {
    let desk = Desk::new().await;
    let spoken = desk.call(Method::OPTIONS, "/api/v1/media/tus", &[], b"").await;
    assert_eq!((spoken.status, spoken.header("tus-version")), (StatusCode::NO_CONTENT, "1.0.0"));
    assert!(spoken.header("tus-extension").contains("creation"));
    assert_eq!(spoken.header("tus-max-size"), "4294967296");

    let file = jpeg(300, 200);
    let length = file.len().to_string();
    // boat.jpg, A boat
    let about = "filename Ym9hdC5qcGc=,alt_text QSBib2F0,filetype aW1hZ2UvanBlZw==";
    let headers = [("upload-length", length.as_str()), ("upload-metadata", about)];
    let begun = desk.tus(Method::POST, "/api/v1/media/tus", &headers, b"").await;
    assert_eq!((begun.status, begun.header("upload-offset")), (StatusCode::CREATED, "0"), "{}", begun.text());
    assert_eq!(begun.header("upload-expires"), "Wed, 25 Nov 2026 09:00:00 GMT");
    let place = begun.header("location").to_owned();

    let chunk = |offset: &'static str| {
        [("content-type", "application/offset+octet-stream"), ("upload-offset", offset)]
    };
    let first = desk.tus(Method::PATCH, &place, &chunk("0"), &file[..1000]).await;
    assert_eq!((first.status, first.header("upload-offset")), (StatusCode::NO_CONTENT, "1000"));
    let wrong = desk.tus(Method::PATCH, &place, &chunk("5"), &file[5..]).await;
    assert_eq!((wrong.status, &wrong.json()["code"]), (StatusCode::CONFLICT, &json!("wrong_offset")));
    let state = desk.tus(Method::HEAD, &place, &[], b"").await;
    assert_eq!((state.status, state.header("upload-offset")), (StatusCode::OK, "1000"));
    assert_eq!((state.header("upload-length"), state.header("cache-control")), (length.as_str(), "no-store"));
    let last = desk.tus(Method::PATCH, &place, &chunk("1000"), &file[1000..]).await;
    assert_eq!((last.status, last.header("upload-offset")), (StatusCode::NO_CONTENT, length.as_str()));

    let media = desk.get(&place.replace("/tus", ""), &[]).await.json();
    assert_eq!(
        (&media["name"], &media["alt_text"], &media["width"]),
        (&json!("boat.jpg"), &json!("A boat"), &json!(300))
    );
    let state = desk.tus(Method::HEAD, &place, &[], b"").await;
    assert_eq!(state.header("upload-offset"), length);
}

#[tokio::test]
async fn tus_requests_that_make_no_sense_are_refused() {
    let desk = Desk::with(&[("media.max_bytes", "60000"), ("media.max_image_bytes", "20000")]).await;
    let root = "/api/v1/media/tus";
    let bare = desk.call(Method::POST, root, &[("upload-length", "10")], b"").await;
    assert_eq!((bare.status, bare.header("tus-version")), (StatusCode::PRECONDITION_FAILED, "1.0.0"));
    let refused = [
        (vec![], StatusCode::BAD_REQUEST),
        (vec![("upload-length", "-1")], StatusCode::BAD_REQUEST),
        (vec![("upload-length", "10"), ("upload-metadata", "filename %%")], StatusCode::BAD_REQUEST),
        (vec![("upload-length", "0")], StatusCode::UNPROCESSABLE_ENTITY),
        (vec![("upload-length", "60001")], StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (headers, status) in refused {
        let answer = desk.tus(Method::POST, root, &headers, b"").await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.text());
    }
    let chunk = [("content-type", "application/offset+octet-stream"), ("upload-offset", "0")];
    let begin = || async {
        let begun = desk.tus(Method::POST, root, &[("upload-length", "30000")], b"").await;
        begun.header("location").to_owned()
    };
    let place = begin().await;
    let plain = desk.tus(Method::PATCH, &place, &[("upload-offset", "0")], b"x").await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // Announced longer than a picture may be; known at the first bytes.
    let large = desk.tus(Method::PATCH, &place, &chunk, &jpeg(50, 50)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", large.text());
    assert_eq!(desk.tus(Method::HEAD, &place, &[], b"").await.status, StatusCode::NOT_FOUND);
    let place = begin().await;
    assert_eq!(desk.tus(Method::DELETE, &place, &[], b"").await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.tus(Method::DELETE, &place, &[], b"").await.status, StatusCode::NOT_FOUND);

    let file = jpeg(40, 40);
    let length = file.len().to_string();
    let at_once = [("upload-length", length.as_str()), ("content-type", "application/offset+octet-stream")];
    let done = desk.tus(Method::POST, root, &at_once, &file).await;
    assert_eq!((done.status, done.header("upload-offset")), (StatusCode::CREATED, length.as_str()));
    assert_eq!(desk.count().await, 1);
}

#[tokio::test]
async fn networks_fetch_a_file_by_its_signed_address_alone() {
    let flags = [("server.public_url", "https://bells.example"), ("limits.requests_per_minute", "5")];
    let desk = Desk::with(&flags).await;
    let media = desk.upload("a.jpg", &jpeg(20, 20)).await;
    let id: MediaId = media["id"].as_str().expect("id").parse().expect("id");
    let url = desk.app.engine.library.source(desk.workspace).public_url(id).expect("reachable");
    assert!(url.path().starts_with("/media/public/media_"), "{url}");
    // More often than others may ask, and without a word about who asks.
    for _ in 0..10 {
        let answer = desk.app.get(url.path()).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/jpeg"));
        assert_eq!(answer.bytes().len() as u64, media["bytes"].as_u64().expect("bytes"));
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "also for networks' pages");
    }
    let part = desk.app.request(Method::GET, url.path(), &[("range", "bytes=0-1")], "").await;
    assert_eq!((part.status, part.bytes()), (StatusCode::PARTIAL_CONTENT, &b"\xff\xd8"[..]));
    let segments: Vec<&str> = url.path().split('/').collect();
    for (at, wrong) in [(3, "media_01h455vb4pex5vsknk084sn02q"), (4, "99999999999"), (5, "AAAA")] {
        let mut forged = segments.clone();
        forged[at] = wrong;
        assert_eq!(desk.app.get(&forged.join("/")).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    desk.app.clock.advance(std::time::Duration::from_secs(25 * 3600));
    assert_eq!(desk.app.get(url.path()).await.status, StatusCode::NOT_FOUND, "expired");
    let private = Desk::new().await;
    assert!(private.app.engine.library.source(private.workspace).public_url(id).is_none());
}

#[tokio::test]
async fn pages_show_files_to_members_only() {
    let app = TestApp::new().await;
    let (_, home) = app.owner().await;
    let people = app.people();
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("workspace");
    let token = people.create_token_by_operator(workspace, "test", Role::Editor).await.expect("token");
    let desk = Desk { token: token.secret.expose().to_owned(), workspace, app };
    let media = desk.upload("a.jpg", &jpeg(400, 400)).await;
    let page = |version: &str| format!("{home}/media/{}/{version}", media["id"].as_str().expect("id"));
    let ada = desk.app.browser();
    ada.sign_in(crate::support::OWNER.0, crate::support::OWNER.1).await;
    for (version, width) in [("thumb", 320), ("preview", 400), ("original", 400)] {
        let answer = ada.get(&page(version)).await;
        assert_eq!(answer.status, StatusCode::OK, "{version}");
        assert_eq!(image::load_from_memory(answer.bytes()).expect("jpeg").width(), width);
    }
    assert_eq!(ada.get(&page("nonsense")).await.status, StatusCode::NOT_FOUND);
    let (_, token) = desk.app.stranger("eve@example.com", Role::Owner).await;
    let eve = Desk { token, workspace, app: desk.app };
    let id = path(&media);
    for (method, place) in [
        (Method::GET, id.clone()),
        (Method::GET, format!("{id}/content")),
        (Method::GET, format!("{id}/renditions/thumb")),
        (Method::DELETE, id.clone()),
    ] {
        assert_eq!(
            eve.call(method.clone(), &place, &[], b"").await.status,
            StatusCode::NOT_FOUND,
            "{method} {place}"
        );
    }
    assert_eq!(eve.count().await, 0);
}
