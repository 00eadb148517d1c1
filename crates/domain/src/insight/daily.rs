//! One value a day, from looks at any time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Period;

/// A number as it was seen once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When the network said so.
    pub at: Timestamp,
    /// The value.
    pub value: i64,
    /// The field of the network's API.
    pub native: String,
    /// Version of the definition.
    pub definition: u32,
}

/// For each day of the period, in order, the last look on it; a day without one has none.
pub fn daily<'a>(looks: &'a [Look], period: &Period) -> Vec<Option<&'a Look>> {
    let mut last: BTreeMap<Date, &Look> = BTreeMap::new();
    for look in looks.iter().filter(|look| (period.from..period.to).contains(&look.at)) {
        let kept = last.entry(period.date_of(look.at)).or_insert(look);
        if look.at >= kept.at {
            *kept = look;
        }
    }
    period.days().iter().map(|day| last.get(day).copied()).collect()
}

/// A day on which a number began to come from another field, or to mean something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The first look after it.
    pub at: Timestamp,
    /// Field and version before.
    pub was: (String, u32),
    /// Field and version since.
    pub is: (String, u32),
}

/// Where field or definition change between looks, which are in order of time.
pub fn turns(looks: &[Look]) -> Vec<Turn> {
    let origin = |look: &Look| (look.native.clone(), look.definition);
    let turn = |pair: &[Look]| {
        let (was, is) = (origin(&pair[0]), origin(&pair[1]));
        (was != is).then_some(Turn { at: pair[1].at, was, is })
    };
    looks.windows(2).filter_map(turn).collect()
}

/// The days of one account.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// It had values before the first day.
    pub begun: bool,
    /// Its values.
    pub days: &'a [Option<i64>],
}

/// The days of several accounts together. An account counts from its first value on; where one that has begun has none, the sum has
/// none either, because a sum without it would look like a fall.
pub fn total(lines: &[Line<'_>]) -> Vec<Option<i64>> {
    let length = lines.iter().map(|line| line.days.len()).max().unwrap_or_default();
    let mut begun: Vec<bool> = lines.iter().map(|line| line.begun).collect();
    let day = |index: usize| {
        let (mut sum, mut missing) = (None::<i64>, false);
        for (line, begun) in lines.iter().zip(&mut begun) {
            match line.days.get(index).copied().flatten() {
                Some(value) => {
                    *begun = true;
                    sum = Some(sum.unwrap_or_default().saturating_add(value));
                }
                None => missing |= *begun,
            }
        }
        sum.filter(|_| !missing)
    };
    (0..length).map(day).collect()
}
