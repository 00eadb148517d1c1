//! How good an answer is, when the truth is known.

use carillon_domain::insight::best_times::{BestTimes, HOURS, Trust, Week};

/// Slots that are recommended.
const SLOTS: usize = 3;

/// What one answer is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Score {
    /// What the recommended slots bring, as a share of what the best slots would.
    pub share: f64,
    /// The share of hours whose interval holds the truth.
    pub covered: f64,
    /// The same of the recommended ones.
    pub covered_best: f64,
    /// Upper end of an interval divided by the lower, on (geometric) average.
    pub width: f64,
    /// The answer calls itself the account's own.
    pub own: bool,
}

impl Score {
    pub(super) fn of(answer: &BestTimes, truth: &Week) -> Self {
        let level = truth.iter().map(|t| t.ln()).sum::<f64>() / HOURS as f64;
        let holds = |cell: usize| {
            let ratio = (truth[cell].ln() - level).exp();
            let told = &answer.cells[cell];
            f64::from(u8::from(told.low <= ratio && ratio <= told.high))
        };
        let top: Vec<usize> = answer.top(SLOTS).map(|cell| cell.hour.index()).collect();
        let width = answer.cells.iter().map(|cell| (cell.high / cell.low).ln()).sum::<f64>();
        Self {
            share: share(top.iter().copied(), truth),
            covered: (0..HOURS).map(holds).sum::<f64>() / HOURS as f64,
            covered_best: top.iter().map(|cell| holds(*cell)).sum::<f64>() / SLOTS as f64,
            width: (width / HOURS as f64).exp(),
            own: answer.trust == Trust::Own,
        }
    }
}

/// What a post in one of these hours brings on average, as a share of what one in the best slots would.
pub(super) fn share(hours: impl Iterator<Item = usize>, truth: &Week) -> f64 {
    let chosen: Vec<f64> = hours.map(|hour| truth[hour]).collect();
    let mut best = *truth;
    best.sort_by(|a, b| b.total_cmp(a));
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    mean(&chosen) / mean(&best[..SLOTS])
}

/// The hours with the highest values of a pattern.
pub(super) fn highest(pattern: &Week) -> impl Iterator<Item = usize> {
    let mut hours: Vec<usize> = (0..HOURS).collect();
    hours.sort_by(|a, b| pattern[*b].total_cmp(&pattern[*a]).then(a.cmp(b)));
    hours.into_iter().take(SLOTS)
}

#[cfg(test)]
mod tests {
    use carillon_domain::insight::best_times::{Evidence, best_times, general};

    use super::*;

    #[test]
    fn the_best_hours_are_worth_all_and_others_less() {
        let mut truth = [1.0; HOURS];
        (truth[5], truth[6], truth[7], truth[8]) = (4.0, 3.0, 2.0, 2.0);
        assert_eq!(highest(&truth).collect::<Vec<_>>(), [5, 6, 7]);
        assert!((share([5, 6, 8].into_iter(), &truth) - 1.0).abs() < 1e-12);
        assert!((share([0, 1, 5].into_iter(), &truth) - 6.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn an_interval_that_misses_counts_as_missed() {
        let general = general();
        let mut answer = best_times(&Evidence { posts: &[], activity: None, growth: &[], general: &general });
        let truth: Week = std::array::from_fn(|n| answer.cells[n].estimate);
        assert!((Score::of(&answer, &truth).covered - 1.0).abs() < 1e-12);
        answer.cells[0].low = answer.cells[0].high;
        let score = Score::of(&answer, &truth);
        assert!((score.covered - 167.0 / 168.0).abs() < 1e-12 && !score.own, "{score:?}");
    }
}
