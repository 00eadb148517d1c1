//! Numbers that are compared, and their days.

use carillon_domain::insight::{self, Basis};
use carillon_engine::usecase::analytics::{self, Figure, Figures};
use serde::Serialize;
use utoipa::ToSchema;

/// A number over several accounts, with what it was in the time before.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedNumber {
    /// The value; null when no network gave it, which is not zero.
    pub value: Option<i64>,
    /// What is counted. Of `basis points` 100 are one percent.
    pub unit: &'static str,
    /// What it means: name and version, `followers@1`.
    pub definition: String,
    /// Of an engagement rate, what engagements are divided by: `views`, `followers` or `reach`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<&'static str>,
    /// When the part of it was read that is the oldest; null when nothing was.
    pub as_of: Option<String>,
    /// Networks and fields that it came from, `bluesky:followersCount`.
    pub sources: Vec<String>,
    /// The value in the time that is compared with; null unless it is known of every account.
    pub previous: Option<i64>,
    /// From then to now, of the accounts of which both are known.
    pub change: Option<Change>,
    /// How many accounts (of followers and posts) or posts (of all else) it was given for …
    pub given: u64,
    /// … of how many.
    pub of: u64,
}

/// From before to now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// By how much it grew, in the number's unit.
    pub value: i64,
    /// The same as a share of what it was, 100 for one percent; null when it was zero.
    pub basis_points: Option<i64>,
}

impl From<insight::Change> for Change {
    fn from(change: insight::Change) -> Self {
        Self { value: change.absolute(), basis_points: change.basis_points() }
    }
}

impl ComparedNumber {
    fn new(figure: &Figure, basis: Option<Basis>) -> Self {
        let defined = insight::definition(figure.metric);
        Self {
            value: figure.value,
            unit: defined.map_or("", |d| d.unit),
            definition: format!("{}@{}", figure.metric, defined.map_or(0, |d| d.version)),
            basis: basis.map(Basis::as_str),
            as_of: figure.as_of.map(|at| at.to_string()),
            sources: figure.sources.iter().cloned().collect(),
            previous: figure.previous,
            change: figure.change.map(Change::from),
            given: figure.given,
            of: figure.of,
        }
    }
}

/// Every number of some accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Numbers {
    /// Followers, as last seen in the time.
    pub followers: ComparedNumber,
    /// Views of the posts.
    pub views: ComparedNumber,
    /// Accounts that the posts reached, added up over posts: whoever saw two of them counts twice.
    pub reach: ComparedNumber,
    /// Likes, comments, shares and saves of the posts; `sources` says which of them were given.
    pub engagements: ComparedNumber,
    /// The engagement rate by views where there are views, else by followers, else by reach; see its `basis`.
    pub engagement_rate: ComparedNumber,
    /// Mean over posts of engagements for each view.
    pub engagement_rate_by_views: ComparedNumber,
    /// Mean over posts of engagements for each follower at the post's time.
    pub engagement_rate_by_followers: ComparedNumber,
    /// Mean over posts of engagements for each account reached.
    pub engagement_rate_by_reach: ComparedNumber,
    /// Posts that became public.
    pub posts: ComparedNumber,
}

impl From<&Figures> for Numbers {
    fn from(figures: &Figures) -> Self {
        let plain = |figure| ComparedNumber::new(figure, None);
        let (basis, rate) = figures.rate();
        let [views, followers, reach] = &figures.rates;
        Self {
            followers: plain(&figures.followers),
            views: plain(&figures.views),
            reach: plain(&figures.reach),
            engagements: plain(&figures.engagements),
            engagement_rate: ComparedNumber::new(rate, Some(basis)),
            engagement_rate_by_views: ComparedNumber::new(views, Some(Basis::Views)),
            engagement_rate_by_followers: ComparedNumber::new(followers, Some(Basis::Followers)),
            engagement_rate_by_reach: ComparedNumber::new(reach, Some(Basis::Reach)),
            posts: plain(&figures.posts),
        }
    }
}

/// The numbers of all selected accounts, and of each network's.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// How many accounts.
    accounts: usize,
    /// Begin of the time.
    from: String,
    /// End of the time.
    to: String,
    /// `previous` or `year`.
    compare: &'static str,
    /// Begin of the time that is compared with.
    previous_from: String,
    /// End of the time that is compared with.
    previous_to: String,
    /// The zone that days are cut in.
    timezone: String,
    /// All accounts together.
    #[serde(flatten)]
    numbers: Numbers,
    /// By network.
    items: Vec<OfNetwork>,
}

/// The accounts of one network.
#[derive(Debug, Serialize, ToSchema)]
struct OfNetwork {
    /// The network.
    platform: String,
    /// How many accounts.
    accounts: usize,
    /// Their numbers.
    #[serde(flatten)]
    numbers: Numbers,
}

impl Summary {
    /// In the zone that its days were cut in.
    pub fn new(found: &analytics::Summary, timezone: &str) -> Self {
        let item = |network: &analytics::Network| OfNetwork {
            platform: network.platform.clone(),
            accounts: network.accounts,
            numbers: Numbers::from(&network.figures),
        };
        Self {
            accounts: found.accounts,
            from: found.period.from.to_string(),
            to: found.period.to.to_string(),
            compare: found.compare.as_str(),
            previous_from: found.previous.from.to_string(),
            previous_to: found.previous.to.to_string(),
            timezone: timezone.to_owned(),
            numbers: Numbers::from(&found.figures),
            items: found.networks.iter().map(item).collect(),
        }
    }
}

/// One number, day by day.
#[derive(Debug, Serialize, ToSchema)]
pub struct Series {
    /// Its name.
    metric: &'static str,
    /// What it means: name and version.
    definition: String,
    /// What is counted.
    unit: &'static str,
    /// `day`.
    granularity: &'static str,
    /// How many accounts it is of.
    accounts: usize,
    /// Every day of the time, in order; none without accounts.
    points: Vec<Point>,
    /// What happened to the number, not to what it counts: accounts that came, fields that changed.
    notes: Vec<Note>,
}

/// A day.
#[derive(Debug, Serialize, ToSchema)]
struct Point {
    /// Its first instant in the workspace's zone.
    t: String,
    /// The value; null for a gap.
    value: Option<i64>,
}

/// Something to know.
#[derive(Debug, Serialize, ToSchema)]
struct Note {
    /// Since when.
    t: String,
    /// What, in plain words.
    text: String,
}

impl From<&analytics::Series> for Series {
    fn from(found: &analytics::Series) -> Self {
        let defined = insight::definition(found.metric);
        let point = |point: &analytics::Point| Point { t: point.at.to_string(), value: point.value };
        let note = |note: &analytics::Note| Note { t: note.at.to_string(), text: note.text.clone() };
        Self {
            metric: found.metric,
            definition: format!("{}@{}", found.metric, defined.map_or(0, |d| d.version)),
            unit: defined.map_or("", |d| d.unit),
            granularity: "day",
            accounts: found.accounts,
            points: found.points.iter().map(point).collect(),
            notes: found.notes.iter().map(note).collect(),
        }
    }
}
