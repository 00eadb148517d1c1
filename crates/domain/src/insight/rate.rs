//! Engagement rates: engagements of a post for each view, follower or account reached.

use std::cmp::Ordering;

/// What engagements are divided by. A rate is never shown without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// Views of the post.
    Views,
    /// Followers of the account when the post was published.
    Followers,
    /// Different accounts that saw the post.
    Reach,
}

impl Basis {
    /// All, in the order in which one is chosen where several exist.
    pub const ALL: [Self; 3] = [Self::Views, Self::Followers, Self::Reach];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Views => "views",
            Self::Followers => "followers",
            Self::Reach => "reach",
        }
    }

    /// The rate's name as a metric.
    pub const fn metric(self) -> &'static str {
        match self {
            Self::Views => "engagement_rate_by_views",
            Self::Followers => "engagement_rate_by_followers",
            Self::Reach => "engagement_rate_by_reach",
        }
    }
}

/// The rate of one post, as an exact fraction.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    engagements: i64,
    basis: i64,
}

impl Rate {
    /// Of a post with so many engagements. `None` when the basis is zero or a number is negative: there is no such rate.
    pub const fn new(engagements: i64, basis: i64) -> Option<Self> {
        if engagements < 0 || basis <= 0 { None } else { Some(Self { engagements, basis }) }
    }

    /// In hundredths of a percent, rounded half up.
    pub fn basis_points(self) -> i64 {
        rounded(i128::from(self.engagements) * 10_000, i128::from(self.basis))
    }

    /// In billionths, rounded half up, at most [`Rate::MOST`]: what means are made of, since a sum of many fractions has no
    /// denominator that a number could hold. The database computes the same.
    pub fn billionths(self) -> i64 {
        if self.engagements / self.basis >= 1_000 {
            return Self::MOST;
        }
        let (engagements, basis) = (i128::from(self.engagements), i128::from(self.basis));
        i64::try_from((engagements * 1_000_000_000 + basis / 2) / basis).unwrap_or(Self::MOST)
    }

    /// The largest rate in a mean, in billionths: a thousand engagements for one view is a mistake of the network, and one post
    /// must not be all of a mean.
    pub const MOST: i64 = 1_000_000_000_000;
}

impl PartialEq for Rate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Rate {}
impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = (i128::from(self.engagements), i128::from(other.engagements));
        (left * i128::from(other.basis)).cmp(&(right * i128::from(self.basis)))
    }
}

/// The mean of the rates of several posts; each post counts the same, however large it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanRate {
    billionths: i128,
    posts: u64,
}

impl MeanRate {
    /// From the sum of so many posts' [`Rate::billionths`].
    pub fn of(billionths: i64, posts: u64) -> Self {
        Self { billionths: i128::from(billionths), posts }
    }

    /// With another post.
    pub fn add(&mut self, rate: Rate) {
        self.merge(Self::of(rate.billionths(), 1));
    }

    /// With the posts of another mean.
    pub fn merge(&mut self, other: Self) {
        self.billionths += other.billionths;
        self.posts += other.posts;
    }

    /// How many posts have such a rate.
    pub const fn posts(self) -> u64 {
        self.posts
    }

    /// In hundredths of a percent, rounded half up; `None` without posts. Each post is exact to a billionth, so the mean is off by
    /// less than that before it is rounded.
    pub fn basis_points(self) -> Option<i64> {
        (self.posts > 0).then(|| rounded(self.billionths, i128::from(self.posts) * 100_000))
    }
}

/// Half up; for numbers that are not negative.
fn rounded(number: i128, by: i128) -> i64 {
    i64::try_from((2 * number + by) / (2 * by)).unwrap_or(i64::MAX)
}
