//! Making containers and waiting for them.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::Graph;
use super::super::errors::{self, Context};
use super::super::options::{self, Kind, Options};
use super::super::{NAME, wire};
use super::state::{Container, Source, State};
use super::{quota, upload};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};

/// How long a container may be processed before it is given up. The advice is five minutes; long reels took more than 15.
const PROCESSING_LIMIT: SignedDuration = SignedDuration::from_hours(2);

/// How often a container may come back unpublished: about two hours' worth of looks.
const MOST_RETURNS: u32 = 120;

/// One run through the invisible steps of the root unit.
pub(super) struct Work<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) draft: &'a Draft,
    pub(super) options: Options,
    pub(super) graph: Graph<'a>,
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
    pub(super) fn new(cx: &'a Cx<'a>, draft: &'a Draft, progress: Progress, state: State) -> Self {
        let (options, _) = options::read(&draft.options);
        Self { cx, draft, options, graph: Graph::of(cx), progress, state, published_since: None }
    }

    /// Goes as far as possible without making anything public.
    pub(super) async fn prepare(mut self, unit: u16) -> Result<Progress, ConnectorError> {
        self.drop_stale();
        if let Some(delay) = self.come_back().await? {
            return Ok(self.state.stored_in(self.progress).waiting(unit, delay));
        }
        let children: Vec<Which> = (0..self.state.children.len()).map(Which::Child).collect();
        for stage in [children.as_slice(), &[Which::Root]] {
            if self.state.root.is_some() && stage != [Which::Root] {
                continue;
            }
            for which in stage {
                self.fill(*which).await?;
            }
            let mut wait = None;
            for which in stage {
                wait = wait.max(self.look(*which).await?);
            }
            if let Some(since) = self.published_since {
                return Ok(self.state.stored_in(self.progress).at(Stage::Committing { unit, since }));
            }
            if let Some(delay) = wait {
                return Ok(self.state.stored_in(self.progress).waiting(unit, delay));
            }
        }
        // The quota is obeyed each time; what was there before the first commit stays the measure.
        let baseline = quota::before_commit(self.cx, &self.graph, self.state.kind).await?;
        self.state.baseline = self.state.baseline.take().or(Some(baseline));
        if let Some(root) = &mut self.state.root {
            root.offered = true;
        }
        Ok(self.state.stored_in(self.progress).at(Stage::Ready { unit }))
    }

    /// The container was offered for publishing and came back: refused as not ready, or not published after all. What was
    /// known of it does not count any more; and one that comes back again and again is looked at once a minute, and given up
    /// after two hours.
    async fn come_back(&mut self) -> Result<Option<Duration>, ConnectorError> {
        let Some(root) = self.state.root.as_mut().filter(|root| root.offered) else { return Ok(None) };
        (root.offered, root.finished) = (false, false);
        root.returns += 1;
        if root.returns > MOST_RETURNS {
            self.forget_if_spent(Which::Root, too_slow()).await?;
        }
        Ok(self.state.root.as_ref().filter(|r| r.returns > 1).map(|_| Duration::from_secs(60)))
    }

    fn drop_stale(&mut self) {
        let now = self.cx.clock.now();
        let State { root, children, .. } = &self.state;
        if root.iter().chain(children.iter().flatten()).any(|c| c.stale(now)) {
            self.state.start_over();
        }
    }

    /// Makes the container if there is none, and uploads into it if it wants that.
    async fn fill(&mut self, which: Which) -> Result<(), ConnectorError> {
        if self.slot(which).is_none() {
            let (params, source) = self.params(which)?;
            let path = format!("{}/media", self.cx.account.remote_id);
            let made = match self.graph.post::<wire::Id>("containers.create", &path, params).await {
                Ok(made) => made,
                Err(error) => return self.not_made(which, error).await,
            };
            let created_at = self.cx.clock.now();
            *self.slot(which) = Some(Container::new(made.id, created_at, source));
            self.save().await?;
        }
        let (id, source) = match self.slot(which) {
            Some(container) => (container.id.clone(), container.source),
            None => return Ok(()),
        };
        let begun = match source {
            Source::Fetched | Source::Uploaded => return Ok(()),
            Source::Upload => false,
            Source::Uploading => true,
        };
        self.set_source(which, Source::Uploading).await?;
        let Some(media) = self.media(which) else { return Ok(()) };
        match upload::send(self.cx, &self.graph, &id, media, begun).await {
            Ok(()) => self.set_source(which, Source::Uploaded).await,
            Err(error) => self.forget_if_spent(which, error).await,
        }
    }

    /// A parent is refused when one of its children has gone; then all are made again.
    async fn not_made(&mut self, which: Which, error: ConnectorError) -> Result<(), ConnectorError> {
        if which == Which::Root && errors::needs_new_container(&error) && !self.state.children.is_empty() {
            self.state.start_over();
            self.save().await?;
        }
        Err(error)
    }

    async fn set_source(&mut self, which: Which, source: Source) -> Result<(), ConnectorError> {
        if let Some(container) = self.slot(which) {
            container.source = source;
        }
        self.save().await
    }

    /// Asks for the container's state. `Some`: ask again after that time.
    async fn look(&mut self, which: Which) -> Result<Option<Duration>, ConnectorError> {
        let video = self.media(which).is_some_and(|m| m.kind == MediaKind::Video);
        let now = self.cx.clock.now();
        let Some(container) = self.slot(which).as_mut() else { return Ok(None) };
        if container.finished {
            return Ok(None);
        }
        container.looks += 1;
        let (id, created_at) = (container.id.clone(), container.created_at);
        let age = now.duration_since(created_at);
        let delay = poll_delay(container.looks, video);
        let status = match read_status(&self.graph, &id).await {
            Ok(status) => status,
            // Fresh containers are sometimes not visible yet, and were not for days in May 2026.
            Err(error) if errors::object_missing(&error) && age < PROCESSING_LIMIT => Status::InProgress,
            Err(error) => return self.forget_if_spent(which, error).await.map(|()| None),
        };
        match status {
            // Only an earlier commit of this very publication can have done it: look where it went, never publish again.
            Status::Published => {
                self.published_since = Some(created_at);
                Ok(None)
            }
            Status::Finished => {
                if let Some(container) = self.slot(which) {
                    container.finished = true;
                }
                self.save().await.map(|()| None)
            }
            Status::InProgress if age < PROCESSING_LIMIT => Ok(Some(delay)),
            Status::InProgress => self.forget_if_spent(which, too_slow()).await.map(|()| None),
            Status::Expired => {
                self.state.start_over();
                self.save().await?;
                Err(expired())
            }
            Status::Failed(text) => {
                let context = Context { operation: "containers.read", commit: false, now };
                let error = errors::from_container(context, &text);
                self.forget_if_spent(which, error).await.map(|()| None)
            }
        }
    }

    /// Forgets a container that is of no more use, so that the next run makes a new one; passes the error on.
    async fn forget_if_spent(&mut self, which: Which, error: ConnectorError) -> Result<(), ConnectorError> {
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
            Which::Child(index) => self.draft.root.media.get(index),
            Which::Root if self.state.kind == Kind::Carousel => None,
            Which::Root => self.draft.root.media.first(),
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
    /// With the network's words.
    Failed(String),
}

/// Reads a container's state. Sometimes only the text is there.
pub(super) async fn read_status(graph: &Graph<'_>, id: &str) -> Result<Status, ConnectorError> {
    let fields = vec![("fields", "id,status_code,status".to_owned())];
    let container: wire::Container = graph.get("containers.read", id, fields).await?;
    let text = container.status.unwrap_or_default();
    let code = container.status_code.unwrap_or_else(|| {
        let word = text.split(':').next().unwrap_or_default().trim().to_ascii_uppercase();
        word.replace(' ', "_")
    });
    Ok(match code.as_str() {
        "FINISHED" | "COMPLETED" => Status::Finished,
        "PUBLISHED" => Status::Published,
        "EXPIRED" => Status::Expired,
        "ERROR" => Status::Failed(text),
        _ => Status::InProgress,
    })
}

/// The network advises to ask once a minute. Pictures take seconds, so the first questions come earlier.
fn poll_delay(looks: u32, video: bool) -> Duration {
    let seconds = match (looks, video) {
        (1, false) => 3,
        (2, false) => 10,
        (1, true) => 20,
        _ => 60,
    };
    Duration::from_secs(seconds)
}

fn too_slow() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        NAME,
        "containers.read",
        "container_failed",
        "Instagram did not finish processing the media within two hours.",
    )
    .with_action("Nothing to do: Carillon hands the media over again.")
}

fn expired() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Transient,
        NAME,
        "containers.read",
        "container_expired",
        "The prepared post expired before it was published.",
    )
    .with_action("Nothing to do: Carillon prepares it again.")
}
