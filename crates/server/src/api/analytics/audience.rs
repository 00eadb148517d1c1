//! Who the audience of each account is, from what was kept.

use axum::extract::State;
use carillon_connectors::contract::insights::Metric;
use carillon_domain::insight::ActiveHours;
use carillon_domain::insight::best_times::WeekHour;
use carillon_domain::metric;
use carillon_engine::usecase::analytics::{self, Audience, AudiencePage, Day, Split};
use carillon_store::repo::owner::Absent;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::best_times::thousandths;
use crate::api::shapes::RemoteError;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::Query;
use crate::http::failure::{Failure, Problem};

/// Whose audience, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// First day (`2026-11-24`, in the workspace's zone) or first instant (RFC 3339); the 30th day before the end when not given.
    from: Option<String>,
    /// Last day, or first instant after the time; today when not given.
    to: Option<String>,
    /// Only this account. Disconnected accounts are left out unless they are named.
    account: Option<String>,
    /// Only accounts on this network.
    platform: Option<String>,
    /// Only accounts of this creator. There are no creators yet, so there is nothing to be told about them.
    creator: Option<String>,
    /// `day`: the largest parts also day by day.
    granularity: Option<String>,
    /// Not taken: an audience is not known by day. A past day is refused, 422 `not_by_day`.
    known_on: Option<String>,
}

/// The audiences of accounts. They do not mix: the parts of different networks are different words, and people follow on several.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AudienceAnswer {
    /// How many accounts.
    accounts: usize,
    /// Begin of the time in which networks were asked.
    from: String,
    /// End of the time.
    to: String,
    /// The zone that days and hours are told in.
    timezone: String,
    /// One for each account.
    items: Vec<AudienceOfAccount>,
}

/// The audience of an account, as last told in the time.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceOfAccount {
    /// The account.
    account: String,
    /// Its network.
    platform: String,
    /// Its handle.
    handle: String,
    /// Whether its network tells of audiences at all.
    offered: bool,
    /// When the network was last asked; null when it was not.
    asked_at: Option<String>,
    /// What it told, by dimension.
    splits: Vec<AudienceSplit>,
    /// When followers are online; null where the network does not tell.
    active_hours: Option<AudienceHours>,
    /// What did not come the last time, and why. Older answers may still be there.
    missing: Vec<AudienceMissing>,
    /// What the network offers and gave no data of; empty before it was asked.
    no_data: Vec<AudienceMetric>,
}

/// A metric by a dimension.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceSplit {
    /// Name of what is counted.
    metric: &'static str,
    /// Unit of the values. Of `basis points` 100 are one percent.
    unit: &'static str,
    /// What it means: name and version it was read under, `followers@1`.
    definition: String,
    /// By what it is split: `age`, `gender`, `country`, `city` and others. Networks tell them apart, never crossed.
    dimension: Option<&'static str>,
    /// When the network said so.
    as_of: String,
    /// When counting began, as the network cut it; null for the beginning.
    from: Option<String>,
    /// When counting ended; null for `as_of`.
    to: Option<String>,
    /// Network and its own name for it.
    sources: Vec<String>,
    /// The parts, the largest first.
    parts: Vec<AudiencePart>,
    /// All of them together. Networks leave small parts out, so that it may be less than the whole.
    sum: i64,
    /// The largest parts by day, if asked for: those of `parts` from the first on, ten at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Vec<AudiencePoint>>,
}

/// A part of an audience.
#[derive(Debug, Serialize, ToSchema)]
struct AudiencePart {
    /// Which, in the network's own words: `DE`.
    of: String,
    /// Its value.
    value: i64,
    /// The same as a share of `sum`, 100 for one percent; null without any.
    basis_points: Option<i64>,
}

/// A day of a split.
#[derive(Debug, Serialize, ToSchema)]
struct AudiencePoint {
    /// Its first instant in the workspace's zone.
    t: String,
    /// A value for each part; null for a gap.
    values: Vec<Option<i64>>,
}

/// When followers are online, in the six weeks before the end of the time.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceHours {
    /// What is counted: `followers_online@1`.
    definition: String,
    /// How many hours were told, over all weeks.
    told: usize,
    /// All 168 hours of a week, Monday 0 h first.
    cells: Vec<AudienceHour>,
}

/// An hour of the week.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceHour {
    /// 1 for Monday, 7 for Sunday.
    weekday: u32,
    /// 0 to 23.
    hour: u32,
    /// Mean of the followers who were online; null for an hour of which nothing was told.
    value: Option<f64>,
}

/// Numbers that did not come although the network has them.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceMissing {
    /// Names of the metrics.
    metrics: Vec<String>,
    /// By what they would have been split.
    dimension: Option<String>,
    /// Why, and what to do.
    error: RemoteError,
}

/// A metric by a dimension.
#[derive(Debug, Serialize, ToSchema)]
struct AudienceMetric {
    /// Its name.
    metric: &'static str,
    /// By what it is split.
    dimension: Option<&'static str>,
}

impl AudienceSplit {
    fn new(platform: &str, split: &Split, with_days: bool) -> Self {
        let Metric { name, by, .. } = split.metric;
        let part = |part: &analytics::Part| AudiencePart {
            of: part.of.clone(),
            value: part.value,
            basis_points: split.share(part),
        };
        let point = |day: &Day| AudiencePoint { t: day.at.to_string(), values: day.values.clone() };
        Self {
            metric: name,
            unit: metric::definition(name).map_or("", |defined| defined.unit),
            definition: format!("{name}@{}", split.definition),
            dimension: by,
            as_of: split.as_of.to_string(),
            from: split.window.map(|(from, _)| from.to_string()),
            to: split.window.map(|(_, to)| to.to_string()),
            sources: vec![format!("{platform}:{}", split.native)],
            parts: split.parts.iter().map(part).collect(),
            sum: split.sum(),
            points: with_days.then(|| split.days.iter().map(point).collect()),
        }
    }
}

impl From<&ActiveHours> for AudienceHours {
    fn from(active: &ActiveHours) -> Self {
        let cell = |(hour, value): (WeekHour, &Option<f64>)| AudienceHour {
            weekday: u32::from(hour.weekday()) + 1,
            hour: u32::from(hour.hour()),
            value: value.map(thousandths),
        };
        Self {
            definition: crate::api::numbers::definition("followers_online"),
            told: active.told,
            cells: WeekHour::all().zip(&active.cells).map(cell).collect(),
        }
    }
}

impl From<&Absent> for AudienceMissing {
    fn from(absent: &Absent) -> Self {
        let error = RemoteError::from(&absent.cause);
        Self { metrics: absent.metrics.clone(), dimension: absent.by.clone(), error }
    }
}

impl AudienceOfAccount {
    fn new(found: &Audience, with_days: bool) -> Self {
        let platform = &found.account.platform;
        let metric = |metric: &Metric| AudienceMetric { metric: metric.name, dimension: metric.by };
        Self {
            account: found.account.id.to_string(),
            platform: platform.clone(),
            handle: found.account.handle.clone(),
            offered: found.offered,
            asked_at: found.asked_at.map(|at| at.to_string()),
            splits: found.splits.iter().map(|one| AudienceSplit::new(platform, one, with_days)).collect(),
            active_hours: found.active.as_ref().map(AudienceHours::from),
            missing: found.missing.iter().map(AudienceMissing::from).collect(),
            // Before anybody asked there is nothing that the network could have kept to itself.
            no_data: found.silent.iter().filter(|_| found.asked_at.is_some()).map(metric).collect(),
        }
    }
}

impl AudienceAnswer {
    fn new(found: &AudiencePage, timezone: &str, with_days: bool) -> Self {
        Self {
            accounts: found.items.len(),
            from: found.period.from.to_string(),
            to: found.period.to.to_string(),
            timezone: timezone.to_owned(),
            items: found.items.iter().map(|item| AudienceOfAccount::new(item, with_days)).collect(),
        }
    }
}

/// Who follows or watches each account, by age, gender, country, city and what else its network tells, and when followers are online. Networks
/// are asked once a day; nothing is asked of them here.
#[utoipa::path(get, path = "/api/v1/analytics/audience", tag = "analytics", operation_id = "analytics_audience", params(Whose),
    responses((status = 200, body = AudienceAnswer), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn audience(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(whose): Query<Whose>,
) -> Result<axum::Json<AudienceAnswer>, Failure> {
    let Whose { from, to, account, platform, creator, granularity, known_on } = whose;
    analytics::refuse_known_on(known_on.as_deref(), "An audience")?;
    let filter = analytics::Filter { from, to, account, platform, creator, ..analytics::Filter::default() };
    let found = analytics::audience(&app.engine, &actor, &filter, granularity.as_deref()).await?;
    Ok(axum::Json(AudienceAnswer::new(&found, &actor.timezone, granularity.is_some())))
}
