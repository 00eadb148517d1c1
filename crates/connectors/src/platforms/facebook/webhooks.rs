//! What Facebook tells about a Page.

use serde_json::Value;

use super::Facebook;
use crate::contract::webhooks::{Deaf, Event, Heard, HookCx, Incoming, Webhooks, What};
use crate::kit::graph::hooks::{self, App};

const APPS: [App; 1] = [App { id: "client_id", secret: "client_secret", is_account: false }];

impl Webhooks for Facebook {
    fn hear(&self, cx: HookCx<'_>, incoming: &Incoming) -> Result<Heard, Deaf> {
        hooks::hear(cx, incoming, &APPS, events)
    }

    fn signature_header(&self) -> &'static str {
        hooks::SIGNATURE
    }

    fn tells_withdrawals(&self) -> bool {
        true
    }
}

/// The `feed` of a Page tells its own doings too, so a video that was still worked on has become public. Source: Webhooks for
/// Pages.
pub(super) fn events(body: &Value) -> Vec<Event> {
    let entries = body["entry"].as_array().filter(|_| body["object"] == "page");
    entries.into_iter().flatten().flat_map(of_entry).collect()
}

fn of_entry(entry: &Value) -> Vec<Event> {
    let Some(page) = hooks::id(&entry["id"]) else { return Vec::new() };
    let changes = entry["changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let posted = |value: &Value| {
        value["verb"] == "add"
            && matches!(value["item"].as_str(), Some("status" | "post" | "photo" | "video" | "share"))
            && [&value["from"]["id"], &value["sender_id"]]
                .into_iter()
                .any(|id| hooks::id(id).as_ref() == Some(&page))
    };
    let whats = changes.iter().flat_map(|change| match change["field"].as_str() {
        Some("feed") if posted(&change["value"]) => vec![What::Processed, What::Changed],
        Some("feed" | "mention") => vec![What::Changed],
        _ => Vec::new(),
    });
    whats.map(|what| Event { remote_id: page.clone(), what }).collect()
}
