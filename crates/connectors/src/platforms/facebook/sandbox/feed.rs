//! What visitors of the site see: Pages with their posts, single posts, reels, and stories of the last day.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::people::{self, NodeKind, Page};
use super::state::{self, DAY, Kind, Post, State};
use super::{PLATFORM, WWW, publish, reading, status, stories};
use crate::sandbox::page::feed::{FeedView, MediaView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::{Site, World};

const COLOR: &str = "#1877f2";

/// `/`: everybody's posts.
pub(super) async fn network(Held(world): Held<Arc<World>>, site: Site) -> Response {
    let link = |page: Page| (page.name.to_owned(), site.url(&format!("/{}", page.handle)));
    let links = people::pages().into_iter().map(link).collect();
    show(&world, &site, "Facebook", None, links, |_| true)
}

/// `/{page}` by name or id, and `/{post}`.
pub(super) async fn handle(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path(handle): Path<String>,
) -> Response {
    if people::kind_of(&handle) == NodeKind::Post {
        return single(&world, &site, |p| p.id == handle);
    }
    let Some(page) = people::page_of_handle(&handle).or_else(|| people::page(&handle)) else {
        return missing();
    };
    publish::settle(&world);
    let id = page.id();
    let posts = state::read(&world, |s| s.posts.iter().filter(|p| p.page == id && shown(p, &world)).count());
    let profile = ProfileView {
        name: page.name.to_owned(),
        handle: page.handle.to_owned(),
        bio: page.look.bio.to_owned(),
        avatar_url: site.avatar_url(page.look.key),
        counts: vec![
            ("posts".to_owned(), posts as u64),
            ("followers".to_owned(), page.look.followers_at(PLATFORM, world.now())),
        ],
    };
    show(&world, &site, page.name, Some(profile), Vec::new(), |p| p.page == id)
}

/// `/{page}/posts/{post}`, `/stories/{page}/{story}/`
pub(super) async fn post(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((_, post)): Path<(String, String)>,
) -> Response {
    single(&world, &site, |p| p.id == post || p.id.split_once('_').is_some_and(|(_, own)| own == post))
}

/// `/{page}/videos/{video}/`
pub(super) async fn video(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path((_, video)): Path<(String, String)>,
) -> Response {
    single(&world, &site, |p| p.video.as_deref() == Some(video.as_str()))
}

/// `/reel/{video}/`
pub(super) async fn reel(Held(world): Held<Arc<World>>, site: Site, Path(video): Path<String>) -> Response {
    single(&world, &site, |p| p.video.as_deref() == Some(video.as_str()))
}

fn single(world: &World, site: &Site, wanted: impl Fn(&Post) -> bool) -> Response {
    publish::settle(world);
    if !state::read(world, |s: &State| s.posts.iter().any(|p| wanted(p) && shown(p, world))) {
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
    wanted: impl Fn(&Post) -> bool,
) -> Response {
    if site.host != WWW {
        return StatusCode::NOT_FOUND.into_response();
    }
    publish::settle(world);
    let mut public: Vec<Post> = state::read(world, |s: &State| {
        s.posts.iter().filter(|p| wanted(p) && shown(p, world)).cloned().collect()
    });
    public.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    let posts = state::read(world, |s: &State| {
        public.iter().filter_map(|p| Some(view(s, world, site, p, people::page(&p.page)?))).collect()
    });
    let view = FeedView {
        network: "Facebook".to_owned(),
        color: COLOR.to_owned(),
        title: title.to_owned(),
        profile,
        posts,
        links,
    };
    feed_page(&view).into_response()
}

/// Stories are gone after a day.
fn shown(post: &Post, world: &World) -> bool {
    let fresh = post.kind != Kind::Story || world.now().duration_since(post.at) < DAY;
    post.is_public() && !post.hidden && fresh
}

fn view(s: &State, world: &World, site: &Site, post: &Post, page: Page) -> PostView {
    let video = post.video.as_ref().and_then(|id| s.videos.get(id));
    let path = match (post.kind, video) {
        (Kind::Story, _) => stories::address(post),
        (_, Some(video)) => status::address(video),
        _ => format!("/{}/posts/{}", page.handle, post.id.split_once('_').map_or("", |(_, own)| own)),
    };
    let badge = match post.kind {
        Kind::Story => Some("Story"),
        Kind::Reel => Some("Reel"),
        _ => None,
    };
    let replies = s.comments.iter().filter(|c| c.post == post.id && !c.deleted && !c.hidden);
    PostView {
        url: site.url(&path),
        at: Some(post.at),
        badge: badge.map(str::to_owned),
        text: post.message.clone(),
        media: s
            .files(post)
            .into_iter()
            .map(|f| MediaView { url: site.blob_url(&f.sha256), mime: f.mime, alt: f.alt })
            .collect(),
        card: post.link.clone().map(|link| {
            let host = url::Url::parse(&link).ok().and_then(|u| u.host_str().map(str::to_owned));
            (link, host.unwrap_or_default(), String::new())
        }),
        counts: vec![("views".to_owned(), reading::seen(world, post))],
        replies: replies
            .map(|c| PostView { text: c.message.clone(), at: Some(c.at), ..by(site, page) })
            .collect(),
        ..by(site, page)
    }
}

fn by(site: &Site, page: Page) -> PostView {
    PostView {
        name: page.name.to_owned(),
        handle: page.handle.to_owned(),
        avatar_url: site.avatar_url(page.look.key),
        author_url: site.url(&format!("/{}", page.handle)),
        ..PostView::default()
    }
}

fn missing() -> Response {
    message(StatusCode::NOT_FOUND, "Facebook", COLOR, "Not found", "This content isn't available right now.")
}
