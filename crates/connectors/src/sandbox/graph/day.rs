//! Calls within rolling 24 hours, counted by the hour, as Meta's "business use case" limits count them (Graph API - Rate Limits).

use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Calls within 24 hours for each impression (Graph API - Rate Limits).
pub const PER_IMPRESSION: u64 = 4_800;
/// The impressions that everybody is taken to have.
pub const LEAST_IMPRESSIONS: u64 = 10;

const HOUR: i64 = 3_600;

/// The calls of one account: hours since 1970 with their numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Calls {
    hours: Vec<(i64, u64)>,
}

impl Calls {
    /// Counts a call, and gives how many there were with it.
    ///
    /// # Errors
    /// When there were `limit` of them: how many minutes pass until there are fewer.
    pub fn count(&mut self, now: Timestamp, limit: u64) -> Result<u64, i64> {
        let now = now.as_second();
        let hour = now.div_euclid(HOUR);
        self.hours.retain(|(at, _)| *at > hour - 24);
        let count: u64 = self.hours.iter().map(|(_, calls)| calls).sum();
        if count >= limit {
            let oldest = self.hours.first().map_or(hour, |(at, _)| *at);
            return Err(((oldest + 24) * HOUR - now + 59) / 60);
        }
        match self.hours.last_mut() {
            Some((at, calls)) if *at == hour => *calls += 1,
            _ => self.hours.push((hour, 1)),
        }
        Ok(count + 1)
    }
}
