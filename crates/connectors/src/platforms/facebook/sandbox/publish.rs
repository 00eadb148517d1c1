//! How something becomes public: at once, at a time, or when its video is ready.

use std::time::Duration;

use carillon_domain::time::{SignedDuration, Timestamp};

use super::PLATFORM;
use super::answer::{Refusal, duplicate};
use super::nodes::Call;
use super::people::{self, Page};
use super::state::{self, Kind, Post, Stand, State, change};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, World};

/// Messages are at most this long (unverified).
pub(super) const LONGEST_MESSAGE: usize = 63_206;
/// Scheduled posts lie between ten minutes and thirty days ahead (Pages API - Posts).
const SOONEST: SignedDuration = SignedDuration::from_mins(10);
const LATEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A time as callers may give it: unix seconds or ISO 8601.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(unix) => Timestamp::from_second(unix).ok(),
        Err(_) => text.parse().ok().or_else(|| {
            let (date, zone) = text.split_at_checked(text.len().checked_sub(5)?)?;
            let (hours, minutes) = zone.split_at_checked(3)?;
            format!("{date}{hours}:{minutes}").parse().ok()
        }),
    }
}

/// A time that something may be scheduled for.
pub(super) fn schedule(now: Timestamp, text: &str) -> Result<Timestamp, Refusal> {
    let invalid = || {
        Refusal::parameter("The specified scheduled publish time is invalid.")
            .told("Invalid scheduled time", "The time must be between 10 minutes and 30 days from now.")
    };
    let at = time(text).ok_or_else(invalid)?;
    let ahead = at.duration_since(now);
    if ahead < SOONEST || ahead > LATEST { Err(invalid()) } else { Ok(at) }
}

/// What `published` and `scheduled_publish_time` ask for.
pub(super) fn asked(call: &Call<'_>) -> Result<Stand, Refusal> {
    let p = call.params;
    if let Some(word) = p.get("published").filter(|w| !matches!(*w, "true" | "false" | "1" | "0")) {
        return Err(Refusal::parameter(format!("Param published must be a boolean, got {word}")));
    }
    let at = p.get("scheduled_publish_time").map(|text| schedule(call.world.now(), text)).transpose()?;
    let kind = p.get("unpublished_content_type");
    match (p.is_false("published"), at, kind) {
        (false, None, None) => Ok(Stand::Public),
        (true, Some(at), None | Some("SCHEDULED")) => Ok(Stand::Due { at, scheduled: true }),
        (true, None, None | Some("DRAFT")) => Ok(Stand::Draft),
        (false, Some(_), _) => {
            Err(Refusal::parameter("You cannot specify a scheduled publish time on a published post"))
        }
        _ => Err(Refusal::parameter("Param unpublished_content_type does not fit")),
    }
}

/// A post in the making.
pub(super) struct New {
    pub kind: Kind,
    pub stand: Stand,
    pub message: String,
    pub link: Option<String>,
    pub photos: Vec<String>,
    pub video: Option<String>,
}

/// Adds a post, and to the ledger if it is public. Gives its id.
pub(super) fn add(world: &World, page: Page, new: New) -> String {
    let number = world.next_number("facebook.post");
    let id = match new.kind {
        Kind::Story => people::story_id(number),
        _ => people::post_id(&page.id(), number),
    };
    let now = world.now();
    let late = world.processing_time(PLATFORM, "posts.visible", Duration::ZERO);
    let post = Post {
        id: id.clone(),
        page: page.id(),
        kind: new.kind,
        stand: new.stand,
        message: new.message,
        link: new.link,
        photos: new.photos,
        video: new.video,
        at: now,
        updated_at: now,
        visible_at: now.checked_add(late).unwrap_or(now),
        hidden: false,
        deleted: false,
    };
    let item = change(world, |s: &mut State| {
        for photo in &post.photos {
            if let Some(photo) = s.photos.get_mut(photo) {
                photo.post = Some(post.id.clone());
            }
        }
        if let Some(video) = post.video.as_ref().and_then(|v| s.videos.get_mut(v)) {
            video.post = Some(post.id.clone());
        }
        let item = (post.stand == Stand::Public).then(|| ledger_item(s, &post));
        s.posts.push(post);
        item
    });
    if let Some(item) = item {
        world.ledger().add(item);
    }
    id
}

fn ledger_item(s: &State, post: &Post) -> LedgerItem {
    let handle = people::page(&post.page).map_or("", |page| page.handle);
    let kind = match post.kind {
        Kind::Status => "post",
        Kind::Link => "link",
        Kind::Photos if post.photos.len() == 1 => "photo",
        Kind::Photos => "photos",
        Kind::Video => "video",
        Kind::Reel => "reel",
        Kind::Story => "story",
    };
    let media =
        s.files(post).into_iter().map(|f| LedgerMedia { sha256: f.sha256, bytes: f.bytes, alt: f.alt });
    LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: post.page.clone(), handle: handle.to_owned() },
        remote_id: post.id.clone(),
        parent: None,
        kind: kind.to_owned(),
        text: post.message.clone(),
        media: media.collect(),
        at: post.at,
        deleted_at: None,
    }
}

/// Makes public what has become due. Its time is the one that was due, not that of the call that came first after it.
pub(super) fn settle(world: &World) {
    let now = world.now();
    let is_due = |p: &Post| matches!(p.stand, Stand::Due { at, .. } if at <= now) && !p.deleted;
    if !state::read(world, |s| s.posts.iter().any(is_due)) {
        return;
    }
    let mut items = change(world, |s: &mut State| {
        let mut items = Vec::new();
        for index in 0..s.posts.len() {
            let Stand::Due { at, .. } = s.posts[index].stand else { continue };
            if !is_due(&s.posts[index]) {
                continue;
            }
            let video = s.posts[index].video.clone().and_then(|v| s.videos.get(&v).cloned());
            s.posts[index].stand = match &video {
                Some(video) if video.has_failed(now) => Stand::Failed,
                Some(video) if !video.is_ready(now) => continue,
                _ => Stand::Public,
            };
            let ready = video.and_then(|v| v.ready_at).unwrap_or(at);
            let post = &mut s.posts[index];
            (post.at, post.updated_at) = (at.max(ready), at.max(ready));
            if post.stand == Stand::Public {
                let post = post.clone();
                items.push(ledger_item(s, &post));
            }
        }
        items
    });
    items.sort_by_key(|item| item.at);
    items.into_iter().for_each(|item| world.ledger().add(item));
}

/// Makes a draft or a scheduled post public now.
pub(super) fn release(world: &World, id: &str) {
    let now = world.now();
    let item = change(world, |s: &mut State| {
        let post = s.post_mut(id)?;
        if post.stand == Stand::Public {
            return None;
        }
        (post.stand, post.at, post.updated_at) = (Stand::Public, now, now);
        let post = post.clone();
        Some(ledger_item(s, &post))
    });
    if let Some(item) = item {
        world.ledger().add(item);
    }
}

/// Refuses what a Page has just said: the same words, link and files as its last post.
pub(super) fn check_new(
    world: &World,
    page: Page,
    message: &str,
    link: Option<&str>,
    files: &[String],
) -> Result<(), Refusal> {
    let id = page.id();
    state::read(world, |s| {
        let mut own = s.posts.iter().rev().filter(|p| p.page == id && p.is_public() && p.kind != Kind::Story);
        let Some(last) = own.next() else { return Ok(()) };
        let last_files: Vec<String> = s.files(last).into_iter().map(|f| f.sha256).collect();
        if !files.is_empty() && last_files == files {
            return Err(already_posted());
        }
        let same = last.message == message && last.link.as_deref() == link;
        if same && files.is_empty() && last_files.is_empty() { Err(duplicate()) } else { Ok(()) }
    })
}

/// The same pictures again.
pub(super) fn already_posted() -> Refusal {
    Refusal::new(100, 1_366_051, "Invalid parameter")
        .told("Already posted", "These photos were already posted.")
}

/// Refuses messages that are too long.
pub(super) fn check_message(message: &str) -> Result<(), Refusal> {
    if message.chars().count() > LONGEST_MESSAGE {
        return Err(Refusal::parameter(format!(
            "Param message must be at most {LONGEST_MESSAGE} characters long"
        )));
    }
    Ok(())
}

/// Refuses parameters that are not known. The network ignores some, but here misspelt ones are to be found.
pub(super) fn check_names(call: &Call<'_>, known: &[&str]) -> Result<(), Refusal> {
    let base = |name: &str| name.split('[').next().unwrap_or_default().to_owned();
    let usual = ["access_token", "appsecret_proof", "fields", "locale"];
    match call.params.names().find(|n| !usual.contains(n) && !known.contains(&base(n).as_str())) {
        Some(name) => Err(Refusal::parameter(format!("param {name} is not known"))),
        None => Ok(()),
    }
}
