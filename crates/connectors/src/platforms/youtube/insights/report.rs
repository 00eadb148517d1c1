//! One question to the Analytics API, and its table.
//!
//! What a table may hold is fixed, and one metric too many has all of it refused. A refused report is asked for again in halves,
//! until it is known which of its metrics are refused; the others come.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use crate::contract::insights::{Found, Metric, Missing, passes};
use crate::kit::http::Call;
use crate::platforms::youtube::api::Api;
use crate::platforms::youtube::errors::{REPORT_REFUSED, op};

/// By what the report on videos, which is a list of the first ones, can be sorted, as far as it is asked for. "Channel reports", "Top
/// videos" (2026).
const SORTING: [&str; 3] = ["estimatedMinutesWatched", "subscribersGained", "subscribersLost"];

/// By what it is sorted without any of these, so that none that is refused has others refused with it.
const ELSE: &str = "views";

/// A question.
#[derive(Debug, Clone)]
pub(super) struct Report {
    dimension: &'static str,
    metrics: Vec<Metric>,
    first: Date,
    last: Date,
    videos: Vec<String>,
}

/// One number of a table.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// The value of the dimension in its row.
    pub key: String,
    /// What it counts.
    pub metric: Metric,
    /// In the unit of the metric's definition.
    pub value: i64,
}

/// What came.
#[derive(Debug)]
pub(super) struct Answer {
    pub cells: Vec<Cell>,
    pub missing: Vec<Missing>,
}

impl Report {
    /// These metrics by a dimension, from the first to the last day.
    pub(super) fn new(dimension: &'static str, metrics: Vec<Metric>, first: Date, last: Date) -> Self {
        Self { dimension, metrics, first, last, videos: Vec::new() }
    }

    /// Of these videos only, of each its own row. The tables of combinations don't name this filter beside this dimension; it is in
    /// wide use.
    pub(super) fn of_videos(mut self, ids: &[&str]) -> Self {
        self.videos = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Reads it, without the metrics that are refused.
    ///
    /// # Errors
    /// Whatever is no refusal, since it would meet every other question, too; unless it is an outage or a limit, and some of the
    /// metrics are known already.
    pub(super) async fn read(&self, api: &Api<'_>) -> Result<Answer, ConnectorError> {
        let (mut cells, mut found) = (Vec::new(), Found::default());
        let mut open = vec![self.metrics.as_slice()];
        while let Some(metrics) = open.pop() {
            match self.ask(api, metrics).await {
                Ok(some) => cells.extend(some),
                Err(error) if error.code == REPORT_REFUSED && metrics.len() > 1 => {
                    let (one, other) = metrics.split_at(metrics.len() / 2);
                    open.extend([other, one]);
                }
                Err(error) if is_refusal(&error.kind) => found.lacks(metrics.iter().copied(), &error),
                Err(error) if passes(&error) && !cells.is_empty() => {
                    let rest = metrics.iter().chain(open.iter().copied().flatten());
                    found.lacks(rest.copied(), &error);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Answer { cells, missing: found.missing })
    }

    async fn ask(&self, api: &Api<'_>, metrics: &[Metric]) -> Result<Vec<Cell>, ConnectorError> {
        let mut columns: Vec<_> = metrics.iter().map(|metric| metric.native).collect();
        let (videos, rows) = (format!("video=={}", self.videos.join(",")), self.videos.len().to_string());
        let by = SORTING.into_iter().find(|native| columns.contains(native)).unwrap_or(ELSE);
        let sort = format!("-{by}");
        if !self.videos.is_empty() && !columns.contains(&by) {
            columns.push(by);
        }
        let (columns, first, last) = (columns.join(","), self.first.to_string(), self.last.to_string());
        let mut query = vec![
            ("ids", "channel==MINE"),
            ("startDate", &first),
            ("endDate", &last),
            ("dimensions", self.dimension),
            ("metrics", &columns),
        ];
        if !self.videos.is_empty() {
            query.extend([("filters", videos.as_str()), ("sort", &sort), ("maxResults", &rows)]);
        }
        let table: Table = api.ask(Call::get(op::REPORT, api.report_url()).query(query)).await?;
        Ok(table.cells(self.dimension, metrics))
    }
}

/// What concerns only what was asked for.
fn is_refusal(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Rejected | ErrorKind::PermissionMissing)
}

/// `youtubeAnalytics#resultTable`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    #[serde(default)]
    column_headers: Vec<Column>,
    /// Absent when there is no data.
    #[serde(default)]
    rows: Vec<Vec<Value>>,
}

#[derive(Debug, Deserialize)]
struct Column {
    #[serde(default)]
    name: String,
}

impl Table {
    /// Its numbers, found by the names of their columns.
    fn cells(&self, dimension: &str, metrics: &[Metric]) -> Vec<Cell> {
        let place = |name: &str| self.column_headers.iter().position(|column| column.name == name);
        let Some(key_at) = place(dimension) else { return Vec::new() };
        let columns: Vec<_> =
            metrics.iter().filter_map(|metric| place(metric.native).map(|at| (metric, at))).collect();
        let mut cells = Vec::new();
        for row in &self.rows {
            let Some(key) = row.get(key_at).and_then(Value::as_str) else { continue };
            let values = columns.iter().filter_map(|(metric, at)| {
                let value = in_our_unit(metric.native, row.get(*at)?)?;
                Some(Cell { key: key.to_owned(), metric: **metric, value })
            });
            cells.extend(values);
        }
        cells
    }
}

/// Our units in one of YouTube's: milliseconds in minutes and seconds, basis points in a percent. "Metrics" (2026).
fn factor(native: &str) -> i32 {
    match native {
        "estimatedMinutesWatched" => 60_000,
        "averageViewDuration" => 1_000,
        "averageViewPercentage" | "viewerPercentage" => 100,
        _ => 1,
    }
}

fn in_our_unit(native: &str, value: &Value) -> Option<i64> {
    let factor = factor(native);
    if let Some(whole) = value.as_i64() {
        return whole.checked_mul(i64::from(factor));
    }
    let value = (value.as_f64()? * f64::from(factor)).round();
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and checked to be within 2^53")]
    (value.abs() < 9e15).then_some(value as i64)
}
