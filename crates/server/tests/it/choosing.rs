//! Choosing accounts after a login that is good for several, and where it leads afterwards.

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use serde_json::json;

use crate::support::desk::Desk;

/// The address to which the network sends the browser back, for a login at Instagram in one of the ways.
async fn logged_in(desk: &Desk, flavour: &str, return_to: &str) -> String {
    let body = json!({ "flavour": flavour, "return_to": return_to });
    let begun = desk.call(Method::POST, "/api/v1/connect/instagram", Some(body)).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
    let page = begun.json()["authorize_url"].as_str().expect("an address").parse().expect("an address");
    for persona in PERSONAS {
        if let Ok(back) = browser::walk(&desk.sandbox, &page, persona.key, Decision::Allow).await {
            return format!("{}?{}", back.path(), back.query().expect("a code"));
        }
    }
    panic!("nobody could sign in");
}

#[tokio::test]
async fn after_choosing_it_goes_on_where_it_was_meant_to() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let wanted = format!("{}/posts?status=held#later", desk.home);
    let back = logged_in(&desk, "facebook", &wanted).await;
    let called = desk.app.get(&back).await;
    assert_eq!(called.status, StatusCode::SEE_OTHER, "{}", called.text());
    let choose = called.header("location").to_owned();
    let page = owner.get(&choose).await.text();
    let action = page.split("method=\"post\" action=\"").find_map(|rest| {
        let action = rest.split('"').next()?;
        action.contains("/grants/").then(|| action.replace("&#38;", "&"))
    });
    let action = action.expect("a form");
    let target = page.split("name=\"target\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let target = target.expect("somebody to choose");

    // The address of the form can be anybody's: it leads nowhere else.
    let (path, _) = action.split_once('?').expect("a query");
    let evil = owner.post(&format!("{path}?back=https%3A%2F%2Fevil.example%2F"), &[("target", target)]).await;
    assert_eq!(evil.header("location"), format!("{}/connections?connected", desk.home));

    let done = owner.post(&action, &[("target", target)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(done.header("location"), wanted);
}

#[tokio::test]
async fn an_account_says_whether_its_login_can_delete() {
    let desk = Desk::new().await;
    let connected = async || {
        let items = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
        let items = items["items"].as_array().expect("accounts").clone();
        let found = items.iter().find(|account| account["platform"] == "instagram").cloned();
        let other = items.iter().find(|account| account["platform"] == "bluesky").expect("the other one");
        assert_eq!(other["features"], json!({ "delete": true, "edit": false }));
        found.expect("an account")
    };
    let back = logged_in(&desk, "instagram", &desk.home).await;
    assert_eq!(desk.app.get(&back).await.status, StatusCode::SEE_OTHER);
    let account = connected().await;
    assert_eq!(
        account["features"],
        json!({ "delete": false, "edit": false }),
        "Instagram's own login: {account}"
    );

    // The same account, now by way of Facebook.
    let back = logged_in(&desk, "facebook", &desk.home).await;
    let choose = desk.app.get(&back).await.header("location").to_owned();
    let grant =
        choose.split("/grants/").nth(1).and_then(|rest| rest.split(['/', '?']).next()).expect("a grant");
    let path = format!("/api/v1/connect/grants/{grant}/targets");
    let targets = desk.call(Method::GET, &path, None).await.json();
    let ids: Vec<_> = targets["items"].as_array().expect("targets").iter().map(|t| t["id"].clone()).collect();
    let chosen = desk.call(Method::POST, &path, Some(json!({ "targets": ids }))).await;
    assert_eq!(chosen.status, StatusCode::OK, "{}", chosen.text());
    for account in chosen.json()["items"].as_array().expect("accounts") {
        assert_eq!(account["features"], json!({ "delete": true, "edit": false }), "{account}");
        let path = format!("/api/v1/accounts/{}", account["id"].as_str().expect("an id"));
        assert_eq!(
            desk.call(Method::GET, &path, None).await.json()["features"],
            json!({ "delete": true, "edit": false })
        );
    }
}
