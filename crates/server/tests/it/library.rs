//! The library's pages, as a browser without scripts uses them.

use axum::http::StatusCode;

use crate::media::jpeg;
use crate::support::{Browser, TestApp};

/// Uploads a picture by the form; answers its page.
pub async fn upload(browser: &Browser<'_>, home: &str) -> String {
    let answer = browser.upload(&format!("{home}/library"), "quay.jpg", &jpeg(320, 200)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

#[tokio::test]
async fn a_file_is_uploaded_described_used_and_deleted() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    assert!(
        browser.get(&format!("{home}/library")).await.text().contains("No pictures, videos or documents yet")
    );

    let file = upload(&browser, &home).await;
    let page = browser.get(&file).await.text();
    assert!(page.contains("quay.jpg") && page.contains("320 × 200"), "{page}");

    let described = browser.post(&format!("{file}/alt"), &[("alt_text", "The quay at <dawn>")]).await;
    assert_eq!(described.header("location"), format!("{file}?saved"));
    assert!(browser.get(&file).await.text().contains("The quay at &#60;dawn&#62;"));

    let id = file.rsplit('/').next().expect("id");
    let composer = browser.get(&format!("{home}/compose?media={id}")).await.text();
    assert!(composer.contains(&format!("name=\"media\" value=\"{id}\"")), "{composer}");
    assert!(browser.get(&format!("{home}/library/pick")).await.text().contains(id));
    assert!(
        browser.get(&format!("{file}/tile?name=part_media")).await.text().contains("name=\"part_media\"")
    );

    assert_eq!(browser.post(&format!("{file}/delete"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&file).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_that_is_refused_is_explained_on_the_page() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let here = format!("{home}/library");
    let refused = browser.upload(&here, "notes.jpg", b"just words").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("alert-danger"), "{}", refused.text());
    let cut = &jpeg(320, 200)[..2000];
    assert_eq!(browser.upload(&here, "cut.jpg", cut).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        browser.get(&here).await.text().contains("No pictures, videos or documents yet"),
        "nothing was kept"
    );
}

#[tokio::test]
async fn a_description_that_is_too_long_comes_back_with_its_reason() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let file = upload(&browser, &home).await;
    let refused = browser.post(&format!("{file}/alt"), &[("alt_text", &"x".repeat(20_000))]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("alt-error"), "{}", refused.text());
}

#[tokio::test]
async fn a_file_that_a_draft_uses_stays() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let file = upload(&browser, &home).await;
    let id = file.rsplit('/').next().expect("id");
    let alt = format!("alt.{id}");
    let form =
        [("text", "Soon"), ("media", id), (alt.as_str(), "Boats"), ("timezone", "UTC"), ("action", "draft")];
    let saved = browser.post(&format!("{home}/compose"), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let post = browser.get(saved.header("location")).await.text();
    assert!(post.contains("alt=\"Boats\""), "the description was saved with the draft: {post}");

    let kept = browser.post(&format!("{file}/delete"), &[]).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    assert!(kept.text().contains("uses this file"), "{}", kept.text());
}
