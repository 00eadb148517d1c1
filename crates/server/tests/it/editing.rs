//! Changing the text of what is public, by the API and by the form on the post's page.

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::permission::Role;
use serde_json::{Value, json};

use crate::support::desk::Desk;

fn place(post: &Value) -> &str {
    post["publications"][0]["id"].as_str().expect("an id")
}

async fn edit(desk: &Desk, post: &Value, body: Value) -> crate::support::Answer {
    let path = format!("/api/v1/publications/{}/edit", place(post));
    desk.call(Method::POST, &path, Some(body)).await
}

#[tokio::test]
async fn a_public_text_is_changed_by_the_api_and_by_its_form() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let account = desk.connect("linkedin").await;
    let post = desk.post("Tpyo", json!({ "status": "now", "accounts": [account] })).await;
    let early = edit(&desk, &post, json!({ "text": "Typo" })).await;
    assert_eq!((early.status, &early.json()["code"]), (StatusCode::CONFLICT, &json!("not_published")));
    desk.work_for_hours(1).await;

    let changed = edit(&desk, &post, json!({ "text": "Typo" })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    assert!(changed.json()["edited_at"].is_string(), "{}", changed.text());
    assert_eq!((desk.public("Tpyo"), desk.public("Typo")), (0, 1));
    assert_eq!(desk.read(&post).await["text"], "Typo");
    let long = edit(&desk, &post, json!({ "text": "a".repeat(3_001) })).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(long.json()["errors"][0]["field"], "text", "{}", long.text());

    // Without JavaScript: a form in the page, whose lines end as browsers end them.
    let page = owner.get(&desk.page(&post)).await.text();
    let action = format!("{}/publications/{}/edit", desk.home, place(&post));
    assert!(page.contains(&format!("action=\"{action}\"")) && page.contains(">\nTypo</textarea>"), "{page}");
    let pressed = owner.post(&action, &[("text", "Two\r\nlines")]).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text());
    assert_eq!((desk.public("Typo"), desk.public("Two\nlines")), (0, 1));
    let refused = owner.post(&action, &[("text", &format!("{}end", "a".repeat(3_001)))]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(
        page.contains("aend</textarea>") && page.contains("4 characters too long"),
        "what was typed stays: {page}"
    );
    let member = desk.member(Role::Contributor).await;
    assert!(!member.get(&desk.page(&post)).await.text().contains("/edit\""));
    let refused = member.post(&action, &[("text", "Mine")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
}

#[tokio::test]
async fn what_is_public_is_deleted_at_the_press_of_a_button() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let linkedin = desk.connect("linkedin").await;
    let post = desk.post("Gone soon", json!({ "status": "now", "accounts": [linkedin] })).await;
    desk.work_for_hours(1).await;
    let button = format!("action=\"{}/delete\"", desk.page(&post));
    let member = desk.member(Role::Contributor).await;
    assert!(!member.get(&desk.page(&post)).await.text().contains(&button));
    assert_eq!(member.post(&format!("{}/delete", desk.page(&post)), &[]).await.status, StatusCode::FORBIDDEN);
    assert!(owner.get(&desk.page(&post)).await.text().contains(&button));
    desk.fault(Fault::once("linkedin", "posts.delete", When::Before, FaultKind::Status).status(500).times(5));
    let left = owner.post(&format!("{}/delete", desk.page(&post)), &[]).await.text();
    assert!(left.contains("LinkedIn: ") && left.contains(&button), "what stays public is named: {left}");
    assert_eq!(desk.public("Gone soon"), 1);
    desk.sandbox.world().faults().clear();
    let pressed = owner.post(&format!("{}/delete", desk.page(&post)), &[]).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text());
    assert_eq!(desk.public("Gone soon"), 0);
    let page = owner.get(&desk.page(&post)).await.text();
    assert!(!page.contains(&button) && page.contains("deleted there"), "{page}");
}

#[tokio::test]
async fn where_a_network_has_no_edit_that_is_said() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("Stays", json!({ "status": "now" })).await;
    desk.work_for_hours(1).await;
    let refused = edit(&desk, &post, json!({ "text": "Goes" })).await;
    assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::CONFLICT, &json!("cannot_edit")));
    assert!(refused.text().contains("lets no program change posts"), "{}", refused.text());
    assert!(!owner.get(&desk.page(&post)).await.text().contains("/edit\""));
    assert_eq!((desk.public("Stays"), desk.public("Goes")), (1, 0));
}
