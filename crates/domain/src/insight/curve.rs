//! How a number of a post grew with the post's age, and how it usually does on the account.
//!
//! - A value at an age is the last look at or before it. Nothing is guessed between looks or after them, and a look stands for an
//!   age only as long as posts of that age are looked at again, twice over ([`reach`]); beyond that there is a gap.
//! - A median counts a post only at ages near which it was looked at, and is there only for [`MIN_POSTS`] of them.

use crate::time::SignedDuration;

#[cfg(test)]
mod tests;

/// Fewest posts that a median is made of: of fewer it says more about one of them than about the account.
pub const MIN_POSTS: usize = 5;

/// Ages are compared up to this one.
pub const UNTIL: SignedDuration = SignedDuration::from_hours(91 * 24);

/// How close ages stand that are compared: until an age, one every so often. These are the times at which posts are read by
/// schedule, see `carillon_domain::sync::schedule`. The database thins looks by the same steps.
pub const STEPS: [(SignedDuration, SignedDuration); 4] = [
    (SignedDuration::from_hours(24), SignedDuration::from_hours(1)),
    (SignedDuration::from_hours(7 * 24), SignedDuration::from_hours(6)),
    (SignedDuration::from_hours(30 * 24), SignedDuration::from_hours(24)),
    (UNTIL, SignedDuration::from_hours(7 * 24)),
];

/// The ages that are compared, up to and with `until`.
pub fn ages(until: SignedDuration) -> Vec<SignedDuration> {
    let mut ages = Vec::new();
    let mut begin = SignedDuration::ZERO;
    for (end, step) in STEPS {
        // Multiples of the step: after the thirtieth day the next full week is the 35th.
        let mut age = SignedDuration::ZERO;
        while age <= begin {
            age += step;
        }
        while age <= end.min(until) {
            ages.push(age);
            age += step;
        }
        begin = end;
    }
    ages
}

/// How long before an age the look may lie that stands for it.
pub fn reach(age: SignedDuration) -> SignedDuration {
    let step = STEPS.into_iter().find(|(end, _)| age <= *end).map_or(STEPS[3].1, |(_, step)| step);
    step * 2
}

/// A number at one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// How old the post was.
    pub age: SignedDuration,
    /// The number.
    pub value: i64,
}

/// What was seen of a post, by its age.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Curve(Vec<Seen>);

impl Curve {
    /// From looks in any order. Those before it was public are none: networks and we don't date posts alike to the second. Of two at
    /// one age the later one counts.
    pub fn new(looks: impl IntoIterator<Item = Seen>) -> Self {
        let mut seen: Vec<_> = looks.into_iter().filter(|look| !look.age.is_negative()).collect();
        seen.sort_by_key(|look| look.age);
        seen.dedup_by(|later, kept| {
            let same = later.age == kept.age;
            if same {
                *kept = *later;
            }
            same
        });
        Self(seen)
    }

    /// The looks, by age.
    pub fn seen(&self) -> &[Seen] {
        &self.0
    }

    /// The number at an age; `None` where nobody looked near it.
    pub fn at(&self, age: SignedDuration) -> Option<i64> {
        let after = self.0.partition_point(|look| look.age <= age);
        let last = self.0.get(after.checked_sub(1)?)?;
        (age - last.age <= reach(age)).then_some(last.value)
    }

    /// The looks in pieces that are not parted by a gap, as a line is drawn.
    pub fn pieces(&self) -> Vec<&[Seen]> {
        self.0.chunk_by(|a, b| b.age - a.age <= reach(b.age)).collect()
    }
}

/// What is usual at one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Median {
    /// The age.
    pub age: SignedDuration,
    /// The number in the middle; of two in the middle their mean, rounded half up. `None` for fewer than [`MIN_POSTS`] posts.
    pub value: Option<i64>,
    /// How many posts were looked at near this age.
    pub posts: usize,
}

/// What is usual at each of these ages.
pub fn medians(curves: &[Curve], ages: &[SignedDuration]) -> Vec<Median> {
    let median = |age: &SignedDuration| {
        let mut values: Vec<_> = curves.iter().filter_map(|curve| curve.at(*age)).collect();
        values.sort_unstable();
        let value = if values.len() < MIN_POSTS { None } else { middle(&values) };
        Median { age: *age, value, posts: values.len() }
    };
    ages.iter().map(median).collect()
}

/// Of values in order.
fn middle(sorted: &[i64]) -> Option<i64> {
    let (low, high) = (sorted.get(sorted.len().checked_sub(1)? / 2)?, sorted.get(sorted.len() / 2)?);
    i64::try_from((i128::from(*low) + i128::from(*high) + 1).div_euclid(2)).ok()
}

/// The last of the ages at which both a post's own number and what is usual are known: the usual one and its own, to be compared.
pub fn standing(own: &Curve, usual: &[Median], now: SignedDuration) -> Option<(Median, super::Change)> {
    let mut known = usual.iter().rev().filter(|median| median.age <= now);
    known.find_map(|median| Some((*median, super::Change { from: median.value?, to: own.at(median.age)? })))
}
