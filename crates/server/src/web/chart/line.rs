//! Lines over axes, as SVG.

use std::fmt::Write as _;

use askama::Template;

use super::geometry::{Axis, Frame, Place, Plot};

/// Text of a drawing this wide is readable in a column of a telephone and not huge on a desk.
const FRAME: Frame = Frame { width: 360, height: 220, left: 44, right: 14, top: 14, bottom: 26 };

/// A value with what is said of it when it is pointed at.
#[derive(Debug, Clone)]
pub struct Dot {
    /// Along the horizontal axis.
    pub x: i64,
    /// Along the vertical axis.
    pub y: i64,
    /// In words.
    pub text: String,
}

/// Values of one kind.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its class in the style sheet, `chart-…`.
    pub class: &'static str,
    /// Its values in pieces; between two pieces there is a gap.
    pub pieces: Vec<Vec<Dot>>,
}

/// A label of an axis.
#[derive(Debug)]
struct Label {
    /// Where its value lies.
    at: i64,
    text: String,
}

/// A drawn line.
#[derive(Debug)]
struct Line {
    class: &'static str,
    path: String,
    dots: Vec<(Place, String)>,
}

/// A chart of lines. The page puts a table of the same beside it.
#[derive(Debug, Template)]
#[template(
    source = r#"<svg class="chart" viewBox="0 0 {{ frame.width }} {{ frame.height }}" role="img" aria-labelledby="{{ id }}" focusable="false"><title id="{{ id }}">{{ title }}</title>{% for label in up %}<line class="chart-grid" x1="{{ frame.left }}" x2="{{ frame.width - frame.right }}" y1="{{ label.at }}" y2="{{ label.at }}"/><text class="chart-label" x="{{ frame.left - 6 }}" y="{{ label.at + 4 }}" text-anchor="end">{{ label.text }}</text>{% endfor %}{% for label in along %}<text class="chart-label" x="{{ label.at }}" y="{{ frame.height - 6 }}" text-anchor="middle">{{ label.text }}</text>{% endfor %}{% for line in lines %}<g class="{{ line.class }}"><path class="chart-line" d="{{ line.path }}"/>{% for (place, text) in line.dots %}<circle class="chart-dot" cx="{{ place.x }}" cy="{{ place.y }}" r="3"><title>{{ text }}</title></circle>{% endfor %}</g>{% endfor %}</svg>"#,
    ext = "html"
)]
pub struct LineChart {
    id: String,
    title: String,
    frame: Frame,
    up: Vec<Label>,
    along: Vec<Label>,
    lines: Vec<Line>,
}

impl LineChart {
    /// Draws values over these axes; `label` says an age, `amount` a value. Its title needs an `id` that is there once on the page.
    pub fn new(
        (id, title): (String, String),
        (x, y): (Axis, Axis),
        (age, amount): (&dyn Fn(i64) -> String, &dyn Fn(i64) -> String),
        series: &[Series],
    ) -> Self {
        let plot = Plot { frame: FRAME, x, y };
        let along = plot.x.ticks.iter().map(|tick| Label { at: plot.place(*tick, 0).x, text: age(*tick) });
        let up = plot.y.ticks.iter().map(|tick| Label { at: plot.place(0, *tick).y, text: amount(*tick) });
        Self {
            along: along.collect(),
            up: up.collect(),
            lines: series.iter().map(|series| Line::new(&plot, series)).collect(),
            frame: FRAME,
            id,
            title,
        }
    }
}

impl Line {
    fn new(plot: &Plot, series: &Series) -> Self {
        let mut path = String::new();
        for piece in &series.pieces {
            for (index, dot) in piece.iter().enumerate() {
                let Place { x, y } = plot.place(dot.x, dot.y);
                let _ = write!(path, "{}{x} {y}", if index == 0 { 'M' } else { 'L' });
            }
        }
        let dots = series.pieces.iter().flatten().map(|dot| (plot.place(dot.x, dot.y), dot.text.clone()));
        Self { class: series.class, dots: dots.collect(), path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_a_gap_and_every_value_can_be_pointed_at() {
        let dot = |x: i64, y: i64| Dot { x, y, text: format!("<{y}>") };
        let series = Series {
            class: "chart-own",
            pieces: vec![vec![dot(0, 0), dot(3_600, 50)], vec![dot(21_600, 100)]],
        };
        let axes = (Axis::of_ages(21_600), Axis::of_amounts(100));
        let labels: (&dyn Fn(i64) -> String, &dyn Fn(i64) -> String) =
            (&|s: i64| format!("{} h", s / 3_600), &|n: i64| n.to_string());
        let chart = LineChart::new(("c-1".into(), "Views & more".into()), axes, labels, &[series]);
        assert_eq!(chart.lines[0].path, "M44 194L94 104M346 14");
        let svg = chart.to_string();
        assert!(svg.contains("<title id=\"c-1\">Views &#38; more</title>"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("<title>&#60;50&#62;</title>") && svg.contains(">6 h</text>"), "{svg}");
        assert!(!svg.contains("style=") && !svg.contains("<script"), "the policy allows neither");
    }
}
