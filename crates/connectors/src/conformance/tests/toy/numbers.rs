//! The toy network's numbers for the owner: days of the calendar in UTC, likes of posts, friends by country.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use carillon_domain::time::{SignedDuration, Timestamp};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::simulator::{Memory, NAME, refuse, who};
use crate::sandbox::{World, op};

const DAY_S: i64 = 86_400;
/// Longest time that is told at once, days.
const MOST_DAYS: i64 = 30;

pub(super) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/numbers", get(account).layer(op("numbers")))
        .route("/numbers/posts", get(posts).layer(op("numbers.posts")))
        .route("/numbers/friends", get(friends).layer(op("numbers.friends")))
}

#[derive(Deserialize)]
struct Asked {
    from: Timestamp,
    to: Timestamp,
}

/// A number for each day that the time touches, the one that is not over left out.
async fn account(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let persona = match who(&world, &headers) {
        Ok(persona) => persona,
        Err(refusal) => return refusal,
    };
    if asked.to.duration_since(asked.from) > SignedDuration::from_hours(24 * MOST_DAYS) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "too_long");
    }
    let day = |at: Timestamp| at.as_second().div_euclid(DAY_S);
    let start = |day: i64| Timestamp::from_second(day * DAY_S).unwrap_or_default().to_string();
    let days = (day(asked.from)..=day(asked.to)).filter(|n| (n + 1) * DAY_S <= world.now().as_second());
    let days: Vec<_> = days
        .map(|n| {
            let friends = persona.followers(NAME);
            json!({ "from": start(n), "to": start(n + 1), "seen": 100 + n % 7, "friends": friends })
        })
        .collect();
    Json(json!({ "days": days })).into_response()
}

#[derive(Deserialize)]
struct Ids {
    ids: String,
}

/// Likes by id, a few for every hour; ids that nobody knows are left out.
async fn posts(State(world): State<Arc<World>>, headers: HeaderMap, Query(ids): Query<Ids>) -> Response {
    let persona = match who(&world, &headers) {
        Ok(persona) => persona,
        Err(refusal) => return refusal,
    };
    let now = world.now();
    let numbers: Map<String, Value> = world.read(NAME, |s: &Memory| {
        let own = s
            .posts
            .iter()
            .filter(|post| post.author == persona.key && ids.ids.split(',').any(|id| id == post.id));
        own.map(|post| (post.id.clone(), json!({ "hearts": 3 * now.duration_since(post.at).as_hours() })))
            .collect()
    });
    Json(numbers).into_response()
}

async fn friends(State(world): State<Arc<World>>, headers: HeaderMap) -> Response {
    match who(&world, &headers) {
        Ok(persona) => {
            let all = persona.followers(NAME);
            Json(json!({ "countries": { "IE": all / 2, "NO": all / 3 } })).into_response()
        }
        Err(refusal) => refusal,
    }
}
