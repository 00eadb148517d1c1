//! What was found, asked for and put so that tests can compare it with what is on offer.

use std::collections::BTreeSet;

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::metric::definition;
use carillon_domain::time::Clock;

use crate::conformance::Session;
use crate::contract::insights::{Found, Metric, Observation};

/// Our name, by what it is split, and the network's name.
pub type Shape<'a> = (&'a str, Option<&'a str>, &'a str);

/// What was given.
pub fn shapes<'a>(seen: impl IntoIterator<Item = &'a Observation>) -> BTreeSet<Shape<'a>> {
    seen.into_iter().map(|o| (o.metric, o.part.as_ref().map(|(by, _)| *by), o.native)).collect()
}

/// What is on offer; each of it is defined.
pub fn offered(metrics: &[Metric]) -> BTreeSet<Shape<'_>> {
    for metric in metrics {
        assert!(definition(metric.name).is_some(), "{} has no definition", metric.name);
    }
    metrics.iter().map(|m| (m.name, m.by, m.native)).collect()
}

/// What was found of one metric.
pub fn of<'a>(found: &'a Found, metric: &str) -> Vec<&'a Observation> {
    found.observations.iter().filter(|o| o.metric == metric).collect()
}

/// The numbers of posts, as if they had just become public.
///
/// # Errors
/// As the connector.
pub async fn fresh(session: &Session<'_>, ids: &[&str]) -> Result<Vec<Found>, ConnectorError> {
    let now = session.bench.clock.now();
    let posts: Vec<_> = ids.iter().map(|id| (*id, now)).collect();
    session.post_numbers(&posts).await
}
