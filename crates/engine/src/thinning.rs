//! Old snapshots are thinned: for as many days as the workspace says every one is kept, before that the last one of each day, for
//! ever.
//!
//! Exact and repeatable: which ones go depends on nothing but the snapshots, the zone and the days. What was thinned once is not looked
//! through again, so a workspace that moves to another zone keeps the days that it had.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::insight::{Span, thinned_until};
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::thinning::{self, Key};
use jiff::tz::TimeZone;

use crate::Engine;

/// Each account has its turn once a day.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Accounts of one upkeep; what is left waits for the next one.
const ACCOUNTS: i64 = 1_000;

/// Snapshots that are forgotten in one transaction. On SQLite every other write waits for it, also that of a commit's intent.
const PIECE: i64 = 200;

impl Engine {
    /// Thins the snapshots of accounts whose turn it is.
    ///
    /// # Errors
    /// [`StoreError`]; what was thinned before stays so.
    pub(crate) async fn thin_snapshots(&self) -> Result<(), StoreError> {
        for (workspace, account) in thinning::due(&self.db, self.clock.now(), ACCOUNTS).await? {
            self.thin_account(workspace, account).await?;
        }
        Ok(())
    }

    async fn thin_account(&self, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
        let Some(state) = thinning::state(&self.db, workspace, account).await? else { return Ok(()) };
        let now = self.clock.now();
        let zone = TimeZone::get(&state.timezone).unwrap_or(TimeZone::UTC);
        let until = thinned_until(state.snapshot_days, now, &zone);
        let from = state.thinned_to.unwrap_or(state.created_at);
        for span in until.map(|until| Span::whole_days(from, until, &zone)).unwrap_or_default() {
            self.thin_span(workspace, account, span).await?;
        }
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    thinning::done(tx, workspace, account, until.max(state.thinned_to), now + AGAIN).await
                })
            })
            .await
    }

    async fn thin_span(
        &self,
        workspace: WorkspaceId,
        account: AccountId,
        span: Span,
    ) -> Result<(), StoreError> {
        let mut after = Key::first();
        loop {
            let keys = thinning::surplus(&self.db, (workspace, account), span, &after, PIECE).await?;
            let Some(last) = keys.last().cloned() else { return Ok(()) };
            after = last;
            self.db
                .write(move |tx| {
                    Box::pin(async move { thinning::forget(tx, workspace, account, &keys).await })
                })
                .await?;
        }
    }
}
