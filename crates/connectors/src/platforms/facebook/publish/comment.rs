//! The first comment: a commit of its own, under a post that is public already.
//! Source: Graph API - Comments; Pages API - Comments (copies of 2026).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::{errors, wire};
use super::reconcile::{LAG, PATIENCE};
use super::rejected;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::graph::look::{folded, unknown};
use crate::kit::http::CommitPermit;

/// Pages of comments that are searched.
const MAX_PAGES: usize = 10;

/// How far the network's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Writes the comment.
pub(super) async fn commit(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    text: &str,
    progress: Progress,
    unit: u16,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let url = graph.url(&edge(&progress)?);
    let params = vec![("message", text.to_owned())];
    match graph.commit::<wire::Id>("comments.create", url, params, permit).await {
        Ok(comment) => Ok(progress.committed(unit, comment.id, None, cx.clock.now())),
        Err(error) => match State::of(&progress) {
            Ok(state) => Err(super::refused(cx, state, progress, error).await),
            Err(_) => Err(error),
        },
    }
}

/// Looks for the comment under the post.
pub(super) async fn reconcile(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
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
    let found = match find(cx, graph, &path, text, since).await {
        Ok(Search::Found(comment)) => Some(comment),
        Ok(Search::Absent) => None,
        Ok(Search::Unfinished) => {
            let evidence = "The post has too many comments to search them all.".to_owned();
            return Ok(unknown(now, since, SignedDuration::ZERO, evidence));
        }
        Err(error) if errors::object_missing(&error) || error.kind == ErrorKind::PermissionMissing => {
            let evidence = "Facebook does not show the post's comments.".to_owned();
            return Ok(unknown(now, since, PATIENCE, evidence));
        }
        Err(error) => return Err(error),
    };
    if let Some(comment) = found {
        let at = comment.created_time.as_deref().and_then(api::timestamp).unwrap_or(now);
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

/// Our comment of this text, written since the commit.
async fn find(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    path: &str,
    text: &str,
    since: Timestamp,
) -> Result<Search, ConnectorError> {
    let earliest = since.checked_sub(SKEW).unwrap_or(since);
    let wanted = folded(text);
    let mut after: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut params = vec![
            ("fields", "id,message,created_time,from{id}".to_owned()),
            ("filter", "toplevel".to_owned()),
            ("order", "reverse_chronological".to_owned()),
            ("limit", "100".to_owned()),
        ];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::List<wire::Comment> = graph.get("comments.list", path, params).await?;
        for comment in page.data {
            let at = comment.created_time.as_deref().and_then(api::timestamp);
            if at.is_some_and(|at| at < earliest) {
                return Ok(Search::Absent);
            }
            if may_be_ours(cx, &comment) && folded(comment.message.as_deref().unwrap_or("")) == wanted {
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

/// Who wrote a comment is shown with `pages_read_user_content` only; a comment without an author may be ours.
fn may_be_ours(cx: &Cx<'_>, comment: &wire::Comment) -> bool {
    let author = comment.from.as_ref().and_then(|from| from.id.as_deref());
    author.is_none_or(|id| id == cx.account.remote_id)
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
