//! Lists in pages. Cursors hold the place of a post in its list, so what is new or gone does not move the pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::VERSION;
use super::answer::Refusal;
use super::nodes::Call;
use super::state::Post;

/// Parameters that all lists take.
pub(super) const COMMON: &[&str] = &["since", "until", "limit", "before", "after"];

/// Entries of a page unless something else is asked for, and at most.
const USUAL: usize = 25;
const MOST: usize = 100;
/// There was nothing before (5 July 2023).
const EARLIEST: i64 = 1_688_540_400;

/// A time as callers may give it: unix seconds, a date, or a date with time.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(unix) = text.parse() {
        return Timestamp::from_second(unix).ok();
    }
    text.parse::<Timestamp>().or_else(|_| format!("{text}T00:00:00Z").parse::<Timestamp>()).ok()
}

/// A time in a parameter, not before the earliest one.
pub(super) fn moment(call: &Call<'_>, name: &str, earliest: i64) -> Result<Option<Timestamp>, Refusal> {
    let Some(text) = call.params.filled(name) else { return Ok(None) };
    let at = time(text).ok_or_else(|| Refusal::parameter(format!("Param {name} must be a valid time")))?;
    if at.as_second() < earliest {
        return Err(Refusal::parameter(format!("Param {name} must be greater than or equal to {earliest}")));
    }
    Ok(Some(at))
}

/// The span that `since` and `until` name.
pub(super) fn span(call: &Call<'_>) -> Result<impl Fn(Timestamp) -> bool + use<>, Refusal> {
    let (since, until) = (moment(call, "since", EARLIEST)?, moment(call, "until", EARLIEST)?);
    if since.zip(until).is_some_and(|(since, until)| since > until) {
        return Err(Refusal::parameter("Param since must be before until"));
    }
    Ok(move |at: Timestamp| since.is_none_or(|s| at >= s) && until.is_none_or(|u| at <= u))
}

/// One page of posts that are in order of their numbers, up or down.
pub(super) fn page_of(
    call: &Call<'_>,
    posts: &[Post],
    newest_first: bool,
    show: impl Fn(&Post) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    let limit = match call.params.filled("limit") {
        None => USUAL,
        Some(text) => text.parse::<usize>().ok().filter(|n| (1..=MOST).contains(n)).ok_or_else(|| {
            Refusal::parameter(format!("Param limit must be a number between 1 and {MOST}"))
        })?,
    };
    // Where a place lies in the list: before all posts from this index on.
    let index = |place: u64, inclusive: bool| {
        posts.partition_point(|post| match post.number.cmp(&place) {
            std::cmp::Ordering::Equal => inclusive,
            order => order.is_gt() == newest_first,
        })
    };
    let (start, end) = match (cursor(call, "after")?, cursor(call, "before")?) {
        (Some(_), Some(_)) => return Err(Refusal::parameter("Send before or after, not both")),
        (Some(place), None) => {
            let start = index(place, true);
            (start, (start + limit).min(posts.len()))
        }
        (None, Some(place)) => {
            let end = index(place, false);
            (end.saturating_sub(limit), end)
        }
        (None, None) => (0, limit.min(posts.len())),
    };
    let shown = &posts[start..end];
    let data: Vec<Value> = shown.iter().map(show).collect::<Result<_, _>>()?;
    let mut body = json!({ "data": data });
    if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
        body["paging"] = json!({ "cursors": { "before": place_of(first), "after": place_of(last) } });
        if end < posts.len() {
            body["paging"]["next"] = json!(address(call, limit, ("after", last)));
        }
        if start > 0 {
            body["paging"]["previous"] = json!(address(call, limit, ("before", first)));
        }
    }
    Ok(body)
}

fn place_of(post: &Post) -> String {
    URL_SAFE_NO_PAD.encode(format!("at {}", post.number))
}

fn cursor(call: &Call<'_>, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(text) = call.params.filled(name) else { return Ok(None) };
    let decoded = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = decoded.and_then(|text| text.strip_prefix("at ")?.parse().ok());
    place.map(Some).ok_or_else(|| Refusal::parameter("Invalid cursors values"))
}

fn address(call: &Call<'_>, limit: usize, (side, post): (&str, &Post)) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("access_token", call.params.token().unwrap_or_default());
    let turned = ["access_token", "limit", "before", "after"];
    for (name, value) in call.params.pairs().iter().filter(|(name, _)| !turned.contains(&name.as_str())) {
        query.append_pair(name, value);
    }
    query.append_pair("limit", &limit.to_string()).append_pair(side, &place_of(post));
    let edge = if call.edge.is_empty() { String::new() } else { format!("/{}", call.edge) };
    call.site.url(&format!("/{VERSION}/{}{edge}?{}", call.node, query.finish()))
}
