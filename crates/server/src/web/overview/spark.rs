//! Small charts, drawn on the server: they need no script, take their colours from the style sheet, and a table beside them says the
//! same.

use std::fmt::Write as _;

use askama::Template;

/// Units of the drawing; the style sheet decides how large it is.
const WIDTH: i64 = 3_000;
const HEIGHT: i64 = 600;
/// Room at the edges for the width of the line.
const EDGE: i64 = 40;

/// How days are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A total that is always there: a line, broken where nobody looked.
    Line,
    /// Something of each day: bars from zero; a day without one has none.
    Bars,
}

/// Days as a picture.
#[derive(Debug, Template)]
#[template(
    source = r#"<svg class="spark" viewBox="0 0 {{ width }} {{ height }}" preserveAspectRatio="none" aria-hidden="true" focusable="false">{% if !line.is_empty() %}<path class="spark-line" d="{{ line }}"/>{% endif %}{% for bar in bars %}<rect class="spark-bar" x="{{ bar.x }}" y="{{ bar.y }}" width="{{ bar.width }}" height="{{ bar.height }}"/>{% endfor %}</svg>"#,
    ext = "html"
)]
pub struct Spark {
    width: i64,
    height: i64,
    line: String,
    bars: Vec<Bar>,
}

#[derive(Debug, PartialEq, Eq)]
struct Bar {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

impl Spark {
    /// Draws days; `None` when there are no two of them to draw.
    pub fn new(days: &[Option<i64>], shape: Shape) -> Option<Self> {
        if days.iter().flatten().count() < 2 {
            return None;
        }
        let (mut line, mut bars) = (String::new(), Vec::new());
        match shape {
            Shape::Line => line = drawn(days),
            Shape::Bars => bars = stood(days),
        }
        Some(Self { width: WIDTH, height: HEIGHT, line, bars })
    }
}

/// A line from the lowest value to the highest; a day between gaps is a dot.
fn drawn(days: &[Option<i64>]) -> String {
    let known = || days.iter().flatten().copied();
    let (low, high) = (known().min().unwrap_or_default(), known().max().unwrap_or_default());
    let room = HEIGHT - 2 * EDGE;
    // What never changes lies in the middle.
    let y =
        |value: i64| if high == low { HEIGHT / 2 } else { HEIGHT - EDGE - scaled(value, low, high, room) };
    let last = i64::try_from(days.len()).unwrap_or(1).saturating_sub(1).max(1);
    let mut path = String::new();
    let mut open = false;
    for (index, value) in (0..).zip(days) {
        let Some(value) = value else {
            open = false;
            continue;
        };
        let x = EDGE + index * (WIDTH - 2 * EDGE) / last;
        let to = if open { "L" } else { "M" };
        // A line of no length is drawn as a dot, because its ends are round.
        let dot = if open { "" } else { "h0" };
        let _ = write!(path, "{to}{x} {}{dot}", y(*value));
        open = true;
    }
    path
}

/// Bars from zero.
fn stood(days: &[Option<i64>]) -> Vec<Bar> {
    let high = days.iter().flatten().copied().max().unwrap_or_default().max(1);
    let slot = WIDTH / i64::try_from(days.len()).unwrap_or(1).max(1);
    let width = (slot * 7 / 10).max(1);
    let bar = |(index, value): (i64, &Option<i64>)| {
        let height = scaled((*value)?.max(0), 0, high, HEIGHT - EDGE).max(EDGE / 4);
        Some(Bar { x: index * slot + (slot - width) / 2, y: HEIGHT - height, width, height })
    };
    (0..).zip(days).filter_map(bar).collect()
}

/// Where a value lies between two others, of so much room.
fn scaled(value: i64, low: i64, high: i64, room: i64) -> i64 {
    let (part, whole) = (i128::from(value) - i128::from(low), i128::from(high) - i128::from(low));
    i64::try_from(part * i128::from(room) / whole.max(1)).unwrap_or(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_in_the_days_is_a_gap_in_the_line() {
        let days = [Some(100), Some(110), None, Some(120), None, Some(90)];
        let spark = Spark::new(&days, Shape::Line).expect("a chart");
        assert_eq!(spark.line, "M40 387h0L624 214M1792 40h0M2960 560h0");
        assert!(spark.bars.is_empty());
        let flat = Spark::new(&[Some(5), Some(5)], Shape::Line).expect("a chart");
        assert_eq!(flat.line, "M40 300h0L2960 300");
        assert!(Spark::new(&[Some(1), None], Shape::Line).is_none(), "one look is no line");
        assert!(Spark::new(&[], Shape::Bars).is_none());
        let extreme = Spark::new(&[Some(i64::MIN), Some(i64::MAX)], Shape::Line).expect("a chart");
        assert_eq!(extreme.line, "M40 560h0L2960 40");
    }

    #[test]
    fn bars_stand_on_zero_and_missing_days_have_none() {
        let spark = Spark::new(&[Some(10), None, Some(0), Some(5)], Shape::Bars).expect("a chart");
        let tops: Vec<_> = spark.bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(tops, [(112, 40, 560), (1_612, 590, 10), (2_362, 320, 280)]);
        let svg = spark.to_string();
        assert!(svg.starts_with("<svg class=\"spark\"") && !svg.contains("style="), "{svg}");
    }
}
