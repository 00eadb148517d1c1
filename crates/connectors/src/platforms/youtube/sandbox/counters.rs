//! The counters that everybody sees, as functions of time.

use carillon_domain::time::Timestamp;
use jiff::Unit;
use jiff::civil::Date;

use super::PLATFORM;
use super::quota::{midnight, pacific_day};
use super::state::Video;
use crate::sandbox::Persona;
use crate::sandbox::audience::{Kind, Piece};

/// How often a video was started, in the audience that its channel has.
pub(super) fn views(video: &Video, now: Timestamp) -> u64 {
    let Some(since) = video.published_at.filter(|_| video.is_public()) else { return 0 };
    let characters = video.meta.title.chars().count();
    let piece = Piece { id: &video.id, at: since, kind: Kind::Video, characters };
    Persona::find(&video.owner).map_or(0, |owner| owner.reaction(PLATFORM, &piece, now).views)
}

/// Views of everything that a channel had before, on each day of the week from Sunday on, for 1,000 followers.
const EARLIER: [u64; 7] = [38, 24, 22, 23, 25, 31, 42];
/// When channels began: a Sunday.
const BEGAN: Date = jiff::civil::date(2017, 5, 14);

/// How often everything that a channel had before was started.
pub(super) fn earlier_views(followers: u64, now: Timestamp) -> u64 {
    const DAY: u64 = 86_400;
    let today = pacific_day(now);
    let days = today.since((Unit::Day, BEGAN)).map_or(0, |span| u64::try_from(span.get_days()).unwrap_or(0));
    let so_far = u64::try_from(now.duration_since(midnight(today)).as_secs()).unwrap_or(0).min(DAY);
    let (weeks, whole) = (days / 7, usize::try_from(days % 7).unwrap_or(0));
    let of_week: u64 = EARLIER.iter().take(whole).sum();
    let of_day = EARLIER.get(whole).copied().unwrap_or(0);
    let views = weeks * EARLIER.iter().sum::<u64>() * DAY + of_week * DAY + of_day * so_far;
    followers * views / (1_000 * DAY)
}

/// Likes among so many views.
pub(super) fn likes(views: u64) -> u64 {
    views / 25
}

/// Dislikes among so many views.
pub(super) fn dislikes(views: u64) -> u64 {
    views / 900
}
