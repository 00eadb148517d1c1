//! Finding things: the page of the search, what the palette offers, and the keys that a person may switch off.

use axum::http::StatusCode;
use carillon_domain::permission::Role;
use serde_json::json;

use crate::media::jpeg;
use crate::support::TestApp;
use crate::support::desk::{Desk, on_both_desks};

async fn everything_of_ours(desk: Desk) {
    let owner = desk.owner().await;
    let search = format!("{}/search", desk.home);
    let begin = owner.get(&search).await;
    assert!(begin.text().contains("What are you looking for?"), "{}", begin.text());

    let post = desk.post("The <Quay> before dawn", json!({})).await;
    let gone = desk.post("A quay that was thrown away", json!({})).await;
    owner.post(&format!("{}/cancel", desk.page(&gone)), &[]).await;
    let file = desk.upload("harbour.jpg", "Boats at the quay", &jpeg(64, 64)).await;
    let media = format!("{}/library/{}", desk.home, file["id"].as_str().expect("an id"));

    let page = owner.get(&format!("{search}?q=%20QUAY%20")).await.text();
    assert!(page.contains(&desk.page(&post)) && page.contains(&media), "{page}");
    assert!(page.contains("2 found") && !page.contains("thrown away"), "{page}");
    assert!(page.contains("The &#60;Quay&#62; before dawn"), "{page}");
    assert!(!page.contains("Looked at the newest"), "all of it was looked at: {page}");
    let account = format!("{}/accounts/{}", desk.home, desk.account);
    assert!(owner.get(&format!("{search}?q=bluesky")).await.text().contains(&account));
    let none = owner.get(&format!("{search}?q=quay+zeppelin")).await.text();
    assert!(none.contains("Nothing found") && !none.contains(&media), "{none}");
    let bad = owner.get(&format!("{search}?q=a%00b")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    desk.app.dispose().await;
}
on_both_desks!(what_is_ours_is_found_by_its_words, super::everything_of_ours);

#[tokio::test]
async fn what_belongs_to_another_workspace_is_not_found() {
    let desk = Desk::new().await;
    desk.post("The quay before dawn", json!({})).await;
    let (made, _) = desk.app.stranger("eve@example.com", Role::Owner).await;
    let eve = desk.app.browser();
    eve.sign_in("eve@example.com", crate::support::OWNER.1).await;
    let own = format!("/w/{}", made.workspace.id);
    let page = eve.get(&format!("{own}/search?q=quay")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text().contains("before dawn"), "{}", page.text());
    let lines = eve.get(&format!("{own}/palette")).await.text();
    assert!(!lines.contains("before dawn") && !lines.contains(&desk.account), "{lines}");
}

#[tokio::test]
async fn the_palette_offers_what_the_role_may_do() {
    let desk = Desk::new().await;
    let post = desk.post("The quay before dawn", json!({})).await;
    let palette = format!("{}/palette", desk.home);
    let owner = desk.owner().await;
    let lines = owner.get(&palette).await.text();
    assert!(!lines.contains("<html"), "a part of a page");
    for wanted in [
        desk.page(&post),
        format!("{}/compose", desk.home),
        format!("{}/accounts/{}", desk.home, desk.account),
        format!("{}/settings/texts\"", desk.home),
        format!("{}/settings/calendar\"", desk.home),
        format!("{}/calendar/notes\"", desk.home),
        format!("{}/posts/import\"", desk.home),
        "form=\"palette-out\"".to_owned(),
        "form=\"palette-look\" name=\"theme\" value=\"dark\"".to_owned(),
        "data-opens=\"keys\"".to_owned(),
    ] {
        assert!(lines.contains(&wanted), "{wanted}: {lines}");
    }
    let found = owner.get(&format!("{palette}?q=dawn")).await.text();
    assert!(found.contains(&desk.page(&post)) && !found.contains("palette-out"), "{found}");

    let client = desk.member(Role::Client).await;
    let lines = client.get(&palette).await.text();
    assert!(lines.contains("palette-out") && !lines.contains("before dawn"), "{lines}");
    assert!(!lines.contains("/compose\"") && !lines.contains("/posts/import\""), "{lines}");
    assert_eq!(client.get(&format!("{palette}?q=dawn")).await.text().trim(), "");
    assert_eq!(client.get(&format!("{}/search?q=dawn", desk.home)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn single_keys_are_switched_off_by_the_person() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let overview = format!("{home}/overview");
    let dialog = "id=\"keys\" class=\"confirm keys\" aria-labelledby=\"keys-title\"";
    assert!(browser.get(&overview).await.text().contains(&format!("{dialog}>")));
    let done = browser.post("/settings/keys", &[("wants", "no")]).await;
    assert_eq!(done.header("location"), "/settings/profile?saved");
    assert!(browser.get("/settings/profile").await.text().contains("Switch single keys on"));
    assert!(browser.get(&overview).await.text().contains(&format!("{dialog} data-off>")));
    browser.post("/settings/keys", &[("wants", "yes")]).await;
    assert!(browser.get(&overview).await.text().contains(&format!("{dialog}>")));
}
