//! Point buckets with fixed windows, and the headers that tell about the tightest one.

use std::time::Duration;

use axum::response::Response;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::state::{State, Used};
use super::{PLATFORM, reply};
use crate::sandbox::World;

/// A budget that a call draws on.
pub struct Bucket {
    /// Whose, and for what.
    pub key: String,
    /// Points per window.
    pub limit: u32,
    /// Length of the window.
    pub window_s: u32,
    /// Points that this call costs.
    pub points: u32,
}

/// The budgets of writing to a repository.
pub fn writes(did: &str, points: u32) -> [Bucket; 2] {
    let bucket =
        |name: &str, limit, window_s| Bucket { key: format!("{name} {did}"), limit, window_s, points };
    [bucket("write-hour", 5000, 3600), bucket("write-day", 35_000, 86_400)]
}

/// The budgets of signing in.
pub fn sign_ins(host: &str, identifier: &str) -> [Bucket; 2] {
    let bucket = |name: &str, limit, window_s| Bucket {
        key: format!("{name} {host} {identifier}"),
        limit,
        window_s,
        points: 1,
    };
    [bucket("sign-in-5m", 30, 300), bucket("sign-in-day", 300, 86_400)]
}

/// The budget of uploads.
pub fn uploads(did: &str) -> [Bucket; 1] {
    [Bucket { key: format!("upload-day {did}"), limit: 1000, window_s: 86_400, points: 1 }]
}

/// Charges all buckets; gives the headers of the tightest one, or the refusal of one that is used up.
pub fn charge(world: &World, buckets: &[Bucket]) -> Result<HeaderMap, Response> {
    let now = world.now();
    let mut tightest: Option<(u32, HeaderMap)> = None;
    for bucket in buckets {
        let used = world.state(PLATFORM, |state: &mut State| {
            let window = Duration::from_secs(u64::from(bucket.window_s));
            let fresh = Used { points: 0, until: now.checked_add(window).unwrap_or(now) };
            let used = state.buckets.entry(bucket.key.clone()).or_insert(fresh);
            if used.until <= now {
                *used = fresh;
            }
            used.points = used.points.saturating_add(bucket.points);
            *used
        });
        if used.points > bucket.limit {
            world.refused(PLATFORM, &bucket.key);
            return Err(refusal(now, used.until, bucket.limit, bucket.window_s));
        }
        let left = bucket.limit - used.points;
        if tightest.as_ref().is_none_or(|(least, _)| left < *least) {
            tightest = Some((left, headers(left, used.until, bucket.limit, bucket.window_s)));
        }
    }
    Ok(tightest.map(|(_, headers)| headers).unwrap_or_default())
}

/// Adds the headers, unless the answer already tells about a tighter bucket.
pub fn attach(mut response: Response, headers: HeaderMap) -> Response {
    let left = |headers: &HeaderMap| {
        headers.get("ratelimit-remaining").and_then(|v| v.to_str().ok()?.parse::<u32>().ok())
    };
    let tighter = match (left(response.headers()), left(&headers)) {
        (Some(told), Some(ours)) => ours < told,
        _ => true,
    };
    if tighter {
        response.headers_mut().extend(headers);
    }
    response
}

/// 429.
pub fn refusal(now: Timestamp, until: Timestamp, limit: u32, window_s: u32) -> Response {
    let mut response =
        reply::error(StatusCode::TOO_MANY_REQUESTS, "RateLimitExceeded", "Rate Limit Exceeded");
    response.headers_mut().extend(headers(0, until, limit, window_s));
    let wait = (until.as_second() - now.as_second()).max(1);
    response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from(wait));
    response
}

fn headers(left: u32, until: Timestamp, limit: u32, window_s: u32) -> HeaderMap {
    let policy = HeaderValue::from_str(&format!("{limit};w={window_s}"));
    let mut headers = HeaderMap::new();
    let mut set =
        |name: &'static str, value: HeaderValue| headers.insert(HeaderName::from_static(name), value);
    set("ratelimit-limit", HeaderValue::from(limit));
    set("ratelimit-remaining", HeaderValue::from(left));
    // The second in which the window is over for sure.
    set("ratelimit-reset", HeaderValue::from(until.as_second() + i64::from(until.subsec_nanosecond() > 0)));
    if let Ok(policy) = policy {
        set("ratelimit-policy", policy);
    }
    headers
}
