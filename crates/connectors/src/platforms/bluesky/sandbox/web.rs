//! What people see: feeds, profiles, single posts, app passwords, and a blog page that link cards can be made from.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::accounts::{self, Account};
use super::appview::{Indexed, indexed, numbers};
use super::state::State as Network;
use super::{COLOR, PLATFORM};
use crate::sandbox::page::feed::{FeedView, MediaView, PostView, ProfileView, feed_page};
use crate::sandbox::page::{escape, message, shell};
use crate::sandbox::{Site, TokenKind, TokenState, World};

/// Pages; faults don't touch them.
pub fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(everything))
        .route("/profile/{actor}", get(profile))
        .route("/profile/{actor}/post/{rkey}", get(single))
        .route("/settings/app-passwords", get(app_passwords))
        .route("/about/blog/{page}", get(blog))
}

fn not_found(text: &str) -> Response {
    message(StatusCode::NOT_FOUND, "Bluesky", COLOR, "Not found", text)
}

async fn everything(State(world): State<Arc<World>>, site: Site) -> Response {
    if site.host != accounts::WEB {
        return not_found("This host has no pages. The network's pages are on bsky.app.");
    }
    let posts = now_public(&world);
    let roots = posts.iter().filter(|p| parent(p).is_none());
    let links = accounts::shown(&world)
        .into_iter()
        .filter(|a| a.host == accounts::HOSTED)
        .map(|a| (a.persona.name.to_owned(), profile_url(&site, &a)));
    let view = FeedView {
        network: "Bluesky".to_owned(),
        color: COLOR.to_owned(),
        title: "Everybody".to_owned(),
        profile: None,
        posts: roots.map(|p| thread(&world, &site, p, &posts)).collect(),
        links: links
            .chain([("App passwords".to_owned(), site.url_on(accounts::WEB, "/settings/app-passwords"))])
            .collect(),
    };
    feed_page(&view).into_response()
}

async fn profile(State(world): State<Arc<World>>, site: Site, Path(actor): Path<String>) -> Response {
    let Some(account) = accounts::find(&world, &actor).filter(|_| site.host == accounts::WEB) else {
        return not_found("Nobody has this name.");
    };
    let posts = now_public(&world);
    let own: Vec<_> = posts.iter().filter(|p| p.account == account).collect();
    let view = FeedView {
        network: "Bluesky".to_owned(),
        color: COLOR.to_owned(),
        title: account.persona.name.to_owned(),
        profile: Some(ProfileView {
            name: account.persona.name.to_owned(),
            handle: account.handle(),
            bio: account.persona.bio.to_owned(),
            avatar_url: site.avatar_url(account.persona.key),
            counts: vec![
                ("followers".to_owned(), account.persona.followers_at(PLATFORM, world.now())),
                ("following".to_owned(), account.persona.following(PLATFORM)),
                ("posts".to_owned(), own.len() as u64),
            ],
        }),
        posts: own
            .into_iter()
            .filter(|p| parent(p).is_none())
            .map(|p| thread(&world, &site, p, &posts))
            .collect(),
        links: vec![("Everybody".to_owned(), site.url("/"))],
    };
    feed_page(&view).into_response()
}

async fn single(
    State(world): State<Arc<World>>,
    site: Site,
    Path((actor, rkey)): Path<(String, String)>,
) -> Response {
    let account = accounts::find(&world, &actor).filter(|_| site.host == accounts::WEB);
    let posts = now_public(&world);
    let post = posts.iter().find(|p| Some(&p.account) == account.as_ref() && p.rkey == rkey);
    let Some(post) = post else { return not_found("This post does not exist, or was deleted.") };
    let view = FeedView {
        network: "Bluesky".to_owned(),
        color: COLOR.to_owned(),
        title: format!("A post by {}", post.account.persona.name),
        profile: None,
        posts: vec![thread(&world, &site, post, &posts)],
        links: vec![(post.account.persona.name.to_owned(), profile_url(&site, &post.account))],
    };
    feed_page(&view).into_response()
}

/// What is public this second: pages look at the servers, not at the index.
fn now_public(world: &World) -> Vec<Indexed> {
    let ahead = world.now().checked_add(std::time::Duration::from_secs(60)).unwrap_or(world.now());
    let mut posts = indexed(world, ahead);
    posts.retain(|p| p.record.deleted_at.is_none());
    posts
}

fn parent(post: &Indexed) -> Option<&str> {
    post.record.value.pointer("/reply/parent/uri").and_then(Value::as_str)
}

fn profile_url(site: &Site, account: &Account) -> String {
    site.url_on(accounts::WEB, &format!("/profile/{}", account.handle()))
}

fn thread(world: &World, site: &Site, post: &Indexed, all: &[Indexed]) -> PostView {
    let uri = post.uri();
    let account = &post.account;
    let numbers = numbers(world, post, all);
    let mut replies: Vec<&Indexed> = all.iter().filter(|p| parent(p) == Some(&uri)).collect();
    replies.reverse();
    let external = post.record.value.pointer("/embed/external");
    let field = |name: &str| external.and_then(|e| e.get(name)).and_then(Value::as_str).map(str::to_owned);
    PostView {
        name: account.persona.name.to_owned(),
        handle: account.handle(),
        avatar_url: site.avatar_url(account.persona.key),
        author_url: profile_url(site, account),
        url: format!("{}/post/{}", profile_url(site, account), post.rkey),
        at: Some(post.sort_at()),
        html: Some(marked_up(site, &post.record.value)),
        media: media(world, site, post),
        card: field("uri")
            .map(|uri| (uri, field("title").unwrap_or_default(), field("description").unwrap_or_default())),
        counts: vec![
            ("likes".to_owned(), numbers.likes),
            ("reposts".to_owned(), numbers.reposts),
            ("replies".to_owned(), numbers.replies),
        ],
        replies: replies.into_iter().map(|p| thread(world, site, p, all)).collect(),
        ..PostView::default()
    }
}

/// The text with its facets. Offsets that don't fit the text leave it plain, as in the network's own clients.
fn marked_up(site: &Site, record: &Value) -> String {
    let text = record.get("text").and_then(Value::as_str).unwrap_or_default();
    let mut out = String::new();
    let mut at = 0;
    for facet in record.get("facets").and_then(Value::as_array).into_iter().flatten() {
        let offset = |name: &str| {
            facet
                .pointer(&format!("/index/{name}"))
                .and_then(Value::as_u64)
                .and_then(|n| usize::try_from(n).ok())
        };
        let (Some(start), Some(end)) = (offset("byteStart"), offset("byteEnd")) else { continue };
        let (Some(before), Some(inside)) = (text.get(at..start), text.get(start..end)) else { continue };
        let Some(url) = facet.pointer("/features/0").and_then(|f| target(site, f)) else { continue };
        out.push_str(&escape(before));
        out.push_str(&format!(
            "<a rel=\"noopener nofollow\" href=\"{}\">{}</a>",
            escape(&url),
            escape(inside)
        ));
        at = end;
    }
    out.push_str(&escape(text.get(at..).unwrap_or_default()));
    out.replace('\n', "<br>")
}

fn target(site: &Site, feature: &Value) -> Option<String> {
    let text = |name: &str| feature.get(name).and_then(Value::as_str);
    match text("$type")? {
        "app.bsky.richtext.facet#link" => {
            text("uri").filter(|u| u.starts_with("https://") || u.starts_with("http://")).map(str::to_owned)
        }
        "app.bsky.richtext.facet#mention" => {
            text("did").map(|did| site.url_on(accounts::WEB, &format!("/profile/{did}")))
        }
        "app.bsky.richtext.facet#tag" => Some(site.url_on(accounts::WEB, "/")),
        _ => None,
    }
}

fn media(world: &World, site: &Site, post: &Indexed) -> Vec<MediaView> {
    let record = &post.record.value;
    let images = record.pointer("/embed/images").and_then(Value::as_array).into_iter().flatten();
    let images = images.map(|i| (i.get("image"), i.get("alt")));
    let video = record.pointer("/embed/video").map(|v| (Some(v), record.pointer("/embed/alt")));
    let did = post.account.did();
    let view = |(blob, alt): (Option<&Value>, Option<&Value>)| {
        let id = blob?.pointer("/ref/$link")?.as_str()?;
        let blob = world.read(PLATFORM, |s: &Network| s.repos.get(&did)?.blobs.get(id).cloned())?;
        Some(MediaView {
            url: site.blob_url(&blob.sha256),
            mime: blob.mime,
            alt: alt.and_then(Value::as_str).map(str::to_owned),
        })
    };
    images.chain(video).filter_map(view).collect()
}

/// Where people would create an app password; here they are listed.
async fn app_passwords(State(world): State<Arc<World>>, site: Site) -> Response {
    if site.host != accounts::WEB {
        return not_found("App passwords are on bsky.app.");
    }
    let tokens = world.tokens().list();
    let mut rows = String::new();
    for account in accounts::shown(&world) {
        let did = account.did();
        let password = tokens.iter().find(|(token, state)| {
            token.platform == PLATFORM
                && token.kind == TokenKind::AppPassword
                && *state == TokenState::Live
                && token.account.as_deref() == Some(did.as_str())
        });
        let Some((password, _)) = password else { continue };
        let server = if account.host == accounts::HOSTED { accounts::ENTRYWAY } else { &account.host };
        rows.push_str(&format!(
            "<tr><td>{}</td><td><code>{}</code></td><td><code>{}</code></td><td><code>{}</code></td></tr>",
            escape(account.persona.name),
            escape(&account.handle()),
            escape(&password.value),
            escape(&site.base_of(server)),
        ));
    }
    let body = format!(
        "<section class=\"card\"><h1>App passwords</h1><p>Connect an account with its handle and one of these. \
         People on bsky.social need no server address.</p><table><thead><tr><th>Who</th><th>Handle</th><th>App \
         password</th><th>Server</th></tr></thead><tbody>{rows}</tbody></table></section>"
    );
    shell("App passwords", "Bluesky", COLOR, &body).into_response()
}

/// One pixel.
const PICTURE: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A', b'T', 0x78, 0xda, 0x63, 0x64,
    0xf8, 0xcf, 0x50, 0x0f, 0, 3, 0x86, 1, 0x80, 0x5a, 0x34, 0x7d, 0x6b, 0, 0, 0, 0, b'I', b'E', b'N', b'D',
    0xae, 0x42, 0x60, 0x82,
];

/// The blog of the entryway: a page with a title, a description and a picture; `old` has moved.
async fn blog(site: Site, Path(page): Path<String>) -> Response {
    if site.host != accounts::ENTRYWAY {
        return not_found("There is no blog here.");
    }
    if page == "old" {
        return (StatusCode::MOVED_PERMANENTLY, [(http::header::LOCATION, "new")]).into_response();
    }
    if page.ends_with(".png") {
        return ([(CONTENT_TYPE, "image/png")], PICTURE).into_response();
    }
    let page = escape(&page);
    Html(format!(
        "<!doctype html><html><head><title>Blog</title><meta property=\"og:title\" content=\"About {page} &amp; more\">\
         <meta property=\"og:description\" content=\"What there is to say about {page}.\"><meta property=\"og:image\" \
         content=\"{page}.png\"></head><body><h1>About {page}</h1></body></html>"
    ))
    .into_response()
}
