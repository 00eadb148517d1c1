//! The numbers of a page's posts. They come from the page's statistics, which leave out posts that nobody looked at, and reach
//! back twelve months. learn.microsoft.com, "Share Statistics" (2026).

use std::collections::BTreeMap;

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::api::Api;
use super::errors::op;
use super::read::tolerated;
use super::urn;
use super::wire::{Elements, ShareStatistics, Totals};
use crate::contract::insights::Metric;
use crate::contract::reader::Count;

/// How far back the statistics reach. "Share Statistics" (2026): rolling twelve months.
pub(super) const COUNTED_FOR: SignedDuration = SignedDuration::from_hours(364 * 24);

/// What is counted. `engagement` is not taken: it is made of the others.
pub(super) const COUNTED: [Metric; 6] = [
    Metric::of("views", "totalShareStatistics.impressionCount"),
    Metric::of("reach", "totalShareStatistics.uniqueImpressionsCount"),
    Metric::of("likes", "totalShareStatistics.likeCount"),
    Metric::of("comments", "totalShareStatistics.commentCount"),
    Metric::of("shares", "totalShareStatistics.shareCount"),
    Metric::of("clicks", "totalShareStatistics.clickCount"),
];

impl Totals {
    /// Its numbers, where LinkedIn gave them.
    pub(super) fn given(&self) -> impl Iterator<Item = (Metric, i64)> {
        let values = [
            self.impression_count,
            self.unique_impressions_count,
            self.like_count,
            self.comment_count,
            self.share_count,
            self.click_count,
        ];
        COUNTED.into_iter().zip(values).filter_map(|(metric, value)| Some((metric, value?)))
    }

    fn counts(&self) -> Vec<Count> {
        let count = |(metric, value): (Metric, i64)| Count {
            metric: metric.name.to_owned(),
            value,
            native: metric.native.to_owned(),
        };
        self.given().map(count).collect()
    }
}

/// Asks for the numbers of posts that are all shares, or all ugcPosts: LinkedIn wants each kind by the URN that it gave out.
pub(super) async fn of_kind(
    api: &Api<'_>,
    author: &str,
    shares: bool,
    ids: &[&str],
) -> Result<BTreeMap<String, Totals>, ConnectorError> {
    let name = if shares { "shares" } else { "ugcPosts" };
    let author = urn::encoded(author);
    let ids = urn::list(ids.iter().copied());
    let query = format!("q=organizationalEntity&organizationalEntity={author}&{name}={ids}");
    let call = api.finder(op::STATISTICS, &format!("organizationalEntityShareStatistics?{query}"));
    let answer: Elements<ShareStatistics> = api.ask(call).await?;
    let counted = answer
        .elements
        .into_iter()
        .filter_map(|element| Some((element.share.or(element.ugc_post)?, element.total_share_statistics)));
    Ok(counted.collect())
}

/// The numbers of listed posts, by URN, as far as LinkedIn gives them.
pub(super) struct Numbers {
    counted: BTreeMap<String, Totals>,
    /// Kinds (whether `share`) that were answered: there, a missing post is one that nobody looked at.
    answered: Vec<bool>,
}

/// The numbers of posts of both kinds. A kind that is refused stays unknown.
pub(super) async fn of_list(api: &Api<'_>, author: &str, posts: &[&str]) -> Result<Numbers, ConnectorError> {
    let mut numbers = Numbers { counted: BTreeMap::new(), answered: Vec::new() };
    for shares in [true, false] {
        let ids: Vec<&str> = posts.iter().copied().filter(|id| urn::is_share(id) == shares).collect();
        if ids.is_empty() {
            continue;
        }
        let Some(counted) = tolerated(of_kind(api, author, shares, &ids).await)? else { continue };
        numbers.answered.push(shares);
        numbers.counted.extend(counted);
    }
    Ok(numbers)
}

impl Numbers {
    /// Those of one post.
    pub(super) fn of(&self, post: &str, published_at: Timestamp, now: Timestamp) -> Vec<Count> {
        let silent = Totals {
            impression_count: Some(0),
            unique_impressions_count: Some(0),
            click_count: Some(0),
            like_count: Some(0),
            comment_count: Some(0),
            share_count: Some(0),
        };
        let covered = now.duration_since(published_at) < COUNTED_FOR;
        let answered = self.answered.contains(&urn::is_share(post));
        match self.counted.get(post) {
            Some(totals) => totals.counts(),
            None if answered && covered => silent.counts(),
            None => Vec::new(),
        }
    }
}
