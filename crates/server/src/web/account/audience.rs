//! Who an account's audience is: bars with their numbers beside them, and the hours in which followers are online. What the network does
//! not tell says so.

use askama::Template;
use carillon_connectors::contract::insights::Metric;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::ActiveHours;
use carillon_domain::insight::best_times::HOURS;
use carillon_domain::metric;
use carillon_engine::Actor;
use carillon_engine::usecase::analytics::{self, Filter, Part, Split, USUAL_DAYS};
use carillon_store::repo::owner::Absent;
use jiff::Timestamp;

use super::Amount;
use super::heat::{Cell, Heat};
use crate::http::App;
use crate::web::said::Said;
use crate::web::ui::Ui;

/// Parts that are shown of what has many.
const FEW: usize = 10;

/// Dimensions in the order in which people ask for them; others follow.
const FIRST: [&str; 4] = ["age", "gender", "country", "city"];

/// The section of an account's page.
#[derive(Template)]
#[template(path = "components/audience.html")]
pub struct Audience {
    ui: Ui,
    lead: String,
    asked_at: Option<Timestamp>,
    groups: Vec<Group>,
    map: Option<Heat>,
    missing: Vec<Lacking>,
    silent: String,
}

/// A metric by a dimension.
struct Group {
    title: String,
    /// Unit, network and its own name.
    source: String,
    as_of: Timestamp,
    rows: Vec<Row>,
    /// Whether there are counts, not only shares.
    counted: bool,
    /// What the parts add up to, in words.
    sum: String,
    /// How many more parts there are, in words.
    more: Option<String>,
}

struct Row {
    of: String,
    amount: Option<Amount>,
    share: Option<Amount>,
    /// The bar, of 10,000.
    width: i64,
}

/// Metrics that did not come.
struct Lacking {
    metrics: String,
    cause: Said,
    action: Said,
}

impl Audience {
    /// Of an account, if it may be shown.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the role may not read.
    pub async fn of(app: &App, ui: &Ui, actor: &Actor, account: AccountId) -> Result<Option<Self>, AppError> {
        let filter = Filter { account: Some(account.to_string()), ..Filter::default() };
        let mut found = analytics::audience(&app.engine, actor, &filter, None).await?;
        Ok(found.items.pop().map(|found| Self::new(ui, &actor.timezone, &found)))
    }

    fn new(ui: &Ui, zone: &str, found: &analytics::Audience) -> Self {
        let mut splits: Vec<&Split> = found.splits.iter().collect();
        splits.sort_by_key(|split| place(split.metric.by));
        let lacking = |absent: &Absent| Lacking {
            metrics: absent
                .metrics
                .iter()
                .map(|name| named(ui, name, absent.by.as_deref()))
                .collect::<Vec<_>>()
                .join(", "),
            cause: ui.said(&absent.cause.cause),
            action: ui.said(&absent.cause.action),
        };
        let silent = |metric: &Metric| named(ui, metric.name, metric.by);
        Self {
            lead: lead(ui, found),
            asked_at: found.asked_at,
            groups: splits.into_iter().map(|split| Group::new(ui, found, split)).collect(),
            map: found.active.as_ref().map(|active| map(ui, zone, active)),
            missing: found.missing.iter().map(lacking).collect(),
            // Before anybody asked there is nothing that the network could have kept to itself.
            silent: found
                .silent
                .iter()
                .filter(|_| found.asked_at.is_some())
                .map(silent)
                .collect::<Vec<_>>()
                .join(", "),
            ui: ui.clone(),
        }
    }
}

/// What there is, or why there is nothing.
fn lead(ui: &Ui, found: &analytics::Audience) -> String {
    match (found.offered, found.asked_at, found.splits.is_empty() && found.active.is_none()) {
        (false, ..) => ui.tr("audience-not-told"),
        (true, None, _) => ui.count("n", USUAL_DAYS).tr("audience-not-asked"),
        (true, Some(_), true) => ui.tr("audience-nothing"),
        (true, Some(_), false) => ui.tr("audience-lead"),
    }
}

fn place(by: Option<&str>) -> usize {
    FIRST.iter().position(|first| by == Some(*first)).unwrap_or(FIRST.len())
}

fn named(ui: &Ui, name: &str, by: Option<&str>) -> String {
    let label = ui.of("metric", name);
    match by {
        Some(by) => ui.arg("metric", label).arg("dimension", ui.choice("dimension", by)).tr("insights-by"),
        None => label,
    }
}

impl Group {
    fn new(ui: &Ui, found: &analytics::Audience, split: &Split) -> Self {
        let Metric { name, by, .. } = split.metric;
        let unit = metric::definition(name).map_or("", |defined| defined.unit);
        let counted = unit != "basis points";
        let mut parts: Vec<&Part> = split.parts.iter().collect();
        // Ages have an order of their own, and there are few.
        let most = if by == Some("age") { parts.len() } else { FEW };
        if by == Some("age") {
            parts.sort_by(|a, b| a.of.cmp(&b.of));
        }
        let more = parts.len().saturating_sub(most);
        let row = |part: &&Part| {
            let share = if counted { split.share(part) } else { Some(part.value) };
            Row {
                of: word(ui, by, &part.of),
                amount: counted.then(|| Amount::of(ui.t, part.value, unit)),
                share: share.map(|share| Amount::of(ui.t, share, "basis points")),
                width: share.unwrap_or_default().clamp(0, 10_000),
            }
        };
        let source = format!("{}:{}", found.account.platform, split.native);
        Self {
            title: named(ui, name, by),
            source: ui.arg("unit", ui.t.said_or_english(unit)).arg("source", source).tr("insights-source"),
            as_of: split.as_of,
            rows: parts.iter().take(most).map(row).collect(),
            counted,
            sum: sum(ui, found, split, unit),
            more: (more > 0).then(|| ui.count("n", more).tr("insights-more")),
        }
    }
}

/// Networks leave small parts out: what is there is held against the account's followers, where it is about them.
fn sum(ui: &Ui, found: &analytics::Audience, split: &Split, unit: &str) -> String {
    let sum = Amount::of(ui.t, split.sum(), unit);
    let profile = found.account.profile.as_ref().and_then(|seen| seen.of("followers"));
    match profile.filter(|_| split.metric.name == "followers") {
        Some(all) => {
            let all = Amount::of(ui.t, all.value, unit);
            ui.arg("sum", sum.exact()).arg("all", all.exact()).tr("audience-sum-of")
        }
        None => ui.arg("sum", sum.exact()).tr("audience-sum"),
    }
}

/// The network's word; letters that stand for a gender are spelled out.
fn word(ui: &Ui, by: Option<&str>, of: &str) -> String {
    match (by, of.to_ascii_lowercase().as_str()) {
        (Some("gender"), "f" | "female") => ui.tr("audience-female"),
        (Some("gender"), "m" | "male") => ui.tr("audience-male"),
        (Some("gender"), "u" | "unknown") => ui.tr("audience-unspecified"),
        (Some("gender"), "user_specified") => ui.tr("audience-own-words"),
        _ => of.to_owned(),
    }
}

fn map(ui: &Ui, zone: &str, active: &ActiveHours) -> Heat {
    let mean = active.mean();
    let cell = |value: &Option<f64>| match value {
        Some(value) => {
            let multiple = if mean > 0.0 { value / mean } else { 0.0 };
            let shown = format!("{multiple:.1}").replace('.', &ui.tr("number-point"));
            let note = ui.arg("n", format!("{value:.0}")).tr("audience-hour");
            Cell::new(multiple, shown, note)
        }
        None => Cell::unknown(ui.tr("number-none"), ui.tr("audience-hour-unknown")),
    };
    let weeks = active.told.div_ceil(HOURS);
    let caption = ui.count("n", weeks).arg("zone", zone).tr("audience-hours-map");
    Heat::new(ui, caption, active.cells.iter().map(cell))
}
