//! Finding out whether a lost call had its effect.
//!
//! A video has an id that was known before the call, so one look at its state is the answer; where it is another one, the same call is
//! simply sent again, and whether an earlier one may still be on its way is the engine's to know. A comment is looked for among those below the
//! video, by its author and its text; it is proved to be missing only after the call must have ended and YouTube's list has had time.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::{Draft, Unit};
use carillon_domain::time::Timestamp;

use super::state::State;
use super::{ROOT, commit};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::http::Call;
use crate::kit::look::{self, unknown};
use crate::platforms::youtube::api::Api;
use crate::platforms::youtube::errors::op;
use crate::platforms::youtube::options::Options;
use crate::platforms::youtube::read;
use crate::platforms::youtube::wire::{CommentSnippet, List, Thread};

/// Pages of comments that are looked through.
const MAX_PAGES: u32 = 5;

pub(super) async fn reconcile(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
) -> Result<Reconciliation, ConnectorError> {
    let Stage::Committing { unit, since } = progress.stage else {
        return Ok(unknown(None, "No send was under way."));
    };
    let state = match State::load(progress) {
        Ok(state) => state,
        Err(error) => return Ok(unknown(None, error.cause)),
    };
    match draft.unit(unit) {
        Some(Unit::Part(_)) if unit == ROOT => video(cx, draft, progress, &state, since).await,
        Some(Unit::Comment(text)) => comment(cx, text, progress, state, unit, since).await,
        _ => Ok(unknown(None, "The draft has no such part.")),
    }
}

async fn video(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
    state: &State,
    since: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    let Some(id) = state.video_id() else {
        return Ok(unknown(None, "There are no notes about which video was meant."));
    };
    let (options, _) = Options::read(draft);
    let found = read::videos(cx, &[id.to_owned()], "status,snippet").await?;
    let now = cx.clock.now();
    let Some(shown) = found.first() else {
        // Somebody may have deleted it, before or after it was public.
        return Ok(unknown(look::next(since, now), format!("YouTube shows no video {id}.")));
    };
    let status = shown.status.as_ref();
    if status.is_some_and(|status| commit::is_as_wanted(&options, status)) {
        let at = read::published_at(shown).filter(|at| *at >= since).unwrap_or(now);
        let (id, url) = (id.to_owned(), commit::url(cx, draft, id));
        let progress = without_refusal(progress, state.clone());
        return Ok(Reconciliation::Found(progress.committed(ROOT, id, Some(url), at)));
    }
    Ok(absent(progress, state.clone(), ROOT))
}

/// It goes on with what is prepared; after a refusal, which is told now, from the prepare steps.
fn absent(progress: &Progress, mut state: State, unit: u16) -> Reconciliation {
    let cause = state.refusal.take();
    let on = if cause.is_some() { Stage::Preparing { unit } } else { Stage::Ready { unit } };
    let mut again = progress.clone().at(on);
    state.store(&mut again);
    Reconciliation::absent(again, cause)
}

async fn comment(
    cx: &Cx<'_>,
    text: &str,
    progress: &Progress,
    mut state: State,
    unit: u16,
    since: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    let Some(video) = progress.root_remote_id() else {
        return Ok(unknown(None, "The video of this comment is not known."));
    };
    let seen = comments(cx, video).await?;
    let ours = |thread: &Thread| {
        let comment = thread.snippet.as_ref()?.top_level_comment.as_ref()?.snippet.as_ref()?;
        let at = comment.published_at.as_deref().and_then(|at| at.parse::<Timestamp>().ok());
        is_it(comment, &cx.account.remote_id, text).then(|| (thread.id.clone(), at))
    };
    let now = cx.clock.now();
    if let Some((id, at)) = seen.found.iter().find_map(ours) {
        let url = commit::comment_url(cx, video, &id);
        let progress = without_refusal(progress, state);
        return Ok(Reconciliation::Found(progress.committed(unit, id, Some(url), at.unwrap_or(now))));
    }
    let evidence = format!(
        "YouTube shows {} comment(s) below the video {video}, and none with this text of this channel.",
        seen.found.len()
    );
    if !seen.complete {
        return Ok(unknown(None, format!("{evidence} There are more than could be looked at.")));
    }
    if let Some(at) = look::next(since, now) {
        return Ok(unknown(Some(at), evidence));
    }
    if state.refusal.is_some() {
        return Ok(absent(progress, state, unit));
    }
    if state.resent {
        return Ok(unknown(None, format!("{evidence} It was sent twice, and neither was found.")));
    }
    state.resent = true;
    Ok(absent(progress, state, unit))
}

/// What was refused and done all the same is nothing to tell of.
fn without_refusal(progress: &Progress, state: State) -> Progress {
    let mut progress = progress.clone();
    State { refusal: None, ..state }.store(&mut progress);
    progress
}

/// Comments below a video, newest first.
struct Comments {
    found: Vec<Thread>,
    /// Whether these are all.
    complete: bool,
}

async fn comments(cx: &Cx<'_>, video: &str) -> Result<Comments, ConnectorError> {
    let api = Api::of(cx);
    let mut comments = Comments { found: Vec::new(), complete: false };
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut query = vec![
            ("part", "snippet"),
            ("videoId", video),
            ("order", "time"),
            ("maxResults", "100"),
            ("textFormat", "plainText"),
        ];
        query.extend(cursor.as_deref().map(|c| ("pageToken", c)));
        let call = Call::get(op::COMMENTS, api.url("commentThreads")).query(query);
        let page: List<Thread> = match api.ask(call).await {
            Ok(page) => page,
            // Below a video without comments there is none of ours either.
            Err(error) if error.code == "comments_disabled" => {
                List { items: Vec::new(), next_page_token: None }
            }
            Err(error) => return Err(error),
        };
        comments.found.extend(page.items);
        cursor = page.next_page_token;
        if cursor.is_none() {
            comments.complete = true;
            break;
        }
    }
    Ok(comments)
}

fn is_it(comment: &CommentSnippet, author: &str, text: &str) -> bool {
    let by = comment.author_channel_id.as_ref().and_then(|a| a.value.as_deref());
    let said = comment.text_original.as_deref().or(comment.text_display.as_deref());
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    by == Some(author) && said.is_some_and(|said| plain(said) == plain(text))
}
