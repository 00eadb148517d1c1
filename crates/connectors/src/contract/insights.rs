//! Numbers that a network shows only to the owner of an account: how far posts reached, how long they were watched, who follows.
//!
//! - A connector MUST ask for metrics that a network may refuse singly in such a way that one refusal loses no other metric, and
//!   name what it lost in [`Found::missing`].
//! - A connector MUST NOT give a number that the network did not give: what is not known has no [`Observation`], and no reason
//!   either when the network simply has no data.
//! - An `Err` is for what concerns all metrics alike: a login that is gone, a limit, an outage.
//! - A limit or an outage that comes when there are numbers already MUST NOT lose them: what is left is named as missing for that
//!   cause, and the connector SHOULD ask nothing more.

use async_trait::async_trait;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;
use serde::Serialize;

use super::cx::Cx;

/// What a network tells the owner, as data. The capability matrix shows it, and the conformance suite sees that each metric comes.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Offers {
    /// Metrics of the account in a window. Empty: there are none.
    pub account: &'static [Metric],
    /// Metrics of a post since it was published. One that has another name at the network for another kind of post, a story's views for
    /// example, stands here once for each name; no post has both.
    pub post: &'static [Metric],
    /// Metrics of those who follow or watch, each split by a dimension.
    pub audience: &'static [Metric],
    /// Most posts that one call to [`Insights::posts`] takes; at least 1 where `post` is not empty.
    pub posts_at_once: usize,
    /// Longest window that one call to [`Insights::account`] takes, days.
    pub window_days: u16,
}

/// A metric that a network may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// Our name, defined in `carillon_domain::metric`.
    pub name: &'static str,
    /// By what it is split, `country` for example; `None` for a sum.
    pub by: Option<&'static str>,
    /// The network's name for it.
    pub native: &'static str,
}

impl Metric {
    /// A sum.
    pub const fn of(name: &'static str, native: &'static str) -> Self {
        Self { name, by: None, native }
    }

    /// One number per value of a dimension.
    pub const fn split(name: &'static str, by: &'static str, native: &'static str) -> Self {
        Self { name, by: Some(by), native }
    }
}

/// A span of time; its first instant belongs to it, its last one does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// Our name of the metric.
    pub metric: &'static str,
    /// Of what part of it: dimension and value, `("country", "DE")`. Values are the network's own words.
    pub part: Option<(&'static str, String)>,
    /// The time in which it was counted, as the network cut it, so perhaps not as it was asked. `None`: from the beginning until now.
    pub window: Option<Window>,
    /// The value, in the unit of the metric's definition.
    pub value: i64,
    /// The network's name for it.
    pub native: &'static str,
}

/// Metrics that did not come although the network has them: sums, or splits by one dimension. Of a metric the sum may come and a split
/// not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Our names, each once.
    pub metrics: Vec<&'static str>,
    /// By what they would have been split; `None` for sums.
    pub by: Option<&'static str>,
    /// Why.
    pub cause: ConnectorError,
}

impl Missing {
    /// Whether this metric is among them, split as it is.
    pub fn names(&self, metric: &Metric) -> bool {
        self.by == metric.by && self.metrics.contains(&metric.name)
    }

    /// All of these metrics, for one cause.
    pub fn all(metrics: impl IntoIterator<Item = Metric>, cause: &ConnectorError) -> Vec<Self> {
        let mut found = Found::default();
        found.lacks(metrics, cause);
        found.missing
    }
}

/// What one question brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The numbers.
    pub observations: Vec<Observation>,
    /// What did not come, and why.
    pub missing: Vec<Missing>,
}

/// Whether a cause is of the moment, an outage or a limit: another question might meet it, too, but it says nothing of the login or
/// of what was asked for.
pub fn passes(cause: &ConnectorError) -> bool {
    use ErrorKind::{AuthExpired, AuthRevoked, PermissionMissing, Rejected};
    !matches!(cause.kind, AuthExpired | AuthRevoked | PermissionMissing | Rejected)
}

impl Found {
    /// Nothing came of all these metrics.
    pub fn without(offered: &[Metric], cause: &ConnectorError) -> Self {
        Self { observations: Vec::new(), missing: Missing::all(offered.iter().copied(), cause) }
    }

    /// Whether there is a number of this metric, split as it is.
    pub fn has(&self, metric: &Metric) -> bool {
        let by = |seen: &Observation| seen.part.as_ref().map(|(dimension, _)| *dimension);
        self.observations.iter().any(|seen| seen.metric == metric.name && by(seen) == metric.by)
    }

    /// Notes that these metrics did not come: once for each dimension, and each code and kind of a cause.
    pub fn lacks(&mut self, metrics: impl IntoIterator<Item = Metric>, cause: &ConnectorError) {
        let same = |other: &ConnectorError| (&other.code, &other.kind) == (&cause.code, &cause.kind);
        for metric in metrics {
            let fits = |missing: &Missing| missing.by == metric.by && same(&missing.cause);
            let at = self.missing.iter().position(fits).unwrap_or_else(|| {
                let cause = cause.clone();
                self.missing.push(Missing { metrics: Vec::new(), by: metric.by, cause });
                self.missing.len() - 1
            });
            if !self.missing[at].names(&metric) {
                self.missing[at].metrics.push(metric.name);
            }
        }
    }

    /// Ends the asking for a cause that would meet the rest as well: numbers that came are kept, and the rest is named as missing.
    ///
    /// # Errors
    /// The cause, if there is nothing to keep, or if it is more than an outage or a limit.
    pub fn cut_short(
        &mut self,
        rest: impl IntoIterator<Item = Metric>,
        cause: ConnectorError,
    ) -> Result<(), ConnectorError> {
        if self.observations.is_empty() || !passes(&cause) {
            return Err(cause);
        }
        self.lacks(rest, &cause);
        Ok(())
    }

    /// The outage or limit that ended the asking.
    pub fn ended_by(&self) -> Option<&ConnectorError> {
        self.missing.iter().map(|missing| &missing.cause).find(|cause| passes(cause))
    }
}

/// The answers about posts that are asked about one after the other, up to the first outage or limit.
#[derive(Debug)]
pub struct OneByOne {
    offered: &'static [Metric],
    all: Vec<Found>,
    ended_by: Option<ConnectorError>,
}

impl OneByOne {
    /// None yet; these metrics are named of posts that are not asked about any more.
    pub fn new(offered: &'static [Metric]) -> Self {
        Self { offered, all: Vec::new(), ended_by: None }
    }

    /// Whether the next post is to be asked about.
    pub fn goes_on(&self) -> bool {
        self.ended_by.is_none()
    }

    /// Takes the answer about the next post.
    ///
    /// # Errors
    /// That of the answer, unless it is an outage or a limit and there are numbers of earlier posts.
    pub fn push(&mut self, answer: Result<Found, ConnectorError>) -> Result<(), ConnectorError> {
        let something = self.all.iter().any(|found| !found.observations.is_empty());
        let found = match answer {
            Err(cause) if something && passes(&cause) => Found::without(self.offered, &cause),
            answer => answer?,
        };
        self.ended_by = found.ended_by().cloned();
        self.all.push(found);
        Ok(())
    }

    /// An answer for each of so many posts.
    pub fn fill(mut self, posts: usize) -> Vec<Found> {
        if let Some(cause) = self.ended_by {
            self.all.resize_with(posts, || Found::without(self.offered, &cause));
        }
        self.all
    }
}

/// A post to ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostRef<'a> {
    /// The network's id, in the form that publishing reports.
    pub remote_id: &'a str,
    /// When it became public; networks answer for some time only.
    pub published_at: Timestamp,
}

/// Reads what a network tells the owner.
#[async_trait]
pub trait Insights: Send + Sync {
    /// What there is to read. Pure.
    fn offers(&self) -> &'static Offers;

    /// Numbers of the account in a window of at most [`Offers::window_days`].
    ///
    /// # Errors
    /// What concerns all of them; see the [module](self).
    async fn account(&self, cx: &Cx<'_>, window: Window) -> Result<Found, ConnectorError>;

    /// Numbers of posts, one answer for each in their order; an empty one for a post that the network does not know.
    ///
    /// # Errors
    /// What concerns all of them; see the [module](self).
    async fn posts(&self, cx: &Cx<'_>, posts: &[PostRef<'_>]) -> Result<Vec<Found>, ConnectorError>;

    /// Who follows or watches, where [`Offers::audience`] is not empty.
    ///
    /// # Errors
    /// What concerns all of them; see the [module](self).
    async fn audience(&self, cx: &Cx<'_>) -> Result<Found, ConnectorError>;
}
