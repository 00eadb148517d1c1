//! Numbers for the owner: of posts by what they are, of the account in a window, and of those who follow it
//! (Instagram Platform - Insights, copies of 2026).
//!
//! What an account got in a window is what its posts got in it, and a little of what lies further back.

mod media;
mod people;

use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(super) use self::media::of_media;
use super::answer::Refusal;
use super::grant::Right;
use super::nodes::{Call, written};
use super::people::account_id;
use super::publishing::audience_until;
use super::{PLATFORM, state};
use crate::sandbox::Persona;

/// Between `since` and `until` at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long numbers of accounts are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Followers, or people who did something, that are needed before anything is said of them.
const ENOUGH: u64 = 100;

/// Metrics of a day with what they can be split by.
const OF_DAYS: &[(&str, &[&str])] = &[
    ("reach", &["media_product_type", "follow_type"]),
    ("views", &["media_product_type", "follow_type"]),
    ("accounts_engaged", &[]),
    ("total_interactions", &["media_product_type"]),
    ("likes", &["media_product_type"]),
    ("comments", &["media_product_type"]),
    ("shares", &["media_product_type"]),
    ("saves", &["media_product_type"]),
    ("replies", &[]),
    ("reposts", &[]),
    ("follows_and_unfollows", &["follow_type"]),
    ("profile_links_taps", &["contact_button_type"]),
];
/// Those that come day by day.
const SERIES: &[&str] = &["reach", "follower_count"];
/// Those without a window.
const LIFETIME: &[&str] = &["follower_demographics", "engaged_audience_demographics", "online_followers"];

/// One call's question, understood.
struct Asked<'a> {
    call: &'a Call<'a>,
    owner: &'static Persona,
    metrics: Vec<String>,
    breakdown: Option<&'a str>,
    total: bool,
    since: Timestamp,
    until: Timestamp,
}

/// `GET /{account}/insights`
pub(super) fn of_account(call: &Call<'_>) -> Result<Value, Refusal> {
    let asked = Asked::read(call)?;
    let lifetime = |metric: &String| LIFETIME.contains(&metric.as_str());
    let data = match call.params.get("period") {
        Some("day") if !asked.metrics.iter().any(lifetime) => asked.days()?,
        Some("lifetime") if asked.metrics.iter().all(lifetime) => people::lifetime(&asked)?,
        Some("day" | "lifetime") => return Err(Refusal::parameter("Incompatible metrics with this period")),
        _ => return Err(Refusal::parameter("Param period must be one of {day, lifetime}")),
    };
    Ok(json!({ "data": data }))
}

impl<'a> Asked<'a> {
    fn read(call: &'a Call<'a>) -> Result<Self, Refusal> {
        call.caller.needs(Right::Insights)?;
        let owner = call.caller.account(call.node, "get")?;
        let metrics = metrics(call)?;
        let known = |metric: &str| {
            OF_DAYS.iter().any(|(name, _)| *name == metric)
                || SERIES.contains(&metric)
                || LIFETIME.contains(&metric)
        };
        if let Some(at) = metrics.iter().position(|metric| !known(metric)) {
            return Err(Refusal::parameter(format!(
                "metric[{at}] must be one of the following values: reach, …"
            )));
        }
        let total = match call.params.get("metric_type") {
            Some("total_value") => true,
            None | Some("time_series" | "default") => false,
            Some(_) => {
                return Err(Refusal::parameter(
                    "Param metric_type must be one of {total_value, time_series}",
                ));
            }
        };
        let (since, until) = span(call)?;
        Ok(Self { call, owner, metrics, breakdown: call.params.get("breakdown"), total, since, until })
    }

    fn days(&self) -> Result<Vec<Value>, Refusal> {
        let form = |wrong: &str, right: &str| {
            let text = format!(
                "The following metrics ({wrong}) should be specified with parameter metric_type={right}"
            );
            Err(Refusal::parameter(text))
        };
        let lost = state::read(self.call.world, |s| s.unsplittable.clone());
        for metric in &self.metrics {
            let split = OF_DAYS.iter().find(|(name, _)| name == metric).map(|(_, split)| *split);
            match split {
                None if self.total => return form(metric, "time_series"),
                Some(_) if !self.total && !SERIES.contains(&metric.as_str()) => {
                    return form(metric, "total_value");
                }
                Some(split) if self.breakdown.is_some_and(|by| !split.contains(&by)) => return Err(unknown()),
                Some(_) if self.breakdown.is_some() && lost.as_ref() == Some(metric) => return Err(unknown()),
                _ => {}
            }
        }
        // Nothing is said of follows while there are few.
        let few = self.followers() < ENOUGH;
        let told = self.metrics.iter().filter(|metric| !(few && metric.starts_with("follow")));
        Ok(told.map(|metric| if self.total { self.total(metric) } else { self.series(metric) }).collect())
    }

    fn followers(&self) -> u64 {
        let wanted = state::read(self.call.world, |s| s.followers);
        wanted.unwrap_or_else(|| self.owner.followers_at(PLATFORM, self.call.world.now()))
    }

    fn total(&self, metric: &str) -> Value {
        let parts = match self.breakdown {
            Some("follow_type") if metric == "follows_and_unfollows" => {
                let flow = self.owner.audience(PLATFORM).flow(self.since, self.until);
                vec![("FOLLOWER", flow.came), ("NON_FOLLOWER", flow.went)]
            }
            Some("follow_type") => {
                let all = self.by_product(metric).iter().map(|(_, n)| n).sum::<u64>();
                vec![("FOLLOWER", all * 6 / 10), ("NON_FOLLOWER", all - all * 6 / 10)]
            }
            Some("contact_button_type") => vec![("CALL", 0), ("EMAIL", self.sum(metric))],
            _ => self.by_product(metric),
        };
        let mut total = json!({ "value": parts.iter().map(|(_, n)| n).sum::<u64>() });
        if let Some(by) = self.breakdown {
            let results: Vec<_> =
                parts.iter().map(|(part, n)| json!({ "dimension_values": [part], "value": n })).collect();
            total["breakdowns"] = json!([{ "dimension_keys": [by], "results": results }]);
        }
        self.entry(metric, "day", ("total_value", total))
    }

    fn sum(&self, metric: &str) -> u64 {
        self.by_product(metric).iter().map(|(_, n)| n).sum()
    }

    fn by_product(&self, metric: &str) -> Vec<(&'static str, u64)> {
        let views = self.views(self.since, self.until);
        views.into_iter().map(|(product, views)| (product, self.count(metric, product, views))).collect()
    }

    fn count(&self, metric: &str, product: &str, views: u64) -> u64 {
        let (likes, saves, shares) = (views / 14, views / 210, views / 170);
        match metric {
            "views" => views,
            "reach" => views * 7 / 10,
            "accounts_engaged" => engaged(views),
            "likes" => likes,
            "saves" => saves,
            "shares" => shares,
            "comments" => self.comments(product),
            "total_interactions" => likes + saves + shares + self.comments(product),
            "replies" if product == "STORY" => views / 150,
            "replies" => 0,
            "reposts" => views / 900,
            _ => views / 120,
        }
    }

    fn comments(&self, product: &str) -> u64 {
        let account = account_id(self.owner);
        state::read(self.call.world, |s| {
            let of =
                |media: &str| s.live(media).is_some_and(|m| m.account == account && m.product == product);
            let within = |at: Timestamp| at >= self.since && at < self.until;
            s.comments.iter().filter(|c| !c.deleted && within(c.at) && of(&c.media)).count() as u64
        })
    }

    /// Views between two times by what was viewed.
    fn views(&self, since: Timestamp, until: Timestamp) -> Vec<(&'static str, u64)> {
        let account = account_id(self.owner);
        let hours = u64::try_from(until.duration_since(since).as_hours()).unwrap_or(0);
        let older = self.owner.followers(PLATFORM) * hours / 9_600;
        let products = ["FEED", "REELS", "STORY"];
        let gained = state::read(self.call.world, |s| {
            products.map(|product| {
                let own =
                    s.media.iter().filter(|m| m.account == account && m.product == product && !m.deleted);
                own.map(|m| audience_until(until, m) - audience_until(since, m)).sum::<u64>()
            })
        });
        let rest = [older, older / 2, 0];
        products.into_iter().zip(gained.into_iter().zip(rest)).map(|(p, (n, old))| (p, n + old)).collect()
    }

    /// One number a day, which ends at seven in the morning.
    fn series(&self, metric: &str) -> Value {
        const SECONDS: i64 = 86_400;
        let first = self.since.as_second().div_euclid(SECONDS) * SECONDS + SECONDS + 7 * 3_600;
        let ends = (0..31).map(|n| first + n * SECONDS).filter_map(|at| Timestamp::from_second(at).ok());
        let value = |end: Timestamp| {
            let value = if metric == "reach" {
                self.views(end - DAY, end).iter().map(|(_, n)| n).sum::<u64>() * 7 / 10
            } else {
                self.owner.audience(PLATFORM).flow(end - DAY, end).came
            };
            json!({ "value": value, "end_time": written(end) })
        };
        let values: Vec<_> = ends.take_while(|end| *end <= self.until).map(value).collect();
        self.entry(metric, "day", ("values", json!(values)))
    }

    fn entry(&self, metric: &str, period: &str, (form, value): (&str, Value)) -> Value {
        let mut entry = described(&account_id(self.owner), metric, period);
        entry[form] = value;
        entry
    }
}

fn described(node: &str, metric: &str, period: &str) -> Value {
    let words = metric.replace('_', " ");
    json!({
        "name": metric,
        "period": period,
        "title": words,
        "description": format!("The {words}."),
        "id": format!("{node}/insights/{metric}/{period}"),
    })
}

fn metrics(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    const KNOWN: &[&str] = &[
        "access_token",
        "appsecret_proof",
        "metric",
        "period",
        "metric_type",
        "since",
        "until",
        "breakdown",
        "timeframe",
    ];
    if let Some(name) = call.params.names().find(|name| !KNOWN.contains(name)) {
        return Err(Refusal::parameter(format!("param {name} is not known")));
    }
    let metrics = call.params.list("metric").unwrap_or_default();
    if metrics.is_empty() {
        return Err(Refusal::parameter("The parameter metric is required"));
    }
    Ok(metrics)
}

/// The last day unless something else is asked for.
fn span(call: &Call<'_>) -> Result<(Timestamp, Timestamp), Refusal> {
    let now = call.world.now();
    let time = |name: &str| match call.params.get(name) {
        None => Ok(None),
        Some(text) => {
            let at = text.parse().ok().and_then(|unix| Timestamp::from_second(unix).ok());
            at.map(Some).ok_or_else(|| Refusal::parameter(format!("Param {name} must be a UNIX time")))
        }
    };
    let until = time("until")?.unwrap_or(now).min(now);
    let since = time("since")?.unwrap_or(until - DAY);
    if since > until {
        return Err(Refusal::parameter("since param must be before until"));
    }
    if until.duration_since(since) > LONGEST {
        let text = "There cannot be more than 30 days (2592000 s) between since and until";
        return Err(Refusal::parameter(text));
    }
    if now.duration_since(since) > KEPT + DAY {
        return Err(Refusal::parameter("since param is not valid. Data are stored for 90 days"));
    }
    Ok((since, until))
}

/// How many of those who saw something did something, too.
fn engaged(views: u64) -> u64 {
    views / 6
}

/// What the network says to a breakdown that a metric does not have.
fn unknown() -> Refusal {
    Refusal::new(1, 0, "An unknown error has occurred.")
}
