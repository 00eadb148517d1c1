//! Where the lines and bars of a chart lie. Pure: numbers in, points out.

/// A rectangle on the page, in points from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// How days are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A total that is always there: a line, broken where nobody looked.
    Line,
    /// Something of each day: bars from zero; a day without a value has none.
    Bars,
}

/// Round values from below the lowest to above the highest, at most five steps apart, lowest first.
pub fn ticks(low: i64, high: i64) -> Vec<i64> {
    let (low, high) = (i128::from(low.min(high)), i128::from(high.max(low)));
    let wide = (high - low).max(1);
    let mut step = 1_i128;
    let mut factors = [2, 5, 10].into_iter().cycle();
    let mut decade = 1_i128;
    while wide > step * 4 {
        let factor = factors.next().unwrap_or(10);
        step = decade * factor;
        if factor == 10 {
            decade = step;
        }
    }
    let first = low.div_euclid(step) * step;
    let fits = |value: &i128| *value < high + step;
    let values = (0..6).map(|n| first + n * step).take_while(fits);
    let mut values: Vec<_> = values.filter_map(|value| i64::try_from(value).ok()).collect();
    if let [only] = values[..] {
        values.push(only.saturating_add(1));
    }
    values
}

/// From the lowest known value, or zero for bars, to the highest one; `None` for fewer than two known days.
pub fn scale(days: &[Option<i64>], shape: Shape) -> Option<Vec<i64>> {
    let known = || days.iter().flatten().copied();
    if known().count() < 2 {
        return None;
    }
    let low = known().min()?;
    let low = if shape == Shape::Bars { low.min(0) } else { low };
    Some(ticks(low, known().max()?))
}

/// The height of a value on a scale.
pub fn height(value: i64, scale: &[i64], frame: Frame) -> f32 {
    let (low, high) = (scale.first().copied().unwrap_or(0), scale.last().copied().unwrap_or(1));
    let (part, whole) = (i128::from(value) - i128::from(low), (i128::from(high) - i128::from(low)).max(1));
    frame.y + frame.height * (1.0 - part as f32 / whole as f32)
}

/// The middle of a day.
pub fn middle(day: usize, of: usize, frame: Frame) -> f32 {
    frame.x + frame.width * (day as f32 + 0.5) / of.max(1) as f32
}

/// The pieces of a line; a gap in the days is a gap between pieces. A day between gaps is a piece of one point.
pub fn line(days: &[Option<i64>], scale: &[i64], frame: Frame) -> Vec<Vec<(f32, f32)>> {
    let mut pieces: Vec<Vec<(f32, f32)>> = Vec::new();
    let mut open = false;
    for (day, value) in days.iter().enumerate() {
        let Some(value) = value else {
            open = false;
            continue;
        };
        let point = (middle(day, days.len(), frame), height(*value, scale, frame));
        match pieces.last_mut().filter(|_| open) {
            Some(piece) => piece.push(point),
            None => pieces.push(vec![point]),
        }
        open = true;
    }
    pieces
}

/// The bars of the days that have one. A zero is a hair above the axis, so that it does not look like a gap.
pub fn bars(days: &[Option<i64>], scale: &[i64], frame: Frame) -> Vec<Frame> {
    let slot = frame.width / days.len().max(1) as f32;
    let width = (slot * 0.7).max(0.4);
    let zero = height(0, scale, frame);
    let bar = |(day, value): (usize, &Option<i64>)| {
        let y = height((*value)?, scale, frame);
        let (top, bottom) = (y.min(zero - 0.6), y.max(zero));
        Some(Frame { x: middle(day, days.len(), frame) - width / 2.0, y: top, width, height: bottom - top })
    };
    days.iter().enumerate().filter_map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { x: 10.0, y: 20.0, width: 100.0, height: 50.0 };

    #[test]
    fn scales_are_round_and_hold_everything() {
        for (low, high, wanted) in [
            (0, 4, vec![0, 1, 2, 3, 4]),
            (0, 5, vec![0, 2, 4, 6]),
            (987, 1_013, vec![980, 990, 1_000, 1_010, 1_020]),
            (0, 0, vec![0, 1]),
            (7, 7, vec![7, 8]),
            (-3, 9, vec![-5, 0, 5, 10]),
            (0, 12_400, vec![0, 5_000, 10_000, 15_000]),
        ] {
            assert_eq!(ticks(low, high), wanted, "{low} to {high}");
        }
        for (low, high) in [(1, 999_999_937), (-77, 13), (5, 6), (0, i64::MAX / 2)] {
            let ticks = ticks(low, high);
            assert!(ticks[0] <= low && ticks.last().is_some_and(|last| *last >= high), "{ticks:?}");
            assert!(ticks.len() <= 6 && ticks.windows(2).all(|pair| pair[0] < pair[1]), "{ticks:?}");
        }
        assert!(!ticks(i64::MIN, i64::MAX).is_empty());
    }

    #[test]
    fn a_gap_in_the_days_is_a_gap_in_the_line() {
        let days = [Some(0), Some(10), None, Some(5), None, None, Some(10), Some(0), None, None];
        let scale = [0, 10];
        let pieces = line(&days, &scale, FRAME);
        assert_eq!(pieces.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 2]);
        assert_eq!(
            pieces[0],
            [(15.0, 70.0), (25.0, 20.0)],
            "the lowest at the foot, the highest at the head"
        );
        assert_eq!(pieces[1], [(45.0, 45.0)]);
        assert!(super::scale(&[Some(1), None], Shape::Line).is_none(), "one day is no line");
    }

    #[test]
    fn bars_stand_on_zero_and_missing_days_have_none() {
        let days = [Some(10), None, Some(0), Some(5)];
        let scale = scale(&days, Shape::Bars).expect("a scale");
        assert_eq!(scale[0], 0);
        let bars = bars(&days, &[0, 10], FRAME);
        assert_eq!(bars.len(), 3);
        assert_eq!((bars[0].y, bars[0].height), (20.0, 50.0));
        assert!(bars[1].height > 0.0 && bars[1].height < 1.0, "zero is not missing");
        assert_eq!((bars[2].y, bars[2].height), (45.0, 25.0));
    }
}
