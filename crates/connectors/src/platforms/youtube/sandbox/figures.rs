//! What was watched, and in which parts. Each number is the difference of what the public counters showed at the end and at the
//! beginning of a part's days, so that the two never tell different stories.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::PLATFORM;
use super::counters::{dislikes, earlier_views, likes, views};
use super::quota::midnight;
use super::reports;
use super::shown::milliseconds;
use super::state::{Memory, Video};
use crate::sandbox::Persona;

/// How much of a video is watched, per view.
const WATCHED: f64 = 0.435;
/// For how long videos from before are watched, seconds.
const EARLIER_SECONDS: f64 = 118.0;

/// A part of what was watched.
#[derive(Clone)]
pub(super) struct Part<'a> {
    /// One after the other, without gaps.
    pub days: Vec<Date>,
    pub videos: Vec<&'a Video>,
    /// The owner, with what their channel had before.
    pub channel: Option<&'static Persona>,
    pub share: f64,
    pub of_viewers: f64,
}

impl<'a> Part<'a> {
    /// One part for each value of a dimension.
    pub(super) fn split(&self, dimension: &str) -> Vec<(Value, Part<'a>)> {
        let with = |days: Vec<Date>| Part { days, ..self.clone() };
        match dimension {
            "day" => self.days.iter().map(|day| (json!(day.to_string()), with(vec![*day]))).collect(),
            "month" => {
                let mut months: Vec<Date> = self.days.iter().map(|day| day.first_of_month()).collect();
                months.dedup();
                let of = |month: Date| {
                    let days = self.days.iter().filter(|day| day.first_of_month() == month).copied();
                    (json!(month.strftime("%Y-%m").to_string()), with(days.collect()))
                };
                months.into_iter().map(of).collect()
            }
            "video" => {
                let alone = |video: &&'a Video| {
                    (json!(video.id), Part { videos: vec![*video], channel: None, ..self.clone() })
                };
                self.videos.iter().map(alone).collect()
            }
            "elapsedVideoTimeRatio" => {
                let at = |percent: u32| {
                    let ratio = f64::from(percent) / 100.0;
                    (json!(ratio), Part { of_viewers: ratio, ..self.clone() })
                };
                (1..=100).map(at).collect()
            }
            other => {
                let values = reports::values(other).unwrap_or_default();
                let people = ["ageGroup", "gender"].contains(&other);
                let part = |(value, thousandth): &(&str, u32)| {
                    let share = f64::from(*thousandth) / 1_000.0;
                    let of_viewers = if people { self.of_viewers * share } else { self.of_viewers };
                    (json!(value), Part { share: self.share * share, of_viewers, ..self.clone() })
                };
                values.iter().map(part).collect()
            }
        }
    }

    /// Counts what happened in it.
    pub(super) fn count(&self, memory: &Memory) -> Slice {
        let mut slice = Slice { of_viewers: self.of_viewers, ..Slice::default() };
        let (Some(first), Some(last)) = (self.days.first(), self.days.last()) else { return slice };
        let (from, to) = (midnight(*first), midnight(last.saturating_add(jiff::Span::new().days(1))));
        if let Some(owner) = self.channel {
            let audience = owner.audience(PLATFORM);
            // Day by day, so that days add up to their month.
            for day in &self.days {
                let flow =
                    audience.flow(midnight(*day), midnight(day.saturating_add(jiff::Span::new().days(1))));
                slice.gained += flow.came;
                slice.lost += flow.went;
            }
            // What was there before is watched as often as those of the start would: no view is ever taken back.
            let followers = owner.followers(PLATFORM);
            let (was, is) = (earlier_views(followers, from), earlier_views(followers, to));
            slice.add(is - was, likes(is) - likes(was), dislikes(is) - dislikes(was), EARLIER_SECONDS);
            slice.comments += (is - was) / 150;
        }
        for video in &self.videos {
            let (was, is) = (views(video, from), views(video, to));
            #[expect(clippy::cast_precision_loss, reason = "the length of a video is far below 2^52 ms")]
            let seconds = milliseconds(video) as f64 / 1_000.0 * WATCHED;
            slice.add(is - was, likes(is) - likes(was), dislikes(is) - dislikes(was), seconds);
            let own = memory.comments.iter().filter(|c| c.video == video.id && !c.deleted);
            slice.comments += own.filter(|c| from <= c.at && c.at < to).count() as u64;
        }
        slice.share = self.share;
        slice
    }
}

/// What was watched in a part, and which share of its viewers that is.
#[derive(Default)]
pub(super) struct Slice {
    views: u64,
    likes: u64,
    dislikes: u64,
    comments: u64,
    seconds: f64,
    /// Subscribers who came and went on the channel; what videos did to that is a part of it.
    gained: u64,
    lost: u64,
    /// Which share of all this is meant.
    share: f64,
    of_viewers: f64,
}

#[expect(clippy::cast_precision_loss, reason = "made-up numbers are far below 2^52")]
impl Slice {
    fn add(&mut self, views: u64, likes: u64, dislikes: u64, seconds_each: f64) {
        self.views += views;
        self.likes += likes;
        self.dislikes += dislikes;
        self.seconds += views as f64 * seconds_each;
    }

    /// Views in this part.
    pub(super) fn views(&self) -> f64 {
        self.views as f64 * self.share
    }

    /// A metric as the table shows it.
    pub(super) fn metric(&self, name: &str) -> Value {
        let views = self.views();
        let number = match name {
            "views" => views,
            "averageViewDuration" if self.views > 0 => self.seconds / self.views as f64,
            "averageViewDuration" => 0.0,
            "engagedViews" => views * 0.8,
            "estimatedMinutesWatched" => self.seconds * self.share / 60.0,
            "likes" => self.likes as f64 * self.share,
            "dislikes" => self.dislikes as f64 * self.share,
            "comments" => self.comments as f64 * self.share,
            "shares" => views / 150.0,
            "subscribersGained" if self.gained > 0 => self.gained as f64 * self.share,
            "subscribersGained" => views / 300.0,
            "subscribersLost" if self.lost > 0 => self.lost as f64 * self.share,
            "subscribersLost" => views / 1_100.0,
            "viewerPercentage" => self.of_viewers * 100.0,
            "audienceWatchRatio" => 1.05 - 0.6 * self.of_viewers,
            "relativeRetentionPerformance" => 0.5,
            "averageViewPercentage" => WATCHED * 100.0,
            "cpm" | "playbackBasedCpm" => 2.4,
            _ if reports::is_money(name) => views * 0.001,
            _ => views / 100.0,
        };
        #[expect(clippy::cast_possible_truncation, reason = "rounded and far below 2^52")]
        if reports::is_whole(name) == Some(true) {
            json!(number.round() as i64)
        } else {
            json!((number * 1e4).round() / 1e4)
        }
    }
}
