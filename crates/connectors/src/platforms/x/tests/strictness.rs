//! The simulated network is as strict as the real one.

use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use super::Lab;
use crate::conformance::{Bench, draft};
use crate::kit::http::{Call, Reply, Safety, Transport};
use crate::platforms::x::sandbox::Families;
use crate::sandbox::InProcess;

const API: &str = "https://api.x.com";

async fn send(bench: &Bench, call: Call) -> Reply {
    InProcess::over(bench.sandbox.clone()).send(call, None).await.unwrap()
}

async fn create(bench: &Bench, token: &str, body: &Value) -> Reply {
    let call = Call::post("raw", Safety::Unsafe, format!("{API}/2/tweets")).json(body);
    send(bench, call.header(AUTHORIZATION, &format!("Bearer {token}"))).await
}

async fn get(bench: &Bench, token: &str, path: &str) -> Reply {
    let call = Call::get("raw", format!("{API}{path}"));
    send(bench, call.header(AUTHORIZATION, &format!("Bearer {token}"))).await
}

fn body(reply: &Reply) -> Value {
    reply.json().unwrap()
}

fn message(reply: &Reply) -> String {
    let body = body(reply);
    let text = body["errors"][0]["message"].as_str().or_else(|| body["detail"].as_str());
    text.unwrap_or_default().to_owned()
}

async fn token(lab: &Lab) -> String {
    lab.connect().await.credential().access_token.expose().to_owned()
}

#[tokio::test]
async fn bodies_are_held_against_the_description() {
    let lab = Lab::new();
    let token = token(&lab).await;
    for (sent, status, says) in [
        (json!({ "texte": "a" }), 400, "$.texte: is not defined in the schema"),
        (json!({ "text": "a", "reply": { "to": "1" } }), 400, "not defined in the schema"),
        (json!({ "text": 7 }), 400, "$: invalid type"),
        (json!({}), 400, "$.text: is missing"),
        (json!({ "text": "  " }), 400, "$.text: is missing"),
        (json!({ "text": "a", "reply_settings": "everyone" }), 400, "$: unknown variant"),
        (json!({ "text": "a", "poll": { "options": ["a"], "duration_minutes": 5 } }), 400, "$.poll.options"),
        (
            json!({ "text": "a", "poll": { "options": ["a", "b"], "duration_minutes": 4 } }),
            400,
            "$.poll.duration",
        ),
        (
            json!({ "text": "a", "poll": { "options": ["a", "b"], "duration_minutes": 5 }, "quote_tweet_id": "1" }),
            400,
            "You can only provide one of",
        ),
        (json!({ "text": "a", "media": { "media_ids": [] } }), 400, "$.media.media_ids"),
        (json!({ "text": "a", "media": { "media_ids": ["12"] } }), 400, "Your media IDs are invalid."),
        (
            json!({ "text": "a", "reply": { "in_reply_to_tweet_id": "12" } }),
            400,
            "Your reply tweet ID is invalid.",
        ),
        (json!({ "text": "a", "quote_tweet_id": "12" }), 400, "Your quote tweet ID is invalid."),
        (json!({ "text": "a".repeat(281) }), 403, "You are not permitted to perform this action."),
        (json!({ "text": "字".repeat(141) }), 403, "You are not permitted to perform this action."),
        (json!({ "text": "$A $B" }), 403, "You are not permitted to perform this action."),
    ] {
        let reply = create(&lab.bench, &token, &sent).await;
        assert_eq!(reply.status.as_u16(), status, "{sent}: {}", reply.snippet(300));
        assert!(message(&reply).contains(says), "{sent}: {}", message(&reply));
    }
    let plain = Call::post("raw", Safety::Unsafe, format!("{API}/2/tweets")).json(&json!({ "text": "a" }));
    let plain = plain.header(CONTENT_TYPE, "text/plain").header(AUTHORIZATION, &format!("Bearer {token}"));
    assert_eq!(send(&lab.bench, plain).await.status, 400);
    assert!(lab.ledger().is_empty());
}

#[tokio::test]
async fn an_answer_has_short_links_escaped_text_and_the_limits() {
    let lab = Lab::new();
    let token = token(&lab).await;
    let reply = create(&lab.bench, &token, &json!({ "text": "a & <b> example.com" })).await;
    assert_eq!(reply.status, 201);
    let data = body(&reply)["data"].clone();
    let (id, text) = (data["id"].as_str().unwrap(), data["text"].as_str().unwrap());
    assert!(text.starts_with("a &amp; &lt;b&gt; https://t.co/"), "{text}");
    assert_eq!(text.len(), "a &amp; &lt;b&gt; https://t.co/0123456789".len());
    assert_eq!(data["edit_history_tweet_ids"], json!([id]));
    let made = (id.parse::<u64>().unwrap() >> 22) + 1_288_834_974_657;
    assert_eq!(i64::try_from(made).unwrap(), lab.bench.clock_ms());
    assert_eq!(reply.header("x-rate-limit-limit"), Some("100"));
    assert_eq!(reply.header("x-rate-limit-remaining"), Some("99"));
    assert_eq!(reply.header("x-app-limit-24hour-remaining"), Some("9999"));
    assert_eq!(lab.ledger()[0].text, "a & <b> example.com");
}

impl Bench {
    fn clock_ms(&self) -> i64 {
        use carillon_domain::time::Clock;
        self.clock.now().as_millisecond()
    }
}

#[tokio::test]
async fn windows_are_counted_and_reset() {
    let lab = Lab::new();
    let token = token(&lab).await;
    for n in 0..100 {
        assert_eq!(create(&lab.bench, &token, &json!({ "text": format!("{n}") })).await.status, 201);
    }
    let full = create(&lab.bench, &token, &json!({ "text": "one more" })).await;
    assert_eq!((full.status.as_u16(), full.header("x-rate-limit-remaining")), (429, Some("0")));
    let reset: i64 = full.header("x-rate-limit-reset").unwrap().parse().unwrap();
    assert_eq!(reset * 1000, lab.bench.clock_ms() + 900_000);
    assert_eq!(body(&full)["title"], "Too Many Requests");
    lab.bench.clock.advance(Duration::from_secs(900));
    assert_eq!(create(&lab.bench, &token, &json!({ "text": "one more" })).await.status, 201);
    assert_eq!(get(&lab.bench, &token, "/2/users/me").await.header("x-rate-limit-limit"), Some("75"));
}

#[tokio::test]
async fn texts_are_remembered_for_a_day_even_deleted_ones() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let token = session.credential().access_token;
    let post = || async { create(&lab.bench, token.expose(), &json!({ "text": "caf\u{e9}" })).await };
    let first = post().await;
    let id = body(&first)["data"]["id"].as_str().unwrap().to_owned();
    let delete = Call::new("raw", Safety::Unsafe, http::Method::DELETE, format!("{API}/2/tweets/{id}"));
    assert_eq!(body(&send(&lab.bench, delete.bearer(&token)).await), json!({ "data": { "deleted": true } }));
    let again = create(&lab.bench, token.expose(), &json!({ "text": "cafe\u{301}" })).await;
    assert_eq!(again.status, 403);
    assert_eq!(message(&again), "You are not allowed to create a Tweet with duplicate content.");
    lab.bench.clock.advance(Duration::from_secs(24 * 3600));
    session.refresh().await.unwrap();
    let fresh = session.credential().access_token;
    assert_eq!(create(&lab.bench, fresh.expose(), &json!({ "text": "caf\u{e9}" })).await.status, 201);
}

#[tokio::test]
async fn tokens_are_checked_for_life_kind_and_scope() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let credential = session.credential();
    let refresh = credential.refresh_token.unwrap();
    for wrong in ["nonsense", refresh.expose()] {
        let reply = create(&lab.bench, wrong, &json!({ "text": "a" })).await;
        assert_eq!(reply.status, 401);
        assert_eq!(body(&reply)["title"], "Unauthorized");
    }
    lab.bench.world.tokens().update("x", credential.access_token.expose(), |t| {
        t.scopes.retain(|s| s != "media.write");
    });
    let upload = Call::post("raw", Safety::Invisible, format!("{API}/2/media/upload/initialize"));
    let upload =
        upload.json(&json!({ "media_type": "image/png", "total_bytes": 1, "media_category": "tweet_image" }));
    assert_eq!(send(&lab.bench, upload.bearer(&credential.access_token)).await.status, 403);
    lab.bench.clock.advance(Duration::from_secs(7200));
    let late = create(&lab.bench, credential.access_token.expose(), &json!({ "text": "a" })).await;
    assert_eq!(late.status, 401);

    // The app's own token can't act for a person.
    let app = lab.bench.world.apps().ready_made("x");
    let basic = crate::kit::oauth::basic_authorization(
        &app.client_id,
        &carillon_domain::secret::Secret::new(&app.client_secret),
    );
    let call = Call::post("raw", Safety::Invisible, format!("{API}/oauth2/token"));
    let call = call.form([("grant_type", "client_credentials")]).header(AUTHORIZATION, basic.expose());
    let token = body(&send(&lab.bench, call).await)["access_token"].as_str().unwrap().to_owned();
    let refused = get(&lab.bench, &token, "/2/users/me").await;
    assert_eq!(refused.status, 403);
    assert_eq!(body(&refused)["type"], "https://api.x.com/2/problems/unsupported-authentication");
}

#[tokio::test]
async fn files_belong_to_who_sent_them_and_must_be_ready() {
    let lab = Lab::new();
    let mine = lab.connect_as("fernwehbikes").await;
    let video = lab.bench.library.mp4(3000, 5_000, None);
    let credential = mine.credential();
    let cx = mine.cx(&credential);
    let wanted = draft("Film", [video]);
    use crate::contract::publisher::Publisher;
    let start = crate::platforms::x::CONNECTOR.start(&cx, &wanted).unwrap();
    let waiting = crate::platforms::x::CONNECTOR.advance(&cx, &wanted, start).await.unwrap();
    let id = waiting.state["uploads"][0]["id"].as_str().unwrap().to_owned();
    let attach = json!({ "text": "Film", "media": { "media_ids": [id] } });
    let pending = create(&lab.bench, credential.access_token.expose(), &attach).await;
    assert_eq!((pending.status.as_u16(), message(&pending).as_str()), (400, "Your media IDs are invalid."));
    lab.bench.clock.advance(Duration::from_secs(60));
    let stranger = token(&lab).await;
    assert_eq!(create(&lab.bench, &stranger, &attach).await.status, 400);
    let status = format!("/2/media/upload?command=STATUS&media_id={id}");
    assert_eq!(get(&lab.bench, &stranger, &status).await.status, 404);
    let ready = get(&lab.bench, credential.access_token.expose(), &status).await;
    assert_eq!(body(&ready)["data"]["processing_info"]["state"], "succeeded");
    assert_eq!(create(&lab.bench, credential.access_token.expose(), &attach).await.status, 201);
}

#[tokio::test]
async fn reads_are_held_against_the_description_too() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let token = session.credential().access_token.expose().to_owned();
    let timeline = format!("/2/users/{}/tweets", session.account.remote_id);
    let empty = body(&get(&lab.bench, &token, &timeline).await);
    assert_eq!(empty, json!({ "meta": { "result_count": 0 } }), "without results there is no data");
    for (path, says) in [
        (format!("{timeline}?max_results=4"), "is not between 5 and 100"),
        (format!("{timeline}?max_results=101"), "is not between 5 and 100"),
        (format!("{timeline}?tweet.fields=created_at,colour"), "[colour] is not one of"),
        (format!("{timeline}?limit=5"), "[limit] is not one of"),
        (format!("{timeline}?since_id=abc"), "is not valid"),
        (format!("{timeline}?exclude=likes"), "is not one of"),
        (format!("{timeline}?pagination_token=1"), "is not valid"),
        ("/2/users/me?user.fields=name,height".to_owned(), "[height] is not one of"),
    ] {
        let reply = get(&lab.bench, &token, &path).await;
        assert_eq!(reply.status, 400, "{path}");
        assert!(message(&reply).contains(says), "{path}: {}", message(&reply));
    }
    assert_eq!(get(&lab.bench, &token, "/2/users/77/tweets").await.status, 404);
    lab.memory(|m| m.families = Families::Post);
    let refused = get(&lab.bench, &token, &format!("{timeline}?tweet.fields=created_at")).await;
    assert!(message(&refused).contains("[tweet.fields] is not one of"));
    assert_eq!(get(&lab.bench, &token, &format!("{timeline}?post.fields=created_at")).await.status, 200);
}

#[tokio::test]
async fn people_see_what_was_posted() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let picture = lab.bench.library.jpeg(20, 20, Some("a tiny boat"));
    let ids = session.publish(&draft("Hello & <goodbye>", [picture])).await.remote_ids();
    for path in [
        "/home".to_owned(),
        "/marafields".to_owned(),
        format!("/marafields/status/{}", ids[0]),
        format!("/i/web/status/{}", ids[0]),
    ] {
        let page = crate::sandbox::testing::open(&lab.bench.sandbox, &format!("https://x.com{path}")).await;
        assert_eq!(page.status, 200, "{path}");
        let text = page.snippet(100_000);
        assert!(text.contains("Hello &amp; &lt;goodbye&gt;") && text.contains("a tiny boat"), "{path}");
    }
    let missing = crate::sandbox::testing::open(&lab.bench.sandbox, "https://x.com/nobody").await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn lists_are_limited_for_the_app_as_a_whole() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let token = session.credential().access_token.expose().to_owned();
    let path = format!("/2/users/{}/tweets?max_results=5", session.account.remote_id);
    assert_eq!(get(&lab.bench, &token, &path).await.status, 200);
    lab.memory(|memory| memory.fill_app("timeline"));
    let refused = get(&lab.bench, &token, &path).await;
    assert_eq!(refused.status, 429);
    let left: i64 =
        refused.header("x-rate-limit-remaining").and_then(|n| n.parse().ok()).expect("the user's own");
    assert!(left > 800, "the headers tell of the user's window: {left}");
    assert_eq!(lab.bench.world.tally().refusals("x"), 1);
    lab.bench.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(get(&lab.bench, &token, &path).await.status, 200);
}
