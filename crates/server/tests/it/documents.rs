//! Documents: from the library to the one network that takes them.

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use carillon_connectors::conformance::Library;
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use crate::support::desk::Desk;

/// A PDF of this many empty pages.
pub fn pdf(pages: u32) -> Bytes {
    let library = Library::default();
    library.bytes(library.pdf(pages).id).expect("kept")
}

async fn posting(db: TestDb) {
    let desk = Desk::on(db).await;
    let linkedin = desk.connect("linkedin").await;
    let file = desk.upload("tides.pdf", "", &pdf(12)).await;
    assert_eq!(
        (&file["kind"], &file["mime"], &file["pages"]),
        (&json!("document"), &json!("application/pdf"), &json!(12))
    );
    assert_eq!((&file["warnings"][0]["code"], &file["renditions"]), (&json!("metadata_kept"), &json!([])));
    let listed = desk.call(Method::GET, "/api/v1/media?kind=document", None).await.json();
    assert_eq!(listed["items"][0], file);
    let bytes = desk.call(Method::GET, file["url"].as_str().expect("url"), None).await;
    assert_eq!(bytes.bytes(), pdf(12));
    assert!(bytes.header("content-disposition").starts_with("attachment;"), "opened by no page of ours");

    let body = |options: Value| {
        json!({
            "text": "Leaf through it.", "accounts": [linkedin], "media": [file["id"]],
            "overrides": { linkedin.as_str(): { "options": options } },
            "status": "scheduled", "scheduled_at": "2026-11-24T10:00:00Z",
        })
    };
    let untitled = desk.call(Method::POST, "/api/v1/posts", Some(body(json!({})))).await;
    assert_eq!(untitled.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", untitled.text());
    assert!(untitled.text().contains("shows a title above a document"), "{}", untitled.text());
    let titled = body(json!({ "media_title": "Tides" }));
    let post = desk.call(Method::POST, "/api/v1/posts", Some(titled)).await;
    assert_eq!(post.status, StatusCode::CREATED, "{}", post.text());
    desk.work_for_hours(3).await;
    let items = desk.sandbox.world().ledger().items();
    let sent = items.iter().find(|item| item.platform == "linkedin").expect("public");
    assert_eq!(json!(sent.media[0].sha256), file["sha256"], "to the bit");

    let check = json!({ "text": "Leaf through it.", "accounts": [desk.account], "media": [file["id"]] });
    let checked = desk.call(Method::POST, "/api/v1/posts/check", Some(check)).await.json();
    let found = &checked["results"][0]["violations"][0];
    assert_eq!((&found["field"], &found["code"]), (&json!("media.0"), &json!("wrong_type")));
    assert_eq!(found["fix"], Value::Null, "nothing is drawn anew of a document");
    desk.app.dispose().await;
}

#[tokio::test]
async fn a_document_goes_out_on_linkedin_and_is_refused_elsewhere() {
    posting(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn a_document_goes_out_on_linkedin_with_postgres() {
    let name = concat!(module_path!(), "::a_document_goes_out_on_linkedin_with_postgres");
    if let Some(db) = TestDb::postgres(name).await {
        posting(db).await;
    }
}

#[tokio::test]
async fn pages_show_a_document_by_its_name_and_number_of_pages() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let library = format!("{}/library", desk.home);
    let answer = owner.upload(&library, "tides.pdf", &pdf(3)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let place = answer.header("location").to_owned();
    let about = owner.get(&place).await.text();
    for word in ["tides.pdf", "#file-text", "Open the document", "author&#39;s name", "<dd>3</dd>"] {
        assert!(about.contains(word), "{word}: {about}");
    }
    assert!(!about.contains("/original\" alt"), "it is no picture: {about}");
    let grid = owner.get(&format!("{library}?kind=document")).await.text();
    assert!(grid.contains("PDF · 3 pages"), "{grid}");
    let tile = owner.get(&format!("{place}/tile?name=media")).await.text();
    assert!(
        tile.contains("#file-text") && tile.contains("<span class=\"media-doc\">tides.pdf</span>"),
        "{tile}"
    );
}
