//! Whom a post could mention, looked up from the composer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{Method, StatusCode};
use carillon_connectors::kit::http::{Call, Reply, SendError, Transport};
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_connectors::sandbox::{Fault, FaultKind, InProcess, When};
use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::Role;
use serde_json::json;
use tokio::sync::watch;

use crate::support::desk::Desk;
use crate::support::{Browser, TestApp};

async fn ask(browser: &Browser<'_>, home: &str, accounts: &[&str], words: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("q", words).extend_pairs(accounts.iter().map(|account| ("account", account)));
    let answer = browser.get(&format!("{home}/compose/mentions?{}", query.finish())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn people_are_looked_up_on_the_networks_of_the_chosen_accounts() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let x = desk.connect("x").await;
    let (bluesky, home) = (desk.account.as_str(), desk.home.as_str());

    let found = ask(&owner, home, &[bluesky, x.as_str()], " @theo").await;
    assert!(found.contains("data-put=\"@theolund.bsky.social \" data-apart"), "{found}");
    assert!(found.contains("<small>Theo Lund</small>"), "{found}");
    assert_eq!(found.matches("class=\"hashtags\"").count(), 1, "X has nothing for that: {found}");

    let nobody = ask(&owner, home, &[bluesky], "nobodyhere").await;
    assert!(nobody.contains("nobody is called that there") && !nobody.contains("data-put"), "{nobody}");
    let short = ask(&owner, home, &[bluesky], "@t").await;
    assert!(short.contains("type 2 letters of a name or more"), "{short}");
    for accounts in [&[][..], &[x.as_str()][..]] {
        let none = ask(&owner, home, accounts, "theo").await;
        assert!(none.contains("None of the chosen accounts"), "{none}");
    }

    let page = owner.get(&format!("{home}/compose")).await.text();
    assert!(page.contains(&format!("hx-get=\"{home}/compose/mentions\"")), "{page}");
    let reader = desk.member(Role::Analyst).await;
    let refused = reader.get(&format!("{home}/compose/mentions?q=theo&account={bluesky}")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_network_that_does_not_answer_says_so_in_its_place() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let mut limit = Fault::once("bluesky", "searchActorsTypeahead", When::Before, FaultKind::RateLimit);
    limit.count = None;
    desk.fault(limit);
    let found = ask(&owner, &desk.home, &[desk.account.as_str()], "theo").await;
    assert!(found.contains("class=\"trouble\"") && !found.contains("data-put"), "{found}");
}

#[tokio::test]
async fn what_is_asked_without_a_login_ends_none() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    // The account's server has no index, and the public one wants a login.
    for status in [501, 401] {
        let once = Fault::once("bluesky", "searchActorsTypeahead", When::Before, FaultKind::Status);
        desk.fault(once.status(status));
    }
    let found = ask(&owner, &desk.home, &[desk.account.as_str()], "theo").await;
    assert!(found.contains("class=\"trouble\"") && found.contains("refused the request"), "{found}");
    let account = desk.call(Method::GET, &format!("/api/v1/accounts/{}", desk.account), None).await;
    assert_eq!(account.json()["status"], "connected", "{}", account.text());
}

/// A way to the networks on which nobody gets people before two networks were asked for them.
struct Together {
    inner: InProcess,
    asked: watch::Sender<usize>,
}

#[async_trait]
impl Transport for Together {
    async fn send(&self, call: Call, window: Option<Duration>) -> Result<Reply, SendError> {
        if call.url.contains("searchActorsTypeahead") || call.url.contains("/accounts/search") {
            self.asked.send_modify(|asked| *asked += 1);
            let mut asked = self.asked.subscribe();
            asked.wait_for(|asked| *asked > 1).await.expect("the test goes on");
        }
        self.inner.send(call, window).await
    }
}

#[tokio::test]
async fn no_network_waits_for_another() {
    let way = |inner| Arc::new(Together { inner, asked: watch::Sender::new(0) }) as Arc<dyn Transport>;
    let (app, sandbox) = TestApp::networked_over(&[], way).await;
    let (owner, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("a workspace");
    let token = app.people().create_token_by_operator(workspace, "test", Role::Owner).await.expect("token");
    let token = token.secret.expose();

    let login = sandbox.login("bluesky", &PERSONAS[0]).expect("login");
    let body =
        json!({ "server": login.server, "identifier": login.identifier, "app_password": login.app_password });
    let connected = app.api(Method::POST, "/api/v1/connect/bluesky", token, Some(body)).await;
    assert_eq!(connected.status, StatusCode::OK, "{}", connected.text());
    let body = json!({ "server": "social.mastodon.localhost" });
    let begun = app.api(Method::POST, "/api/v1/connect/mastodon", token, Some(body)).await.json();
    let page = begun["authorize_url"].as_str().expect("an address").parse().expect("an address");
    let back = browser::walk(&sandbox, &page, PERSONAS[0].key, Decision::Allow).await.expect("consent");
    app.get(&format!("{}?{}", back.path(), back.query().expect("a code"))).await;

    let all = app.api(Method::GET, "/api/v1/accounts", token, None).await.json();
    let all = all["items"].as_array().expect("accounts").iter();
    let all: Vec<&str> = all.map(|account| account["id"].as_str().expect("an id")).collect();
    assert_eq!(all.len(), 2);
    let found = ask(&owner, &home, &all, "theo").await;
    assert!(found.contains("data-put=\"@theolund.bsky.social \""), "{found}");
    assert!(!found.contains("class=\"trouble\""), "both answered: {found}");
}
