//! How much of a text a reader sees before pressing “more”.

use super::graphemes;

/// How a network counts a text.
pub type Counter = fn(&str) -> u64;

/// Where a network begins to hide a text. What is given later than either bound is hidden.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Most of the network's units, and how it counts them.
    pub units: Option<(u64, Counter)>,
    /// Most lines, as the author broke them. Where they are broken for want of room depends on the screen, so that is not counted.
    pub lines: Option<usize>,
}

/// The end of what is seen, in bytes; `None`: all of it is seen.
pub fn end(text: &str, bounds: Bounds) -> Option<usize> {
    let by_lines = bounds.lines.and_then(|most| text.match_indices('\n').nth(most.saturating_sub(1)));
    let by_lines = by_lines.map(|(at, _)| at).filter(|at| !text[*at..].trim().is_empty());
    let by_units = bounds.units.filter(|(most, count)| count(text) > *most).map(|(most, count)| {
        let fits = |clusters: usize| count(graphemes::truncate(text, clusters)) <= most;
        // Counting grows with the text, so the last beginning that fits is found by halving.
        let (mut low, mut high) = (0, graphemes::count(text));
        while low < high {
            let middle = (low + high).div_ceil(2);
            if fits(middle) { low = middle } else { high = middle - 1 }
        }
        graphemes::truncate(text, low).len()
    });
    let end = match (by_lines, by_units) {
        (Some(lines), Some(units)) => lines.min(units),
        (one, other) => one.or(other)?,
    };
    Some(text[..end].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(units: Option<u64>, lines: Option<usize>) -> Bounds {
        let count: fn(&str) -> u64 = |text| graphemes::count(text) as u64;
        Bounds { units: units.map(|most| (most, count)), lines }
    }

    fn seen(text: &str, bounds: Bounds) -> &str {
        &text[..end(text, bounds).unwrap_or(text.len())]
    }

    #[test]
    fn what_fits_is_seen_whole() {
        assert_eq!(end("abc", bounds(Some(3), Some(1))), None);
        assert_eq!(end("abc\n\n", bounds(None, Some(1))), None, "nothing is hidden but empty lines");
        assert_eq!(end("a\nb", bounds(None, None)), None);
    }

    #[test]
    fn the_stricter_bound_counts() {
        assert_eq!(seen("one\ntwo\nthree", bounds(None, Some(2))), "one\ntwo");
        assert_eq!(seen("one\ntwo\nthree", bounds(Some(5), Some(2))), "one\nt");
        assert_eq!(seen("one\ntwo\nthree", bounds(Some(9), Some(1))), "one");
    }

    #[test]
    fn no_character_is_torn() {
        assert_eq!(seen("👨‍👩‍👧‍👧👨‍👩‍👧‍👧👨‍👩‍👧‍👧", bounds(Some(2), None)), "👨‍👩‍👧‍👧👨‍👩‍👧‍👧");
        let bytes: fn(&str) -> u64 = |text| text.len() as u64;
        assert_eq!(seen("éé", Bounds { units: Some((3, bytes)), lines: None }), "é");
        assert_eq!(seen("ab  cd", bounds(Some(4), None)), "ab", "no space before the dots");
    }
}
