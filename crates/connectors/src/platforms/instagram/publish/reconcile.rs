//! Whether an open `media_publish` had its effect.
//!
//! The container is the witness: `PUBLISHED` means live, and still `FINISHED` minutes later means not published, so that the
//! same container may be published again. No call leads from a container to its post, so the post is looked for by caption,
//! kind and time among those that were not there before; the newest one is never taken unseen.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{self, Graph};
use super::super::options::Kind;
use super::super::{errors, text, wire};
use super::container::{Status, read_status};
use super::quota::{self, edge_of};
use super::state::{Baseline, State};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;

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
    let state = State::of(progress)?;
    let Some(container) = state.root.clone() else {
        return Ok(Reconciliation::Absent(progress.clone().at(Stage::Preparing { unit: 0 })));
    };
    let graph = Graph::of(cx);
    let look = Look { cx, graph, draft, progress, state, since };
    match read_status(&look.graph, &container.id).await {
        Ok(Status::Published) => look.published().await,
        Ok(Status::Finished) => look.finished().await,
        Ok(Status::InProgress) => {
            // Not ready means that the publish was refused; it becomes ready without becoming public.
            let state = State {
                root: Some(super::state::Container { finished: false, ..container }),
                ..look.state.clone()
            };
            let again = state.stored_in(progress.clone()).at(Stage::Preparing { unit: 0 });
            look.absent_unless_found(again, "the container is still being processed").await
        }
        Ok(Status::Expired) => look.spent("the container has expired unpublished").await,
        Ok(Status::Failed(_)) => look.spent("the container has failed").await,
        Err(error) if errors::object_missing(&error) || error.kind == ErrorKind::PermissionMissing => {
            look.blind("the container can't be read").await
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

/// What the account's list showed.
enum Listed {
    One(Box<wire::Media>),
    /// None, and so many posts that were not there before.
    None {
        new: usize,
    },
    Several(usize),
}

impl Look<'_> {
    async fn published(&self) -> Result<Reconciliation, ConnectorError> {
        match self.list().await? {
            Listed::One(media) => Ok(self.found(media)),
            Listed::None { .. } => Ok(self.unknown(
                PATIENCE,
                "Instagram says that the post is public, but it is not in the account's list yet.".to_owned(),
            )),
            Listed::Several(n) => Ok(self.unknown(
                SignedDuration::ZERO,
                format!("Instagram says that the post is public; {n} new posts look like it, so which one is not known."),
            )),
        }
    }

    async fn finished(&self) -> Result<Reconciliation, ConnectorError> {
        let listed = self.list().await?;
        let new = match listed {
            Listed::One(media) => return Ok(self.found(media)),
            Listed::Several(n) => {
                let evidence = format!("The container is unpublished, but {n} new posts look like this one.");
                return Ok(self.unknown(SignedDuration::ZERO, evidence));
            }
            Listed::None { new } => new,
        };
        if !self.older_than(LAG) {
            return Ok(self.unknown(
                LAG,
                "The post is not in the account's list, and its container is unpublished.".to_owned(),
            ));
        }
        if let Some(growth) = self.unexplained_growth(new).await {
            let evidence = format!(
                "The container is unpublished and the post is not in the account's list, but Instagram counts {growth} more \
                 publication(s) than it shows."
            );
            return Ok(self.unknown(PATIENCE, evidence));
        }
        Ok(Reconciliation::Absent(self.again()))
    }

    /// The container can't become public any more. Only the list can still show that it did.
    async fn spent(&self, why: &str) -> Result<Reconciliation, ConnectorError> {
        let mut state = self.state.clone();
        state.start_over();
        let anew = state.stored_in(self.progress.clone()).at(Stage::Preparing { unit: 0 });
        if !self.older_than(LAG) {
            if let Listed::One(media) = self.list().await? {
                return Ok(self.found(media));
            }
            return Ok(self.unknown(LAG, format!("The post is not in the account's list; {why}.")));
        }
        self.absent_unless_found(anew, why).await
    }

    async fn absent_unless_found(
        &self,
        absent: Progress,
        why: &str,
    ) -> Result<Reconciliation, ConnectorError> {
        Ok(match self.list().await? {
            Listed::One(media) => self.found(media),
            Listed::None { .. } => Reconciliation::Absent(absent),
            Listed::Several(n) => {
                self.unknown(SignedDuration::ZERO, format!("{n} new posts look like this one, yet {why}."))
            }
        })
    }

    /// Without the container the list can prove presence, never absence.
    async fn blind(&self, why: &str) -> Result<Reconciliation, ConnectorError> {
        match self.list().await {
            Ok(Listed::One(media)) => Ok(self.found(media)),
            Ok(_) => {
                Ok(self
                    .unknown(PATIENCE, format!("The post is not clearly in the account's list, and {why}.")))
            }
            Err(error) if errors::object_missing(&error) => {
                Ok(self.unknown(PATIENCE, format!("Instagram shows neither the account's list, and {why}.")))
            }
            Err(error) => Err(error),
        }
    }

    fn found(&self, media: Box<wire::Media>) -> Reconciliation {
        let at = media.timestamp.as_deref().and_then(api::timestamp).unwrap_or_else(|| self.cx.clock.now());
        let progress = State { refusal: None, ..self.state.clone() }.stored_in(self.progress.clone());
        Reconciliation::Found(progress.committed(0, media.id, media.permalink, at))
    }

    /// Absent: the same container again, unless the network had refused it for a cause that will not go away by itself.
    fn again(&self) -> Progress {
        let stage = match self.state.refusal {
            Some(_) => Stage::Preparing { unit: 0 },
            None => Stage::Ready { unit: 0 },
        };
        self.progress.clone().at(stage)
    }

    fn unknown(&self, patience: SignedDuration, evidence: String) -> Reconciliation {
        unknown(self.cx.clock.now(), self.since, patience, evidence)
    }

    fn older_than(&self, age: SignedDuration) -> bool {
        self.cx.clock.now().duration_since(self.since) >= age
    }

    /// Looks for the post among those that were not there before the commit.
    async fn list(&self) -> Result<Listed, ConnectorError> {
        let new = self.new_entries(self.state.kind).await?;
        let wanted = text::folded(&self.draft.root.text);
        let fits = |media: &&wire::Media| {
            kind_fits(self.state.kind, media)
                && (self.state.kind == Kind::Story
                    || text::folded(media.caption.as_deref().unwrap_or("")) == wanted)
        };
        let candidates: Vec<&wire::Media> = new.iter().filter(fits).collect();
        // An equal post of minutes before is told apart by time, as far as the clocks agree.
        let late = |media: &&&wire::Media| at(media).is_some_and(|t| t.as_second() >= self.since.as_second());
        let strict: Vec<&&wire::Media> = candidates.iter().filter(late).collect();
        let pick = match (candidates.len(), strict.as_slice()) {
            (0, _) => return Ok(Listed::None { new: new.len() }),
            (1, _) => candidates[0].id.clone(),
            (_, [one]) => one.id.clone(),
            (several, _) => return Ok(Listed::Several(several)),
        };
        let media = new.into_iter().find(|media| media.id == pick);
        Ok(media.map_or(Listed::None { new: 0 }, |media| Listed::One(Box::new(media))))
    }

    async fn new_entries(&self, kind: Kind) -> Result<Vec<wire::Media>, ConnectorError> {
        let (operation, edge) = edge_of(kind);
        let fields = "id,caption,media_type,media_product_type,permalink,timestamp";
        let params = vec![("fields", fields.to_owned()), ("limit", "50".to_owned())];
        let path = format!("{}/{edge}", self.cx.account.remote_id);
        let page: wire::Page<wire::Media> = self.graph.get(operation, &path, params).await?;
        let earliest = self.since.checked_sub(SKEW).unwrap_or(self.since);
        let seen =
            self.state.baseline.as_ref().filter(|_| kind == self.state.kind).and_then(|b| b.seen.as_ref());
        let new = page.data.into_iter().filter(|media| {
            at(media).is_some_and(|t| t >= earliest) && !seen.is_some_and(|seen| seen.contains(&media.id))
        });
        Ok(new.collect())
    }

    /// By how much the quota grew since the baseline beyond the new posts that can be seen.
    async fn unexplained_growth(&self, listed: usize) -> Option<i64> {
        let Baseline { quota_usage: Some(before), .. } = self.state.baseline.as_ref()? else { return None };
        let growth = quota::usage(self.cx, &self.graph).await? - before;
        if growth <= 0 {
            return None;
        }
        let other = if self.state.kind == Kind::Story { Kind::Image } else { Kind::Story };
        let elsewhere = self.new_entries(other).await.map_or(0, |entries| entries.len());
        let explained = i64::try_from(listed + elsewhere).unwrap_or(i64::MAX);
        Some(growth - explained).filter(|rest| *rest > 0)
    }
}

/// Not known: look again with growing pauses until `patience` has passed since the commit, then a person decides.
pub(super) fn unknown(
    now: Timestamp,
    since: Timestamp,
    patience: SignedDuration,
    evidence: String,
) -> Reconciliation {
    let age = now.duration_since(since);
    let pause = (age / 2).clamp(SignedDuration::from_secs(20), SignedDuration::from_mins(15));
    let look_again_at = (age < patience).then(|| now.checked_add(pause.min(patience - age)).ok()).flatten();
    Reconciliation::Unknown { look_again_at, evidence }
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
