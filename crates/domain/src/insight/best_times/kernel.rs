//! What hours of the week have in common: the covariance of `g`.

use std::f64::consts::PI;

use super::{HOURS, Week};

/// Shares of the parts of the covariance.
const PARTS: Parts = Parts { hour: 0.45, part: 0.17, part_hour: 0.1, day: 0.18, near: 0.1 };
/// Hours in which a day of the week turns into the next.
const DAY: f64 = 10.0;

/// What an hour of the week has in common with others.
struct Parts {
    /// With the hours beside it, on all days.
    hour: f64,
    /// With all workdays, or all of the weekend.
    part: f64,
    /// With the hours beside it on workdays, or at weekends.
    part_hour: f64,
    /// With its day.
    day: f64,
    /// With the hours beside it on that day alone.
    near: f64,
}

/// The covariance of `g` for a size of 1, all hours by all hours.
pub(super) fn kernel(hours: f64) -> Vec<Week> {
    let near = |apart: f64, period: f64, long: f64| {
        let length = 2.0 * PI * long / period;
        (-2.0 * (PI * apart / period).sin().powi(2) / (length * length)).exp()
    };
    let of_day: [f64; 24] = std::array::from_fn(|apart| near(apart as f64, 24.0, hours));
    let of_week = |long: f64| -> Week { std::array::from_fn(|apart| near(apart as f64, 168.0, long)) };
    let (day, close) = (of_week(DAY), of_week(hours));
    let entry = |a: usize, b: usize| {
        let apart = a.abs_diff(b);
        let hour = of_day[apart % 24];
        let same_part = f64::from(u8::from((a / 24 < 5) == (b / 24 < 5)));
        PARTS.hour * hour
            + same_part * (PARTS.part + PARTS.part_hour * hour)
            + PARTS.day * day[apart]
            + PARTS.near * close[apart]
    };
    (0..HOURS).map(|a| std::array::from_fn(|b| entry(a, b))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_near_on_the_face_of_the_clock() {
        let kernel = kernel(2.0);
        let near = |a: usize, b: usize| kernel[a][b];
        let monday = 24 - 1;
        assert!(kernel.iter().enumerate().all(|(n, row)| (row[n] - 1.0).abs() < 1e-12), "a size of 1");
        assert!((near(3, 90) - near(90, 3)).abs() < 1e-12);
        assert!(near(monday, monday + 1) > near(monday, 12), "midnight parts nothing");
        assert!(
            near(12, 24 + 12) > near(12, 120 + 12),
            "workdays are more like each other than like Saturday"
        );
        assert!(near(12, 24 + 12) > near(12, 24 + 18));
        assert!(near(167, 0) > near(167, 12), "Sunday night is beside Monday");
    }
}
