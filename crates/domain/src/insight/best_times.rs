//! Which hours of the week an account's posts do best in, with how sure that is.
//!
//! # The model
//! The weeks of an account are cut into 168 hours `c` on the clock of its zone. Post `i`, published in hour `c(i)`, got `eᵢ`
//! engagements (or views) from `nᵢ` followers, and
//!
//! ```text
//! ln((eᵢ + ½) / nᵢ) = f(c(i)) + kᵢ + εᵢ
//! f(c) = μ + a·p(c) + b·q(c) + g(c)
//! ```
//!
//! `kᵢ` is what posts of its kind do more or less than others; it is drawn towards 0 by a normal prior and taken off in the
//! rounds below. `p` is the logarithm of the network's general pattern; `q`, if there is anything to know it from, that of how many of
//! the account's audience look in the hours that follow, the nearest most. It comes from how posts grew from look to look, from what
//! the network tells, or both, as a normal distribution over the week with a covariance of its own; how is told in `activity`. Both
//! are centred. `μ`, `a`, `b` are normal, `g` is a Gaussian process, so that `f` is one too and the
//! posterior is exact (Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, equations 2.23 to
//! 2.30). The covariance of `g` is a sum: what all days have at an hour, what workdays and weekends have each, what a day of the
//! week has, and what an hour of the week has alone. Hours are neighbours on the clock's face, midnight included, by
//! the periodic kernel `exp(−2 sin²(πΔ/T) / ℓ²)` (MacKay 1998; the same book, equation 4.31). An hour without posts thus
//! learns from the hours beside it, from the same hour of other days, and for the rest from the general pattern: the
//! less there is, the more (partial pooling).
//!
//! `εᵢ` follows Student's t with 4 degrees of freedom, since single posts go round and would otherwise draw their hour with
//! them. It is handled as a normal error whose weight `(ν+1) / (ν + rᵢ²/s²)` falls with the residual, in a few rounds of
//! expectation and maximization (Lange, Little and Taylor, Robust Statistical Modeling Using the t Distribution, Journal of the
//! American Statistical Association 84, 1989), and gets `1/(eᵢ+1)` on top for the counting of few engagements.
//!
//! Size of the pattern beside `p` and `q`, length `ℓ` and size `s` of the error are not known. Each point of a small grid of them has a
//! marginal likelihood (equation 2.30), beside an audience that is known times a prior that small sizes are likely; the answer is the
//! average over the grid with these weights (empirical Bayes would take the best point only, and be too sure with few posts).
//!
//! # What is told
//! For each hour the ratio of what a post there can expect to the mean (geometric) of all 168 hours, and an interval that
//! holds the truth in [`COVERAGE`] of cases, over all hours. Of the hours that are recommended it holds it less often, because the
//! luckiest are chosen. How often is measured: `cargo xtask bench insight`, with the figures in `docs/reference/performance.md`.
//!
//! Fewer than [`ENOUGH`] posts never make an answer of the account's own ([`Trust::General`]).

mod activity;
mod cholesky;
mod decay;
mod general;
mod growth;
mod kernel;
mod model;
mod prior;
mod spans;
#[cfg(test)]
mod tests;
mod together;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

pub use general::general;
pub use growth::{GROWN, Growing};
pub use together::together;

/// Hours of a week.
pub const HOURS: usize = 168;
/// A value for each hour of a week, Monday 0 h first.
pub type Week = [f64; HOURS];
/// The share of intervals that hold the truth.
pub const COVERAGE: f64 = 0.8;
/// The standard normal distribution has [`COVERAGE`] of its mass this near to 0.
const Z: f64 = 1.281_551_565_545;
/// Posts below which nothing is said of the account itself.
pub const ENOUGH: usize = 12;
/// Posts below which it is not said with confidence.
const PLENTY: usize = 30;

/// An hour of the week, on the clock of some zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekHour(u8);

impl WeekHour {
    /// The hour with this index, from 0 (Monday, 0 h) to 167.
    pub fn new(index: usize) -> Option<Self> {
        u8::try_from(index).ok().filter(|n| usize::from(*n) < HOURS).map(Self)
    }

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..168).map(Self)
    }

    /// The hour that a clock in this zone shows. An hour that a clock shows twice is one, and one that it jumps over has no posts.
    pub fn at(time: Timestamp, zone: &TimeZone) -> Self {
        Self::of(zone.to_datetime(time))
    }

    /// The hour of a wall-clock time.
    pub fn of(wall: DateTime) -> Self {
        let day = wall.weekday().to_monday_zero_offset().unsigned_abs();
        Self(day * 24 + wall.hour().unsigned_abs())
    }

    /// When a clock in this zone shows its beginning next, after this instant. A week in which the clock jumps over it has none, and
    /// where it comes twice it is the first one. `None` at the end of the calendar.
    pub fn next(self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let hour = i8::try_from(self.hour()).ok()?;
        // No zone jumps over the same hour in two weeks running; three are on the safe side.
        let days = zone.to_datetime(after).date().series(1.day()).take(3 * 7 + 1);
        days.filter_map(|day| zone.to_ambiguous_timestamp(day.at(hour, 0, 0, 0)).compatible().ok())
            .find(|at| *at > after && Self::at(*at, zone) == self)
    }

    /// From 0 to 167.
    pub fn index(self) -> usize {
        self.0.into()
    }

    /// 0 for Monday, 6 for Sunday.
    pub fn weekday(self) -> u8 {
        self.0 / 24
    }

    /// From 0 to 23.
    pub fn hour(self) -> u8 {
        self.0 % 24
    }
}

/// A post of the account's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// When, in the account's zone.
    pub hour: WeekHour,
    /// What it got, engagements or views: the same of all posts, each at an age at which it has most of it.
    pub engagements: u64,
    /// Followers at that time, if they are known. Used only if they are known of all posts.
    pub followers: Option<u64>,
    /// What it shows (a video, a picture, …), as any number: how well a kind does is told apart from how well an hour does.
    pub kind: u8,
}

/// What is known.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The account's posts, in any order.
    pub posts: &'a [Published],
    /// How many of its audience look in each hour, in any unit, where the network tells.
    pub activity: Option<&'a Week>,
    /// How its posts grew, in any order: those of [`Evidence::posts`], or only some of them.
    pub growth: &'a [Growing],
    /// How posts of other accounts do in each hour, in any unit: of the network, or [`general`].
    pub general: &'a Week,
}

/// How much of the answer is the account's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Fewer than [`ENOUGH`] posts: the general pattern, hardly changed.
    General,
    /// Some posts, or no hour that stands out for sure: a hint.
    Hint,
    /// Posts enough, and at least one hour is surely better than the mean.
    Own,
}

impl Trust {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Hint => "hint",
            Self::Own => "own",
        }
    }
}

/// One hour of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Which.
    pub hour: WeekHour,
    /// What a post there can expect, as a multiple of the geometric mean of all hours.
    pub estimate: f64,
    /// Lower end of the interval, above 0.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Posts published in this hour of the week. Few or none is usual: the estimate lives from its neighbours.
    pub posts: u32,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct BestTimes {
    /// All 168 hours, Monday 0 h first.
    pub cells: Vec<Cell>,
    /// The same, best first.
    pub ranking: Vec<WeekHour>,
    /// Posts that were counted.
    pub posts: usize,
    /// How much of this is the account's own.
    pub trust: Trust,
}

impl BestTimes {
    /// The best hours with their numbers, at most so many.
    pub fn top(&self, most: usize) -> impl Iterator<Item = &Cell> {
        self.ranking.iter().take(most).filter_map(|hour| self.cells.get(hour.index()))
    }
}

/// Estimates the best times. Never fails: without posts it is the general pattern, with its uncertainty.
pub fn best_times(evidence: &Evidence<'_>) -> BestTimes {
    let posterior = model::posterior(evidence);
    let mut counts = [0_u32; HOURS];
    for post in evidence.posts {
        counts[post.hour.index()] += 1;
    }
    let cells: Vec<Cell> = WeekHour::all()
        .map(|hour| {
            let n = hour.index();
            let (mean, far) = (posterior.mean[n], Z * posterior.variance[n].sqrt());
            let [estimate, low, high] = [mean, mean - far, mean + far].map(f64::exp);
            Cell { hour, estimate, low, high, posts: counts[n] }
        })
        .collect();
    let mut ranking: Vec<WeekHour> = WeekHour::all().collect();
    ranking.sort_by(|a, b| posterior.mean[b.index()].total_cmp(&posterior.mean[a.index()]).then(a.cmp(b)));
    let posts = evidence.posts.len();
    let stands_out =
        ranking.first().and_then(|best| cells.get(best.index())).is_some_and(|best| best.low > 1.0);
    let trust = match posts {
        _ if posts < ENOUGH => Trust::General,
        _ if posts < PLENTY || !stands_out => Trust::Hint,
        _ => Trust::Own,
    };
    BestTimes { cells, ranking, posts, trust }
}
