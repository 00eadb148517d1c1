//! Posts as they are read: alone, and the lists of a profile.

use carillon_domain::time::Timestamp;
use serde_json::Value;

use super::answer::Refusal;
use super::fields::requested;
use super::grant::{DISCOVERY, MENTIONS, READ_REPLIES, SEARCH};
use super::nodes::Call;
use super::paging::{COMMON, page_of, span};
use super::people::handle_of;
use super::state::{self, Post, State};
use super::{show, text};

/// What comes of a post without `fields`.
pub(super) const DEFAULT: &[&str] = &["id"];

/// `GET /{media}`; the files of a carousel have ids of their own.
pub(super) fn one(call: &Call<'_>) -> Result<Value, Refusal> {
    let (node, now) = (call.node, call.world.now());
    let found = state::read(call.world, |s| {
        let holds = |post: &&Post| post.id == node || post.items.iter().any(|item| item.id == node);
        s.posts
            .iter()
            .filter(|post| !post.deleted)
            .find(holds)
            .filter(|post| is_seen(call, s, post, now))
            .cloned()
    });
    let post = found.ok_or_else(|| Refusal::missing(node, "get"))?;
    let fields = requested(call.params, DEFAULT)?;
    match post.items.iter().find(|item| item.id == node && post.id != node) {
        Some(item) => show::item(call, &post, item, &fields),
        None => show::post(call, &post, &fields),
    }
}

/// Whether the caller may read a post: own ones always, replies in own threads and posts of others with a permission for it.
fn is_seen(call: &Call<'_>, s: &State, post: &Post, now: Timestamp) -> bool {
    let own = call.caller.id();
    if post.account == own {
        return !post.is_archived(now);
    }
    let reply_to_own = s.post(post.top()).is_some_and(|top| top.account == own);
    if reply_to_own {
        return call.caller.needs(READ_REPLIES).is_ok();
    }
    let public = post.is_public(now) && !post.hidden && !s.is_private(handle_of(&post.account));
    public && call.caller.needs_one(&[SEARCH, MENTIONS, DISCOVERY]).is_ok()
}

/// The caller's own post that the node names.
pub(super) fn own(call: &Call<'_>, method: &str) -> Result<Post, Refusal> {
    let own = call.caller.id();
    let post = state::read(call.world, |s| s.post(call.node).filter(|post| post.account == own).cloned());
    post.ok_or_else(|| Refusal::missing(call.node, method))
}

/// Posts of a profile, newest first, that are listed by now.
pub(super) fn listed(call: &Call<'_>, wanted: impl Fn(&State, &Post) -> bool) -> Result<Vec<Post>, Refusal> {
    let within = span(call)?;
    let now = call.world.now();
    let mut posts: Vec<Post> = state::read(call.world, |s| {
        let fits = |post: &&Post| post.is_listed(now) && within(post.at) && wanted(s, post);
        s.posts.iter().filter(fits).cloned().collect()
    });
    posts.sort_by_key(|post| std::cmp::Reverse(post.number));
    Ok(posts)
}

/// `GET /{account}/threads`, `/replies`, `/mentions`.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    let account = call.caller.own(call.node, "get")?;
    call.only(COMMON)?;
    let handle = call.caller.persona.key;
    let posts = match call.edge {
        "replies" => {
            call.caller.needs(READ_REPLIES)?;
            listed(call, |_, post| post.account == account && post.is_reply())?
        }
        "mentions" => {
            call.caller.needs(MENTIONS)?;
            listed(call, |s, post| {
                let public = !post.hidden && !s.is_private(handle_of(&post.account));
                post.account != account && public && text::mentions(&post.content.text, handle)
            })?
        }
        _ => listed(call, |_, post| post.account == account && !post.is_reply())?,
    };
    let fields = requested(call.params, DEFAULT)?;
    page_of(call, &posts, true, |post| show::post(call, post, &fields))
}
