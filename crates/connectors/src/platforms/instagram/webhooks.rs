//! What Instagram tells about a professional account.

use serde_json::Value;

use super::Instagram;
use crate::contract::webhooks::{Deaf, Event, Heard, HookCx, Incoming, Webhooks, What};
use crate::kit::graph::hooks::{self, App};

const APPS: [App; 2] = [
    App { id: "client_id", secret: "client_secret", is_account: true },
    App { id: "facebook_client_id", secret: "facebook_client_secret", is_account: false },
];

impl Webhooks for Instagram {
    /// With which of the two apps' secrets is signed depends on the login, and the sheet's sources leave it open.
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

/// Source: Instagram Platform - Webhook examples. The samples have a change's `field` within `changes` or in the entry itself.
pub(super) fn events(body: &Value) -> Vec<Event> {
    let entries = body["entry"].as_array().filter(|_| body["object"] == "instagram");
    entries.into_iter().flatten().filter_map(of_entry).collect()
}

fn of_entry(entry: &Value) -> Option<Event> {
    let changes = entry["changes"].as_array().map_or(std::slice::from_ref(entry), Vec::as_slice);
    let is_news = |change: &Value| {
        matches!(change["field"].as_str(), Some("comments" | "live_comments" | "mentions" | "story_insights"))
    };
    let remote_id = hooks::id(&entry["id"])?;
    changes.iter().any(is_news).then_some(Event { remote_id, what: What::Changed })
}
