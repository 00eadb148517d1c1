//! The first comment: a commit of its own, under a post that is public already.
//! Source: Instagram Platform - Media comments, Comment Moderation (copies of 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::{errors, wire};
use super::reconcile::{LAG, PATIENCE, SKEW, unknown};
use super::rejected;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::graph::look::folded;
use crate::kit::http::CommitPermit;

/// Pages of comments that are searched; the network shows at most 50 comments on each.
const MAX_PAGES: usize = 10;

/// Writes the comment.
pub(super) async fn commit(
    cx: &Cx<'_>,
    text: &str,
    progress: Progress,
    unit: u16,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let path = edge(&progress)?;
    let page_token = page_token(cx);
    let graph = graph(cx, page_token.as_ref());
    let params = vec![("message", text.to_owned())];
    match graph.commit("comments.create", &path, params, permit).await {
        Ok(comment) => Ok(progress.committed(unit, comment.id, None, cx.clock.now())),
        Err(error) => Err(refused(cx, progress, error).await),
    }
}

/// Comments were seen to appear although the answer was a refusal, so every refusal of the comment itself is looked after
/// before anybody may write it again; it is told once the comment is proved to be absent.
async fn refused(cx: &Cx<'_>, progress: Progress, mut error: ConnectorError) -> ConnectorError {
    let explicit = error.remote.status.is_some_and(|s| (400..500).contains(&s));
    let about_comment = matches!(error.kind, ErrorKind::Rejected | ErrorKind::Ambiguous);
    if !explicit || !about_comment {
        return error;
    }
    error.kind = ErrorKind::Ambiguous;
    let refusal = ConnectorError { kind: ErrorKind::Rejected, ..error.clone() };
    let noted =
        State::of(&progress).map(|state| State { refusal: Some(refusal), ..state }.stored_in(progress));
    if let Ok(progress) = noted {
        // When the note is lost, the cause is told less well; what the network answered stays ambiguous.
        let _ = cx.checkpoint.save(&progress).await;
    }
    error
}

/// Looks for the comment under the post.
pub(super) async fn reconcile(
    cx: &Cx<'_>,
    text: &str,
    progress: &Progress,
    unit: u16,
    since: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    let now = cx.clock.now();
    let (path, state) = match (edge(progress), State::of(progress)) {
        (Ok(path), Ok(state)) => (path, state),
        (Err(error), _) | (_, Err(error)) => {
            return Ok(unknown(now, since, SignedDuration::ZERO, error.cause));
        }
    };
    let found = match find(cx, &path, text, since).await {
        Ok(Search::Found(comment)) => Some(comment),
        Ok(Search::Absent) => None,
        Ok(Search::Unfinished) => {
            let evidence = "The post has too many comments to search them all.".to_owned();
            return Ok(unknown(now, since, SignedDuration::ZERO, evidence));
        }
        Err(error) if errors::object_missing(&error) => {
            let evidence = "Instagram does not show the post's comments.".to_owned();
            return Ok(unknown(now, since, PATIENCE, evidence));
        }
        Err(error) => return Err(error),
    };
    if let Some(comment) = found {
        let at = comment.timestamp.as_deref().and_then(api::timestamp).unwrap_or(now);
        let progress = State { refusal: None, ..state }.stored_in(progress.clone());
        return Ok(Reconciliation::Found(progress.committed(unit, comment.id, None, at)));
    }
    if now.duration_since(since) < LAG {
        return Ok(unknown(now, since, LAG, "The comment is not under the post.".to_owned()));
    }
    let mut state = state;
    let cause = state.refusal.take();
    let stage = if cause.is_some() { Stage::Preparing { unit } } else { Stage::Ready { unit } };
    Ok(Reconciliation::absent(state.stored_in(progress.clone()).at(stage), cause))
}

/// Our comment of this text, written since the commit. The list is newest first.
async fn find(cx: &Cx<'_>, path: &str, text: &str, since: Timestamp) -> Result<Search, ConnectorError> {
    let page_token = page_token(cx);
    let graph = graph(cx, page_token.as_ref());
    let earliest = since.checked_sub(SKEW).unwrap_or(since);
    let wanted = folded(text);
    let mut after: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut params =
            vec![("fields", "id,text,timestamp,username,from".to_owned()), ("limit", "50".to_owned())];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::Page<wire::Comment> = graph.get("comments.list", path, params).await?;
        for comment in page.data {
            let at = comment.timestamp.as_deref().and_then(api::timestamp);
            if at.is_some_and(|at| at < earliest) {
                return Ok(Search::Absent);
            }
            if is_ours(cx, &comment) && folded(comment.text.as_deref().unwrap_or("")) == wanted {
                return Ok(Search::Found(comment));
            }
        }
        after = api::next_cursor(page.paging);
        if after.is_none() {
            return Ok(Search::Absent);
        }
    }
    Ok(Search::Unfinished)
}

/// What a search among the newest comments gave.
enum Search {
    Found(wire::Comment),
    /// All that were written since the commit were seen.
    Absent,
    Unfinished,
}

fn is_ours(cx: &Cx<'_>, comment: &wire::Comment) -> bool {
    let by_name =
        comment.username.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&cx.account.handle));
    let from = comment.from.as_ref().and_then(|from| from.id.as_deref());
    by_name || from == Some(cx.account.remote_id.as_str())
}

fn edge(progress: &Progress) -> Result<String, ConnectorError> {
    progress.root_remote_id().map(|id| format!("{id}/comments")).ok_or_else(|| {
        rejected(
            "root_missing",
            "The post that is to be commented on is not public.",
            "Report this as a fault.",
        )
    })
}

/// Comments want the Page's token with the Facebook login.
fn page_token(cx: &Cx<'_>) -> Option<Secret> {
    let token = cx.credential.extra.get("pages")?.get(&cx.account.remote_id)?.as_str()?;
    Some(Secret::new(token)).filter(|token| !token.is_empty())
}

fn graph<'a>(cx: &Cx<'a>, page_token: Option<&'a Secret>) -> Graph<'a> {
    let graph = Graph::of(cx);
    match page_token {
        Some(token) => graph.with_token(token),
        None => graph,
    }
}
