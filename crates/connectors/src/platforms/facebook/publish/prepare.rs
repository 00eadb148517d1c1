//! The invisible steps of a post.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;

use super::super::api::Graph;
use super::super::options::Kind;
use super::state::State;
use super::video::Look;
use super::{feed, photos, story, video};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::kit::graph::look::tolerate;

/// One run through the invisible steps of the root unit.
pub(super) struct Work<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) draft: &'a Draft,
    pub(super) graph: Graph<'a>,
    pub(super) state: State,
    progress: Progress,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        cx: &'a Cx<'a>,
        draft: &'a Draft,
        token: &'a Secret,
        progress: Progress,
        state: State,
    ) -> Self {
        Self { cx, draft, graph: Graph::of(cx, token), state, progress }
    }

    /// Goes as far as possible without making anything public.
    pub(super) async fn prepare(mut self, unit: u16) -> Result<Progress, ConnectorError> {
        // A commit that was thought to be absent may have had its effect late: that is looked at, never repeated.
        if let Some(since) = self.state.sent
            && self.shows(since).await?
        {
            return Ok(self.state.stored_in(self.progress).at(Stage::Committing { unit, since }));
        }
        self.state.drop_stale(self.cx.clock.now());
        match self.state.kind {
            Kind::Text => {}
            Kind::Photos | Kind::PhotoStory => photos::upload(&mut self).await?,
            Kind::Video | Kind::Reel | Kind::VideoStory => {
                if let Some(pause) = video::upload(&mut self).await? {
                    return Ok(self.state.stored_in(self.progress).waiting(unit, pause));
                }
                match video::look(&mut self).await? {
                    Look::Ready => {}
                    Look::Wait(pause) => return Ok(self.state.stored_in(self.progress).waiting(unit, pause)),
                    Look::Public(since) => {
                        return Ok(self.state.stored_in(self.progress).at(Stage::Committing { unit, since }));
                    }
                }
            }
        }
        // A story is known by what it was made of.
        if self.state.seen.is_none() && !self.state.kind.is_story() {
            self.state.seen = tolerate(feed::newest(self.cx, &self.graph).await)?;
        }
        Ok(self.state.stored_in(self.progress).at(Stage::Ready { unit }))
    }

    /// Whether a commit of since then is seen in a list. Videos are asked for by their id instead.
    async fn shows(&self, since: Timestamp) -> Result<bool, ConnectorError> {
        match self.state.kind {
            kind if kind.is_story() => story::shows(self.cx, &self.graph, &self.state, since).await,
            kind if kind.is_video() => Ok(false),
            _ => feed::shows(self.cx, &self.graph, self.draft, &self.state, since).await,
        }
    }

    /// Makes the notes durable.
    pub(super) async fn save(&mut self) -> Result<(), ConnectorError> {
        self.progress = self.state.stored_in(self.progress.clone());
        self.cx.checkpoint.save(&self.progress).await
    }
}
