//! Stories: the call that makes one public, and looking for it among the stories of the Page.
//!
//! A photo that was used before is refused, and so is a video that was published: each is good for one story. So the list is
//! matched by what a story was made of, and the refusal of a second send may say that the first one had its effect: when the list
//! does not show it either, a person is asked. Where Facebook hides the list, stories are published all the same, but none whose
//! outcome is uncertain is sent again.
//! Source: Page Stories API (copy of 2026); Graph API - Page stories.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph, with_query};
use super::super::{NAME, errors, wire};
use super::refused;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::CommitPermit;

const FIELDS: &str = "post_id,media_id,creation_time,url";

/// How far the network's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// Pages of stories that are searched.
const MAX_PAGES: usize = 5;

/// Makes the story public.
///
/// # Errors
/// `Ambiguous` unless it is certain that nothing became public.
pub(super) async fn commit(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    mut state: State,
    progress: Progress,
    unit: u16,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let page = &cx.account.remote_id;
    let (operation, path, params) = match (&state.video, state.photos.first()) {
        (Some(video), _) => {
            let pairs = [("upload_phase", "finish"), ("video_id", video.id.as_str())];
            ("stories.finish", with_query(&format!("{page}/video_stories"), &pairs), Vec::new())
        }
        (None, Some(Some(photo))) => {
            ("stories.create", format!("{page}/photo_stories"), vec![("photo_id", photo.id.clone())])
        }
        _ => {
            let cause = "Nothing is prepared to be published.";
            return Err(super::rejected("no_media", cause, "Report this as a fault."));
        }
    };
    match graph.commit::<wire::StoryMade>(operation, graph.url(&path), params, permit).await {
        Ok(wire::StoryMade { post_id: Some(id), .. }) => {
            Ok(progress.committed(unit, id, None, cx.clock.now()))
        }
        Ok(answer) => {
            if let Some(video) = &mut state.video {
                video.accepted = answer.success;
            }
            // When the note is lost, a later look only takes longer.
            let _ = cx.checkpoint.save(&state.stored_in(progress)).await;
            Err(unnamed(operation))
        }
        Err(error) if error.kind == ErrorKind::Rejected && state.sent.is_some() => {
            state.doubted = true;
            let doubted = ConnectorError { kind: ErrorKind::Ambiguous, ..error };
            Err(refused(cx, state, progress, doubted).await)
        }
        Err(error) => Err(refused(cx, state, progress, error).await),
    }
}

/// Whether Facebook does not show the stories, which says nothing about publishing them: the list has a permission of its own.
pub(super) fn is_hidden(error: &ConnectorError) -> bool {
    errors::object_missing(error) || matches!(error.kind, ErrorKind::PermissionMissing | ErrorKind::Rejected)
}

/// What a search among the stories gave.
pub(super) enum Search {
    Found(wire::Story),
    /// All of since then were seen.
    Absent,
    Unfinished,
}

/// Whether the story is listed, so far as it can be seen. Where not all of them can be seen, one that may be public counts as listed: it goes
/// on as an open commit, which a person decides in the end, and nothing is sent again. One that was plainly refused is not public.
///
/// # Errors
/// Those of the login, of limits and outages.
pub(super) async fn shows(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    state: &State,
    since: Timestamp,
) -> Result<bool, ConnectorError> {
    match find(cx, graph, state, since).await {
        Ok(Search::Found(_)) => Ok(true),
        Ok(Search::Absent) => Ok(false),
        Ok(Search::Unfinished) => Ok(state.uncertain),
        Err(error) if is_hidden(&error) => Ok(state.uncertain),
        Err(error) => Err(error),
    }
}

/// Looks for the story of this photo or video.
///
/// # Errors
/// As the network answered.
pub(super) async fn find(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    state: &State,
    since: Timestamp,
) -> Result<Search, ConnectorError> {
    let video = state.video.as_ref().map(|video| video.id.as_str());
    let media = video.or_else(|| state.photos.iter().flatten().map(|photo| photo.id.as_str()).next());
    let earliest = since.checked_sub(SKEW).unwrap_or(since);
    search(cx, graph, Some(earliest), |story| media.is_some() && story.media_id.as_deref() == media).await
}

/// The story of this id, if it is shown now.
///
/// # Errors
/// As the network answered; `Transient` when there are more stories than are searched, and it is not among these.
pub(super) async fn listed(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    id: &str,
) -> Result<Option<wire::Story>, ConnectorError> {
    match search(cx, graph, None, |story| {
        [&story.post_id, &story.media_id].into_iter().any(|known| known.as_deref() == Some(id))
    })
    .await?
    {
        Search::Found(story) => Ok(Some(story)),
        Search::Absent => Ok(None),
        Search::Unfinished => {
            let cause = "The Page has more stories than Carillon looks through, so that it is not known whether this one is shown.";
            let unfinished =
                ConnectorError::new(ErrorKind::Transient, NAME, "stories.list", "too_many_stories", cause);
            Err(unfinished.with_action("Look for the story in the Facebook app, or try again later."))
        }
    }
}

async fn search(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    earliest: Option<Timestamp>,
    wanted: impl Fn(&wire::Story) -> bool,
) -> Result<Search, ConnectorError> {
    let path = format!("{}/stories", cx.account.remote_id);
    let mut after: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let mut params = vec![("fields", FIELDS.to_owned()), ("limit", "100".to_owned())];
        params.extend(earliest.map(|at| ("since", at.as_second().to_string())));
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::List<wire::Story> = graph.get("stories.list", &path, params).await?;
        if let Some(story) = page.data.into_iter().find(&wanted) {
            return Ok(Search::Found(story));
        }
        after = api::next_cursor(page.paging);
        if after.is_none() {
            return Ok(Search::Absent);
        }
    }
    Ok(Search::Unfinished)
}

/// When a story was made: unix seconds, as text.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().and_then(|unix| Timestamp::from_second(unix).ok())
}

fn unnamed(operation: &str) -> ConnectorError {
    let cause = "Facebook took the story and did not say which one it is.";
    ConnectorError::new(ErrorKind::Ambiguous, NAME, operation, "unnamed", cause)
        .with_action("Nothing to do: Carillon looks at the Page until the story is there.")
}
