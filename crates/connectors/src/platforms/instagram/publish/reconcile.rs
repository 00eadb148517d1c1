//! Whether an open `media_publish` had its effect.
//!
//! The container is the witness: `PUBLISHED` means live, and still `FINISHED` minutes later means not published, so that the
//! same container may be published again. No call leads from a container to its post, so the post is looked for by caption,
//! kind and time among those that were not there before; the newest one is never taken unseen.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::errors::{self, Context};
use super::super::options::Kind;
use super::super::wire;
use super::container::{Status, read_status};
use super::quota::{self, edge_of};
use super::state::{Container, State};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::graph::look::folded;
pub(super) use crate::kit::graph::look::unknown;

/// How long a published post may be missing in what the network shows: the wait "of minutes" before absence is believed.
pub(super) const LAG: SignedDuration = SignedDuration::from_mins(3);

/// How long signs that contradict each other, or objects that can't be read, are looked at again.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How far the network's clock may be behind ours.
pub(super) const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// Looks for the root.
///
/// # Errors
/// When looking itself failed.
pub(super) async fn root(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
    since: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    let person = |evidence: String| Ok(unknown(cx.clock.now(), since, SignedDuration::ZERO, evidence));
    let state = match State::of(progress) {
        Ok(state) => state,
        Err(error) => return person(error.cause),
    };
    let Some(container) = state.root.clone() else {
        return person(
            "The notes of this publication do not say which prepared post was published.".to_owned(),
        );
    };
    let look = Look { cx, graph: Graph::of(cx), draft, progress, state, since };
    match read_status(&look.graph, &container.id).await {
        Ok(Status::Published) => look.published().await,
        Ok(Status::Finished) => look.finished().await,
        Ok(Status::InProgress) => look.not_ready(container).await,
        Ok(Status::Expired) => look.spent("the prepared post has expired unpublished", None).await,
        Ok(Status::Failed(text)) => {
            let context = Context { operation: "containers.read", commit: false, now: cx.clock.now() };
            let cause = errors::from_container(context, &text);
            look.spent("the prepared post has failed", Some(cause)).await
        }
        Err(error) if errors::object_missing(&error) || error.kind == ErrorKind::PermissionMissing => {
            look.blind().await
        }
        Err(error) => Err(error),
    }
}

struct Look<'a> {
    cx: &'a Cx<'a>,
    graph: Graph<'a>,
    draft: &'a Draft,
    progress: &'a Progress,
    state: State,
    since: Timestamp,
}

/// What the account's list shows of posts that were not there before and look like this one.
#[derive(Default)]
struct Listing {
    /// From the commit on.
    late: Vec<wire::Media>,
    /// From shortly before the commit: another equal post, or this one if the clocks disagree.
    early: Vec<wire::Media>,
    /// How many posts are new since the baseline, whatever they look like.
    new: usize,
}

impl Look<'_> {
    /// It is public; only its id is missing. One of shortly before is taken only when a late one would have shown by now.
    async fn published(&self) -> Result<Reconciliation, ConnectorError> {
        let Listing { late, early, .. } = self.list().await?;
        let shown = if late.is_empty() && self.older_than(LAG) { early } else { late };
        match <[_; 1]>::try_from(shown) {
            Ok([media]) => Ok(self.found(media)),
            Err(none) if none.is_empty() => Ok(self.unknown(
                PATIENCE,
                "Instagram says that the post is public, but it is not in the account's list yet.".to_owned(),
            )),
            Err(several) => Ok(self.unknown(
                SignedDuration::ZERO,
                format!(
                    "Instagram says that the post is public; {} new posts look like it, so which one it is, is not known.",
                    several.len()
                ),
            )),
        }
    }

    /// Unpublished, unless the container's state lags behind. An equal post in the list is somebody else's, but where it
    /// could be this one, a person decides.
    async fn finished(&self) -> Result<Reconciliation, ConnectorError> {
        if !self.older_than(LAG) {
            return Ok(self.unknown(LAG, "The prepared post is still unpublished.".to_owned()));
        }
        let listing = self.list().await?;
        if !listing.late.is_empty() {
            return Ok(self.contradiction(&listing, "the prepared post is still unpublished"));
        }
        if let Some(growth) = self.unexplained_growth(listing.new).await {
            let evidence = format!(
                "The prepared post is still unpublished and not in the account's list, but Instagram counts {growth} more \
                 publication(s) than it shows."
            );
            return Ok(self.unknown(PATIENCE, evidence));
        }
        // The same container again, but its state is read first: it may have become public late.
        Ok(self.goes_on(self.state.clone(), None))
    }

    /// The publish came too early and was refused.
    async fn not_ready(&self, container: Container) -> Result<Reconciliation, ConnectorError> {
        let root = Some(Container { finished: false, ..container });
        let state = State { root, ..self.state.clone() };
        self.absent(state, "Instagram is still processing it", None).await
    }

    /// The container can't become public any more.
    async fn spent(
        &self,
        why: &str,
        cause: Option<ConnectorError>,
    ) -> Result<Reconciliation, ConnectorError> {
        if !self.older_than(LAG) {
            return Ok(self.unknown(LAG, format!("The post was not found yet, and {why}.")));
        }
        let mut state = self.state.clone();
        state.start_over();
        self.absent(state, why, cause).await
    }

    /// Absent, if the list does not say otherwise.
    async fn absent(
        &self,
        state: State,
        why: &str,
        cause: Option<ConnectorError>,
    ) -> Result<Reconciliation, ConnectorError> {
        let listing = self.list().await?;
        if !listing.late.is_empty() {
            return Ok(self.contradiction(&listing, why));
        }
        Ok(self.goes_on(state, cause))
    }

    /// From the invisible steps. How the publish was refused says more than what became of the container.
    fn goes_on(&self, mut state: State, cause: Option<ConnectorError>) -> Reconciliation {
        let cause = state.refusal.take().or(cause);
        let again = state.stored_in(self.progress.clone()).at(Stage::Preparing { unit: 0 });
        Reconciliation::absent(again, cause)
    }

    /// Without the container the list can prove presence, never absence; and a story has no caption to know it by.
    async fn blind(&self) -> Result<Reconciliation, ConnectorError> {
        let evidence = "Instagram does not show the prepared post, and the account's list is not clear.";
        let listing = match self.list().await {
            Err(error) if errors::object_missing(&error) => Listing::default(),
            listing => listing?,
        };
        match <[_; 1]>::try_from(listing.late) {
            Ok([media]) if self.state.kind != Kind::Story => Ok(self.found(media)),
            _ => Ok(self.unknown(PATIENCE, evidence.to_owned())),
        }
    }

    fn found(&self, media: wire::Media) -> Reconciliation {
        let at = at(&media).unwrap_or_else(|| self.cx.clock.now());
        let progress = State { refusal: None, ..self.state.clone() }.stored_in(self.progress.clone());
        Reconciliation::Found(progress.committed(0, media.id, media.permalink, at))
    }

    fn contradiction(&self, listing: &Listing, why: &str) -> Reconciliation {
        let evidence = format!("{} new post(s) look like this one, yet {why}.", listing.late.len());
        self.unknown(PATIENCE, evidence)
    }

    fn unknown(&self, patience: SignedDuration, evidence: String) -> Reconciliation {
        unknown(self.cx.clock.now(), self.since, patience, evidence)
    }

    fn older_than(&self, age: SignedDuration) -> bool {
        self.cx.clock.now().duration_since(self.since) >= age
    }

    /// Looks for the post among those that were not there before the commit.
    async fn list(&self) -> Result<Listing, ConnectorError> {
        let seen = self.state.baseline.as_ref().and_then(|b| b.seen.as_ref());
        let wanted = folded(&self.draft.root.text);
        let earliest = self.since.checked_sub(SKEW).unwrap_or(self.since);
        let mut listing = Listing::default();
        for media in self.entries(self.state.kind).await? {
            let Some(at) = at(&media) else { continue };
            if seen.is_some_and(|seen| seen.contains(&media.id)) {
                continue;
            }
            listing.new += usize::from(self.after_baseline(at));
            let caption = folded(media.caption.as_deref().unwrap_or_default());
            let fits = self.state.kind == Kind::Story || caption == wanted;
            if !fits || !kind_fits(self.state.kind, &media) || at < earliest {
                continue;
            }
            // The network's times are whole seconds.
            if at.as_second() >= self.since.as_second() {
                listing.late.push(media);
            } else {
                listing.early.push(media);
            }
        }
        Ok(listing)
    }

    async fn entries(&self, kind: Kind) -> Result<Vec<wire::Media>, ConnectorError> {
        let (operation, edge) = edge_of(kind);
        let fields = "id,caption,media_type,media_product_type,permalink,timestamp";
        let params = vec![("fields", fields.to_owned()), ("limit", "50".to_owned())];
        let path = format!("{}/{edge}", self.cx.account.remote_id);
        let page: wire::Page<wire::Media> = self.graph.get(operation, &path, params).await?;
        Ok(page.data)
    }

    /// By how much the quota grew since the baseline beyond the new posts that can be seen.
    async fn unexplained_growth(&self, new: usize) -> Option<i64> {
        let before = self.state.baseline.as_ref()?.quota_usage?;
        let growth = quota::usage(self.cx, &self.graph).await? - before;
        if growth <= 0 {
            return None;
        }
        let other = if self.state.kind == Kind::Story { Kind::Image } else { Kind::Story };
        let elsewhere = self.entries(other).await.unwrap_or_default();
        let elsewhere = elsewhere.iter().filter_map(at).filter(|at| self.after_baseline(*at)).count();
        let explained = i64::try_from(new + elsewhere).unwrap_or(i64::MAX);
        Some(growth - explained).filter(|rest| *rest > 0)
    }

    fn after_baseline(&self, at: Timestamp) -> bool {
        self.state.baseline.as_ref().is_none_or(|b| at.duration_since(b.at) >= -SKEW)
    }
}

fn at(media: &wire::Media) -> Option<Timestamp> {
    media.timestamp.as_deref().and_then(api::timestamp)
}

fn kind_fits(kind: Kind, media: &wire::Media) -> bool {
    let fits =
        |value: &Option<String>, allowed: &[&str]| value.as_deref().is_none_or(|v| allowed.contains(&v));
    let (types, products): (&[&str], &[&str]) = match kind {
        Kind::Image => (&["IMAGE"], &["FEED"]),
        Kind::Carousel => (&["CAROUSEL_ALBUM"], &["FEED", "CAROUSEL_CONTAINER"]),
        Kind::Reel => (&["VIDEO"], &["REELS", "FEED"]),
        Kind::Story => (&["IMAGE", "VIDEO"], &["STORY"]),
    };
    fits(&media.media_type, types) && fits(&media.media_product_type, products)
}
