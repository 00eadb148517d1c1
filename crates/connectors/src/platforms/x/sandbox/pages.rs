//! What people see at x.com.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::memory::{Category, Memory, Post, by_handle, handle};
use super::{PLATFORM, shown};
use crate::sandbox::page::feed::{FeedView, MediaView, PollView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

const COLOR: &str = "#000000";
/// Posts on one page.
const MOST: usize = 100;

/// Everybody's posts.
pub(super) async fn home(State(world): State<Arc<World>>, site: Site) -> Response {
    let posts = world.read(PLATFORM, |memory: &Memory| views(&site, memory, |p| p.reply_to.is_none()));
    let links = PERSONAS.iter().map(|p| (p.name.to_owned(), site.url(&format!("/{}", handle(p)))));
    let view = FeedView { title: "Home".to_owned(), posts, links: links.collect(), ..empty() };
    feed_page(&view).into_response()
}

/// One account's posts.
pub(super) async fn profile(
    State(world): State<Arc<World>>,
    site: Site,
    Path(name): Path<String>,
) -> Response {
    let Some(persona) = by_handle(&name) else { return missing("This account doesn’t exist.") };
    let posts = world.read(PLATFORM, |memory: &Memory| {
        views(&site, memory, |p| p.author == persona.key && p.reply_to.is_none())
    });
    let profile = ProfileView {
        name: persona.name.to_owned(),
        handle: handle(persona).to_owned(),
        bio: persona.bio.to_owned(),
        avatar_url: site.avatar_url(persona.key),
        counts: vec![
            ("Following".to_owned(), persona.following(PLATFORM)),
            ("Followers".to_owned(), persona.followers_at(PLATFORM, world.now())),
        ],
    };
    feed_page(&FeedView { title: persona.name.to_owned(), profile: Some(profile), posts, ..empty() })
        .into_response()
}

/// One post with what answers it.
pub(super) async fn post(
    State(world): State<Arc<World>>,
    site: Site,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    one(&world, &site, &id)
}

/// The same without a name.
pub(super) async fn post_by_id(
    State(world): State<Arc<World>>,
    site: Site,
    Path(id): Path<String>,
) -> Response {
    one(&world, &site, &id)
}

fn one(world: &World, site: &Site, id: &str) -> Response {
    let view = world.read(PLATFORM, |memory: &Memory| {
        let id = shown::id(id)?;
        memory.visible(id).map(|post| view(site, memory, id, post))
    });
    match view {
        Some(view) => {
            let title = format!("{} on X", view.name);
            feed_page(&FeedView { title, posts: vec![view], ..empty() }).into_response()
        }
        None => missing("This post was deleted, or never was."),
    }
}

fn empty() -> FeedView {
    FeedView { network: "X".to_owned(), color: COLOR.to_owned(), ..FeedView::default() }
}

fn missing(text: &str) -> Response {
    message(StatusCode::NOT_FOUND, "X", COLOR, "Hmm…this page doesn’t exist", text)
}

fn views(site: &Site, memory: &Memory, wanted: impl Fn(&Post) -> bool) -> Vec<PostView> {
    let seen = memory.posts.iter().rev().filter(|(_, p)| p.deleted_at.is_none() && wanted(p));
    seen.take(MOST).map(|(id, post)| view(site, memory, *id, post)).collect()
}

fn view(site: &Site, memory: &Memory, id: u64, post: &Post) -> PostView {
    let author = Persona::find(&post.author);
    let name = author.map_or("i", handle);
    let file = |media: &u64| {
        let media = memory.media.get(media)?;
        let done = media.done.as_ref()?;
        let mime = if media.category == Category::Video { "video/mp4" } else { &done.mime };
        Some(MediaView { url: site.blob_url(&done.sha256), mime: mime.to_owned(), alt: media.alt.clone() })
    };
    let poll = post.poll.as_ref().map(|poll| PollView {
        options: poll.options.iter().map(|o| (o.clone(), 0)).collect(),
        ends_at: Some(poll.ends_at),
        multiple: false,
    });
    let replies = memory.posts.iter().filter(|(_, p)| p.reply_to == Some(id) && p.deleted_at.is_none());
    let badge = [(post.paid_partnership, "Paid partnership"), (post.made_with_ai, "Made with AI")]
        .into_iter()
        .find_map(|(set, label)| set.then(|| label.to_owned()));
    PostView {
        name: author.map_or_else(|| post.author.clone(), |p| p.name.to_owned()),
        handle: name.to_owned(),
        avatar_url: site.avatar_url(&post.author),
        author_url: site.url(&format!("/{name}")),
        url: site.url(&format!("/{name}/status/{id}")),
        at: Some(post.created_at),
        badge,
        text: post.text.clone(),
        media: post.media.iter().filter_map(file).collect(),
        poll,
        replies: replies.map(|(id, post)| view(site, memory, *id, post)).collect(),
        ..PostView::default()
    }
}
