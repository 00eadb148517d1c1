//! When the audience looks, found out from how posts grow, and what that means for a post: the pattern `q` of the module above.
//!
//! # The model
//! What comes to post `p` between two looks has the mean
//!
//! ```text
//! Aₚ ∫ d(age) a(hour of the week) dt
//! ```
//!
//! and a variance of that mean `m` plus `s²m²`: counting, and that people do not come evenly. `ln a` is a Gaussian process over the
//! week with the covariance of the patterns (`kernel`), around the general pattern. `ln d` is a line of straight pieces over
//! the logarithm of the age (`decay`). `Aₚ` may be anything, so that a lucky post says no more than another one, and no less: only how
//! what came to it divides among the hours counts. That and the sum that a post reached in the end are independent where
//! counts are Poisson (McCullagh and Nelder, Generalized Linear Models, Chapman and Hall 1989, section 6.4), so nothing is counted twice.
//!
//! Where a network tells how many look in each hour, each number is one more observation of `ln a`, with an error of its own and
//! all of them with an unknown unit. Where looks contradict it sharply, by a factor of several in many hours, the search can end where it is
//! believed and they count as outliers.
//!
//! The maximum of the posterior is found by scoring on the quasi-likelihood (the same book, chapter 9), in which the levels `Aₚ` are at
//! their best for each step; around it, the posterior is taken as normal with the inverse of the information (Laplace's method). A
//! span whose number is far off loses weight, as posts do above; `s` is found from the others in each round.
//!
//! # What follows
//! A post that is published in hour `c` can expect `exp q(c) = Σ d(k) a(c + k)` over the hours `k` of its life, times a constant. What is
//! not known of `a` and `d` goes into the covariance of `q`.

use super::cholesky::{Lower, dot};
use super::decay::{self, KNOTS};
use super::general::ANYHOW;
use super::growth::Growing;
use super::kernel::kernel;
use super::prior::logarithms;
use super::spans::{Post, spread};
use super::{HOURS, Week};

/// What is estimated: `ln a` of each hour, then the knots of `ln d`.
pub(super) const ALL: usize = HOURS + KNOTS;

/// Deviation of `ln a` from the general pattern, and the hours in which it changes.
const SIZE: f64 = 0.8;
const LENGTH: f64 = 2.0;
/// Deviation of what an hour has for itself.
const OWN: f64 = 0.1;
/// Deviation of what a network tells: it counts some weeks, and not exactly those who would see a post.
const TOLD: f64 = 0.1;
/// Most rounds. Some eight are usual.
const ROUNDS: usize = 25;
/// Longest step of a round in any logarithm, and the one that ends the search.
const STEP: (f64, f64) = (1.0, 1e-3);
/// Where the search for `s` begins.
const SPREAD: f64 = 0.3;

/// What a post can expect of its hour, as a centred logarithm.
pub(super) struct Ahead {
    pub mean: Week,
    pub covariance: Vec<Week>,
}

/// What is known of the audience's hours; `None` if it can't be worked out. The order of posts says nothing.
pub(super) fn ahead(told: Option<&Week>, growth: &[Growing], general: &Week) -> Option<Ahead> {
    let prior = Prior::of(told, general)?;
    let mut growth: Vec<&Growing> = growth.iter().collect();
    // Sums of fractions depend on their order.
    growth.sort();
    let mut posts: Vec<Post> = growth.into_iter().map(Post::of).collect();
    let (mut at, mut uneven) = (prior.mean.clone(), SPREAD);
    for _ in 0..ROUNDS {
        let (mut step, factor) = prior.bent(&at, &mut posts, uneven)?;
        factor.forward(&mut step);
        factor.backward(&mut step);
        let longest = step.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let share = if longest > STEP.0 { STEP.0 / longest } else { 1.0 };
        for (x, step) in at.iter_mut().zip(&step) {
            *x += share * step;
        }
        let before = uneven;
        uneven = spread(&posts);
        if longest < STEP.1 && (uneven - before).abs() < STEP.1 {
            break;
        }
    }
    let (_, factor) = prior.bent(&at, &mut posts, uneven)?;
    at.iter().all(|x| x.is_finite()).then(|| expected(&at, &factor))
}

/// What is believed before any post.
struct Prior {
    mean: Vec<f64>,
    /// Inverse of the covariance.
    precision: Vec<Vec<f64>>,
}

impl Prior {
    fn of(told: Option<&Week>, general: &Week) -> Option<Self> {
        let mut mean = logarithms(general).to_vec();
        mean.extend(decay::believed());
        let mut precision = vec![vec![0.0; ALL]; ALL];
        let kernel = kernel(LENGTH);
        let own = |a: usize, b: usize| if a == b { OWN * OWN } else { 0.0 };
        let factor = Lower::new(HOURS, |a, b| SIZE * SIZE * kernel[a][b] + own(a, b)).factor()?;
        for (hour, row) in precision.iter_mut().take(HOURS).enumerate() {
            let row = &mut row[..HOURS];
            row[hour] = 1.0;
            factor.forward(row);
            factor.backward(row);
        }
        for (a, row) in precision.iter_mut().skip(HOURS).enumerate() {
            for (b, entry) in row.iter_mut().skip(HOURS).enumerate() {
                *entry = decay::precision(a, b);
            }
        }
        let prior = Self { mean, precision };
        match told {
            Some(told) => prior.beside(told),
            None => Some(prior),
        }
    }

    /// The same, with what a network tells.
    fn beside(mut self, told: &Week) -> Option<Self> {
        let level = told.iter().sum::<f64>() / HOURS as f64;
        let told = logarithms(&told.map(|x| ANYHOW * level + (1.0 - ANYHOW) * x));
        let weight = 1.0 / (TOLD * TOLD);
        let mut right: Vec<f64> = self.precision.iter().map(|row| dot(row, &self.mean)).collect();
        for (x, told) in right.iter_mut().zip(&told) {
            *x += weight * told;
        }
        for (hour, row) in self.precision.iter_mut().take(HOURS).enumerate() {
            // The unit is not known: what all hours have in common stays as it was.
            row.iter_mut().take(HOURS).for_each(|entry| *entry -= weight / HOURS as f64);
            row[hour] += weight;
        }
        let factor = Lower::new(ALL, |a, b| self.precision[a][b]).factor()?;
        factor.forward(&mut right);
        factor.backward(&mut right);
        self.mean = right;
        Some(self)
    }

    /// Slope of the posterior's logarithm at a point, and the factor of its information.
    fn bent(&self, at: &[f64], posts: &mut [Post], uneven: f64) -> Option<(Vec<f64>, Lower)> {
        let off: Vec<f64> = self.mean.iter().zip(at).map(|(mean, x)| mean - x).collect();
        let mut slope: Vec<f64> = self.precision.iter().map(|row| dot(row, &off)).collect();
        let mut bend = self.precision.clone();
        for post in posts {
            post.add(at, uneven, &mut slope, &mut bend);
        }
        Some((slope, Lower::new(ALL, |a, b| bend[a][b]).factor()?))
    }
}

/// What a post can expect that is published in the middle of an hour.
fn expected(at: &[f64], factor: &Lower) -> Ahead {
    let (hours, line) = at.split_at(HOURS);
    let mut mean = [0.0; HOURS];
    // How each expectation changes with what is estimated.
    let mut ties = vec![vec![0.0; ALL]; HOURS];
    for ((cell, mean), ties) in mean.iter_mut().enumerate().zip(&mut ties) {
        let mut all = 0.0;
        for after in 0..HOURS {
            let (age, long) = if after == 0 { (0.25, 0.5) } else { (after as f64, 1.0) };
            let there = (cell + after) % HOURS;
            let here = long * (hours[there] + decay::at(line, age)).exp();
            all += here;
            ties[there] += here;
            for (knot, share) in decay::place(age) {
                ties[HOURS + knot.unwrap_or(0)] += if knot.is_some() { here * share } else { 0.0 };
            }
        }
        *mean = all.ln();
        ties.iter_mut().for_each(|tie| *tie /= all);
    }
    let level = mean.iter().sum::<f64>() / HOURS as f64;
    let middle: Vec<f64> =
        (0..ALL).map(|n| ties.iter().map(|ties| ties[n]).sum::<f64>() / HOURS as f64).collect();
    for ties in &mut ties {
        ties.iter_mut().zip(&middle).for_each(|(tie, middle)| *tie -= middle);
        factor.forward(ties);
    }
    let covariance = ties.iter().map(|a| std::array::from_fn(|b| dot(a, &ties[b]))).collect();
    Ahead { mean: mean.map(|x| x - level), covariance }
}
