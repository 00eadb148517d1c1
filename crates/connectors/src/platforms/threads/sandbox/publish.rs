//! How something becomes public, and how it goes.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::{Refusal, not_found};
use super::grant::{DELETE, PUBLISH};
use super::nodes::Call;
use super::people::{handle_of, item_id, post_id};
use super::state::{Container, Content, Deed, Item, Kind, Post, State, change};
use super::{PLATFORM, quota, reading, state, webhooks};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, World};

/// `POST /{account}/threads_publish`
pub(super) fn publish(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(PUBLISH)?;
    let account = call.caller.own(call.node, "post")?;
    call.only(&["creation_id"])?;
    let creation = call.required("creation_id")?;
    if !creation.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Refusal::parameter("Param creation_id must be a valid id"));
    }
    add(call.world, |s, now| {
        let container = s.containers.get(creation).filter(|c| c.account == account);
        let container = container.cloned().ok_or_else(not_found)?;
        if container.item {
            return Err(Refusal::parameter("An item of a carousel can't be published by itself"));
        }
        // One container, one post. What is not ready, failed, expired or published is all "not found".
        if !container.is_publishable(now) {
            return Err(not_found());
        }
        quota::check_publish(s, &account, container.content.reply_to.is_some(), now)?;
        Ok(container)
    })
}

/// The shortcut `auto_publish_text`: there is no container, the answer has the post's id.
pub(super) fn at_once(call: &Call<'_>, container: Container) -> Result<Value, Refusal> {
    add(call.world, |s, now| {
        quota::check_publish(s, &container.account, container.content.reply_to.is_some(), now)?;
        Ok(container)
    })
}

/// `POST /{media}/repost`
pub(super) fn repost(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(PUBLISH)?;
    call.only(&[])?;
    let now = call.world.now();
    let account = call.caller.id();
    let post = state::read(call.world, |s| s.post(call.node).filter(|post| post.is_public(now)).cloned());
    let post = post.ok_or_else(|| Refusal::missing(call.node, "post"))?;
    let original = post.repost_of.unwrap_or(post.id);
    add(call.world, |s, now| {
        let again = |post: &Post| {
            post.account == account && post.repost_of.as_deref() == Some(original.as_str()) && !post.deleted
        };
        if s.posts.iter().any(again) {
            return Err(Refusal::parameter("The post was reposted already"));
        }
        Ok(Container {
            id: original,
            account,
            created_at: now,
            ready_at: now,
            failure: None,
            published: None,
            item: false,
            content: Content { kind: Kind::Repost, ..Content::default() },
            file: None,
        })
    })
}

/// Makes public what `find` gives, and says so to everybody.
fn add(
    world: &World,
    find: impl FnOnce(&State, Timestamp) -> Result<Container, Refusal>,
) -> Result<Value, Refusal> {
    let (number, shortcode) = (world.next_number("threads.post"), world.random_text(11));
    let now = world.now();
    let post = change(world, |s| {
        let container = find(&*s, now)?;
        let late = world.processing_time(PLATFORM, "threads.visible", Duration::ZERO);
        let post = Post {
            visible_at: now.checked_add(late).unwrap_or(now),
            shortcode,
            ..become_post(s, &container, number, now)
        };
        if let Some(slot) = s.containers.get_mut(&container.id) {
            slot.published = Some(post.id.clone());
        }
        s.posts.push(post.clone());
        Ok::<_, Refusal>(post)
    })?;
    if !post.pending {
        record(world, &post);
    }
    webhooks::published(world, &post);
    Ok(json!({ "id": post.id }))
}

fn become_post(s: &State, container: &Container, number: u64, now: Timestamp) -> Post {
    let id = post_id(number);
    let (content, account) = (container.content.clone(), container.account.clone());
    let items = match content.kind {
        Kind::Carousel => {
            let files = content.children.iter().filter_map(|c| s.containers.get(c)?.file.clone());
            files.enumerate().map(|(index, file)| Item { id: item_id(number, index), file }).collect()
        }
        _ => container.file.iter().map(|file| Item { id: id.clone(), file: file.clone() }).collect(),
    };
    let parent = content.reply_to.as_ref().and_then(|parent| s.post(parent));
    let root = parent.map(|parent| parent.top().to_owned());
    let top = root.as_ref().and_then(|root| s.post(root));
    let pending = top.is_some_and(|top| top.content.approvals && top.account != account);
    Post {
        root,
        pending,
        repost_of: (content.kind == Kind::Repost).then(|| container.id.clone()),
        id,
        number,
        account,
        shortcode: String::new(),
        at: now,
        visible_at: now,
        content,
        items,
        hidden: false,
        deleted: false,
    }
}

/// Writes a public post into the ledger.
pub(super) fn record(world: &World, post: &Post) {
    let kind = match post.content.kind {
        _ if post.is_reply() => "reply",
        Kind::Text => "text",
        Kind::Image => "image",
        Kind::Video => "video",
        Kind::Carousel => "carousel",
        Kind::Repost => "repost",
    };
    let media = post.items.iter().map(|item| LedgerMedia {
        sha256: item.file.sha256.clone(),
        bytes: item.file.bytes,
        alt: item.file.alt.clone(),
    });
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount {
            remote_id: post.account.clone(),
            handle: handle_of(&post.account).to_owned(),
        },
        remote_id: post.id.clone(),
        parent: post.content.reply_to.clone(),
        kind: kind.to_owned(),
        text: post.content.text.clone(),
        media: media.collect(),
        at: post.at,
        deleted_at: None,
    });
}

/// `DELETE /{media}`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(DELETE)?;
    call.only(&[])?;
    let post = reading::own(call, "delete")?;
    quota::spend(call, Deed::Delete)?;
    change(call.world, |s| {
        if let Some(slot) = s.post_mut(&post.id) {
            slot.deleted = true;
        }
    });
    call.world.ledger().delete(PLATFORM, None, &post.id);
    webhooks::deleted(call.world, &post);
    Ok(json!({ "success": true, "deleted_id": post.id }))
}
