//! What goes out, and what the sandbox answers, against Meta's own node specifications, v26 (v25 for nodes that only it has).
//!
//! Each request and each answer of each test here is checked when `CARILLON_SPECS` names the folder of the specifications.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};

use super::super::sandbox::kind_of_id;
use super::super::wire;
use super::stage::{Seen, Stage, commented, story};
use crate::kit::graph::nodes::{Nodes, Place};
use crate::kit::http::Reply;
use crate::sandbox::{FaultKind, When};
use crate::specs;

/// Operations that no specification describes; the fact sheet is what they are checked against. Kept equal to
/// `docs/reference/spec-coverage-instagram.md`.
const UNCOVERED: &[&str] = &[
    "containers.upload",
    "oauth.code",
    "oauth.debug_token",
    "oauth.exchange (facebook)",
    "pages.list (business)",
];

/// What the specifications describe of the calls in the walk below. Kept equal to the same page.
const COVERED: &[&str] = &[
    "businesses.list User GET /businesses",
    "comments.create IGMedia POST /comments",
    "comments.create IGMediaForIGOnlyAPI POST /comments",
    "comments.list IGMedia GET /comments",
    "comments.list IGMediaForIGOnlyAPI GET /comments",
    "containers.create IGUser POST /media",
    "containers.create IGUserForIGOnlyAPI POST /media",
    "containers.read ShadowIGMediaBuilder GET /",
    "insights.account IGUser GET /insights",
    "insights.account IGUserForIGOnlyAPI GET /insights",
    "insights.audience IGUser GET /insights",
    "insights.audience IGUserForIGOnlyAPI GET /insights",
    "insights.post IGMedia GET /insights",
    "insights.post IGMediaForIGOnlyAPI GET /insights",
    "media.delete IGMedia DELETE /",
    "media.list IGUser GET /media",
    "media.list IGUserForIGOnlyAPI GET /media",
    "media.publish IGUser POST /media_publish",
    "media.publish IGUserForIGOnlyAPI POST /mediapublish",
    "media.read IGMedia GET /",
    "media.read IGMediaForIGOnlyAPI GET /",
    "oauth.exchange IGAccessTokenForIGOnlyAPI GET /",
    "oauth.refresh IGRefreshAccessTokenForIGOnlyAPI GET /",
    "oauth.revoke User DELETE /permissions",
    "pages.list User GET /accounts",
    "profile.read IGUser GET /",
    "profile.read IGUserForIGOnlyAPI GET /",
    "quota.read IGUser GET /content_publishing_limit",
    "quota.read IGUserForIGOnlyAPI GET /content_publishing_limit",
    "stories.list IGUser GET /stories",
    "stories.list IGUserForIGOnlyAPI GET /stories",
];

/// Panics when a request does not fit its specification.
pub(super) fn check(seen: &Seen) {
    if let (Some(nodes), Some(place)) = (Nodes::load(), place(seen))
        && let Err(problem) = nodes.request(&place, &seen.params)
    {
        panic!("{seen:?} does not fit the specification: {problem}");
    }
}

/// Panics when an answer of the sandbox does not fit its specification.
pub(super) fn check_answer(seen: &Seen, reply: &Reply) {
    if let (Some(nodes), Some(place)) = (Nodes::load(), place(seen))
        && reply.status.is_success()
        && let Err(problem) = nodes.answer(&place, &reply.json().unwrap_or_default())
    {
        panic!("{seen:?} is not answered as the specification says: {problem}");
    }
}

/// Where the specifications describe a request; `None` for what is in [`UNCOVERED`].
fn place(seen: &Seen) -> Option<Place> {
    let rest = seen.url.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let parts: Vec<&str> = path.split('/').collect();
    let facebook = match host {
        "graph.instagram.com" => false,
        "graph.facebook.com" => true,
        _ => return None,
    };
    let at = |node, edge: &str| Some(Place { node, method: seen.method.clone(), edge: edge.to_owned() });
    let (id, edge) = match parts.as_slice() {
        ["access_token"] => return at("IGAccessTokenForIGOnlyAPI", "/"),
        ["refresh_access_token"] => return at("IGRefreshAccessTokenForIGOnlyAPI", "/"),
        [_, "oauth", "access_token"] | [_, "debug_token"] | [_, _, "owned_pages" | "client_pages"] => {
            return None;
        }
        [_, "me", edge] if facebook => return at("User", &format!("/{edge}")),
        [_, id] => (*id, "/".to_owned()),
        // The v25 and v26 files write this edge of the Instagram login without the underscore that guide and reference have.
        [_, id, "media_publish"] if !facebook => (*id, "/mediapublish".to_owned()),
        [_, id, edge] => (*id, format!("/{edge}")),
        _ => panic!("{seen:?}"),
    };
    let node = match (kind_of_id(id), facebook) {
        ("account", true) => "IGUser",
        ("account", false) => "IGUserForIGOnlyAPI",
        ("container", _) => "ShadowIGMediaBuilder",
        ("media", true) => "IGMedia",
        ("media", false) => "IGMediaForIGOnlyAPI",
        ("comment", _) => "IGComment",
        _ if id == "me" => "IGUserForIGOnlyAPI",
        other => panic!("{other:?}: {seen:?}"),
    };
    at(node, &edge)
}

/// The name under which an uncovered request is listed.
fn unlisted(seen: &Seen) -> String {
    let suffix = match seen.operation {
        "oauth.exchange" => " (facebook)",
        "pages.list" => " (business)",
        _ => "",
    };
    format!("{}{suffix}", seen.operation)
}

fn listed(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[tokio::test]
async fn every_request_is_described_or_listed() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    // An answer that is lost leads to a look at the comments.
    stage.fault("comments.create", When::After, FaultKind::Cut);
    assert!(session.publish(&commented(stage.picture("hello"), "first")).await.is_published());
    let told = session.publish(&story(stage.video(""))).await;
    assert!(told.is_published());
    stage.bench.clock.advance(std::time::Duration::from_secs(7_200));
    super::insights::everything(&stage, &session, &told.remote_ids()).await;
    stage.bench.clock.advance(std::time::Duration::from_secs(90_000));
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    session.connector.reader().unwrap().profile(&cx).await.unwrap();
    session.connector.reader().unwrap().posts(&cx, None).await.unwrap();

    let other = crate::conformance::Connect::as_persona("theolund").flavour("facebook");
    let session = stage.bench.connect(&super::super::CONNECTOR, other).await.unwrap();
    stage.bench.library.hide();
    stage.fault("comments.create", When::After, FaultKind::Cut);
    let outcome = session.publish(&commented(stage.video("reel"), "first")).await;
    assert!(session.publish(&story(stage.video(""))).await.is_published());
    super::insights::everything(&stage, &session, &outcome.remote_ids()[..1]).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    session.connector.reader().unwrap().profile(&cx).await.unwrap();
    session.connector.reader().unwrap().posts(&cx, None).await.unwrap();
    session.connector.publisher().unwrap().delete(&cx, &outcome.remote_ids()[0]).await.unwrap();
    let auth = stage.bench.auth_cx(&session.settings, None);
    session.connector.authorizer().revoke(&auth, &session.account, &credential).await.unwrap();

    let seen = stage.wire.seen.lock().unwrap().clone();
    let (mut covered, mut uncovered) = (BTreeSet::new(), BTreeSet::new());
    for call in &seen {
        match place(call) {
            Some(Place { node, method, edge }) => {
                covered.insert(format!("{} {node} {method} {edge}", call.operation))
            }
            None => uncovered.insert(unlisted(call)),
        };
    }
    assert_eq!(uncovered, listed(UNCOVERED));
    assert_eq!(covered, listed(COVERED));
    let page = include_str!("../../../../../../docs/reference/spec-coverage-instagram.md");
    for name in UNCOVERED {
        assert!(page.contains(&format!("`{name}`")), "{name} is missing in the reference");
    }
    for name in COVERED {
        let operation = name.split(' ').next().unwrap();
        assert!(page.contains(&format!("`{operation}`")), "{operation} is missing in the reference");
    }
    if Nodes::load().is_none() {
        specs::skipped("instagram::tests::specs::every_request_is_described_or_listed");
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let Some(nodes) = Nodes::load() else {
        return specs::skipped("instagram::tests::specs::what_does_not_fit_is_found");
    };
    let media = |method: &str| Place { node: "IGUser", method: method.to_owned(), edge: "/media".to_owned() };
    let request = |method, name: &str, value: &str| {
        nodes.request(&media(method), &[(name.to_owned(), value.to_owned())])
    };
    assert!(request("POST", "caption", "x").is_ok());
    assert!(request("POST", "captoin", "x").is_err());
    assert!(request("POST", "share_to_feed", "1").is_err());
    assert!(request("POST", "media_type", "FILM").is_err());
    assert!(request("POST", "user_tags", "[\"x\"]").is_err());
    assert!(request("GET", "fields", "id,captoin").is_err());
    assert!(request("GET", "fields", "id,owner{id,usrname}").is_err());
    assert!(request("PUT", "fields", "id").is_err());
    let listed = |post: Value| nodes.answer(&media("GET"), &json!({ "data": [post] }));
    assert!(listed(json!({ "id": "17", "like_count": 3, "timestamp": "2026-01-02T18:31:28+0000" })).is_ok());
    assert!(
        listed(json!({ "id": "17", "likes": 3 })).is_err() && listed(json!({ "like_count": "3" })).is_err()
    );
}

#[test]
fn the_networks_own_samples_are_understood() {
    if specs::path("meta").is_none() {
        return specs::skipped("instagram::tests::specs::the_networks_own_samples_are_understood");
    }
    let sample =
        |name: &str| -> Value { specs::file(&format!("meta/fixtures/restfb/instagram/{name}")).unwrap() };
    let token: wire::ShortTokenBody = serde_json::from_value(sample("accesstoken.json")).unwrap();
    assert!(
        matches!(token, wire::ShortTokenBody::Flat(t) if matches!(&t.permissions, wire::Words::List(l) if l.len() == 4))
    );
    let limit: wire::Page<wire::PublishingLimit> =
        serde_json::from_value(sample("content_publishing_limit.json")).unwrap();
    assert_eq!(limit.data[0].quota_usage, Some(2));
    assert_eq!(limit.data[0].config.as_ref().unwrap().quota_total, Some(25));
    for (name, code) in [("container.json", "FINISHED"), ("container_no_copyright.json", "IN_PROGRESS")] {
        let container: wire::Container = serde_json::from_value(sample(name)).unwrap();
        assert_eq!(container.status_code.as_deref(), Some(code));
    }
    for name in ["media-carousel.json", "media-image.json"] {
        let media: wire::Media = serde_json::from_value(sample(name)).unwrap();
        assert!(super::super::api::timestamp(media.timestamp.as_deref().unwrap()).is_some());
    }
    let comment: wire::Comment = serde_json::from_value(sample("comment_missing_user.json")).unwrap();
    assert_eq!(comment.username.as_deref(), Some("bincyshiona"));
    let user: wire::Profile = serde_json::from_value(sample("user.json")).unwrap();
    assert_eq!((user.followers_count, user.media_count), (Some(10), Some(2)));
    let reply = super::errors::reply(StatusCode::BAD_REQUEST, &sample("ig_login_exception.json").to_string());
    let error = super::errors::judge(&reply, false);
    assert_eq!((error.code.as_str(), error.remote.code.as_deref()), ("malformed_request", Some("2500")));
}
