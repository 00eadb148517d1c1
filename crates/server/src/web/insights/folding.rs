//! Numbers of several times as one, and the time that it stands for. Networks cut days in their own zones and leave some out, so
//! that the time is said exactly unless it is what was asked for.

use carillon_connectors::contract::insights::{Observation, Window};
use carillon_domain::metric;
use jiff::Timestamp;

/// For what time a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// All of the time that was asked for, and nothing else.
    Whole,
    /// A time of the network's.
    Span(Span),
    /// From the beginning until now.
    SoFar,
}

/// From the first to the last instant that was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// Whether something in between was not counted.
    pub gaps: bool,
}

/// Those numbers of one metric that count, and for what time: all of them where they may be added up, else those of the last
/// time.
pub fn counted<'a>(
    series: &[&'a Observation],
    asked: Option<Window>,
) -> Option<(Vec<&'a Observation>, Time)> {
    let adds_up = metric::definition(series.first()?.metric).is_some_and(metric::Definition::adds_up);
    let windows: Vec<Window> = series.iter().filter_map(|seen| seen.window).collect();
    if adds_up && windows.len() == series.len() {
        return Some((series.to_vec(), time(windows, asked)?));
    }
    let of = series.iter().map(|seen| seen.window);
    let last = of.max_by_key(|window| window.map_or(Timestamp::MAX, |window| window.to))?;
    let time = match last {
        None => Time::SoFar,
        Some(window) => time(vec![window], asked)?,
    };
    Some((series.iter().copied().filter(|seen| seen.window == last).collect(), time))
}

fn time(mut windows: Vec<Window>, asked: Option<Window>) -> Option<Time> {
    windows.sort_by_key(|window| window.from);
    let Window { from, mut to } = *windows.first()?;
    let mut gaps = false;
    for window in windows {
        gaps |= window.from > to;
        to = to.max(window.to);
    }
    let is_whole = !gaps && asked == Some(Window { from, to });
    Some(if is_whole { Time::Whole } else { Time::Span(Span { from, to, gaps }) })
}

/// All of them together.
pub fn sum<'a>(counted: impl IntoIterator<Item = &'a Observation>) -> i64 {
    counted.into_iter().fold(0_i64, |sum, seen| sum.saturating_add(seen.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).expect("a time")
    }

    fn seen(metric: &'static str, days: Option<(i64, i64)>, value: i64) -> Observation {
        let window = days.map(|(from, to)| Window { from: at(from), to: at(to) });
        Observation { metric, part: None, window, value, native: "n" }
    }

    /// Where the days from 1 to 3 were asked for.
    fn fold(series: &[Observation]) -> Option<(i64, Time)> {
        let asked = Some(Window { from: at(1), to: at(3) });
        let (counted, time) = counted(&series.iter().collect::<Vec<_>>(), asked)?;
        Some((sum(counted), time))
    }

    fn span(from: i64, to: i64, gaps: bool) -> Time {
        Time::Span(Span { from: at(from), to: at(to), gaps })
    }

    #[test]
    fn days_become_one_number() {
        let days = |metric| [seen(metric, Some((2, 3)), 5), seen(metric, Some((1, 2)), 7)];
        assert_eq!(fold(&days("views")), Some((12, Time::Whole)));
        assert_eq!(
            fold(&days("followers")),
            Some((5, span(2, 3, false))),
            "the last day, wherever it stands"
        );
        assert_eq!(fold(&days("reach")), Some((5, span(2, 3, false))), "nobody is counted twice");
        assert_eq!(fold(&[seen("reach", Some((1, 3)), 9)]), Some((9, Time::Whole)));
        assert_eq!(fold(&[seen("likes", None, 4)]), Some((4, Time::SoFar)));
        assert_eq!(fold(&[]), None);
    }

    #[test]
    fn the_time_is_said_of_what_came() {
        let views = |days| seen("views", Some(days), 1);
        assert_eq!(fold(&[views((1, 2))]), Some((1, span(1, 2, false))), "the last day did not come");
        assert_eq!(fold(&[views((0, 1)), views((1, 3))]), Some((2, span(0, 3, false))), "one day more");
        assert_eq!(fold(&[views((4, 5)), views((1, 2))]), Some((2, span(1, 5, true))), "two lack");
        assert_eq!(counted(&[&views((1, 3))], None).map(|(_, time)| time), Some(span(1, 3, false)));
    }
}
