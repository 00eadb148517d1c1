//! The pattern to begin with, for accounts and networks of which nothing better is known.

use super::{HOURS, Week};

/// What an hour of a workday has of people who are awake and have a moment. An assumption, and meant to be a weak one: low by
/// night, rising in the morning, highest in the evening. It is no network's figure.
const WORKDAY: [f64; 24] = [
    0.35, 0.25, 0.20, 0.20, 0.22, 0.35, 0.60, 0.85, 1.00, 1.05, 1.05, 1.10, 1.20, 1.15, 1.05, 1.05, 1.10,
    1.20, 1.30, 1.40, 1.40, 1.25, 0.95, 0.60,
];
/// The same of Saturdays and Sundays, an hour or two later in the morning.
const WEEKEND: [f64; 24] = [
    0.45, 0.35, 0.27, 0.22, 0.22, 0.27, 0.40, 0.60, 0.85, 1.05, 1.15, 1.20, 1.20, 1.15, 1.10, 1.10, 1.15,
    1.20, 1.25, 1.30, 1.30, 1.20, 1.00, 0.70,
];

/// How posts do in each hour of a week, if people look as assumed above.
pub fn general() -> Week {
    let mut week = [0.0; HOURS];
    for (hour, value) in week.iter_mut().enumerate() {
        let day = if hour / 24 < 5 { &WORKDAY } else { &WEEKEND };
        *value = day[hour % 24];
    }
    ahead(&week)
}

/// Hours in which a post's chances fall to 37 % (1/e), of those that matter.
const LIFE: f64 = 5.0;
/// Share of a post's success that its hour does not change.
pub(super) const ANYHOW: f64 = 0.2;

/// What a post can hope for in each hour, from how many look then: who publishes before the crowd comes meets it. A post lives for
/// some hours, the first of which matter most.
fn ahead(activity: &Week) -> Week {
    let weights: [f64; 24] = std::array::from_fn(|n| (-(n as f64) / LIFE).exp());
    let total: f64 = weights.iter().sum();
    let mean = activity.iter().sum::<f64>() / HOURS as f64;
    std::array::from_fn(|hour| {
        let coming = weights.iter().enumerate().map(|(n, w)| w * activity[(hour + n) % HOURS]);
        ANYHOW * mean + (1.0 - ANYHOW) * coming.sum::<f64>() / total
    })
}
