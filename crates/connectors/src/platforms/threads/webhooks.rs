//! What Threads tells about a profile.

use serde_json::Value;

use super::Threads;
use crate::contract::webhooks::{Deaf, Event, Heard, HookCx, Incoming, Webhooks, What};
use crate::kit::graph::hooks::{self, App};

const APPS: [App; 1] = [App { id: "client_id", secret: "client_secret", is_account: true }];

impl Webhooks for Threads {
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

/// Threads has an envelope of its own, with one change in it, and names the profile as its target. `publish` tells the profile's own
/// posts. Source: Threads API - Webhooks (September 2025; 30 June 2026 in part).
pub(super) fn events(body: &Value) -> Vec<Event> {
    let change = &body["values"];
    let changes = change.as_array().map_or(std::slice::from_ref(change), Vec::as_slice);
    let Some(profile) = hooks::id(&body["target_id"]) else { return Vec::new() };
    let whats = changes.iter().flat_map(|change| match change["field"].as_str() {
        Some("publish") => vec![What::Processed, What::Changed],
        Some("replies" | "mentions" | "delete") => vec![What::Changed],
        _ => Vec::new(),
    });
    whats.map(|what| Event { remote_id: profile.clone(), what }).collect()
}
