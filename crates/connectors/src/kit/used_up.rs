//! From the rate-limit headers of an answer to the time until which the network takes no more.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::errors::{epoch_header, iso_header, number_header, retry_after};

macro_rules! family {
    ($prefix:literal) => {
        Family {
            limit: concat!($prefix, "-limit"),
            remaining: concat!($prefix, "-remaining"),
            reset: concat!($prefix, "-reset"),
        }
    };
}

/// What the names of the headers that the networks use begin with. The last ones are those of X for a day.
const FAMILIES: [Family; 5] = [
    family!("ratelimit"),
    family!("x-ratelimit"),
    family!("x-rate-limit"),
    family!("x-user-limit-24hour"),
    family!("x-app-limit-24hour"),
];

/// The three headers that tell of one limit.
struct Family {
    limit: &'static str,
    remaining: &'static str,
    reset: &'static str,
}

/// While less than one part in so many is left of a limit, only publishing uses it.
const KEPT_PART: i64 = 4;

/// The same, in percent of what is used.
const LOW_PERCENT: f64 = 75.0;

/// Where a network names no time of reset, what can wait asks again after so long.
const AGAIN: Duration = Duration::from_secs(15 * 60);

/// No window is longer; a time beyond it is a mistake of the network, and nobody should wait for it.
const LONGEST: Duration = Duration::from_secs(25 * 3600);

/// Until when the network takes no more calls of the kind that it answered here, if it says so: nothing remains of one of its
/// limits, or it refused the call for its limit.
pub fn used_up(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let nothing_left = |f: &&Family| number_header(headers, f.remaining).is_some_and(|left| left <= 0);
    let by_headers = FAMILIES.iter().filter(nothing_left).filter_map(|f| reset_at(headers, f.reset, now));
    let refused = (status == StatusCode::TOO_MANY_REQUESTS).then(|| retry_after(headers, now)).flatten();
    let full = shares(headers).into_iter().filter(|share| share.most() >= 100.0);
    let full = full.filter_map(|share| now.checked_add(share.regained_in()).ok());
    sensible(by_headers.chain(refused).chain(full), now)
}

/// Until when so little is left of a limit that what can wait should leave it to publishing.
pub fn running_low(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let low = |f: &&Family| {
        let (left, limit) = (number_header(headers, f.remaining), number_header(headers, f.limit));
        left.zip(limit).is_some_and(|(left, limit)| left.saturating_mul(KEPT_PART) < limit)
    };
    let by_headers = FAMILIES.iter().filter(low).filter_map(|f| reset_at(headers, f.reset, now));
    let full = shares(headers).into_iter().filter(|share| share.most() > LOW_PERCENT);
    let full = full.filter_map(|share| now.checked_add(share.regained_in().max(AGAIN)).ok());
    sensible(by_headers.chain(full), now)
}

/// Shares of limits that are used, in percent, as Meta's networks tell them instead: of the calls of the last hours, so that
/// there is no time of reset. developers.facebook.com, "Graph API, Rate limits" (2026).
fn shares(headers: &HeaderMap) -> Vec<Share> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let business = text("x-business-use-case-usage");
    let business = business.and_then(|text| serde_json::from_str::<BTreeMap<String, Vec<Share>>>(text).ok());
    let app = text("x-app-usage").and_then(|text| serde_json::from_str::<Share>(text).ok());
    business.into_iter().flat_map(BTreeMap::into_values).flatten().chain(app).collect()
}

/// What is used of one limit, in percent.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Share {
    call_count: f64,
    total_cputime: f64,
    total_time: f64,
    /// Minutes.
    estimated_time_to_regain_access: u32,
}

impl Share {
    fn most(&self) -> f64 {
        self.call_count.max(self.total_cputime).max(self.total_time)
    }

    fn regained_in(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.estimated_time_to_regain_access))
    }
}

/// The latest of these times, without those that nobody should wait for.
fn sensible(times: impl Iterator<Item = Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let latest = now.checked_add(LONGEST).unwrap_or(now);
    times.filter(|at| *at > now && *at <= latest).max()
}

/// A time, a Unix time, or a number of seconds from now on.
fn reset_at(headers: &HeaderMap, name: &str, now: Timestamp) -> Option<Timestamp> {
    // Seconds that are fewer than those of any Unix time of interest.
    let seconds = number_header(headers, name).filter(|n| (0..1_000_000_000).contains(n));
    match seconds {
        Some(seconds) => now.checked_add(Duration::from_secs(seconds.unsigned_abs())).ok(),
        None => iso_header(headers, name).or_else(|| epoch_header(headers, name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const NOW: &str = "2026-11-24T09:00:00Z";

    fn asked(status: u16, given: &[(&'static str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_str(value).expect("a value"));
        }
        let now = NOW.parse().expect("a time");
        used_up(StatusCode::from_u16(status).expect("a status"), &headers, now).map(|at| at.to_string())
    }

    #[test]
    fn each_network_says_it_in_its_own_headers() {
        let at = Some("2026-11-24T09:10:00Z".to_owned());
        // Bluesky, Mastodon, X by its window and by its day, and a number of seconds.
        assert_eq!(asked(200, &[("ratelimit-remaining", "0"), ("ratelimit-reset", "1795511400")]), at);
        let iso = "2026-11-24T09:10:00.000000Z";
        assert_eq!(asked(200, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", iso)]), at);
        assert_eq!(asked(201, &[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1795511400")]), at);
        let day = [("x-user-limit-24hour-remaining", "0"), ("x-user-limit-24hour-reset", "1795511400")];
        assert_eq!(asked(201, &day), at);
        assert_eq!(asked(200, &[("ratelimit-remaining", "0"), ("ratelimit-reset", "600")]), at);
        assert_eq!(asked(429, &[("retry-after", "600")]), at);
    }

    #[test]
    fn a_quarter_of_a_limit_is_left_to_publishing() {
        let low = |limit: &str, left: &str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [("limit", limit), ("remaining", left), ("reset", "600")] {
                let name = http::HeaderName::try_from(format!("x-ratelimit-{name}")).expect("a name");
                headers.insert(name, HeaderValue::from_str(value).expect("a value"));
            }
            running_low(&headers, NOW.parse().expect("a time")).map(|at| at.to_string())
        };
        let at = Some("2026-11-24T09:10:00Z".to_owned());
        assert_eq!((low("300", "75"), low("300", "74"), low("300", "0")), (None, at.clone(), at));
        assert_eq!((low("many", "1"), low("300", "few")), (None, None), "what can't be read says nothing");
    }

    #[test]
    fn shares_in_percent_say_the_same() {
        let business = |percent: u32, minutes: u32| {
            let of_one = |percent, minutes| {
                format!(
                    r#"[{{"type":"instagram","call_count":{percent},"total_cputime":3,"total_time":4,"estimated_time_to_regain_access":{minutes}}}]"#
                )
            };
            let text = format!(r#"{{"17":{},"18":{}}}"#, of_one(1, 0), of_one(percent, minutes));
            ("x-business-use-case-usage", text)
        };
        let app = |percent: u32| {
            let text = format!(r#"{{"call_count":1,"total_time":{percent},"total_cputime":1}}"#);
            ("x-app-usage", text)
        };
        let now: Timestamp = NOW.parse().expect("a time");
        let in_minutes = |n: i64| Some(now + carillon_domain::time::SignedDuration::from_mins(n));
        let both = |status: u16, (name, text): (&'static str, String)| {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static(name),
                HeaderValue::from_str(&text).expect("a value"),
            )]);
            let status = StatusCode::from_u16(status).expect("a status");
            (used_up(status, &headers, now), running_low(&headers, now))
        };
        assert_eq!(both(200, business(75, 0)), (None, None));
        assert_eq!(both(200, business(76, 0)), (None, in_minutes(15)), "asked again in a while");
        assert_eq!(both(400, business(100, 40)), (in_minutes(40), in_minutes(40)));
        assert_eq!((both(200, app(40)), both(200, app(80))), ((None, None), (None, in_minutes(15))));
        assert_eq!(
            both(200, ("x-app-usage", "much".into())),
            (None, None),
            "what can't be read says nothing"
        );
    }

    #[test]
    fn the_longest_wait_of_several_counts() {
        let both = [
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", "1795511400"),
            ("x-user-limit-24hour-remaining", "0"),
            ("x-user-limit-24hour-reset", "1795532400"),
        ];
        assert_eq!(asked(429, &both), Some("2026-11-24T15:00:00Z".to_owned()));
    }

    #[test]
    fn what_says_nothing_of_use_holds_nothing_back() {
        let remains = [("ratelimit-remaining", "1"), ("ratelimit-reset", "1795511400")];
        assert_eq!(asked(200, &remains), None);
        assert_eq!(asked(503, &[("retry-after", "600")]), None, "an outage is no limit");
        for reset in ["1795510000", "1895511400", "soon", "-5"] {
            let odd = [("ratelimit-remaining", "0"), ("ratelimit-reset", reset)];
            assert_eq!(asked(429, &odd), None, "{reset}");
        }
        assert_eq!(asked(429, &[]), None);
    }
}
