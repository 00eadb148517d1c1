//! What people see at www.linkedin.com.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::memory::{Comment, Memory, Post, read};
use super::{COLOR, content, numbers, people};
use crate::sandbox::page::feed::{FeedView, MediaView, PollView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::{Persona, Site, World};

/// Posts on one page.
const MOST: usize = 100;

/// Everybody's posts.
pub(super) async fn network(State(world): State<Arc<World>>, site: Site) -> Response {
    let posts = views(&world, &site, |_| true);
    let links =
        people::organizations().map(|p| (p.name.to_owned(), site.url(&format!("/company/{}/", p.key))));
    feed_page(&FeedView { title: "Feed".to_owned(), posts, links: links.collect(), ..empty() })
        .into_response()
}

/// A member's page.
pub(super) async fn member(
    State(world): State<Arc<World>>,
    site: Site,
    Path(name): Path<String>,
) -> Response {
    let Some(persona) = Persona::find(&name) else { return missing("This profile is not available.") };
    profile(&world, &site, persona, "urn:li:person:")
}

/// An organisation's page.
pub(super) async fn organization(
    State(world): State<Arc<World>>,
    site: Site,
    Path(name): Path<String>,
) -> Response {
    let Some(persona) = people::organizations().find(|p| p.key == name) else {
        return missing("This Page doesn’t exist.");
    };
    profile(&world, &site, persona, "urn:li:organization:")
}

fn profile(world: &World, site: &Site, persona: &'static Persona, kind: &str) -> Response {
    let posts = views(world, site, |p| p.persona == persona.key && p.author.starts_with(kind));
    let profile = ProfileView {
        name: persona.name.to_owned(),
        handle: persona.key.to_owned(),
        bio: persona.bio.to_owned(),
        avatar_url: site.avatar_url(persona.key),
        counts: vec![("Followers".to_owned(), numbers::followers(persona, world.now()))],
    };
    let title = persona.name.to_owned();
    feed_page(&FeedView { title, profile: Some(profile), posts, ..empty() }).into_response()
}

/// One post with its comments.
pub(super) async fn post(State(world): State<Arc<World>>, site: Site, Path(urn): Path<String>) -> Response {
    let view = read(&world, |memory| memory.post(&urn).map(|post| view(&world, &site, memory, post)));
    match view {
        Some(view) => {
            let title = format!("{} on LinkedIn", view.name);
            feed_page(&FeedView { title, posts: vec![view], ..empty() }).into_response()
        }
        None => missing("This post cannot be displayed."),
    }
}

fn empty() -> FeedView {
    FeedView { network: "LinkedIn".to_owned(), color: COLOR.to_owned(), ..FeedView::default() }
}

fn missing(text: &str) -> Response {
    message(StatusCode::NOT_FOUND, "LinkedIn", COLOR, "Page not found", text)
}

fn views(world: &World, site: &Site, wanted: impl Fn(&Post) -> bool) -> Vec<PostView> {
    read(world, |memory| {
        let all = memory.posts.iter().rev().filter(|p| p.deleted.is_none() && wanted(p));
        all.take(MOST).map(|post| view(world, site, memory, post)).collect()
    })
}

/// Name and address of an author.
fn who(site: &Site, persona: &str, urn: &str) -> (String, String) {
    let name = Persona::find(persona).map_or(persona, |p| p.name);
    let kind = if urn.starts_with("urn:li:organization:") { "company" } else { "in" };
    (name.to_owned(), site.url(&format!("/{kind}/{persona}/")))
}

fn view(world: &World, site: &Site, memory: &Memory, post: &Post) -> PostView {
    let (name, author_url) = who(site, &post.persona, &post.author);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let file = |(urn, alt): &(String, Option<String>)| {
        let file = memory.assets.get(urn)?.file.as_ref()?;
        let shown = file.mime.starts_with("image/") || file.mime.starts_with("video/");
        shown.then(|| MediaView {
            url: site.blob_url(&file.sha256),
            mime: file.mime.clone(),
            alt: alt.clone(),
        })
    };
    let media: Vec<MediaView> = post.media.iter().filter_map(file).collect();
    let article = &post.content["article"];
    let card = if article.is_object() {
        Some((text(&article["source"]), text(&article["title"]), text(&article["description"])))
    } else {
        let document = post.media.first().filter(|_| media.is_empty());
        let file = document.and_then(|(urn, _)| memory.assets.get(urn)?.file.as_ref());
        file.map(|f| (site.blob_url(&f.sha256), text(&post.content["media"]["title"]), "Document".to_owned()))
    };
    let reshared = post.parent.as_deref().and_then(|urn| memory.post(urn));
    let badge = match post.visibility.as_str() {
        _ if post.edited => Some("Edited"),
        "CONNECTIONS" => Some("Connections only"),
        "LOGGED_IN" => Some("Members only"),
        _ => None,
    };
    let likes = numbers::of(post, world.now()).likes
        + memory.reactions.values().filter(|r| r.post == post.urn).count() as u64;
    let comments = memory.comments_of(&post.urn).count() as u64;
    let quoted = reshared.map(|p| view(world, site, memory, p));
    let replies = memory.comments_of(&post.urn).map(|c| comment(site, c));
    PostView {
        name,
        handle: post.persona.clone(),
        avatar_url: site.avatar_url(&post.persona),
        author_url,
        url: site.url(&format!("/feed/update/{}", post.urn)),
        at: Some(post.created),
        badge: badge.map(str::to_owned),
        text: post.shown.clone(),
        media,
        card,
        poll: poll(world, post),
        counts: vec![("Reactions".to_owned(), likes), ("Comments".to_owned(), comments)],
        replies: quoted.into_iter().chain(replies).collect(),
        ..PostView::default()
    }
}

fn poll(world: &World, post: &Post) -> Option<PollView> {
    let votes = numbers::of(post, world.now()).clicks / 3;
    let shown = content::shown(&post.content, votes);
    let options = shown["poll"]["options"].as_array()?;
    let option = |o: &serde_json::Value| {
        (o["text"].as_str().unwrap_or_default().to_owned(), o["voteCount"].as_u64().unwrap_or_default())
    };
    Some(PollView {
        options: options.iter().map(option).collect(),
        ends_at: Some(post.created + Duration::from_secs(content::poll_days(&post.content) * 86_400)),
        multiple: false,
    })
}

fn comment(site: &Site, comment: &Comment) -> PostView {
    let (name, author_url) = who(site, &comment.persona, &comment.actor);
    PostView {
        name,
        handle: comment.persona.clone(),
        avatar_url: site.avatar_url(&comment.persona),
        author_url,
        url: site.url(&format!("/feed/update/{}", comment.post)),
        at: Some(comment.at),
        text: comment.text.clone(),
        ..PostView::default()
    }
}
