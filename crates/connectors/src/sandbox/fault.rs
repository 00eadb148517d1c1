//! The fault script: what goes wrong, where, and how often.

use std::sync::Mutex;
use std::time::Duration;

use carillon_domain::time::{Entropy, SeededEntropy, random_bytes};
use serde::{Deserialize, Serialize};

use super::lock;

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the call has any effect.
    Before,
    /// After its effect: only the answer is lost or replaced. Never strikes calls that the network itself refused.
    After,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The network answers with `status` (default 503).
    Status,
    /// The connection ends without an answer.
    Cut,
    /// The call takes `delay_ms` longer.
    Delay,
    /// The network answers that there are too many requests, with a reset in `reset_s` (default 60).
    RateLimit,
    /// The presented token runs out, and the network says so.
    TokenExpired,
    /// The presented token's grant is taken back, and the network says so.
    TokenRevoked,
    /// Work that the network does after an upload takes `delay_ms` longer (default 60 000).
    SlowProcessing,
}

/// One line of the script. Without `count` and `probability` it strikes every matching call until it is removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Platform, or `*`.
    pub platform: String,
    /// Operation name, `commit` for every call that makes something public, or `*`.
    pub operation: String,
    /// Before or after the effect.
    #[serde(default = "before")]
    pub when: When,
    /// What goes wrong.
    pub fault: FaultKind,
    /// Status for [`FaultKind::Status`].
    #[serde(default)]
    pub status: Option<u16>,
    /// Milliseconds for [`FaultKind::Delay`] and [`FaultKind::SlowProcessing`].
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// Seconds until the reset of [`FaultKind::RateLimit`].
    #[serde(default)]
    pub reset_s: Option<u32>,
    /// How many matching calls it lets pass first.
    #[serde(default)]
    pub skip: u32,
    /// How many times it strikes before it is used up.
    #[serde(default)]
    pub count: Option<u32>,
    /// How likely it strikes a matching call, 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Seed of the dice; the same seed gives the same sequence.
    #[serde(default)]
    pub seed: Option<u64>,
}

fn before() -> When {
    When::Before
}

impl Fault {
    /// A fault that strikes once.
    pub fn once(platform: &str, operation: &str, when: When, fault: FaultKind) -> Self {
        Self {
            platform: platform.to_owned(),
            operation: operation.to_owned(),
            when,
            fault,
            status: None,
            delay_ms: None,
            reset_s: None,
            skip: 0,
            count: Some(1),
            probability: None,
            seed: None,
        }
    }

    /// With this status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With this delay.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay_ms = u64::try_from(delay.as_millis()).ok();
        self
    }

    /// With a reset in so many seconds.
    #[must_use]
    pub fn reset(mut self, seconds: u32) -> Self {
        self.reset_s = Some(seconds);
        self
    }

    /// That lets so many matching calls pass first.
    #[must_use]
    pub fn skipping(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// That strikes each matching call with this probability.
    #[must_use]
    pub fn randomly(mut self, probability: f64, seed: u64) -> Self {
        (self.count, self.probability, self.seed) = (None, Some(probability), Some(seed));
        self
    }

    /// That strikes so many times.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    /// What is wrong with the line itself, if anything.
    pub fn problem(&self) -> Option<&'static str> {
        if self.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Some("`probability` must be between 0 and 1");
        }
        if self.status.is_some_and(|s| !(400..=599).contains(&s)) {
            return Some("`status` must be between 400 and 599");
        }
        if self.fault == FaultKind::Delay && self.delay_ms.is_none() {
            return Some("a `delay` needs `delay_ms`");
        }
        None
    }

    fn matches(&self, platform: &str, operation: &str, commit: bool) -> bool {
        let place = self.platform == "*" || self.platform == platform;
        let what =
            self.operation == "*" || self.operation == operation || (commit && self.operation == "commit");
        place && what
    }
}

struct Line {
    id: u64,
    fault: Fault,
    dice: SeededEntropy,
}

impl Line {
    /// Rolls the dice and counts down.
    fn strikes(&mut self) -> bool {
        if self.fault.count == Some(0) {
            return false;
        }
        if let Some(left) = self.fault.skip.checked_sub(1) {
            self.fault.skip = left;
            return false;
        }
        if let Some(probability) = self.fault.probability {
            let roll = u32::from_le_bytes(random_bytes(&self.dice as &dyn Entropy));
            if f64::from(roll) / (f64::from(u32::MAX) + 1.0) >= probability {
                return false;
            }
        }
        if let Some(count) = &mut self.fault.count {
            *count -= 1;
        }
        true
    }
}

/// The faults that are in force. They live in memory only: a restarted sandbox is healthy.
#[derive(Default)]
pub struct FaultScript {
    lines: Mutex<(u64, Vec<Line>)>,
}

/// What the script has for one call.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Sum of all delays.
    pub(super) delay: Duration,
    /// The fault that answers instead of the network.
    pub(super) hit: Option<Fault>,
}

impl FaultScript {
    /// Adds a line and gives its number.
    pub fn add(&self, fault: Fault) -> u64 {
        let mut lines = lock(&self.lines);
        lines.0 += 1;
        let id = lines.0;
        let dice = SeededEntropy::new(fault.seed.unwrap_or(id));
        lines.1.push(Line { id, fault, dice });
        id
    }

    /// Removes a line; `false` when there is none.
    pub fn remove(&self, id: u64) -> bool {
        let mut lines = lock(&self.lines);
        let before = lines.1.len();
        lines.1.retain(|l| l.id != id);
        lines.1.len() < before
    }

    /// Removes all lines.
    pub fn clear(&self) {
        lock(&self.lines).1.clear();
    }

    /// The lines with what is left of their counts.
    pub fn list(&self) -> Vec<(u64, Fault)> {
        lock(&self.lines).1.iter().map(|l| (l.id, l.fault.clone())).collect()
    }

    pub(super) fn draw(&self, platform: &str, operation: &str, commit: bool, when: When) -> Drawn {
        let mut drawn = Drawn::default();
        for line in &mut lock(&self.lines).1 {
            let fault = &line.fault;
            let answers = !matches!(fault.fault, FaultKind::Delay | FaultKind::SlowProcessing);
            let wanted = fault.when == when
                && fault.fault != FaultKind::SlowProcessing
                && fault.matches(platform, operation, commit)
                && !(answers && drawn.hit.is_some());
            if wanted && line.strikes() {
                if answers {
                    drawn.hit = Some(line.fault.clone());
                } else {
                    drawn.delay += Duration::from_millis(line.fault.delay_ms.unwrap_or(0));
                }
            }
        }
        drawn
    }

    /// How much longer processing takes for this operation.
    pub(super) fn slowness(&self, platform: &str, operation: &str) -> Duration {
        let mut lines = lock(&self.lines);
        let slow = lines.1.iter_mut().filter(|l| {
            l.fault.fault == FaultKind::SlowProcessing && l.fault.matches(platform, operation, false)
        });
        slow.filter_map(|l| l.strikes().then(|| Duration::from_millis(l.fault.delay_ms.unwrap_or(60_000))))
            .sum()
    }
}
