//! Containers: made, processed, and read until they are finished.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::{Refusal, not_found};
use super::fields::{pick, requested};
use super::grant::{MANAGE_REPLIES, MENTIONS, PLACES, PUBLISH, SEARCH};
use super::nodes::Call;
use super::people::container_id;
use super::state::{self, Container, Content, Kind, State, Status, change};
use super::{PLATFORM, asked, files, places, publish, replies};

/// How long processing usually takes.
const TEXT_TIME: Duration = Duration::from_secs(2);
const PICTURE_TIME: Duration = Duration::from_secs(4);
const VIDEO_TIME: Duration = Duration::from_secs(25);

/// `POST /{account}/threads`
pub(super) async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(PUBLISH)?;
    let account = call.caller.own(call.node, "post")?;
    let content = asked::content(call)?;
    check_rights(call, &content)?;
    let now = call.world.now();
    state::read(call.world, |s| check_objects(call, s, &content, &account, now))?;

    let (kind, alt) = (content.kind, content.alt.clone());
    let (mut file, failure) = match kind {
        Kind::Image => files::picture(call.world, call.params.text("image_url")).await?,
        Kind::Video => files::video(call.world, call.params.text("video_url")).await,
        _ => (None, None),
    };
    if let Some(file) = &mut file {
        file.alt = alt;
    }
    let now = call.world.now();
    let mut container = Container {
        id: container_id(call.world.next_number("threads.container")),
        account,
        created_at: now,
        ready_at: now,
        failure: failure.map(str::to_owned),
        published: None,
        item: call.flag("is_carousel_item")?,
        content,
        file,
    };
    if call.flag("auto_publish_text")? {
        return publish::at_once(call, container);
    }
    container.ready_at = ready_at(call, kind, now);
    let id = container.id.clone();
    change(call.world, |s| {
        if let Some(failure) = s.next_failure.take() {
            container.failure = Some(failure);
        }
        s.containers.insert(container.id.clone(), container);
    });
    Ok(json!({ "id": id }))
}

/// When processing that begins now ends.
fn ready_at(call: &Call<'_>, kind: Kind, now: Timestamp) -> Timestamp {
    let usual = match kind {
        Kind::Text | Kind::Repost => TEXT_TIME,
        Kind::Image | Kind::Carousel => PICTURE_TIME,
        Kind::Video => VIDEO_TIME,
    };
    let time = call.world.processing_time(PLATFORM, "containers.create", usual);
    now.checked_add(time).unwrap_or(now)
}

/// Permissions that some parameters need.
fn check_rights(call: &Call<'_>, content: &Content) -> Result<(), Refusal> {
    if content.location.is_some() {
        call.caller.needs(PLACES)?;
    }
    if call.flag("crossreshare_to_ig")? {
        call.caller.needs("threads_share_to_instagram")?;
    }
    Ok(())
}

/// That everything is there which a container names.
fn check_objects(
    call: &Call<'_>,
    s: &State,
    content: &Content,
    account: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    if let Some(parent) = &content.reply_to {
        check_parent(call, s, parent, account, now)?;
    }
    if let Some(quoted) = &content.quote {
        let public = s.post(quoted).is_some_and(|post| post.is_public(now) && post.repost_of.is_none());
        if !public {
            return Err(Refusal::missing(quoted, "get"));
        }
    }
    if let Some(place) = &content.location
        && places::find(place).is_none()
    {
        return Err(Refusal::parameter("Param location_id is not valid"));
    }
    for child in &content.children {
        let child = s.containers.get(child).filter(|c| c.account == account && c.item);
        let child =
            child.ok_or_else(|| Refusal::parameter("Param children must be ids of carousel items"))?;
        if child.status(now) != Status::Finished {
            return Err(not_found());
        }
    }
    Ok(())
}

/// That a post can be replied to, by this account, by now.
fn check_parent(
    call: &Call<'_>,
    s: &State,
    parent: &str,
    account: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let post = s.post(parent).filter(|post| post.is_public(now) && post.repost_of.is_none());
    let post = post.ok_or_else(|| Refusal::missing(parent, "get"))?;
    let own_thread = post.account == account || s.post(post.top()).is_some_and(|top| top.account == account);
    if own_thread {
        call.caller.needs(MANAGE_REPLIES)?;
    } else {
        call.caller.needs_one(&[SEARCH, MENTIONS])?;
        replies::check_audience(s, post, account)?;
    }
    if post.takes_replies(now) { Ok(()) } else { Err(not_found()) }
}

/// `GET /{container}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let now = call.world.now();
    let container = state::read(call.world, |s| s.containers.get(call.node).cloned());
    let own = container.filter(|c| c.account == call.caller.id());
    let container = own.ok_or_else(|| Refusal::missing(call.node, "get"))?;
    let (word, error) = match container.status(now) {
        Status::InProgress => ("IN_PROGRESS", None),
        Status::Finished => ("FINISHED", None),
        Status::Error(message) => ("ERROR", Some(message)),
        Status::Expired => ("EXPIRED", None),
        Status::Published => ("PUBLISHED", None),
    };
    let all = [("id", json!(container.id)), ("status", json!(word)), ("error_message", json!(error))];
    pick("ThreadsMediaContainer", &requested(call.params, &["id", "status"])?, &all)
}
