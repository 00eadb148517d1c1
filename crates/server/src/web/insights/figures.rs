//! Numbers of the owner as tables: one number per metric, the largest parts of what is split, and what did not come.

use std::collections::BTreeMap;

use askama::Template;
use carillon_connectors::contract::insights::{Found, Metric, Observation, Window};
use carillon_domain::metric;
use carillon_engine::usecase::insights::{AccountInsights, PublicationInsights};
use jiff::Timestamp;

use super::folding::{Time, counted, sum};
use crate::web::account::Amount;
use crate::web::components::{Alert, Empty};
use crate::web::said::Said;
use crate::web::ui::Ui;

/// Parts that are shown of what is split.
const PARTS: usize = 10;

/// The tables.
#[derive(Template)]
#[template(path = "components/figures.html")]
pub struct Figures {
    ui: Ui,
    refused: Option<Alert>,
    empty: Option<Empty>,
    rows: Vec<Row>,
    splits: Vec<Split>,
    missing: Vec<Absent>,
    /// Names of what the network offers and has no data of.
    silent: String,
    as_of: Option<Timestamp>,
}

/// One metric.
struct Row {
    label: String,
    /// Unit, network and its own name.
    source: String,
    amount: Amount,
    time: Time,
}

/// A metric by a dimension.
struct Split {
    title: String,
    source: String,
    time: Time,
    parts: Vec<(String, Amount)>,
    /// How many more there are, in words.
    more: Option<String>,
}

/// Metrics that were refused.
struct Absent {
    metrics: String,
    cause: Said,
    action: Said,
}

/// What one question brought, of what there was to be told, and for what time it was asked.
struct Told<'a> {
    found: &'a Found,
    offered: &'a [Metric],
    asked: Option<Window>,
}

impl Figures {
    /// What was told about an account.
    pub fn of_account(ui: &Ui, told: &AccountInsights) -> Self {
        // Never one list: the audience may have a metric of the numbers by the same dimension, for another time.
        let numbers = Told { found: &told.numbers, offered: told.offers.account, asked: Some(told.window) };
        let audience = Told { found: &told.audience, offered: told.offers.audience, asked: None };
        Self::new(ui, told.platform, &[numbers, audience], told.as_of)
    }

    /// What was told about a publication.
    pub fn of_publication(ui: &Ui, told: &PublicationInsights) -> Self {
        let numbers = Told { found: &told.numbers, offered: told.offers.post, asked: None };
        Self::new(ui, told.platform, &[numbers], told.as_of)
    }

    /// Why there is nothing.
    pub fn refused(ui: &Ui, why: &str) -> Self {
        Self {
            ui: ui.clone(),
            refused: Some(Alert::danger(ui.said(why))),
            empty: None,
            rows: Vec::new(),
            splits: Vec::new(),
            missing: Vec::new(),
            silent: String::new(),
            as_of: None,
        }
    }

    fn new(ui: &Ui, platform: &str, all: &[Told<'_>], as_of: Timestamp) -> Self {
        let mut silent: Vec<String> = Vec::new();
        for name in all.iter().flat_map(|told| told.silent(ui)) {
            if !silent.contains(&name) {
                silent.push(name);
            }
        }
        let missing = all.iter().flat_map(|told| &told.found.missing).map(|missing| Absent {
            metrics: missing
                .metrics
                .iter()
                .map(|name| named(ui, name, missing.by))
                .collect::<Vec<_>>()
                .join(", "),
            cause: ui.said(&missing.cause.cause),
            action: ui.said(&missing.cause.action),
        });
        let missing: Vec<_> = missing.collect();
        let nothing = missing.is_empty() && all.iter().all(|told| told.found.observations.is_empty());
        let empty = || Empty::new("clock", ui.tr("insights-none"), ui.tr("insights-none-text"));
        Self {
            refused: None,
            empty: nothing.then(empty),
            rows: all.iter().flat_map(|told| told.rows(ui, platform)).collect(),
            splits: all.iter().flat_map(|told| told.splits(ui, platform)).collect(),
            missing,
            silent: silent.join(", "),
            as_of: Some(as_of),
            ui: ui.clone(),
        }
    }
}

impl Told<'_> {
    /// Names of what neither came nor was refused.
    fn silent(&self, ui: &Ui) -> Vec<String> {
        let is_silent = |metric: &&Metric| {
            let came = self.found.observations.iter().any(|seen| {
                seen.metric == metric.name && seen.part.as_ref().map(|(dimension, _)| *dimension) == metric.by
            });
            !came && !self.found.missing.iter().any(|missing| missing.names(metric))
        };
        self.offered.iter().filter(is_silent).map(|metric| named(ui, metric.name, metric.by)).collect()
    }

    fn rows(&self, ui: &Ui, platform: &str) -> Vec<Row> {
        let mut by_metric: BTreeMap<(usize, &str), Vec<&Observation>> = BTreeMap::new();
        for seen in self.found.observations.iter().filter(|seen| seen.part.is_none()) {
            by_metric.entry((place(seen.metric), seen.metric)).or_default().push(seen);
        }
        let row = |series: Vec<&Observation>| {
            let (counted, time) = counted(&series, self.asked)?;
            let first = series.first()?;
            Some(Row {
                label: ui.of("metric", first.metric),
                source: source(ui, platform, first),
                amount: Amount::of(ui.t, sum(counted), unit(first.metric)),
                time,
            })
        };
        by_metric.into_values().filter_map(row).collect()
    }

    fn splits(&self, ui: &Ui, platform: &str) -> Vec<Split> {
        let mut tables: BTreeMap<(usize, &str, &str), Vec<&Observation>> = BTreeMap::new();
        for seen in &self.found.observations {
            let Some((dimension, _)) = &seen.part else { continue };
            tables.entry((place(seen.metric), seen.metric, *dimension)).or_default().push(seen);
        }
        let split = |((_, name, dimension), series): ((usize, &str, &str), Vec<&Observation>)| {
            let source = source(ui, platform, series.first()?);
            // The time is of the whole table, so that no part is of another day than the next.
            let (counted, time) = counted(&series, self.asked)?;
            let (parts, more) = largest(&counted);
            let amount = |(of, value): (&str, i64)| (of.to_owned(), Amount::of(ui.t, value, unit(name)));
            Some(Split {
                title: named(ui, name, Some(dimension)),
                source,
                time,
                parts: parts.into_iter().map(amount).collect(),
                more: (more > 0).then(|| ui.count("n", more).tr("insights-more")),
            })
        };
        tables.into_iter().filter_map(split).collect()
    }
}

/// The largest parts, each with its sum, and how many more there are.
fn largest<'a>(counted: &[&'a Observation]) -> (Vec<(&'a str, i64)>, usize) {
    let mut parts: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    for seen in counted {
        if let Some((_, of)) = &seen.part {
            parts.entry(of.as_str()).or_default().push(seen);
        }
    }
    let mut values: Vec<(&str, i64)> = parts.into_iter().map(|(of, series)| (of, sum(series))).collect();
    values.sort_by_key(|(of, value)| (std::cmp::Reverse(*value), *of));
    let more = values.len().saturating_sub(PARTS);
    values.truncate(PARTS);
    (values, more)
}

/// Its place in the order in which metrics are shown.
fn place(name: &str) -> usize {
    metric::ALL.iter().position(|defined| defined.name == name).unwrap_or(usize::MAX)
}

fn unit(name: &str) -> &'static str {
    metric::definition(name).map_or("", |defined| defined.unit)
}

fn named(ui: &Ui, metric: &str, by: Option<&str>) -> String {
    let label = ui.of("metric", metric);
    match by {
        Some(by) => ui.arg("metric", label).arg("dimension", ui.choice("dimension", by)).tr("insights-by"),
        None => label,
    }
}

fn source(ui: &Ui, platform: &str, seen: &Observation) -> String {
    ui.arg("unit", ui.t.said_or_english(unit(seen.metric)))
        .arg("source", format!("{platform}:{}", seen.native))
        .tr("insights-source")
}

#[cfg(test)]
mod tests {
    use carillon_connectors::contract::insights::{Missing, Offers};
    use carillon_domain::connector_error::{ConnectorError, ErrorKind};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::i18n::Tr;
    use crate::web::preferences::Theme;

    const BY_COUNTRY: &[Metric] = &[Metric::split("views", "country", "views")];
    static OFFERS: Offers =
        Offers { account: BY_COUNTRY, post: &[], audience: BY_COUNTRY, posts_at_once: 1, window_days: 90 };

    fn ui() -> Ui {
        Ui {
            t: Tr::negotiate(None, None),
            theme: Theme::default(),
            insecure: false,
            path: String::new(),
            now: at(60),
            zone: TimeZone::UTC,
            home: None,
            frame: None,
        }
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).expect("a time")
    }

    fn window(from: i64, to: i64) -> Window {
        Window { from: at(from), to: at(to) }
    }

    fn seen(of: &str, window: Window, value: i64) -> Observation {
        let part = Some(("country", of.to_owned()));
        Observation { metric: "views", part, window: Some(window), value, native: "views" }
    }

    fn told(numbers: Vec<Observation>, audience: Vec<Observation>) -> String {
        let found = |observations| Found { observations, missing: Vec::new() };
        page(found(numbers), found(audience))
    }

    fn page(numbers: Found, audience: Found) -> String {
        let told = AccountInsights {
            platform: "toy",
            offers: &OFFERS,
            window: window(31, 59),
            numbers,
            audience,
            as_of: at(60),
        };
        Figures::of_account(&ui(), &told).render().expect("a page")
    }

    #[test]
    fn the_audience_is_not_added_to_the_numbers() {
        let text = told(vec![seen("DE", window(31, 59), 5)], vec![seen("DE", window(9, 31), 9)]);
        assert_eq!(text.matches("Views by country").count(), 2, "{text}");
        assert!(text.contains("value=\"5\"") && text.contains("value=\"9\""), "{text}");
        assert_eq!(text.matches("whole time").count(), 1, "{text}");
        assert!(text.contains(">10 Jan 1970, 00:00<") && text.contains(">1 Feb 1970, 00:00<"), "{text}");
        assert!(!text.contains("gave no data") && !text.contains("some days have no data"), "{text}");
    }

    #[test]
    fn a_refused_split_is_told_from_its_sum() {
        let cause = ConnectorError::new(ErrorKind::Rejected, "toy", "insights", "metric_refused", "Refused.");
        let refused = |metric| Found { missing: Missing::all([metric], &cause), ..Found::default() };
        let text = page(refused(BY_COUNTRY[0]), Found::default());
        assert!(text.contains("<dt>Views by country</dt><dd>Refused. "), "{text}");
        let text = page(refused(Metric::of("views", "views")), Found::default());
        assert!(text.contains("<dt>Views</dt>"), "{text}");
        assert!(
            text.contains("gave no data for: Views by country."),
            "of the split nothing was said: {text}"
        );
    }

    #[test]
    fn what_lacks_is_said_once() {
        let days = vec![seen("DE", window(31, 32), 5), seen("DE", window(34, 35), 2)];
        let text = told(days, Vec::new());
        assert!(text.contains("value=\"7\"") && text.contains("some days have no data"), "{text}");
        assert!(
            !text.contains("whole time") && text.contains("gave no data for: Views by country."),
            "{text}"
        );
        // Whether they will come nobody knows.
        let text = told(Vec::new(), Vec::new());
        assert_eq!(text.matches("Views by country").count(), 1);
        assert!(text.contains("No numbers") && !text.contains("yet"), "{text}");
    }
}
