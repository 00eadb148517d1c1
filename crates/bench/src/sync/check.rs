//! Compares what Carillon keeps of every account with what is public on the networks.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use carillon_domain::id::SyncRunId;
use carillon_domain::schedule::zone;
use carillon_domain::sync::schedule::Rhythm;
use carillon_domain::sync::{SyncKind, SyncReason, SyncState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::{accounts, sync};
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::repo::sync_run::{self, ListQuery, SyncRunRow};

use super::plan::Plan;
use super::posts::Truth;
use super::scene::{Account, Scene};

/// More runs and posts of an account than any plan makes.
const ALL: u32 = 100_000;

/// How an account ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The last run that is over has everything.
    Complete,
    /// It is marked as partial or failed, with kind and code of the reason.
    Labelled,
    /// Anything else.
    Silent,
}

/// What was found of one network.
#[derive(Debug, Default)]
pub struct Found {
    /// Accounts.
    pub accounts: usize,
    /// Accounts that ended complete …
    pub complete: usize,
    /// … or labelled.
    pub labelled: usize,
    /// Reasons of the labels, with how many accounts have each.
    pub labels: BTreeMap<String, usize>,
    /// Runs that are over.
    pub runs: usize,
    /// Runs that ended at a limit.
    pub limited: usize,
    /// Posts that are kept.
    pub posts: usize,
    /// So many seconds after its time each scheduled reading began.
    pub late_s: Vec<f64>,
    /// What must not be, in words.
    pub wrong: Vec<String>,
}

/// Looks at every account.
///
/// # Errors
/// When the database fails.
pub async fn check(scene: &Scene, plan: &Plan, truth: &Truth) -> anyhow::Result<Vec<Found>> {
    let mut found: Vec<Found> = plan.networks.iter().map(|_| Found::default()).collect();
    for account in &scene.accounts {
        let name = &plan.networks.get(account.network).context("a network of the plan")?.platform;
        let public = truth.get(&(name.clone(), account.key)).context("an account without a truth")?;
        let found = found.get_mut(account.network).context("a network of the plan")?;
        Box::pin(one(scene, account, public, found))
            .await
            .with_context(|| format!("{} on {name}", account.key))?;
    }
    Ok(found)
}

async fn one(
    scene: &Scene,
    account: &Account,
    public: &BTreeSet<String>,
    found: &mut Found,
) -> anyhow::Result<()> {
    let workspace = account.actor.workspace;
    let query = ListQuery { account: Some(account.id), limit: ALL.into(), ..ListQuery::default() };
    let mut runs = sync_run::list(&scene.engine.db, workspace, &query).await?;
    runs.reverse();
    let readings = Readings::of(&runs);
    found.accounts += 1;
    found.runs += runs.iter().filter(|run| !run.state.is_open()).count();
    found.limited += runs.iter().filter(|run| run.limited_until.is_some()).count();
    match ending(&runs) {
        Ending::Complete => found.complete += 1,
        Ending::Labelled => {
            found.labelled += 1;
            *found.labels.entry(label(&runs)).or_default() += 1;
        }
        Ending::Silent => found.wrong.push(format!("{}: ended without a label", account.key)),
    }
    found.late_s.extend(lateness(scene, account, &runs)?);
    counts(account, &runs, &readings, public, found);
    posts(scene, account, &readings, public, found).await
}

/// The last run that is over.
fn last(runs: &[SyncRunRow]) -> Option<&SyncRunRow> {
    runs.iter().rev().find(|run| !run.state.is_open())
}

/// How the account ended, as its log has it.
fn ending(runs: &[SyncRunRow]) -> Ending {
    let Some(last) = last(runs) else { return Ending::Silent };
    let labelled = last.error.as_ref().is_some_and(|error| !error.code.is_empty());
    match last.state {
        SyncState::Done => Ending::Complete,
        SyncState::Partial | SyncState::Failed if labelled => Ending::Labelled,
        _ => Ending::Silent,
    }
}

fn label(runs: &[SyncRunRow]) -> String {
    let error = last(runs).and_then(|last| last.error.as_ref());
    error.map_or_else(String::new, |error| format!("{}/{}", error.kind.code(), error.code))
}

/// Runs by the reading that they belong to: one that goes on where another stopped reads nothing anew.
struct Readings<'r> {
    of: BTreeMap<SyncRunId, Vec<&'r SyncRunRow>>,
}

impl<'r> Readings<'r> {
    fn of(runs: &'r [SyncRunRow]) -> Self {
        let (mut first, mut of) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for run in runs {
            let root = run.continues.and_then(|before| first.get(&before).copied()).unwrap_or(run.id);
            first.insert(run.id, root);
            of.entry(root).or_default().push(run);
        }
        Self { of }
    }

    /// Readings of which the profile is there.
    fn with_profile(&self) -> usize {
        let has = |run: &&SyncRunRow| run.progress["profile"] == true;
        self.of.values().filter(|runs| runs.iter().any(has)).count()
    }
}

/// What the log says of each complete reading that went past all posts: as many as there are.
fn counts(
    account: &Account,
    runs: &[SyncRunRow],
    readings: &Readings<'_>,
    public: &BTreeSet<String>,
    found: &mut Found,
) {
    for runs in readings.of.values() {
        let items: usize = runs.iter().map(|run| run.items as usize).sum();
        let complete = runs.last().is_some_and(|run| run.state == SyncState::Done);
        let deep = runs.iter().all(|run| matches!(run.kind, SyncKind::Full | SyncKind::Month));
        let wrong = if complete && deep { items != public.len() } else { items > public.len() };
        if wrong {
            found.wrong.push(format!("{}: a reading counted {items} of {}", account.key, public.len()));
        }
    }
    let ids: BTreeSet<_> = runs.iter().map(|run| run.id).collect();
    if ids.len() != runs.len() {
        found.wrong.push(format!("{}: a run is there twice", account.key));
    }
}

/// What is kept of the posts and of all numbers.
async fn posts(
    scene: &Scene,
    account: &Account,
    readings: &Readings<'_>,
    public: &BTreeSet<String>,
    found: &mut Found,
) -> anyhow::Result<()> {
    let row = accounts::get(&scene.engine, &account.actor, account.id).await?;
    let posts = sync::posts(&scene.engine, &account.actor, account.id, ALL).await?;
    let ids: BTreeSet<String> = posts.iter().map(|post| post.row.remote_id.clone()).collect();
    found.posts += posts.len();
    let mut wrong = |what: String| found.wrong.push(format!("{}: {what}", account.key));
    if ids.len() != posts.len() {
        wrong(format!("{} posts under {} ids", posts.len(), ids.len()));
    }
    if let Some(strange) = ids.difference(public).next() {
        wrong(format!("{strange} is not public"));
    }
    let read = row.covered.since(SyncKind::Month).is_some();
    if let Some(missing) = public.difference(&ids).next().filter(|_| read) {
        wrong(format!("{missing} is public, and was not found"));
    }
    let told = row.profile.iter().flat_map(|seen| &seen.readings).find(|reading| reading.metric == "posts");
    if let Some(told) = told.filter(|told| u64::try_from(told.value).ok() != Some(public.len() as u64)) {
        wrong(format!("the network says {} posts, and has {}", told.value, public.len()));
    }
    let own = Subject::account(account.actor.workspace, account.id);
    let subjects = row
        .profile
        .iter()
        .map(|seen| (own, seen))
        .chain(posts.iter().map(|post| (Subject { id: post.row.id.uuid(), ..own }, &post.row.seen)));
    for (subject, seen) in subjects {
        let Some(reading) = seen.readings.first() else { continue };
        let until = scene.engine.clock.now() + SignedDuration::from_secs(1);
        let (db, metric) = (&scene.engine.db, &reading.metric);
        let series = snapshot::series(db, subject, metric, Timestamp::UNIX_EPOCH, until).await?;
        let rising = series.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !rising || series.is_empty() || series.len() > readings.with_profile() {
            let looks = readings.with_profile();
            wrong(format!("{} numbers of {} from {looks} readings", series.len(), reading.metric));
        }
    }
    Ok(())
}

/// So many seconds after their times scheduled readings began.
fn lateness(scene: &Scene, account: &Account, runs: &[SyncRunRow]) -> anyhow::Result<Vec<f64>> {
    let zone = zone(&account.actor.timezone)?;
    let scheduled = runs.iter().filter(|run| run.reason == SyncReason::Scheduled);
    let late = scheduled.filter_map(|run| {
        let costly = scene.engine.networks.takes_money(&run.platform);
        let rhythm = Rhythm::new(zone.clone(), account.id, costly);
        // The first look later than an hour before it was opened is the one that opened it.
        let due = rhythm.next_look(run.created_at - SignedDuration::from_hours(1));
        Some(run.started_at?.duration_since(due).as_secs_f64())
    });
    Ok(late.collect())
}
