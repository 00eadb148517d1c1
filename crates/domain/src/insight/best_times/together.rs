//! The hours that are best for several accounts at once.

use super::{BestTimes, Cell, Trust, WeekHour};

/// The answers of several accounts as one: each hour has the geometric mean of what the accounts say of it, each weighing the same.
///
/// An estimate is a multiple of its account's own mean, so what is averaged is gain, not size: a large account does not drown a small
/// one. Low and high ends are averaged in the same way, as if all errors went the same way. That interval is never narrower than that
/// of independent errors, and of one account it is its own.
///
/// Answers that are general only ([`Trust::General`]) don't count: they are about nobody. `None` if no other is there. What comes out is
/// [`Trust::Own`] only if all of them are and the best hour together surely beats the mean.
pub fn together<'a>(answers: impl IntoIterator<Item = &'a BestTimes>) -> Option<BestTimes> {
    let counted: Vec<&BestTimes> =
        answers.into_iter().filter(|answer| answer.trust != Trust::General).collect();
    if counted.is_empty() {
        return None;
    }
    let cells: Vec<Cell> = WeekHour::all().filter_map(|hour| of_hour(&counted, hour)).collect();
    let mut best: Vec<&Cell> = cells.iter().collect();
    best.sort_by(|a, b| b.estimate.total_cmp(&a.estimate).then(a.hour.cmp(&b.hour)));
    let stands_out = best.first().is_some_and(|cell| cell.low > 1.0);
    let all_own = counted.iter().all(|answer| answer.trust == Trust::Own);
    Some(BestTimes {
        ranking: best.iter().map(|cell| cell.hour).collect(),
        posts: counted.iter().map(|answer| answer.posts).sum(),
        trust: if all_own && stands_out { Trust::Own } else { Trust::Hint },
        cells,
    })
}

/// One hour of all of them.
fn of_hour(answers: &[&BestTimes], hour: WeekHour) -> Option<Cell> {
    let cells: Option<Vec<&Cell>> = answers.iter().map(|answer| answer.cells.get(hour.index())).collect();
    let cells = cells?;
    let mean = |value: fn(&Cell) -> f64| {
        let sum: f64 = cells.iter().map(|cell| value(cell).ln()).sum();
        (sum / cells.len() as f64).exp()
    };
    Some(Cell {
        hour,
        estimate: mean(|cell| cell.estimate),
        low: mean(|cell| cell.low),
        high: mean(|cell| cell.high),
        posts: cells.iter().map(|cell| cell.posts).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An account that does so many times its mean in one hour, and its mean in all others.
    fn answer(trust: Trust, posts: usize, hour: usize, times: f64) -> BestTimes {
        let cells: Vec<Cell> = WeekHour::all()
            .map(|at| {
                let estimate = if at.index() == hour { times } else { 1.0 };
                Cell { hour: at, estimate, low: estimate / 1.5, high: estimate * 1.5, posts: 1 }
            })
            .collect();
        let ranking = WeekHour::all().collect();
        BestTimes { cells, ranking, posts, trust }
    }

    fn is_about(value: f64, want: f64) -> bool {
        (value - want).abs() < 1e-9
    }

    #[test]
    fn gains_are_averaged_whatever_the_size() {
        let (small, large) = (answer(Trust::Own, 30, 20, 9.0), answer(Trust::Own, 900, 40, 4.0));
        let both = together([&small, &large]).expect("an answer");
        assert_eq!((both.cells.len(), both.posts, both.trust), (168, 930, Trust::Own));
        let best: Vec<usize> = both.top(3).map(|cell| cell.hour.index()).collect();
        assert_eq!(best, [20, 40, 0], "best first, and of equal ones the earlier");
        let cell = both.cells[20];
        assert!(is_about(cell.estimate, 3.0), "the root of nine times one: {cell:?}");
        assert!(is_about(cell.low, 2.0) && is_about(cell.high, 4.5), "no surer for being two: {cell:?}");
        assert_eq!(cell.posts, 2);
    }

    #[test]
    fn the_best_for_both_beats_what_is_best_for_one() {
        let mut one = answer(Trust::Own, 30, 20, 5.0);
        let mut two = answer(Trust::Own, 30, 40, 5.0);
        for both in [&mut one, &mut two] {
            both.cells[100].estimate = 3.0;
        }
        let best = together([&one, &two]).expect("an answer").ranking[0];
        assert_eq!(best.index(), 100);
    }

    #[test]
    fn one_account_keeps_its_own_numbers() {
        let own = answer(Trust::Own, 30, 20, 5.0);
        let alone = together([&own]).expect("an answer");
        for (ours, theirs) in alone.cells.iter().zip(&own.cells) {
            assert!(is_about(ours.estimate, theirs.estimate), "{ours:?}");
            assert!(is_about(ours.low, theirs.low) && is_about(ours.high, theirs.high), "{ours:?}");
        }
        assert_eq!(alone.trust, Trust::Own);
    }

    #[test]
    fn what_is_general_does_not_count_and_what_is_unsure_stays_so() {
        let (own, hint) = (answer(Trust::Own, 30, 20, 5.0), answer(Trust::Hint, 13, 40, 2.0));
        let general = answer(Trust::General, 5, 60, 100.0);
        assert!(together([&general]).is_none() && together([]).is_none());
        let found = together([&own, &general]).expect("an answer");
        assert_eq!((found.ranking[0].index(), found.posts, found.trust), (20, 30, Trust::Own));
        assert_eq!(together([&own, &hint]).expect("an answer").trust, Trust::Hint);
        let weak = answer(Trust::Own, 30, 20, 1.2);
        assert_eq!(together([&weak]).expect("an answer").trust, Trust::Hint, "no hour stands out");
    }
}
