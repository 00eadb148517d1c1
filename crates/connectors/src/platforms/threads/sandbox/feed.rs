//! What visitors of the site see: profiles with their posts, and single posts with the replies to them.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use carillon_domain::time::Timestamp;
use http::StatusCode;

use super::people::{self, account_id, handle_of};
use super::state::{self, Kind, Post, State};
use super::{COLOR, NETWORK, PLATFORM, insights, is_site, show};
use crate::sandbox::page::feed::{FeedView, MediaView, PollView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

/// `/`: everybody's posts.
pub(super) async fn network(Held(world): Held<Arc<World>>, site: Site) -> Response {
    let link = |p: &Persona| (format!("@{}", p.key), site.url(&format!("/@{}", p.key)));
    let links = PERSONAS.iter().map(link).collect();
    page(&world, &site, FeedView { title: NETWORK.to_owned(), links, ..FeedView::default() }, |post| {
        !post.is_reply()
    })
}

/// `/@{handle}`: one profile.
pub(super) async fn account(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path(handle): Path<String>,
) -> Response {
    let Some(persona) = handle.strip_prefix('@').and_then(Persona::find) else { return missing() };
    let (id, now) = (account_id(persona), world.now());
    let own = |post: &Post| post.account == id && !post.is_reply();
    let shown = |s: &State| s.posts.iter().filter(|post| own(post) && is_shown(s, post, now)).count() as u64;
    let posts = state::read(&world, shown);
    let profile = ProfileView {
        name: persona.name.to_owned(),
        handle: persona.key.to_owned(),
        bio: persona.bio.to_owned(),
        avatar_url: site.avatar_url(persona.key),
        counts: vec![
            ("posts".to_owned(), posts),
            ("followers".to_owned(), persona.followers_at(PLATFORM, now)),
        ],
    };
    let view = FeedView { title: persona.name.to_owned(), profile: Some(profile), ..FeedView::default() };
    page(&world, &site, view, own)
}

/// `/@{handle}/post/{shortcode}`
pub(super) async fn post(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((handle, shortcode)): Path<(String, String)>,
) -> Response {
    let now = world.now();
    let named = |post: &Post| {
        post.shortcode == shortcode && handle.strip_prefix('@') == Some(handle_of(&post.account))
    };
    if !state::read(&world, |s| s.posts.iter().any(|post| named(post) && is_shown(s, post, now))) {
        return missing();
    }
    page(&world, &site, FeedView { title: "Post".to_owned(), ..FeedView::default() }, named)
}

fn page(world: &World, site: &Site, view: FeedView, wanted: impl Fn(&Post) -> bool) -> Response {
    if !is_site(site) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let now = world.now();
    let posts = state::read(world, |s| {
        let mut shown: Vec<&Post> =
            s.posts.iter().filter(|post| wanted(post) && is_shown(s, post, now)).collect();
        shown.sort_by_key(|post| std::cmp::Reverse(post.number));
        shown.into_iter().map(|post| drawn(s, world, site, post)).collect()
    });
    feed_page(&FeedView { network: NETWORK.to_owned(), color: COLOR.to_owned(), posts, ..view })
        .into_response()
}

fn is_shown(s: &State, post: &Post, now: Timestamp) -> bool {
    post.is_public(now) && !post.hidden && !s.is_private(handle_of(&post.account))
}

fn drawn(s: &State, world: &World, site: &Site, post: &Post) -> PostView {
    let persona = people::by_account(&post.account);
    let key = persona.map_or("", |p| p.key);
    let now = world.now();
    let answers = |other: &&Post| other.content.reply_to.as_deref() == Some(post.id.as_str());
    let below = s.posts.iter().filter(answers).filter(|other| is_shown(s, other, now));
    // A repost shows what it repeats.
    let original =
        post.repost_of.as_ref().and_then(|id| s.post(id)).filter(|original| is_shown(s, original, now));
    let original = original.unwrap_or(post);
    let content = &original.content;
    let media = original.items.iter().map(|item| MediaView {
        url: site.blob_url(&item.file.sha256),
        mime: item.file.mime.clone(),
        alt: item.file.alt.clone(),
    });
    PostView {
        name: persona.map_or("", |p| p.name).to_owned(),
        handle: key.to_owned(),
        avatar_url: site.avatar_url(key),
        author_url: site.url(&format!("/@{key}")),
        url: site.url(&show::path_of(post)),
        at: Some(post.at),
        badge: badge(post),
        warning: (content.spoiler || !content.entities.is_empty()).then(|| "Spoiler".to_owned()),
        text: content.text.clone(),
        media: media.collect(),
        card: content.link.clone().map(|link| {
            let host = url::Url::parse(&link).ok().and_then(|url| url.host_str().map(str::to_owned));
            (link, host.unwrap_or_default(), String::new())
        }),
        poll: (!content.poll.is_empty()).then(|| PollView {
            options: content.poll.iter().map(|option| (option.clone(), 0)).collect(),
            ..PollView::default()
        }),
        counts: vec![("views".to_owned(), insights::views(world, post))],
        replies: below.map(|reply| drawn(s, world, site, reply)).collect(),
        ..PostView::default()
    }
}

fn badge(post: &Post) -> Option<String> {
    let content = &post.content;
    match (content.kind, &content.topic) {
        (Kind::Repost, _) => Some("Repost".to_owned()),
        _ if content.ghost => Some("Ghost post".to_owned()),
        (_, topic) => topic.clone(),
    }
}

fn missing() -> Response {
    message(StatusCode::NOT_FOUND, NETWORK, COLOR, "Not found", "This page isn't available right now.")
}
