//! The posterior of the pattern. What the letters mean stands in the module above.

use super::cholesky::{Lower, dot, take};
use super::kernel::kernel;
use super::prior::{LEVEL, Prior};
use super::{Evidence, HOURS, Published, Week};

/// Degrees of freedom of the error.
const NU: f64 = 4.0;
/// Rounds in which posts that went round lose their weight.
const ROUNDS: usize = 4;
/// Deviation of what a kind of post does more or less than another.
const KINDS: f64 = 0.4;
/// The grid: hours in which it changes.
const LENGTHS: [f64; 2] = [2.0, 3.5];
/// The grid: size of the error.
const ERRORS: [f64; 6] = [0.2, 0.3, 0.45, 0.65, 0.95, 1.4];
/// Points of the grid with less weight than this, compared with the best, are left out.
const NEGLIGIBLE: f64 = 1e-3;
/// What rounding may do to a likelihood, and much more.
const ROUNDING: f64 = 0.01;

/// Mean and variance of `f` minus its mean over all hours.
pub(super) struct Posterior {
    pub mean: Week,
    pub variance: Week,
}

/// A post as the model sees it.
struct Seen {
    cell: usize,
    kind: u8,
    /// The logarithm of what it got, without what its kind explains.
    y: f64,
    /// The same as it was.
    raw: f64,
    /// Variance from counting.
    counted: f64,
    weight: f64,
}

pub(super) fn posterior(evidence: &Evidence<'_>) -> Posterior {
    let prior = Prior::of(evidence);
    let kernels = LENGTHS.map(kernel);
    let mut seen = observed(evidence.posts);
    let mut likely = 0;
    for _ in 0..ROUNDS {
        let fits = fits(&prior, &kernels, &seen, (likely, 0.0));
        let best = fits.iter().max_by(|(_, a), (_, b)| a.likelihood.total_cmp(&b.likelihood));
        let Some((place, best)) = best else { break };
        likely = *place;
        let mean = best.mean();
        let square = best.error * best.error;
        without_kinds(&mut seen, &mean, square);
        for post in &mut seen {
            let far = (post.y - mean[post.cell]).powi(2) / (square + post.counted);
            post.weight = (NU + 1.0) / (NU + far);
        }
    }
    let fits = fits(&prior, &kernels, &seen, (likely, -NEGLIGIBLE.ln()));
    average(&fits.into_iter().map(|(_, fit)| fit).collect::<Vec<_>>())
}

fn observed(posts: &[Published]) -> Vec<Seen> {
    let known = posts.iter().all(|post| post.followers.is_some_and(|n| n > 0));
    let mut seen: Vec<Seen> = posts
        .iter()
        .map(|post| {
            let engagements = post.engagements as f64;
            let followers = post.followers.filter(|_| known).map_or(1.0, |n| n as f64);
            Seen {
                cell: post.hour.index(),
                kind: post.kind,
                raw: 0.0,
                y: (engagements + 0.5).ln() - followers.ln(),
                counted: 1.0 / (engagements + 1.0),
                weight: 1.0,
            }
        })
        .collect();
    // Around the middle, so that the level needs no wide guess.
    let mut levels: Vec<f64> = seen.iter().map(|post| post.y).collect();
    levels.sort_by(f64::total_cmp);
    let middle = levels.get(levels.len() / 2).copied().unwrap_or(0.0);
    for post in &mut seen {
        post.y -= middle;
        post.raw = post.y;
    }
    // Sums of fractions depend on their order, the answer must not.
    seen.sort_by(|a, b| {
        let by = a.cell.cmp(&b.cell).then(a.kind.cmp(&b.kind)).then(a.y.total_cmp(&b.y));
        by.then(a.counted.total_cmp(&b.counted))
    });
    seen
}

/// Takes from each post what its kind explains: the weighted mean of what is left of its kind's posts, drawn towards 0.
fn without_kinds(seen: &mut [Seen], mean: &Week, square: f64) {
    let mut sums = [(0.0_f64, 0.0_f64); 256];
    for post in seen.iter() {
        let precision = 1.0 / (square / post.weight + post.counted);
        let sum = &mut sums[usize::from(post.kind)];
        sum.0 += precision;
        sum.1 += precision * (post.raw - mean[post.cell]);
    }
    for post in seen.iter_mut() {
        let (precision, sum) = sums[usize::from(post.kind)];
        post.y = post.raw - sum / (precision + 1.0 / (KINDS * KINDS));
    }
}

/// The posts of an hour, as one: what they say together and how precisely.
#[derive(Debug, Clone, Copy)]
struct Told {
    cell: usize,
    y: f64,
    precision: f64,
}

/// One point of the grid with what follows from it.
struct Fit<'a> {
    prior: &'a Prior,
    kernel: &'a [Week],
    size: f64,
    error: f64,
    told: Vec<Told>,
    factor: Lower,
    /// What is left of the posts beside the prior's mean, through the factor.
    rest: Vec<f64>,
    likelihood: f64,
}

/// The points of the grid, each with its place there and in that order, without those whose likelihood is below the best by more than
/// `far`. Where the likely one is tried first, most others are given up soon; which are left does not depend on it.
fn fits<'a>(
    prior: &'a Prior,
    kernels: &'a [Vec<Week>],
    seen: &[Seen],
    (likely, far): (usize, f64),
) -> Vec<(usize, Fit<'a>)> {
    let observed = ERRORS.map(|error| together(seen, error));
    let of_error = kernels.len() * prior.sizes.len();
    let mut places: Vec<usize> = (0..ERRORS.len() * of_error).collect();
    places.sort_by_key(|place| *place != likely);
    let (mut fits, mut best) = (Vec::new(), f64::NEG_INFINITY);
    for place in places {
        let (error, rest) = (place / of_error, place % of_error);
        let kernel = &kernels[rest / prior.sizes.len()];
        let sizes = (prior.sizes[rest % prior.sizes.len()], ERRORS[error]);
        if let Some(fit) = Fit::new(prior, kernel, sizes, &observed[error], best - far - ROUNDING) {
            best = best.max(fit.likelihood);
            fits.push((place, fit));
        }
    }
    fits.sort_by_key(|(place, _)| *place);
    fits.retain(|(_, fit)| fit.likelihood >= best - far - ROUNDING);
    fits
}

impl<'a> Fit<'a> {
    /// `None` if the likelihood is less than `least`, which is often known long before it is.
    fn new(
        prior: &'a Prior,
        kernel: &'a [Week],
        (size, error): (f64, f64),
        (told, within): &(Vec<Told>, f64),
        least: f64,
    ) -> Option<Self> {
        // No column of the factor begins with less than the deviation of its noise, and no residual makes anything likelier. So this is the
        // most that the likelihood can be, and each column takes from it.
        let noise: f64 = told.iter().map(|t| t.precision.ln()).sum();
        let mut most = within + 0.5 * noise + prior.belief(size);
        if most < least {
            return None;
        }
        let covariance = |a: usize, b: usize| prior.covariance[a][b] + size * size * kernel[a][b];
        let matrix = Lower::new(told.len(), |i, j| {
            let noise = if i == j { 1.0 / told[i].precision } else { 0.0 };
            covariance(told[i].cell, told[j].cell) + noise
        });
        let mut rest: Vec<f64> = told.iter().map(|t| t.y - prior.mean[t.cell]).collect();
        let factor = matrix.factor_while(|j, column| {
            let x = rest[j] / column[0];
            rest[j] = x;
            take(&mut rest[j + 1..], x, &column[1..]);
            most -= 0.5 * (x * x + 2.0 * column[0].ln() + told[j].precision.ln());
            most >= least
        })?;
        let fitting = within - 0.5 * (dot(&rest, &rest) + factor.log_determinant());
        let likelihood = fitting + prior.belief(size);
        let told = told.clone();
        likelihood.is_finite().then_some(Self { prior, kernel, size, error, told, factor, rest, likelihood })
    }

    fn covariance(&self, a: usize, b: usize) -> f64 {
        self.prior.covariance[a][b] + self.size * self.size * self.kernel[a][b]
    }

    /// How each hour hangs together with the posts, through the factor.
    fn ties(&self) -> Vec<Vec<f64>> {
        (0..HOURS)
            .map(|cell| {
                let mut ties: Vec<f64> = self.told.iter().map(|t| self.covariance(cell, t.cell)).collect();
                self.factor.forward(&mut ties);
                ties
            })
            .collect()
    }

    fn mean(&self) -> Week {
        let ties = self.ties();
        std::array::from_fn(|cell| self.prior.mean[cell] + dot(&ties[cell], &self.rest))
    }

    /// Mean and variance of each hour beside the mean of all.
    fn centred(&self) -> Posterior {
        let ties = self.ties();
        let hours = HOURS as f64;
        let middle: Vec<f64> =
            (0..self.rest.len()).map(|i| ties.iter().map(|t| t[i]).sum::<f64>() / hours).collect();
        let rows: Week = std::array::from_fn(|a| {
            (0..HOURS).map(|b| self.covariance(a, b)).sum::<f64>() / hours - dot(&ties[a], &middle)
        });
        let all = rows.iter().sum::<f64>() / hours;
        let mean: Week = std::array::from_fn(|c| self.prior.mean[c] + dot(&ties[c], &self.rest));
        let level = mean.iter().sum::<f64>() / hours;
        let variance = std::array::from_fn(|c| {
            let own = self.covariance(c, c) - dot(&ties[c], &ties[c]);
            (own - 2.0 * rows[c] + all).max(0.0)
        });
        Posterior { mean: mean.map(|m| m - level), variance }
    }
}

/// The posts of each hour as one observation, and what their differences among each other say about the error.
fn together(seen: &[Seen], error: f64) -> (Vec<Told>, f64) {
    let mut sums = [(0.0_f64, 0.0_f64); HOURS];
    let mut within = 0.0;
    for post in seen {
        let precision = 1.0 / (error * error / post.weight + post.counted);
        sums[post.cell].0 += precision;
        sums[post.cell].1 += precision * post.y;
        within += 0.5 * (precision.ln() - precision * post.y * post.y);
    }
    let told = sums.iter().enumerate().filter(|(_, sum)| sum.0 > 0.0).map(|(cell, (precision, sum))| Told {
        cell,
        y: sum / precision,
        precision: *precision,
    });
    let told: Vec<Told> = told.collect();
    let joined = told.iter().map(|t| 0.5 * (t.precision * t.y * t.y - t.precision.ln()));
    within += joined.sum::<f64>();
    (told, within)
}

/// All points of the grid, each as much as the posts speak for it.
fn average(fits: &[Fit<'_>]) -> Posterior {
    let best = fits.iter().map(|fit| fit.likelihood).fold(f64::NEG_INFINITY, f64::max);
    let (mut sum, mut means, mut squares) = (0.0, [0.0; HOURS], [0.0; HOURS]);
    for fit in fits {
        let weight = (fit.likelihood - best).exp();
        if weight < NEGLIGIBLE {
            continue;
        }
        let one = fit.centred();
        sum += weight;
        for (cell, (mean, square)) in means.iter_mut().zip(&mut squares).enumerate() {
            *mean += weight * one.mean[cell];
            *square += weight * (one.variance[cell] + one.mean[cell].powi(2));
        }
    }
    if sum <= 0.0 {
        // No matrix of the grid fails to factor, since no error is 0; if one day all did, nothing would be known.
        return Posterior { mean: [0.0; HOURS], variance: [LEVEL; HOURS] };
    }
    let mean = means.map(|mean| mean / sum);
    let variance = std::array::from_fn(|cell| (squares[cell] / sum - mean[cell].powi(2)).max(0.0));
    Posterior { mean, variance }
}
