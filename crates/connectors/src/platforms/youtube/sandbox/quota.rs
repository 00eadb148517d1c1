//! What a Cloud project may use in a day. Counted by the project, not by the user; a day ends at midnight in Los Angeles
//! (YouTube Data API, "Quota calculator" and revision history, 1 Jun 2026).

use carillon_domain::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::PLATFORM;
use super::answer::Refusal;
use super::state::{Memory, Usage, change};
use crate::sandbox::World;

/// What is counted apart from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bucket {
    /// 10,000 units for everything that has no bucket of its own.
    Default,
    /// 100 calls of `videos.insert`.
    Insert,
    /// 100 calls of `search.list`.
    Search,
    /// 10,000 calls of `videos.batchGetStats`.
    Stats,
    /// The Analytics API, which is another one; the number is a setting of the project.
    Analytics,
}

impl Bucket {
    fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Insert => "insert",
            Self::Search => "search",
            Self::Stats => "stats",
            Self::Analytics => "analytics",
        }
    }

    fn daily(self, memory: &Memory) -> u32 {
        let usual = match self {
            Self::Default | Self::Stats => 10_000,
            Self::Insert | Self::Search => 100,
            Self::Analytics => 100_000,
        };
        memory.rules.quota.get(self.name()).copied().unwrap_or(usual)
    }
}

/// The rules of the United States since 2007 (Energy Policy Act of 2005, section 110), so that no time zone database is needed.
const PACIFIC: &str = "PST8PDT,M3.2.0,M11.1.0";

fn zone() -> TimeZone {
    TimeZone::posix(PACIFIC).unwrap_or(TimeZone::UTC)
}

/// The date in Los Angeles.
pub(super) fn pacific_day(now: Timestamp) -> Date {
    now.to_zoned(zone()).date()
}

/// When a day begins in Los Angeles.
pub(super) fn midnight(day: Date) -> Timestamp {
    day.to_zoned(zone()).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

/// Refuses a call that the project can't pay for.
pub(super) fn must_have(world: &World, project: &str, bucket: Bucket, cost: u32) -> Result<(), Refusal> {
    let today = pacific_day(world.now()).to_string();
    let refused = change(world, |memory| {
        let limit = bucket.daily(memory);
        let usage = memory.usage.get(project).filter(|usage| usage.day == today);
        let used = usage.and_then(|usage| usage.used.get(bucket.name())).copied().unwrap_or(0);
        used.saturating_add(cost) > limit
    });
    if refused {
        world.refused(PLATFORM, bucket.name());
        return Err(Refusal::quota());
    }
    Ok(())
}

/// Notes what a call cost.
pub(super) fn charge(world: &World, project: &str, bucket: Bucket, cost: u32) {
    let today = pacific_day(world.now()).to_string();
    change(world, |memory| {
        let usage = memory.usage.entry(project.to_owned()).or_default();
        if usage.day != today {
            *usage = Usage { day: today, ..Usage::default() };
        }
        *usage.used.entry(bucket.name().to_owned()).or_default() += cost;
    });
}
