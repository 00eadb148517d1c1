//! www.tiktok.com: what viewers see. What has no public id yet is there already, as followers see it while it is reviewed.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::door::Door;
use super::memory::{Kind, Memory, Post, Task, change};
use super::post_info::Privacy;
use super::videos::address;
use super::{COLOR, PLATFORM, WWW, numbers, people};
use crate::sandbox::Persona;
use crate::sandbox::page::feed::{FeedView, MediaView, PostView, ProfileView, feed_page};
use crate::sandbox::page::message;
use crate::sandbox::persona::PERSONAS;

/// Posts on a page.
const MOST: usize = 100;

/// `/`: what everybody can see, newest first.
pub(super) async fn home(door: Door) -> Response {
    let now = door.world.now();
    let links = PERSONAS.iter().map(|p| (format!("@{}", p.key), door.site.url(&format!("/@{}", p.key))));
    let posts = change(&door.world, |memory| {
        let mut all: Vec<_> = PERSONAS.iter().flat_map(|owner| memory.posts(owner, now)).collect();
        all.retain(|(_, post)| post.privacy == Privacy::Public);
        all.sort_by_key(|(_, post)| std::cmp::Reverse((post.at, post.id)));
        all.into_iter().take(MOST).map(|(task, post)| view(&door, task, post)).collect()
    });
    show(FeedView { title: "For You".to_owned(), posts, links: links.collect(), ..FeedView::default() })
}

/// `/@name`.
pub(super) async fn profile(door: Door, Path(handle): Path<String>) -> Response {
    let Some(owner) = handle.strip_prefix('@').and_then(people::by_username) else { return missing() };
    let now = door.world.now();
    let (posts, likes): (Vec<PostView>, u64) = change(&door.world, |memory| {
        let all = memory.posts(owner, now);
        let likes = all.iter().map(|(task, post)| numbers::of(task, post, now).likes).sum();
        (all.into_iter().take(MOST).map(|(task, post)| view(&door, task, post)).collect(), likes)
    });
    let profile = ProfileView {
        name: owner.name.to_owned(),
        handle: owner.key.to_owned(),
        bio: owner.bio.to_owned(),
        avatar_url: door.site.avatar_url(owner.key),
        counts: vec![
            ("following".to_owned(), owner.following(PLATFORM)),
            ("followers".to_owned(), numbers::followers(owner, now)),
            ("likes".to_owned(), likes),
        ],
    };
    show(FeedView { title: owner.name.to_owned(), profile: Some(profile), posts, ..FeedView::default() })
}

/// `/@name/video/{id}` and `/@name/photo/{id}`.
pub(super) async fn post(door: Door, Path((handle, id)): Path<(String, String)>) -> Response {
    let owner = handle.strip_prefix('@').and_then(people::by_username);
    single(&door, &id, |task| owner.is_some_and(|owner| owner.key == task.owner))
}

/// `/embed/v3/{id}`.
pub(super) async fn embed(door: Door, Path(id): Path<String>) -> Response {
    single(&door, &id, |_| true)
}

fn single(door: &Door, id: &str, wanted: impl Fn(&Task) -> bool) -> Response {
    let now = door.world.now();
    let post = change(&door.world, |memory: &mut Memory| {
        let mut all = PERSONAS.iter().flat_map(|owner| memory.posts(owner, now));
        let found = all.find(|(task, post)| wanted(task) && post.id.to_string() == id);
        found.filter(|(_, post)| post.privacy == Privacy::Public).map(|(task, post)| view(door, task, post))
    });
    match post {
        Some(post) => show(FeedView { title: "Post".to_owned(), posts: vec![post], ..FeedView::default() }),
        None => missing(),
    }
}

fn show(view: FeedView) -> Response {
    feed_page(&FeedView { network: "TikTok".to_owned(), color: COLOR.to_owned(), ..view }).into_response()
}

fn missing() -> Response {
    let text = "Looking for videos? Try browsing our trending creators, hashtags, and sounds.";
    message(StatusCode::NOT_FOUND, "TikTok", COLOR, "Couldn't find this page", text)
}

fn view(door: &Door, task: &Task, post: &Post) -> PostView {
    let site = &door.site;
    let numbers = numbers::of(task, post, door.world.now());
    let media = task.files.iter().map(|file| MediaView {
        url: site.blob_url(&file.sha256),
        mime: file.mime.clone(),
        alt: None,
    });
    let text = match task.kind {
        Kind::Photo if !task.info.description.is_empty() => {
            format!("{}\n\n{}", task.info.title, task.info.description).trim_start().to_owned()
        }
        _ => task.info.title.clone(),
    };
    PostView {
        name: Persona::find(&task.owner).map_or("", |owner| owner.name).to_owned(),
        handle: task.owner.clone(),
        avatar_url: site.avatar_url(&task.owner),
        author_url: site.url_on(WWW, &format!("/@{}", task.owner)),
        url: address(site, task, post),
        at: Some(post.at),
        badge: badge(task, post, door),
        text,
        media: media.collect(),
        counts: vec![
            ("views".to_owned(), numbers.views),
            ("likes".to_owned(), numbers.likes),
            ("comments".to_owned(), numbers.comments),
        ],
        ..PostView::default()
    }
}

fn badge(task: &Task, post: &Post, door: &Door) -> Option<String> {
    let info = &task.info;
    let words = [
        (post.privacy == Privacy::Friends, "Friends only"),
        (post.privacy == Privacy::Followers, "Followers only"),
        (post.moderated_at > door.world.now(), "In review"),
        (info.branded, "Paid partnership"),
        (info.organic && !info.branded, "Promotional content"),
        (info.aigc, "AI-generated"),
    ];
    let words: Vec<&str> = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    (!words.is_empty()).then(|| words.join(", "))
}
