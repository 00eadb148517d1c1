//! A table: what its columns hold, and its cells.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::insight::definition;
use carillon_domain::metric::Definition;
use carillon_domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Words;

/// Most rows of one file. They are held in memory while it is made, with the texts of posts.
pub const MOST_ROWS: usize = 50_000;

/// The tables that can be taken away; the set `table`.
pub const TABLES: [&str; 10] = [
    "figures",
    "days",
    "networks",
    "accounts",
    "top-posts",
    "posts",
    "account-posts",
    "curve",
    "best-times",
    "sync-runs",
];

/// Columns that are no metric; the set `column`. `before` stands behind the name of a number of the time before.
pub const COLUMNS: &[&str] = &[
    "before",
    "day",
    "network",
    "accounts",
    "handle",
    "name",
    "status",
    "published_at",
    "text",
    "link",
    "post_kind",
    "made_here",
    "gone",
    "followers_then",
    "read_at",
    "number",
    "value",
    "change",
    "change_percent",
    "unit",
    "given",
    "of",
    "source",
    "created_at",
    "started_at",
    "ended_at",
    "state",
    "reason",
    "run_kind",
    "items",
    "calls",
    "limited_until",
    "error_code",
    "error",
    "age_minutes",
    "median",
    "compared_posts",
    "weekday",
    "hour",
    "expected",
    "expected_low",
    "expected_high",
    "counted_posts",
    "trust",
    "basis",
    "per_follower",
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; also where kinds differ from row to row.
    Text,
    /// An address on the web.
    Link,
    /// An instant, shown in the workspace's zone.
    Time,
    /// A day of the workspace's calendar.
    Date,
    /// A whole number.
    Count,
    /// Hundredths of a percent, shown as a percentage.
    Rate,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// A metric, or one of [`COLUMNS`].
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What the metric means; `None` for a column that is none.
    pub metric: Option<&'static Definition>,
    /// Of the time before the one that the table is of.
    pub before: bool,
}

impl Column {
    /// One that is no metric.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, metric: None, before: false }
    }

    /// A metric's.
    pub fn metric(name: &'static str) -> Self {
        let metric = definition(name);
        Self { name, kind: kind(name), metric, before: false }
    }

    /// A metric's, in the time before.
    pub fn before(name: &'static str) -> Self {
        Self { before: true, ..Self::metric(name) }
    }

    /// Its heading. What a reader needs to read the cells stands in it: the zone of times, the percent of rates.
    pub fn heading(&self, words: &dyn Words, zone: &TimeZone) -> String {
        let label = words.of(if self.metric.is_some() { "metric" } else { "column" }, self.name);
        let unit = self.metric.map_or("", |metric| metric.unit);
        let mut notes = Vec::new();
        if self.before {
            notes.push(words.of("column", "before"));
        }
        match self.kind {
            Kind::Rate => notes.push("%".to_owned()),
            Kind::Time => notes.push(zone.iana_name().unwrap_or("UTC").to_owned()),
            Kind::Count if unit == "milliseconds" => notes.push("ms".to_owned()),
            Kind::Text | Kind::Link | Kind::Date | Kind::Count => {}
        }
        if notes.is_empty() { label } else { format!("{label} ({})", notes.join(", ")) }
    }
}

fn kind(metric: &str) -> Kind {
    if definition(metric).is_some_and(|metric| metric.unit == "basis points") {
        Kind::Rate
    } else {
        Kind::Count
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known. Not zero, and not an empty text.
    Missing,
    /// The name of a metric, in words.
    Metric(&'static str),
    /// Text, as people wrote it.
    Text(String),
    /// An address on the web.
    Link(String),
    /// An instant.
    Time(Timestamp),
    /// A day.
    Date(Date),
    /// A whole number.
    Count(i64),
    /// Hundredths of a percent.
    Rate(i64),
}

impl Cell {
    /// A metric's value.
    pub fn of(metric: &str, value: Option<i64>) -> Self {
        match value {
            None => Self::Missing,
            Some(value) if kind(metric) == Kind::Rate => Self::Rate(value),
            Some(value) => Self::Count(value),
        }
    }

    /// A number of things.
    pub fn count(number: impl TryInto<i64>) -> Self {
        Self::Count(number.try_into().unwrap_or(i64::MAX))
    }

    /// A text, if there is one.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(text.into()))
    }

    /// An instant, if it is known.
    pub fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Missing, Self::Time)
    }

    /// Where something is on the web. What is no such address stays text: nobody clicks on it.
    pub fn link(url: Option<&str>) -> Self {
        match url {
            None => Self::Missing,
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                Self::Link(url.to_owned())
            }
            Some(other) => Self::Text(other.to_owned()),
        }
    }
}

/// Rows under columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// One of [`TABLES`].
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// Where its numbers come from, by metric: networks with their fields, `bluesky:likeCount`.
    pub sources: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Table {
    /// The headings.
    pub fn headings(&self, words: &dyn Words, zone: &TimeZone) -> Vec<String> {
        self.columns.iter().map(|column| column.heading(words, zone)).collect()
    }

    /// The metrics in it, each once: those of its columns, and those of its rows.
    pub fn metrics(&self) -> Vec<&'static Definition> {
        let of_columns = self.columns.iter().filter_map(|column| column.metric);
        let mut found: Vec<&'static Definition> = Vec::new();
        for metric in of_columns.chain(self.sources.keys().filter_map(|name| definition(name))) {
            if !found.iter().any(|known| known.name == metric.name) {
                found.push(metric);
            }
        }
        found
    }
}
