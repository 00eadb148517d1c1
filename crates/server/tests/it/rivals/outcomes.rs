//! Complaints 24 and 50: what the page of a post says when a network refused it.

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use serde_json::{Value, json};

use super::agreed;
use crate::support::desk::Desk;

/// Connects the first Page that somebody has on Facebook; answers the account's id.
async fn page_on_facebook(desk: &Desk) -> String {
    let begun = desk.call(Method::POST, "/api/v1/connect/facebook", Some(json!({}))).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
    let page = begun.json()["authorize_url"].as_str().expect("an address").parse().expect("an address");
    let called = desk.app.get(&agreed(desk, &page).await).await;
    // Whoever has several Pages chooses among them.
    let grant =
        called.header("location").split("/grants/").nth(1).and_then(|rest| rest.split(['/', '?']).next());
    if let Some(grant) = grant {
        let path = format!("/api/v1/connect/grants/{grant}/targets");
        let targets = desk.call(Method::GET, &path, None).await.json();
        let chosen = json!({ "targets": [targets["items"][0]["id"]] });
        let chosen = desk.call(Method::POST, &path, Some(chosen)).await;
        assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.text());
    }
    let all = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
    let all = all["items"].as_array().expect("accounts");
    let page = all.iter().find(|account| account["platform"] == "facebook").expect("the Page");
    page["id"].as_str().expect("an id").to_owned()
}

/// A post that the network answers with this status; as it is afterwards, and its page.
async fn refused(desk: &Desk, platform: &str, account: &str, status: u16) -> (Value, String) {
    let owner = desk.owner().await;
    desk.fault(Fault::once(platform, "commit", When::Before, FaultKind::Status).status(status));
    let post = desk.post("Refused", json!({ "status": "now", "accounts": [account] })).await;
    desk.work_for_hours(1).await;
    (desk.read(&post).await, owner.get(&desk.page(&post)).await.text())
}

/// A text as a page has it.
fn shown(text: &Value) -> String {
    let text = text.as_str().expect("a text");
    text.replace('&', "&#38;").replace('<', "&#60;").replace('"', "&#34;").replace('\'', "&#39;")
}

fn says_why(post: &Value, page: &str) {
    let error = &post["publications"][0]["error"];
    for said in ["message", "action"] {
        assert!(error[said].as_str().is_some_and(|text| !text.is_empty()), "{said}: {error}");
        assert!(page.contains(&shown(&error[said])), "{said}: {error} {page}");
    }
    assert!(page.contains("The network said:"), "its own words and number, for its support: {page}");
}

pub async fn permission(desk: Desk) {
    let account = page_on_facebook(&desk).await;
    let (post, page) = refused(&desk, "facebook", &account, 403).await;
    let publication = &post["publications"][0];
    assert_eq!(
        (&publication["state"], &publication["held_reason"]),
        (&json!("held"), &json!("reauth")),
        "{post}"
    );
    assert_eq!(publication["error"]["code"], "permission_missing");
    says_why(&post, &page);
    assert!(page.contains("Facebook was not allowed to let Carillon do this"), "{page}");
    assert!(
        page.contains("The account must be connected again") && page.contains("#connect-facebook"),
        "{page}"
    );
    desk.app.dispose().await;
}

pub async fn cause_of_x(desk: Desk) {
    let account = desk.connect("x").await;
    let (post, page) = refused(&desk, "x", &account, 402).await;
    assert_eq!((&post["status"], desk.public("Refused")), (&json!("failed"), 0), "{post}");
    says_why(&post, &page);
    assert!(page.contains("The developer account at X has no credits left."), "{page}");
    assert!(page.contains("Ask the operator to buy credits") && page.contains("402"), "{page}");
    desk.app.dispose().await;
}
