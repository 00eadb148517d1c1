//! What posts count for, one by one and together.

use carillon_domain::id::AccountId;
use carillon_domain::insight::{self, Basis, MeanRate, Rate};
use carillon_domain::time::Timestamp;

use super::Measured;
use crate::repo::remote_post;
use crate::{Row, StoreError};

/// What a post counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Its account.
    pub account: AccountId,
    /// When it became public.
    pub published_at: Timestamp,
    /// When its numbers were read.
    pub read_at: Timestamp,
    /// Where they came from: `likes=like_count@1 views=view_count@1`.
    pub fields: String,
    views: Option<i64>,
    reach: Option<i64>,
    likes: Option<i64>,
    comments: Option<i64>,
    shares: Option<i64>,
    saves: Option<i64>,
    engagements: Option<i64>,
    /// Those that its account had at its time.
    followers: Option<i64>,
}

impl Counts {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        let fields: Option<String> = row.get("fields")?;
        Ok(Self {
            account: row.get("account_id")?,
            published_at: row.get("published_at")?,
            read_at: row.get("read_at")?,
            fields: fields.unwrap_or_default(),
            views: row.get("views")?,
            reach: row.get("reach")?,
            likes: row.get("likes")?,
            comments: row.get("comments")?,
            shares: row.get("shares")?,
            saves: row.get("saves")?,
            engagements: row.get("engagements")?,
            followers: row.get("followers")?,
        })
    }

    /// What these numbers of a post count for: the same as its columns, which hold the last ones.
    pub fn seen(post: &Measured) -> Self {
        let row = &post.found.row;
        let count = |name| insight::count_of(&row.seen, name);
        let [views, reach, likes, comments, shares, saves] = remote_post::COUNTED.map(count);
        Self {
            account: row.account,
            published_at: row.published_at,
            read_at: row.seen.as_of,
            fields: remote_post::fields(&row.seen),
            views,
            reach,
            likes,
            comments,
            shares,
            saves,
            engagements: insight::engagements(&row.seen).map(|found| found.value),
            followers: post.followers,
        }
    }

    /// One of its numbers; `None` when it was not given.
    pub fn of(&self, metric: &str) -> Option<i64> {
        match metric {
            "views" => self.views,
            "reach" => self.reach,
            "likes" => self.likes,
            "comments" => self.comments,
            "shares" => self.shares,
            "saves" => self.saves,
            "engagements" => self.engagements,
            "followers" => self.followers,
            _ => None,
        }
    }

    /// Its engagements for each of a basis; `None` without either.
    pub fn rate(&self, basis: Basis) -> Option<Rate> {
        Rate::new(self.engagements?, self.of(basis.as_str())?)
    }
}

/// What the posts of an account in a time add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many they are.
    pub posts: i64,
    views: Option<i64>,
    reach: Option<i64>,
    engagements: Option<i64>,
    /// In the order of [`Basis::ALL`].
    rates: [MeanRate; 3],
}

impl Sums {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        let mut sums = Self {
            posts: row.get("posts")?,
            views: row.get("views")?,
            reach: row.get("reach")?,
            engagements: row.get("engagements")?,
            rates: Default::default(),
        };
        for (mean, basis) in sums.rates.iter_mut().zip(Basis::ALL) {
            let billionths: Option<i64> = row.get(&format!("{}_rates", basis.as_str()))?;
            let posts: i64 = row.get(&format!("{}_rated", basis.as_str()))?;
            *mean = MeanRate::of(billionths.unwrap_or(0), posts.unsigned_abs());
        }
        Ok(sums)
    }

    /// With another post.
    pub fn add(&mut self, counts: &Counts) {
        self.posts += 1;
        let own = [&mut self.views, &mut self.reach, &mut self.engagements];
        for (sum, given) in own.into_iter().zip([counts.views, counts.reach, counts.engagements]) {
            *sum = sum.zip(given).map(|(a, b)| a.saturating_add(b)).or(*sum).or(given);
        }
        for (mean, basis) in self.rates.iter_mut().zip(Basis::ALL) {
            if let Some(rate) = counts.rate(basis) {
                mean.add(rate);
            }
        }
    }

    /// Views, reach or engagements; `None` when no post was given any.
    pub fn of(&self, metric: &str) -> Option<i64> {
        match metric {
            "views" => self.views,
            "reach" => self.reach,
            "engagements" => self.engagements,
            _ => None,
        }
    }

    /// The mean of the posts that have such a rate.
    pub fn rate(&self, basis: Basis) -> MeanRate {
        let mut rates = Basis::ALL.into_iter().zip(self.rates);
        rates.find(|(own, _)| *own == basis).map(|(_, mean)| mean).unwrap_or_default()
    }
}
