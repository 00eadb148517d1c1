//! Numbers of posts and profiles. Replies, reposts and quotes are those that there are; views, likes and shares come from the
//! profile's audience. What a profile got in a window is what its posts got in it.

use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answer::Refusal;
use super::nodes::Call;
use super::paging::moment;
use super::people::{self, NodeKind, kind_of};
use super::state::{self, Kind, Post, State};
use super::{PLATFORM, VERSION, reading};
use crate::sandbox::World;
use crate::sandbox::audience::{self, Piece, Reaction};
use crate::sandbox::graph::written;

const INSIGHTS: &str = "threads_manage_insights";
/// Numbers of profiles begin on 13 April 2024.
const EARLIEST: i64 = 1_712_991_600;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Followers that a profile needs for what is known of them.
const FOLLOWERS: u64 = 100;

const OF_POST: &[&str] = &["views", "likes", "replies", "reposts", "quotes", "shares"];
const OF_ACCOUNT: &[&str] =
    &["views", "likes", "replies", "reposts", "quotes", "clicks", "followers_count", "follower_demographics"];
const BREAKDOWNS: &[&str] = &["country", "city", "age", "gender"];

/// What is counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Numbers {
    pub views: u64,
    pub likes: u64,
    pub replies: u64,
    pub reposts: u64,
    pub quotes: u64,
    pub shares: u64,
}

/// How many have seen a post.
pub(super) fn views(world: &World, post: &Post) -> u64 {
    reaction(world.now(), post).views
}

/// What the audience has done with a post until a time.
fn reaction(time: Timestamp, post: &Post) -> Reaction {
    let content = &post.content;
    let kind = match content.kind {
        Kind::Video => audience::Kind::Video,
        Kind::Image | Kind::Carousel => audience::Kind::Picture,
        Kind::Text | Kind::Repost if content.link.is_some() => audience::Kind::Link,
        Kind::Text | Kind::Repost => audience::Kind::Text,
    };
    let characters = content.text.chars().count();
    let piece = Piece { id: &post.id, at: post.at, kind, characters };
    people::by_account(&post.account).map(|p| p.reaction(PLATFORM, &piece, time)).unwrap_or_default()
}

/// What a post had got at a time.
fn numbers(time: Timestamp, s: &State, post: &Post) -> Numbers {
    let got = reaction(time, post);
    let count = |wanted: &dyn Fn(&Post) -> bool| {
        let there = |other: &&Post| !other.deleted && !other.pending && other.at <= time && wanted(other);
        s.posts.iter().filter(there).count() as u64
    };
    let id = Some(post.id.as_str());
    // All of a thread for its top, else the direct ones.
    let replies = if post.is_reply() {
        count(&|other: &Post| other.content.reply_to.as_deref() == id)
    } else {
        count(&|other: &Post| other.root.as_deref() == id)
    };
    Numbers {
        views: got.views,
        likes: got.likes,
        replies,
        reposts: count(&|other: &Post| other.repost_of.as_deref() == id),
        quotes: count(&|other: &Post| other.content.quote.as_deref() == id),
        shares: got.shares,
    }
}

/// The sums over everything that a profile has published.
pub(super) fn totals(world: &World, account: &str) -> Numbers {
    totals_until(world, account, world.now())
}

fn totals_until(world: &World, account: &str, time: Timestamp) -> Numbers {
    state::read(world, |s| {
        let own = s.posts.iter().filter(|post| post.account == account && !post.deleted);
        own.map(|post| numbers(time, s, post)).fold(Numbers::default(), |sum, n| Numbers {
            views: sum.views + n.views,
            likes: sum.likes + n.likes,
            replies: sum.replies + n.replies,
            reposts: sum.reposts + n.reposts,
            quotes: sum.quotes + n.quotes,
            shares: sum.shares + n.shares,
        })
    })
}

/// What a profile got between two times.
fn gained(world: &World, account: &str, (since, until): (Timestamp, Timestamp)) -> Numbers {
    let (after, before) = (totals_until(world, account, until), totals_until(world, account, since));
    Numbers {
        views: after.views - before.views,
        likes: after.likes - before.likes,
        replies: after.replies - before.replies,
        reposts: after.reposts - before.reposts,
        quotes: after.quotes - before.quotes,
        shares: after.shares - before.shares,
    }
}

fn metrics(call: &Call<'_>, known: &[&str]) -> Result<Vec<String>, Refusal> {
    call.caller.needs(INSIGHTS)?;
    call.required("metric")?;
    let metrics = call.list("metric")?;
    if let Some(unknown) = metrics.iter().find(|metric| !known.contains(&metric.as_str())) {
        let all = known.join(", ");
        return Err(Refusal::parameter(format!("Param metric must be one of {{{all}}} - got \"{unknown}\"")));
    }
    Ok(metrics)
}

/// `GET /{media}/insights`; nothing for reposts.
pub(super) fn of_post(call: &Call<'_>) -> Result<Value, Refusal> {
    let metrics = metrics(call, OF_POST)?;
    call.only(&["metric"])?;
    if kind_of(call.node) != NodeKind::Post {
        return Err(Refusal::missing(call.node, "get"));
    }
    let post = reading::own(call, "get")?;
    if post.content.kind == Kind::Repost {
        return Ok(json!({ "data": [] }));
    }
    let n = state::read(call.world, |s| numbers(call.world.now(), s, &post));
    let shown = |metric: &String| {
        let (value, name) = match metric.as_str() {
            "views" => (n.views, "views"),
            "likes" => (n.likes, "likes"),
            // The id of this one has another name (Meta's sample collection, January 2026).
            "replies" => (n.replies, "thread_replies"),
            "reposts" => (n.reposts, "reposts"),
            "quotes" => (n.quotes, "quotes"),
            _ => (n.shares, "shares"),
        };
        json!({
            "name": metric,
            "period": "lifetime",
            "values": [{ "value": value }],
            "title": titled(metric),
            "description": format!("The number of {metric} of your post."),
            "id": format!("{}/insights/{name}/lifetime", post.id),
        })
    };
    Ok(json!({ "data": metrics.iter().map(shown).collect::<Vec<_>>() }))
}

fn titled(metric: &str) -> String {
    metric[..1].to_ascii_uppercase() + &metric[1..]
}

/// `GET /{account}/threads_insights`
pub(super) fn of_account(call: &Call<'_>) -> Result<Value, Refusal> {
    let account = call.caller.own(call.node, "get")?;
    let metrics = metrics(call, OF_ACCOUNT)?;
    call.only(&["metric", "since", "until", "breakdown"])?;
    let span = (moment(call, "since", EARLIEST)?, moment(call, "until", EARLIEST)?);
    let of_followers = |metric: &String| metric.starts_with("follower");
    if metrics.iter().any(of_followers) && (span.0.is_some() || span.1.is_some()) {
        return Err(Refusal::parameter("Metrics of followers do not support since and until"));
    }
    let now = call.world.now();
    let until = span.1.unwrap_or(now);
    let since = span.0.unwrap_or_else(|| until.checked_sub(DAY).unwrap_or(until));
    if since > until {
        return Err(Refusal::parameter("Param since must be before until"));
    }
    let gained = gained(call.world, &account, (since, until));
    let data = metrics.iter().map(|metric| {
        let mut entry = json!({
            "name": metric,
            "period": "day",
            "title": metric,
            "description": format!("The {metric} of your profile."),
            "id": format!("{account}/insights/{metric}/day"),
        });
        let (name, value) = number(call, metric, &gained, (since, until))?;
        entry[name] = value;
        Ok(entry)
    });
    let data = data.collect::<Result<Vec<_>, Refusal>>()?;
    let step = until.duration_since(since);
    let page = |from: Option<Timestamp>| from.map(|from| address(call, from, step)).unwrap_or_default();
    let paging = json!({ "previous": page(since.checked_sub(step).ok()), "next": page(Some(until)) });
    Ok(json!({ "data": data, "paging": paging }))
}

fn address(call: &Call<'_>, from: Timestamp, step: SignedDuration) -> String {
    let to = from.checked_add(step).unwrap_or(from);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("access_token", call.params.token().unwrap_or_default())
        .append_pair("metric", call.params.text("metric"))
        .append_pair("since", &from.as_second().to_string())
        .append_pair("until", &to.as_second().to_string())
        .finish();
    call.site.url(&format!("/{VERSION}/{}/{}?{query}", call.node, call.edge))
}

/// A metric of a profile in the form that it has: over time, as a total, by link, or by part.
fn number(
    call: &Call<'_>,
    metric: &str,
    gained: &Numbers,
    (since, until): (Timestamp, Timestamp),
) -> Result<(&'static str, Value), Refusal> {
    let total = |value: u64| Ok(("total_value", json!({ "value": value })));
    let followers = followers(call);
    match metric {
        // By those of the start: what a day brought stays what it was.
        "views" => Ok(("values", days(call.caller.persona.followers(PLATFORM), since, until))),
        "clicks" => {
            let url = format!("https://{}.example.com/", call.caller.persona.key);
            Ok(("link_total_values", json!([{ "value": gained.views / 90, "link_url": url }])))
        }
        "likes" => total(gained.likes),
        "replies" => total(gained.replies),
        "reposts" => total(gained.reposts),
        "quotes" => total(gained.quotes),
        "followers_count" => total(followers),
        _ => demographics(call, followers),
    }
}

fn followers(call: &Call<'_>) -> u64 {
    let wanted = state::read(call.world, |s| s.followers);
    wanted.unwrap_or_else(|| call.caller.persona.followers_at(PLATFORM, call.world.now()))
}

/// Views of the profile: one number for each day that ends in the time asked for, at seven in the morning.
fn days(followers: u64, since: Timestamp, until: Timestamp) -> Value {
    const SECONDS: i64 = 86_400;
    let first = since.as_second().div_euclid(SECONDS) * SECONDS + 7 * 3_600;
    let ends = (0..).map(|n| first + n * SECONDS).skip_while(|end| *end <= since.as_second());
    let ends = ends.take_while(|end| *end <= until.as_second());
    let shown = |end: i64| {
        let wave = end.div_euclid(SECONDS).rem_euclid(7).unsigned_abs() + 3;
        let at = Timestamp::from_second(end).map(written).unwrap_or_default();
        json!({ "value": followers * wave / 50, "end_time": at })
    };
    Value::Array(ends.map(shown).collect())
}

fn demographics(call: &Call<'_>, followers: u64) -> Result<(&'static str, Value), Refusal> {
    let breakdown = call.required("breakdown")?;
    if !BREAKDOWNS.contains(&breakdown) {
        let all = BREAKDOWNS.join(", ");
        return Err(Refusal::parameter(format!("Param breakdown must be one of {{{all}}}")));
    }
    if followers < FOLLOWERS {
        return Err(Refusal::parameter("The profile needs at least 100 followers"));
    }
    let parts: &[(&str, u64)] = match breakdown {
        "country" => &[("NO", 40), ("DE", 35), ("IE", 25)],
        "city" => &[("Bergen, Vestland", 55), ("Freiburg, Baden-Württemberg", 45)],
        "age" => &[("18-24", 30), ("25-34", 45), ("35-44", 25)],
        _ => &[("F", 51), ("M", 44), ("U", 5)],
    };
    let results = parts
        .iter()
        .map(|(part, percent)| json!({ "dimension_values": [part], "value": followers * percent / 100 }));
    let results: Vec<Value> = results.collect();
    let value = json!({ "breakdowns": [{ "dimension_keys": [breakdown], "results": results }] });
    Ok(("total_value", value))
}
