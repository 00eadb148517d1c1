//! Whether an open commit of the post itself had its effect.
//!
//! A video is asked for by its id, which can yield at most one post; a post with photos is known by their ids, which are in no
//! other post; a text is looked for by its words among those that were not there before; a story is looked for by its photo or
//! video among the stories of the day. What the network took and is still working on is waited for.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::{errors, wire};
use super::state::State;
use super::video::{self, Stand};
use super::{address, feed, story};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::graph::look::{unknown, working};

/// How long a public post may be missing in what the network shows: replicas take up to a minute.
pub(super) const LAG: SignedDuration = SignedDuration::from_mins(2);

/// How long signs that contradict each other are looked at again.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// So long after its publishing a story is surely still shown; it is for a day.
const SHOWN: SignedDuration = SignedDuration::from_hours(23);

/// Looks for the root.
///
/// # Errors
/// When looking itself failed.
pub(super) async fn root(
    cx: &Cx<'_>,
    graph: &Graph<'_>,
    draft: &Draft,
    progress: &Progress,
    since: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    let state = match State::of(progress) {
        Ok(state) => state,
        Err(error) => return Ok(unknown(cx.clock.now(), since, SignedDuration::ZERO, error.cause)),
    };
    let look = Question { cx, graph, draft, progress, since, state };
    match look.state.kind {
        kind if kind.is_story() => look.story().await,
        kind if kind.is_video() => look.video().await,
        _ => look.feed().await,
    }
}

struct Question<'a> {
    cx: &'a Cx<'a>,
    graph: &'a Graph<'a>,
    draft: &'a Draft,
    progress: &'a Progress,
    since: Timestamp,
    state: State,
}

impl Question<'_> {
    async fn feed(&self) -> Result<Reconciliation, ConnectorError> {
        // An earlier commit, thought to be absent, may be the one that had its effect.
        let since = self.state.sent.unwrap_or(self.since).min(self.since);
        let mut listing = feed::list(self.cx, self.graph, self.draft, &self.state, since).await?;
        match (listing.fitting.len(), listing.fitting.pop()) {
            (1, Some(post)) => return Ok(self.found(post)),
            (0, _) => {}
            (several, _) => {
                let evidence =
                    format!("{several} new posts look like this one; which one it is, is not known.");
                return Ok(self.unknown(SignedDuration::ZERO, evidence));
            }
        }
        if listing.unfinished {
            let evidence = "The Page has too many new posts to search them all.".to_owned();
            return Ok(self.unknown(SignedDuration::ZERO, evidence));
        }
        if !self.older_than(LAG) {
            return Ok(self.unknown(LAG, "The post is not on the Page yet.".to_owned()));
        }
        if listing.unclear > 0 {
            let evidence = "The Page shows a new post with the same text and another link; whether it is this one, is not clear.";
            return Ok(self.unknown(PATIENCE, evidence.to_owned()));
        }
        if listing.early > 0 {
            let evidence =
                "The Page shows the same text from shortly before; whether it is this post, is not clear.";
            return Ok(self.unknown(PATIENCE, evidence.to_owned()));
        }
        Ok(self.absent(self.state.clone()))
    }

    /// A photo or video is good for one story, so whatever shows it is this one.
    async fn story(&self) -> Result<Reconciliation, ConnectorError> {
        let since = self.state.sent.unwrap_or(self.since).min(self.since);
        match story::find(self.cx, self.graph, &self.state, since).await {
            Ok(story::Search::Found(story)) => return Ok(self.told(story)),
            Ok(story::Search::Absent) => {}
            Ok(story::Search::Unfinished) => {
                let evidence = "The Page has too many stories to search them all.".to_owned();
                return Ok(self.unknown(SignedDuration::ZERO, evidence));
            }
            Err(error) if story::is_hidden(&error) => {
                return Ok(self.unknown(PATIENCE, "Facebook does not show the Page's stories.".to_owned()));
            }
            Err(error) => return Err(error),
        }
        if self.cx.clock.now().duration_since(since) >= SHOWN {
            let evidence = "Stories are shown for a day, and it was sent longer ago; the Page's archive of stories may have it.";
            return Ok(self.unknown(SignedDuration::ZERO, evidence.to_owned()));
        }
        if self.state.doubted {
            let evidence = "Facebook refused the story when it was sent again, which may mean that it is public already; but it is not \
                            among the Page's stories.";
            return Ok(self.unknown(PATIENCE, evidence.to_owned()));
        }
        if self.state.kind.is_video() {
            return self.video().await;
        }
        if !self.older_than(LAG) {
            return Ok(self.unknown(LAG, "The story is not on the Page yet.".to_owned()));
        }
        Ok(self.absent(self.state.clone()))
    }

    fn told(&self, story: wire::Story) -> Reconciliation {
        let now = self.cx.clock.now();
        let at = story.creation_time.as_deref().and_then(story::time).unwrap_or(now);
        let id = story.post_id.or(story.media_id).unwrap_or_default();
        let url = story.url.map(|link| address(self.cx, &link));
        Reconciliation::Found(self.cleared().committed(0, id, url, at))
    }

    async fn video(&self) -> Result<Reconciliation, ConnectorError> {
        let Some(video) = self.state.video.clone() else {
            let evidence = "The notes of this publication do not say which video was published.";
            return Ok(self.unknown(SignedDuration::ZERO, evidence.to_owned()));
        };
        let stand = match video::read(self.graph, &video.id).await {
            Ok(stand) => stand,
            Err(error) if errors::object_missing(&error) => {
                return Ok(self.unknown(PATIENCE, "Facebook does not show the video.".to_owned()));
            }
            Err(error) => return Err(error),
        };
        match stand {
            Stand::Live { post: Some(post), url } => Ok(self.shown(&post, url)),
            Stand::Live { post: None, url } => self.without_post(&video.id, url).await,
            Stand::Failed(code, words) => {
                let refusal = video::failure(self.cx.clock.now(), code, &words);
                let state = State { video: None, refusal: Some(refusal), ..self.state.clone() };
                Ok(self.absent(state))
            }
            Stand::Publishing | Stand::Processing => {
                Ok(self.working("Facebook is still working on the video."))
            }
            Stand::Waiting { .. } if video.accepted => {
                Ok(self.working("Facebook has taken the video and does not show it yet."))
            }
            Stand::Waiting { .. } if !self.older_than(LAG) => {
                Ok(self.unknown(LAG, "The video is not published yet.".to_owned()))
            }
            // The last phase never arrived; the same video may be finished again.
            Stand::Waiting { .. } => Ok(self.absent(self.state.clone())),
        }
    }

    /// It is public; only its post is not named.
    async fn without_post(&self, video: &str, url: Option<String>) -> Result<Reconciliation, ConnectorError> {
        let shown = feed::showing(self.cx, self.graph, video, self.since).await?;
        if let Some(post) = shown {
            return Ok(self.found(post));
        }
        if !self.older_than(LAG) {
            let evidence = "Facebook says that the video is public, but the Page does not show its post yet.";
            return Ok(self.unknown(LAG, evidence.to_owned()));
        }
        // A video without a post of its own is known by its own number.
        let url = url.map(|link| address(self.cx, &link));
        let progress = self.cleared();
        Ok(Reconciliation::Found(progress.committed(0, video.to_owned(), url, self.cx.clock.now())))
    }

    fn shown(&self, post: &str, url: Option<String>) -> Reconciliation {
        let url = url.map(|link| address(self.cx, &link));
        let page = &self.cx.account.remote_id;
        let id = if self.state.kind.is_story() { post.to_owned() } else { api::post_id(page, post) };
        Reconciliation::Found(self.cleared().committed(0, id, url, self.cx.clock.now()))
    }

    fn found(&self, post: wire::Post) -> Reconciliation {
        let at = post.created_time.as_deref().and_then(api::timestamp);
        let at = at.unwrap_or_else(|| self.cx.clock.now());
        Reconciliation::Found(self.cleared().committed(0, post.id, post.permalink_url, at))
    }

    fn cleared(&self) -> Progress {
        State { refusal: None, ..self.state.clone() }.stored_in(self.progress.clone())
    }

    /// Goes on from the invisible steps, which look once more before anything is sent again.
    fn absent(&self, mut state: State) -> Reconciliation {
        state.note_sent(self.since, true);
        let cause = state.refusal.take();
        let again = state.stored_in(self.progress.clone()).at(Stage::Preparing { unit: 0 });
        Reconciliation::absent(again, cause)
    }

    fn unknown(&self, patience: SignedDuration, evidence: String) -> Reconciliation {
        unknown(self.cx.clock.now(), self.last_sign(), patience, evidence)
    }

    fn working(&self, evidence: &str) -> Reconciliation {
        working(self.cx.clock.now(), self.since, evidence.to_owned())
    }

    fn older_than(&self, age: SignedDuration) -> bool {
        self.cx.clock.now().duration_since(self.last_sign()) >= age
    }

    fn last_sign(&self) -> Timestamp {
        self.progress.last_sign(self.since)
    }
}
