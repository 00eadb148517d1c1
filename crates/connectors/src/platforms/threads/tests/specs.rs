//! What goes out against Meta's own collection of requests (Postman, January 2026); Threads has no node specification. And Meta's
//! samples of answers against what is read here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::{CONNECTOR, api, wire};
use super::stage::{Seen, Stage, with};
use crate::conformance::draft;
use crate::contract::connector::Connector;
use crate::specs;

/// What the collection describes of the calls in the walk below. Kept equal to `docs/reference/spec-coverage.md`.
const COVERED: &[&str] = &[
    "containers.create POST me/threads",
    "containers.read GET {id}",
    "insights.account GET me/threads_insights",
    "insights.audience GET me/threads_insights",
    "insights.post GET {id}/insights",
    "insights.profile GET me/threads_insights",
    "media.delete DELETE {id}",
    "media.read GET {id}",
    "oauth.code POST oauth/access_token",
    "oauth.exchange GET access_token",
    "oauth.refresh GET refresh_access_token",
    "posts.list GET me/threads",
    "posts.publish POST me/threads_publish",
    "profile.read GET me",
    "quota.read GET me/threads_publishing_limit",
    "replies.list GET me/replies",
];

/// Tokens go out as a header or, at the login, as a parameter that the collection sets for all its requests.
const COMMON: &[&str] = &["access_token"];

/// In the guide only (Threads API - Insights, copy of September 2025).
const OF_THE_GUIDE: &[(&str, &str)] = &[("insights.account", "since"), ("insights.account", "until")];

/// Meta's collection: the parameters of each call, and the fields and metrics of each kind of object.
struct Collection {
    calls: BTreeMap<String, BTreeSet<String>>,
    words: BTreeMap<String, BTreeSet<String>>,
}

impl Collection {
    fn read() -> Option<Self> {
        let file: Value = specs::file("meta/threads/threads-api.postman_collection.json")?;
        let mut calls = BTreeMap::new();
        gather(&file["item"], &mut calls);
        let variables = file["variable"].as_array().unwrap().iter();
        let words = variables.map(|variable| {
            let value = variable["value"].as_str().unwrap_or_default();
            let flat = value.split('{').next().unwrap_or_default();
            let rest = value.split('}').skip(1).collect::<String>();
            let names = flat.split(',').chain(rest.split(',')).filter(|name| !name.is_empty());
            (variable["key"].as_str().unwrap().to_owned(), names.map(str::to_owned).collect())
        });
        Some(Self { words: words.collect(), calls })
    }

    /// Where the collection describes the request.
    fn check(&self, seen: &Seen) -> Result<String, String> {
        let path = path_of(seen);
        let call = format!("{} {path}", seen.method);
        let known = self.calls.get(&call).ok_or_else(|| format!("no {call}"))?;
        for (name, _) in &seen.params {
            let guided = OF_THE_GUIDE.contains(&(seen.operation, name.as_str()));
            if !known.contains(name) && !COMMON.contains(&name.as_str()) && !guided {
                return Err(format!("{call} has no parameter {name}"));
            }
        }
        let kind = match (seen.operation, path.as_str()) {
            ("containers.read", _) => "fields_container",
            ("profile.read", _) => "fields_profile",
            ("quota.read", _) => "fields_quota",
            ("replies.list", _) => "fields_replies",
            ("insights.post", _) => "metrics_post",
            ("insights.account" | "insights.audience" | "insights.profile", _) => "metrics_account",
            _ => "fields_threads",
        };
        let asked = seen.get("fields").or_else(|| seen.get("metric")).unwrap_or_default();
        match asked.split(',').find(|word| !word.is_empty() && !self.words[kind].contains(*word)) {
            Some(word) => Err(format!("{kind} has no {word}")),
            None => Ok(format!("{} {call}", seen.operation)),
        }
    }
}

fn gather(items: &Value, calls: &mut BTreeMap<String, BTreeSet<String>>) {
    for item in items.as_array().into_iter().flatten() {
        gather(&item["item"], calls);
        let Some(method) = item["request"]["method"].as_str() else { continue };
        let url = &item["request"]["url"];
        let parts = url["path"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let parts: Vec<&str> =
            parts.filter(|p| !p.is_empty()).map(|p| if p.starts_with("{{") { "{id}" } else { p }).collect();
        let params = url["query"].as_array().into_iter().flatten().filter_map(|q| q["key"].as_str());
        let known = calls.entry(format!("{method} {}", parts.join("/"))).or_default();
        known.extend(params.map(str::to_owned));
    }
}

/// The path without host and version, ids replaced.
fn path_of(seen: &Seen) -> String {
    let (_, path) = seen.url.trim_start_matches("https://").split_once('/').unwrap();
    let parts = path.split('/').filter(|part| *part != "v1.0");
    let is_id = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    parts.map(|part| if is_id(part) { "{id}" } else { part }).collect::<Vec<_>>().join("/")
}

/// Everything that the connector can ask for.
async fn walk(stage: &Stage) {
    let session = stage.connected().await;
    let mut thread = with(draft("One", []), "topic_tag", json!("boats"));
    thread.parts = vec![stage.picture("Two").root];
    thread = with(thread, "link_attachment", json!("https://a.example"));
    thread = with(thread, "reply_control", json!("everyone"));
    let carousel = [stage.video("").root.media.remove(0), stage.picture("").root.media.remove(0)];
    let carousel = with(draft("Three", carousel), "is_spoiler_media", json!(true));
    let poll = with(draft("Four", []), "poll", json!({ "options": ["a", "b"] }));
    let gif = with(draft("Five", []), "gif_id", json!("abc"));
    let long = with(draft("Six", []), "text_attachment", json!("long"));
    let ghost = with(draft("Seven", []), "is_ghost_post", json!(true));
    let mut last = None;
    for post in [thread, carousel, stage.video("Eight"), poll, gif, long, ghost] {
        let outcome = session.publish(&post).await;
        assert!(outcome.is_published(), "{post:?}: {outcome:?}");
        last = outcome.remote_ids().pop();
    }
    let quoting = with(draft("Nine", []), "quote_post_id", json!(last.clone().unwrap()));
    assert!(session.publish(&quoting).await.is_published());
    stage.bench.clock.advance(Duration::from_secs(90_000));
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    CONNECTOR.reader().unwrap().profile(&cx).await.unwrap();
    let insights = CONNECTOR.insights().unwrap();
    insights.account(&cx, super::insights::last_week(stage)).await.unwrap();
    insights.audience(&cx).await.unwrap();
    let page = CONNECTOR.reader().unwrap().posts(&cx, None).await.unwrap();
    let cursor = page.next.expect("more pages");
    CONNECTOR.reader().unwrap().posts(&cx, Some(&cursor)).await.unwrap();
    CONNECTOR.publisher().unwrap().delete(&cx, &page.posts[0].remote_id).await.unwrap();
}

#[tokio::test]
async fn every_request_is_in_metas_collection() {
    let stage = Stage::new();
    walk(&stage).await;
    let seen = stage.wire.seen.lock().unwrap().clone();
    let page = include_str!("../../../../../../docs/reference/spec-coverage.md");
    for name in COVERED {
        let (operation, call) = name.split_once(' ').unwrap();
        assert!(
            page.contains(&format!("| `{operation}` | `{call}` |")),
            "{name} is missing in the reference"
        );
    }
    let Some(collection) = Collection::read() else {
        return specs::skipped("threads::tests::specs::every_request_is_in_metas_collection");
    };
    let checked = seen.iter().map(|seen| match collection.check(seen) {
        Ok(place) => place,
        Err(problem) => panic!("{seen:?} is not in the collection: {problem}"),
    });
    let found: BTreeSet<String> = checked.collect();
    assert_eq!(found, COVERED.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn a_request_that_does_not_fit_is_found() {
    let Some(collection) = Collection::read() else {
        return specs::skipped("threads::tests::specs::a_request_that_does_not_fit_is_found");
    };
    let check = |method: &str, url: &str, operation, (name, value): (&str, &str)| {
        let params = vec![(name.to_owned(), value.to_owned())];
        collection.check(&Seen { operation, method: method.to_owned(), url: url.to_owned(), params })
    };
    let threads = "https://graph.threads.net/v1.0/me/threads";
    assert!(check("POST", threads, "containers.create", ("text", "x")).is_ok());
    assert!(check("POST", threads, "containers.create", ("caption", "x")).is_err());
    assert!(check("PUT", threads, "containers.create", ("text", "x")).is_err());
    assert!(check("GET", threads, "posts.list", ("fields", "id,text")).is_ok());
    assert!(check("GET", threads, "posts.list", ("fields", "id,caption")).is_err());
}

#[test]
fn the_networks_own_samples_are_understood() {
    if specs::path("meta").is_none() {
        return specs::skipped("threads::tests::specs::the_networks_own_samples_are_understood");
    }
    let sample =
        |name: &str| -> Value { specs::file(&format!("meta/fixtures/restfb/threads/{name}")).unwrap() };
    let media: wire::Media = serde_json::from_value(sample("basic-media.json")).unwrap();
    assert_eq!(
        (media.media_type.as_deref(), media.text.as_deref()),
        (Some("TEXT_POST"), Some("Today Is Monday"))
    );
    assert!(api::timestamp(media.timestamp.as_deref().unwrap()).is_some());
    let replies: wire::List<wire::Media> = serde_json::from_value(sample("basic-list-reply.json")).unwrap();
    assert!(replies.data.iter().all(|reply| reply.replied_to.is_some()));
    let next = api::next_cursor(replies.paging, replies.data.len());
    assert_eq!(next.as_deref(), Some("AFTER_CURSOR"), "there is no `next` in the sample");
    let quota: wire::PublishingLimit = serde_json::from_value(sample("basic-quota.json")).unwrap();
    assert_eq!((quota.reply_quota_usage, quota.quota_usage), (Some(1), None));
    assert_eq!(quota.reply_config.unwrap().quota_total, Some(1000));
    let failed: wire::Container = serde_json::from_value(sample("media-container-error.json")).unwrap();
    assert_eq!(
        (failed.status.as_deref(), failed.error_message.as_deref()),
        (Some("ERROR"), Some("FAILED_DOWNLOADING_VIDEO"))
    );
    let ready: wire::Container = serde_json::from_value(sample("media-container-success.json")).unwrap();
    assert_eq!(ready.status.as_deref(), Some("FINISHED"));
    let profile: wire::Profile = serde_json::from_value(sample("basic-profile.json")).unwrap();
    assert_eq!(profile.name.as_deref(), Some("Test User"));
    let refused = super::stage::reply(400, &sample("exception.json"));
    let context =
        super::super::errors::Context { operation: "test", commit: false, now: jiff::Timestamp::UNIX_EPOCH };
    let error = crate::kit::graph::judge::from_reply(&super::super::errors::NETWORK, context, &refused);
    assert_eq!((error.code.as_str(), error.remote.code.as_deref()), ("object_missing", Some("100/33")));
}
