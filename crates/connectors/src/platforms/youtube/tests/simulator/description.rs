//! Every answer of the sandbox against Google's discovery descriptions, where `CARILLON_SPECS` names their folder.

use std::sync::OnceLock;

use super::*;
use crate::specs;

struct Descriptions {
    data: Value,
    analytics: Value,
}

fn descriptions() -> Option<&'static Descriptions> {
    static ALL: OnceLock<Option<Descriptions>> = OnceLock::new();
    let read = |name: &str| specs::file(&format!("google/{name}"));
    ALL.get_or_init(|| {
        Some(Descriptions { data: read("youtube.v3.json")?, analytics: read("youtubeAnalytics.v2.json")? })
    })
    .as_ref()
}

/// The schema of a resource with this `kind`.
fn schema(kind: &str) -> Option<(&'static Value, String)> {
    let all = descriptions()?;
    let (api, name) = match kind.split_once('#')? {
        ("youtubeAnalytics", "resultTable") => (&all.analytics, "QueryResponse".to_owned()),
        ("youtube", "videoStats") => (&all.data, "VideoStat".to_owned()),
        ("youtube", name) => (&all.data, name[..1].to_uppercase() + &name[1..]),
        _ => panic!("unknown kind {kind}"),
    };
    Some((&api["schemas"], name))
}

/// Panics when a successful answer is not as described. Answers without a `kind` are not resources.
pub(super) fn check(reply: &Reply) {
    let Ok(body) = reply.json::<Value>() else { return };
    let Some(kind) = body.get("kind").and_then(Value::as_str) else { return };
    if let Some((schemas, name)) = schema(kind) {
        let described = &schemas[name.as_str()];
        assert!(described.is_object(), "{kind}: there is no {name}");
        fits(schemas, described, &body, kind);
    }
}

fn fits(schemas: &Value, described: &Value, value: &Value, place: &str) {
    if let Some(name) = described["$ref"].as_str() {
        return fits(schemas, &schemas[name], value, place);
    }
    let kind = described["type"].as_str().unwrap_or("any");
    let right = match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    };
    assert!(right, "{place}: {value} is no {kind}");
    for (name, below) in value.as_object().into_iter().flatten() {
        let property = described["properties"].get(name).or_else(|| described.get("additionalProperties"));
        let property = property.unwrap_or_else(|| panic!("{place} has no property {name}"));
        fits(schemas, property, below, &format!("{place}.{name}"));
    }
    for below in value.as_array().into_iter().flatten() {
        fits(schemas, &described["items"], below, &format!("{place}[]"));
    }
    let Some(text) = value.as_str() else { return };
    if let Some(words) = described["enum"].as_array() {
        assert!(words.iter().any(|word| word == text), "{place}: {text} is none of {words:?}");
    }
    let fine = match described["format"].as_str() {
        Some("uint64") => text.parse::<u64>().is_ok(),
        Some("int64") => text.parse::<i64>().is_ok(),
        Some("date-time" | "google-datetime") => text.parse::<carillon_domain::time::Timestamp>().is_ok(),
        _ => true,
    };
    assert!(fine, "{place}: {text} is no {}", described["format"]);
}

#[tokio::test]
async fn a_wrong_answer_is_found() {
    let test = "platforms::youtube::tests::simulator::description::a_wrong_answer_is_found";
    if specs::needed(test, "google/youtube.v3.json").is_none() {
        return;
    }
    let wrong = [
        json!({ "kind": "youtube#video", "statistics": { "viewCount": 7 } }),
        json!({ "kind": "youtube#video", "statistics": { "viewCount": "many" } }),
        json!({ "kind": "youtube#video", "title": "x" }),
        json!({ "kind": "youtube#video", "status": { "privacyStatus": "secret" } }),
        json!({ "kind": "youtube#playlistItemListResponse", "items": [{ "snippet": { "position": "0" } }] }),
        json!({ "kind": "youtube#video", "snippet": { "publishedAt": "yesterday" } }),
    ];
    for body in wrong {
        let reply =
            Reply { status: StatusCode::OK, headers: http::HeaderMap::new(), body: body.to_string().into() };
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&reply)));
        assert!(found.is_err(), "{body}");
    }
}
