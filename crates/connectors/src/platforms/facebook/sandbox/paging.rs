//! Lists in pages. Pages can be shorter than asked for, also empty, although there is a next one: what is gone keeps its place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::nodes::Call;
use super::publish;
pub(super) use crate::sandbox::graph::written;

/// Entries of a page at most (unverified).
const MOST: usize = 100;
/// How deep `/feed` can be read (unverified).
const DEEPEST: usize = 600;

/// An entry: its id, and what is shown of it unless it is gone.
pub(super) type Entries = Vec<(String, Option<Value>)>;

/// One page of a list.
pub(super) fn page_of(call: &Call<'_>, entries: &Entries) -> Result<Value, Refusal> {
    let limit = match call.params.get("limit") {
        None => 25,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| Refusal::parameter("Param limit must be a positive number"))?,
    };
    let limit = limit.min(MOST);
    let (start, end) = window(call, entries, limit)?;
    let shown = entries.get(start..end).unwrap_or_default();
    let data: Vec<&Value> = shown.iter().filter_map(|(_, value)| value.as_ref()).collect();
    let mut body = json!({ "data": data });
    if let (Some((first, _)), Some((last, _))) = (shown.first(), shown.last()) {
        body["paging"] = json!({ "cursors": { "before": encode(first), "after": encode(last) } });
        if end < entries.len() {
            body["paging"]["next"] = json!(address(call, limit, ("after", last)));
        }
        if start > 0 {
            body["paging"]["previous"] = json!(address(call, limit, ("before", first)));
        }
    }
    Ok(body)
}

fn window(call: &Call<'_>, entries: &Entries, limit: usize) -> Result<(usize, usize), Refusal> {
    let place = |cursor: &str| {
        let at = entries.iter().position(|(id, _)| encode(id) == cursor);
        at.ok_or_else(|| Refusal::parameter("Invalid cursors values"))
    };
    match (call.params.get("after"), call.params.get("before")) {
        (Some(cursor), _) => {
            let start = place(cursor)? + 1;
            if call.edge == "feed" && start >= DEEPEST {
                let text = "The After Cursor specified exceeds the max limit supported by this endpoint";
                return Err(Refusal::parameter(text));
            }
            Ok((start, (start + limit).min(entries.len())))
        }
        (None, Some(cursor)) => {
            let end = place(cursor)?;
            Ok((end.saturating_sub(limit), end))
        }
        (None, None) => Ok((0, limit.min(entries.len()))),
    }
}

fn address(call: &Call<'_>, limit: usize, (side, id): (&str, &str)) -> String {
    let carried = ["access_token", "fields", "since", "until", "type"];
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("access_token", call.params.token().unwrap_or_default());
    for name in carried.iter().skip(1) {
        if let Some(value) = call.params.get(name) {
            query.append_pair(name, value);
        }
    }
    let query = query.append_pair("limit", &limit.to_string()).append_pair(side, &encode(id)).finish();
    call.site.url(&format!("/v26.0/{}/{}?{query}", call.node, call.edge))
}

fn encode(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// The span that `since` and `until` name.
pub(super) fn span(call: &Call<'_>) -> Result<impl Fn(Timestamp) -> bool + use<>, Refusal> {
    let time = |name: &str| match call.params.get(name) {
        None => Ok(None),
        Some(text) => publish::time(text)
            .map(Some)
            .ok_or_else(|| Refusal::parameter(format!("Param {name} is not a valid time"))),
    };
    let (since, until) = (time("since")?, time("until")?);
    Ok(move |at: Timestamp| since.is_none_or(|s| at >= s) && until.is_none_or(|u| at <= u))
}
