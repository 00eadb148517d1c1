//! What people see in the browser: the server's public timeline, a profile, a post with its thread.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::state::{Network, Status, key};
use super::{COLOR, PLATFORM, TITLE, entities};
use crate::sandbox::page::feed::{FeedView, MediaView, PollView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

/// Posts of a page.
const PAGE: usize = 50;

/// `GET /`: the public timeline of this server.
pub(super) async fn timeline(State(world): State<Arc<World>>, site: Site) -> Response {
    let posts = world.read(PLATFORM, |network: &Network| {
        let public = |s: &&Status| s.host == site.host && s.visibility == "public";
        let newest = network.statuses.iter().rev().filter(public).take(PAGE);
        newest.map(|s| post(&world, &site, network, s)).collect()
    });
    let links = PERSONAS.iter().map(|p| (p.name.to_owned(), site.url(&format!("/@{}", p.key))));
    let view = FeedView {
        network: TITLE.to_owned(),
        color: COLOR.to_owned(),
        title: site.host.clone(),
        posts,
        links: links.collect(),
        ..FeedView::default()
    };
    feed_page(&view).into_response()
}

/// `GET /@{name}`: what everybody sees of an account.
pub(super) async fn profile(
    State(world): State<Arc<World>>,
    site: Site,
    Path(name): Path<String>,
) -> Response {
    let Some(persona) = Persona::find(&name) else { return nobody() };
    let (posts, own) = world.read(PLATFORM, |network: &Network| {
        let mine = || network.statuses.iter().filter(|s| s.host == site.host && s.persona == persona.key);
        let open = mine().rev().filter(|s| s.is_visible_to(None)).take(PAGE);
        let posts = open.map(|s| post(&world, &site, network, s)).collect();
        (posts, u64::try_from(mine().count()).unwrap_or(0))
    });
    let view = FeedView {
        network: TITLE.to_owned(),
        color: COLOR.to_owned(),
        title: format!("{} (@{}@{})", persona.name, persona.key, site.host),
        profile: Some(ProfileView {
            name: persona.name.to_owned(),
            handle: format!("{}@{}", persona.key, site.host),
            bio: persona.bio.to_owned(),
            avatar_url: site.avatar_url(persona.key),
            counts: vec![
                ("posts".to_owned(), own),
                ("following".to_owned(), persona.following(PLATFORM)),
                ("followers".to_owned(), persona.followers_at(PLATFORM, world.now())),
            ],
        }),
        posts,
        links: vec![(site.host.clone(), site.url("/"))],
    };
    feed_page(&view).into_response()
}

/// `GET /@{name}/{id}`: a post with what was answered.
pub(super) async fn single(
    State(world): State<Arc<World>>,
    site: Site,
    Path((name, id)): Path<(String, String)>,
) -> Response {
    let found = world.read(PLATFORM, |network: &Network| {
        let status = entities::find(network, &site, &id)?;
        let open = status.persona == name && status.is_visible_to(None);
        open.then(|| thread(&world, &site, network, status))
    });
    let Some(post) = found else { return nobody() };
    let view = FeedView {
        network: TITLE.to_owned(),
        color: COLOR.to_owned(),
        title: format!("Post by {}", post.name),
        posts: vec![post],
        links: vec![(site.host.clone(), site.url("/"))],
        ..FeedView::default()
    };
    feed_page(&view).into_response()
}

fn nobody() -> Response {
    message(StatusCode::NOT_FOUND, TITLE, COLOR, "Not found", "The page you are looking for isn't here.")
}

fn thread(world: &World, site: &Site, network: &Network, status: &Status) -> PostView {
    let mut view = post(world, site, network, status);
    let below = network.statuses.iter().filter(|s| {
        s.host == site.host && s.parent.as_deref() == Some(status.id.as_str()) && s.is_visible_to(None)
    });
    view.replies = below.map(|s| thread(world, site, network, s)).collect();
    view
}

fn post(world: &World, site: &Site, network: &Network, status: &Status) -> PostView {
    let persona = Persona::find(&status.persona);
    let now = world.now();
    let files = status.media.iter().filter_map(|id| network.media.get(&key(&site.host, id)));
    let counted = [("favourites", 80), ("reblogs", 20)];
    let author = site.url(&format!("/@{}", status.persona));
    PostView {
        name: persona.map_or_else(String::new, |p| p.name.to_owned()),
        handle: format!("{}@{}", status.persona, site.host),
        avatar_url: site.avatar_url(&status.persona),
        url: format!("{author}/{}", status.id),
        author_url: author,
        at: Some(status.created_at),
        badge: badge(status),
        warning: Some(status.spoiler.clone()).filter(|s| !s.is_empty()),
        html: Some(entities::html(site, &status.text)),
        media: files
            .map(|m| MediaView {
                url: site.blob_url(&m.sha256),
                mime: m.mime.clone(),
                alt: m.description.clone(),
            })
            .collect(),
        poll: status.poll.as_ref().map(|poll| PollView {
            options: (0..)
                .zip(&poll.options)
                .map(|(i, o)| (o.clone(), status.popularity(&format!("vote {i}"), 30, now)))
                .collect(),
            ends_at: Some(poll.expires_at),
            multiple: poll.multiple,
        }),
        counts: counted
            .iter()
            .map(|(what, share)| ((*what).to_owned(), status.popularity(what, *share, now)))
            .collect(),
        ..PostView::default()
    }
}

/// What is special about who sees it.
fn badge(status: &Status) -> Option<String> {
    let badge = match status.visibility.as_str() {
        "public" if status.parent.is_some() => "reply",
        "unlisted" => "quiet public",
        _ => return None,
    };
    Some(badge.to_owned())
}
