//! What followers would see.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::people::{self, by_handle};
use super::publishing::{audience, public_path};
use super::state::{self, DAY, Media, State};
use super::{PLATFORM, WWW_INSTAGRAM};
use crate::sandbox::page::feed::{FeedView, MediaView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site, World};

const COLOR: &str = "#e1306c";

/// `/`: everybody's posts.
pub(super) async fn network(Held(world): Held<Arc<World>>, site: Site) -> Response {
    let links = PERSONAS.iter().map(|p| (format!("@{}", p.key), site.url(&format!("/{}", p.key))));
    show(&world, &site, "Instagram", None, links.collect(), |_| true)
}

/// `/{handle}`: one account.
pub(super) async fn account(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path(handle): Path<String>,
) -> Response {
    let Some(persona) = by_handle(&handle) else { return missing() };
    let account = people::account_id(persona);
    let posts =
        state::read(&world, |s| s.media.iter().filter(|m| m.account == account && shown(m, &world)).count());
    let profile = ProfileView {
        name: persona.name.to_owned(),
        handle: persona.key.to_owned(),
        bio: persona.bio.to_owned(),
        avatar_url: site.avatar_url(persona.key),
        counts: vec![
            ("posts".to_owned(), posts as u64),
            ("followers".to_owned(), persona.followers_at(PLATFORM, world.now())),
            ("following".to_owned(), persona.following(PLATFORM)),
        ],
    };
    show(&world, &site, persona.name, Some(profile), Vec::new(), |m| m.account == account)
}

/// `/p/{shortcode}` and `/reel/{shortcode}`.
pub(super) async fn post(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path(shortcode): Path<String>,
) -> Response {
    single(&world, &site, |m| m.shortcode == shortcode)
}

/// `/stories/{handle}/{id}`.
pub(super) async fn story(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    single(&world, &site, |m| m.id == id)
}

fn single(world: &World, site: &Site, wanted: impl Fn(&Media) -> bool) -> Response {
    if !state::read(world, |s: &State| s.media.iter().any(|m| wanted(m) && shown(m, world))) {
        return missing();
    }
    show(world, site, "Post", None, Vec::new(), wanted)
}

fn show(
    world: &World,
    site: &Site,
    title: &str,
    profile: Option<ProfileView>,
    links: Vec<(String, String)>,
    wanted: impl Fn(&Media) -> bool,
) -> Response {
    if site.host != WWW_INSTAGRAM {
        return StatusCode::NOT_FOUND.into_response();
    }
    let posts = state::read(world, |s: &State| {
        let public = s.media.iter().rev().filter(|m| wanted(m) && shown(m, world));
        public.filter_map(|m| Some(view(s, world, site, m, people::by_account(&m.account)?))).collect()
    });
    let view = FeedView {
        network: "Instagram".to_owned(),
        color: COLOR.to_owned(),
        title: title.to_owned(),
        profile,
        posts,
        links,
    };
    feed_page(&view).into_response()
}

/// Stories are gone after a day.
fn shown(media: &Media, world: &World) -> bool {
    !media.deleted && (media.product != "STORY" || world.now().duration_since(media.at) < DAY)
}

fn view(s: &State, world: &World, site: &Site, media: &Media, owner: &Persona) -> PostView {
    let replies = s.comments.iter().filter(|c| c.media == media.id && !c.deleted);
    let badge = match media.product.as_str() {
        "STORY" => Some("Story"),
        "REELS" => Some("Reel"),
        _ if media.ai => Some("AI info"),
        _ => None,
    };
    PostView {
        url: site.url(&public_path(media, owner.key)),
        at: Some(media.at),
        badge: badge.map(str::to_owned),
        text: media.caption.clone(),
        media: media
            .files
            .iter()
            .map(|f| MediaView { url: site.blob_url(&f.sha256), mime: f.mime.clone(), alt: f.alt.clone() })
            .collect(),
        counts: vec![("views".to_owned(), audience(world, media))],
        replies: replies
            .map(|c| PostView { text: c.text.clone(), at: Some(c.at), ..by(site, owner) })
            .collect(),
        ..by(site, owner)
    }
}

fn by(site: &Site, owner: &Persona) -> PostView {
    PostView {
        name: owner.name.to_owned(),
        handle: owner.key.to_owned(),
        avatar_url: site.avatar_url(owner.key),
        author_url: site.url(&format!("/{}", owner.key)),
        ..PostView::default()
    }
}

fn missing() -> Response {
    message(StatusCode::NOT_FOUND, "Instagram", COLOR, "Not found", "Sorry, this page isn't available.")
}
