//! Posts with their numbers.

use std::collections::BTreeMap;

use axum::extract::State;
use carillon_domain::error::{AppError, FieldError};
use carillon_domain::insight::{Basis, MIN_VIEWS, Rate};
use carillon_domain::metric;
use carillon_engine::usecase::analytics::{self, PostQuery, RankedPost};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Wanted;
use crate::api::numbers::{self, Number};
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::conditions::page_size;
use crate::http::extract::Query;
use crate::http::failure::{Failure, Problem};

/// So many of the best posts are shown when nobody says how many, and at most.
const TOP: (u32, u32) = (5, 50);

/// A post that was found on an account, made here or not, with its numbers as last seen.
#[derive(Debug, Serialize, ToSchema)]
struct AnalyticsPost {
    /// `rpost_…`
    id: String,
    /// The account.
    account: String,
    /// Its network.
    platform: String,
    /// Its handle.
    handle: String,
    /// The network's id.
    remote_id: String,
    /// Where people see it.
    url: Option<String>,
    /// Plain text.
    text: String,
    /// The network's own word for its kind.
    kind: Option<String>,
    /// When it became public.
    published_at: String,
    /// The post that it was made from, if it was made here.
    post: Option<String>,
    /// The publication that made it.
    publication: Option<String>,
    /// Its numbers by metric; those that every post may have are there with null when the network did not give them.
    numbers: BTreeMap<&'static str, Number>,
    /// Likes, comments, shares and saves, as far as they were given; `sources` says which.
    engagements: Number,
    /// What it is ranked by: its rate by views where there are views, else by followers.
    engagement_rate: PostRate,
    /// All of its rates.
    engagement_rates: Vec<PostRate>,
    /// Its views are too few for its rate by views to say much.
    few_views: bool,
}

/// An engagement rate of a post.
#[derive(Debug, Serialize, ToSchema)]
struct PostRate {
    /// What engagements are divided by: `views`, `followers` (of the account when it was published) or `reach`; null when there is
    /// no rate.
    basis: Option<&'static str>,
    /// Hundredths of a percent; null when it has no such rate.
    value: Option<i64>,
    /// `basis points`
    unit: &'static str,
    /// What it means: name and version.
    definition: Option<String>,
}

impl PostRate {
    fn of(basis: Option<Basis>, rate: Option<Rate>) -> Self {
        Self {
            basis: basis.map(Basis::as_str),
            value: rate.map(Rate::basis_points),
            unit: "basis points",
            definition: basis.map(|basis| numbers::definition(basis.metric())),
        }
    }
}

impl From<&RankedPost> for AnalyticsPost {
    fn from(ranked: &RankedPost) -> Self {
        let (row, account) = (&ranked.post.found.row, &ranked.account);
        let rank = ranked.rank();
        let parts = ranked.engagements.as_ref();
        let always = ["views", "reach"].into_iter().chain(carillon_domain::insight::PARTS);
        let given = metric::ALL.iter().map(|d| d.name).filter(|name| row.seen.of(name).is_some());
        let number = |name: &'static str| {
            Some((name, numbers::of_observation(&account.platform, Some(&row.seen), name)?))
        };
        let sources = parts.into_iter().flat_map(|e| &e.of).filter_map(|part| row.seen.of(part));
        let rates = Basis::ALL.into_iter().zip(ranked.rates);
        Self {
            id: row.id.to_string(),
            account: account.id.to_string(),
            platform: account.platform.clone(),
            handle: account.handle.clone(),
            remote_id: row.remote_id.clone(),
            url: row.url.clone(),
            text: row.text.clone(),
            kind: row.kind.clone(),
            published_at: row.published_at.to_string(),
            post: ranked.post.found.post.map(|id| id.to_string()),
            publication: row.publication.map(|id| id.to_string()),
            numbers: always.chain(given).filter_map(number).collect(),
            engagements: Number {
                value: parts.map(|e| e.value),
                unit: "engagements",
                definition: numbers::definition("engagements"),
                as_of: Some(row.seen.as_of.to_string()),
                sources: sources.map(|r| format!("{}:{}", account.platform, r.native)).collect(),
            },
            engagement_rate: PostRate::of(rank.map(|(basis, _)| basis), rank.map(|(_, rate)| rate)),
            engagement_rates: rates.map(|(basis, rate)| PostRate::of(Some(basis), rate)).collect(),
            few_views: ranked.seen_by_few(),
        }
    }
}

/// A page of posts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AnalyticsPosts {
    /// How many accounts were looked at.
    accounts: usize,
    /// Begin of the time.
    from: String,
    /// End of the time.
    to: String,
    /// The posts.
    items: Vec<AnalyticsPost>,
    /// Where the next page begins.
    next_cursor: Option<String>,
}

/// In which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InOrder {
    /// `published_at` (when not given), `views`, `reach`, `likes`, `comments`, `shares`, `saves`, `engagements`,
    /// `engagement_rate_by_views`, `engagement_rate_by_followers` or `engagement_rate_by_reach`. Posts that lack it come last.
    sort: Option<String>,
    /// `desc` (when not given) or `asc`.
    order: Option<String>,
    /// Where the page before ended, from its `next_cursor`.
    cursor: Option<String>,
    /// How many items at most; 1 to 100, 50 when not given.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// The posts that became public in the time, with their numbers as last seen.
#[utoipa::path(get, path = "/api/v1/analytics/posts", tag = "analytics", operation_id = "analytics_posts", params(InOrder, Wanted),
    responses((status = 200, body = AnalyticsPosts), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(order): Query<InOrder>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<AnalyticsPosts>, Failure> {
    let limit = page_size(order.limit)?;
    let query = PostQuery { sort: order.sort, order: order.order, cursor: order.cursor, limit };
    let page = analytics::posts(&app.engine, &actor, &wanted.into(), &query).await?;
    Ok(axum::Json(AnalyticsPosts {
        accounts: page.accounts,
        from: page.period.from.to_string(),
        to: page.period.to.to_string(),
        items: page.items.iter().map(AnalyticsPost::from).collect(),
        next_cursor: page.next,
    }))
}

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HowMany {
    /// How many posts at most; 1 to 50, 5 when not given.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<u32>,
}

/// The best posts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TopAnalyticsPosts {
    /// How many accounts were looked at.
    accounts: usize,
    /// Begin of the time.
    from: String,
    /// End of the time.
    to: String,
    /// How they are ranked: `engagement_rate_by_views` where there are views, else `engagement_rate_by_followers`.
    ranked_by: [&'static str; 2],
    /// Posts with fewer views come after all others: their rate by views says little.
    minimum_views: i64,
    /// The posts, best first; each says the basis that it was ranked by.
    items: Vec<AnalyticsPost>,
}

/// The posts with the best engagement rates: by views where the network gives views, else by followers. A rate by views and one by
/// followers are not comparable: ask for one `platform` to rank by one of them.
#[utoipa::path(get, path = "/api/v1/analytics/top-posts", tag = "analytics", operation_id = "analytics_top_posts",
    params(HowMany, Wanted),
    responses((status = 200, body = TopAnalyticsPosts), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn top(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(many): Query<HowMany>,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<TopAnalyticsPosts>, Failure> {
    let limit = many.limit.unwrap_or(TOP.0);
    if !(1..=TOP.1).contains(&limit) {
        let message = format!("Ask for 1 to {} posts.", TOP.1);
        let error = FieldError::new("limit", "out_of_range", message);
        let broken = if limit == 0 { 1 } else { TOP.1 };
        return Err(AppError::Invalid(vec![error.with_limit(broken, limit)]).into());
    }
    let found = analytics::top(&app.engine, &actor, &wanted.into(), limit).await?;
    Ok(axum::Json(TopAnalyticsPosts {
        accounts: found.accounts,
        from: found.period.from.to_string(),
        to: found.period.to.to_string(),
        ranked_by: [Basis::Views.metric(), Basis::Followers.metric()],
        minimum_views: MIN_VIEWS,
        items: found.items.iter().map(AnalyticsPost::from).collect(),
    }))
}
