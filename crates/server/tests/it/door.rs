//! What bad input gets at the door: a clear error that names the field, and nothing is changed.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use crate::support::desk::Desk;
use crate::support::{Answer, TestApp};

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

/// The fields that an answer of 422 names.
fn fields(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    let problem = answer.json();
    let errors = problem["errors"].as_array().expect("errors");
    errors.iter().map(|e| e["field"].as_str().expect("a field").to_owned()).collect()
}

async fn control_characters(db: TestDb) {
    let desk = Desk::on(db).await;
    let stranger = desk.app.request(Method::POST, "/sign-in", &FORM, "email=a%00%40b.c&password=x").await;
    assert_eq!(stranger.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stranger.text());
    assert!(stranger.text().contains("email") && stranger.text().contains("U+0000"));

    let own = format!("overrides.{}.text", desk.account);
    let bodies = [
        ("text", json!({ "text": "a\u{0}b" })),
        ("text", json!({ "text": "a\u{1b}[0m" })),
        ("campaign", json!({ "campaign": "\u{0}" })),
        ("tags.1", json!({ "tags": ["fine", "\u{0}"] })),
        ("first_comment", json!({ "first_comment": "\u{0}" })),
        ("parts.0.text", json!({ "parts": [{ "text": "x\u{0}" }] })),
        (
            own.as_str(),
            json!({ "accounts": [desk.account], "overrides": { &desk.account: { "text": "\u{0}" } } }),
        ),
        ("scheduled_at", json!({ "scheduled_at": "2026-12-24T18:00:00\u{0}" })),
    ];
    for (field, body) in bodies {
        for path in ["/api/v1/posts", "/api/v1/posts/check"] {
            let answer = desk.call(Method::POST, path, Some(body.clone())).await;
            assert_eq!(fields(&answer), [field], "{path}");
            assert_eq!(answer.json()["errors"][0]["code"], "control_character");
        }
    }
    for (method, path, field) in [
        (Method::GET, "/api/v1/posts?q=a%00b", "q"),
        (Method::GET, "/api/v1/posts?cursor=%00", "cursor"),
        (Method::GET, "/api/v1/publications?state=%00", "state"),
        (Method::GET, "/api/v1/media?kind=%00", "kind"),
    ] {
        assert_eq!(fields(&desk.call(method, path, None).await), [field], "{path}");
    }
    for path in ["/api/v1/connect/a%00b", "/api/v1/posts/a%00b"] {
        assert_eq!(desk.call(Method::GET, path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let renamed = desk.call(Method::PATCH, "/api/v1/workspace", Some(json!({ "name": "a\u{0}" }))).await;
    assert_eq!(fields(&renamed), ["name"]);
    let token =
        desk.call(Method::POST, "/api/v1/tokens", Some(json!({ "name": "\u{0}", "role": "owner" }))).await;
    assert_eq!(fields(&token), ["name"]);
    let path = "/api/v1/connect/mastodon";
    let server = desk.call(Method::POST, path, Some(json!({ "server": "a\u{0}.example" }))).await;
    assert_eq!(fields(&server), ["server"]);

    let none = desk.call(Method::GET, "/api/v1/posts", None).await.json();
    assert_eq!(none["items"], json!([]));
    let text = "Tabs\tand\r\nlines are fine";
    assert_eq!(desk.post(text, json!({})).await["text"], text);
    desk.app.dispose().await;
}

#[tokio::test]
async fn control_characters_are_refused_by_name_on_sqlite() {
    control_characters(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn control_characters_are_refused_by_name_on_postgres() {
    if let Some(db) = TestDb::postgres("control_characters_are_refused_by_name_on_postgres").await {
        control_characters(db).await;
    }
}

async fn descriptions(db: TestDb) {
    let desk = Desk::on(db).await;
    let owner = desk.owner().await;
    let form = [("text", "Typed with care\u{b}and pasted"), ("action", "draft"), ("once", "1")];
    let again = owner.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text());
    assert!(again.text().contains("Typed with care") && again.text().contains("U+000B"), "{}", again.text());
    let metadata = ("upload-metadata", "filename YS5qcGc=,alt_text YQBi");
    let bearer = format!("Bearer {}", desk.token);
    let headers =
        [("tus-resumable", "1.0.0"), ("upload-length", "10"), metadata, ("authorization", bearer.as_str())];
    let upload = desk.app.request(Method::POST, "/api/v1/media/tus", &headers, "").await;
    assert_eq!(fields(&upload), ["alt_text"]);
    desk.app.dispose().await;
}

#[tokio::test]
async fn a_composed_text_comes_back_and_a_description_is_refused_on_sqlite() {
    descriptions(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn a_composed_text_comes_back_and_a_description_is_refused_on_postgres() {
    if let Some(db) =
        TestDb::postgres("a_composed_text_comes_back_and_a_description_is_refused_on_postgres").await
    {
        descriptions(db).await;
    }
}

#[tokio::test]
async fn only_objects_are_bodies() {
    let desk = Desk::new().await;
    let post = desk.post("Stays as it is", json!({})).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    for body in [json!([]), json!(["pos", [desk.account], [], "draft"]), json!("text"), json!(null), json!(1)]
    {
        for (method, path) in [(Method::POST, "/api/v1/posts"), (Method::PATCH, path.as_str())] {
            let answer = desk.call(method, path, Some(body.clone())).await;
            assert_eq!(fields(&answer), [""], "{path} {body}");
            assert!(
                answer.json()["detail"].as_str().expect("a detail").contains("A JSON object is expected")
            );
        }
    }
    let inside = [
        ("parts.0", json!({ "parts": [["by position", []]] })),
        (
            &*format!("overrides.{}", desk.account),
            json!({ "accounts": [desk.account], "overrides": { &desk.account: ["by position"] } }),
        ),
    ];
    for (field, body) in inside {
        let answer = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
        assert_eq!(fields(&answer), [field]);
    }
    let account = format!("/api/v1/accounts/{}", desk.account);
    assert_eq!(fields(&desk.call(Method::PATCH, &account, Some(json!({ "caps": [3] }))).await), ["caps"]);
    let posts = desk.call(Method::GET, "/api/v1/posts", None).await.json();
    assert_eq!(posts["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(posts["items"][0]["version"], post["version"]);
}

#[tokio::test]
async fn a_draft_keeps_no_file_that_is_not_in_the_library() {
    let desk = Desk::new().await;
    let foreign = "media_01h455vb4pex5vsknk084sn02q";
    let cases = [
        ("media.0".to_owned(), json!({ "media": [foreign] })),
        ("parts.0.media.0".to_owned(), json!({ "parts": [{ "text": "x", "media": [foreign] }] })),
        (
            format!("overrides.{}.media.0", desk.account),
            json!({ "accounts": [desk.account], "overrides": { &desk.account: { "media": [foreign] } } }),
        ),
        (
            format!("overrides.{}.parts.0.media.0", desk.account),
            json!({
                "accounts": [desk.account],
                "overrides": { &desk.account: { "parts": [{ "text": "x", "media": [foreign] }] } },
            }),
        ),
    ];
    let draft = desk.call(Method::POST, "/api/v1/posts", Some(json!({ "text": "A draft" }))).await.json();
    let path = format!("/api/v1/posts/{}", draft["id"].as_str().expect("an id"));
    for (field, body) in cases {
        for (method, path) in [(Method::POST, "/api/v1/posts"), (Method::PATCH, path.as_str())] {
            let answer = desk.call(method, path, Some(body.clone())).await;
            assert_eq!(fields(&answer), [field.as_str()], "{path}");
            assert_eq!(answer.json()["errors"][0]["code"], "unknown_media");
        }
    }
    // Base media that every account overrides are named as well: nothing of a post points to nothing.
    let body = json!({
        "media": [foreign], "accounts": [desk.account], "overrides": { &desk.account: { "media": [] } }
    });
    assert_eq!(fields(&desk.call(Method::POST, "/api/v1/posts", Some(body)).await), ["media.0"]);
}

/// What an error says, for machines and for people.
async fn said(desk: &Desk, method: Method, path: &str, body: Option<Value>) -> (String, String) {
    let answer = desk.call(method, path, body).await;
    let field = fields(&answer).remove(0);
    (field, answer.json()["errors"][0]["message"].as_str().expect("a message").to_owned())
}

#[tokio::test]
async fn errors_are_even_and_in_plain_words() {
    let desk = Desk::new().await;
    let account = format!("/api/v1/accounts/{}", desk.account);
    let posts = "/api/v1/posts";
    let number = "A whole number that is not negative is expected here";
    let long = "x".repeat(100_001);
    let cases = [
        (Method::PATCH, account.as_str(), Some(json!({ "caps": { "daily": "x" } })), "caps.daily", number),
        (Method::PATCH, account.as_str(), Some(json!({ "caps": { "daily": -1 } })), "caps.daily", number),
        (Method::POST, posts, Some(json!({ "accounts": ["nobody"] })), "accounts.0", "`acct_` is expected"),
        (Method::POST, posts, Some(json!({ "accounts": ["acct_x"] })), "accounts.0", "not a whole id"),
        (
            Method::POST,
            posts,
            Some(json!({ "accounts": [desk.account, "acct_01h455vb4pex5vsknk084sn02q"] })),
            "accounts.1",
            "There is no account",
        ),
        (Method::POST, posts, Some(json!({ "media": [5] })), "media.0", "A text is expected"),
        (Method::POST, posts, Some(json!({ "text": 5 })), "text", "A text is expected"),
        (Method::POST, posts, Some(json!({ "tags": "x" })), "tags", "A list is expected"),
        (Method::POST, posts, Some(json!({ "status": "later" })), "status", "Choose one of `draft`"),
        (Method::POST, posts, Some(json!({ "txt": "x" })), "txt", "There is no field `txt`"),
        (Method::POST, "/api/v1/tokens", Some(json!({ "name": "x" })), "role", "This field is required."),
        (Method::POST, posts, Some(json!({ "text": long })), "text", "At most 100000 characters"),
        (Method::GET, "/api/v1/posts?limit=x", None, "limit", number),
        (Method::GET, "/api/v1/posts?account=x", None, "account", "`acct_` is expected"),
    ];
    for (method, path, body, field, words) in cases {
        let (named, message) = said(&desk, method, path, body).await;
        assert_eq!(named, field, "{message}");
        assert!(message.contains(words), "{field}: {message}");
        for parser in ["at line", "u32", "invalid", "string", "found in"] {
            assert!(!message.contains(parser), "{field}: {message}");
        }
    }
    let (field, message) = said(&desk, Method::DELETE, &format!("{account}?erase=perhaps"), None).await;
    assert_eq!((field.as_str(), message.as_str()), ("erase", "`true` or `false` is expected here."));
    for list in ["posts", "publications", "sync-runs", "media"] {
        for (limit, bound) in [(0, 1), (101, 100)] {
            let answer = desk.call(Method::GET, &format!("/api/v1/{list}?limit={limit}"), None).await;
            assert_eq!(fields(&answer), ["limit"], "{list}");
            let error = &answer.json()["errors"][0];
            assert_eq!((&error["limit"], &error["value"]), (&json!(bound), &json!(limit)), "{error}");
        }
    }
}

#[tokio::test]
async fn a_field_that_is_there_twice_is_refused_and_a_mistake_has_a_place() {
    let app = TestApp::new().await;
    let (_, token) = app.stranger("ada@example.com", Role::Owner).await;
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let send = |body: &'static str| app.request(Method::POST, "/api/v1/posts", &headers, body);
    let twice = send("{\"text\": \"a\", \"text\": \"b\"}").await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(twice.json()["detail"], "The field `text` is there twice. Send it once.");
    let wrong = send("{\"text\": a}").await;
    assert_eq!((wrong.status, &wrong.json()["code"]), (StatusCode::BAD_REQUEST, &json!("malformed_json")));
    assert!(
        wrong.json()["detail"].as_str().is_some_and(|d| d.contains("line 1, column 10")),
        "{}",
        wrong.text()
    );
    let cut = send("{\"text\": ").await.json();
    assert!(cut["detail"].as_str().is_some_and(|d| d.contains("ends too early")), "{cut}");
}

#[tokio::test]
async fn nobody_plans_for_the_end_of_the_calendar() {
    let desk = Desk::new().await;
    for status in ["draft", "scheduled"] {
        for at in ["9999-12-30T23:59:59", "9999-12-31T23:59:59Z", "2037-01-01T00:00:00Z"] {
            let body =
                json!({ "text": "x", "accounts": [desk.account], "status": status, "scheduled_at": at });
            let answer = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
            assert_eq!(fields(&answer), ["scheduled_at"], "{at}");
            let error = &answer.json()["errors"][0];
            assert_eq!(error["code"], "time_too_far", "{error}");
            assert!(error["message"].as_str().is_some_and(|m| m.contains("10 years")), "{error}");
        }
    }
    desk.post("In time", json!({ "status": "scheduled", "scheduled_at": "2036-11-20T09:00:00Z" })).await;
}
