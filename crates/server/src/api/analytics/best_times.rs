//! When the posts of each account do best.

use axum::extract::State;
use carillon_domain::insight::best_times::{COVERAGE, Cell};
use carillon_domain::schedule::zone_or_utc;
use carillon_engine::usecase::analytics::{self, AccountBestTimes, BestTimesPage, Filter, Slot};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::numbers;
use crate::http::App;
use crate::http::actor::Caller;
use crate::http::extract::Query;
use crate::http::failure::{Failure, Problem};

/// Whose best times.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Whose {
    /// Only this account. Disconnected accounts are left out unless they are named.
    account: Option<String>,
    /// Only accounts on this network.
    platform: Option<String>,
    /// Only accounts of this creator. There are no creators yet, so there is nothing to be told about them.
    creator: Option<String>,
    /// Not taken: a best time is not known by day. A past day is refused, 422 `not_by_day`.
    known_on: Option<String>,
}

/// The best times of each account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BestTimes {
    /// How many accounts were looked at.
    accounts: usize,
    /// Begin of the time in which the posts became public.
    from: String,
    /// End of the time: younger posts have not settled.
    to: String,
    /// The zone on whose clock hours are told.
    timezone: String,
    /// One for each account: weeks of different audiences do not mix.
    items: Vec<BestTimesOfAccount>,
}

/// When an account's posts do best.
#[derive(Debug, Serialize, ToSchema)]
struct BestTimesOfAccount {
    /// The account.
    account: String,
    /// Its network.
    platform: String,
    /// Its handle.
    handle: String,
    /// What was counted of each post: `engagements` or `views`; null when no post has either.
    basis: Option<&'static str>,
    /// What it means: name and version.
    definition: Option<String>,
    /// Whether it was divided by the followers at the post's time.
    per_follower: bool,
    /// How many posts were counted …
    posts: usize,
    /// … of how many whose numbers have settled; of a very busy account the newest.
    of: usize,
    /// Whether the network told when followers are online, which is then part of the answer.
    activity_told: bool,
    /// `general`: too few posts, so an assumption about when people are awake; `hint`: not sure; `own`: the best hour surely beats the mean.
    trust: &'static str,
    /// The share of intervals that hold the truth.
    coverage: f64,
    /// All 168 hours of a week, Monday 0 h first.
    cells: Vec<WeekCell>,
    /// The best hours, best first. Since they were picked for being high, their intervals hold less often than `coverage` says.
    slots: Vec<WeekSlot>,
}

/// An hour of the week.
#[derive(Debug, Serialize, ToSchema)]
struct WeekCell {
    /// 1 for Monday, 7 for Sunday.
    weekday: u32,
    /// 0 to 23.
    hour: u32,
    /// What a post can expect there, as a multiple of the mean (geometric) of all hours.
    value: f64,
    /// Lower end of the interval.
    low: f64,
    /// Upper end of the interval.
    high: f64,
    /// Posts that were published in this hour of the week. Few or none is usual: hours learn from their neighbours.
    posts: u32,
}

/// An hour of the week that is recommended.
#[derive(Debug, Serialize, ToSchema)]
struct WeekSlot {
    /// 1 for Monday, 7 for Sunday.
    weekday: u32,
    /// 0 to 23.
    hour: u32,
    /// What a post can expect there, as a multiple of the mean (geometric) of all hours.
    value: f64,
    /// Lower end of the interval.
    low: f64,
    /// Upper end of the interval.
    high: f64,
    /// When it begins next.
    next_at: String,
    /// The same on the clock of the zone, `2026-11-24T18:00:00`.
    next_local: String,
}

/// More digits than these say nothing.
pub(super) fn thousandths(ratio: f64) -> f64 {
    (ratio * 1_000.0).round() / 1_000.0
}

impl From<&Cell> for WeekCell {
    fn from(cell: &Cell) -> Self {
        Self {
            weekday: u32::from(cell.hour.weekday()) + 1,
            hour: u32::from(cell.hour.hour()),
            value: thousandths(cell.estimate),
            low: thousandths(cell.low),
            high: thousandths(cell.high),
            posts: cell.posts,
        }
    }
}

impl WeekSlot {
    fn new(slot: &Slot, zone: &TimeZone) -> Self {
        let WeekCell { weekday, hour, value, low, high, .. } = WeekCell::from(&slot.cell);
        let next_local = zone.to_datetime(slot.next).to_string();
        Self { weekday, hour, value, low, high, next_at: slot.next.to_string(), next_local }
    }
}

impl BestTimesOfAccount {
    fn new(found: &AccountBestTimes, zone: &TimeZone) -> Self {
        Self {
            account: found.account.id.to_string(),
            platform: found.account.platform.clone(),
            handle: found.account.handle.clone(),
            basis: found.basis,
            definition: found.basis.map(numbers::definition),
            per_follower: found.per_follower,
            posts: found.times.posts,
            of: found.settled,
            activity_told: found.told,
            trust: found.times.trust.as_str(),
            coverage: COVERAGE,
            cells: found.times.cells.iter().map(WeekCell::from).collect(),
            slots: found.slots.iter().map(|slot| WeekSlot::new(slot, zone)).collect(),
        }
    }
}

impl BestTimes {
    fn new(found: &BestTimesPage, timezone: &str) -> Self {
        let zone = zone_or_utc(timezone);
        Self {
            accounts: found.accounts,
            from: found.from.to_string(),
            to: found.to.to_string(),
            timezone: timezone.to_owned(),
            items: found.items.iter().map(|item| BestTimesOfAccount::new(item, &zone)).collect(),
        }
    }
}

/// When the posts of each account do best, and how sure that is, from its posts of the last year that were read two days later or after.
#[utoipa::path(get, path = "/api/v1/analytics/best-times", tag = "analytics", operation_id = "analytics_best_times", params(Whose),
    responses((status = 200, body = BestTimes), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn best_times(
    State(app): State<App>,
    Caller(actor): Caller,
    Query(whose): Query<Whose>,
) -> Result<axum::Json<BestTimes>, Failure> {
    let Whose { account, platform, creator, known_on } = whose;
    analytics::refuse_known_on(known_on.as_deref(), "A best time")?;
    let filter = Filter { account, platform, creator, ..Filter::default() };
    let found = analytics::best_times(&app.engine, &actor, &filter).await?;
    Ok(axum::Json(BestTimes::new(&found, &actor.timezone)))
}
