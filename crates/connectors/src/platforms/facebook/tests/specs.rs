//! What goes out, and what the sandbox answers, against Meta's own node specifications, v26 (v25 for `User`).
//!
//! Each request and each answer of each test here is checked when `CARILLON_SPECS` names the folder of the specifications.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::super::{CONNECTOR, wire};
use super::stage::{Seen, Stage, Trouble, commented, reel, with};
use crate::conformance::draft;
use crate::contract::connector::Connector;

/// Operations that no specification describes; the fact sheet is what they are checked against. Kept equal to
/// `docs/reference/spec-coverage-facebook.md`.
const UNCOVERED: &[&str] = &["oauth.code", "oauth.debug_token", "oauth.exchange", "reels.upload"];

/// What the specifications describe of the calls in the walk below. Kept equal to the same page.
const COVERED: &[&str] = &[
    "comments.create PagePost POST /comments",
    "comments.list PagePost GET /comments",
    "feed.create Page POST /feed",
    "oauth.revoke User DELETE /permissions",
    "pages.list User GET /accounts",
    "photos.upload Page POST /photos",
    "posts.delete PagePost DELETE /",
    "posts.find PagePost GET /",
    "posts.list Page GET /published_posts",
    "posts.read PagePost GET /",
    "profile.read Page GET /",
    "reels.finish Page POST /video_reels",
    "reels.start Page POST /video_reels",
    "videos.finish Page POST /videos",
    "videos.read AdVideo GET /",
    "videos.start Page POST /videos",
    "videos.transfer Page POST /videos",
];

/// Parameters of the Graph API itself, on every node and edge (Graph API - Overview, Paginated Results, Secure Requests).
const COMMON: &[&str] = &["access_token", "appsecret_proof", "fields", "limit", "after", "since"];

/// Files are no parameters in the specification of this edge (Page photos, `source`).
const FILES: &[(&str, &str)] = &[("/photos", "source")];

/// Fields that belong to an edge and not to the node (Pages API - Get Page access tokens).
const OF_EDGES: &[(&str, &str)] = &[("/accounts", "tasks")];

struct Specs {
    v26: Value,
    user: Value,
}

/// The folder of Meta's specifications.
pub(super) fn folder() -> Option<PathBuf> {
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
    if let (Some(specs), Some(place)) = (specs(), place(seen))
        && let Err(problem) = specs.request(&place, seen)
    {
        panic!("{} does not fit the specification: {problem}", seen.brief());
    }
}

/// Panics when an answer of the sandbox does not fit its specification.
pub(super) fn check_answer(seen: &Seen) {
    let Some((status, body)) = &seen.answer else { return };
    if let (Some(specs), Some(place)) = (specs(), place(seen))
        && status.is_success()
        && let Err(problem) = specs.answer(&place, &serde_json::from_slice(body).unwrap_or_default())
    {
        panic!("{} is not answered as the specification says: {problem}", seen.brief());
    }
}

/// Where the specifications describe a request.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    node: &'static str,
    method: String,
    edge: String,
}

/// Where the specifications describe a request; `None` for what is in [`UNCOVERED`].
fn place(seen: &Seen) -> Option<Place> {
    let rest = seen.url.strip_prefix("https://")?;
    let (host, path) = rest.split_once('/')?;
    let parts: Vec<&str> = path.split('/').collect();
    if !["graph.facebook.com", "graph-video.facebook.com"].contains(&host) {
        return None;
    }
    let edge = match parts.as_slice() {
        [_, "oauth", "access_token"] | [_, "debug_token"] | [_, _, "owned_pages" | "client_pages"] => {
            return None;
        }
        [_, _] => "/".to_owned(),
        [_, _, edge] => format!("/{edge}"),
        _ => panic!("{seen:?}"),
    };
    let node = match seen.operation.split('.').next().unwrap_or_default() {
        _ if parts.get(1) == Some(&"me") => "User",
        "videos" if edge == "/" => "AdVideo",
        "posts" if edge == "/" => "PagePost",
        "comments" => "PagePost",
        _ => "Page",
    };
    Some(Place { node, method: seen.method.clone(), edge })
}

impl Specs {
    fn request(&self, place: &Place, seen: &Seen) -> Result<(), String> {
        let params = self.params(place)?;
        for (name, value) in &seen.params {
            match params.get(name).and_then(Value::as_str) {
                Some(kind) => self.fits(place.node, name, value, kind)?,
                None if COMMON.contains(&name.as_str()) => {}
                None if FILES.contains(&(place.edge.as_str(), name.as_str())) => {}
                None => return Err(format!("{place:?} has no parameter {name}")),
            }
        }
        let fields = seen.get("fields").unwrap_or_default();
        let node = self.returned(place);
        let unknown = top_level(fields).into_iter().find(|field| !self.has_field(place, node, field));
        unknown.map_or(Ok(()), |field| Err(format!("{node} has no field {field}")))
    }

    /// The parameters of a method of an edge, by name.
    fn params(&self, place: &Place) -> Result<Map<String, Value>, String> {
        let nothing = || format!("there is no {place:?}");
        if place.node == "User" {
            let mut edges = self.user["apis"].as_array().into_iter().flatten();
            let edge = place.edge.trim_start_matches('/');
            let found = edges.find(|e| e["method"] == *place.method && e["endpoint"] == *edge);
            let params = found.ok_or_else(nothing)?["params"].as_array().cloned().unwrap_or_default();
            let named = |p: &Value| Some((p["name"].as_str()?.to_owned(), p["type"].clone()));
            return Ok(params.iter().filter_map(named).collect());
        }
        let edges = self.v26["nodes"][place.node]["edges"].as_array().ok_or_else(nothing)?;
        let found = edges.iter().find(|e| e["method"] == *place.method && e["edge"] == *place.edge);
        Ok(found.ok_or_else(nothing)?["params"].as_object().cloned().unwrap_or_default())
    }

    /// The node that an edge gives.
    fn returned(&self, place: &Place) -> &'static str {
        match (place.node, place.edge.as_str()) {
            ("Page", "/published_posts") => "PagePost",
            ("PagePost", "/comments") => "Comment",
            ("User", "/accounts") => "Page",
            ("User", _) => "User",
            (node, _) => node,
        }
    }

    /// Edges can be asked for as if they were fields. The businesses of a user have no specification.
    fn has_field(&self, place: &Place, node: &str, field: &str) -> bool {
        let node = &self.v26["nodes"][node];
        let edges = node["edges"].as_array().into_iter().flatten();
        let mut edges = edges.filter(|e| e["method"] == "GET").filter_map(|e| e["edge"].as_str());
        field == "id"
            || node["fields"].get(field).is_some()
            || OF_EDGES.contains(&(place.edge.as_str(), field))
            || edges.any(|edge| edge.strip_prefix('/') == Some(field))
    }

    fn fits(&self, node: &str, name: &str, value: &str, kind: &str) -> Result<(), String> {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let objects = |text: &str| serde_json::from_str::<Vec<Map<String, Value>>>(text).is_ok();
        let right = match kind {
            "bool" => matches!(value, "true" | "false"),
            "unsigned int" | "int" => number(value),
            "list<Object>" => objects(value),
            "string" => !value.is_empty(),
            // An id, as the guide gives it.
            "Object" if name == "place" => number(value),
            kind if kind.ends_with("_enum") => return self.one_of(node, kind, value),
            other => return Err(format!("{name} is of the unknown type {other}")),
        };
        if right { Ok(()) } else { Err(format!("{name}={value} is no {kind}")) }
    }

    /// `upload_phase_enum` is `UploadPhase` among the node's enumerations; or of what its edges give.
    fn one_of(&self, node: &str, kind: &str, value: &str) -> Result<(), String> {
        let plain = |text: &str| text.to_ascii_lowercase().replace('_', "");
        let wanted = plain(kind.trim_end_matches("_enum"));
        let values = [node, "Comment", "AdVideo"].iter().find_map(|node| {
            let mut enums = self.v26["nodes"][node]["enums"].as_object()?.iter();
            enums.find(|(name, _)| plain(name) == wanted).map(|(_, values)| values.to_string())
        });
        let known = values.ok_or_else(|| format!("{kind} is in no list"))?.to_ascii_lowercase();
        if known.contains(&format!("\"{}\"", value.to_ascii_lowercase())) {
            Ok(())
        } else {
            Err(format!("{value} is none of {known}"))
        }
    }

    fn answer(&self, place: &Place, body: &Value) -> Result<(), String> {
        if place.method != "GET" {
            return if body.is_object() || body == &json!(true) { Ok(()) } else { Err(body.to_string()) };
        }
        let node = self.returned(place);
        match body.get("data").and_then(Value::as_array) {
            _ if place.edge == "/" => self.object(place, node, body),
            Some(entries) => entries.iter().try_for_each(|entry| self.object(place, node, entry)),
            None => Err(format!("a list without data: {body}")),
        }
    }

    fn object(&self, place: &Place, node: &str, object: &Value) -> Result<(), String> {
        let Some(fields) = object.as_object() else { return Err(format!("{object} is no object")) };
        if node == "User" {
            return Ok(());
        }
        for (name, value) in fields {
            if !self.has_field(place, node, name) {
                return Err(format!("{node} has no field {name}"));
            }
            let kind = self.v26["nodes"][node]["fields"].get(name).and_then(Value::as_str);
            // Edges have no type of their own.
            let Some(kind) = kind else { continue };
            let right = match kind {
                "string" => value.is_string(),
                "bool" => value.is_boolean(),
                "unsigned int" | "int" | "float" => value.is_number(),
                "datetime" => value.as_str().is_some_and(|text| super::super::api::timestamp(text).is_some()),
                kind if kind.starts_with("list") => value.is_array(),
                _ => value.is_object(),
            };
            if !right {
                return Err(format!("{name} of {node} is no {kind}: {value}"));
            }
        }
        Ok(())
    }
}

/// The names at the top of a list of fields such as `id,shares,likes.limit(0),a{b,c{d}}`.
fn top_level(fields: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let split = fields.split(|c: char| {
        depth += i32::from(matches!(c, '{' | '(')) - i32::from(matches!(c, '}' | ')'));
        c == ',' && depth == 0
    });
    split
        .map(|field| field.split(['{', '(', '.']).next().unwrap_or_default())
        .filter(|f| !f.is_empty())
        .collect()
}

fn listed(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Everything that the connector can send, once.
async fn everything(stage: &Stage) {
    let session = stage.page().await;
    let library = &stage.bench.library;
    let pictures = [library.jpeg(1080, 1080, Some("first")), library.png(900, 900, None)];
    stage.script("comments.create", Trouble::LostAfter);
    let photos = session.publish(&commented(draft("two photos", pictures), "first comment")).await;
    assert!(photos.is_published(), "{photos:?}");
    let link = with(draft("a link", []), "link", json!("https://example.com/a"));
    assert!(session.publish(&link).await.is_published());
    let video = with(stage.video("a video"), "video_title", json!("A title"));
    assert!(session.publish(&with(video, "is_ai_generated", json!(true))).await.is_published());
    assert!(
        session.publish(&with(reel(stage.video("a reel")), "video_title", json!("B"))).await.is_published()
    );
    let credential = session.credential();
    let cx = session.cx(&credential);
    let reader = session.connector.reader().unwrap();
    reader.profile(&cx).await.unwrap();
    reader.posts(&cx, None).await.unwrap();
    session.connector.publisher().unwrap().delete(&cx, &photos.remote_ids()[0]).await.unwrap();
    session.refresh().await.unwrap();
    let auth = stage.bench.auth_cx(&session.settings, None);
    session.connector.authorizer().revoke(&auth, &session.account, &session.credential()).await.unwrap();
}

#[tokio::test]
async fn every_request_is_described_or_listed() {
    let stage = Stage::new();
    everything(&stage).await;
    let seen = stage.wire.seen.lock().unwrap().clone();
    let businesses = |operation: &str| ["businesses.list", "pages.token"].contains(&operation);
    let (mut covered, mut uncovered) = (BTreeSet::new(), BTreeSet::new());
    for call in seen.iter().filter(|call| !businesses(call.operation)) {
        match place(call) {
            Some(Place { node, method, edge }) => {
                covered.insert(format!("{} {node} {method} {edge}", call.operation))
            }
            None if call.url.ends_with("_pages") => continue,
            None => uncovered.insert(call.operation.to_owned()),
        };
    }
    assert_eq!(uncovered, listed(UNCOVERED));
    assert_eq!(covered, listed(COVERED));
    let page = include_str!("../../../../../../docs/reference/spec-coverage-facebook.md");
    for name in UNCOVERED.iter().chain(COVERED) {
        let operation = name.split(' ').next().unwrap();
        assert!(page.contains(&format!("`{operation}`")), "{operation} is missing in the reference");
    }
    let signed = seen.iter().filter(|call| place(call).is_some());
    for call in signed {
        assert!(call.get("appsecret_proof").is_some_and(|proof| proof.len() == 64), "{call:?}");
        assert!(call.get("access_token").is_none(), "tokens do not stand in addresses: {call:?}");
    }
    if folder().is_none() {
        skipped("facebook::tests::specs::every_request_is_described_or_listed");
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let Some(specs) = specs() else { return skipped("facebook::tests::specs::what_does_not_fit_is_found") };
    let seen = |name: &str, value: &str| Seen {
        operation: "feed.create",
        method: "POST".to_owned(),
        url: String::new(),
        params: vec![(name.to_owned(), value.to_owned())],
        headers: http::HeaderMap::new(),
        len: 0,
        answer: None,
    };
    let place =
        |node, method: &str, edge: &str| Place { node, method: method.to_owned(), edge: edge.to_owned() };
    let feed = |name, value| specs.request(&place("Page", "POST", "/feed"), &seen(name, value));
    assert!(feed("message", "x").is_ok() && feed("mesage", "x").is_err());
    assert!(feed("published", "false").is_ok() && feed("published", "no").is_err());
    assert!(
        feed("attached_media", "[{\"media_fbid\":\"1\"}]").is_ok() && feed("attached_media", "[1]").is_err()
    );
    let reels = |value| specs.request(&place("Page", "POST", "/video_reels"), &seen("upload_phase", value));
    assert!(reels("finish").is_ok() && reels("transfered").is_err());
    let list = |fields| specs.request(&place("Page", "GET", "/published_posts"), &seen("fields", fields));
    assert!(list("id,reactions.summary(true).limit(0),attachments{target{id}}").is_ok());
    assert!(list("id,reaction.summary(true)").is_err() && list("captoin").is_err());
    assert!(specs.request(&place("Page", "PUT", "/feed"), &seen("fields", "id")).is_err());
    let posts =
        |post: Value| specs.answer(&place("Page", "GET", "/published_posts"), &json!({ "data": [post] }));
    assert!(
        posts(json!({ "id": "1_2", "message": "x", "created_time": "2026-01-02T18:31:28+0000" })).is_ok()
    );
    assert!(posts(json!({ "id": 12 })).is_err() && posts(json!({ "text": "x" })).is_err());
    assert!(posts(json!({ "id": "1_2", "created_time": "yesterday" })).is_err());
}

#[test]
fn bodies_in_either_spelling_are_understood() {
    let video: wire::Video = serde_json::from_value(json!({
        "id": "1",
        "status": {
            "video_status": "processing",
            "uploading_phase": { "status": "in_progress", "bytes_transfered": 7 },
            "processing_phase": { "status": "error", "error": { "message": "no" } },
        },
    }))
    .unwrap();
    let status = video.status.unwrap();
    assert_eq!(status.uploading_phase.unwrap().bytes_transferred, Some(7));
    assert_eq!(status.processing_phase.unwrap().error.unwrap().message.as_deref(), Some("no"));
    assert_eq!(CONNECTOR.descriptor().name, "facebook");
}
