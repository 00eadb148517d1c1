//! Finding posts by words, and showing one elsewhere.

use std::sync::Arc;

use axum::extract::{Path, State as Held};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Refusal, finish};
use super::fields::requested;
use super::grant::{self, SEARCH};
use super::nodes::Call;
use super::paging::{COMMON, page_of};
use super::people::handle_of;
use super::state::{self, Deed, Kind, Post};
use super::{NETWORK, VERSION, is_graph, profile, quota, reading, show, site_of};
use crate::sandbox::graph::Params;
use crate::sandbox::page::escape;
use crate::sandbox::{Site, World};

/// `GET /keyword_search`. Both kinds of search give the newest first here. Searches that find nothing are free.
pub(super) fn search(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(SEARCH)?;
    call.only(&[COMMON, &["q", "search_type", "search_mode", "media_type"][..]].concat())?;
    let p = call.params;
    one_of(call, "search_type", &["TOP", "RECENT"])?;
    one_of(call, "search_mode", &["KEYWORD", "TAG"])?;
    one_of(call, "media_type", &["TEXT", "IMAGE", "VIDEO"])?;
    let query = call.required("q")?.to_lowercase();
    let by_tag = p.text("search_mode") == "TAG";
    let fits = |post: &Post| {
        let kind = match p.text("media_type") {
            "TEXT" => post.content.kind == Kind::Text,
            "IMAGE" => matches!(post.content.kind, Kind::Image | Kind::Carousel),
            "VIDEO" => post.content.kind == Kind::Video,
            _ => post.content.kind != Kind::Repost,
        };
        let tag = post.content.topic.as_ref().is_some_and(|tag| tag.to_lowercase() == query);
        kind && if by_tag { tag } else { tag || post.content.text.to_lowercase().contains(&query) }
    };
    let public = |s: &state::State, post: &Post| !post.hidden && !s.is_private(handle_of(&post.account));
    let posts = reading::listed(call, |s, post| fits(post) && public(s, post))?;
    if !posts.is_empty() {
        quota::spend(call, Deed::Search)?;
    }
    profile::remember(call, p.text("q"));
    let fields = requested(p, reading::DEFAULT)?;
    page_of(call, &posts, true, |post| show::post(call, post, &fields))
}

fn one_of(call: &Call<'_>, name: &str, words: &[&str]) -> Result<(), Refusal> {
    match call.params.filled(name) {
        Some(word) if !words.contains(&word) => {
            Err(Refusal::parameter(format!("Param {name} must be one of {{{}}}", words.join(", "))))
        }
        _ => Ok(()),
    }
}

/// `GET /oembed`, with the app's own token.
pub(super) async fn oembed(
    Held(world): Held<Arc<World>>,
    site: Site,
    Path(version): Path<String>,
    params: Params,
) -> Response {
    let answer = (|| -> Result<Value, Refusal> {
        if !is_graph(&site) || version != VERSION {
            return Err(Refusal::path(&version));
        }
        if !grant::is_app_token(&world, params.token()) {
            return Err(Refusal::token(0, "An app access token is required."));
        }
        let url = params.filled("url").ok_or_else(|| Refusal::parameter("The parameter url is required"))?;
        let path = url::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
        let now = world.now();
        let post = state::read(&world, |s| {
            let named = |post: &&Post| post.is_public(now) && path.ends_with(&show::path_of(post));
            s.posts.iter().find(named).cloned()
        });
        let post = post.ok_or_else(|| Refusal::missing(url, "get"))?;
        let link = escape(&show::permalink(&site, &post));
        Ok(json!({
            "type": "rich",
            "version": "1.0",
            "html": format!(
                "<blockquote class=\"text-post-media\" data-text-post-permalink=\"{link}\">\
                 <a href=\"{link}\">View on Threads</a></blockquote>"
            ),
            "provider_name": NETWORK,
            "provider_url": site.url_on(site_of(&site), "/"),
            "width": 658,
        }))
    })();
    finish(answer, &world)
}
