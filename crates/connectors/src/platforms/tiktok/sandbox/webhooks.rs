//! What would be sent to the app's callback address, signed with the app's secret ("Webhooks Overview", "Webhooks Events",
//! "Webhooks Verification"; pages as of November 2026).
//!
//! Nothing is delivered by itself: `/dashboard/webhooks` on the site lists what is due, the oldest first. What is not answered is sent
//! again with growing pauses for 72 hours, each time with a new time and so with a new signature; `POST
//! /dashboard/webhooks?answered=<id>` says that a delivery was answered with 200. How the pauses grow TikTok does not say: here each is
//! twice the one before, from a minute on.

use axum::Json;
use axum::response::{IntoResponse, Response};
use carillon_domain::time::{SignedDuration, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use super::door::Door;
use super::memory::{Memory, Post, Task, change};
use super::{PLATFORM, people};
use crate::sandbox::{Persona, World};

/// How long a delivery is repeated.
const REPEATED: SignedDuration = SignedDuration::from_hours(72);

/// A consent that ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Removal {
    pub owner: String,
    pub client: String,
    pub at: Timestamp,
    /// Why, as TikTok numbers it.
    pub reason: u8,
}

/// The number of a consent that the developer ended.
pub(super) const BY_DEVELOPER: u8 = 5;

/// Something that happened.
struct News {
    event: &'static str,
    owner: String,
    client: String,
    at: Timestamp,
    content: Value,
}

impl News {
    /// What makes it one and the same, however often it is sent.
    fn id(&self) -> String {
        let about = self.content["publish_id"].as_str().unwrap_or(&self.owner);
        format!("{}.{about}.{}", self.event, self.at.as_second())
    }

    /// When it is sent for the last time until now; none: not yet, or no more.
    fn sent_at(&self, now: Timestamp) -> Option<(Timestamp, u32)> {
        let (mut at, mut pause, mut times) = (self.at, SignedDuration::from_mins(1), 1);
        if now < at || now > self.at + REPEATED {
            return None;
        }
        while at + pause <= now {
            at += pause;
            pause += pause;
            times += 1;
        }
        Some((at, times))
    }

    fn delivery(&self, world: &World, now: Timestamp) -> Option<Value> {
        let (sent_at, times) = self.sent_at(now)?;
        let (app, owner) = (world.apps().find(PLATFORM, None, &self.client)?, Persona::find(&self.owner)?);
        let body = json!({
            "client_key": self.client,
            "event": self.event,
            "create_time": self.at.as_second(),
            "user_openid": people::open_id(owner, &self.client),
            // A text of JSON within the JSON.
            "content": self.content.to_string(),
        });
        let (body, seconds) = (body.to_string(), sent_at.as_second().to_string());
        let mut proof = Hmac::<Sha256>::new_from_slice(app.client_secret.as_bytes()).ok()?;
        proof.update(format!("{seconds}.{body}").as_bytes());
        let header = format!("t={seconds},s={}", hex::encode(proof.finalize().into_bytes()));
        Some(json!({ "id": self.id(), "times": times, "body": body, "signature": header }))
    }
}

/// Everything that happened until now.
fn news(memory: &Memory, now: Timestamp) -> Vec<News> {
    let mut all: Vec<News> = memory.tasks.values().flat_map(of_task).collect();
    all.extend(memory.removals.iter().map(|removal| News {
        event: "authorization.removed",
        owner: removal.owner.clone(),
        client: removal.client.clone(),
        at: removal.at,
        content: json!({ "reason": removal.reason }),
    }));
    all.retain(|news| news.at <= now);
    all.sort_by_key(|news| (news.at, news.event));
    all
}

fn of_task(task: &Task) -> Vec<News> {
    let Some(end) = &task.end else { return Vec::new() };
    let kind = if task.inbox { "INBOX_SHARE" } else { "DIRECT_PUBLISH" };
    let about = |event, at, more: &[(&str, Value)]| {
        let mut content = json!({ "publish_id": task.id, "publish_type": kind });
        for (name, value) in more {
            content[*name] = value.clone();
        }
        News { event, owner: task.owner.clone(), client: task.client.clone(), at, content }
    };
    if let Some(reason) = &end.failure {
        return vec![about("post.publish.failed", end.at, &[("reason", json!(reason))])];
    }
    let mut all = Vec::new();
    if task.inbox {
        all.push(about("post.publish.inbox_delivered", end.at, &[]));
    }
    if let Some(post) = &end.post {
        all.push(about("post.publish.complete", post.at, &[]));
        all.extend(available_at(post).map(|at| {
            about("post.publish.publicly_available", at, &[("post_id", json!(post.id.to_string()))])
        }));
    }
    all
}

/// When everybody can see a post.
fn available_at(post: &Post) -> Option<Timestamp> {
    post.is_available(post.moderated_at).then_some(post.moderated_at)
}

/// `GET /dashboard/webhooks`
pub(super) async fn due(door: Door) -> Response {
    let now = door.world.now();
    let waiting = change(&door.world, |memory| {
        let mut all = news(memory, now);
        all.retain(|news| !memory.answered.contains(&news.id()));
        all
    });
    let deliveries: Vec<Value> = waiting.iter().filter_map(|news| news.delivery(&door.world, now)).collect();
    Json(json!({ "deliveries": deliveries })).into_response()
}

/// `POST /dashboard/webhooks?answered=<id>`
pub(super) async fn answered(door: Door) -> Response {
    let query = door.uri.query().unwrap_or_default();
    let id = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "answered");
    let Some((_, id)) = id else { return StatusCode::BAD_REQUEST.into_response() };
    let now = door.world.now();
    let known = change(&door.world, |memory| {
        let known = news(memory, now).iter().any(|news| news.id() == id);
        known && memory.answered.insert(id.into_owned())
    });
    if known { StatusCode::OK } else { StatusCode::NOT_FOUND }.into_response()
}
