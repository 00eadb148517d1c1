//! `reports.query` of the YouTube Analytics API (discovery description, revision 20240707). Days are those of Los Angeles, and the
//! last ones are missing.

use axum::response::Response;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::door::{Ask, Door, Endpoint, Scopes};
use super::figures::{Part, Slice};
use super::params::Query;
use super::quota::{Bucket, pacific_day};
use super::state::{Memory, Video};
use super::{people, reports};

static QUERY: Endpoint = Endpoint {
    bucket: Bucket::Analytics,
    cost: 1,
    params: &[
        "ids",
        "startDate",
        "endDate",
        "metrics",
        "dimensions",
        "filters",
        "sort",
        "maxResults",
        "startIndex",
        "currency",
        "includeHistoricalChannelData",
    ],
};

const SCOPES: Scopes = &[
    "youtube",
    "youtube.readonly",
    "youtubepartner",
    "yt-analytics.readonly",
    "yt-analytics-monetary.readonly",
];
const MONETARY: Scopes = &["yt-analytics-monetary.readonly"];

/// How many of the newest days are missing.
const LATE_DAYS: i64 = 3;
/// Views below which a row about the viewers is left out. YouTube names no number.
const PRIVATE_BELOW: f64 = 10.0;
/// Most values of a filter. "Reports: Query", `filters`.
const FILTER_VALUES: usize = 500;

fn bad(place: &str, text: impl Into<String>) -> Refusal {
    Refusal::new(400, "global", "badRequest", text).at(place, "parameter")
}

fn unsupported() -> Refusal {
    let text = "The query is not supported. Check the documentation at \
                https://developers.google.com/youtube/analytics/v2/available_reports for supported queries.";
    Refusal::new(400, "global", "badRequest", text)
}

/// `GET /v2/reports`.
pub(super) async fn query(door: Door) -> Response {
    let money = door.who(&Query::of(&door.uri), MONETARY).is_ok();
    door.serve(&QUERY, SCOPES, |ask| {
        let asked = Asked::of(ask)?;
        if asked.metrics.iter().any(|metric| reports::is_money(metric)) && !money {
            return Err(Refusal::scope());
        }
        ask.change(|memory| asked.answer(ask, memory))
    })
}

/// A query that fits a report.
struct Asked {
    start: Date,
    end: Date,
    metrics: Vec<String>,
    dimensions: Vec<String>,
    /// Name and values.
    filters: Vec<(String, Vec<String>)>,
    /// Column and whether downwards.
    sort: Vec<(String, bool)>,
    most: Option<usize>,
    from: usize,
}

impl Asked {
    fn of(ask: &Ask<'_>) -> Result<Self, Refusal> {
        let query = &ask.query;
        let own = format!("channel=={}", people::channel_id(ask.caller));
        if !["channel==MINE", own.as_str()].contains(&query.need("ids")?) {
            return Err(Refusal::new(403, "global", "forbidden", "Forbidden"));
        }
        let date = |name: &str| {
            let text = query.need(name)?;
            text.parse::<Date>().map_err(|_| bad(name, format!("Invalid value for {name}: {text}")))
        };
        let number = |name: &str| match query.get(name).map(str::parse::<usize>) {
            None => Ok(None),
            Some(Ok(number)) if number > 0 => Ok(Some(number)),
            Some(_) => Err(bad(name, format!("Invalid value for {name}."))),
        };
        query.need("metrics")?;
        let asked = Self {
            start: date("startDate")?,
            end: date("endDate")?,
            metrics: query.list("metrics"),
            dimensions: query.list("dimensions"),
            filters: filters(query.get("filters").unwrap_or_default())?,
            sort: query.list("sort").iter().map(|column| direction(column)).collect(),
            most: number("maxResults")?,
            from: number("startIndex")?.unwrap_or(1) - 1,
        };
        asked.check()?;
        Ok(asked)
    }

    fn check(&self) -> Result<(), Refusal> {
        if let Some(metric) = self.metrics.iter().find(|metric| reports::is_whole(metric).is_none()) {
            let text = format!("Unknown identifier ({metric}) given in field parameters.metrics.");
            return Err(bad("metrics", text));
        }
        if self.end < self.start {
            return Err(bad("endDate", "The end date may not be before the start date."));
        }
        let text = |all: &'_ [String]| all.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let (dimensions, metrics) = (text(&self.dimensions), text(&self.metrics));
        let dimensions: Vec<&str> = dimensions.split_whitespace().collect();
        let metrics: Vec<&str> = metrics.split_whitespace().collect();
        let filters: Vec<&str> = self.filters.iter().map(|(name, _)| name.as_str()).collect();
        let report = reports::find(&dimensions, &filters, &metrics).ok_or_else(unsupported)?;
        let columns = |(column, _): &(String, bool)| {
            dimensions.contains(&column.as_str()) || metrics.contains(&column.as_str())
        };
        let months = dimensions.contains(&"month") && (self.start.day() != 1 || self.end.day() != 1);
        if months || !self.sort.iter().all(columns) {
            return Err(unsupported());
        }
        if let Some(top) = &report.top {
            let fine = |(column, down): &(String, bool)| *down && top.by.contains(&column.as_str());
            let sorted = !self.sort.is_empty() && self.sort.iter().all(fine);
            if !sorted || self.most.is_none_or(|asked| asked > top.most) {
                return Err(unsupported());
            }
        }
        Ok(())
    }

    fn answer(&self, ask: &Ask<'_>, memory: &Memory) -> Result<Value, Refusal> {
        let headers: Vec<Value> = self.headers();
        let mut body = json!({ "kind": "youtubeAnalytics#resultTable", "columnHeaders": headers });
        let mut rows: Vec<Vec<Value>> = self
            .slices(ask, memory)
            .into_iter()
            .filter(|(_, slice)| slice.views() >= self.least())
            .map(|(mut row, slice)| {
                row.extend(self.metrics.iter().map(|metric| slice.metric(metric)));
                row
            })
            .collect();
        for (column, down) in self.sort.iter().rev() {
            let at = self.dimensions.iter().chain(&self.metrics).position(|name| name == column).unwrap_or(0);
            rows.sort_by(|a, b| {
                let order = compare(&a[at], &b[at]);
                if *down { order.reverse() } else { order }
            });
        }
        let rows: Vec<_> = rows.into_iter().skip(self.from).take(self.most.unwrap_or(usize::MAX)).collect();
        if !rows.is_empty() {
            body["rows"] = json!(rows);
        }
        Ok(body)
    }

    fn headers(&self) -> Vec<Value> {
        let dimension = |name: &String| {
            json!({ "name": name, "columnType": "DIMENSION",
            "dataType": if name == "elapsedVideoTimeRatio" { "FLOAT" } else { "STRING" } })
        };
        let metric = |name: &String| {
            json!({ "name": name, "columnType": "METRIC",
            "dataType": if reports::is_whole(name) == Some(true) { "INTEGER" } else { "FLOAT" } })
        };
        self.dimensions.iter().map(dimension).chain(self.metrics.iter().map(metric)).collect()
    }

    /// Rows about few people are left out.
    fn least(&self) -> f64 {
        if self.metrics.iter().any(|metric| metric == "viewerPercentage") { PRIVATE_BELOW } else { 0.5 }
    }

    /// The days that have numbers.
    fn days(&self, ask: &Ask<'_>) -> Vec<Date> {
        let last = pacific_day(ask.world.now()).saturating_sub(jiff::Span::new().days(LATE_DAYS));
        let end =
            if self.dimensions.iter().any(|d| d == "month") { self.end.last_of_month() } else { self.end };
        self.start.series(jiff::Span::new().days(1)).take_while(|day| *day <= end.min(last)).collect()
    }

    /// Each combination of values of the dimensions, with what was watched there.
    fn slices(&self, ask: &Ask<'_>, memory: &Memory) -> Vec<(Vec<Value>, Slice)> {
        let only = self.filters.iter().find(|(name, _)| name == "video").map(|(_, ids)| ids);
        // Private ones and those that are not the caller's have no numbers, and are no error.
        let mut videos: Vec<&Video> = memory.uploads(ask.caller);
        videos.retain(|video| only.is_none_or(|ids| ids.contains(&video.id)));
        let share = self.filters.iter().map(|(name, wanted)| share_of(name, wanted)).product::<f64>();
        let channel = only.is_none().then_some(ask.caller);
        let whole = Part { days: self.days(ask), videos, channel, share, of_viewers: 1.0 };
        let mut parts = vec![(Vec::new(), whole)];
        for dimension in &self.dimensions {
            let each = parts.into_iter().flat_map(|(row, part)| {
                part.split(dimension).into_iter().map(move |(value, part)| {
                    let mut row = row.clone();
                    row.push(value);
                    (row, part)
                })
            });
            parts = each.collect();
        }
        parts.into_iter().map(|(row, part)| (row, part.count(memory))).collect()
    }
}

fn filters(text: &str) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let each = text.split(';').filter(|filter| !filter.is_empty()).map(|filter| {
        let invalid = || bad("filters", "Invalid filters.");
        let (name, values) = filter.split_once("==").ok_or_else(invalid)?;
        let values: Vec<_> = values.split(',').map(str::to_owned).collect();
        if values.len() > FILTER_VALUES || values.iter().any(String::is_empty) {
            return Err(invalid());
        }
        Ok((name.to_owned(), values))
    });
    each.collect()
}

fn direction(column: &str) -> (String, bool) {
    match column.strip_prefix('-') {
        Some(name) => (name.to_owned(), true),
        None => (column.to_owned(), false),
    }
}

fn compare(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

/// Which share of all views these values of a filter have.
fn share_of(name: &str, wanted: &[String]) -> f64 {
    let Some(values) = reports::values(name) else { return 1.0 };
    let sum: u32 = values.iter().filter(|(value, _)| wanted.iter().any(|w| w == value)).map(|(_, n)| n).sum();
    f64::from(sum) / 1_000.0
}
