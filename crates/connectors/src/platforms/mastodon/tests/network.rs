//! The simulated network by itself: as strict as the documentation, seen without the connector.

use carillon_domain::secret::Secret;
use http::Method;
use serde_json::Value;

use super::*;
use crate::kit::http::{Call, Reply, Safety, Transport};
use crate::kit::multipart::Multipart;
use crate::sandbox::InProcess;

/// Calls the account's server with its token.
async fn send(session: &Session<'_>, call: impl FnOnce(Call) -> Call, method: Method, path: &str) -> Reply {
    let server = session.account.server.as_deref().expect("server");
    let new = Call::new("test", Safety::Invisible, method, format!("{server}{path}"));
    let new = call(new.bearer(&session.credential().access_token));
    InProcess::over(session.bench.sandbox.clone()).send(new, None).await.expect("an answer")
}

pub async fn get(session: &Session<'_>, path: &str) -> Value {
    let reply = send(session, |c| c, Method::GET, path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.snippet(300));
    reply.json().expect("json")
}

pub async fn page(session: &Session<'_>, path: &str) -> String {
    send(session, |c| c, Method::GET, path).await.snippet(100_000)
}

async fn post(session: &Session<'_>, body: Value) -> Reply {
    send(session, |c| c.json(&body), Method::POST, "/api/v1/statuses").await
}

fn error(reply: &Reply) -> (u16, String) {
    let body: Value = reply.json().unwrap_or_default();
    (reply.status.as_u16(), body["error"].as_str().unwrap_or_default().to_owned())
}

async fn upload(session: &Session<'_>, bytes: &[u8], mime: &str) -> Reply {
    let form = Multipart::new(&session.bench.entropy).bytes("file", "f", mime, bytes.to_vec().into());
    send(session, |c| form.on(c), Method::POST, "/api/v2/media").await
}

async fn uploaded(session: &Session<'_>, item: &carillon_domain::media::MediaInfo) -> String {
    let bytes = session.bench.library.bytes(item.id).expect("bytes");
    let reply = upload(session, &bytes, &item.mime).await;
    reply.json::<Value>().expect("json")["id"].as_str().expect("id").to_owned()
}

/// Changes every upload that the servers remember.
pub fn touch_media(bench: &Bench, change: impl Fn(&mut Value)) {
    let mut saved: Value = serde_json::from_slice(&bench.world.snapshot().expect("snapshot")).expect("json");
    let media = saved["states"]["mastodon"]["media"].as_object_mut().expect("media");
    media.values_mut().for_each(change);
    bench.world.restore(&serde_json::to_vec(&saved).expect("json")).expect("restored");
}

#[tokio::test]
async fn a_key_is_good_for_an_hour_except_where_it_is_not_known() {
    for (server, after_repeat, after_hour) in [(SOCIAL, 1, 2), (VINTAGE, 1, 2), (ODD, 2, 3)] {
        let bench = bench();
        let session = connected(&bench, server).await;
        let once = async || {
            let key = |c: Call| {
                c.header(http::HeaderName::from_static("idempotency-key"), "k")
                    .json(&json!({ "status": "x" }))
            };
            let reply = send(&session, key, Method::POST, "/api/v1/statuses").await;
            reply.json::<Value>().expect("json")["id"].clone()
        };
        let first = once().await;
        bench.clock.advance(Duration::from_secs(3_599));
        assert_eq!(once().await == first, server != ODD, "{server}");
        assert_eq!(public(&bench).len(), after_repeat, "{server}");
        bench.clock.advance(Duration::from_secs(1));
        once().await;
        assert_eq!(public(&bench).len(), after_hour, "{server}");
    }
}

#[tokio::test]
async fn what_may_not_be_posted() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let photo = async || uploaded(&session, &bench.library.jpeg(9, 9, None)).await;
    let video = uploaded(&session, &bench.library.mp4(900, 900, None)).await;
    let photos = [photo().await, photo().await, photo().await, photo().await, photo().await];
    let poll = |options: Value, seconds: u64| json!({ "status": "x", "poll": { "options": options, "expires_in": seconds } });
    let cases = [
        (json!({ "status": " " }), "Validation failed: Text can't be blank"),
        (json!({ "status": "a".repeat(501) }), "Validation failed: Text character limit of 500 exceeded"),
        (
            json!({ "status": "a".repeat(500), "spoiler_text": "b" }),
            "Validation failed: Text character limit of 500 exceeded",
        ),
        (json!({ "status": "x", "media_ids": photos }), "Cannot attach more than 4 files"),
        (
            json!({ "status": "x", "media_ids": [photos[0], video] }),
            "Cannot attach a video to a post that already contains images",
        ),
        (
            json!({ "status": "x", "media_ids": [video] }),
            "Cannot attach files that have not finished processing. Try again in a moment!",
        ),
        (
            json!({ "status": "x", "media_ids": ["1"] }),
            "Media 1 not found or already attached to another post",
        ),
        (
            json!({ "status": "x", "media_ids": [photos[0]], "poll": { "options": ["a", "b"], "expires_in": 300 } }),
            "Cannot attach more than 4 files",
        ),
        (poll(json!(["a"]), 300), "Validation failed: Options must have more than one item"),
        (
            poll(json!(["a", "b", "c", "d", "e"]), 300),
            "Validation failed: Options can't contain more than 4 items",
        ),
        (poll(json!(["a", "a"]), 300), "Validation failed: Options contain duplicate items"),
        (poll(json!(["a", "b"]), 299), "Validation failed: Expires at is too soon"),
        (poll(json!(["a", "b"]), 2_629_747), "Validation failed: Expires at is too far into the future"),
        (json!({ "status": "x", "visibility": "all" }), "'all' is not a valid visibility"),
    ];
    for (body, text) in cases {
        assert_eq!(error(&post(&session, body.clone()).await), (422, text.to_owned()), "{body}");
    }
    assert_eq!(
        error(&post(&session, json!({ "status": "x", "in_reply_to_id": "1" })).await),
        (404, "Record not found".to_owned())
    );
    assert!(public(&bench).is_empty());
    let once = json!({ "status": "x", "media_ids": [photos[0]] });
    assert_eq!(post(&session, once.clone()).await.status, 200);
    assert_eq!(post(&session, once).await.status, 422, "a file can be attached once");
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(
        post(&session, json!({ "media_ids": [video] })).await.status,
        200,
        "ready now, and no text is needed"
    );
}

#[tokio::test]
async fn forms_are_understood_as_json_is() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let fields = [
        ("status", "Ring?"),
        ("poll[options][]", "a"),
        ("poll[options][]", "b"),
        ("poll[expires_in]", "600"),
        ("poll[multiple]", "true"),
    ];
    let reply = send(&session, |c| c.form(fields), Method::POST, "/api/v1/statuses").await;
    let status: Value = reply.json().expect("json");
    assert_eq!(status["poll"]["options"][1]["title"], "b");
    assert_eq!(status["poll"]["multiple"], true);
}

#[tokio::test]
async fn uploads_are_looked_at() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let invalid = (422, "Validation failed: File content type is invalid, File is invalid".to_owned());
    assert_eq!(error(&upload(&session, b"not an image", "image/png").await), invalid);
    let broken = upload(&session, b"not a film", "video/mp4").await;
    assert_eq!(broken.status, 202, "found out only later");
    let id = broken.json::<Value>().expect("json")["id"].as_str().expect("id").to_owned();
    let path = format!("/api/v1/media/{id}");
    assert_eq!(send(&session, |c| c, Method::GET, &path).await.status, 206);
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(error(&send(&session, |c| c, Method::GET, &path).await), invalid);
    assert_eq!(send(&session, |c| c, Method::POST, "/api/v2/media").await.status, 422, "no form at all");
    let photo = uploaded(&session, &bench.library.jpeg(9, 9, None)).await;
    bench.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(
        send(&session, |c| c, Method::GET, &format!("/api/v1/media/{photo}")).await.status,
        404,
        "removed"
    );
}

#[tokio::test]
async fn tokens_and_scopes_are_checked() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let call = |token: &str| {
        Call::get("test", format!("{SOCIAL}/api/v1/accounts/verify_credentials")).bearer(&Secret::new(token))
    };
    let transport = InProcess::over(bench.sandbox.clone());
    let say = async |token: &str| error(&transport.send(call(token), None).await.expect("answer"));
    assert_eq!(say("nonsense").await, (401, "The access token is invalid".to_owned()));
    let elsewhere = connected(&bench, ROOMY).await;
    let foreign = elsewhere.credential().access_token;
    assert_eq!(say(foreign.expose()).await.0, 401, "a token is good at its own server only");
    bench.world.tokens().update("mastodon", session.credential().access_token.expose(), |t| {
        t.scopes = vec!["read:statuses".to_owned()];
    });
    let mine = session.credential().access_token;
    assert_eq!(say(mine.expose()).await, (403, "This action is outside the authorized scopes".to_owned()));
    bench.world.tokens().revoke("mastodon", mine.expose());
    assert_eq!(say(mine.expose()).await, (401, "The access token was revoked".to_owned()));
}

#[tokio::test]
async fn limits_have_windows_that_are_aligned_to_the_clock() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    bench.clock.advance(Duration::from_secs(70));
    let photo = bench.library.jpeg(9, 9, None);
    let bytes = bench.library.bytes(photo.id).expect("bytes");
    for n in 0..30 {
        let reply = upload(&session, &bytes, "image/jpeg").await;
        assert_eq!(reply.header("x-ratelimit-limit"), Some("30"));
        assert_eq!(reply.header("x-ratelimit-remaining"), Some((29 - n).to_string().as_str()));
    }
    let reply = upload(&session, &bytes, "image/jpeg").await;
    assert_eq!(error(&reply), (429, "Too many requests".to_owned()));
    assert_eq!(reply.header("x-ratelimit-reset"), Some("2026-11-02T09:30:00.000000Z"));
    assert_eq!(reply.header("retry-after"), None);
    bench.clock.advance(Duration::from_secs(30 * 60 - 70));
    assert_eq!(upload(&session, &bytes, "image/jpeg").await.status, 200);
}

#[tokio::test]
async fn odd_servers_say_little() {
    let bench = bench();
    let session = connected(&bench, ODD).await;
    let empty = post(&session, json!({ "status": "" })).await;
    assert_eq!((empty.status.as_u16(), empty.body.len()), (422, 0));
    let missing = send(&session, |c| c, Method::GET, "/api/v1/statuses/1").await;
    assert_eq!(missing.status, 404);
    assert!(missing.snippet(100).starts_with("<h1>"), "a page, not JSON");
    assert_eq!(missing.header("x-ratelimit-reset"), None);
    bench.world.tokens().revoke("mastodon", session.credential().access_token.expose());
    let refused = send(&session, |c| c, Method::GET, "/api/v1/accounts/verify_credentials").await;
    assert_eq!((refused.status.as_u16(), refused.body.len()), (422, 0));
}

#[tokio::test]
async fn content_is_html_and_the_source_is_not() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let text = "a < b & c\nhttps://example.com/a-rather-long-path-to-be-cut";
    let id = session.publish(&draft(text, [])).await.remote_ids().remove(0);
    let status = get(&session, &format!("/api/v1/statuses/{id}")).await;
    let content = status["content"].as_str().expect("content");
    assert!(
        content.starts_with("<p>a &lt; b &amp; c<br />") && content.contains("class=\"invisible\""),
        "{content}"
    );
    assert_eq!(get(&session, &format!("/api/v1/statuses/{id}/source")).await["text"], text);
}

#[tokio::test]
async fn followers_only_posts_are_on_no_page() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    for visibility in ["public", "unlisted", "private"] {
        let draft =
            with_options(draft(&format!("for {visibility}"), []), json!({ "visibility": visibility }));
        assert!(session.publish(&draft).await.is_published());
    }
    let timeline = page(&session, "/").await;
    assert!(
        timeline.contains("for public")
            && !timeline.contains("for unlisted")
            && !timeline.contains("for private")
    );
    let profile = page(&session, "/@marafields").await;
    assert!(profile.contains("for unlisted") && !profile.contains("for private"));
}

#[tokio::test]
async fn lists_are_paged_both_ways() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.extend(session.publish(&draft(&n.to_string(), [])).await.remote_ids());
        bench.clock.advance(Duration::from_secs(1));
    }
    let base = format!("/api/v1/accounts/{}/statuses", session.account.remote_id);
    let list = async |query: &str| -> Vec<String> {
        let found = get(&session, &format!("{base}?{query}")).await;
        found
            .as_array()
            .expect("list")
            .iter()
            .map(|s| s["content"].as_str().unwrap_or("")[3..4].to_owned())
            .collect()
    };
    assert_eq!(list("limit=2").await, ["4", "3"]);
    assert_eq!(list(&format!("limit=2&max_id={}", ids[3])).await, ["2", "1"]);
    assert_eq!(list(&format!("limit=2&since_id={}", ids[1])).await, ["4", "3"]);
    assert_eq!(list(&format!("limit=2&min_id={}", ids[1])).await, ["3", "2"]);
    let full = send(&session, |c| c, Method::GET, &format!("{base}?limit=5")).await;
    let link = full.header("link").expect("link");
    assert!(link.contains(&format!("limit=5&max_id={}>; rel=\"next\"", ids[0])), "{link}");
    let last = send(&session, |c| c, Method::GET, &format!("{base}?limit=6")).await;
    assert!(!last.header("link").expect("link").contains("next"));
    let context = get(&session, &format!("/api/v1/statuses/{}/context", ids[0])).await;
    assert_eq!(context, json!({ "ancestors": [], "descendants": [] }));
}

#[tokio::test]
async fn the_servers_survive_a_restart() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let ids = session.publish(&draft("kept", [bench.library.jpeg(9, 9, Some("x"))])).await.remote_ids();
    let saved = bench.world.snapshot().expect("snapshot");
    bench.world.restore(&saved).expect("restored");
    assert_eq!(
        get(&session, &format!("/api/v1/statuses/{}", ids[0])).await["media_attachments"][0]["description"],
        "x"
    );
}
