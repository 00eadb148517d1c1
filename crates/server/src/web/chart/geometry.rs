//! Where the parts of a chart lie, in whole units of its drawing. Pure: values in, places out.

/// The drawing and the room for labels around the plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Width of the drawing.
    pub width: i64,
    /// Height of the drawing.
    pub height: i64,
    /// Left of the plot.
    pub left: i64,
    /// Right of the plot.
    pub right: i64,
    /// Above the plot.
    pub top: i64,
    /// Below the plot.
    pub bottom: i64,
}

/// A scale with the values that are labelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// The value at its begin.
    pub low: i64,
    /// The value at its end; greater than `low`.
    pub high: i64,
    /// Values to label, in order, all on the axis.
    pub ticks: Vec<i64>,
}

/// A place in the drawing, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// To the right.
    pub x: i64,
    /// Down.
    pub y: i64,
}

/// Scales in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// The drawing.
    pub frame: Frame,
    /// From left to right.
    pub x: Axis,
    /// From the bottom up.
    pub y: Axis,
}

const HOUR: i64 = 3_600;

/// Steps between ages, in hours.
const AGES: [i64; 9] = [1, 2, 3, 6, 12, 24, 48, 7 * 24, 14 * 24];

/// Most steps between labels.
const MOST_STEPS: i64 = 6;

impl Axis {
    /// Amounts from zero to at least `most`, in at most five round steps. A curve that did not begin at zero would look steeper than it
    /// is.
    pub fn of_amounts(most: i64) -> Self {
        let most = most.clamp(1, i64::MAX / 4);
        let mut step = 1_i64;
        // 1, 2, 5, 10, 20, 50 …
        for factor in [2, 5, 10].into_iter().cycle() {
            if step.saturating_mul(5) >= most {
                break;
            }
            let base = 10_i64.pow(step.ilog10());
            step = base.saturating_mul(factor);
        }
        let steps = most / step + i64::from(most % step != 0);
        let ticks: Vec<_> = (0..=steps).map(|n| n * step).collect();
        Self { low: 0, high: steps * step, ticks }
    }

    /// Amounts from at most `low` to at least `high`, in a few round steps: for what hardly moves beside what it is. Whoever draws it says
    /// that it does not begin at zero.
    pub fn of_range(low: i64, high: i64) -> Self {
        let (low, high) = (low.max(0), high.clamp(1, i64::MAX / 4));
        let step = Self::of_amounts(high.saturating_sub(low).max(4)).ticks.get(1).copied().unwrap_or(1);
        let (first, last) = (low / step, high / step + i64::from(high % step != 0));
        let ticks: Vec<_> = (first..=last.max(first + 1)).map(|n| n * step).collect();
        Self { low: first * step, high: last.max(first + 1) * step, ticks }
    }

    /// Ages from zero to `until`, in seconds; in hours while there are few, else in days.
    pub fn of_ages(until: i64) -> Self {
        let until = until.max(HOUR);
        let fits = |step: &i64| until / (step * HOUR) <= MOST_STEPS;
        let step = AGES.into_iter().find(fits).unwrap_or_else(|| (until / (MOST_STEPS * HOUR)).max(1)) * HOUR;
        Self { low: 0, high: until, ticks: (0..=until / step).map(|n| n * step).collect() }
    }
}

impl Plot {
    /// Where a pair of values lies; what is off a scale lies at its end.
    pub fn place(&self, x: i64, y: i64) -> Place {
        let frame = &self.frame;
        let (wide, high) = (frame.width - frame.left - frame.right, frame.height - frame.top - frame.bottom);
        Place {
            x: frame.left + along(x, &self.x, wide),
            y: frame.height - frame.bottom - along(y, &self.y, high),
        }
    }
}

/// How far along so much room a value lies.
fn along(value: i64, axis: &Axis, room: i64) -> i64 {
    let (low, high) = (i128::from(axis.low), i128::from(axis.high));
    let value = i128::from(value).clamp(low, high.max(low));
    i64::try_from((value - low) * i128::from(room) / (high - low).max(1)).unwrap_or(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_round_steps_from_zero() {
        for (most, high, count) in [
            (-3, 1, 2),
            (0, 1, 2),
            (1, 1, 2),
            (4, 4, 5),
            (5, 5, 6),
            (6, 6, 4),
            (11, 15, 4),
            (37, 40, 5),
            (100, 100, 6),
            (1_234, 1_500, 4),
            (98_765, 100_000, 6),
        ] {
            let axis = Axis::of_amounts(most);
            assert_eq!((axis.low, axis.high, axis.ticks.len()), (0, high, count), "{most}: {axis:?}");
        }
        for most in [i64::MAX, i64::MAX / 3, 10_000_000_000_000] {
            let axis = Axis::of_amounts(most);
            assert!(axis.ticks.len() <= 6 && axis.ticks.windows(2).all(|pair| pair[0] < pair[1]), "{axis:?}");
            assert_eq!(axis.ticks.last(), Some(&axis.high));
        }
    }

    #[test]
    fn a_range_has_round_steps_around_it() {
        for (low, high, ticks) in [
            (0, 0, vec![0, 1]),
            (1_301, 1_898, vec![1_200, 1_400, 1_600, 1_800, 2_000]),
            (77_000, 77_000, vec![77_000, 77_001]),
            (77_003, 77_011, vec![77_002, 77_004, 77_006, 77_008, 77_010, 77_012]),
        ] {
            let axis = Axis::of_range(low, high);
            assert_eq!(axis.ticks, ticks, "{low} to {high}");
            assert!(axis.low <= low && high <= axis.high && axis.low < axis.high);
        }
    }

    #[test]
    fn ages_are_hours_first_and_then_days() {
        let hours =
            |until: i64| Axis::of_ages(until * HOUR).ticks.iter().map(|s| s / HOUR).collect::<Vec<_>>();
        assert_eq!(hours(0), [0, 1]);
        assert_eq!(hours(24), [0, 6, 12, 18, 24]);
        assert_eq!(hours(50), [0, 12, 24, 36, 48]);
        assert_eq!(hours(5 * 24 + 3), [0, 24, 48, 72, 96, 120]);
        assert_eq!(hours(91 * 24), [0, 336, 672, 1_008, 1_344, 1_680, 2_016]);
        assert!(hours(100_000).len() <= 8);
    }

    #[test]
    fn values_lie_within_the_plot() {
        let frame = Frame { width: 360, height: 220, left: 40, right: 10, top: 20, bottom: 30 };
        let plot = Plot { frame, x: Axis::of_ages(24 * HOUR), y: Axis::of_amounts(100) };
        assert_eq!(plot.place(0, 0), Place { x: 40, y: 190 });
        assert_eq!(plot.place(24 * HOUR, 100), Place { x: 350, y: 20 });
        assert_eq!(plot.place(12 * HOUR, 50), Place { x: 195, y: 105 });
        assert_eq!(plot.place(i64::MAX, i64::MIN), Place { x: 350, y: 190 }, "never outside");
    }
}
