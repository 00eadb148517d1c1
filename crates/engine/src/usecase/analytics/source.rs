//! Where analytics read from: what is kept as last seen, or what was known at the end of a past day.
//!
//! The database ranks and sorts by columns that hold the last numbers. Those of a past day have none, so here they are ranked and sorted by
//! the same rules, page by page: what is kept in memory is bounded by what is asked for, and for sums by the time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use carillon_domain::id::{AccountId, RemotePostId};
use carillon_domain::insight::{Basis, Look, MIN_VIEWS, Period, Rate, Slice};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::analytics::{self, Counts, Measured, Order, Place, Scope, Sums};
use carillon_store::repo::known::{self, Then};
use tokio::sync::Semaphore;

use super::filter::Selection;
use super::posts::SORTS;
use crate::Engine;

/// Posts that are read at once.
const PAGE: i64 = 500;

/// Of the past so many pages are read at the same time: each costs tens of thousands of look-ups, which all requests together must not
/// make the database's only work.
static PAST: Semaphore = Semaphore::const_new(2);

/// For each account and day of a time the last look at one of its totals.
pub(super) async fn looks(
    engine: &Engine,
    selection: &Selection,
    metric: &str,
    period: &Period,
) -> Result<Vec<(AccountId, Look)>, StoreError> {
    let scopes = scopes(selection);
    let end = selection.known.unwrap_or(Timestamp::MAX);
    let until = |slice: Slice| Slice { to: slice.to.min(end), ..slice };
    let slices: Vec<_> = period.slices().into_iter().filter(|slice| slice.from < end).map(until).collect();
    let mut all = Vec::new();
    for slice in slices {
        for scope in &scopes {
            all.append(&mut analytics::looks(&engine.db, scope, metric, slice).await?);
        }
    }
    Ok(all)
}

/// For each account the last look at one of its totals in a time.
pub(super) async fn last_looks(
    engine: &Engine,
    selection: &Selection,
    metric: &str,
    period: &Period,
) -> Result<BTreeMap<AccountId, Look>, StoreError> {
    let range = (period.from, selection.known.map_or(period.to, |end| period.to.min(end)));
    let mut all = BTreeMap::new();
    for scope in scopes(selection) {
        all.extend(analytics::last_looks(&engine.db, &scope, metric, range).await?);
    }
    Ok(all)
}

/// What finds the selected accounts.
fn scopes(selection: &Selection) -> Vec<Scope> {
    let scope = &selection.scope;
    match selection.known {
        None => vec![scope.clone()],
        // By their names: one that was disconnected since was there.
        Some(_) => {
            let named = |row: &AccountRow| Scope { account: Some(row.id), ..scope.clone() };
            selection.accounts.iter().map(named).collect()
        }
    }
}

/// What the posts of a time count for, in no order.
pub(super) async fn counts(
    engine: &Engine,
    selection: &Selection,
    period: &Period,
) -> Result<Vec<Counts>, StoreError> {
    let range = (period.from, period.to);
    let Some(end) = selection.known else {
        return analytics::counts(&engine.db, &selection.scope, range).await;
    };
    let mut pages = Pages::new(engine, selection, range, end);
    let mut all = Vec::new();
    while let Some(page) = pages.next().await? {
        all.extend(page.iter().map(Counts::seen));
    }
    Ok(all)
}

/// What the posts of a time add up to, by account.
pub(super) async fn sums(
    engine: &Engine,
    selection: &Selection,
    period: &Period,
) -> Result<BTreeMap<AccountId, Sums>, StoreError> {
    let range = (period.from, period.to);
    let Some(end) = selection.known else {
        return Ok(analytics::sums(&engine.db, &selection.scope, range).await?.into_iter().collect());
    };
    let mut pages = Pages::new(engine, selection, range, end);
    let mut all = BTreeMap::<AccountId, Sums>::new();
    while let Some(page) = pages.next().await? {
        for counts in page.iter().map(Counts::seen) {
            all.entry(counts.account).or_default().add(&counts);
        }
    }
    Ok(all)
}

/// The posts of the time in an order; see [`analytics::page`].
pub(super) async fn page(
    engine: &Engine,
    selection: &Selection,
    order: Order<'_>,
) -> Result<Vec<(Measured, Place)>, StoreError> {
    if selection.accounts.is_empty() {
        return Ok(Vec::new());
    }
    let mut range = (selection.period.from, selection.period.to);
    let Some(end) = selection.known else {
        return analytics::page(&engine.db, &selection.scope, range, order).await;
    };
    let after = order.after.map(key);
    // In the order in which posts are read, what lies before the first one that is wanted and after the last one is not read at all.
    let newest_first = order.by == SORTS[0] && !order.ascending;
    let cursor = order.after.and_then(|place| place.value).filter(|_| newest_first);
    if let Some(at) = cursor.and_then(|value| Timestamp::from_microsecond(value).ok())
        && let Ok(next) = at.checked_add(SignedDuration::from_micros(1))
    {
        range.1 = range.1.min(next);
    }
    let mut pages = Pages::new(engine, selection, range, end);
    if newest_first {
        pages.at_once = PAGE.min(order.limit);
    }
    let mut first = Vec::new();
    while let Some(page) = pages.next().await? {
        let oldest = page.last().map(|post| key(place(post, order)));
        let placed = page.into_iter().map(|post| {
            let place = place(&post, order);
            (post, place)
        });
        first.extend(placed.filter(|(_, place)| after.is_none_or(|after| after < key(*place))));
        first.sort_by_key(|(_, place)| key(*place));
        first.truncate(many(order.limit));
        let last = first.last().map(|(_, place)| key(*place));
        if newest_first && first.len() == many(order.limit) && last <= oldest {
            pages.skip();
        }
    }
    Ok(first)
}

/// The posts of the time with the best rates; see [`analytics::top`].
pub(super) async fn top(
    engine: &Engine,
    selection: &Selection,
    limit: i64,
) -> Result<Vec<Measured>, StoreError> {
    if selection.accounts.is_empty() {
        return Ok(Vec::new());
    }
    let range = (selection.period.from, selection.period.to);
    let Some(end) = selection.known else {
        return analytics::top(&engine.db, &selection.scope, range, limit).await;
    };
    let mut pages = Pages::new(engine, selection, range, end);
    let mut best = Vec::new();
    while let Some(page) = pages.next().await? {
        best.extend(page.into_iter().filter_map(|post| Some((rank(&post)?, post))));
        best.sort_by_key(|(rank, _)| *rank);
        best.truncate(many(limit));
    }
    Ok(best.into_iter().map(|(_, post)| post).collect())
}

fn many(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// Posts with too few views come last; then rate, views and the newer post decide.
type Rank = (bool, Reverse<(i64, i64, RemotePostId)>);

/// Where a post stands among the best ones, in the order of `analytics.top`; `None` without a rate.
fn rank(post: &Measured) -> Option<Rank> {
    let counts = Counts::seen(post);
    let views = counts.of("views");
    let basis = if views.is_some() { Basis::Views } else { Basis::Followers };
    let rate = counts.rate(basis)?;
    let few = views.is_some_and(|views| views < MIN_VIEWS);
    Some((few, Reverse((rate.billionths(), views.unwrap_or(-1), post.found.row.id))))
}

/// Where a post stands in an order, as `analytics.page` says it.
fn place(post: &Measured, order: Order<'_>) -> Place {
    let counts = Counts::seen(post);
    let by = order.by;
    let value = match Basis::ALL.into_iter().find(|basis| basis.metric() == by) {
        Some(basis) => counts.rate(basis).map(Rate::billionths),
        None if by == SORTS[0] => Some(counts.published_at.as_microsecond()),
        None => counts.of(by),
    };
    let sign = if order.ascending { -1 } else { 1 };
    Place { value: value.map(|value| sign * value), id: post.found.row.id }
}

/// Sorts places: those without a value come last.
fn key(place: Place) -> (bool, Reverse<Option<i64>>, Reverse<RemotePostId>) {
    (place.value.is_none(), Reverse(place.value), Reverse(place.id))
}

/// The posts of every selected account that became public in a time, as they were known.
struct Pages<'a> {
    engine: &'a Engine,
    scope: &'a Scope,
    range: (Timestamp, Timestamp),
    end: Timestamp,
    /// Whose posts were not all read yet.
    accounts: &'a [AccountRow],
    after: Option<(Timestamp, RemotePostId)>,
    /// Posts that are read at once.
    at_once: i64,
}

impl<'a> Pages<'a> {
    fn new(
        engine: &'a Engine,
        selection: &'a Selection,
        range: (Timestamp, Timestamp),
        end: Timestamp,
    ) -> Self {
        let (scope, accounts) = (&selection.scope, selection.accounts.as_slice());
        Self { engine, scope, range, end, accounts, after: None, at_once: PAGE }
    }

    /// Some more of them; `None` when there are none left.
    async fn next(&mut self) -> Result<Option<Vec<Measured>>, StoreError> {
        while let Some((row, others)) = self.accounts.split_first() {
            let then = Then { workspace: row.workspace, account: row.id, before: self.end };
            let part = (self.after, self.at_once);
            let page = {
                // Never closed; if it were, nobody would have to wait.
                let _turn = PAST.acquire().await.ok();
                known::posts(&self.engine.db, then, self.scope, self.range, part).await?
            };
            if let Some(last) = page.last() {
                self.after = Some((last.found.row.published_at, last.found.row.id));
                return Ok(Some(page));
            }
            (self.accounts, self.after) = (others, None);
        }
        Ok(None)
    }

    /// Leaves out what was not read yet of the account whose posts came last: all of it is older than they are.
    fn skip(&mut self) {
        if let Some((_, others)) = self.accounts.split_first() {
            (self.accounts, self.after) = (others, None);
        }
    }
}
