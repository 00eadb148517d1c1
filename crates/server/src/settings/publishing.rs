//! `[publishing]`: how long things may take.

use std::fmt;
use std::time::Duration;

use carillon_domain::time::SignedDuration;
use carillon_engine::breaker::Patience;
use carillon_engine::publish::verdict::RetryPolicy;
use carillon_engine::timing::Timing;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::SettingsError;

/// A refresh of a token is one call; so long after the lease it has ended.
const REFRESH: SignedDuration = SignedDuration::from_secs(90);

/// A hundred years.
const MOST_DAYS: u32 = 36_500;

/// `[publishing]`
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Publishing {
    /// Seconds before a failed try is repeated.
    #[serde(deserialize_with = "pauses")]
    pub retry_s: Vec<u64>,
    /// Seconds after which a dead node's work is taken over.
    pub lease_s: u32,
    /// Seconds within which a commit must leave.
    pub send_window_s: u32,
    /// Seconds until nothing can come of a send.
    pub send_over_s: u32,
    /// Seconds between looks while looking fails.
    pub look_pause_s: u32,
    /// Seconds after which a person must decide.
    pub look_at_most_s: u32,
    /// Failures in a row after which a network is left alone.
    pub breaker_failures: u32,
    /// Seconds for which it is left alone at first.
    pub breaker_s: u32,
    /// Seconds for which it is left alone at most.
    pub breaker_at_most_s: u32,
    /// Days for which the calls of attempts are kept.
    pub journal_days: u32,
}

impl Publishing {
    /// When failed tries are repeated.
    pub fn retry(&self) -> RetryPolicy {
        let pauses = self.retry_s.iter().copied().map(Duration::from_secs).collect();
        RetryPolicy { pauses, ..RetryPolicy::default() }
    }

    /// How long things may take.
    ///
    /// # Errors
    /// When the times contradict each other.
    pub fn timing(&self) -> Result<Timing, SettingsError> {
        let wrong = |setting: &str, message: String| {
            Err(SettingsError::Value { setting: format!("publishing.{setting}"), from: None, message })
        };
        if self.lease_s == 0 {
            return wrong("lease_s", "it must be at least 1".to_owned());
        }
        if self.send_window_s == 0 {
            return wrong("send_window_s", "it must be at least 1".to_owned());
        }
        let least = self.send_window_s.saturating_mul(2);
        if self.send_over_s < least {
            let message = format!("it must be at least {least}, twice `send_window_s`");
            return wrong("send_over_s", message);
        }
        if self.look_at_most_s < self.send_over_s {
            return wrong("look_at_most_s", "it must be at least `send_over_s`".to_owned());
        }
        if self.breaker_s == 0 {
            return wrong("breaker_s", "it must be at least 1".to_owned());
        }
        if self.breaker_at_most_s < self.breaker_s {
            return wrong("breaker_at_most_s", "it must be at least `breaker_s`".to_owned());
        }
        if !(1..=MOST_DAYS).contains(&self.journal_days) {
            return wrong("journal_days", format!("it must be from 1 to {MOST_DAYS}"));
        }
        let seconds = |s: u32| SignedDuration::from_secs(i64::from(s));
        Ok(Timing {
            lease: Duration::from_secs(self.lease_s.into()),
            refresh_lease: seconds(self.lease_s) + REFRESH,
            intent_ahead: Timing::default().intent_ahead.min(seconds(self.send_window_s) / 2),
            send_window: Duration::from_secs(self.send_window_s.into()),
            send_over: seconds(self.send_over_s),
            look_pause: seconds(self.look_pause_s.max(1)),
            look_at_most: seconds(self.look_at_most_s),
            work_at_most: Timing::default().work_at_most,
            journal: SignedDuration::from_hours(24 * i64::from(self.journal_days)),
            breaker: Patience {
                failures: self.breaker_failures,
                first: Duration::from_secs(self.breaker_s.into()),
                longest: Duration::from_secs(self.breaker_at_most_s.into()),
            },
            restored_at: None,
        })
    }
}

/// A list of numbers, or text with commas, which is what an environment variable can hold.
fn pauses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Vec<u64>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of seconds, or seconds separated by commas")
        }
        fn visit_u64<E: serde::de::Error>(self, one: u64) -> Result<Self::Value, E> {
            Ok(vec![one])
        }
        fn visit_i64<E: serde::de::Error>(self, one: i64) -> Result<Self::Value, E> {
            u64::try_from(one).map(|one| vec![one]).map_err(|_| E::custom("seconds can't be negative"))
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts
                .map(|part| {
                    part.parse().map_err(|_| E::custom(format!("`{part}` is not a number of seconds")))
                })
                .collect()
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut items = Vec::new();
            while let Some(item) = seq.next_element()? {
                items.push(item);
            }
            Ok(items)
        }
    }
    let pauses = deserializer.deserialize_any(Visitor)?;
    if pauses.len() > 20 || pauses.iter().any(|pause| *pause > 86_400) {
        return Err(D::Error::custom("at most 20 pauses of at most 86400 seconds"));
    }
    Ok(pauses)
}
