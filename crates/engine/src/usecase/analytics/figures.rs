//! One number over several accounts, with what it was before, day by day, and where it comes from.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::insight::{Basis, Change, Line, Look, MeanRate, PARTS, Period, daily, total};
use carillon_domain::time::Timestamp;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::analytics::{Counts, Sums};
use jiff::civil::Date;

use super::filter::Selection;
use crate::jobs::sync::WINDOW;

/// A number over several accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figure {
    /// The metric's name; `carillon_domain::insight::definition` knows it.
    pub metric: &'static str,
    /// The value; `None` when no network gave it.
    pub value: Option<i64>,
    /// The value in the time before, if it is known of every account.
    pub previous: Option<i64>,
    /// From then to now, of the accounts of which both are known.
    pub change: Option<Change>,
    /// When the part of it was read that is the oldest.
    pub as_of: Option<Timestamp>,
    /// Network and field, `bluesky:followersCount`.
    pub sources: BTreeSet<String>,
    /// How many accounts or posts it was given for …
    pub given: u64,
    /// … of how many.
    pub of: u64,
    /// Its days; a gap is a gap.
    pub days: Vec<Option<i64>>,
}

/// A post, on its day.
pub(super) struct Post {
    pub date: Date,
    pub counts: Counts,
    /// By basis, in the order of [`Basis::ALL`]: divided once, and asked for in all and in its network, as a whole and by day.
    rates: [Option<MeanRate>; 3],
}

impl Post {
    pub fn new(date: Date, counts: Counts) -> Self {
        let rates = Basis::ALL.map(|basis| counts.rate(basis).map(|rate| MeanRate::of(rate.billionths(), 1)));
        Self { date, counts, rates }
    }

    /// As the mean of one post.
    fn rate(&self, basis: Basis) -> Option<MeanRate> {
        Basis::ALL.iter().zip(self.rates).find(|(own, _)| **own == basis).and_then(|(_, rate)| rate)
    }
}

/// What is known of one account.
pub(super) struct Part<'a> {
    pub row: &'a AccountRow,
    /// Looks at its followers in the time.
    pub looks: Vec<Look>,
    /// The last one in the time that it is compared with.
    pub before: Option<Look>,
    /// It was looked at in the days just before the time.
    pub begun: bool,
    /// Its posts in the time.
    pub posts: Vec<Post>,
    /// What those of the time that it is compared with add up to.
    pub earlier: Sums,
    /// Where the numbers of its posts in the time came from.
    pub fields: BTreeSet<String>,
}

impl Part<'_> {
    /// Whether its posts are known from then on: a first reading goes back some time.
    fn reaches(&self, from: Timestamp) -> bool {
        self.row.synced_at.is_some() && self.row.created_at - WINDOW <= from
    }

    fn sources(&self, wanted: &[&str]) -> Vec<String> {
        let fields = self.fields.iter().flat_map(|fields| fields.split(' '));
        let source = |field: &str| {
            let (metric, origin) = field.split_once('=')?;
            let (native, _) = origin.rsplit_once('@')?;
            wanted.contains(&metric).then(|| format!("{}:{native}", self.row.platform))
        };
        fields.filter_map(source).collect()
    }
}

/// The time that is compared with.
#[derive(Debug, Clone, Copy)]
struct Past {
    /// When it begins.
    from: Timestamp,
    /// Whether the posts of every account are known from then on.
    known: bool,
}

/// Every number of some accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Followers.
    pub followers: Figure,
    /// Views of the posts.
    pub views: Figure,
    /// Accounts that the posts reached, added up over posts: whoever saw two of them counts twice.
    pub reach: Figure,
    /// Engagements of the posts.
    pub engagements: Figure,
    /// Posts.
    pub posts: Figure,
    /// The rates, in the order of [`Basis::ALL`].
    pub rates: [Figure; 3],
}

impl Figures {
    /// The rate to show when one is to be shown: the first that there is.
    pub fn rate(&self) -> (Basis, &Figure) {
        let both = Basis::ALL.into_iter().zip(&self.rates);
        both.clone().find(|(_, rate)| rate.value.is_some()).unwrap_or((Basis::Views, &self.rates[0]))
    }

    pub(super) fn of(parts: &[&Part<'_>], selection: &Selection, now: Timestamp) -> Self {
        let period = &selection.period;
        let known = parts.iter().all(|part| part.reaches(selection.before.from));
        let past = Past { from: selection.before.from, known };
        let counted = |metric, wanted: &[&str]| sums(parts, period, metric, wanted, past);
        Self {
            followers: followers(parts, period),
            views: counted("views", &["views"]),
            reach: counted("reach", &["reach"]),
            engagements: counted("engagements", &PARTS),
            posts: published(parts, period, now, past),
            rates: Basis::ALL.map(|basis| rates(parts, period, basis, past)),
        }
    }
}

fn followers(parts: &[&Part<'_>], period: &Period) -> Figure {
    let ends: Vec<_> = parts.iter().map(|part| (part.before.as_ref(), part.looks.last())).collect();
    let now: Vec<_> = ends.iter().filter_map(|(_, now)| *now).collect();
    let both: Vec<_> = ends.iter().filter_map(|(then, now)| then.zip(*now)).collect();
    let days: Vec<Vec<Option<i64>>> = parts
        .iter()
        .map(|part| daily(&part.looks, period).into_iter().map(|look| look.map(|look| look.value)).collect())
        .collect();
    let lines: Vec<_> =
        parts.iter().zip(&days).map(|(part, days)| Line { begun: part.begun, days }).collect();
    let change = Change::together(both.iter().map(|(then, now)| Change { from: then.value, to: now.value }));
    let sources = parts.iter().filter_map(|part| {
        let look = part.looks.last()?;
        Some(format!("{}:{}", part.row.platform, look.native))
    });
    Figure {
        metric: "followers",
        value: now.iter().map(|look| look.value).reduce(i64::saturating_add),
        previous: change.filter(|_| both.len() == now.len()).map(|change| change.from),
        change,
        as_of: now.iter().map(|look| look.at).min(),
        sources: sources.collect(),
        given: count(now.len()),
        of: count(parts.len()),
        days: total(&lines),
    }
}

fn published(parts: &[&Part<'_>], period: &Period, now: Timestamp, past: Past) -> Figure {
    let number = |posts: &[Post]| i64::try_from(posts.len()).unwrap_or(i64::MAX);
    let read: Vec<_> = parts.iter().filter(|part| part.row.synced_at.is_some()).collect();
    let change = Change::together(
        read.iter()
            .filter(|part| part.reaches(past.from))
            .map(|part| Change { from: part.earlier.posts, to: number(&part.posts) }),
    );
    let by_day = by_day(parts, |_| Some(1_i64), |a, b| a + b);
    let today = period.date_of(now);
    let begun = read.iter().map(|part| period.date_of(part.row.created_at - WINDOW)).min();
    let days = period.days().into_iter().map(|date| {
        let watched = date <= today && begun.is_some_and(|begun| begun <= date);
        by_day.get(&date).copied().or(watched.then_some(0))
    });
    Figure {
        metric: "published",
        value: (!read.is_empty()).then(|| read.iter().map(|part| number(&part.posts)).sum()),
        previous: change.filter(|_| past.known).map(|change| change.from),
        change,
        as_of: read.iter().filter_map(|part| part.row.synced_at).min(),
        sources: BTreeSet::new(),
        given: count(read.len()),
        of: count(parts.len()),
        days: days.collect(),
    }
}

fn sums(parts: &[&Part<'_>], period: &Period, metric: &'static str, wanted: &[&str], past: Past) -> Figure {
    let sum =
        |posts: &[Post]| posts.iter().filter_map(|post| post.counts.of(metric)).reduce(i64::saturating_add);
    // Of each account once: now, then, and whether they may be compared.
    let sums: Vec<_> = parts
        .iter()
        .map(|part| (sum(&part.posts), part.earlier.of(metric), part.reaches(past.from)))
        .collect();
    let both = sums.iter().filter(|(_, _, reaches)| *reaches);
    let change =
        Change::together(both.filter_map(|(now, then, _)| Some(Change { from: (*then)?, to: (*now)? })));
    let by_day = by_day(parts, |post| post.counts.of(metric), i64::saturating_add);
    let previous = sums.iter().filter_map(|(_, then, _)| *then).reduce(i64::saturating_add);
    let begun = Figure {
        value: sums.iter().filter_map(|(now, ..)| *now).reduce(i64::saturating_add),
        previous: previous.filter(|_| past.known),
        change,
        days: period.days().iter().map(|date| by_day.get(date).copied()).collect(),
        ..Figure::default()
    };
    of_posts(parts, metric, wanted, |post| post.counts.of(metric).is_some(), begun)
}

fn rates(parts: &[&Part<'_>], period: &Period, basis: Basis, past: Past) -> Figure {
    let mean = |posts: &[Post]| {
        let mut mean = MeanRate::default();
        posts.iter().filter_map(|post| post.rate(basis)).for_each(|rate| mean.merge(rate));
        mean
    };
    let (mut now, mut then) = (MeanRate::default(), MeanRate::default());
    let (mut both_now, mut both_then) = (MeanRate::default(), MeanRate::default());
    for part in parts {
        let (own_now, own_then) = (mean(&part.posts), part.earlier.rate(basis));
        now.merge(own_now);
        then.merge(own_then);
        if part.reaches(past.from) && own_now.posts() > 0 && own_then.posts() > 0 {
            both_now.merge(own_now);
            both_then.merge(own_then);
        }
    }
    let by_day = by_day(
        parts,
        |post| post.rate(basis),
        |mut a, b| {
            a.merge(b);
            a
        },
    );
    let change = both_then.basis_points().zip(both_now.basis_points());
    let begun = Figure {
        value: now.basis_points(),
        previous: then.basis_points().filter(|_| past.known),
        change: change.map(|(from, to)| Change { from, to }),
        days: period.days().iter().map(|date| by_day.get(date)?.basis_points()).collect(),
        ..Figure::default()
    };
    let wanted: Vec<_> = PARTS.into_iter().chain([basis.as_str()]).collect();
    let mut figure = of_posts(parts, basis.metric(), &wanted, |post| post.rate(basis).is_some(), begun);
    if basis == Basis::Followers && figure.value.is_some() {
        let natives = parts.iter().filter_map(|part| Some((part, part.looks.last()?)));
        figure.sources.extend(natives.map(|(part, look)| format!("{}:{}", part.row.platform, look.native)));
    }
    figure
}

/// Completes a number of posts: where it comes from, how old it is, and how many posts gave it.
fn of_posts(
    parts: &[&Part<'_>],
    metric: &'static str,
    wanted: &[&str],
    given: impl Fn(&Post) -> bool,
    begun: Figure,
) -> Figure {
    let giving = parts.iter().flat_map(|part| &part.posts).filter(|post| given(post));
    let (mut number, mut as_of) = (0, None);
    for read_at in giving.map(|post| post.counts.read_at) {
        number += 1;
        as_of = Some(as_of.map_or(read_at, |oldest: Timestamp| oldest.min(read_at)));
    }
    Figure {
        metric,
        as_of,
        sources: parts.iter().flat_map(|part| part.sources(wanted)).collect(),
        given: count(number),
        of: count(parts.iter().map(|part| part.posts.len()).sum()),
        ..begun
    }
}

fn by_day<T: Copy>(
    parts: &[&Part<'_>],
    value: impl Fn(&Post) -> Option<T>,
    join: impl Fn(T, T) -> T,
) -> BTreeMap<Date, T> {
    let mut found = BTreeMap::new();
    for post in parts.iter().flat_map(|part| &part.posts) {
        if let Some(value) = value(post) {
            found.entry(post.date).and_modify(|kept| *kept = join(*kept, value)).or_insert(value);
        }
    }
    found
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
