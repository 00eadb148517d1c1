//! `POST /2/tweets`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use carillon_domain::text::weighted;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::PLATFORM;
use super::answer::{Problem, ok};
use super::door::{self, CREATE, Caller};
use super::memory::{Category, Media, Memory, Poll, Post, handle, new_id, subscription, user_id};
use super::shown;
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, Persona, World};

/// How long X remembers a text in order to refuse it a second time. The length is not published.
const DUPLICATES: Duration = Duration::from_secs(24 * 3600);

/// What may be sent. Anything else is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: Option<String>,
    media: Option<AskedMedia>,
    poll: Option<AskedPoll>,
    reply: Option<AskedReply>,
    quote_tweet_id: Option<String>,
    reply_settings: Option<ReplySettings>,
    card_uri: Option<String>,
    direct_message_deep_link: Option<String>,
    #[serde(default)]
    made_with_ai: bool,
    #[serde(default)]
    paid_partnership: bool,
    #[serde(default, rename = "nullcast")]
    _nullcast: bool,
    #[serde(default, rename = "for_super_followers_only")]
    _for_super_followers_only: bool,
    #[serde(default, rename = "share_with_followers")]
    _share_with_followers: bool,
    #[serde(rename = "community_id")]
    _community_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedMedia {
    media_ids: Vec<String>,
    #[serde(default)]
    tagged_user_ids: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedPoll {
    options: Vec<String>,
    duration_minutes: u32,
    #[serde(rename = "reply_settings")]
    _reply_settings: Option<ReplySettings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedReply {
    in_reply_to_tweet_id: String,
    #[serde(default, rename = "exclude_reply_user_ids")]
    _exclude_reply_user_ids: Vec<String>,
    #[serde(default, rename = "auto_populate_reply_metadata")]
    _auto_populate_reply_metadata: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ReplySettings {
    Following,
    MentionedUsers,
    Subscribers,
    Verified,
}

impl ReplySettings {
    const fn name(self) -> &'static str {
        match self {
            Self::Following => "following",
            Self::MentionedUsers => "mentionedUsers",
            Self::Subscribers => "subscribers",
            Self::Verified => "verified",
        }
    }
}

/// `POST /2/tweets`.
pub(super) async fn create(State(world): State<Arc<World>>, headers: HeaderMap, body: Bytes) -> Response {
    match door::open(&world, &headers, &CREATE) {
        Ok(caller) => {
            let answer = accept(&world, &caller, &headers, &body);
            caller.close(answer)
        }
        Err(refusal) => refusal,
    }
}

fn accept(world: &World, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Problem> {
    let is_json = headers.get("content-type").is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Err(Problem::says("Content-Type must be application/json."));
    }
    let asked: Asked = serde_json::from_slice(body).map_err(|e| Problem::body(&e))?;
    let now = world.now();
    let id = new_id(world);
    let short = |_| world.random_text(10);
    let text = asked.text.clone().unwrap_or_default();
    let names: Vec<String> = weighted::links(&weighted::normalize(&text)).into_iter().map(short).collect();
    let media_short = asked.media.as_ref().map(|_| world.random_text(10));
    let (post, media) = world.state(PLATFORM, |memory: &mut Memory| -> Result<_, Problem> {
        one_of(&asked)?;
        let media = media(memory, caller, asked.media.as_ref(), now)?;
        measure(caller, &text, !media.is_empty())?;
        let post = Post {
            author: caller.persona.key.to_owned(),
            text: text.clone(),
            created_at: now,
            deleted_at: None,
            reply_to: parent(memory, asked.reply.as_ref())?,
            quoted: quoted(memory, caller, asked.quote_tweet_id.as_deref())?,
            media: media.iter().map(|(id, _)| *id).collect(),
            poll: poll(asked.poll.as_ref(), now)?,
            short: names,
            media_short,
            reply_settings: asked.reply_settings.map_or("everyone", ReplySettings::name).to_owned(),
            made_with_ai: asked.made_with_ai,
            paid_partnership: asked.paid_partnership,
        };
        repeated(memory, &post)?;
        memory.posts.insert(id, post.clone());
        Ok((post, media))
    })?;
    record(world, caller.persona, id, &post, &media);
    let text = shown::text(&post).escaped;
    let data = json!({ "id": id.to_string(), "text": text, "edit_history_tweet_ids": [id.to_string()] });
    Ok(ok(StatusCode::CREATED, json!({ "data": data })))
}

fn one_of(asked: &Asked) -> Result<(), Problem> {
    let given = [
        asked.poll.is_some(),
        asked.quote_tweet_id.is_some(),
        asked.direct_message_deep_link.is_some(),
        asked.media.is_some(),
        asked.card_uri.is_some(),
    ];
    if given.into_iter().filter(|g| *g).count() > 1 {
        let message = "You can only provide one of poll or quote_tweet_id or direct_message_deep_link or media or card_uri.";
        return Err(Problem::says(message));
    }
    Ok(())
}

/// The attached files: known, the caller's own, not expired, ready, and a mix that X shows.
fn media(
    memory: &Memory,
    caller: &Caller,
    asked: Option<&AskedMedia>,
    now: carillon_domain::time::Timestamp,
) -> Result<Vec<(u64, Media)>, Problem> {
    let Some(asked) = asked else { return Ok(Vec::new()) };
    let invalid = || Problem::says("Your media IDs are invalid.");
    if !(1..=4).contains(&asked.media_ids.len()) {
        return Err(Problem::says("$.media.media_ids: there must be 1 to 4 items in the array"));
    }
    if asked.tagged_user_ids.len() > 10 {
        return Err(Problem::says(
            "$.media.tagged_user_ids: there must be a maximum of 10 items in the array",
        ));
    }
    let mut found = Vec::new();
    for text in &asked.media_ids {
        let id = shown::id(text).ok_or_else(invalid)?;
        let media = memory.media.get(&id).filter(|m| m.owner == caller.persona.key && m.expires_at > now);
        let ready = media.filter(|m| m.done.as_ref().is_some_and(|d| d.until <= now && !d.broken));
        found.push((id, ready.ok_or_else(invalid)?.clone()));
    }
    if found.len() > 1 && found.iter().any(|(_, m)| m.category != Category::Image) {
        return Err(invalid());
    }
    Ok(found)
}

fn measure(caller: &Caller, text: &str, has_media: bool) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return if has_media { Ok(()) } else { Err(Problem::says("$.text: is missing but it is required")) };
    }
    let weighed = weighted::weigh(text);
    let limit = if subscription(caller.persona) == "None" { 280 } else { 25_000 };
    if weighed.length > limit || weighed.invalid_characters || weighted::cashtags(text).len() > 1 {
        return Err(Problem::not_permitted());
    }
    Ok(())
}

fn parent(memory: &Memory, asked: Option<&AskedReply>) -> Result<Option<u64>, Problem> {
    let Some(reply) = asked else { return Ok(None) };
    let id = shown::id(&reply.in_reply_to_tweet_id).filter(|id| memory.visible(*id).is_some());
    let id = id.ok_or_else(|| Problem::says("Your reply tweet ID is invalid."))?;
    if memory.no_replies {
        return Err(Problem::forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the \
             author of the post you are replying to.",
        ));
    }
    Ok(Some(id))
}

/// On self-serve plans one may quote oneself at most.
fn quoted(memory: &Memory, caller: &Caller, asked: Option<&str>) -> Result<Option<u64>, Problem> {
    let Some(text) = asked else { return Ok(None) };
    let invalid = || Problem::says("Your quote tweet ID is invalid.");
    let id = shown::id(text).ok_or_else(invalid)?;
    let post = memory.visible(id).ok_or_else(invalid)?;
    if post.author == caller.persona.key { Ok(Some(id)) } else { Err(Problem::not_permitted()) }
}

fn poll(asked: Option<&AskedPoll>, now: carillon_domain::time::Timestamp) -> Result<Option<Poll>, Problem> {
    let Some(poll) = asked else { return Ok(None) };
    let fits = |text: &String| (1..=25).contains(&text.chars().count());
    if !(2..=4).contains(&poll.options.len()) || !poll.options.iter().all(fits) {
        return Err(Problem::says("$.poll.options: there must be 2 to 4 options of 1 to 25 characters"));
    }
    if !(5..=10_080).contains(&poll.duration_minutes) {
        return Err(Problem::says("$.poll.duration_minutes: must be between 5 and 10080"));
    }
    let length = Duration::from_secs(u64::from(poll.duration_minutes) * 60);
    Ok(Some(Poll { options: poll.options.clone(), ends_at: now + length }))
}

/// Deleting the earlier one does not help.
fn repeated(memory: &Memory, post: &Post) -> Result<(), Problem> {
    let same = |other: &&Post| {
        other.author == post.author
            && other.created_at + DUPLICATES > post.created_at
            && weighted::normalize(&other.text) == weighted::normalize(&post.text)
    };
    if post.text.is_empty() || !memory.posts.values().any(|p| same(&p)) {
        return Ok(());
    }
    Err(Problem::forbidden("You are not allowed to create a Tweet with duplicate content."))
}

/// Files by their ids.
pub(super) type Files = Vec<(u64, Media)>;

/// Writes a post into the ledger.
pub(super) fn record(world: &World, by: &Persona, id: u64, post: &Post, media: &[(u64, Media)]) {
    let file = |media: &Media| {
        let done = media.done.as_ref()?;
        Some(LedgerMedia { sha256: done.sha256.clone(), bytes: done.bytes, alt: media.alt.clone() })
    };
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: user_id(by), handle: handle(by).to_owned() },
        remote_id: id.to_string(),
        parent: post.reply_to.map(|id| id.to_string()),
        kind: if post.reply_to.is_some() { "reply" } else { "post" }.to_owned(),
        text: post.text.clone(),
        media: media.iter().filter_map(|(_, m)| file(m)).collect(),
        at: post.created_at,
        deleted_at: None,
    });
}
