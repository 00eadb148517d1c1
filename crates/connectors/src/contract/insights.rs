//! Numbers that a network shows only to the owner of an account: how far posts reached, how long they were watched, who follows.
//!
//! - A connector MUST ask for metrics that a network may refuse singly in such a way that one refusal loses no other metric, and
//!   name what it lost in [`Found::missing`].
//! - A connector MUST NOT give a number that the network did not give: what is not known has no [`Observation`], and no reason
//!   either when the network simply has no data.
//! - An `Err` is for what concerns all metrics alike: a login that is gone, a limit, an outage.

use async_trait::async_trait;
use carillon_domain::connector_error::ConnectorError;
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
    /// What was refused.
    pub missing: Vec<Missing>,
}

impl Found {
    /// Notes that these metrics did not come: once for each dimension and each code of a cause.
    pub fn lacks(&mut self, metrics: impl IntoIterator<Item = Metric>, cause: &ConnectorError) {
        for metric in metrics {
            let fits = |missing: &Missing| missing.by == metric.by && missing.cause.code == cause.code;
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
