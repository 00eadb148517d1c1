//! When followers are online, as a network counts them hour by hour, folded into one week.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::best_times::{HOURS, Week, WeekHour};

/// How many followers are online in the hours of a week.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveHours {
    /// The mean of each hour, Monday 0 h first; `None` for an hour of which nothing was told.
    pub cells: Vec<Option<f64>>,
    /// How many hours were told, over all weeks.
    pub told: usize,
}

impl ActiveHours {
    /// Folds counts of hours, each with the instant at which it began, by the clock of a zone. `None` if nobody was ever online, or
    /// nothing was told.
    pub fn of(counts: impl IntoIterator<Item = (Timestamp, i64)>, zone: &TimeZone) -> Option<Self> {
        let mut sums = [(0.0_f64, 0_u32); HOURS];
        let mut told = 0;
        for (at, count) in counts {
            let Ok(count) = u32::try_from(count) else { continue };
            let (sum, times) = &mut sums[WeekHour::at(at, zone).index()];
            *sum += f64::from(count);
            *times += 1;
            told += 1;
        }
        let mean = |(sum, times): (f64, u32)| (times > 0).then(|| sum / f64::from(times));
        let cells: Vec<_> = sums.into_iter().map(mean).collect();
        cells.iter().flatten().any(|mean| *mean > 0.0).then_some(Self { cells, told })
    }

    /// Mean over the hours that were told.
    pub fn mean(&self) -> f64 {
        let known: Vec<f64> = self.cells.iter().flatten().copied().collect();
        // At most 168 hours are known.
        let hours = u8::try_from(known.len()).map_or(1.0, f64::from);
        known.iter().sum::<f64>() / hours.max(1.0)
    }

    /// The whole week, if every hour of it was told: half a week would look like one in which nobody is there for days.
    pub fn week(&self) -> Option<Week> {
        let mut week = [0.0; HOURS];
        for (hour, mean) in week.iter_mut().zip(&self.cells) {
            *hour = (*mean)?;
        }
        Some(week)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// From a Monday, midnight in Athens, for so many hours: as many as the hour says, and ten more each week.
    fn counts(hours: i64) -> Vec<(Timestamp, i64)> {
        let monday = at("2027-01-10T22:00:00Z");
        (0..hours).map(|n| (monday + SignedDuration::from_hours(n), n % 24 + 10 * (n / 168))).collect()
    }

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Athens").expect("a zone")
    }

    #[test]
    fn weeks_are_folded_by_the_clock() {
        let two = ActiveHours::of(counts(2 * 168), &zone()).expect("a week");
        assert_eq!((two.told, two.cells.len()), (336, HOURS));
        // Of 7 and 17 on Monday at seven.
        assert_eq!((two.cells[7], two.cells[24 + 7]), (Some(12.0), Some(12.0)));
        assert!((two.mean() - 16.5).abs() < 1e-9, "{}", two.mean());
        assert!(two.week().is_some_and(|week| (week[167] - 28.0).abs() < 1e-9));
        let moved = ActiveHours::of(counts(168), &TimeZone::UTC).expect("a week");
        assert_eq!(moved.cells[5], Some(7.0), "two hours earlier");
    }

    #[test]
    fn an_hour_that_nobody_told_of_is_not_empty() {
        let part = ActiveHours::of(counts(30), &zone()).expect("something");
        assert_eq!((part.cells[5], part.cells[30], part.week()), (Some(5.0), None, None));
        assert!((part.mean() - 291.0 / 30.0).abs() < 1e-9, "of the told ones alone: {}", part.mean());
    }

    #[test]
    fn nothing_and_nobody_make_no_week() {
        assert_eq!(ActiveHours::of([], &zone()), None);
        let none = counts(168).into_iter().map(|(at, _)| (at, 0));
        assert_eq!(ActiveHours::of(none, &zone()), None);
        let strange = [(at("2027-01-10T22:00:00Z"), -4)];
        assert_eq!(ActiveHours::of(strange, &zone()), None);
    }
}
