//! The demo's simulated networks as somebody who connects accounts on them meets them.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use carillon_connectors::Registry;
use carillon_connectors::contract::capability::Connect;
use carillon_connectors::contract::connector::Connector;
use carillon_connectors::kit::egress::Egress;
use carillon_connectors::kit::wire::Wire;
use carillon_connectors::sandbox::browser::{self, Decision};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_server::ambient::SystemClock;
use serde_json::{Value, json};
use url::Url;

use super::items;
use super::needles::Needles;
use crate::process::Client;

/// Connects one more account of every platform through the API, and adds what only the way there had: codes and states.
pub async fn connect_more(api: &Client, sandbox: &Client, needles: &mut Needles) {
    let before = api.get("/api/v1/accounts").await;
    for connector in Registry.all().iter().copied() {
        let platform = connector.descriptor().name;
        let known = items(&before).iter().find(|a| a["platform"] == platform).expect("an account of each");
        match connector.capabilities().connect {
            Connect::AppPassword { .. } => by_password(api, sandbox, connector).await,
            Connect::Oauth { .. } => by_consent(api, connector, json!({}), needles).await,
            Connect::OauthPerServer => {
                by_consent(api, connector, json!({ "server": known["server"] }), needles).await;
            }
        }
    }
    let after = api.get("/api/v1/accounts").await;
    assert!(items(&after).len() > items(&before).len(), "{after}");
}

async fn by_password(api: &Client, sandbox: &Client, connector: &dyn Connector) {
    let platform = connector.descriptor().name;
    let tokens = sandbox.get("/sandbox/tokens").await;
    let theirs = items(&tokens).iter().find(|t| {
        let host = t["server"].as_str().unwrap_or_default();
        t["platform"] == platform && t["kind"] == "app_password" && host.ends_with(".localhost")
    });
    let theirs = theirs.expect("an app password");
    let port = sandbox.base().rsplit(':').next().expect("a port");
    let server = format!("{}:{port}", theirs["server"].as_str().expect("a host"));
    let path = format!("/api/v1/connect/{platform}");
    let body = |password: &Value| json!({ "server": server, "identifier": theirs["account"], "app_password": password });
    let (refused, _) = api.send(Method::POST, &path, Some(body(&json!("aaaa-bbbb-cccc-dddd")))).await;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);
    api.post(&path, body(&theirs["access_token"])).await;
}

async fn by_consent(api: &Client, connector: &dyn Connector, body: Value, needles: &mut Needles) {
    let platform = connector.descriptor().name;
    let begun = api.post(&format!("/api/v1/connect/{platform}"), body).await;
    let page = Url::parse(begun["authorize_url"].as_str().expect("an address")).expect("an address");
    let loopback = ["127.0.0.0/8", "::1/128"].map(|net| net.parse().expect("net"));
    let wire = Wire::new(Egress::new(loopback), Arc::new(SystemClock::new())).expect("a client");
    let mut back = None;
    for persona in PERSONAS {
        let inside = |host: &str| host.ends_with(".localhost");
        let walked = browser::walk_over(&wire, inside, &page, persona.key, Decision::Allow).await;
        if let Ok(to) = walked {
            back = Some(to);
            break;
        }
    }
    let back = back.expect("a persona that the network knows");
    for (name, value) in back.query_pairs().filter(|(name, _)| name == "code" || name == "state") {
        needles.add(&format!("the {name} of {platform}"), &value);
    }
    let (status, page) =
        api.send(Method::GET, &format!("{}?{}", back.path(), back.query().expect("a code")), None).await;
    assert!(status.is_success() || status.is_redirection(), "{platform}: {status} {page}");
    let path = format!("/api/v1/connect/{}", begun["connect_id"].as_str().expect("an id"));
    let connect = api.get(&path).await;
    if connect["status"] == "choose" {
        let path = format!("/api/v1/connect/grants/{}/targets", connect["grant"].as_str().expect("a grant"));
        let offered = api.get(&path).await;
        let all: Vec<&Value> = items(&offered).iter().map(|t| &t["id"]).collect();
        api.post(&path, json!({ "targets": all })).await;
    } else {
        assert_eq!(connect["status"], "connected", "{platform}: {connect}");
    }
}
