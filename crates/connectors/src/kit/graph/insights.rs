//! Numbers that Meta's networks show to the owner only: asking for them, and reading the forms that they come in.
//!
//! - One metric that the network does not take has the whole call refused. So metrics are asked for in groups, and those of a
//!   group that was refused for one of them one by one.
//! - An empty `data` is no zero: the network has nothing to say (yet), and so has nobody here.
//!
//! Sources: Graph API - Page Insights; Instagram Platform - Insights; Threads API - Insights (copies of 2025-2026).

mod form;
#[cfg(test)]
pub mod shape;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};

use self::form::Insight;
use super::client::{Client, Params};
use super::judge::{Network, object_missing};
use super::wire::List;
use crate::contract::cx::Credential;
use crate::contract::insights::{Found, Metric, Observation, Window, passes};

/// A metric, and how the network's form of it becomes ours.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// What it is.
    pub metric: Metric,
    /// What is taken of it.
    pub take: Take,
}

/// What is taken of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The number as it is; the parts as they are, where the metric is split.
    Plain,
    /// One part only, as the number of a metric of its own.
    Part(&'static str),
    /// The number, so many times: the network counts in larger units than we do.
    Times(i32),
}

/// One line of a platform's table: a metric and what it is asked for with.
#[derive(Debug, Clone, Copy)]
pub struct Row<G> {
    /// The platform's own: call, kind of post, login …
    pub of: G,
    /// The metric.
    pub ask: Ask,
}

impl<G: Copy> Row<G> {
    /// A sum.
    pub const fn sum(of: G, name: &'static str, native: &'static str) -> Self {
        Self { of, ask: Ask { metric: Metric::of(name, native), take: Take::Plain } }
    }

    /// One number per value of a dimension.
    pub const fn split(of: G, name: &'static str, by: &'static str, native: &'static str) -> Self {
        Self { of, ask: Ask { metric: Metric::split(name, by, native), take: Take::Plain } }
    }

    /// The number of one part.
    pub const fn part(of: G, name: &'static str, native: &'static str, part: &'static str) -> Self {
        Self { of, ask: Ask { metric: Metric::of(name, native), take: Take::Part(part) } }
    }

    /// A sum in larger units than ours.
    pub const fn times(of: G, name: &'static str, native: &'static str, times: i32) -> Self {
        Self { of, ask: Ask { metric: Metric::of(name, native), take: Take::Times(times) } }
    }
}

/// The metrics of a table.
pub const fn metrics<G: Copy, const N: usize>(rows: &[Row<G>; N]) -> [Metric; N] {
    let mut metrics = [rows[0].ask.metric; N];
    let mut at = 0;
    while at < N {
        metrics[at] = rows[at].ask.metric;
        at += 1;
    }
    metrics
}

/// What of a table is asked for in one call.
pub fn group<G: Copy>(rows: &[Row<G>], wanted: impl Fn(G) -> bool) -> Vec<Ask> {
    rows.iter().filter(|row| wanted(row.of)).map(|row| row.ask).collect()
}

/// One question; its metrics may be asked for together.
pub struct Question<'a> {
    /// The host with the token.
    pub client: &'a Client<'a>,
    /// The operation, for errors and the journal.
    pub operation: &'static str,
    /// Where it is asked.
    pub url: String,
    /// Everything besides `metric`.
    pub params: Params,
    /// The time that numbers without a time of their own are of; `None` for those since the beginning.
    pub window: Option<Window>,
    /// The metrics.
    pub asks: Vec<Ask>,
}

impl<'a> Question<'a> {
    /// About everything since the beginning.
    pub fn new(
        client: &'a Client<'a>,
        operation: &'static str,
        url: String,
        params: Params,
        asks: Vec<Ask>,
    ) -> Self {
        Self { client, operation, url, params, window: None, asks }
    }

    /// Adds what the network answers to what was found: numbers, or which of them it refused and why.
    ///
    /// # Errors
    /// What concerns all metrics alike: the login and its permission, limits, outages, and an object that is not there. Metrics that
    /// were asked for singly before a limit or an outage are kept.
    pub async fn ask(&self, found: &mut Found) -> Result<(), ConnectorError> {
        let natives = self.natives();
        if natives.is_empty() {
            return Ok(());
        }
        match self.answer().await {
            Ok(observations) => found.observations.extend(observations),
            Err(error) if natives.len() > 1 && self.blames_one(&error) => {
                self.ask_singly(&natives, found).await?;
            }
            Err(error) if self.is_about_numbers(&error) => self.note(&natives, error, found),
            Err(error) => return Err(self.for_all(error)),
        }
        Ok(())
    }

    /// The numbers, in one call.
    ///
    /// # Errors
    /// As the network answered.
    pub async fn answer(&self) -> Result<Vec<Observation>, ConnectorError> {
        self.send(&self.natives()).await
    }

    async fn ask_singly(&self, natives: &[&'static str], found: &mut Found) -> Result<(), ConnectorError> {
        for (n, native) in natives.iter().enumerate() {
            match self.send(&[native]).await {
                Ok(observations) => found.observations.extend(observations),
                Err(error) if self.is_about_numbers(&error) => self.note(&[native], error, found),
                Err(error) => return cut_short(found, self.called(&natives[n..]), self.for_all(error)),
            }
        }
        Ok(())
    }

    /// The metrics that the network calls so.
    fn called(&self, natives: &[&str]) -> Vec<Metric> {
        let asks = self.asks.iter().filter(|ask| natives.contains(&ask.metric.native));
        asks.map(|ask| ask.metric).collect()
    }

    async fn send(&self, natives: &[&str]) -> Result<Vec<Observation>, ConnectorError> {
        let mut params = self.params.clone();
        params.push(("metric", natives.join(",")));
        let list: List<Insight> = self.client.get(self.operation, self.url.clone(), params).await?;
        let wanted = |insight: &Insight| {
            // Some names are asked for in capitals and come back in small letters.
            let asks = self.asks.iter().filter(|ask| ask.metric.native.eq_ignore_ascii_case(&insight.name));
            asks.flat_map(|ask| insight.observations(ask, self.window)).collect::<Vec<_>>()
        };
        Ok(list.data.iter().flat_map(wanted).collect())
    }

    /// The network's names, each once.
    fn natives(&self) -> Vec<&'static str> {
        let mut natives = Vec::new();
        for ask in &self.asks {
            if !natives.contains(&ask.metric.native) {
                natives.push(ask.metric.native);
            }
        }
        natives
    }

    /// Whether one metric may be what the network does not take.
    fn blames_one(&self, error: &ConnectorError) -> bool {
        matches!(error.code.as_str(), "invalid_parameter" | "refused") || self.blames_the_split(error)
    }

    /// A metric that can't be split in the way that is asked for is answered with an error that says nothing (Instagram
    /// Platform - Insights, breakdowns).
    fn blames_the_split(&self, error: &ConnectorError) -> bool {
        let split = self.params.iter().any(|(name, _)| *name == "breakdown");
        split && error.code == "unknown_error" && error.remote.status.is_some_and(|s| (400..500).contains(&s))
    }

    /// Whether numbers were refused, rather than the login or the moment.
    fn is_about_numbers(&self, error: &ConnectorError) -> bool {
        error.kind == ErrorKind::Rejected || self.blames_the_split(error)
    }

    fn note(&self, natives: &[&'static str], error: ConnectorError, found: &mut Found) {
        let title = self.client.network.title;
        let cause = if self.blames_one(&error) {
            let cause = format!("{title} does not give this number, or not in this way.");
            ConnectorError { kind: ErrorKind::Rejected, code: "metric_refused".to_owned(), cause, ..error }
                .with_action("Nothing to do: the other numbers are not affected.")
        } else {
            error
        };
        found.lacks(self.called(natives), &cause);
    }

    fn for_all(&self, error: ConnectorError) -> ConnectorError {
        // An ability that the app lacks is no matter of the login.
        let by_login = error.remote.code.as_deref().and_then(|code| code.parse::<u16>().ok());
        let by_login = by_login.is_none_or(|code| matches!(code, 10 | 200..=299));
        if error.kind == ErrorKind::PermissionMissing && by_login {
            not_allowed(self.client.network, error)
        } else {
            error
        }
    }
}

/// Asks these questions one after the other, up to an outage or a limit: what came until then is kept. A refusal with the code
/// `of_all` would be that of the next question as well, which is not asked then. What is not asked is named as missing for the same.
///
/// # Errors
/// What concerns all metrics alike, as for [one question](Question::ask), as long as there are no numbers.
pub async fn ask_all(
    questions: &[Question<'_>],
    of_all: Option<&str>,
    found: &mut Found,
) -> Result<(), ConnectorError> {
    for (n, question) in questions.iter().enumerate() {
        if let Err(cause) = question.ask(found).await {
            return cut_short(found, asked_for(&questions[n..]), cause);
        }
        let mut causes = found.missing.iter().map(|missing| &missing.cause);
        let ended = causes.find(|cause| passes(cause) || of_all == Some(cause.code.as_str())).cloned();
        // What this question lacks is named already.
        if let Some(cause) = ended {
            found.lacks(asked_for(&questions[n + 1..]), &cause);
            break;
        }
    }
    Ok(())
}

/// Keeps what came before an outage or a limit. That an object is not there (any more) is judged to pass as well, but meets no other
/// object.
fn cut_short(found: &mut Found, rest: Vec<Metric>, cause: ConnectorError) -> Result<(), ConnectorError> {
    if object_missing(&cause) { Err(cause) } else { found.cut_short(rest, cause) }
}

fn asked_for(questions: &[Question<'_>]) -> Vec<Metric> {
    questions.iter().flat_map(|question| &question.asks).map(|ask| ask.metric).collect()
}

/// What was found of a post: nothing, when the network does not know it.
///
/// # Errors
/// All but that.
pub fn unless_unknown(result: Result<(), ConnectorError>) -> Result<(), ConnectorError> {
    match result {
        Err(error) if object_missing(&error) => Ok(()),
        other => other,
    }
}

/// Sees that the login gave a permission, as far as the network said which it gave.
///
/// # Errors
/// `PermissionMissing` when it did not.
pub fn require(
    network: &Network,
    operation: &str,
    credential: &Credential,
    scope: &str,
) -> Result<(), ConnectorError> {
    if credential.scopes.is_empty() || credential.scopes.iter().any(|granted| granted == scope) {
        return Ok(());
    }
    let kind = ErrorKind::PermissionMissing;
    Err(not_allowed(network, ConnectorError::new(kind, network.name, operation, "", "")))
}

/// The missing permission, in words that tell it from one that publishing needs.
fn not_allowed(network: &Network, error: ConnectorError) -> ConnectorError {
    let cause = format!("{} was not allowed to show Carillon its insights.", network.title);
    ConnectorError { code: "insights_not_allowed".to_owned(), cause, ..error }
        .with_action("Connect the account again and allow insights. Publishing goes on without them.")
}
