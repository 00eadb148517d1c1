//! How posts grew from look to look, on the clock of the account's zone.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};

use super::WeekHour;

/// Minutes of a week.
const WEEK: i64 = 7 * 24 * 60;
/// Age up to which growth counts: what comes later comes whenever, by a search or a link, not because somebody looks just
/// then. Counted for a week it pulls the pattern towards a flat one, and many views make that mistake look sure: on the seeds for
/// tuning, the intervals of seven in ten recommended hours held the truth, and with two days and all else the same, those of 96 in 100.
pub const GROWN: SignedDuration = SignedDuration::from_hours(48);
/// The longest time between two looks, in minutes, that says anything about hours.
const LONGEST: i64 = 12 * 60;

/// How a post's number grew: what came between one look and the next.
///
/// Times are those that the clock on the wall showed. In the two weeks of a year in which it is changed, an hour is one too long or
/// is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Growing {
    /// Minute of the week in which it was published.
    minute: u16,
    spans: Vec<Span>,
}

/// What came between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    /// Age at the first look, in minutes.
    from: u16,
    /// Age at the second one.
    to: u16,
    came: u64,
}

/// What of a span lies in one hour of the week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    pub cell: usize,
    /// Age in its middle, in hours.
    pub age: f64,
    /// How long it is.
    pub hours: f64,
}

impl Growing {
    /// From what was seen at some times, in any order; always the same number of the same post. Numbers that fall are corrections,
    /// and count once they have come back. `None` if nothing can be learned: no look, or nobody came.
    pub fn new(
        published: Timestamp,
        looks: impl IntoIterator<Item = (Timestamp, u64)>,
        zone: &TimeZone,
    ) -> Option<Self> {
        let start = zone.to_datetime(published);
        let age = |wall: DateTime| Some(wall.since((Unit::Minute, start)).ok()?.get_minutes());
        let mut seen: Vec<(i64, u64)> = looks
            .into_iter()
            .filter_map(|(at, count)| Some((age(zone.to_datetime(at))?, count)))
            .filter(|(age, _)| (1..=GROWN.as_mins()).contains(age))
            .collect();
        seen.sort_unstable();
        let (mut last, mut most, mut spans) = (0, 0, Vec::with_capacity(seen.len()));
        for (age, count) in seen {
            if age > last && age - last <= LONGEST {
                let (from, to) = (u16::try_from(last).ok()?, u16::try_from(age).ok()?);
                spans.push(Span { from, to, came: count.saturating_sub(most) });
            }
            (last, most) = (age, most.max(count));
        }
        let into = i64::from(start.minute());
        let minute = i64::try_from(WeekHour::of(start).index()).ok()? * 60 + into;
        let grew = spans.iter().any(|span| span.came > 0);
        grew.then_some(Self { minute: u16::try_from(minute).ok()?, spans })
    }

    /// What came, with the hours in which it did.
    pub(super) fn spans(&self) -> impl Iterator<Item = (f64, Vec<Piece>)> {
        self.spans.iter().map(|span| (span.came as f64, self.pieces(*span)))
    }

    fn pieces(&self, span: Span) -> Vec<Piece> {
        let start = i64::from(self.minute);
        let end = start + i64::from(span.to);
        let mut pieces = Vec::new();
        let mut from = start + i64::from(span.from);
        while from < end {
            let to = end.min((from / 60 + 1) * 60);
            pieces.push(Piece {
                cell: usize::try_from(from % WEEK / 60).unwrap_or(0),
                age: ((from + to) as f64 / 2.0 - start as f64) / 60.0,
                hours: (to - from) as f64 / 60.0,
            });
            from = to;
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLISHED: &str = "2026-11-22T21:40:00Z";

    fn grown(zone: &str, looks: &[(&str, u64)]) -> Option<Growing> {
        let at = |text: &str| text.parse().expect("a time");
        let looks = looks.iter().map(|(time, count)| (at(time), *count));
        Growing::new(at(PUBLISHED), looks, &TimeZone::get(zone).expect("a zone"))
    }

    fn came(growing: &Growing) -> Vec<f64> {
        growing.spans().map(|(came, _)| came).collect()
    }

    #[test]
    fn what_came_is_divided_among_the_hours_of_the_clock() {
        // In Athens it is Sunday, 23.40 h, and Monday after 20 minutes.
        let looks = [("2026-11-22T23:10:00Z", 12), ("2026-11-22T22:10:00Z", 5)];
        let growing = grown("Europe/Athens", &looks).expect("it grew");
        assert_eq!(came(&growing), [5.0, 7.0], "the order of looks says nothing");
        let pieces: Vec<Vec<Piece>> = growing.spans().map(|(_, pieces)| pieces).collect();
        let cells = |n: usize| pieces[n].iter().map(|piece| piece.cell).collect::<Vec<_>>();
        assert_eq!((cells(0), cells(1)), (vec![167, 0], vec![0, 1]));
        let near = |x: f64, y: f64| assert!((x - y).abs() < 1e-9, "{x} {y}");
        near(pieces[0][0].hours, 20.0 / 60.0);
        near(pieces[0][0].age, 10.0 / 60.0);
        near(pieces[1][0].hours, 50.0 / 60.0);
        near(pieces[1][1].age, 85.0 / 60.0);
        assert_ne!(grown("Europe/London", &looks), Some(growing), "hours are those of the zone");
    }

    #[test]
    fn corrections_and_long_silences_are_no_growth() {
        let looks = [
            ("2026-11-22T21:40:00Z", 3), // at once
            ("2026-11-22T22:40:00Z", 10),
            ("2026-11-22T23:40:00Z", 8),
            ("2026-11-23T00:40:00Z", 12),
            ("2026-11-23T13:00:00Z", 90), // more than twelve hours later
            ("2026-11-23T14:00:00Z", 91),
            ("2026-12-02T14:00:00Z", 99), // too old
        ];
        let growing = grown("UTC", &looks).expect("it grew");
        assert_eq!(came(&growing), [10.0, 0.0, 2.0, 1.0]);
        assert_eq!(grown("UTC", &[]), None);
        assert_eq!(grown("UTC", &[("2026-11-22T22:40:00Z", 0)]), None, "nobody came");
        assert_eq!(grown("UTC", &[("2026-11-22T20:40:00Z", 7)]), None, "before it was there");
    }
}
