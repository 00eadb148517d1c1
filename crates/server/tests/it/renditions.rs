//! Copies of files that a network takes where it refuses the original.

/// A test on both databases.
macro_rules! on_both {
    ($name:ident, $test:path) => {
        mod $name {
            use carillon_store::testing::TestDb;

            #[tokio::test]
            async fn sqlite() {
                $test(TestDb::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                let name = concat!(module_path!(), "::postgres");
                if let Some(test) = TestDb::postgres(name).await {
                    $test(test).await;
                }
            }
        }
    };
}

mod edits;
pub mod films;
mod pages;
mod pictures;

use axum::http::{Method, StatusCode};
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::desk::Desk;

/// Where networks are told to fetch files.
const REACHED: [(&str, &str); 1] = [("server.public_url", "https://carillon.example")];

/// A desk with an account on Instagram.
async fn studio(db: TestDb) -> (Desk, String) {
    let desk = Desk::with(db, &REACHED).await;
    let account = desk.connect("instagram").await;
    (desk, account)
}

fn id(media: &Value) -> &str {
    media["id"].as_str().expect("an id")
}

async fn ask(desk: &Desk, media: &Value, body: Value) -> Answer {
    desk.call(Method::POST, &format!("/api/v1/media/{}/renditions", id(media)), Some(body)).await
}

/// The copy of a file for an account.
async fn copy(desk: &Desk, media: &Value, body: Value) -> Value {
    let made = ask(desk, media, body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    made.json()
}

/// What the check says about a post with this file on this account.
async fn violations(desk: &Desk, account: &str, media: &Value) -> Vec<Value> {
    let body = json!({ "text": "The harbour", "accounts": [account], "media": [id(media)] });
    let checked = desk.call(Method::POST, "/api/v1/posts/check", Some(body)).await;
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    checked.json()["results"][0]["violations"].as_array().expect("findings").clone()
}

/// The pixels of a file.
async fn pixels(desk: &Desk, media: &Value) -> image::DynamicImage {
    let bytes = desk.call(Method::GET, media["url"].as_str().expect("url"), None).await;
    image::load_from_memory(bytes.bytes()).expect("a picture")
}

fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}
