//! A publication step by step, for tests that look at what lies between the steps.

use std::time::Duration;

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::Draft;
use carillon_domain::time::Clock;

use super::Session;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::http::CommitPermit;

impl Session<'_> {
    /// Prepares a draft until only its first commit remains, five seconds a step.
    ///
    /// # Panics
    /// When a step fails, or it never ends.
    pub async fn prepared(&self, draft: &Draft) -> Progress {
        let credential = self.credential();
        let mut progress = self.publisher().start(&self.cx(&credential), draft).unwrap();
        for _ in 0..100 {
            if matches!(progress.stage, Stage::Ready { .. }) {
                return progress;
            }
            self.bench.clock.advance(Duration::from_secs(5));
            progress = self.advance(draft, progress).await;
        }
        panic!("never ready: {progress:?}");
    }

    /// One step of the preparation.
    ///
    /// # Panics
    /// When it fails.
    pub async fn advance(&self, draft: &Draft, progress: Progress) -> Progress {
        let credential = self.credential();
        self.publisher().advance(&self.cx(&credential), draft, progress).await.unwrap()
    }

    /// Commits the first unit: the intent, and what came of it.
    pub async fn commit(
        &self,
        draft: &Draft,
        progress: Progress,
    ) -> (Progress, Result<Progress, ConnectorError>) {
        let open = progress.at(Stage::Committing { unit: 0, since: self.bench.clock.now() });
        let credential = self.credential();
        let result = self.commit_with(&self.cx(&credential), draft, open.clone()).await;
        (open, result)
    }

    /// Sends the commit that is open.
    ///
    /// # Errors
    /// As the connector.
    pub async fn commit_with(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        open: Progress,
    ) -> Result<Progress, ConnectorError> {
        let permit = CommitPermit::after_durable_intent(cx.clock.monotonic() + Duration::from_secs(60));
        self.publisher().commit(cx, draft, open, permit).await
    }

    /// Looks for an open commit.
    ///
    /// # Panics
    /// When looking fails.
    pub async fn look(&self, draft: &Draft, open: &Progress) -> Reconciliation {
        let credential = self.credential();
        self.publisher().reconcile(&self.cx(&credential), draft, open).await.unwrap()
    }
}
