//! Publishing, and what is public.

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::{Refusal, not_ready};
use super::containers::expired;
use super::fields::{Field, pick, requested};
use super::grant::Right;
use super::nodes::{Call, page_of, written};
use super::people::{self, account_id, media_id};
use super::state::{Container, DAY, File, Media, Shape, State, Status, change};
use super::{PLATFORM, WWW_INSTAGRAM, state};
use crate::sandbox::audience::{Kind, Piece};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, Persona, World};

/// `POST /{account}/media_publish`
pub(super) fn publish(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Publish)?;
    let owner = call.caller.account(call.node, "post")?;
    let account = account_id(owner);
    let now = call.world.now();
    let creation = call.params.text("creation_id").to_owned();
    if creation.is_empty() || !creation.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::parameter("The parameter creation_id is required"));
    }
    let number = call.world.next_number("instagram.media");
    let shortcode = call.world.random_text(11);
    let media = change(call.world, |s| {
        let container = s.containers.get(&creation).filter(|c| c.account == account).cloned();
        let container = publishable(s, container, &account, now)?;
        let media = become_media(s, &container, media_id(number), shortcode, now);
        if let Some(slot) = s.containers.get_mut(&creation) {
            slot.published = Some(media.id.clone());
        }
        s.media.push(media.clone());
        Ok(media)
    })?;
    announce(call.world, owner, &media);
    Ok(json!({ "id": media.id }))
}

/// Writes a published media into the ledger.
pub(super) fn announce(world: &World, owner: &Persona, media: &Media) {
    let file = |f: &File| LedgerMedia { sha256: f.sha256.clone(), bytes: f.bytes, alt: f.alt.clone() };
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: media.account.clone(), handle: owner.key.to_owned() },
        remote_id: media.id.clone(),
        parent: None,
        kind: word(media).to_owned(),
        text: media.caption.clone(),
        media: media.files.iter().map(file).collect(),
        at: media.at,
        deleted_at: None,
    });
}

/// The container, if it may become public now.
fn publishable(
    s: &State,
    container: Option<Container>,
    account: &str,
    now: Timestamp,
) -> Result<Container, Refusal> {
    let Some(container) = container else {
        return Err(Refusal::new(
            24,
            2_207_008,
            "The media builder with that creation id does not exist or has expired.",
        ));
    };
    if container.shape == Shape::Child {
        return Err(Refusal::parameter("A carousel item can't be published by itself"));
    }
    match container.status(now) {
        Status::Finished => {}
        Status::InProgress | Status::Error(_) => return Err(not_ready()),
        Status::Expired => return Err(expired()),
        // One container, one post.
        Status::Published => {
            return Err(Refusal::new(24, 2_207_006, "The requested resource does not exist"));
        }
    }
    let start = now.checked_sub(DAY).unwrap_or(now);
    if s.published_since(account, start) >= s.quota() {
        let text = "You reached the maximum number of posts that is allowed to be published by Content Publishing API.";
        return Err(Refusal::new(9, 2_207_042, "Application request limit reached").told(text));
    }
    Ok(container)
}

fn become_media(s: &State, container: &Container, id: String, shortcode: String, at: Timestamp) -> Media {
    let files = match container.shape {
        Shape::Carousel => {
            container.children.iter().filter_map(|c| s.containers.get(c)?.file.clone()).collect()
        }
        _ => container.file.iter().cloned().collect::<Vec<_>>(),
    };
    let video = files.first().is_some_and(super::state::File::is_video);
    let (product, kind) = match container.shape {
        Shape::Carousel => ("FEED", "CAROUSEL_ALBUM"),
        Shape::Reel => ("REELS", "VIDEO"),
        Shape::Story => ("STORY", if video { "VIDEO" } else { "IMAGE" }),
        Shape::Image | Shape::Child => ("FEED", "IMAGE"),
    };
    Media {
        id,
        account: container.account.clone(),
        product: product.to_owned(),
        kind: kind.to_owned(),
        // White space around a caption does not survive.
        caption: container.caption.trim().to_owned(),
        shortcode,
        at,
        files,
        ai: container.ai,
        share_to_feed: container.share_to_feed,
        hides_likes: false,
        deleted: false,
    }
}

/// The ledger's word.
fn word(media: &Media) -> &'static str {
    match (media.product.as_str(), media.kind.as_str()) {
        ("STORY", _) => "story",
        ("REELS", _) => "reel",
        (_, "CAROUSEL_ALBUM") => "carousel",
        _ => "image",
    }
}

/// `GET /{account}/content_publishing_limit`
pub(super) fn quota(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Publish)?;
    let account = account_id(call.caller.account(call.node, "get")?);
    let now = call.world.now();
    let day_ago = now.checked_sub(DAY).unwrap_or(now);
    let since = match call.params.get("since") {
        None => day_ago,
        Some(text) => {
            let at = text.parse().ok().and_then(|unix| Timestamp::from_second(unix).ok());
            at.filter(|at| at.as_second() >= day_ago.as_second() && *at <= now).ok_or_else(|| {
                Refusal::parameter("Param since must be a UNIX time within the last 24 hours")
            })?
        }
    };
    let (usage, total) = state::read(call.world, |s| (s.published_since(&account, since), s.quota()));
    let fields = requested(call.params)?;
    let all = [
        ("quota_usage", json!(usage)),
        ("config", json!({ "quota_total": total, "quota_duration": 86_400 })),
    ];
    let fields = if call.params.get("fields").is_none() { vec![Field::named("quota_usage")] } else { fields };
    Ok(json!({ "data": [pick("ContentPublishingLimitResponse", &fields, &all)?] }))
}

/// `GET /{account}/media`: newest first, no stories.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    listed(call, "media", |media, _| media.product != "STORY")
}

/// `GET /{account}/stories`: those of the last day.
pub(super) fn stories(call: &Call<'_>) -> Result<Value, Refusal> {
    listed(call, "stories", |media, now| media.product == "STORY" && now.duration_since(media.at) < DAY)
}

fn listed(call: &Call<'_>, edge: &str, fits: impl Fn(&Media, Timestamp) -> bool) -> Result<Value, Refusal> {
    call.caller.needs(Right::Basic)?;
    let account = account_id(call.caller.account(call.node, "get")?);
    let now = call.world.now();
    let fields = requested(call.params)?;
    let all: Vec<Media> = state::read(call.world, |s| {
        s.media.iter().rev().filter(|m| m.account == account && fits(m, now)).cloned().collect()
    });
    let entries: Result<Vec<_>, Refusal> = all
        .iter()
        .map(|media| {
            let shown = if media.deleted { None } else { Some(show(call, media, &fields)?) };
            Ok((media.id.clone(), shown))
        })
        .collect();
    page_of(call, edge, entries?, 100)
}

/// `GET /{media}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Basic)?;
    let media = own_media(call, call.node, "get")?;
    show(call, &media, &requested(call.params)?)
}

/// A live media that the caller may see.
pub(super) fn own_media(call: &Call<'_>, id: &str, method: &str) -> Result<Media, Refusal> {
    let media = state::read(call.world, |s| s.live(id).cloned());
    let media = media.filter(|m| call.caller.account(&m.account, method).is_ok());
    media.ok_or_else(|| Refusal::missing(id, method))
}

/// `DELETE /{media}`: with the Facebook login only.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Refusal> {
    if !call.caller.facebook() {
        return Err(Refusal::missing(call.node, "delete"));
    }
    call.caller.needs(Right::Contents)?;
    let media = own_media(call, call.node, "delete")?;
    change(call.world, |s| {
        s.media.iter_mut().filter(|m| m.id == media.id).for_each(|m| m.deleted = true);
        s.comments.iter_mut().filter(|c| c.media == media.id).for_each(|c| c.deleted = true);
    });
    call.world.ledger().delete(PLATFORM, None, &media.id);
    let comments: Vec<String> = state::read(call.world, |s| {
        s.comments.iter().filter(|c| c.media == media.id).map(|c| c.id.clone()).collect()
    });
    for id in comments {
        call.world.ledger().delete(PLATFORM, None, &id);
    }
    Ok(json!({ "success": true, "deleted_id": media.id }))
}

fn show(call: &Call<'_>, media: &Media, fields: &[Field]) -> Result<Value, Refusal> {
    let owner = people::by_account(&media.account);
    let comments =
        state::read(call.world, |s| s.comments.iter().filter(|c| c.media == media.id && !c.deleted).count());
    let file = media.files.first();
    let url = file.map_or(Value::Null, |f| json!(call.site.blob_url(&f.sha256)));
    let seen = audience(call.world, media);
    let permalink = call.site.url_on(WWW_INSTAGRAM, &public_path(media, owner.map_or("", |o| o.key)));
    let mut all = vec![
        ("id", json!(media.id)),
        ("caption", if media.caption.is_empty() { Value::Null } else { json!(media.caption) }),
        ("media_type", json!(media.kind)),
        ("media_product_type", json!(media.product)),
        ("media_url", url.clone()),
        ("thumbnail_url", if media.kind == "VIDEO" { url } else { Value::Null }),
        ("permalink", json!(permalink)),
        ("shortcode", json!(media.shortcode)),
        ("timestamp", json!(written(media.at))),
        ("username", json!(owner.map(|o| o.key))),
        ("owner", json!({ "id": media.account })),
        ("like_count", if media.hides_likes { Value::Null } else { json!(seen / 14) }),
        ("comments_count", json!(comments)),
        ("is_comment_enabled", json!(true)),
        ("is_shared_to_feed", json!(media.share_to_feed)),
        ("alt_text", json!(file.and_then(|f| f.alt.clone()))),
        ("is_ai_generated", json!(media.ai)),
        ("children", Value::Null),
    ];
    if call.caller.facebook() {
        all.extend([
            ("ig_id", json!(media.id)),
            ("saved_count", json!(seen / 210)),
            ("shares_count", json!(seen / 170)),
            ("reposts_count", json!(seen / 900)),
            ("total_like_count", json!(seen / 14)),
            ("total_comments_count", json!(comments)),
            ("total_views_count", json!(seen)),
        ]);
    }
    pick("Media", fields, &all)
}

/// Views, out of the audience of its account.
pub(super) fn audience(world: &World, media: &Media) -> u64 {
    audience_until(world.now(), media)
}

/// The same at another time.
pub(super) fn audience_until(time: Timestamp, media: &Media) -> u64 {
    let kind = if media.kind == "VIDEO" { Kind::Video } else { Kind::Picture };
    let piece = Piece { id: &media.id, at: media.at, kind, characters: media.caption.chars().count() };
    people::by_account(&media.account).map_or(0, |p| p.reaction(PLATFORM, &piece, time).views)
}

/// The path of its public page.
pub(super) fn public_path(media: &Media, handle: &str) -> String {
    let (code, id) = (&media.shortcode, &media.id);
    match media.product.as_str() {
        "REELS" => format!("/reel/{code}/"),
        "STORY" => format!("/stories/{handle}/{id}/"),
        _ => format!("/p/{code}/"),
    }
}
