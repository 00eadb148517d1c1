//! `GET /2/users/me` and `GET /2/users/:id/tweets`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::PLATFORM;
use super::answer::{Problem, ok};
use super::door::{self, ME, TIMELINE};
use super::memory::{Families, Memory};
use super::shown::{self, Names};
use crate::sandbox::{Persona, Site, World};

const USER_FIELDS: &[&str] = &[
    "affiliation",
    "confirmed_email",
    "connection_status",
    "created_at",
    "description",
    "entities",
    "id",
    "is_identity_verified",
    "location",
    "most_recent_tweet_id",
    "name",
    "parody",
    "pinned_tweet_id",
    "profile_banner_url",
    "profile_image_url",
    "protected",
    "public_metrics",
    "receives_your_dm",
    "subscription",
    "subscription_type",
    "url",
    "username",
    "verified",
    "verified_followers_count",
    "verified_type",
    "withheld",
];
const SHARED_FIELDS: &[&str] = &[
    "article",
    "attachments",
    "card_uri",
    "community_id",
    "context_annotations",
    "conversation_id",
    "created_at",
    "display_text_range",
    "edit_controls",
    "entities",
    "geo",
    "id",
    "lang",
    "media_metadata",
    "non_public_metrics",
    "organic_metrics",
    "paid_partnership",
    "possibly_sensitive",
    "promoted_metrics",
    "public_metrics",
    "reply_settings",
    "scopes",
    "source",
    "text",
    "withheld",
];
const TWEET_FIELDS: &[&str] =
    &["author_id", "edit_history_tweet_ids", "in_reply_to_user_id", "note_tweet", "referenced_tweets"];
const POST_FIELDS: &[&str] = &["article_title", "note_post"];
const TWEET_EXPANSIONS: &[&str] =
    &["attachments.media_keys", "author_id", "in_reply_to_user_id", "referenced_tweets.id"];
const POST_EXPANSIONS: &[&str] =
    &["attachments.media_keys", "author_id", "in_reply_to_user_id", "referenced_posts", "username"];

type Parameters = Query<Vec<(String, String)>>;

/// `GET /2/users/me`.
pub(super) async fn me(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response {
    match door::open(&world, &headers, &ME) {
        Ok(caller) => caller.close(describe(&world, &site, caller.persona, &parameters)),
        Err(refusal) => refusal,
    }
}

fn describe(
    world: &World,
    site: &Site,
    persona: &Persona,
    parameters: &[(String, String)],
) -> Result<Response, Problem> {
    let names = names(world, parameters);
    known(parameters, &["user.fields", "expansions", fields_of(names)])?;
    let fields = list(parameters, "user.fields", &[USER_FIELDS])?;
    Ok(ok(StatusCode::OK, json!({ "data": shown::user(world, site, persona, &fields, names) })))
}

/// `GET /2/users/:id/tweets`.
pub(super) async fn timeline(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(parameters): Parameters,
) -> Response {
    match door::open(&world, &headers, &TIMELINE) {
        Ok(caller) => caller.close(page(&world, &id, &parameters)),
        Err(refusal) => refusal,
    }
}

/// What a timeline was asked for.
struct Wanted {
    owner: &'static Persona,
    since: Option<u64>,
    until: Option<u64>,
    /// A page goes on below this id.
    below: Option<u64>,
    times: (Option<Timestamp>, Option<Timestamp>),
    replies: bool,
    most: usize,
    fields: Vec<String>,
    names: Names,
}

fn page(world: &World, id: &str, parameters: &[(String, String)]) -> Result<Response, Problem> {
    let wanted = wanted(world, id, parameters)?;
    let now = world.now();
    let answer = world.read(PLATFORM, |memory: &Memory| {
        let lag = Duration::from_secs(u64::from(memory.lag_s));
        let fits = |id: u64, post: &super::memory::Post| {
            let (from, to) = wanted.times;
            post.deleted_at.is_none()
                && post.author == wanted.owner.key
                && post.created_at + lag <= now
                && wanted.since.is_none_or(|since| id > since)
                && wanted.until.is_none_or(|until| id < until)
                && wanted.below.is_none_or(|below| id < below)
                && (wanted.replies || post.reply_to.is_none())
                && from.is_none_or(|from| post.created_at >= from)
                && to.is_none_or(|to| post.created_at < to)
        };
        let mut all = memory.posts.iter().rev().filter(|(id, post)| fits(**id, post));
        let found: Vec<_> = all.by_ref().take(wanted.most).collect();
        let more = all.next().is_some();
        let ids: Vec<String> = found.iter().map(|(id, _)| id.to_string()).collect();
        let mut meta = json!({ "result_count": found.len() });
        if let (Some(newest), Some(oldest)) = (ids.first(), ids.last()) {
            meta["newest_id"] = json!(newest);
            meta["oldest_id"] = json!(oldest);
            if more {
                meta["next_token"] = json!(token(oldest));
            }
        }
        // Without results there is no `data` at all.
        let mut answer = json!({ "meta": meta });
        if !found.is_empty() {
            let post = |(id, post): (&u64, &super::memory::Post)| {
                shown::post(world, memory, *id, post, &wanted.fields, wanted.names)
            };
            answer["data"] = found.into_iter().map(post).collect();
        }
        answer
    });
    Ok(ok(StatusCode::OK, answer))
}

fn wanted(world: &World, id: &str, parameters: &[(String, String)]) -> Result<Wanted, Problem> {
    let names = names(world, parameters);
    let mut allowed = vec![
        "max_results",
        "pagination_token",
        "since_id",
        "until_id",
        "start_time",
        "end_time",
        "exclude",
        "expansions",
        "media.fields",
        "user.fields",
        "poll.fields",
        "place.fields",
    ];
    allowed.push(fields_of(names));
    known(parameters, &allowed)?;
    let expansions = match names {
        Names::Tweet => TWEET_EXPANSIONS,
        Names::Post => POST_EXPANSIONS,
    };
    let mut fields = post_fields(parameters, names)?;
    // In the newer family references come by expansion.
    fields.extend(list(parameters, "expansions", &[expansions])?);
    list(parameters, "user.fields", &[USER_FIELDS])?;
    let exclude = list(parameters, "exclude", &[&["replies", "retweets"]])?;
    let get = |name: &str| parameters.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    let id_of = |name: &str| match get(name) {
        Some(text) => shown::id(text).map(Some).ok_or_else(|| shown::not_an_id(name, text)),
        None => Ok(None),
    };
    let time_of = |name: &str| match get(name) {
        Some(text) => text.parse::<Timestamp>().map(Some).map_err(|_| shown::not_an_id(name, text)),
        None => Ok(None),
    };
    let most = match get("max_results") {
        None => 10,
        Some(text) => text.parse().ok().filter(|n| (5..=100).contains(n)).ok_or_else(|| {
            let message =
                format!("The `max_results` query parameter value [{text}] is not between 5 and 100");
            Problem::invalid(json!({ "max_results": [text] }), message)
        })?,
    };
    let below = match get("pagination_token") {
        None => None,
        Some(text) => Some(below(text).ok_or_else(|| shown::not_an_id("pagination_token", text))?),
    };
    Ok(Wanted {
        owner: shown::owner(id)?,
        since: id_of("since_id")?,
        until: id_of("until_id")?,
        below,
        times: (time_of("start_time")?, time_of("end_time")?),
        replies: !exclude.iter().any(|e| e == "replies"),
        most,
        fields,
        names,
    })
}

/// The fields of posts that are asked for.
pub(super) fn post_fields(parameters: &[(String, String)], names: Names) -> Result<Vec<String>, Problem> {
    let own = match names {
        Names::Tweet => TWEET_FIELDS,
        Names::Post => POST_FIELDS,
    };
    list(parameters, fields_of(names), &[SHARED_FIELDS, own])
}

/// An opaque token that says below which id the next page begins.
fn token(oldest: &str) -> String {
    format!("7140dibdnow9c7btw4{}", hex::encode(oldest))
}

fn below(token: &str) -> Option<u64> {
    let digits = hex::decode(token.strip_prefix("7140dibdnow9c7btw4")?).ok()?;
    shown::id(std::str::from_utf8(&digits).ok()?)
}

/// The family that the answer uses: the one that was asked in, else the older one, as far as it is known.
pub(super) fn names(world: &World, parameters: &[(String, String)]) -> Names {
    let families = world.read(PLATFORM, |memory: &Memory| memory.families);
    let asks_new = parameters.iter().any(|(k, _)| k == "post.fields");
    match families {
        Families::Post => Names::Post,
        Families::Both if asks_new => Names::Post,
        Families::Both | Families::Tweet => Names::Tweet,
    }
}

pub(super) fn fields_of(names: Names) -> &'static str {
    match names {
        Names::Tweet => "tweet.fields",
        Names::Post => "post.fields",
    }
}

pub(super) fn known(parameters: &[(String, String)], names: &[&str]) -> Result<(), Problem> {
    match parameters.iter().find(|(k, _)| !names.contains(&k.as_str())) {
        None => Ok(()),
        Some((name, value)) => {
            let message = format!("The query parameter [{name}] is not one of [{}]", names.join(","));
            Err(Problem::invalid(json!({ name: [value] }), message))
        }
    }
}

/// A list of names, each of them known.
pub(super) fn list(
    parameters: &[(String, String)],
    name: &str,
    known: &[&[&str]],
) -> Result<Vec<String>, Problem> {
    let Some((_, value)) = parameters.iter().find(|(k, _)| k == name) else { return Ok(Vec::new()) };
    let items: Vec<String> = value.split(',').map(str::to_owned).collect();
    let all: Vec<&str> = known.concat();
    match items.iter().find(|item| !all.contains(&item.as_str())) {
        None => Ok(items),
        Some(item) => {
            let message =
                format!("The `{name}` query parameter value [{item}] is not one of [{}]", all.join(","));
            let mut parameter = serde_json::Map::new();
            parameter.insert(name.to_owned(), json!([value]));
            Err(Problem::invalid(Value::Object(parameter), message))
        }
    }
}
