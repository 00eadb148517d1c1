//! A post's growth as Carillon would have seen it: at the times at which it looks, and with people who do not come evenly.

use std::f64::consts::TAU;

use carillon_connectors::sandbox::Audience;
use carillon_connectors::sandbox::audience::Piece;
use carillon_domain::insight::best_times::Growing;
use carillon_domain::sync::Covered;
use carillon_domain::sync::schedule::{Known, Rhythm};
use carillon_domain::time::{SignedDuration, Timestamp};
use jiff::tz::TimeZone;

use super::dice::Dice;

/// Deviation of the logarithm of what comes between two looks, beside counting. The audience model has none: its posts grow exactly as
/// expected, which would flatter whoever reads hours out of their growth.
const UNEVEN: f64 = 0.3;

/// How a post grew, by what a network may tell of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grown {
    pub views: Option<Growing>,
    pub likes: Option<Growing>,
}

/// When a post is looked at, by the schedule, up to an age.
fn looks(rhythm: &Rhythm, published: Timestamp, age: SignedDuration) -> Vec<Timestamp> {
    let covered = Covered::default();
    let (mut at, mut began, mut looks) = (published, published, Vec::new());
    loop {
        at = rhythm.next_look(at);
        if at >= published + age {
            return looks;
        }
        let known = Known { began: Some(began), covered: &covered, newest_post: Some(published) };
        if rhythm.wants(at, known).is_some() {
            looks.push(at);
            began = at;
        }
    }
}

/// Draws how a post came to its numbers at an age, which are the audience's own.
pub(super) fn grown(
    (audience, piece): (&Audience, &Piece<'_>),
    (rhythm, zone): (&Rhythm, &TimeZone),
    age: SignedDuration,
    dice: &Dice,
) -> Grown {
    let mut times = looks(rhythm, piece.at, age);
    times.push(piece.at + age);
    let mut before = 0;
    let mut parts = Vec::with_capacity(times.len());
    for at in &times {
        let views = audience.reaction(piece, *at).views;
        parts.push(views.saturating_sub(before) as f64 * (UNEVEN * normal(dice)).exp());
        before = views;
    }
    let end = audience.reaction(piece, piece.at + age);
    let seen = |total: u64| {
        let counts = split(total, &parts, dice);
        Growing::new(piece.at, times.iter().copied().zip(counts), zone)
    };
    Grown { views: seen(end.views), likes: seen(end.likes) }
}

/// So many people on these parts, by chance; how many had come at the end of each.
fn split(total: u64, parts: &[f64], dice: &Dice) -> Vec<u64> {
    let mut rest: f64 = parts.iter().sum();
    let (mut left, mut came) = (total, 0);
    let mut counts = Vec::with_capacity(parts.len());
    for (n, part) in parts.iter().enumerate() {
        let last = n + 1 == parts.len();
        let here = if last { left } else { binomial(left, (part / rest).clamp(0.0, 1.0), dice) };
        rest -= part;
        left -= here;
        came += here;
        counts.push(came);
    }
    counts
}

/// How many of so many, each with this probability. The normal distribution stands in where it is near enough.
fn binomial(all: u64, probability: f64, dice: &Dice) -> u64 {
    if probability > 0.5 {
        return all - binomial(all, 1.0 - probability, dice);
    }
    let mean = all as f64 * probability;
    if mean > 40.0 {
        let drawn = mean + (mean * (1.0 - probability)).sqrt() * normal(dice);
        return (drawn.round().max(0.0) as u64).min(all);
    }
    if mean.is_nan() || mean <= 0.0 {
        return 0;
    }
    // From one to the next: those between are geometric.
    let (mut at, mut count) = (0.0, 0);
    loop {
        at += ((1.0 - dice.share()).ln() / (1.0 - probability).ln()).floor() + 1.0;
        if at > all as f64 {
            return count;
        }
        count += 1;
    }
}

/// From the normal distribution around 0 with deviation 1 (Box and Muller 1958).
fn normal(dice: &Dice) -> f64 {
    (-2.0 * (1.0 - dice.share()).ln()).sqrt() * (TAU * dice.share()).cos()
}

#[cfg(test)]
mod tests {
    use carillon_domain::id::Id;
    use carillon_domain::time::ManualClock;

    use super::*;

    #[test]
    fn looks_are_those_of_the_schedule() {
        let dice = Dice::new(3);
        let id = Id::new(&ManualClock::new(Timestamp::UNIX_EPOCH), &dice.0);
        let rhythm = Rhythm::new(TimeZone::UTC, id, false);
        let published = "2026-11-23T09:40:00Z".parse().expect("a time");
        let looks = looks(&rhythm, published, SignedDuration::from_hours(7 * 24));
        let young = looks.iter().filter(|at| at.duration_since(published).as_hours() < 24).count();
        // Each hour of a day, then at 12, 18, 0 and 6 h until the seventh day.
        assert!((23..=25).contains(&young), "{young}");
        assert!((22..=25).contains(&(looks.len() - young)), "{}", looks.len() - young);
        assert!(looks.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn nobody_is_lost_on_the_way() {
        let dice = Dice::new(4);
        let parts = [3.0, 0.0, 1.0, 0.5];
        for total in [0, 1, 14, 90_000] {
            let counts = split(total, &parts, &dice);
            assert_eq!(counts.last(), Some(&total));
            assert!(counts.is_sorted() && counts[1] == counts[0], "{counts:?}");
        }
        let thirds: u64 = (0..2_000).map(|_| binomial(30, 1.0 / 3.0, &dice)).sum();
        assert!((19_400..20_600).contains(&thirds), "{thirds}");
    }
}
