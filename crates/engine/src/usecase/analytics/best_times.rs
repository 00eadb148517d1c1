//! The hours of the week in which an account's posts do best.
//!
//! Each account has an answer of its own: audiences live in different weeks, and a mean of two is nobody's. What it is made of are the
//! account's posts of the last year whose numbers have settled, and how the newest of them grew from look to look; the rest is
//! `carillon_domain::insight::best_times`. Where the network told the owner when followers are online, of every hour of a week, that is
//! part of it, too.

mod estimates;
mod slots;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_domain::error::AppError;
use carillon_domain::insight::PARTS;
use carillon_domain::insight::best_times::{BestTimes, Cell, GROWN, Growing, Published, WeekHour};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::settled::{self, Settled};
use jiff::tz::TimeZone;

use super::audience::active;
use super::filter::{Filter, select};
use crate::{Actor, Engine};

pub use estimates::Estimates;
use estimates::Known;
pub use slots::{BestSlots, Chosen, MOST_TOGETHER, best_slots};

/// Posts of this time are looked at: a whole year, so that no season speaks alone, and no more, since people change.
const TIME: SignedDuration = SignedDuration::from_hours(365 * 24);

/// A post counts once its numbers were read when it was so old; before that, what looks like a bad hour is a young post. Our own
/// choice: if half of a post's attraction is gone after six hours, as ADR 0036 assumes, these are eight such times. Posts are read
/// every six hours at that age, so nearly each one is there soon; stories never are, since they end before.
const AGE: SignedDuration = SignedDuration::from_hours(48);

/// Most posts of one answer, the newest. So many say all that there is to be said.
const MOST: i64 = 1_000;

/// Of these, so many are looked at more closely, again the newest: what came to them in each hour after their publication tells when the
/// audience looks. One has some 30 looks, and that many posts leave little to learn.
const MOST_GROWING: i64 = 100;

/// Hours that are recommended, at most.
const SLOTS: usize = 10;

/// The answers for some accounts.
#[derive(Debug, Clone)]
pub struct BestTimesPage {
    /// Begin of the time in which posts became public.
    pub from: Timestamp,
    /// First instant after it: younger posts have not settled.
    pub to: Timestamp,
    /// How many accounts were looked at.
    pub accounts: usize,
    /// One for each of them.
    pub items: Vec<AccountBestTimes>,
}

/// The answer for an account.
#[derive(Debug, Clone)]
pub struct AccountBestTimes {
    /// The account.
    pub account: AccountRow,
    /// What was counted of each post, a metric; `None` without any number.
    pub basis: Option<&'static str>,
    /// Whether it was divided by the followers at the post's time: only if they are known of all posts.
    pub per_follower: bool,
    /// How many posts have settled, with or without that number.
    pub settled: usize,
    /// Whether the network told when followers are online, so that this is part of the answer.
    pub told: bool,
    /// The map.
    pub times: Arc<BestTimes>,
    /// The best hours, best first.
    pub slots: Vec<Slot>,
}

/// An hour that is recommended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// Its numbers.
    pub cell: Cell,
    /// When it begins next.
    pub next: Timestamp,
}

/// When the posts of each selected account do best, on the clock of the workspace. Of the filter only accounts, networks and creators
/// count.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a filter that says nothing.
pub async fn best_times(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<BestTimesPage, AppError> {
    let (account, platform, creator) =
        (filter.account.clone(), filter.platform.clone(), filter.creator.clone());
    let selection =
        select(engine, actor, &Filter { account, platform, creator, ..Filter::default() }).await?;
    let time = looked_at(engine.clock.now());
    let accounts = selection.accounts.len();
    let zone = selection.period.zone;
    let mut items = Vec::with_capacity(accounts);
    // One after the other: who goes away meanwhile leaves no work behind.
    for row in selection.accounts {
        items.push(of_account(engine, row, time, &zone).await?);
    }
    Ok(BestTimesPage { from: time.0, to: time.1, accounts, items })
}

/// The time in which posts became public that count at this instant.
fn looked_at(now: Timestamp) -> (Timestamp, Timestamp) {
    let to = now - AGE;
    (to - TIME, to)
}

async fn of_account(
    engine: &Engine,
    row: AccountRow,
    time: (Timestamp, Timestamp),
    zone: &TimeZone,
) -> Result<AccountBestTimes, AppError> {
    let Material { basis, settled, known } = Material::read(engine, &row, time, zone).await?;
    let per_follower = !known.posts.is_empty() && known.posts.iter().all(|post| post.followers.is_some());
    let told = known.activity.is_some();
    let times = engine.estimates.of(row.id, known).await?;
    let now = engine.clock.now();
    let slot = |cell: &Cell| Some(Slot { cell: *cell, next: cell.hour.next(now, zone)? });
    let slots = times.top(SLOTS).filter_map(slot).collect();
    Ok(AccountBestTimes { account: row, basis, per_follower, settled, told, times, slots })
}

/// What an account's answer is made of, and what it is called.
struct Material {
    basis: Option<&'static str>,
    settled: usize,
    known: Known,
}

impl Material {
    async fn read(
        engine: &Engine,
        row: &AccountRow,
        time: (Timestamp, Timestamp),
        zone: &TimeZone,
    ) -> Result<Self, AppError> {
        let found = settled::recent(&engine.db, (row.workspace, row.id), time, AGE, MOST).await?;
        let basis = basis(&found);
        let posts = basis.map(|basis| published(&found, basis, zone)).unwrap_or_default();
        let growth = growth(engine, row, time, &found, zone).await?;
        let told = active(engine, row, engine.clock.now(), zone).await?;
        let activity = told.and_then(|hours| hours.week());
        Ok(Self { basis, settled: found.len(), known: Known { posts, growth, activity } })
    }
}

/// What most posts have a number of; engagements if both are as many.
fn basis(posts: &[Settled]) -> Option<&'static str> {
    let engaged = posts.iter().filter(|post| post.engagements.is_some()).count();
    let seen = posts.iter().filter(|post| post.views.is_some()).count();
    match (engaged, seen) {
        (0, 0) => None,
        (engaged, seen) if seen > engaged => Some("views"),
        _ => Some("engagements"),
    }
}

/// How posts grew by the number that says most about when people came: views, which are many, where more than half of the posts have
/// them; then one part of the engagements. One alone, since what is told of some posts only would look like growth in a sum.
async fn growth(
    engine: &Engine,
    row: &AccountRow,
    time: (Timestamp, Timestamp),
    posts: &[Settled],
    zone: &TimeZone,
) -> Result<Vec<Growing>, AppError> {
    let Some(metric) = growing(posts) else { return Ok(Vec::new()) };
    let (whose, ages) = ((row.workspace, row.id), (AGE, GROWN));
    let found = settled::growth(&engine.db, whose, time, ages, metric, MOST_GROWING).await?;
    let grown = found.into_iter().filter_map(|post| {
        let looks = post.looks.into_iter();
        let counts = looks.filter_map(|(at, value)| Some((at, u64::try_from(value).ok()?)));
        Growing::new(post.published_at, counts, zone)
    });
    Ok(grown.collect())
}

/// Which number that is; `None` when there is none.
fn growing(posts: &[Settled]) -> Option<&'static str> {
    let seen = posts.iter().filter(|post| post.views.is_some()).count();
    if 2 * seen > posts.len() {
        return Some("views");
    }
    // The first of those that most posts have.
    let given = |bit: usize| posts.iter().filter(|post| (post.parts >> bit) & 1 == 1).count();
    let parts = PARTS.iter().enumerate().map(|(bit, name)| (given(bit), *name));
    parts.rev().max_by_key(|(given, _)| *given).filter(|(given, _)| *given > 0).map(|(_, name)| name)
}

/// The posts that have the number, as the model takes them.
fn published(posts: &[Settled], basis: &'static str, zone: &TimeZone) -> Vec<Published> {
    // A network that hides likes of some posts gives sums of different things: a kind of their own.
    let kind = |post: &Settled| (post.kind.clone(), if basis == "views" { 0 } else { post.parts });
    let mut kinds = BTreeMap::new();
    let mut taken = Vec::with_capacity(posts.len());
    for post in posts {
        let number = if basis == "views" { post.views } else { post.engagements };
        let Some(engagements) = number.and_then(|number| u64::try_from(number).ok()) else { continue };
        let next = u8::try_from(kinds.len()).unwrap_or(u8::MAX);
        taken.push(Published {
            hour: WeekHour::at(post.published_at, zone),
            engagements,
            followers: post.followers.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0),
            kind: *kinds.entry(kind(post)).or_insert(next),
        });
    }
    taken
}
