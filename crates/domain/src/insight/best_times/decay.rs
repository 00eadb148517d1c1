//! How a post's attraction fades: a line of straight pieces over the logarithm of its age, learned along with the audience's hours.

/// Knots of the line after its beginning, where it is 0.
pub(super) const KNOTS: usize = 15;
/// Knots for each doubling of `1 + age` in hours: the last one is at a week.
const PER_DOUBLING: f64 = 2.0;
/// Where the line is believed to be: `−FADES ln(1 + age / SLOW)`, between an exponential and a power of the age. Powers of 1 to 1.4 were
/// found for what goes round (Crane and Sornette, Robust dynamic classes revealed by measuring the response function of a social
/// system, Proceedings of the National Academy of Sciences 105, 2008).
const FADES: f64 = 1.5;
const SLOW: f64 = 4.0;
/// How far each step of the line can be from that, as a deviation: at the end of a week that is a factor of 2.6 either way. Looks say more.
const LOOSE: f64 = 0.25;

/// Two neighbours on the line with their shares; the beginning has no number.
pub(super) fn place(age: f64) -> [(Option<usize>, f64); 2] {
    let at = ((1.0 + age.max(0.0)).log2() * PER_DOUBLING).min(KNOTS as f64 - 1e-9);
    let (before, share) = (at as usize, at.fract());
    [(before.checked_sub(1), 1.0 - share), (Some(before), share)]
}

/// The value of a line at an age, a logarithm.
pub(super) fn at(line: &[f64], age: f64) -> f64 {
    place(age).iter().map(|(knot, share)| knot.map_or(0.0, |n| line[n]) * share).sum()
}

/// What is believed before any post.
pub(super) fn believed() -> [f64; KNOTS] {
    std::array::from_fn(|knot| {
        let age = ((knot + 1) as f64 / PER_DOUBLING).exp2() - 1.0;
        -FADES * (age / SLOW).ln_1p()
    })
}

/// The precision of that: each step is drawn for itself.
pub(super) fn precision(a: usize, b: usize) -> f64 {
    let step = 1.0 / (LOOSE * LOOSE);
    match a.abs_diff(b) {
        0 if a + 1 == KNOTS => step,
        0 => 2.0 * step,
        1 => -step,
        _ => 0.0,
    }
}
