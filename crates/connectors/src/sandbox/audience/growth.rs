//! How many follow, over time: a trend, its noise, jumps after a day that everybody talked about, and bought followers, who
//! come in a day, never look, and are mostly gone after a year.

use super::dice::Dice;

/// Something that changed the number of followers at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// What it was.
    pub kind: EventKind,
    /// The day, counted from the beginning of the audience.
    pub(super) day: u32,
    /// How many followers came with it.
    pub followers: f64,
    /// By how much more posts of that day got; 1 for bought followers, who react to nothing.
    pub factor: f64,
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// What was posted that day went round, and people came.
    Viral,
    /// Followers were bought.
    Bought,
}

impl EventKind {
    /// Its name in the truth that tests read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viral => "viral",
            Self::Bought => "bought",
        }
    }
}

/// Followers as a function of days since the beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    dice: Dice,
    start: f64,
    /// Share of the start that comes with each day.
    a_day: f64,
}

/// Length of a wave of noise in days, and its height as a share of all followers.
const WAVES: [(f64, f64); 4] = [(1.0, 0.000_6), (7.0, 0.002), (30.0, 0.008), (120.0, 0.02)];
const VIRAL_EVERY: f64 = 30.0;
const BOUGHT_EVERY: f64 = 365.0;

impl Growth {
    pub(super) fn draw(dice: Dice, start: f64) -> Self {
        Self { dice, start, a_day: dice.between("growth", 0, (-0.000_15, 0.001)) }
    }

    /// Everybody, and those of them who look.
    pub(super) fn followers(&self, days: f64) -> (f64, f64) {
        let days = days.max(0.0);
        let (mut came, mut bought) = (0.0, 0.0);
        for event in self.events(days) {
            let since = days - f64::from(event.day);
            match event.kind {
                EventKind::Viral => came += event.followers * (1.0 - (-since / 1.5).exp()),
                EventKind::Bought => {
                    bought += event.followers * since.min(1.0) * (0.25 + 0.75 * (-since / 130.0).exp());
                }
            }
        }
        let engaged = self.trend(days) * (self.noise(days) - self.noise(0.0)).exp() + came;
        (engaged + bought, engaged)
    }

    /// What has happened until a day.
    pub(super) fn events(&self, days: f64) -> Vec<Event> {
        let mut events = self.of_kind(EventKind::Viral, days);
        events.extend(self.of_kind(EventKind::Bought, days));
        events.sort_by_key(|event| event.day);
        events
    }

    /// What posts of a day get more, or 1.
    pub(super) fn factor_of(&self, day: u32) -> f64 {
        let viral = self.of_kind(EventKind::Viral, f64::from(day));
        viral.iter().find(|event| event.day == day).map_or(1.0, |event| event.factor)
    }

    fn of_kind(&self, kind: EventKind, days: f64) -> Vec<Event> {
        let (every, likely, size) = match kind {
            EventKind::Viral => (VIRAL_EVERY, 0.15, (0.02, 0.1)),
            EventKind::Bought => (BOUGHT_EVERY, 0.3, (0.08, 0.25)),
        };
        let dice = self.dice;
        let (day, extent, gain) = match kind {
            EventKind::Viral => ("viral day", "viral size", "viral factor"),
            EventKind::Bought => ("bought day", "bought size", ""),
        };
        // At most some hundreds: audiences begin a few years ago.
        (0..=(days / every) as u32)
            .filter(|window| dice.happens(kind.name(), u64::from(*window), likely))
            .map(|window| {
                let n = u64::from(window);
                let at = (f64::from(window) * every + dice.between(day, n, (0.0, every))) as u32;
                let factor = if kind == EventKind::Viral { dice.between(gain, n, (4.0, 12.0)) } else { 1.0 };
                let followers = self.trend(f64::from(at)) * dice.between(extent, n, size);
                Event { kind, day: at, followers, factor }
            })
            .filter(|event| f64::from(event.day) <= days)
            .collect()
    }

    /// Never below a fifth of the start.
    fn trend(&self, days: f64) -> f64 {
        self.start * (1.0 + self.a_day * days).max(0.2)
    }

    /// Smooth noise of several lengths: near to a random walk, and yet known for any day at once.
    fn noise(&self, days: f64) -> f64 {
        WAVES
            .iter()
            .zip(["wave 1", "wave 2", "wave 3", "wave 4"])
            .map(|((length, height), purpose)| {
                let at = days / length;
                let (knot, along) = (at.floor(), at.fract());
                let ends = [0.0, 1.0].map(|n| self.dice.normal(purpose, (knot + n) as u64));
                let smooth = along * along * (3.0 - 2.0 * along);
                height * (ends[0] + (ends[1] - ends[0]) * smooth)
            })
            .sum()
    }
}
