//! Texts and photos: the call that makes them public, and looking for them on the Page.
//! Source: Graph API - Page feed, Page published posts (copies of 2026).

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::wire;
use super::likeness::{FIELDS, Likeness, likeness, targets};
use super::state::State;
use super::{params, refused};
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::CommitPermit;

/// How far the network's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// How many of the newest posts are remembered before a commit.
const SEEN: &str = "100";

/// Pages of posts that are searched.
const MAX_PAGES: usize = 5;

/// Makes the post public.
pub(super) async fn commit(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    draft: &Draft,
    state: State,
    progress: Progress,
    unit: u16,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let url = graph.url(&format!("{}/feed", cx.account.remote_id));
    match graph.commit::<wire::Id>("feed.create", url, params::feed(draft, &state), permit).await {
        Ok(post) => Ok(progress.committed(unit, post.id, None, cx.clock.now())),
        Err(error) => Err(refused(cx, state, progress, error).await),
    }
}

/// Ids of the newest posts of the Page.
pub(super) async fn newest(cx: &Cx<'_>, graph: &Graph<'_>) -> Result<Vec<String>, ConnectorError> {
    let params = vec![("fields", "id".to_owned()), ("limit", SEEN.to_owned())];
    let page: wire::List<wire::Id> = graph.get("posts.list", &path(cx), params).await?;
    Ok(page.data.into_iter().map(|post| post.id).collect())
}

/// Posts that were not there before and look like this one.
#[derive(Default)]
pub(super) struct Listing {
    /// Those that can be it.
    pub(super) fitting: Vec<wire::Post>,
    /// Those of shortly before the commit: another equal post, or this one if the clocks disagree.
    pub(super) early: usize,
    /// Those with the same words and another link, which may be what Facebook made of ours.
    pub(super) unclear: usize,
    /// More was published meanwhile than is searched.
    pub(super) unfinished: bool,
}

/// Whether a post is there that is this one, or may be it.
pub(super) async fn shows(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    draft: &Draft,
    state: &State,
    since: Timestamp,
) -> Result<bool, ConnectorError> {
    let listing = list(cx, graph, draft, state, since).await?;
    Ok(!listing.fitting.is_empty() || listing.unclear > 0)
}

/// Looks for the post among those since shortly before the commit.
pub(super) async fn list(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    draft: &Draft,
    state: &State,
    since: Timestamp,
) -> Result<Listing, ConnectorError> {
    let earliest = since.checked_sub(SKEW).unwrap_or(since);
    let mut listing = Listing::default();
    let mut after: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut params = vec![
            ("fields", FIELDS.to_owned()),
            ("since", earliest.as_second().to_string()),
            ("limit", "100".to_owned()),
        ];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::List<wire::Post> = graph.get("posts.list", &path(cx), params).await?;
        for post in page.data {
            sort(&mut listing, post, draft, state, since);
        }
        after = api::next_cursor(page.paging);
        if after.is_none() {
            return Ok(listing);
        }
    }
    listing.unfinished = true;
    Ok(listing)
}

fn sort(listing: &mut Listing, post: wire::Post, draft: &Draft, state: &State, since: Timestamp) {
    if state.seen.as_ref().is_some_and(|seen| seen.contains(&post.id)) {
        return;
    }
    let at = post.created_time.as_deref().and_then(api::timestamp);
    let has_photos = state.photos.iter().any(Option::is_some);
    match likeness(draft, state, &post) {
        Likeness::Other => {}
        Likeness::Unclear => listing.unclear += 1,
        // A photo is in the one post that was made of it; an equal text may be somebody else's. Times are whole seconds.
        Likeness::Same if has_photos || at.is_some_and(|at| at.as_second() >= since.as_second()) => {
            listing.fitting.push(post);
        }
        Likeness::Same if at.is_some_and(|at| at.duration_since(since) >= -SKEW) => listing.early += 1,
        Likeness::Same => {}
    }
}

/// The post that shows this object, if the Page shows one since then.
pub(super) async fn showing(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    object: &str,
    since: Timestamp,
) -> Result<Option<wire::Post>, ConnectorError> {
    let earliest = since.checked_sub(SKEW).unwrap_or(since);
    let params = vec![
        ("fields", FIELDS.to_owned()),
        ("since", earliest.as_second().to_string()),
        ("limit", "100".to_owned()),
    ];
    let page: wire::List<wire::Post> = graph.get("posts.list", &path(cx), params).await?;
    Ok(page.data.into_iter().find(|post| targets(post.attachments.as_ref()).iter().any(|id| id == object)))
}

fn path(cx: &Cx<'_>) -> String {
    format!("{}/published_posts", cx.account.remote_id)
}
