//! What would be sent to the app's callback address: bodies in Threads' own envelope, signed with the app's secret.
//!
//! Subscriptions are made by hand in the app's dashboard, so there is no call for them; here the app wants to hear everything. Nothing
//! is delivered yet: `/dashboard/webhooks` on the site lists what there is, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State as Held;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::people::handle_of;
use super::state::{self, Post, change};
use super::{PLATFORM, WWW_NET, is_site, show, text};
use crate::sandbox::graph::{signed, written};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Site, World};

/// How many are kept.
const KEPT: usize = 500;

/// One request to the callback address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Delivery {
    /// The body as text, since the signature is over its bytes.
    body: String,
    /// `X-Hub-Signature-256`.
    signature: String,
}

/// Says that a post became public: to its author, to those whom it replies to, and to those whom it mentions.
pub(super) fn published(world: &World, post: &Post) {
    if post.pending {
        return;
    }
    let media = json!({
        "id": post.id,
        "media_type": show::media_type(post.content.kind),
        "permalink": format!("https://{WWW_NET}{}", show::path_of(post)),
        "timestamp": written(post.at),
        "username": handle_of(&post.account),
    });
    send(world, "interaction", "publish", &post.account, &media);
    let (top, private) =
        state::read(world, |s| (s.post(post.top()).cloned(), s.is_private(handle_of(&post.account))));
    // Only public profiles are heard of.
    if private {
        return;
    }
    let mut value = media;
    value["text"] = json!(post.content.text);
    value["shortcode"] = json!(post.shortcode);
    if let Some(top) = top.filter(|top| post.is_reply() && top.account != post.account) {
        let mut reply = value.clone();
        reply["replied_to"] = json!({ "id": post.content.reply_to });
        reply["root_post"] =
            json!({ "id": top.id, "owner_id": top.account, "username": handle_of(&top.account) });
        send(world, "moderate", "replies", &top.account, &reply);
    }
    let mentioned = PERSONAS.iter().filter(|p| text::mentions(&post.content.text, p.key));
    for account in mentioned.map(super::people::account_id).filter(|account| *account != post.account) {
        send(world, "interaction", "mentions", &account, &value);
    }
}

/// Says that a post was deleted.
pub(super) fn deleted(world: &World, post: &Post) {
    let value = json!({
        "id": post.id,
        "owner": { "owner_id": post.account },
        "deleted_at": written(world.now()),
        "timestamp": written(post.at),
        "username": handle_of(&post.account),
    });
    send(world, "moderate", "delete", &post.account, &value);
}

fn send(world: &World, topic: &str, field: &str, target: &str, value: &Value) {
    let app = world.apps().ready_made(PLATFORM);
    let body = json!({
        "app_id": app.client_id,
        "topic": topic,
        "target_id": target,
        "time": world.now().as_second(),
        "subscription_id": "1234567890",
        "has_uid_field": false,
        "values": { "value": value, "field": field },
    });
    let body = body.to_string();
    let signature = format!("sha256={}", signed(&app.client_secret, &body));
    change(world, |s| {
        s.deliveries.push(Delivery { body, signature });
        let old = s.deliveries.len().saturating_sub(KEPT);
        s.deliveries.drain(..old);
    });
}

/// `/dashboard/webhooks`
pub(super) async fn dashboard(Held(world): Held<Arc<World>>, site: Site) -> Response {
    if !is_site(&site) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let all = state::read(&world, |s| s.deliveries.iter().rev().cloned().collect::<Vec<_>>());
    Json(json!({ "deliveries": all })).into_response()
}
