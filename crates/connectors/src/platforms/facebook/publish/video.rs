//! Videos and reels: uploading without the last phase, which is the call that makes them public; and how far the network is.
//! Source: Video API - Publishing, upload phases; Reels Publishing; Graph API - Video, `status` (copies of 2025-2026).

mod upload;

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{Graph, post_id, with_query};
use super::super::errors::{self, Context, NETWORK, from_state};
use super::super::options::Kind;
use super::super::{NAME, wire};
use super::prepare::Work;
use super::state::{State, Video};
use super::{address, params, refused};
use crate::contract::cx::Cx;
use crate::contract::progress::Progress;
use crate::kit::http::CommitPermit;

pub(super) use self::upload::upload;

/// How long an uploaded video is waited for before it is finished all the same; the network then publishes it when it can.
const PROCESSING_LIMIT: SignedDuration = SignedDuration::from_hours(2);

/// How long a fresh video may be invisible to its uploader: read-after-write lag of seconds.
const LAG: SignedDuration = SignedDuration::from_mins(1);

const FIELDS: &str = "id,status,published,post_id,permalink_url";

/// What is to be done before the last phase.
pub(super) enum Look {
    /// The last phase may be sent.
    Ready,
    /// Ask again after this time.
    Wait(Duration),
    /// It is public, or on its way there, or nobody can tell: only an earlier commit of this very publication, sent after this
    /// time, can have done it.
    Public(Timestamp),
}

/// How far the network is with a video.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stand {
    /// The Page shows it.
    Live {
        /// The post's id, as far as the network names it.
        post: Option<String>,
        /// Where people see it.
        url: Option<String>,
    },
    /// It can't become public; the code and words that the network gives.
    Failed(Option<i64>, String),
    /// It will be public when it is processed: the last phase arrived.
    Publishing,
    /// Being processed; nothing says whether the last phase arrived.
    Processing,
    /// Uploaded in full or in part; the last phase did not arrive.
    Waiting {
        /// Nothing of the network's work is left.
        processed: bool,
    },
}

/// Asks how far the network is.
pub(super) async fn read(graph: &Graph<'_>, id: &str) -> Result<Stand, ConnectorError> {
    let video: wire::Video = graph.get("videos.read", id, vec![("fields", FIELDS.to_owned())]).await?;
    Ok(judge(video))
}

fn judge(video: wire::Video) -> Stand {
    let status = video.status.unwrap_or_default();
    let overall = status.video_status.as_deref().unwrap_or_default();
    let phases = [&status.uploading_phase, &status.processing_phase, &status.publishing_phase];
    let failed = phases.iter().copied().flatten().find(|phase| is(phase, "error"));
    let word =
        |phase: &Option<wire::Phase>| phase.as_ref().and_then(|p| p.status.clone()).unwrap_or_default();
    let publishing = word(&status.publishing_phase);
    let drafted = status.publishing_phase.as_ref().and_then(|p| p.publish_status.as_deref()) == Some("draft");
    if publishing == "complete" && !drafted {
        return Stand::Live { post: video.post_id, url: video.permalink_url };
    }
    if failed.is_some() || matches!(overall, "error" | "expired" | "upload_failed") {
        let reasons: Vec<&wire::PhaseError> =
            phases.iter().copied().flatten().flat_map(|p| p.errors.iter().chain(&p.error)).collect();
        let code = reasons.iter().find_map(|reason| reason.code);
        let words = reasons.iter().find_map(|reason| reason.message.clone());
        return Stand::Failed(code, words.unwrap_or_else(|| overall.to_owned()));
    }
    if status.publishing_phase.is_none() && overall == "ready" && video.published == Some(true) {
        return Stand::Live { post: video.post_id, url: video.permalink_url };
    }
    match (publishing.as_str(), word(&status.processing_phase).as_str()) {
        ("in_progress", _) => Stand::Publishing,
        (_, "in_progress") => Stand::Processing,
        (_, processing) => Stand::Waiting { processed: processing == "complete" || overall == "ready" },
    }
}

fn is(phase: &wire::Phase, word: &str) -> bool {
    phase.status.as_deref() == Some(word)
}

/// Whether the last phase may be sent now.
///
/// # Errors
/// When the network can't use the video, which is then forgotten, so that the next run uploads it again.
pub(super) async fn look(work: &mut Work<'_>) -> Result<Look, ConnectorError> {
    let now = work.cx.clock.now();
    let Some(video) = work.state.video.as_mut() else { return Ok(Look::Ready) };
    video.looks += 1;
    let (id, started_at, looks, finished) = (video.id.clone(), video.started_at, video.looks, video.finished);
    let sent = work.state.sent.unwrap_or(started_at);
    let age = now.duration_since(video.uploaded_at.unwrap_or(started_at));
    let state = match read(&work.graph, &id).await {
        Ok(state) => state,
        // Fresh videos are sometimes not visible yet.
        Err(error) if errors::object_missing(&error) && age < LAG => return Ok(Look::Wait(pause(looks))),
        // What became of the last phase, only this id can tell: another upload might be a second post.
        Err(error) if errors::object_missing(&error) && finished => return Ok(Look::Public(sent)),
        Err(error) if errors::object_missing(&error) => {
            work.state.video = None;
            work.save().await?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    match state {
        Stand::Live { .. } | Stand::Publishing => Ok(Look::Public(sent)),
        Stand::Processing if age < PROCESSING_LIMIT => Ok(Look::Wait(pause(looks))),
        // The story of a video that is not ready is refused.
        Stand::Waiting { processed: false }
            if work.state.kind == Kind::VideoStory && age < PROCESSING_LIMIT =>
        {
            Ok(Look::Wait(pause(looks)))
        }
        Stand::Waiting { .. } if finished && work.state.is_spent(now) => {
            work.state.video = None;
            Ok(Look::Wait(pause(0)))
        }
        Stand::Processing | Stand::Waiting { .. } => Ok(Look::Ready),
        Stand::Failed(code, words) => {
            work.state.video = None;
            work.save().await?;
            Err(failure(now, code, &words))
        }
    }
}

/// The network names no pace; the first questions come early, since short videos take seconds.
fn pause(looks: u32) -> Duration {
    Duration::from_secs(match looks {
        0..=2 => 5,
        3..=5 => 10,
        6..=20 => 30,
        _ => 60,
    })
}

/// Why the network can't use a video.
pub(super) fn failure(now: Timestamp, code: Option<i64>, words: &str) -> ConnectorError {
    let context = Context { operation: "videos.read", commit: false, now };
    let code = code.or_else(|| NETWORK.code_in(words));
    let rule = code.and_then(|code| NETWORK.find(Some(code), Some(code)));
    let otherwise = (
        "video_failed",
        "Facebook could not process the video and does not say why.",
        "Carillon hands the video over again by itself. If that keeps failing, convert it to MP4 with H.264 and AAC.",
    );
    from_state(&NETWORK, context, rule, otherwise, code, words)
}

/// Sends the last phase. That it was taken is not yet that it is public: until the network shows it, the commit stays open.
pub(super) async fn commit(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    draft: &Draft,
    mut state: State,
    progress: Progress,
    unit: u16,
    permit: CommitPermit,
) -> Result<Progress, ConnectorError> {
    let Some(video) = state.video.clone() else {
        return Err(super::rejected(
            "no_video",
            "Nothing is prepared to be published.",
            "Report this as a fault.",
        ));
    };
    let (operation, url) = last_phase(cx, graph, state.kind, &video);
    let params = params::finish(draft, state.kind);
    match graph.commit::<wire::Success>(operation, url, params, permit).await {
        Ok(answer) if answer.done() => {}
        Ok(_) => return Err(open("unclear_answer", "Facebook did not say that it will publish the video.")),
        Err(error) => return Err(refused(cx, state, progress, error).await),
    }
    if let Some(video) = &mut state.video {
        video.accepted = true;
    }
    let progress = state.stored_in(progress);
    // When the note is lost, a later look only takes longer.
    let _ = cx.checkpoint.save(&progress).await;
    match read(graph, &video.id).await {
        Ok(Stand::Live { post: Some(post), url }) => {
            let url = url.map(|link| address(cx, &link));
            Ok(progress.committed(unit, post_id(&cx.account.remote_id, &post), url, cx.clock.now()))
        }
        _ => Err(open("processing", "Facebook has taken the video and is working on it.")),
    }
}

fn last_phase(cx: &Cx<'_>, graph: &Graph<'_>, kind: Kind, video: &Video) -> (&'static str, String) {
    let page = &cx.account.remote_id;
    match (&video.session, kind) {
        (Some(session), Kind::Video) => {
            let pairs = [("upload_phase", "finish"), ("upload_session_id", session.as_str())];
            ("videos.finish", graph.video_url(&with_query(&format!("{page}/videos"), &pairs)))
        }
        _ => {
            let pairs =
                [("upload_phase", "finish"), ("video_id", video.id.as_str()), ("video_state", "PUBLISHED")];
            ("reels.finish", graph.url(&with_query(&format!("{page}/video_reels"), &pairs)))
        }
    }
}

fn open(code: &str, cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Ambiguous, NAME, "videos.finish", code, cause)
        .with_action("Nothing to do: Carillon looks at the Page until the video is there.")
}
