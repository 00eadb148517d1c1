//! From then to now.

/// A value and what it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub from: i64,
    /// Now.
    pub to: i64,
}

impl Change {
    /// By how much it grew; negative for a fall.
    pub const fn absolute(self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    /// Growth in hundredths of a percent of what it was, rounded half away from zero, so that a fall looks like the same growth
    /// backwards. `None` when there was nothing: nobody grew by a percentage of zero.
    pub fn basis_points(self) -> Option<i64> {
        if self.from <= 0 {
            return None;
        }
        let (grown, from) = (i128::from(self.to) - i128::from(self.from), i128::from(self.from));
        let size = (2 * grown.abs() * 10_000 + from) / (2 * from);
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        Some(if grown < 0 { -size } else { size })
    }

    /// The change of several together; `None` for none. Whoever was not there before is not among them, else arriving would look
    /// like growth.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter()
            .reduce(|a, b| Self { from: a.from.saturating_add(b.from), to: a.to.saturating_add(b.to) })
    }
}

/// Growth over so many days until the last day of a series. `None` when either day has no value: no other day stands in for it.
pub fn growth(days: &[Option<i64>], over: usize) -> Option<Change> {
    let last = days.len().checked_sub(1)?;
    let then = last.checked_sub(over)?;
    Some(Change { from: days[then]?, to: days[last]? })
}
