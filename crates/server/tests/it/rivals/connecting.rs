//! Complaints 20, 21, 22 and 25: connecting accounts.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};

use super::agreed;
use crate::support::Browser;
use crate::support::desk::Desk;

/// Begins to connect by the page; answers where the network's own page is.
async fn begun(desk: &Desk, owner: &Browser<'_>, platform: &str, form: &[(&str, &str)]) -> url::Url {
    let answer = owner.post(&format!("{}/connect/{platform}", desk.home), form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").parse().expect("an address")
}

/// What LinkedIn is asked to allow for a kind of login.
async fn scopes(desk: &Desk, flavour: &str) -> BTreeSet<String> {
    let page = begun(desk, &desk.owner().await, "linkedin", &[("flavour", flavour)]).await;
    let asked = page.query_pairs().find(|(name, _)| name == "scope").expect("scopes").1.into_owned();
    asked.split(' ').map(str::to_owned).collect()
}

pub async fn member_scopes(desk: Desk) {
    let member = scopes(&desk, "member").await;
    assert_eq!(member, BTreeSet::from(["openid", "profile", "w_member_social"].map(str::to_owned)));
    desk.app.dispose().await;
}

pub async fn page_scopes(desk: Desk) {
    let page = scopes(&desk, "organization").await;
    let wanted = ["r_organization_social", "rw_organization_admin", "w_organization_social"];
    assert_eq!(page, BTreeSet::from(wanted.map(str::to_owned)), "an app for pages may not ask for `openid`");
    desk.app.dispose().await;
}

pub async fn many_servers(desk: Desk) {
    let owner = desk.owner().await;
    let servers = ["social.mastodon.localhost", "vintage.mastodon.localhost"];
    for server in servers {
        let page = begun(&desk, &owner, "mastodon", &[("server", server)]).await;
        assert_eq!(page.host_str(), Some(server));
        let done = owner.get(&agreed(&desk, &page).await).await;
        assert_eq!(
            done.header("location"),
            format!("{}/connections?connected", desk.home),
            "{}",
            done.text()
        );
    }
    let all = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
    let all = all["items"].as_array().expect("accounts").iter();
    let on_mastodon = all.filter(|account| account["platform"] == "mastodon");
    let known: Vec<String> = on_mastodon.map(|account| account["server"].to_string()).collect();
    assert!(
        known.len() == 2 && servers.iter().all(|server| known.iter().any(|k| k.contains(server))),
        "{known:?}"
    );
    desk.app.dispose().await;
}

pub async fn broken_x(desk: Desk) {
    let owner = desk.owner().await;
    let answers = [(FaultKind::Status, Some(400)), (FaultKind::Status, Some(500)), (FaultKind::Cut, None)];
    for operation in ["oauth2.token", "users.me"] {
        for (kind, status) in answers {
            let story = format!("{operation}: {kind:?} {status:?}");
            let page = begun(&desk, &owner, "x", &[]).await;
            let back = agreed(&desk, &page).await;
            let mut fault = Fault::once("x", operation, When::Before, kind).times(1_000);
            fault.status = status;
            let line = desk.sandbox.world().faults().add(fault);
            let answer = owner.get(&back).await;
            assert!(desk.sandbox.world().faults().remove(line), "{story}");
            assert_eq!(answer.status, StatusCode::OK, "{story}: {}", answer.text());
            let page = answer.text();
            let why = page.split("role=\"alert\">").nth(1).and_then(|rest| rest.split('<').next());
            assert!(page.contains("Not connected"), "{story}: {page}");
            let sentences = why.map_or(0, |why| why.matches('.').count());
            assert!(sentences >= 2, "{story}: what happened and what to do: {why:?}");
            assert!(page.contains(&format!("href=\"{}/connections", desk.home)), "{story}: {page}");
        }
    }
    let all = desk.call(Method::GET, "/api/v1/accounts", None).await.json();
    assert!(all["items"].as_array().expect("accounts").iter().all(|a| a["platform"] != "x"), "{all}");
    desk.app.dispose().await;
}
