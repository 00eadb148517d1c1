//! www.youtube.com: what viewers see, and the feed of a channel's newest videos.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::counters::views;
use super::door::Door;
use super::meta::Privacy;
use super::params::Query;
use super::shown::{time, watch_url};
use super::state::{Memory, Video, change};
use super::{PLATFORM, WWW, people};
use crate::sandbox::page::feed::{FeedView, MediaView, PostView, ProfileView, feed_page};
use crate::sandbox::page::{escape, message};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Persona, Site};

const COLOR: &str = "#cc0000";
/// Videos on a page.
const MOST: usize = 100;

/// `/`: everybody's public videos.
pub(super) async fn home(door: Door) -> Response {
    let links = PERSONAS.iter().map(|p| (format!("@{}", p.key), door.site.url(&format!("/@{}", p.key))));
    let links = links.collect();
    let posts = change(&door.world, |memory| {
        let mut all: Vec<&Video> = PERSONAS.iter().flat_map(|owner| memory.public_uploads(owner)).collect();
        all.sort_by_key(|video| std::cmp::Reverse((video.dated(), video.number)));
        all.into_iter().take(MOST).map(|video| view(&door, memory, video)).collect()
    });
    show(FeedView { title: "YouTube".to_owned(), posts, links, ..FeedView::default() })
}

/// `/@handle`.
pub(super) async fn handle(door: Door, Path(handle): Path<String>) -> Response {
    let owner = handle.strip_prefix('@').and_then(people::by_handle);
    owner.map_or_else(missing, |owner| channel_page(&door, owner))
}

/// `/channel/{id}`.
pub(super) async fn channel(door: Door, Path(id): Path<String>) -> Response {
    people::by_channel(&id).map_or_else(missing, |owner| channel_page(&door, owner))
}

fn channel_page(door: &Door, owner: &'static Persona) -> Response {
    let posts: Vec<PostView> = change(&door.world, |memory| {
        let all = memory.public_uploads(owner);
        all.into_iter().take(MOST).map(|video| view(door, memory, video)).collect()
    });
    let profile = ProfileView {
        name: owner.name.to_owned(),
        handle: owner.key.to_owned(),
        bio: owner.bio.to_owned(),
        avatar_url: door.site.avatar_url(owner.key),
        counts: vec![
            ("subscribers".to_owned(), people::rounded(owner.followers_at(PLATFORM, door.world.now()))),
            ("videos".to_owned(), posts.len() as u64),
        ],
    };
    show(FeedView { title: owner.name.to_owned(), profile: Some(profile), posts, ..FeedView::default() })
}

/// `/watch?v=`.
pub(super) async fn watch(door: Door) -> Response {
    let query = Query::of(&door.uri);
    single(&door, query.get("v").unwrap_or_default())
}

/// `/shorts/{id}`; what is no Short is shown by the ordinary player.
pub(super) async fn shorts(door: Door, Path(id): Path<String>) -> Response {
    match change(&door.world, |memory| memory.video(&id).map(Video::is_short)) {
        Some(false) => Redirect::to(&door.site.url(&format!("/watch?v={id}"))).into_response(),
        _ => single(&door, &id),
    }
}

fn single(door: &Door, id: &str) -> Response {
    let post = change(&door.world, |memory| {
        let video = memory.video(id)?;
        if video.meta.privacy == Privacy::Private {
            return Some(Err(()));
        }
        video.is_public().then(|| Ok(view(door, memory, video)))
    });
    match post {
        None => missing(),
        Some(Err(())) => {
            let text = "If the owner of this video has granted you access, please sign in.";
            message(StatusCode::OK, "YouTube", COLOR, "This video is private", text)
        }
        Some(Ok(post)) => {
            show(FeedView { title: "Video".to_owned(), posts: vec![post], ..FeedView::default() })
        }
    }
}

/// `/playlist?list=`.
pub(super) async fn playlist(door: Door) -> Response {
    let query = Query::of(&door.uri);
    let id = query.get("list").unwrap_or_default().to_owned();
    let found = change(&door.world, |memory| {
        let list = memory.playlists.get(&id).filter(|list| list.privacy != Privacy::Private)?;
        let items = memory.items.iter().filter(|item| item.playlist == id);
        let videos = items.filter_map(|item| memory.video(&item.video)).filter(|video| video.is_public());
        Some((list.title.clone(), videos.map(|video| view(&door, memory, video)).collect::<Vec<_>>()))
    });
    match found {
        Some((title, posts)) => show(FeedView { title, posts, ..FeedView::default() }),
        None => missing(),
    }
}

fn show(view: FeedView) -> Response {
    feed_page(&FeedView { network: "YouTube".to_owned(), color: COLOR.to_owned(), ..view }).into_response()
}

fn missing() -> Response {
    message(StatusCode::NOT_FOUND, "YouTube", COLOR, "404", "This page isn't available. Sorry about that.")
}

fn view(door: &Door, memory: &Memory, video: &Video) -> PostView {
    let now = door.world.now();
    let site = &door.site;
    let badge = if !video.is_processed(now) {
        Some("Processing")
    } else if video.meta.privacy == Privacy::Unlisted {
        Some("Unlisted")
    } else if video.is_short() {
        Some("Short")
    } else {
        None
    };
    let replies = memory.comments.iter().filter(|comment| comment.video == video.id && !comment.deleted);
    let film = MediaView {
        url: site.blob_url(&video.file.sha256),
        mime: video.file.mime.clone(),
        alt: Some(video.meta.title.clone()),
    };
    PostView {
        url: watch_url(site, video),
        at: Some(video.dated()),
        badge: badge.map(str::to_owned),
        text: format!("{}\n\n{}", video.meta.title, video.meta.description).trim_end().to_owned(),
        media: vec![film],
        counts: vec![("views".to_owned(), views(video, now))],
        replies: replies
            .map(|comment| PostView {
                text: comment.text.clone(),
                at: Some(comment.at),
                ..by(site, &comment.author)
            })
            .collect(),
        ..by(site, &video.owner)
    }
}

fn by(site: &Site, key: &str) -> PostView {
    PostView {
        name: Persona::find(key).map_or(key, |persona| persona.name).to_owned(),
        handle: key.to_owned(),
        avatar_url: site.avatar_url(key),
        author_url: site.url_on(WWW, &format!("/@{key}")),
        ..PostView::default()
    }
}

/// `/feeds/videos.xml` and `/xml/feeds/videos.xml`: the fifteen newest videos as Atom.
pub(super) async fn atom(door: Door) -> Response {
    let query = Query::of(&door.uri);
    let Some(owner) = query.get("channel_id").and_then(people::by_channel) else { return missing() };
    let entries: String = change(&door.world, |memory| {
        memory
            .public_uploads(owner)
            .into_iter()
            .take(15)
            .map(|video| entry(&door.site, owner, video))
            .collect()
    });
    let body = feed(owner, &entries);
    ([(CONTENT_TYPE, "text/xml; charset=UTF-8")], body).into_response()
}

/// The feed around its entries.
pub(super) fn feed(owner: &Persona, entries: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\" \
         xmlns=\"http://www.w3.org/2005/Atom\"><id>yt:channel:{id}</id><yt:channelId>{id}</yt:channelId><title>{title}</title>\
         {entries}</feed>",
        id = people::channel_id(owner),
        title = escape(owner.name),
    )
}

/// A video in a feed.
pub(super) fn entry(site: &Site, owner: &Persona, video: &Video) -> String {
    let channel = people::channel_id(owner);
    let mut out = String::new();
    let _ = write!(
        out,
        "<entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId><yt:channelId>{channel}</yt:channelId>\
         <title>{title}</title><link rel=\"alternate\" href=\"{link}\"/><author><name>{name}</name>\
         <uri>{uri}</uri></author><published>{at}</published><updated>{at}</updated></entry>",
        id = video.id,
        title = escape(&video.meta.title),
        link = escape(&watch_url(site, video)),
        name = escape(owner.name),
        uri = escape(&site.url_on(WWW, &format!("/channel/{channel}"))),
        at = time(video.dated()),
    );
    out
}
