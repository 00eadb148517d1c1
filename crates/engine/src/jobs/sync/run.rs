//! One run: as far as it gets now.

use carillon_connectors::contract::reader::{PostPage, RemotePost};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::sync::SyncState;
use carillon_domain::time::Timestamp;
use carillon_store::repo::sync_run::{self, SyncRunRow};

use super::account::Read;
use super::ending::{self, Stop};
use super::{MAX_PAGES, MAX_POSTS, Position, Target, WINDOW, keep};
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
        let mut account = Read::open(self.engine, &self.row).await?;
        while !self.position.complete {
            let step = self.step(&mut account).await;
            self.row.calls += account.access.take_calls();
            match step {
                Err(Stop::Remote(error)) if error.kind == ErrorKind::AuthExpired && !self.refreshed => {
                    self.refreshed = true;
                    account.access.refresh(self.engine).await?;
                }
                step => step?,
            }
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
        let posts = self.take(page, as_of);
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
        self.position.complete = !account.reader.can_list(&profile.identity);
        self.row.calls += account.access.take_calls();
        self.position.save(&mut self.row);
        keep::profile(self.engine, self.lease, &self.row, &account.access.row, &profile).await?;
        account.access.learn_person(self.engine).await?;
        account.access.became(profile.identity);
        Ok(())
    }

    /// The posts of a page that are wanted; moves the position behind it.
    fn take(&mut self, page: PostPage, as_of: Timestamp) -> Vec<RemotePost> {
        let position = &mut self.position;
        let oldest = as_of - WINDOW;
        let is_first = position.pages == 0;
        let beyond = page.posts.last().is_some_and(|post| post.published_at < oldest);
        let room = MAX_POSTS.saturating_sub(position.posts);
        let mut posts = page.posts;
        posts.retain(|post| is_first || post.published_at >= oldest);
        posts.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        position.pages += 1;
        position.posts += u32::try_from(posts.len()).unwrap_or(u32::MAX);
        // A network that leads back to the same page would be read for ever.
        let next = page.next.filter(|next| position.cursor.as_ref() != Some(next));
        let enough = beyond || position.posts >= MAX_POSTS || position.pages >= MAX_PAGES;
        position.complete = enough || next.is_none();
        position.cursor = next.filter(|_| !position.complete);
        posts
    }
}

/// Numbers of one account must never be kept as another's.
fn somebody_else(platform: &str) -> ConnectorError {
    let cause = "The network answered with another account than the one that is connected.";
    ConnectorError::new(ErrorKind::Rejected, platform, "sync", "other_account", cause)
        .with_action("Connect the account again.")
}
