//! Who follows, who did something, and when followers are online.

use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::super::PLATFORM;
use super::super::answer::Refusal;
use super::super::nodes::written;
use super::{Asked, DAY, ENOUGH, LONGEST, engaged};

const BREAKDOWNS: &[&str] = &["age", "city", "country", "gender"];

/// The metrics without a window. Of too few people there is nothing.
pub(super) fn lifetime(asked: &Asked<'_>) -> Result<Vec<Value>, Refusal> {
    let mut data = Vec::new();
    for metric in &asked.metrics {
        let people = match metric.as_str() {
            "engaged_audience_demographics" => {
                let month = asked.views(asked.until - LONGEST, asked.until);
                engaged(month.iter().map(|(_, views)| views).sum())
            }
            _ => asked.followers(),
        };
        let form = match metric.as_str() {
            "online_followers" => ("values", online(asked)?),
            _ => ("total_value", demographics(asked, people)?),
        };
        if people >= ENOUGH && asked.followers() >= ENOUGH {
            data.push(asked.entry(metric, "lifetime", form));
        }
    }
    Ok(data)
}

fn demographics(asked: &Asked<'_>, people: u64) -> Result<Value, Refusal> {
    if !asked.total {
        let text = "The following metrics should be specified with parameter metric_type=total_value";
        return Err(Refusal::parameter(text));
    }
    if !matches!(asked.call.params.get("timeframe"), Some("this_week" | "this_month")) {
        return Err(Refusal::parameter("Param timeframe must be one of {this_week, this_month}"));
    }
    let by = asked.breakdown.filter(|by| BREAKDOWNS.contains(by)).ok_or_else(super::unknown)?;
    let shares: &[(&str, u64)] = match by {
        "country" => &[("NO", 40), ("DE", 35), ("IE", 25)],
        "city" => &[("Bergen, Vestland", 55), ("Freiburg, Baden-Württemberg", 45)],
        "age" => &[("18-24", 30), ("25-34", 45), ("35-44", 25)],
        _ => &[("F", 51), ("M", 44), ("U", 5)],
    };
    let shown = |(part, percent): &(&str, u64)| json!({ "dimension_values": [part], "value": people * percent / 100 });
    let results: Vec<_> = shares.iter().map(shown).collect();
    Ok(json!({ "breakdowns": [{ "dimension_keys": [by], "results": results }] }))
}

/// When an hour of the day that ends at this time begins.
fn beginning(end: Timestamp, hour: i64) -> Timestamp {
    end - DAY + SignedDuration::from_hours(hour)
}

/// Of each day how many are online in each of its hours.
fn online(asked: &Asked<'_>) -> Result<Value, Refusal> {
    const SECONDS: i64 = 86_400;
    if asked.total || asked.breakdown.is_some() {
        let text = "The following metrics (online_followers) should be specified with parameter metric_type=time_series";
        return Err(Refusal::parameter(text));
    }
    let first = asked.since.as_second().div_euclid(SECONDS) * SECONDS + 7 * 3_600;
    let ends = (0..32).filter_map(|n| Timestamp::from_second(first + n * SECONDS).ok());
    let within = ends.filter(|end| *end > asked.since && *end <= asked.until);
    let audience = asked.owner.audience(PLATFORM);
    let shown = |end: Timestamp| {
        // The newest day is not counted yet.
        let counted = asked.call.world.now().duration_since(end) >= DAY;
        let hours = (0..24_i64).filter(|_| counted);
        let value: Map<String, Value> =
            hours.map(|hour| (hour.to_string(), json!(audience.active(beginning(end, hour))))).collect();
        json!({ "value": value, "end_time": written(end) })
    };
    Ok(Value::Array(within.map(shown).collect()))
}
