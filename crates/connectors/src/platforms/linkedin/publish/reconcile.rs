//! Finding out whether a lost send made something public.
//!
//! A page's posts are listed and looked through. A member's can't be. For both, LinkedIn remembers for ten minutes what was
//! posted, and refuses the same again with the URN of the first (learn.microsoft.com, "Posts API", 2026): within that time the
//! very same call is sent once more. Later than that the list of a page proves an absence; of a member nobody knows.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::body;
use super::commit::MARGIN;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::look::{self, unknown};
use crate::platforms::linkedin::api::Api;
use crate::platforms::linkedin::flavour::Flavour;
use crate::platforms::linkedin::options::Options;
use crate::platforms::linkedin::read::{self, made_at, post_url};
use crate::platforms::linkedin::text;
use crate::platforms::linkedin::wire::{Content, Post};

/// How long after the first send the same call is sent again. LinkedIn remembers it for a minute more, which the call may take.
const MEMORY: SignedDuration = SignedDuration::from_mins(9);
/// Posts of a page that are looked at, in stretches of this many.
const STRETCH: usize = 20;
const STRETCHES: usize = 5;

pub(super) async fn reconcile(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
) -> Result<Reconciliation, ConnectorError> {
    let Stage::Committing { since, .. } = progress.stage else {
        return Ok(unknown(None, "No send was under way."));
    };
    let state = match State::load(progress) {
        Ok(state) => state,
        Err(error) => return Ok(unknown(None, error.cause)),
    };
    let first = state.first_sent.unwrap_or(since);
    match Flavour::of(cx.account) {
        Flavour::Organization => of_page(cx, draft, progress, state, (first, since)).await,
        Flavour::Member => of_member(cx, progress, state, first).await,
    }
}

async fn of_member(
    cx: &Cx<'_>,
    progress: &Progress,
    mut state: State,
    first: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    if let Some(copy) = &state.copy_of {
        return Ok(unknown(None, refused_as_copy(copy)));
    }
    if cx.clock.now() >= first + MEMORY {
        let evidence = "LinkedIn lets no program list what a member posted, and the ten minutes in which it would have told by \
                        refusing a copy are over.";
        return Ok(unknown(None, evidence));
    }
    // Whether LinkedIn answers, and takes the token: a second send that it refuses for these would tell nothing.
    read::member(&Api::of(cx)).await?;
    state.first_sent = Some(first);
    Ok(Reconciliation::Repeat(with(progress, &state)))
}

async fn of_page(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
    mut state: State,
    (first, since): (Timestamp, Timestamp),
) -> Result<Reconciliation, ConnectorError> {
    let Stage::Committing { unit, .. } = progress.stage else {
        return Ok(unknown(None, "No send was under way."));
    };
    let seen = look(cx, draft, &state, first - MARGIN).await?;
    let now = cx.clock.now();
    if let Some(post) = seen.found {
        let (at, url) = (made_at(&post).unwrap_or(now), post_url(cx, &post.id));
        return Ok(Reconciliation::Found(progress.clone().committed(unit, post.id, Some(url), at)));
    }
    let evidence = format!(
        "LinkedIn lists {} newer post(s) of {}, and none like this one.",
        seen.newer, cx.account.name
    );
    if let Some(copy) = &state.copy_of {
        return Ok(unknown(None, format!("{evidence} {}", refused_as_copy(copy))));
    }
    if let Some(at) = look::next(since, now) {
        return Ok(unknown(Some(at), evidence));
    }
    if !seen.complete {
        return Ok(unknown(None, format!("{evidence} There are more than could be looked at.")));
    }
    state.first_sent = Some(first);
    state.older = seen.older;
    state.proved_absent = now >= first + MEMORY;
    let progress = with(progress, &state);
    Ok(if state.proved_absent {
        Reconciliation::absent(progress.at(Stage::Preparing { unit }), None)
    } else {
        Reconciliation::Repeat(progress)
    })
}

/// What a page's list shows.
#[derive(Default)]
struct Seen {
    found: Option<Post>,
    /// Posts that are newer than the first send.
    newer: usize,
    /// Posts that are older than it.
    older: Vec<String>,
    /// Whether all newer ones were seen.
    complete: bool,
}

async fn look(cx: &Cx<'_>, draft: &Draft, state: &State, from: Timestamp) -> Result<Seen, ConnectorError> {
    let api = Api::of(cx);
    let (options, _) = Options::read(draft);
    let mut seen = Seen::default();
    let mut start = 0;
    for _ in 0..STRETCHES {
        let listed = read::list(&api, &cx.account.remote_id, start, STRETCH).await?;
        for post in listed.elements {
            if made_at(&post).is_some_and(|at| at < from) {
                seen.older.push(post.id);
            } else if is_it(&post, draft, &options, state) {
                seen.found = Some(post);
                return Ok(seen);
            } else {
                seen.newer += 1;
            }
        }
        let next = read::next_start(&listed.paging, start);
        seen.complete = next.is_none() || !seen.older.is_empty();
        match next {
            Some(next) if !seen.complete => start = next,
            _ => break,
        }
    }
    Ok(seen)
}

/// Whether `post` is what was sent.
fn is_it(post: &Post, draft: &Draft, options: &Options, state: &State) -> bool {
    let theirs = text::from_little(post.commentary.as_deref().unwrap_or_default());
    text::canonical(&theirs) == text::canonical(&draft.root.text)
        && has_content(post.content.as_ref(), draft, options, state)
}

fn has_content(content: Option<&Content>, draft: &Draft, options: &Options, state: &State) -> bool {
    let (none, ids) = (Content::default(), body::ids(state, draft.root.media.len()));
    let content = content.unwrap_or(&none);
    let source = content.article.as_ref().map(|a| a.source.as_str());
    let question = content.poll.as_ref().map(|p| p.question.as_str());
    if let Some(poll) = &options.poll {
        return question == Some(poll.question.as_str());
    }
    if let Some(card) = &options.card {
        return source == Some(card.source.as_str());
    }
    let several = content.multi_image.iter().flat_map(|m| &m.images);
    let theirs: Vec<&str> = content.media.iter().chain(several).map(|m| m.id.as_str()).collect();
    question.is_none() && ids.is_some_and(|ours| ours == theirs)
}

fn with(progress: &Progress, state: &State) -> Progress {
    let mut progress = progress.clone();
    state.store(&mut progress);
    progress
}

fn refused_as_copy(of: &str) -> String {
    format!("LinkedIn refused to take it again because it is a copy of {of}, which is older than this post.")
}
