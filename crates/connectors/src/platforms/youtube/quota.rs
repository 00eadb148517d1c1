//! What calls cost, and how many posts a day that allows.
//!
//! YouTube counts per Cloud project, that is for the whole installation, and resets at midnight in Los Angeles. It tells nobody what
//! is left, so that it is counted here: of the common bucket reading leaves the larger part to publishing, and publishing a little for
//! looks whether a call had its effect. developers.google.com, "Quota costs" and "Revision history" (1 Jun 2026): `videos.insert` has a bucket of its own.

use carillon_domain::time::{SignedDuration, Timestamp};

use super::errors::op;
use super::pacific;
use crate::contract::connector::{Accepts, Setting, SharedQuota};
use crate::contract::cx::PlatformSettings;

/// Uploads a day of a project whose quota nobody has extended.
pub(super) const UPLOADS: u32 = 100;

/// Units a day for everything else.
pub(super) const UNITS: u32 = 10_000;

/// Key of the project's uploads a day.
const UPLOADS_PER_DAY: &str = "uploads_per_day";
/// Key of the project's units a day.
const UNITS_PER_DAY: &str = "units_per_day";

/// Settings for projects with other terms.
pub(super) const SETTINGS: [Setting; 2] = [
    Setting {
        key: UPLOADS_PER_DAY,
        secret: false,
        accepts: Accepts::Number,
        help: "Videos a day that your Google Cloud project may upload (Quotas, \"Video uploads per day\"); 100 unless extended.",
    },
    Setting {
        key: UNITS_PER_DAY,
        secret: false,
        accepts: Accepts::Number,
        help: "Quota units a day of your Google Cloud project (Quotas, \"Queries per day\"); 10000 unless extended.",
    },
];

/// What a method costs: units of the common bucket, but one call of its own bucket for `videos.insert`.
const COSTS: [(&str, u32); 11] = [
    (op::INSERT, 1),
    (op::VIDEOS, 1),
    (op::UPDATE, 50),
    (op::DELETE, 50),
    (op::THUMBNAIL, 50),
    (op::PLAYLIST_ADD, 50),
    (op::PLAYLIST, 1),
    (op::COMMENT, 50),
    (op::COMMENTS, 1),
    (op::COMMENT_DELETE, 50),
    (op::CHANNEL, 1),
];

/// What a call costs. Calls that are no method of the Data API cost nothing; the Analytics API has a quota of its own, whose size is
/// a setting of the project that no program can read.
pub(super) fn cost(operation: &str) -> u32 {
    COSTS.iter().find(|(name, _)| *name == operation).map_or(0, |(_, cost)| *cost)
}

/// Units of the common bucket that a video needs at least: the update that publishes it, and looks whether it is processed. One with
/// thumbnail, playlist and comment needs 151 more; what does not fit into a day is found out by counting.
const UNITS_PER_POST: u32 = 60;

/// One part in so many of the common bucket is left to calls that cost little.
const LOOKS: u32 = 100;

/// Parts of ten of the common bucket that reading leaves to publishing.
const PUBLISHING: u32 = 6;

/// Most posts a day that the project's quota allows, if it does nothing else.
pub(super) fn daily_posts(settings: &PlatformSettings) -> u32 {
    uploads(settings).min(units(settings) / UNITS_PER_POST)
}

fn uploads(settings: &PlatformSettings) -> u32 {
    figure(settings, UPLOADS_PER_DAY, UPLOADS)
}

fn units(settings: &PlatformSettings) -> u32 {
    figure(settings, UNITS_PER_DAY, UNITS)
}

fn figure(settings: &PlatformSettings, key: &str, usual: u32) -> u32 {
    settings.get(key).and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The bucket of uploads, and the common one.
pub(super) fn all(settings: &PlatformSettings, now: Timestamp) -> [SharedQuota; 2] {
    let (units, reset_at) = (units(settings), next_reset(now));
    let kept = units / 10 * PUBLISHING;
    [
        SharedQuota { bucket: "uploads", units: uploads(settings), kept: 0, reset_at },
        SharedQuota { bucket: "units", units, kept, reset_at },
    ]
}

/// The bucket from which a method takes what it costs.
pub(super) fn shared(settings: &PlatformSettings, operation: &str, now: Timestamp) -> Option<SharedQuota> {
    let cost = cost(operation);
    let [uploads, common] = all(settings, now);
    match operation {
        _ if cost == 0 => None,
        op::INSERT => Some(uploads),
        _ => {
            let looks = if cost > 1 { common.units / LOOKS } else { 0 };
            Some(SharedQuota { units: common.units - looks, ..common })
        }
    }
}

/// When the buckets are filled again: the next midnight in Los Angeles.
pub(super) fn next_reset(now: Timestamp) -> Timestamp {
    let midnight = pacific::day(now).tomorrow().ok().and_then(pacific::midnight);
    midnight.unwrap_or(now + SignedDuration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_day_ends_at_midnight_in_los_angeles() {
        for (now, reset) in [
            ("2026-11-02T09:00:00Z", "2026-11-03T08:00:00Z"),
            ("2026-11-03T07:59:59Z", "2026-11-03T08:00:00Z"),
            ("2026-11-03T08:00:00Z", "2026-11-04T08:00:00Z"),
            ("2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z"),
            // Clocks go back on 1 Nov 2026, so that this day has 25 hours.
            ("2026-11-01T07:30:00Z", "2026-11-02T08:00:00Z"),
        ] {
            assert_eq!(next_reset(at(now)), at(reset), "{now}");
        }
    }

    #[test]
    fn the_smaller_bucket_says_how_many_posts_a_day() {
        let with = |uploads: &str, units: &str| {
            let values = [(UPLOADS_PER_DAY, uploads), (UNITS_PER_DAY, units)];
            let values = values.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            daily_posts(&PlatformSettings { values, ..PlatformSettings::default() })
        };
        assert_eq!(with("", ""), 100, "uploads are what runs out first");
        assert_eq!(with("", "1200"), 20);
        assert_eq!(with("500", "1000000"), 500);
        assert_eq!(with("5", ""), 5);
    }

    #[test]
    fn uploads_have_a_bucket_of_their_own_and_looks_the_last_units() {
        let settings = PlatformSettings::default();
        let now = at("2026-11-02T09:00:00Z");
        let of = |operation| shared(&settings, operation, now).map(|q| (q.bucket, q.units, q.kept));
        assert_eq!(of(op::INSERT), Some(("uploads", 100, 0)));
        assert_eq!(of(op::UPDATE), Some(("units", 9_900, 6_000)));
        assert_eq!(of(op::VIDEOS), Some(("units", 10_000, 6_000)));
        for free in [op::UPLOAD, op::UPLOADED, op::REFRESH, op::REPORT, "(reading)"] {
            assert_eq!(of(free), None, "{free}");
        }
        assert_eq!(all(&settings, now).map(|q| (q.bucket, q.units)), [("uploads", 100), ("units", 10_000)]);
        let reset = shared(&settings, op::UPDATE, now).map(|q| q.reset_at.to_string());
        assert_eq!(reset.as_deref(), Some("2026-11-03T08:00:00Z"));
    }

    #[test]
    fn costs_are_those_that_google_names() {
        let test = "platforms::youtube::quota::tests::costs_are_those_that_google_names";
        let Some(file) = crate::specs::needed(test, "google/quota_costs.json") else {
            return;
        };
        for (method, cost) in COSTS {
            assert_eq!(file["costs"][method], cost, "{method}");
        }
        assert_eq!(file["buckets"]["videos_insert"]["daily"], UPLOADS);
        assert_eq!(file["buckets"]["default"]["daily"], UNITS);
    }
}
