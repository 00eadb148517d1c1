//! The forms in which the networks give a number: a series of days, a total, a total with its parts, an object by type, a list by
//! link.

use carillon_domain::time::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::super::client::timestamp;
use super::{Ask, Take};
use crate::contract::insights::{Observation, Window};

/// One metric of an answer.
#[derive(Debug, Deserialize)]
pub struct Insight {
    pub name: String,
    #[serde(default)]
    values: Vec<Point>,
    total_value: Option<Total>,
    #[serde(default)]
    link_total_values: Vec<Link>,
}

/// A number, or an object of numbers by type, at the end of a day or without a time.
#[derive(Debug, Deserialize)]
struct Point {
    value: Option<Value>,
    end_time: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Total {
    value: Option<Value>,
    #[serde(default)]
    breakdowns: Vec<Breakdown>,
}

#[derive(Debug, Deserialize)]
struct Breakdown {
    #[serde(default)]
    dimension_keys: Vec<String>,
    #[serde(default)]
    results: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default)]
    dimension_values: Vec<String>,
    value: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Link {
    value: Option<Value>,
    link_url: Option<String>,
}

impl Insight {
    /// What it says of a metric that was asked for. Numbers that have no time of their own are those of `window`.
    pub fn observations(&self, ask: &Ask, window: Option<Window>) -> Vec<Observation> {
        let times = match ask.take {
            Take::Times(times) => times,
            Take::Plain | Take::Part(_) => 1,
        };
        let seen = |part: Option<String>, window: Option<Window>, value: &Value| {
            let part = match (ask.metric.by, part) {
                (Some(by), Some(part)) => Some((by, part)),
                _ => None,
            };
            let (metric, native) = (ask.metric.name, ask.metric.native);
            Some(Observation { metric, part, window, value: number(value, times)?, native })
        };
        match (ask.take, ask.metric.by) {
            (Take::Part(word), _) => {
                let parts = self.parts(window).into_iter();
                let meant = parts.filter(|(part, ..)| part.eq_ignore_ascii_case(word));
                meant.filter_map(|(_, window, value)| seen(None, window, value)).collect()
            }
            (_, Some(_)) => {
                let parts = self.parts(window).into_iter();
                parts.filter_map(|(part, window, value)| seen(Some(part), window, value)).collect()
            }
            (_, None) => {
                let sums = self.sums(window).into_iter();
                sums.filter_map(|(window, value)| seen(None, window, value)).collect()
            }
        }
    }

    fn sums(&self, window: Option<Window>) -> Vec<(Option<Window>, &Value)> {
        match self.total_value.as_ref().and_then(|total| total.value.as_ref()) {
            Some(value) => vec![(window, value)],
            None => self.points(window),
        }
    }

    fn parts(&self, window: Option<Window>) -> Vec<(String, Option<Window>, &Value)> {
        let breakdowns = self.total_value.iter().flat_map(|total| &total.breakdowns);
        let single = breakdowns.filter(|breakdown| breakdown.dimension_keys.len() == 1);
        let results = single
            .flat_map(|breakdown| &breakdown.results)
            .filter_map(|part| Some((part.dimension_values.first()?.clone(), window, part.value.as_ref()?)));
        let links = self
            .link_total_values
            .iter()
            .filter_map(|link| Some((link.link_url.clone()?, window, link.value.as_ref()?)));
        let by_type = self.points(window).into_iter().flat_map(|(window, value)| {
            let object = value.as_object().into_iter().flatten();
            object.map(move |(kind, value)| (kind.clone(), window, value))
        });
        results.chain(links).chain(by_type).collect()
    }

    /// The points of a series with their days, which begin where the day before ended: around a change of daylight saving time
    /// they are an hour shorter or longer.
    fn points(&self, window: Option<Window>) -> Vec<(Option<Window>, &Value)> {
        let mut before: Option<Timestamp> = None;
        let mut points = Vec::new();
        for point in &self.values {
            let end = point.end_time.as_deref().and_then(timestamp);
            if let Some(value) = &point.value {
                points.push((end.and_then(|to| day(before, to)).or(window), value));
            }
            before = end;
        }
        points
    }
}

fn day(before: Option<Timestamp>, to: Timestamp) -> Option<Window> {
    let is_a_day = |from: &Timestamp| (23..=25).contains(&to.duration_since(*from).as_hours());
    let from = before.filter(is_a_day).or_else(|| to.checked_sub(SignedDuration::from_hours(24)).ok())?;
    Some(Window { from, to })
}

/// A whole number in our units.
fn number(value: &Value, times: i32) -> Option<i64> {
    match value.as_i64() {
        Some(whole) => whole.checked_mul(times.into()),
        // Rounded to the nearest whole one.
        None => format!("{:.0}", value.as_f64()? * f64::from(times)).parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::insights::Metric;

    fn read(insight: Value, ask: Ask, window: Option<Window>) -> Vec<Observation> {
        serde_json::from_value::<Insight>(insight).unwrap().observations(&ask, window)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const SUM: Ask = Ask { metric: Metric::of("views", "views"), take: Take::Plain };
    const SPLIT: Ask = Ask { metric: Metric::split("views", "kind", "views"), take: Take::Plain };

    #[test]
    fn days_begin_where_the_day_before_ended() {
        // In California the clocks go back on 1 November 2026, so that this day has 25 hours.
        let series = json!({ "name": "views", "values": [
            { "value": 5, "end_time": "2026-11-01T07:00:00+0000" },
            { "value": 6, "end_time": "2026-11-02T08:00:00+0000" },
            { "end_time": "2026-11-03T08:00:00+0000" },
            { "value": 0, "end_time": "2026-11-05T08:00:00+0000" },
        ] });
        let found: Vec<_> =
            read(series, SUM, None).into_iter().map(|o| (o.value, o.window.unwrap())).collect();
        let day = |from, to| Window { from: at(from), to: at(to) };
        assert_eq!(
            found,
            [
                (5, day("2026-10-31T07:00:00Z", "2026-11-01T07:00:00Z")),
                (6, day("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z")),
                (0, day("2026-11-04T08:00:00Z", "2026-11-05T08:00:00Z")),
            ]
        );
    }

    #[test]
    fn a_total_and_its_parts_are_told_apart() {
        let window = Some(Window { from: at("2026-11-01T00:00:00Z"), to: at("2026-11-02T00:00:00Z") });
        let total = json!({ "name": "views", "values": [{ "value": 25 }], "total_value": { "value": 25, "breakdowns": [
            { "dimension_keys": ["kind"], "results": [
                { "dimension_values": ["tap_back"], "value": 4 }, { "dimension_values": ["tap_exit"], "value": 21 },
            ] },
            { "dimension_keys": ["kind", "other"], "results": [{ "dimension_values": ["a", "b"], "value": 25 }] },
        ] } });
        let sum = read(total.clone(), SUM, window);
        assert_eq!(sum.iter().map(|o| (o.value, o.window)).collect::<Vec<_>>(), [(25, window)]);
        let split = read(total.clone(), SPLIT, window);
        let parts: Vec<_> = split.iter().map(|o| (o.part.clone().unwrap(), o.value)).collect();
        assert_eq!(parts, [(("kind", "tap_back".to_owned()), 4), (("kind", "tap_exit".to_owned()), 21)]);
        let one = Ask { metric: Metric::of("follows", "views"), take: Take::Part("TAP_EXIT") };
        let one = read(total, one, window);
        assert_eq!(
            one.iter().map(|o| (o.metric, o.part.clone(), o.value)).collect::<Vec<_>>(),
            [("follows", None, 21)]
        );
    }

    #[test]
    fn objects_by_type_and_lists_by_link_have_parts_and_no_sum() {
        let by_type = json!({ "name": "views", "values": [{ "value": { "like": 3, "haha": 0 } }] });
        assert_eq!(read(by_type.clone(), SUM, None), []);
        assert_eq!(read(by_type, SPLIT, None).len(), 2);
        let links = json!({ "name": "views", "link_total_values": [{ "value": 2, "link_url": "https://a.example" }] });
        assert_eq!(read(links, SPLIT, None)[0].part, Some(("kind", "https://a.example".to_owned())));
    }

    #[test]
    fn numbers_come_in_our_units_and_missing_ones_not_at_all() {
        let times = Ask { metric: Metric::of("skip_rate", "views"), take: Take::Times(100) };
        let value = |value: Value| {
            let read = read(json!({ "name": "views", "values": [{ "value": value }] }), times, None);
            read.first().map(|o| o.value)
        };
        assert_eq!(
            (value(json!(43.21)), value(json!(7)), value(json!(0))),
            (Some(4_321), Some(700), Some(0))
        );
        assert_eq!((value(Value::Null), value(json!("7"))), (None, None));
        assert_eq!(read(json!({ "name": "views", "values": [] }), SUM, None), []);
    }
}
