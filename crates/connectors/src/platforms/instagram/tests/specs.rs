//! What goes out against Meta's own node specifications, v26 (v25 for nodes that only it has).
//!
//! Each request of each test here is checked when `CARILLON_SPECS` names the folder of the specifications.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use http::StatusCode;
use serde_json::Value;

use super::super::sandbox::kind_of_id;
use super::super::wire;
use super::stage::{Seen, Stage, commented, story};

/// Operations that no specification describes; the fact sheet is what they are checked against. Kept equal to
/// `docs/reference/spec-coverage-instagram.md`.
const UNCOVERED: &[&str] = &[
    "containers.upload",
    "oauth.code",
    "oauth.debug_token",
    "oauth.exchange (facebook)",
    "pages.list (business)",
];

/// Parameters of the Graph API itself, on every node and edge (Graph API - Overview, Paginated Results, Secure Requests).
const COMMON: &[&str] = &["access_token", "appsecret_proof", "fields", "limit", "after"];

struct Specs {
    v26: Value,
    user: Value,
}

fn folder() -> Option<PathBuf> {
    std::env::var_os("CARILLON_SPECS").map(|folder| PathBuf::from(folder).join("meta"))
}

/// A file of the specifications.
pub(super) fn file(path: &str) -> Option<Value> {
    let path = folder()?.join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

fn specs() -> Option<&'static Specs> {
    static SPECS: OnceLock<Option<Specs>> = OnceLock::new();
    SPECS
        .get_or_init(|| Some(Specs { v26: file("v26.0/nodes.json")?, user: file("v25.0/User.json")? }))
        .as_ref()
}

/// Notes that a test could not run for want of the specifications.
pub(super) fn skipped(test: &str) {
    use std::io::Write as _;
    let _ = std::io::stderr().write_all(b"skipped: CARILLON_SPECS unset\n");
    if let Ok(path) = std::env::var("CARILLON_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(log, "{test}: CARILLON_SPECS unset").unwrap();
    }
}

/// Panics when a request does not fit its specification.
pub(super) fn check(seen: &Seen) {
    if let Some(specs) = specs()
        && let Some(place) = place(seen)
    {
        let problem = match &place {
            Place::Node { node, edge, method } => specs.node(node, method, edge, seen),
            Place::User { edge, method } => specs.user(method, edge, seen),
        };
        if let Err(problem) = problem {
            panic!("{seen:?} does not fit the specification: {problem}");
        }
    }
}

enum Place {
    Node { node: &'static str, edge: String, method: String },
    User { edge: String, method: String },
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
    let method = seen.method.clone();
    let node = |node| Some(Place::Node { node, edge: "/".to_owned(), method: method.clone() });
    match parts.as_slice() {
        ["access_token"] => return node("IGAccessTokenForIGOnlyAPI"),
        ["refresh_access_token"] => return node("IGRefreshAccessTokenForIGOnlyAPI"),
        [_, "oauth", "access_token"] | [_, "debug_token"] | [_, _, "owned_pages" | "client_pages"] => {
            return None;
        }
        [_, "me", edge] if facebook => return Some(Place::User { edge: (*edge).to_owned(), method }),
        _ => {}
    }
    let (id, edge) = match parts.as_slice() {
        [_, id] => (*id, "/".to_owned()),
        [_, id, edge] => (*id, format!("/{edge}")),
        _ => panic!("{seen:?}"),
    };
    // The v25 and v26 files write this edge of the Instagram login without the underscore that guide and reference have.
    let edge = if edge == "/media_publish" && !facebook { "/mediapublish".to_owned() } else { edge };
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
    Some(Place::Node { node, edge, method })
}

impl Specs {
    fn node(&self, node: &str, method: &str, edge: &str, seen: &Seen) -> Result<(), String> {
        let spec = &self.v26["nodes"][node];
        let edges = spec["edges"].as_array().ok_or_else(|| format!("no node {node}"))?;
        let found = edges.iter().find(|e| e["method"] == *method && e["edge"] == *edge);
        let found = found.ok_or_else(|| format!("{node} has no {method} {edge}"))?;
        for (name, value) in &seen.params {
            match found["params"].get(name).and_then(Value::as_str) {
                Some(kind) => fits(name, value, kind)?,
                None if COMMON.contains(&name.as_str()) => {}
                None => return Err(format!("{method} {edge} of {node} has no parameter {name}")),
            }
        }
        let returned = match (edge, found["returns"].as_str()) {
            ("/", _) => node,
            ("/media" | "/stories", _) if node == "IGUser" => "IGMedia",
            ("/media" | "/stories", _) => "IGMediaForIGOnlyAPI",
            ("/comments", _) => "IGComment",
            (_, Some(returned)) if self.v26["nodes"].get(returned).is_some() => returned,
            _ => return seen.get("fields").map_or(Ok(()), |f| Err(format!("fields {f} of an unknown node"))),
        };
        self.fields(returned, seen)
    }

    fn fields(&self, node: &str, seen: &Seen) -> Result<(), String> {
        let known = &self.v26["nodes"][node]["fields"];
        let unknown = seen.get("fields").unwrap_or_default().split(',').find(|f| {
            let name = f.split('{').next().unwrap_or_default();
            !name.is_empty() && known.get(name).is_none()
        });
        unknown.map_or(Ok(()), |field| Err(format!("{node} has no field {field}")))
    }

    fn user(&self, method: &str, edge: &str, seen: &Seen) -> Result<(), String> {
        let edges = self.user["apis"].as_array().into_iter().flatten();
        let found = edges.filter(|e| e["method"] == *method && e["endpoint"] == *edge).collect::<Vec<_>>();
        let found = found.first().ok_or_else(|| format!("User has no {method} /{edge}"))?;
        for (name, _) in &seen.params {
            let given = found["params"].as_array().into_iter().flatten().any(|p| p["name"] == **name);
            if !given && !COMMON.contains(&name.as_str()) {
                return Err(format!("{method} /{edge} of User has no parameter {name}"));
            }
        }
        if edge != "accounts" {
            return Ok(());
        }
        let fields = seen.get("fields").unwrap_or_default();
        let (outer, inner) = fields.split_once('{').unwrap_or((fields, ""));
        // `tasks` belongs to the edge, not to the Page (Pages API - Get Page access tokens).
        for field in outer.split(',').filter(|f| *f != "tasks") {
            if self.v26["nodes"]["Page"]["fields"].get(field).is_none() {
                return Err(format!("Page has no field {field}"));
            }
        }
        for field in inner.trim_end_matches('}').split(',') {
            if self.v26["nodes"]["IGUser"]["fields"].get(field).is_none() {
                return Err(format!("IGUser has no field {field}"));
            }
        }
        Ok(())
    }
}

fn fits(name: &str, value: &str, kind: &str) -> Result<(), String> {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let right = match kind {
        "bool" => matches!(value, "true" | "false"),
        "unsigned int" | "int" | "datetime" => number(value),
        "list<string>" if name == "children" => value.split(',').all(number),
        "list<string>" => serde_json::from_str::<Vec<String>>(value).is_ok(),
        "list<map>" => serde_json::from_str::<Vec<serde_json::Map<String, Value>>>(value).is_ok(),
        "map" => serde_json::from_str::<serde_json::Map<String, Value>>(value).is_ok(),
        // A string in the specification; these are its values in IG User media.
        "string" if name == "media_type" => matches!(value, "REELS" | "STORIES" | "CAROUSEL" | "VIDEO"),
        "string" if name == "upload_type" => value == "resumable",
        "string" if name == "thumb_offset" => number(value),
        "string" => !value.is_empty(),
        other => return Err(format!("{name} is of the unknown type {other}")),
    };
    if right { Ok(()) } else { Err(format!("{name}={value} is no {kind}")) }
}

/// The name under which an uncovered request is listed.
fn uncovered(seen: &Seen) -> Option<String> {
    if place(seen).is_some() {
        return None;
    }
    let suffix = match seen.operation {
        "oauth.exchange" => " (facebook)",
        "pages.list" => " (business)",
        _ => "",
    };
    Some(format!("{}{suffix}", seen.operation))
}

#[tokio::test]
async fn every_request_is_described_or_listed() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    assert!(session.publish(&commented(stage.picture("hello"), "first")).await.is_published());
    assert!(session.publish(&story(stage.video(""))).await.is_published());
    stage.bench.clock.advance(std::time::Duration::from_secs(90_000));
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    session.connector.reader().unwrap().profile(&cx).await.unwrap();
    session.connector.reader().unwrap().posts(&cx, None).await.unwrap();

    let other = crate::conformance::Connect::as_persona("theolund").flavour("facebook");
    let session = stage.bench.connect(&super::super::CONNECTOR, other).await.unwrap();
    stage.bench.library.hide();
    let outcome = session.publish(&commented(stage.video("reel"), "first")).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    session.connector.reader().unwrap().profile(&cx).await.unwrap();
    session.connector.reader().unwrap().posts(&cx, None).await.unwrap();
    session.connector.publisher().unwrap().delete(&cx, &outcome.remote_ids()[0]).await.unwrap();
    let auth = stage.bench.auth_cx(&session.settings, None);
    session.connector.authorizer().revoke(&auth, &session.account, &credential).await.unwrap();

    let seen = stage.wire.seen.lock().unwrap().clone();
    let found: BTreeSet<String> = seen.iter().filter_map(uncovered).collect();
    assert_eq!(found, UNCOVERED.iter().map(|s| (*s).to_owned()).collect());
    let page = include_str!("../../../../../../docs/reference/spec-coverage-instagram.md");
    for name in UNCOVERED {
        assert!(page.contains(&format!("`{name}`")), "{name} is missing in the reference");
    }
    if folder().is_none() {
        skipped("instagram::tests::specs::every_request_is_described_or_listed");
    }
}

#[test]
fn a_request_that_does_not_fit_is_found() {
    let Some(specs) = specs() else {
        return skipped("instagram::tests::specs::a_request_that_does_not_fit_is_found");
    };
    let seen = |name: &str, value: &str| Seen {
        operation: "containers.create",
        method: "POST".to_owned(),
        url: String::new(),
        params: vec![(name.to_owned(), value.to_owned())],
    };
    let post = |name: &str, value: &str| specs.node("IGUser", "POST", "/media", &seen(name, value));
    assert!(post("caption", "x").is_ok());
    assert!(post("captoin", "x").is_err());
    assert!(post("share_to_feed", "1").is_err());
    assert!(post("user_tags", "[\"x\"]").is_err());
    assert!(specs.node("IGUser", "GET", "/media", &seen("fields", "id,captoin")).is_err());
    assert!(specs.node("IGUser", "PUT", "/media", &seen("fields", "id")).is_err());
}

#[test]
fn the_networks_own_samples_are_understood() {
    let Some(_) = folder() else {
        return skipped("instagram::tests::specs::the_networks_own_samples_are_understood");
    };
    let sample = |name: &str| file(&format!("fixtures/restfb/instagram/{name}")).unwrap();
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
