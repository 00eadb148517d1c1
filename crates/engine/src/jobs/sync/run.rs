//! One run: as far as it gets now.

use carillon_connectors::contract::reader::{PostPage, RemotePost};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::sync::{SyncKind, SyncState};
use carillon_domain::time::Timestamp;
use carillon_store::repo::sync_run::{self, SyncRunRow};

use super::account::Read;
use super::ending::{self, Stop};
use super::{Position, Target, keep, owner};
use crate::Engine;
use crate::jobs::{JobError, Lease, Next};

/// Brings the run as far as it gets now, and says when to come back.
///
/// # Errors
/// [`JobError`] when the lease was lost or the database failed; the run goes on from what was saved.
pub async fn run(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    let found = sync_run::find(&engine.db, target.workspace, target.run).await?;
    let Some(row) = found.filter(|row| row.state.is_open()) else { return Ok(Next::Finished) };
    let mut run = Run { engine, lease, position: Position::of(&row), row, refreshed: false };
    run.row.state = SyncState::Running;
    run.row.started_at.get_or_insert(engine.clock.now());
    run.row.next_at = None;
    run.position.began.get_or_insert(engine.clock.now());
    keep::run(engine, lease, &run.row).await?;
    match Box::pin(run.read()).await {
        Ok(()) => ending::done(run).await,
        Err(stop) => ending::stopped(run, stop).await,
    }
}

pub(super) struct Run<'a> {
    pub engine: &'a Engine,
    pub lease: &'a Lease,
    pub row: SyncRunRow,
    pub position: Position,
    pub refreshed: bool,
}

impl Run<'_> {
    async fn read(&mut self) -> Result<(), Stop> {
        let mut account = Read::open(self.engine, &self.row, !self.position.scheduled).await?;
        while !self.position.complete {
            let step = self.step(&mut account).await;
            self.row.calls += account.access.take_calls();
            match step {
                Err(Stop::Remote(error)) if error.kind == ErrorKind::AuthExpired && !self.refreshed => {
                    self.refreshed = true;
                    account.access.refresh(self.engine).await?;
                }
                Err(Stop::Remote(_)) if account.access.is_spent() => return Err(Stop::Spent),
                step => step?,
            }
        }
        if self.position.owner {
            owner::read(self, &mut account).await?;
        }
        Ok(())
    }

    /// The profile, or the next page of posts.
    async fn step(&mut self, account: &mut Read) -> Result<(), Stop> {
        if !self.position.profile {
            return self.profile(account).await;
        }
        let cursor = self.position.cursor.clone();
        let page = account.reader.posts(&account.access.cx(self.engine), cursor.as_deref()).await?;
        let as_of = self.engine.clock.now();
        let posts = take(self.row.kind, &mut self.position, page, as_of);
        self.row.calls += account.access.take_calls();
        self.row.items += u32::try_from(posts.len()).unwrap_or(u32::MAX);
        self.position.save(&mut self.row);
        keep::posts(self.engine, self.lease, &self.row, posts, as_of).await?;
        Ok(())
    }

    async fn profile(&mut self, account: &mut Read) -> Result<(), Stop> {
        let profile = account.reader.profile(&account.access.cx(self.engine)).await?;
        if profile.identity.remote_id != account.access.row.remote_id {
            return Err(somebody_else(&account.access.row.platform).into());
        }
        self.position.profile = true;
        if !account.reader.can_list(&profile.identity) {
            self.position.complete = true;
            // No post was looked at, so none is missing.
            self.position.back_to = self.position.began;
        }
        self.row.calls += account.access.take_calls();
        self.position.save(&mut self.row);
        keep::profile(self.engine, self.lease, &self.row, &account.access.row, &profile).await?;
        account.access.learn_person(self.engine).await?;
        account.access.became(profile.identity);
        Ok(())
    }
}

/// The posts of a page that are wanted by a reading of this kind; moves its position behind them.
pub(super) fn take(
    kind: SyncKind,
    position: &mut Position,
    page: PostPage,
    as_of: Timestamp,
) -> Vec<RemotePost> {
    let limit = kind.window().map(|window| as_of - window);
    let is_due = |post: &RemotePost| limit.is_none_or(|limit| post.published_at >= limit);
    let keeps_all = position.pages == 0 && kind.keeps_first_page();
    let beyond = page.posts.last().is_some_and(|post| !is_due(post));
    let mut posts = page.posts;
    posts.retain(|post| keeps_all || is_due(post));
    let room = usize::try_from(kind.most_posts().saturating_sub(position.posts)).unwrap_or(usize::MAX);
    posts.truncate(room);
    position.pages += 1;
    position.posts += u32::try_from(posts.len()).unwrap_or(u32::MAX);
    position.oldest = posts.iter().map(|post| post.published_at).chain(position.oldest).min();
    // A network that leads back to the same page would be read for ever.
    let next = page.next.filter(|next| position.cursor.as_ref() != Some(next));
    let enough = position.posts >= kind.most_posts() || position.pages >= kind.most_pages();
    position.back_to = match limit {
        _ if enough => Some(position.oldest.unwrap_or(as_of)),
        limit => limit.map(|limit| position.oldest.map_or(limit, |oldest| oldest.min(limit))),
    };
    position.complete = enough || beyond || next.is_none();
    position.cursor = next.filter(|_| !position.complete);
    posts
}

/// Numbers of one account must never be kept as another's.
fn somebody_else(platform: &str) -> ConnectorError {
    let cause = "The network answered with another account than the one that is connected.";
    ConnectorError::new(ErrorKind::Rejected, platform, "sync", "other_account", cause)
        .with_action("Connect the account again.")
}
