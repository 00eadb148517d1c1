//! When an audience looks, and what that means for a post.

use super::dice::Dice;

/// Hours of a week.
pub const HOURS: usize = 168;
/// Hours after its publication in which nearly all of a post's audience sees it.
const LIFE: usize = 96;
/// What is left of a post's attraction after an hour: half of it after six.
const LEFT: f64 = 0.89;
/// Of what a post gets, the part that comes long after.
const LATE: f64 = 0.08;
/// People who look at no particular time, in units of the mean activity.
const ANYTIME: f64 = 0.15;

/// The weekly pattern of an audience, Monday 0 h first, on the clock of its account's zone.
#[derive(Debug, Clone)]
pub(super) struct Week {
    /// How many look in each hour, 1 on average.
    pub activity: [f64; HOURS],
    /// How much a post gets that is published in each hour, 1 on average.
    pub response: [f64; HOURS],
}

impl Week {
    pub(super) fn draw(dice: Dice) -> Self {
        let own = shape(dice, 0.0);
        // Some have a second audience, on another continent.
        let away = dice.happens("away", 0, 0.2).then(|| {
            let hours = dice.between("away hours", 0, (5.0, 9.0));
            let east = dice.happens("away east", 0, 0.4);
            (shape(dice, if east { -hours } else { hours }), dice.between("away share", 0, (0.3, 0.6)))
        });
        let mut activity = [0.0; HOURS];
        for (hour, here) in activity.iter_mut().enumerate() {
            let mixed = match &away {
                Some((there, share)) => own[hour] * (1.0 - share) + there[hour] * share,
                None => own[hour],
            };
            *here = mixed * dice.factor("hour", hour as u64, 0.08);
        }
        let activity = evened(activity);
        Self { response: evened(response(&activity)), activity }
    }

    /// The share of its end that a post has got after so many seconds, published in this hour: fast while many look,
    /// hardly by night.
    pub(super) fn share(&self, published: usize, seconds: f64) -> f64 {
        let hours = (seconds / 3_600.0).max(0.0);
        let (mut seen, mut all) = (0.0, 0.0);
        for (after, here) in seen_in(&self.activity, published).enumerate() {
            seen += here * (hours - after as f64).clamp(0.0, 1.0);
            all += here;
        }
        let late = hours / (hours + 240.0);
        (1.0 - LATE) * seen / all + LATE * late
    }
}

/// How many see a post in each hour of its life, which begins in this hour of the week.
fn seen_in(activity: &[f64; HOURS], published: usize) -> impl Iterator<Item = f64> {
    let attraction = std::iter::successors(Some(1.0), |left| Some(left * LEFT));
    attraction
        .take(LIFE)
        .enumerate()
        .map(move |(n, left)| left * (ANYTIME + activity[(published + n) % HOURS]))
}

/// Who publishes before and while many look gets more.
fn response(activity: &[f64; HOURS]) -> [f64; HOURS] {
    std::array::from_fn(|hour| seen_in(activity, hour).sum())
}

/// When many look on a usual day: middle and deviation of its hour, and how high it can be.
const PEAKS: [(&str, f64, f64, (f64, f64)); 3] =
    [("morning", 7.5, 1.2, (0.2, 1.0)), ("noon", 12.5, 1.0, (0.0, 0.8)), ("evening", 20.0, 1.5, (0.5, 1.6))];

/// One of these, in one audience.
struct Peak {
    at: f64,
    narrow: f64,
    high: f64,
    /// Hours by which it is later when nobody works, and how much higher it is then.
    free: (f64, f64),
}

impl Peak {
    fn height(&self, hour: f64, free: bool) -> f64 {
        let (later, changed) = if free { self.free } else { (0.0, 1.0) };
        self.high * changed * bump(hour - self.at - later, self.narrow)
    }
}

/// A week out of a morning, a noon and an evening, the first later at weekends, each day with a weight of its own.
fn shape(dice: Dice, shift: f64) -> [f64; HOURS] {
    let weekend = dice.factor("weekend", 0, 0.2);
    let days: [f64; 7] = std::array::from_fn(|day| {
        dice.factor("day", day as u64, 0.12) * if day >= 5 { weekend } else { 1.0 }
    });
    let peaks = PEAKS.map(|(name, middle, spread, weight)| {
        let later = if name == "morning" { dice.between("sleeps in", 0, (1.0, 2.5)) } else { 0.0 };
        Peak {
            at: middle + spread * dice.normal(name, 0) + shift,
            narrow: dice.between(name, 11, (2.0, 7.0)),
            high: dice.between(name, 10, weight),
            free: (later, dice.factor(name, 12, 0.25)),
        }
    });
    std::array::from_fn(|n| {
        let (day, hour) = (n / 24, (n % 24) as f64 + 0.5);
        let looking: f64 = peaks.iter().map(|peak| peak.height(hour, day >= 5)).sum();
        days[day] * (0.07 + looking)
    })
}

/// A smooth hill on the clock's face, 1 at its top (the density of von Mises).
fn bump(hours: f64, narrow: f64) -> f64 {
    (narrow * ((hours / 24.0 * std::f64::consts::TAU).cos() - 1.0)).exp()
}

fn evened(week: [f64; HOURS]) -> [f64; HOURS] {
    let mean = week.iter().sum::<f64>() / HOURS as f64;
    week.map(|hour| hour / mean)
}
