//! Replies: who may write them, how they are read, hidden and approved.

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::requested;
use super::grant::{MANAGE_REPLIES, READ_REPLIES};
use super::nodes::Call;
use super::paging::{COMMON, page_of, span};
use super::people::handle_of;
use super::state::{self, Post, State, change};
use super::{publish, reading, show, text, webhooks};

/// Whether the control of a thread lets somebody else than its owner reply. Nobody follows anybody here.
pub(super) fn check_audience(s: &State, post: &Post, account: &str) -> Result<(), Refusal> {
    let top = s.post(post.top()).unwrap_or(post);
    let open = match top.content.audience.as_str() {
        "" | "everyone" => true,
        "mentioned_only" => text::mentions(&top.content.text, handle_of(account)),
        "parent_post_author_only" => {
            let above = top.content.reply_to.as_ref().and_then(|above| s.post(above));
            above.is_some_and(|above| above.account == account)
        }
        _ => false,
    };
    if open { Ok(()) } else { Err(Refusal::permission("replies to this post are restricted")) }
}

/// `GET /{media}/replies` (those right below), `/conversation` (all of a thread), `/pending_replies`; newest first unless
/// `reverse=false`.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(READ_REPLIES)?;
    call.only(&[COMMON, &["reverse", "approval_status"][..]].concat())?;
    let now = call.world.now();
    let own = call.caller.id();
    let within = span(call)?;
    let newest_first = call.params.get("reverse").is_none() || call.flag("reverse")?;
    let mut posts = state::read(call.world, |s| {
        let node = s.post(call.node).filter(|post| !post.is_archived(now));
        let in_own_thread =
            |post: &&Post| post.account == own || s.post(post.top()).is_some_and(|top| top.account == own);
        let node = node.filter(in_own_thread).ok_or_else(|| Refusal::missing(call.node, "get"))?;
        if call.edge == "conversation" && node.is_reply() {
            return Err(Refusal::parameter("A conversation is read from the top of its thread"));
        }
        let below = below(call.edge, node);
        let fits = |post: &&Post| below(post, now) && within(post.at);
        Ok(s.posts.iter().filter(fits).cloned().collect::<Vec<Post>>())
    })?;
    posts.sort_by_key(|post| post.number);
    if newest_first {
        posts.reverse();
    }
    let fields = requested(call.params, reading::DEFAULT)?;
    page_of(call, &posts, newest_first, |post| show::post(call, post, &fields))
}

/// Which posts an edge lists.
fn below(edge: &str, node: &Post) -> impl Fn(&Post, Timestamp) -> bool {
    let direct = move |post: &Post| post.content.reply_to.as_deref() == Some(node.id.as_str());
    let anywhere = move |post: &Post| post.root.as_deref() == Some(node.id.as_str());
    let (pending, conversation) = (edge == "pending_replies", edge == "conversation");
    move |post: &Post, now: Timestamp| {
        if pending {
            return post.pending && !post.deleted && anywhere(post);
        }
        post.is_listed(now) && if conversation { anywhere(post) } else { direct(post) }
    }
}

/// A reply in a thread of the caller.
fn managed(call: &Call<'_>) -> Result<Post, Refusal> {
    call.caller.needs(MANAGE_REPLIES)?;
    let own = call.caller.id();
    let reply = state::read(call.world, |s| {
        let in_own_thread = |post: &&Post| s.post(post.top()).is_some_and(|top| top.account == own);
        s.post(call.node).filter(|post| post.is_reply()).filter(in_own_thread).cloned()
    });
    reply.ok_or_else(|| Refusal::missing(call.node, "post"))
}

/// `POST /{reply}/manage_reply`: hides a reply right below the top, and with it those below; or shows them again.
pub(super) fn hide(call: &Call<'_>) -> Result<Value, Refusal> {
    let reply = managed(call)?;
    call.only(&["hide"])?;
    call.required("hide")?;
    let hide = call.flag("hide")?;
    if reply.content.reply_to != reply.root {
        return Err(Refusal::parameter("Only top-level replies can be hidden"));
    }
    change(call.world, |s| {
        let mut hit = vec![reply.id.clone()];
        // Replies come after what they reply to.
        for post in &mut s.posts {
            let below = post.content.reply_to.as_ref().is_some_and(|parent| hit.contains(parent));
            if below || post.id == reply.id {
                post.hidden = hide;
                hit.push(post.id.clone());
            }
        }
    });
    Ok(json!({ "success": true }))
}

/// `POST /{reply}/manage_pending_reply` (name from third-party clients): approves a waiting reply, or ignores it.
pub(super) fn decide(call: &Call<'_>) -> Result<Value, Refusal> {
    let reply = managed(call)?;
    call.only(&["approve"])?;
    call.required("approve")?;
    let approve = call.flag("approve")?;
    let (now, id) = (call.world.now(), reply.id);
    let decided = change(call.world, |s| {
        let post = s.post_mut(&id).filter(|post| post.pending)?;
        (post.pending, post.deleted) = (false, !approve);
        if approve {
            (post.at, post.visible_at) = (now, now);
        }
        Some(post.clone())
    });
    let post = decided.ok_or_else(|| Refusal::missing(call.node, "post"))?;
    if approve {
        publish::record(call.world, &post);
        webhooks::published(call.world, &post);
    }
    Ok(json!({ "success": true }))
}
