//! Old snapshots are thinned: for as many days as the workspace says every one is kept, before that the last one of each day, for
//! ever. So are the numbers that networks told the owner, answer by answer; and where a network sets a bound to how long those may be
//! kept, they go then.
//!
//! Exact and repeatable: which ones go depends on nothing but the snapshots, the zone and the days. What was thinned once is not looked
//! through again, so a workspace that moves to another zone keeps the days that it had.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::insight::{Span, thinned_until};
use carillon_domain::schedule::zone_or_utc;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::owner::aging;
use carillon_store::repo::thinning::{self, Key};

use crate::Engine;

/// Each account has its turn once a day.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// Accounts of one upkeep; what is left waits for the next one.
const ACCOUNTS: i64 = 1_000;

/// Snapshots that are forgotten in one transaction. On SQLite every other write waits for it, also that of a commit's intent.
const PIECE: i64 = 200;

/// Answers of networks that are looked up at once.
const ANSWERS: i64 = 200;

/// Those of them that are forgotten in one transaction: one has some dozens of numbers, each a row.
const FEW_ANSWERS: usize = 5;

/// Most such transactions of one upkeep; what is left waits for the next one.
const MOST_PIECES: usize = 1_000;

impl Engine {
    /// Thins the snapshots of accounts whose turn it is. One that fails has its turn again the next day, and stops no other.
    ///
    /// # Errors
    /// [`StoreError`] when nobody can say whose turn it is.
    pub(crate) async fn thin_snapshots(&self) -> Result<(), StoreError> {
        let mut pieces = MOST_PIECES;
        for (workspace, account) in thinning::due(&self.db, self.clock.now(), ACCOUNTS).await? {
            if let Err(error) = self.thin_account(workspace, account, &mut pieces).await {
                tracing::error!(%account, %error, "snapshots could not be thinned");
            }
            if pieces == 0 {
                break;
            }
        }
        Ok(())
    }

    async fn thin_account(
        &self,
        workspace: WorkspaceId,
        account: AccountId,
        pieces: &mut usize,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let whose = (workspace, account);
        let claimed: Result<bool, StoreError> = self
            .db
            .write(move |tx| Box::pin(async move { thinning::claim(tx, whose, now, now + AGAIN).await }))
            .await;
        if !claimed? {
            return Ok(());
        }
        let Some(state) = thinning::state(&self.db, workspace, account).await? else { return Ok(()) };
        if !self.let_go(whose, &state.platform, pieces).await? {
            return self.thinned(whose, None, now).await;
        }
        let zone = zone_or_utc(&state.timezone);
        let until = thinned_until(state.snapshot_days, now, &zone);
        let from = state.thinned_to.unwrap_or(state.created_at);
        for span in until.map(|until| Span::whole_days(from, until, &zone)).unwrap_or_default() {
            if !self.thin_span(whose, span, pieces).await? || !self.thin_answers(whose, span, pieces).await? {
                // The rest of it is the first thing of the next upkeep.
                return self.thinned(whose, None, now).await;
            }
        }
        self.thinned(whose, until.max(state.thinned_to), now + AGAIN).await
    }

    async fn thinned(
        &self,
        (workspace, account): (WorkspaceId, AccountId),
        to: Option<Timestamp>,
        again_at: Timestamp,
    ) -> Result<(), StoreError> {
        let done = self.db.write(move |tx| {
            Box::pin(async move { thinning::done(tx, workspace, account, to, again_at).await })
        });
        done.await
    }

    /// Whether all of it is thinned; else there are no pieces left.
    async fn thin_span(
        &self,
        whose: (WorkspaceId, AccountId),
        span: Span,
        pieces: &mut usize,
    ) -> Result<bool, StoreError> {
        let mut after = Key::first();
        loop {
            let keys = thinning::surplus(&self.db, whose, span, &after, PIECE).await?;
            let Some(last) = keys.last().cloned() else { return Ok(true) };
            if *pieces == 0 {
                return Ok(false);
            }
            *pieces -= 1;
            after = last;
            self.db
                .write(move |tx| Box::pin(async move { thinning::forget(tx, whose.0, whose.1, &keys).await }))
                .await?;
        }
    }

    /// Likewise for what networks told the owner.
    async fn thin_answers(
        &self,
        whose: (WorkspaceId, AccountId),
        span: Span,
        pieces: &mut usize,
    ) -> Result<bool, StoreError> {
        loop {
            let keys = aging::surplus(&self.db, whose, span, ANSWERS).await?;
            if keys.is_empty() {
                return Ok(true);
            }
            if !self.forget_answers(whose, &keys, pieces).await? {
                return Ok(false);
            }
        }
    }

    /// Forgets what the network does not allow to be kept any longer. Whether that was all of it; else there are no pieces left.
    async fn let_go(
        &self,
        whose: (WorkspaceId, AccountId),
        platform: &str,
        pieces: &mut usize,
    ) -> Result<bool, StoreError> {
        let days = self.networks.connector(platform).and_then(|connector| connector.owner_numbers_days());
        let Some(days) = days else { return Ok(true) };
        // Each account has its turn once a day, so that nothing must be left that would grow too old before the next one.
        let before = self.clock.now() - SignedDuration::from_hours(24 * i64::from(days)) + AGAIN;
        loop {
            let keys = aging::old(&self.db, whose, before, ANSWERS).await?;
            if keys.is_empty() {
                break;
            }
            if !self.forget_answers(whose, &keys, pieces).await? {
                return Ok(false);
            }
        }
        let forgotten: Result<(), StoreError> = self
            .db
            .write(move |tx| Box::pin(async move { aging::forget_looks(tx, whose.0, whose.1, before).await }))
            .await;
        forgotten.map(|()| true)
    }

    /// Forgets these answers, a few at a time. Whether all of them; else there are no pieces left.
    async fn forget_answers(
        &self,
        whose: (WorkspaceId, AccountId),
        keys: &[aging::Key],
        pieces: &mut usize,
    ) -> Result<bool, StoreError> {
        for few in keys.chunks(FEW_ANSWERS) {
            if *pieces == 0 {
                return Ok(false);
            }
            *pieces -= 1;
            let few = few.to_vec();
            self.db
                .write(move |tx| Box::pin(async move { aging::forget(tx, whose.0, whose.1, &few).await }))
                .await?;
        }
        Ok(true)
    }
}
