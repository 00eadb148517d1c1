//! Statistics as they go over the wire: learn.microsoft.com, the pages named in the [module above](super).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::platforms::linkedin::wire::Totals;

/// Milliseconds since 1970.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct TimeRange {
    pub start: i64,
    pub end: i64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct DateRange {
    pub start: Day,
    pub end: Day,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Day {
    pub year: i16,
    pub month: i8,
    pub day: i8,
}

/// An element of `organizationalEntityShareStatistics` by day.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SharesOfDay {
    pub time_range: Option<TimeRange>,
    #[serde(default)]
    pub total_share_statistics: Totals,
}

/// An element of `organizationalEntityFollowerStatistics`: gains by day, or everybody by what they are.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Followers {
    pub time_range: Option<TimeRange>,
    pub follower_gains: Option<Gains>,
    #[serde(flatten)]
    pub facets: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Gains {
    pub organic_follower_gain: Option<i64>,
    pub paid_follower_gain: Option<i64>,
}

/// An entry of a facet; what it is about stands under a name that each facet has of its own.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facet {
    pub follower_counts: FollowerCounts,
    #[serde(flatten)]
    pub of: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FollowerCounts {
    pub organic_follower_count: Option<i64>,
    pub paid_follower_count: Option<i64>,
}

/// An element of `organizationPageStatistics` by day.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageOfDay {
    pub time_range: Option<TimeRange>,
    #[serde(default)]
    pub total_page_statistics: PageTotals,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PageTotals {
    pub views: PageViews,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PageViews {
    pub all_page_views: Viewed,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Viewed {
    pub page_views: Option<i64>,
}

/// An element of `videoAnalytics`.
#[derive(Debug, Deserialize)]
pub(super) struct OfVideo {
    pub value: Option<i64>,
}

/// An element of `memberCreatorPostAnalytics` and `memberCreatorVideoAnalytics`. Its `metricType`, an object before version 202605
/// and a string since, says what was asked for: one call is about one metric.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfMember {
    pub count: Option<i64>,
    pub date_range: Option<DateRange>,
}

/// An element of `memberFollowersCount` by day.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FollowersOfDay {
    pub member_followers_count: Option<i64>,
    pub date_range: Option<DateRange>,
}
