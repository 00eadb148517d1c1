//! The loop of a worker node: sleep exactly to the next due job, claim, run beside others, write back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use carillon_domain::id::JobId;
use carillon_domain::time::{SignedDuration, random_bytes};
use carillon_store::Db;
use carillon_store::repo::job::{self, Closed, PlaceKind, Room};
use carillon_store::repo::lease::{self, Due, Waiting};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::claim::{Claimed, claim, claim_these, due};
use super::heart::Heart;
use super::places::{KINDS, Places, REST, Seat};
use crate::Engine;
use crate::jobs::sync::schedule;
use crate::jobs::{self, JobError, Lease, Next, sweep};
use crate::publish::Known;

/// How a node works.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// Name of this node in leases.
    pub node: String,
    /// Commits of one network that run beside each other. They have places of their own, so that uploads never keep one from
    /// its second; and many, because each is one short call. No account has more than half of these places or of the others,
    /// and no workspace all of them.
    pub commits: usize,
    /// Jobs of one network that prepare beside each other.
    pub concurrency: usize,
    /// Jobs of one network in the background beside each other. They have places of their own too, however much there is to
    /// read.
    pub background: usize,
    /// Longest sleep without looking at the queue; bounds the damage of a lost wake-up.
    pub poll: Duration,
    /// How often the sweep runs; where leases are shorter, twice in the time that one lasts.
    pub sweep: Duration,
    /// How often [`Engine::upkeep`] runs.
    pub upkeep: Duration,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self {
            node: "local".to_owned(),
            commits: 4096,
            concurrency: 32,
            background: 8,
            poll: Duration::from_secs(5),
            sweep: Duration::from_secs(30),
            upkeep: Duration::from_secs(3600),
        }
    }
}

/// After so many runs in a row that failed, a defect of ours is no longer met by trying again: about a quarter of an hour.
const MOST_DEFECTS: i64 = 10;

/// While all places of a kind are taken, so long those that become free are collected: looking once for many of them costs no more
/// than looking once for one.
const COLLECT: Duration = Duration::from_millis(10);

/// So long after a start what was missed goes out in the order of its time, also where an earlier one still prepares. After that a
/// long upload holds up nothing.
const CATCH_UP: Duration = Duration::from_secs(120);

/// Most jobs that are claimed in one transaction; others wait for it on SQLite.
const AT_ONCE: usize = 256;

/// A worker node.
pub struct Runner {
    engine: Arc<Engine>,
    config: RunnerConfig,
    heart: Arc<Heart>,
}

impl Runner {
    /// A node that works on `engine`'s jobs.
    pub fn new(engine: Arc<Engine>, config: RunnerConfig) -> Self {
        Self { engine, config, heart: Arc::default() }
    }

    /// Frees what a process that died had leased, where nobody else can be at work: a SQLite database belongs to one worker
    /// process, so whatever is leased when it starts waits for nobody. On PostgreSQL the leases run out. Returns how many
    /// jobs it freed.
    ///
    /// It is not for this that a post goes out once: should another process be at work all the same, its writes are fenced.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(&self) -> Result<u64, JobError> {
        match self.engine.db {
            Db::Sqlite(_) => Ok(self.engine.db.write(move |tx| Box::pin(job::free_all(tx))).await?),
            Db::Postgres(_) => Ok(0),
        }
    }

    /// Works until `stop`; then claims nothing more, and returns when running jobs have ended.
    pub async fn run(self, stop: CancellationToken) {
        if let Err(error) = self.take_over().await {
            tracing::error!(%error, "what a dead process left can't be freed; its leases run out");
        }
        let places = Arc::new(Places::new(&self.config));
        let tasks = TaskTracker::new();
        let _beats = self.heart.start(&self.engine);
        let (engine, over) = (Arc::clone(&self.engine), stop.clone());
        tasks.spawn(async move {
            over.run_until_cancelled(engine.db.announcements(|| engine.wake.notify_waiters())).await;
        });
        let mut next_sweep = self.engine.clock.monotonic();
        let caught_up = next_sweep + CATCH_UP;
        let mut next_upkeep = next_sweep;
        let mut looking: Option<JoinHandle<()>> = None;
        let mut tending: Option<JoinHandle<()>> = None;
        while !stop.is_cancelled() {
            if self.engine.clock.monotonic() >= next_sweep {
                // It is the sweep that takes over what a dead worker held.
                let pause = self.config.sweep.min(self.engine.timing.lease / 2);
                next_sweep = self.engine.clock.monotonic() + pause;
                if let Err(error) = sweep::sweep(&self.engine).await {
                    tracing::error!(%error, "sweep failed; it runs again later");
                }
                // The media store may be far away and slow; publishing does not wait for it.
                let library = self.engine.library.clone();
                tasks.spawn(async move {
                    if let Err(error) = library.sweep().await {
                        tracing::error!(?error, "media sweep failed; it runs again later");
                    }
                });
                // Nor does it wait for what is to be read.
                if looking.as_ref().is_none_or(JoinHandle::is_finished) {
                    let engine = Arc::clone(&self.engine);
                    looking = Some(tasks.spawn(async move {
                        if let Err(error) = schedule::open_due(&engine).await {
                            tracing::error!(%error, "what is to be read could not be found; it is looked for again later");
                        }
                    }));
                }
            }
            if self.engine.clock.monotonic() >= next_upkeep {
                next_upkeep = self.engine.clock.monotonic() + self.config.upkeep;
                // One that takes longer is not joined by a second one.
                if tending.as_ref().is_none_or(JoinHandle::is_finished) {
                    let engine = Arc::clone(&self.engine);
                    tending = Some(tasks.spawn(async move { engine.upkeep().await }));
                }
            }
            // Listening begins before looking, so that a job saved in between, or a place that is free again, still wakes us.
            let woken = self.engine.wake.notified();
            if places.any_full() {
                tokio::time::sleep(COLLECT).await;
            }
            let catches_up = self.engine.clock.monotonic() < caught_up;
            match self.next(&places, catches_up).await {
                Ok(claimed) if !claimed.is_empty() => {
                    for Claimed { lease, known, with } in claimed {
                        let (engine, heart) = (Arc::clone(&self.engine), Arc::clone(&self.heart));
                        tasks.spawn(async move {
                            run_leased(&engine, &lease, known, &heart).await;
                            drop(with);
                            engine.wake.notify_waiters();
                        });
                    }
                }
                Ok(_) => {
                    let pause = self.pause(&places).await;
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = woken => {}
                        () = tokio::time::sleep(pause) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "claiming failed; trying again");
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    }
                }
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// Runs everything that is due now, one after the other, as a worker does: with heartbeats, and without claiming more
    /// after `stop`. `ran` counts the runs as they end.
    ///
    /// Run it to its end: a job that is dropped in the middle of a commit leaves open whether it went out.
    ///
    /// # Errors
    /// When claiming fails.
    pub async fn catch_up(
        &self,
        at_most: usize,
        ran: &AtomicUsize,
        stop: &CancellationToken,
    ) -> Result<(), JobError> {
        let _beats = self.heart.start(&self.engine);
        sweep::sweep(&self.engine).await?;
        schedule::open_due(&self.engine).await?;
        while ran.load(Ordering::Relaxed) < at_most && !stop.is_cancelled() {
            let Some(lease) = claim(&self.engine, &self.config.node, Room::ALL).await? else { break };
            run_leased(&self.engine, &lease, None, &self.heart).await;
            ran.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Runs everything that is due now, one after the other, without heartbeats; for tests and for filling the demo.
    /// Returns how many runs there were.
    ///
    /// # Errors
    /// When claiming fails.
    pub async fn run_due(&self, at_most: usize) -> Result<usize, JobError> {
        sweep::sweep(&self.engine).await?;
        schedule::open_due(&self.engine).await?;
        let mut runs = 0;
        while runs < at_most {
            let Some(lease) = claim(&self.engine, &self.config.node, Room::ALL).await? else { break };
            run_leased(&self.engine, &lease, None, &self.heart).await;
            runs += 1;
        }
        Ok(runs)
    }

    /// Claims as many jobs as there are places for. None: there is nothing to claim, or no place.
    async fn next(&self, places: &Arc<Places>, catches_up: bool) -> Result<Vec<Claimed<Seat>>, JobError> {
        let mut claimed = Vec::new();
        for kind in KINDS {
            let now = Instant::now();
            let Some(closed) = places.closed(kind, now) else { continue };
            let due = due(&self.engine, kind, catches_up);
            let mut chosen = self.choose(places, kind, &closed, due, now).await?;
            if chosen.is_empty() {
                places.rest(kind, &closed, now, now.elapsed());
            }
            while !chosen.is_empty() {
                let rest = chosen.split_off(chosen.len().min(AT_ONCE));
                claimed.extend(claim_these(&self.engine, &self.config.node, chosen, due.until).await?);
                chosen = rest;
            }
        }
        Ok(claimed)
    }

    /// Who gets the free places: in the order in which they are due, but whoever had their share of this round comes after
    /// everybody who had less.
    async fn choose(
        &self,
        places: &Arc<Places>,
        kind: PlaceKind,
        closed: &Closed,
        due: Due,
        began: Instant,
    ) -> Result<Vec<(JobId, Seat)>, JobError> {
        let mut lanes = BTreeSet::new();
        let mut chosen = Vec::new();
        let mut take = |waiting: Vec<Waiting>, fair: bool| {
            let mut passed_over = Vec::new();
            for job in waiting {
                if job.lane.as_ref().is_some_and(|lane| lanes.contains(lane)) {
                    continue;
                }
                match places.take(kind, &job.party, fair) {
                    Some(seat) => {
                        chosen.push((job.id, seat));
                        lanes.extend(job.lane);
                    }
                    None => passed_over.push(job),
                }
            }
            passed_over
        };
        let page = places.page(kind);
        let first = lease::waiting(&self.engine.db, due, kind, closed, page).await?;
        let more = first.len() as i64 == page;
        let passed_over = take(first, true);
        if !passed_over.is_empty() {
            if more && let Some(had_enough) = places.had_enough(kind, began) {
                // Behind a page of those who had their share others may wait.
                take(lease::waiting(&self.engine.db, due, kind, &had_enough, page).await?, true);
            }
            if places.has_room(kind) {
                places.next_round(kind, began, began.elapsed());
                take(passed_over, false);
            }
        }
        Ok(chosen)
    }

    /// To the millisecond of the next due job, but never longer than the poll (with a little chance, so that many nodes
    /// do not ask at once).
    async fn pause(&self, places: &Places) -> Duration {
        let now = Instant::now();
        let rests = |kind| places.rests(kind, now);
        let room = Room {
            lanes: !rests(PlaceKind::Commit),
            foreground: !rests(PlaceKind::Foreground),
            background: !rests(PlaceKind::Background),
        };
        let pause = self.pause_for(room).await;
        if room == Room::ALL { pause } else { pause.min(REST) }
    }

    async fn pause_for(&self, room: Room) -> Duration {
        let share = f64::from(random_bytes::<1>(self.engine.entropy.as_ref())[0]) / 255.0;
        let poll = self.config.poll.mul_f64(0.8 + 0.4 * share);
        match lease::next_run_at(&self.engine.db, room, self.engine.timing.intent_ahead).await {
            Ok(Some(at)) => {
                let ahead = at.duration_since(self.engine.clock.now());
                // A job that is due but could not be claimed waits for its lane; do not spin.
                Duration::try_from(ahead).unwrap_or_default().max(Duration::from_millis(2)).min(poll)
            }
            _ => poll,
        }
    }
}

/// Runs one leased job and writes back what comes next.
async fn run_leased(engine: &Engine, lease: &Lease, known: Option<Known>, heart: &Heart) {
    let result = {
        let kept = heart.keep(lease);
        tokio::select! {
            // A lease is no longer ours, too, when its work is done.
            biased;
            result = jobs::run_known(engine, lease, known) => result,
            () = kept.lost() => Err(JobError::LostLease),
        }
    };
    let written = match result {
        Ok(next) => write_back(engine, lease, next, None).await,
        Err(JobError::LostLease) => {
            tracing::info!(job = %lease.job, "lost the lease; whoever has it goes on");
            return;
        }
        Err(JobError::Defect(defect)) if lease.attempt + 1 >= MOST_DEFECTS => {
            tracing::error!(job = %lease.job, kind = %lease.kind, %defect, "job failed for the last time");
            match Box::pin(jobs::give_up(engine, lease, &defect)).await {
                Ok(next) => write_back(engine, lease, next, Some(defect)).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => {
            tracing::error!(job = %lease.job, kind = %lease.kind, %error, "job failed");
            let pause =
                SignedDuration::from_secs(2_i64.saturating_pow(lease.attempt.clamp(0, 8) as u32).min(300));
            let at = engine.clock.now() + pause;
            write_back(engine, lease, Next::At { at, lane: None }, Some(error.to_string())).await
        }
    };
    if let Err(error) = written {
        tracing::error!(job = %lease.job, %error, "could not write a job back; its lease will run out");
    }
}

async fn write_back(
    engine: &Engine,
    lease: &Lease,
    next: Next,
    error: Option<String>,
) -> Result<(), JobError> {
    let (id, epoch) = (lease.job, lease.epoch);
    if next == Next::Over {
        return Ok(());
    }
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                match next {
                    Next::Over => Ok(true),
                    Next::Finished => lease::finish(tx, &[(id, epoch)]).await.map(|ended| ended == 1),
                    Next::At { at, lane } => {
                        job::reschedule(tx, id, epoch, at, lane.as_deref(), error.as_deref()).await
                    }
                }
            })
        })
        .await?;
    Ok(())
}
