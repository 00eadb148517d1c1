//! What came to posts from look to look, compared with what was expected. The letters are those of `activity`.

use super::HOURS;
use super::activity::ALL;
use super::decay;
use super::growth::Growing;

/// Degrees of freedom of the error, as with posts.
const NU: f64 = 4.0;
/// Steps in which the level of a post and the trust in its spans agree with each other.
const STEPS: usize = 4;
/// Bounds of `s`. Below the lower one looks would be believed more than clocks and rounded numbers deserve.
const SPREADS: (f64, f64) = (0.1, 2.0);
/// Halvings of that.
const HALVINGS: usize = 14;
/// Squared residuals count up to this; the mean of what is left of them, if they are normal.
const FAR: f64 = 4.0;
const USUAL: f64 = 0.920;

/// A post that grew.
pub(super) struct Post {
    spans: Vec<Span>,
}

/// What came between two looks.
struct Span {
    came: f64,
    pieces: Vec<Piece>,
    /// `m`.
    expected: f64,
    /// What is estimated and matters here: how much of the expectation hangs on it.
    ties: Vec<(usize, f64)>,
    /// How much a unit of what came counts.
    trust: f64,
}

/// The part of a span in one hour of the week.
struct Piece {
    cell: usize,
    hours: f64,
    /// The knots around its age, each with its share.
    knots: Vec<(usize, f64)>,
}

impl Post {
    pub(super) fn of(growing: &Growing) -> Self {
        let pieces = |pieces: Vec<super::growth::Piece>| {
            let piece = |piece: super::growth::Piece| {
                let knots = decay::place(piece.age).into_iter();
                let knots = knots.filter_map(|(knot, share)| Some((HOURS + knot?, share))).collect();
                Piece { cell: piece.cell, hours: piece.hours, knots }
            };
            pieces.into_iter().map(piece).collect()
        };
        let span =
            |(came, parts)| Span { came, pieces: pieces(parts), expected: 0.0, ties: Vec::new(), trust: 1.0 };
        Self { spans: growing.spans().map(span).collect() }
    }

    /// Adds what this post says to the slope and to the lower half of the information, its own level apart.
    pub(super) fn add(&mut self, at: &[f64], uneven: f64, slope: &mut [f64], bend: &mut [Vec<f64>]) {
        for span in &mut self.spans {
            span.expect(at);
        }
        self.level(uneven * uneven);
        let (mut shared, mut total) = (vec![0.0; ALL], 0.0);
        for span in &self.spans {
            let weight = span.trust * span.expected;
            total += weight;
            for (n, (a, x)) in span.ties.iter().enumerate() {
                slope[*a] += span.trust * (span.came - span.expected) * x;
                shared[*a] += weight * x;
                for (b, y) in &span.ties[..=n] {
                    bend[*a.max(b)][*a.min(b)] += weight * x * y;
                }
            }
        }
        for (a, row) in bend.iter_mut().enumerate().filter(|(a, _)| shared[*a] > 0.0) {
            let part = shared[a] / total;
            row.iter_mut().zip(&shared).take(a + 1).for_each(|(entry, x)| *entry -= part * x);
        }
    }

    /// Sets the level at which the post got what it got, with the trust in each span.
    fn level(&mut self, square: f64) {
        let came: f64 = self.spans.iter().map(|span| span.came).sum();
        let expected: f64 = self.spans.iter().map(|span| span.expected).sum();
        let mut level = came / expected;
        for _ in 0..STEPS {
            let (mut came, mut expected) = (0.0, 0.0);
            for span in &mut self.spans {
                let m = level * span.expected;
                // One more than the variance: one who came where nobody was expected is no sensation.
                let far = (span.came - m).powi(2) / (1.0 + m + square * m * m);
                span.trust = ((NU + 1.0) / (NU + far)).min(1.0) / (1.0 + square * m);
                came += span.trust * span.came;
                expected += span.trust * span.expected;
            }
            level = came / expected;
        }
        for span in &mut self.spans {
            span.expected *= level;
        }
    }
}

impl Span {
    /// What would come at a level of 1, and what it hangs on.
    fn expect(&mut self, at: &[f64]) {
        self.ties.clear();
        self.expected = 0.0;
        for piece in &self.pieces {
            let line: f64 = piece.knots.iter().map(|(knot, share)| at[*knot] * share).sum();
            let here = piece.hours * (at[piece.cell] + line).exp();
            self.expected += here;
            self.ties.push((piece.cell, here));
            for (knot, share) in &piece.knots {
                match self.ties.iter_mut().find(|(other, _)| other == knot) {
                    Some((_, there)) => *there += here * share,
                    None => self.ties.push((*knot, here * share)),
                }
            }
        }
        for (_, tie) in &mut self.ties {
            *tie /= self.expected;
        }
    }
}

/// How unevenly people come: the `s` with which residuals are as large as they should be. Where next to nobody was expected, they say
/// nothing about it.
pub(super) fn spread(posts: &[Post]) -> f64 {
    let spans = || posts.iter().flat_map(|post| &post.spans).filter(|span| span.expected >= 1.0);
    let too_large = |uneven: f64| {
        let square = |m: f64| m + (uneven * m).powi(2);
        let of = |span: &Span| ((span.came - span.expected).powi(2) / square(span.expected)).min(FAR) - USUAL;
        spans().map(of).sum::<f64>() > 0.0
    };
    let (mut low, mut high) = SPREADS;
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if too_large(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}
