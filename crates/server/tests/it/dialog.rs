//! The publish dialog of the library: what it does by itself, where it has fewer fields than the composer.

use axum::http::StatusCode;
use carillon_domain::permission::Role;
use serde_json::json;

use crate::media::jpeg;
use crate::shelf::{hidden, id_of};
use crate::support::desk::Desk;

/// The first button of a form, as it is written: what Enter in one of its fields presses.
pub fn first_button<'p>(page: &'p str, form: &str) -> &'p str {
    let form = page.split(form).nth(1).and_then(|rest| rest.split("</form>").next()).expect("the form");
    form.split("<button").nth(1).and_then(|rest| rest.split('>').next()).expect("a button")
}

#[tokio::test]
async fn variables_of_a_new_caption_are_filled_in_and_a_draft_stays_as_it_is() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let file = desk.upload("quay.jpg", "A quay", &jpeg(40, 30)).await;
    let dialog = format!("{}/library/publish", desk.home);
    let page = browser.get(&format!("{dialog}?item={}", id_of(&file))).await.text();
    let once = hidden(&page, "once");
    let form = |text, action| {
        let (account, media) = (desk.account.as_str(), id_of(&file));
        let fields = [("text", text), ("account", account), ("media", media), ("timezone", "UTC")];
        [&fields[..], &[("once", once), ("action", action)]].concat()
    };
    // Too long in braces, but not as it goes out.
    let long = format!("{}{{network}}", "x".repeat(292));
    let said = browser.post(&format!("{dialog}/check"), &form(long.as_str(), "")).await.text();
    assert!(said.contains("check-good"), "{said}");
    let sent = browser.post(&dialog, &form("The quay on {network}", "now")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());

    let draft = desk.post("Braces are {network} here", json!({})).await;
    let page = browser.get(&format!("{dialog}?item={}", id_of(&draft))).await.text();
    let form = [
        ("post", id_of(&draft)),
        ("version", hidden(&page, "version")),
        ("text", "Braces are {network} here"),
        ("account", desk.account.as_str()),
        ("timezone", "UTC"),
        ("action", "now"),
    ];
    let sent = browser.post(&dialog, &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    desk.work().await;
    assert_eq!(desk.public("The quay on Bluesky"), 1);
    assert_eq!(desk.public("Braces are {network} here"), 1, "it was written without variables");
}

#[tokio::test]
async fn enter_takes_no_post_off_its_schedule() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let dialog = format!("{}/library/publish", desk.home);
    let draft = desk.post("A draft", json!({})).await;
    let time = json!({ "status": "scheduled", "scheduled_at": "2027-01-02T10:00:00", "timezone": "UTC" });
    let planned = desk.post("It is planned", time).await;
    let form = "class=\"publish\"";
    let page = browser.get(&format!("{dialog}?item={}", id_of(&draft))).await.text();
    assert!(first_button(&page, form).contains("value=\"draft\""), "{page}");

    let page = browser.get(&format!("{dialog}?item={}", id_of(&planned))).await.text();
    let button = first_button(&page, form);
    let action = button.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an action");
    let pressed = [
        ("post", id_of(&planned)),
        ("version", hidden(&page, "version")),
        ("text", "It is planned"),
        ("account", desk.account.as_str()),
        ("timezone", "UTC"),
        ("scheduled_at", "2027-01-02T11:00"),
        ("action", action),
    ];
    let saved = browser.post(&dialog, &pressed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let now = desk.read(&planned).await;
    assert_eq!(now["status"], "scheduled", "{now}");

    // Who can't schedule sends nothing by Enter.
    let contributor = desk.member(Role::Contributor).await;
    let page = contributor.get(&format!("{dialog}?item={}", id_of(&planned))).await.text();
    let button = first_button(&page, form);
    assert!(button.contains(" disabled") && !button.contains("name="), "{button}");
}
