//! Whether an open `threads_publish` had its effect.
//!
//! The container is the witness: `PUBLISHED` means live, and still `FINISHED` after minutes means not published, so that the
//! same container may be published again. No call leads from a container to its post, so the post is looked for among the
//! account's own posts (or replies) by text, kind, parent and time; the newest one is never taken unseen.
//! Source: Threads API - Troubleshooting; Media reference, Reply reference (copies of 2025).

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaKind;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::errors::{self, Context};
use super::super::wire;
use super::Content;
use super::container::{Status, read_status};
use super::quota::{self, list_of};
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage, UnitProgress};
use crate::contract::publisher::Reconciliation;
use crate::kit::graph::look::{folded, unknown};

/// How long a published post may be missing in what the network shows, its container's state included, before absence is
/// believed. The call itself is over after one minute, and the advice is to trust the state a minute later.
const LAG: SignedDuration = SignedDuration::from_mins(3);

/// How long signs that contradict each other, or objects that can't be read, are looked at again.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How far the network's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// Entries that are asked for on one page: the most. Pages may be shorter.
const ENTRIES: &str = "100";

/// Pages that are looked at.
const PAGES: usize = 5;

/// Looks for a unit.
///
/// # Errors
/// When looking itself failed.
pub(super) async fn unit(
    cx: &Cx<'_>,
    content: &Content<'_>,
    parent: Option<&UnitProgress>,
    progress: &Progress,
    since: Timestamp,
) -> Result<Reconciliation, ConnectorError> {
    let person = |evidence: String| Ok(unknown(cx.clock.now(), since, SignedDuration::ZERO, evidence));
    let state = match State::open(progress, content.unit) {
        Ok(state) => state,
        Err(error) => return person(error.cause),
    };
    let Some(container) = state.root.as_ref().map(|root| root.id.clone()) else {
        return person(
            "The notes of this publication do not say which prepared post was published.".to_owned(),
        );
    };
    let parent = parent.and_then(|parent| parent.remote_id.as_deref());
    let look = Look { cx, graph: Graph::of(cx), content, parent, progress, state, since };
    match read_status(&look.graph, &container).await {
        Ok(Status::Published) => look.published().await,
        Ok(Status::Finished) => look.unpublished(Kept::Yes, "the prepared post is still unpublished").await,
        Ok(Status::InProgress) => look.unpublished(Kept::Yes, "Threads is still preparing it").await,
        Ok(Status::Expired) => {
            look.unpublished(Kept::Spent(None), "the prepared post has expired unpublished").await
        }
        Ok(Status::Failed(message)) => {
            let context = Context { operation: "containers.read", commit: false, now: cx.clock.now() };
            let cause = errors::from_container(context, &message);
            look.unpublished(Kept::Spent(Some(Box::new(cause))), "the prepared post has failed").await
        }
        Err(error) if errors::not_there(&error) || error.kind == ErrorKind::PermissionMissing => {
            look.blind().await
        }
        Err(error) => Err(error),
    }
}

/// Whether a container may still become public.
enum Kept {
    Yes,
    /// It can't any more; why, where Threads said so.
    Spent(Option<Box<ConnectorError>>),
}

struct Look<'a> {
    cx: &'a Cx<'a>,
    graph: Graph<'a>,
    content: &'a Content<'a>,
    /// What it replies to.
    parent: Option<&'a str>,
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
    /// Whether all that were published since the commit were seen.
    complete: bool,
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
                "Threads says that the post is public, but it is not in the account's list yet.".to_owned(),
            )),
            Err(several) => Ok(self.unknown(
                SignedDuration::ZERO,
                format!(
                    "Threads says that the post is public; {} new posts look like it, so which one it is, is not known.",
                    several.len()
                ),
            )),
        }
    }

    /// Unpublished, unless the container's state lags behind. An equal post in the list is somebody else's, but where it could
    /// be this one, a person decides.
    async fn unpublished(&self, kept: Kept, why: &str) -> Result<Reconciliation, ConnectorError> {
        if !self.older_than(LAG) {
            return Ok(self.unknown(LAG, format!("The post was not found yet, and {why}.")));
        }
        let listing = self.list().await?;
        if !listing.late.is_empty() {
            let evidence = format!("{} new post(s) look like this one, yet {why}.", listing.late.len());
            return Ok(self.unknown(PATIENCE, evidence));
        }
        if !listing.complete {
            let evidence = format!("The account has too many new posts to look at them all, and {why}.");
            return Ok(self.unknown(PATIENCE, evidence));
        }
        if let Some(growth) = self.unexplained_growth(listing.new).await {
            let evidence = format!(
                "The post is not in the account's list, and {why}; but Threads counts {growth} more publication(s) than it shows."
            );
            return Ok(self.unknown(PATIENCE, evidence));
        }
        let mut state = self.state.clone();
        // How the publish was refused says more than what became of the container.
        let mut cause = state.refusal.take();
        match kept {
            Kept::Yes => state.came_back(),
            Kept::Spent(why) => {
                state.start_over();
                cause = cause.or(why.map(|why| *why));
            }
        }
        // The same container again, but its state is read first: it may have become public late.
        let stage = Stage::Preparing { unit: self.content.unit };
        Ok(Reconciliation::absent(state.stored_in(self.progress.clone()).at(stage), cause))
    }

    /// Without the container the list can prove presence, never absence.
    async fn blind(&self) -> Result<Reconciliation, ConnectorError> {
        match <[_; 1]>::try_from(self.list().await?.late) {
            Ok([media]) => Ok(self.found(media)),
            Err(_) => Ok(self.unknown(
                PATIENCE,
                "Threads does not show the prepared post, and the account's list is not clear.".to_owned(),
            )),
        }
    }

    fn found(&self, media: wire::Media) -> Reconciliation {
        let at = at(&media).unwrap_or_else(|| self.cx.clock.now());
        let progress = State { refusal: None, ..self.state.clone() }.stored_in(self.progress.clone());
        Reconciliation::Found(progress.committed(self.content.unit, media.id, media.permalink, at))
    }

    fn unknown(&self, patience: SignedDuration, evidence: String) -> Reconciliation {
        unknown(self.cx.clock.now(), self.since, patience, evidence)
    }

    fn older_than(&self, age: SignedDuration) -> bool {
        self.cx.clock.now().duration_since(self.since) >= age
    }

    fn is_reply(&self) -> bool {
        self.content.unit > 0
    }

    /// Looks for the post among those that were not there before the commit.
    async fn list(&self) -> Result<Listing, ConnectorError> {
        let earliest = self.since.checked_sub(SKEW).unwrap_or(self.since);
        let from = self.state.baseline.as_ref().map_or(earliest, |baseline| baseline.at.min(earliest));
        let (operation, path) = list_of(self.is_reply());
        let mut fields = "id,text,media_type,permalink,timestamp".to_owned();
        if self.is_reply() {
            fields.push_str(",replied_to");
        }
        let params = vec![
            ("fields", fields),
            ("since", (from.as_second() - SKEW.as_secs()).to_string()),
            ("limit", ENTRIES.to_owned()),
        ];
        let (mut listing, mut after) = (Listing::default(), None::<String>);
        for _ in 0..PAGES {
            let mut params = params.clone();
            params.extend(after.map(|after| ("after", after)));
            let page: wire::List<wire::Media> = self.graph.get(operation, path, params).await?;
            after = api::next_cursor(page.paging, page.data.len());
            for media in page.data {
                self.sort(media, earliest, &mut listing);
            }
            if after.is_none() {
                listing.complete = true;
                break;
            }
        }
        Ok(listing)
    }

    fn sort(&self, media: wire::Media, earliest: Timestamp, listing: &mut Listing) {
        let seen = self.state.baseline.as_ref().and_then(|b| b.seen.as_ref());
        let Some(at) = at(&media).filter(|_| seen.is_none_or(|seen| !seen.contains(&media.id))) else {
            return;
        };
        listing.new += usize::from(self.after_baseline(at));
        if !self.fits(&media) || at < earliest {
            return;
        }
        // The network's times are whole seconds.
        if at.as_second() >= self.since.as_second() {
            listing.late.push(media);
        } else {
            listing.early.push(media);
        }
    }

    fn fits(&self, media: &wire::Media) -> bool {
        let text = folded(media.text.as_deref().unwrap_or_default()) == folded(self.content.text);
        let parent = media.replied_to.as_ref().map(|parent| parent.id.as_str());
        let kind = match self.content.media {
            [] => "TEXT_POST",
            [one] if one.kind == MediaKind::Video => "VIDEO",
            [_] => "IMAGE",
            _ => "CAROUSEL_ALBUM",
        };
        let kind = media.media_type.as_deref().is_none_or(|found| found == kind);
        text && kind && (parent.is_none() || parent == self.parent)
    }

    /// By how much the quota grew since the baseline beyond the new posts that can be seen.
    async fn unexplained_growth(&self, new: usize) -> Option<i64> {
        let before = self.state.baseline.as_ref()?.quota_usage?;
        let growth = quota::usage(&self.graph, self.is_reply()).await? - before;
        Some(growth - i64::try_from(new).unwrap_or(i64::MAX)).filter(|rest| *rest > 0)
    }

    fn after_baseline(&self, at: Timestamp) -> bool {
        self.state.baseline.as_ref().is_none_or(|b| at.duration_since(b.at) >= -SKEW)
    }
}

fn at(media: &wire::Media) -> Option<Timestamp> {
    media.timestamp.as_deref().and_then(api::timestamp)
}
