//! Making containers and waiting for them.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::Graph;
use super::super::errors::{self, Context};
use super::super::options::{self, Options};
use super::super::{NAME, wire};
use super::state::{Container, State};
use super::{Content, parent, quota};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage, UnitProgress};

/// How long a container may be processed before it is given up. The advice is five minutes of looking.
const PROCESSING_LIMIT: SignedDuration = SignedDuration::from_mins(60);

/// How long something fresh may be missing in what the network shows.
const VISIBLE_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// How long after the part before it a reply waits, so that the network knows what it replies to.
const PARENT_SETTLES: SignedDuration = SignedDuration::from_secs(5);

/// How long after `FINISHED` a container may still be refused as unknown (observed).
const SETTLES: SignedDuration = SignedDuration::from_secs(2);

/// How often one container may come back unpublished, and how often a new one is made then (observed in clients: 3).
const MOST_RETURNS: u32 = 3;

/// One run through the invisible steps of a unit.
pub(super) struct Work<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) content: Content<'a>,
    pub(super) options: Options,
    /// What it replies to.
    pub(super) parent: Option<UnitProgress>,
    graph: Graph<'a>,
    progress: Progress,
    pub(super) state: State,
    /// The container turned out to be published already, at some time after this.
    published_since: Option<Timestamp>,
}

/// Which container.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Which {
    Child(usize),
    Root,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        cx: &'a Cx<'a>,
        draft: &Draft,
        content: Content<'a>,
        progress: Progress,
        state: State,
    ) -> Self {
        let (options, _) = options::read(&draft.options);
        let parent = parent(draft, &progress, content.unit).cloned();
        Self { cx, content, options, parent, graph: Graph::of(cx), progress, state, published_since: None }
    }

    /// Goes as far as possible without making anything public.
    pub(super) async fn prepare(mut self) -> Result<Progress, ConnectorError> {
        if self.state.stale(self.cx.clock.now()) {
            self.state.start_over();
        }
        if let Some(delay) = self.until_ready().await? {
            let unit = self.content.unit;
            return Ok(self.state.stored_in(self.progress).waiting(unit, delay));
        }
        let unit = self.content.unit;
        if let Some(since) = self.published_since {
            return Ok(self.state.stored_in(self.progress).at(Stage::Committing { unit, since }));
        }
        // The quota is obeyed each time; what was there before the first commit stays the measure.
        let baseline = quota::before_commit(self.cx, &self.graph, unit > 0).await?;
        self.state.baseline = self.state.baseline.take().or(Some(baseline));
        Ok(self.state.stored_in(self.progress).at(Stage::Ready { unit }))
    }

    /// Makes and watches the containers. `Some`: go on after that time.
    async fn until_ready(&mut self) -> Result<Option<Duration>, ConnectorError> {
        if let Some(delay) = self.parent_settles() {
            return Ok(Some(delay));
        }
        if let Some(delay) = self.come_back().await? {
            return Ok(Some(delay));
        }
        if self.state.root.is_none() {
            let children: Vec<Which> = (0..self.state.children.len()).map(Which::Child).collect();
            for which in &children {
                self.make(*which).await?;
            }
            let mut wait = None;
            for which in &children {
                wait = wait.max(self.look(*which).await?);
            }
            if wait.is_some() {
                return Ok(wait);
            }
            self.make(Which::Root).await?;
        }
        if let Some(delay) = self.look(Which::Root).await? {
            return Ok(Some(delay));
        }
        Ok(self.settles())
    }

    fn parent_settles(&self) -> Option<Duration> {
        self.left(self.parent.as_ref()?.published_at?, PARENT_SETTLES)
    }

    fn settles(&self) -> Option<Duration> {
        let finished = self.state.root.as_ref()?.finished_at?;
        self.left(finished, SETTLES).filter(|_| self.published_since.is_none())
    }

    fn left(&self, since: Timestamp, span: SignedDuration) -> Option<Duration> {
        let left = span - self.cx.clock.now().duration_since(since);
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Makes a container that came back again and again anew, a few times.
    async fn come_back(&mut self) -> Result<Option<Duration>, ConnectorError> {
        let Some(root) = self.state.root.as_mut().filter(|root| root.came_back) else { return Ok(None) };
        root.came_back = false;
        let returns = root.returns;
        if returns > MOST_RETURNS {
            self.state.start_over();
            self.state.remade += 1;
            self.save().await?;
            if self.state.remade > MOST_RETURNS {
                return Err(failed(
                    "Threads says again and again that it does not know the post that it prepared.",
                ));
            }
        }
        Ok((returns > 1).then_some(Duration::from_secs(30)))
    }

    /// Makes the container if there is none.
    async fn make(&mut self, which: Which) -> Result<(), ConnectorError> {
        if self.slot(which).is_some() {
            return Ok(());
        }
        let params = self.params(which)?;
        match self.graph.post::<wire::Id>("containers.create", "me/threads", params).await {
            Ok(made) => {
                *self.slot(which) = Some(Container::new(made.id, self.cx.clock.now()));
                self.save().await
            }
            Err(error) => self.not_made(which, error).await,
        }
    }

    /// What a reply replies to may not be visible yet. A carousel is refused when one of its items has gone; then all are made
    /// again.
    async fn not_made(&mut self, which: Which, mut error: ConnectorError) -> Result<(), ConnectorError> {
        if which == Which::Root && errors::not_there(&error) {
            let since = self.parent.as_ref().and_then(|parent| parent.published_at);
            let young = since.is_some_and(|at| self.cx.clock.now().duration_since(at) < VISIBLE_AFTER);
            error.kind = if young { ErrorKind::NotReady } else { ErrorKind::Transient };
            if !young && !self.state.children.is_empty() {
                self.state.start_over();
                self.save().await?;
            }
        }
        Err(error)
    }

    /// Asks for the container's state. `Some`: ask again after that time.
    async fn look(&mut self, which: Which) -> Result<Option<Duration>, ConnectorError> {
        let kind = self.media(which).map(|media| media.kind);
        let now = self.cx.clock.now();
        let Some(container) = self.slot(which).as_mut() else { return Ok(None) };
        if container.finished_at.is_some() {
            return Ok(None);
        }
        container.looks += 1;
        let (id, created_at) = (container.id.clone(), container.created_at);
        let delay = poll_delay(container.looks, kind);
        let age = now.duration_since(created_at);
        let status = match read_status(&self.graph, &id).await {
            Ok(status) => status,
            Err(error) if errors::not_there(&error) && age < VISIBLE_AFTER => Status::InProgress,
            Err(error) if errors::not_there(&error) => {
                return self.give_up(which, failed("Threads has lost the prepared post.")).await;
            }
            Err(error) => return Err(error),
        };
        match status {
            // Only an earlier commit of this very publication can have done it: look where it went, never publish again.
            Status::Published => {
                self.published_since = Some(created_at);
                Ok(None)
            }
            Status::Finished => {
                if let Some(container) = self.slot(which) {
                    container.finished_at = Some(now);
                }
                self.save().await.map(|()| None)
            }
            Status::InProgress if age < PROCESSING_LIMIT => Ok(Some(delay)),
            Status::InProgress => {
                self.give_up(which, failed("Threads did not finish preparing the post within an hour.")).await
            }
            Status::Expired => {
                self.state.start_over();
                self.save().await?;
                Err(transient("container_expired", "The prepared post expired before it was published."))
            }
            Status::Failed(message) => {
                let context = Context { operation: "containers.read", commit: false, now };
                self.give_up(which, errors::from_container(context, &message)).await
            }
        }
    }

    /// Forgets a container that is of no more use, so that the next run makes a new one; passes the error on.
    async fn give_up<T>(&mut self, which: Which, error: ConnectorError) -> Result<T, ConnectorError> {
        if errors::needs_new_container(&error) || error.kind == ErrorKind::Rejected {
            *self.slot(which) = None;
            self.save().await?;
        }
        Err(error)
    }

    async fn save(&mut self) -> Result<(), ConnectorError> {
        self.progress = self.state.stored_in(self.progress.clone());
        self.cx.checkpoint.save(&self.progress).await
    }

    fn slot(&mut self, which: Which) -> &mut Option<Container> {
        match which {
            Which::Child(index) => &mut self.state.children[index],
            Which::Root => &mut self.state.root,
        }
    }

    pub(super) fn media(&self, which: Which) -> Option<&'a MediaInfo> {
        match which {
            Which::Child(index) => self.content.media.get(index),
            Which::Root => self.content.media.first().filter(|_| self.state.children.is_empty()),
        }
    }
}

/// What a container's state means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Finished,
    Published,
    Expired,
    /// With the network's word.
    Failed(String),
}

/// Reads a container's state.
pub(super) async fn read_status(graph: &Graph<'_>, id: &str) -> Result<Status, ConnectorError> {
    let fields = vec![("fields", "id,status,error_message".to_owned())];
    let container: wire::Container = graph.get("containers.read", id, fields).await?;
    Ok(match container.status.as_deref().unwrap_or_default() {
        "FINISHED" => Status::Finished,
        "PUBLISHED" => Status::Published,
        "EXPIRED" => Status::Expired,
        "ERROR" => Status::Failed(container.error_message.unwrap_or_default()),
        _ => Status::InProgress,
    })
}

/// The network advises to wait half a minute and then to ask once a minute. Texts and pictures take seconds, so the first questions
/// come earlier.
fn poll_delay(looks: u32, kind: Option<MediaKind>) -> Duration {
    let seconds = match (looks, kind) {
        (1, Some(MediaKind::Video)) => 30,
        (1, _) => 3,
        (2, None | Some(MediaKind::Image | MediaKind::Gif | MediaKind::Document)) => 10,
        _ => 60,
    };
    Duration::from_secs(seconds)
}

fn failed(cause: &str) -> ConnectorError {
    transient("container_failed", cause)
}

fn transient(code: &str, cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Transient, NAME, "containers.read", code, cause)
        .with_action("Nothing to do: Carillon prepares it again.")
}
