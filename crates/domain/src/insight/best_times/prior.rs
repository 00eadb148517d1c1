//! What is believed of the hours before any post has ended. What the letters mean stands in the module above.

use super::activity::{Ahead, ahead};
use super::{Evidence, HOURS, Week};

/// Deviation of the level, which is centred: as good as unknown.
pub(super) const LEVEL: f64 = 2.0;
/// How far the general pattern is followed when nothing is known of the account's audience: mean and deviation.
const GENERAL: (f64, f64) = (0.6, 0.35);
/// The same when something is.
const GENERAL_BESIDE: (f64, f64) = (0.05, 0.05);
/// How far the audience's activity is followed. If nothing but who looks decides what a post gets, it is 1.
const ACTIVITY: (f64, f64) = (1.0, 0.1);
/// Hours by which what looks tell may be late or early, as a deviation: networks add up now and then, and readings take their time. With
/// 0.5 intervals beside an activity that is told were too wide.
const LATE: f64 = 0.25;
/// The grid: size of the pattern beside the general one, in logarithms.
const SIZES: [f64; 4] = [0.13, 0.22, 0.35, 0.6];
/// The same beside the audience's activity, which leaves less to explain.
const SIZES_BESIDE: [f64; 5] = [0.03, 0.06, 0.12, 0.25, 0.5];
/// These are believed the less the larger they are, by an exponential distribution with this mean (Simpson and others, Penalising Model
/// Component Complexity, Statistical Science 32, 2017). Small, and one for whatever the pattern is known from, since growth is only
/// counted while it follows who looks. Chosen so that intervals hold what they say, on the seeds for tuning: at 60 posts 0.81 where views
/// or likes grow, 0.85 beside activity, 0.81 with activity alone; 0.01 gave 0.82, 0.81, 0.86 and 0.81.
const RARE: f64 = 0.005;
/// The least activity that is believed, as a share of the mean: a zero is a rounded number.
const LEAST: f64 = 0.03;

/// What is believed before any post.
pub(super) struct Prior {
    pub mean: Week,
    /// What is not known of it: all hours by all hours.
    pub covariance: Vec<Week>,
    /// How much they may leave unsaid.
    pub sizes: &'static [f64],
    /// Mean of these, where smaller ones are believed more.
    rare: Option<f64>,
}

impl Prior {
    pub(super) fn of(evidence: &Evidence<'_>) -> Self {
        let general = logarithms(evidence.general);
        let told = evidence.activity.map(usable);
        let known = told.is_some() || !evidence.growth.is_empty();
        match known.then(|| ahead(told.as_ref(), evidence.growth, evidence.general)).flatten() {
            Some(ahead) => Self::beside(general, ahead, evidence),
            None => Self {
                mean: general.map(|p| GENERAL.0 * p),
                covariance: covariance(&[(general, GENERAL.1)], |_, _| 0.0),
                sizes: &SIZES,
                rare: None,
            },
        }
    }

    fn beside(general: Week, Ahead { mean: q, covariance: unsure }: Ahead, evidence: &Evidence<'_>) -> Self {
        let mut patterns = vec![(general, GENERAL_BESIDE.1), (q, ACTIVITY.1)];
        if !evidence.growth.is_empty() {
            let rise = |hour: usize| (q[(hour + 1) % HOURS] - q[(hour + HOURS - 1) % HOURS]) / 2.0;
            patterns.push((std::array::from_fn(rise), LATE));
        }
        let square = ACTIVITY.0 * ACTIVITY.0;
        Self {
            mean: std::array::from_fn(|hour| GENERAL_BESIDE.0 * general[hour] + ACTIVITY.0 * q[hour]),
            covariance: covariance(&patterns, |a, b| square * unsure[a][b]),
            sizes: &SIZES_BESIDE,
            rare: Some(RARE),
        }
    }

    /// How much a size of what is left unsaid is believed: a logarithm.
    pub(super) fn belief(&self, size: f64) -> f64 {
        self.rare.map_or(0.0, |mean| -size / mean)
    }
}

/// From the logarithms of patterns, each with the deviation of its coefficient, and what else is not known.
fn covariance(patterns: &[(Week, f64)], unsure: impl Fn(usize, usize) -> f64) -> Vec<Week> {
    let entry = |a: usize, b: usize| {
        let patterns = patterns.iter().map(|(p, deviation)| deviation * deviation * p[a] * p[b]);
        LEVEL * LEVEL + patterns.sum::<f64>() + unsure(a, b)
    };
    (0..HOURS).map(|a| std::array::from_fn(|b| entry(a, b))).collect()
}

/// Centred logarithms of a pattern in any unit; a pattern that says nothing is flat.
pub(super) fn logarithms(pattern: &Week) -> Week {
    let usable = usable(pattern);
    let mean = usable.iter().sum::<f64>() / HOURS as f64;
    if !mean.is_finite() || mean <= 0.0 {
        return [0.0; HOURS];
    }
    let logarithms = usable.map(|x| (x / mean).max(LEAST).ln());
    let middle = logarithms.iter().sum::<f64>() / HOURS as f64;
    logarithms.map(|x| x - middle)
}

fn usable(pattern: &Week) -> Week {
    pattern.map(|x| if x.is_finite() && x > 0.0 { x } else { 0.0 })
}
