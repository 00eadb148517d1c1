//! What a copy of a file has to be so that a network takes it, found by asking the network's own check about files that could
//! be. Only what it takes is known here, never why.
//!
//! Everything is searched from what is surely small enough outwards: a shape, then the size, then the bytes.

use carillon_domain::media::{Fit, MediaInfo, MediaKind};
use serde::{Deserialize, Serialize};

use super::edit::Edit;

/// Types that pictures can be written as; the one that a file has comes before these.
pub(super) const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];
/// Shapes that some network takes of anything, width by height.
const SHAPES: [f64; 7] = [1.0, 0.8, 1.25, 9.0 / 16.0, 16.0 / 9.0, 0.5, 2.0];
/// No side gets smaller, pixels: what is left would be no picture of it.
pub(super) const LEAST_SIDE: u32 = 64;
/// Bytes of a file that is asked about for its other properties.
const FEW: u64 = 200_000;
/// No network has a higher limit for what we would write, bytes.
const MANY: u64 = 4 * 1024 * 1024 * 1024;
/// Frames a second that are tried besides the file's own.
const RATES: [f64; 3] = [60.0, 30.0, 25.0];
/// A video with fewer bits a second would not be worth looking at.
const LEAST_BITS: u64 = 300_000;

/// What a copy has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// MIME types that it may have, the best first. Of a video one.
    pub types: Vec<String>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// How its shape changes, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fit: Option<Fit>,
    /// Most bytes.
    pub bytes: u64,
    /// Frames a second of a video, where they change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_rate: Option<f64>,
    /// What a person wants done to it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Edit>,
}

impl Plan {
    /// The copy of `original` that comes closest to it of those that `takes` says yes to; `None` where there is none, or
    /// where it would lose length or movement.
    pub fn find(original: &MediaInfo, fit: Fit, takes: &dyn Fn(&MediaInfo) -> bool) -> Option<Self> {
        match original.kind {
            MediaKind::Image => still(original, fit, takes),
            // Nothing is drawn anew of a document: its network takes it as it is, and the others take none.
            MediaKind::Gif | MediaKind::Document => None,
            MediaKind::Video => video(original, fit, takes),
        }
    }

    /// How long a video made by it is, milliseconds; `original` where nothing is taken off.
    pub fn length_ms(&self, original: Option<u64>) -> Option<u64> {
        self.edit.and_then(|edit| edit.span).map(|(from, to)| to - from).or(original)
    }

    /// As it is stored and compared.
    pub fn rules(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn still(original: &MediaInfo, fit: Fit, takes: &dyn Fn(&MediaInfo) -> bool) -> Option<Plan> {
    let own = PICTURES.into_iter().find(|mime| *mime == original.mime);
    let types = own.into_iter().chain(PICTURES.into_iter().filter(|mime| Some(*mime) != own));
    let like =
        |mime: &str| MediaInfo { mime: mime.to_owned(), frames: None, duration_ms: None, ..original.clone() };
    let mut plan: Option<Plan> = None;
    for mime in types {
        let pattern = like(mime);
        match &mut plan {
            None => plan = drawn(&pattern, fit, 1, takes),
            // What does not get small enough without loss becomes a JPEG.
            Some(plan)
                if mime == PICTURES[0] && takes(&sized(&pattern, plan.width, plan.height, plan.bytes)) =>
            {
                plan.types.push(mime.to_owned());
            }
            Some(_) => {}
        }
    }
    plan
}

fn video(original: &MediaInfo, fit: Fit, takes: &dyn Fn(&MediaInfo) -> bool) -> Option<Plan> {
    let (own, length) = (original.frame_rate, original.duration_ms.filter(|ms| *ms > 0)?);
    let slower = RATES.into_iter().filter(|rate| own.is_some_and(|own| *rate < own));
    let rates = [None].into_iter().chain(slower.map(Some)).chain([Some(30.0)]);
    for rate in rates {
        let pattern = MediaInfo {
            mime: "video/mp4".to_owned(),
            video_codec: Some("h264".to_owned()),
            audio_codec: original.audio_codec.as_ref().map(|_| "aac".to_owned()),
            frame_rate: rate.or(own),
            ..original.clone()
        };
        if let Some(mut plan) = drawn(&pattern, fit, 2, takes) {
            plan.frame_rate = rate;
            return Some(plan).filter(|plan| plan.bytes.saturating_mul(8_000) / length >= LEAST_BITS);
        }
    }
    None
}

/// The plan for one type. Sides are multiples of `step`.
fn drawn(pattern: &MediaInfo, fit: Fit, step: u32, takes: &dyn Fn(&MediaInfo) -> bool) -> Option<Plan> {
    let (width, height) = (pattern.width.filter(|w| *w > 0)?, pattern.height.filter(|h| *h > 0)?);
    let canvas = Canvas { width, height, step };
    let few = pattern.bytes.clamp(1, FEW);
    let fits = |(width, height): (u32, u32)| takes(&sized(pattern, width, height, few));
    let (found, shaped) = match canvas.largest(&fits) {
        Some(found) => (found, None),
        None => (reshaped(&canvas, fit, &fits)?, Some(fit)),
    };
    let most = largest(few, MANY, |bytes| takes(&sized(pattern, found.0, found.1, bytes)));
    Some(Plan {
        types: vec![pattern.mime.clone()],
        width: found.0,
        height: found.1,
        fit: shaped,
        bytes: most,
        frame_rate: None,
        edit: None,
    })
}

fn sized(pattern: &MediaInfo, width: u32, height: u32, bytes: u64) -> MediaInfo {
    MediaInfo { width: Some(width), height: Some(height), bytes, ..pattern.clone() }
}

/// The canvas of another shape that is next to the own one.
fn reshaped(own: &Canvas, fit: Fit, fits: &dyn Fn((u32, u32)) -> bool) -> Option<(u32, u32)> {
    let ratio = own.ratio();
    let mut shapes = SHAPES;
    shapes.sort_by(|a, b| (a / ratio).ln().abs().total_cmp(&(b / ratio).ln().abs()));
    let (inside, (width, height)) =
        shapes.into_iter().find_map(|shape| Some((shape, own.shaped(shape, fit).largest(fits)?)))?;
    // In one size only: among the smallest ones rounding makes any shape of any other.
    let side = width.max(height);
    let taken = |shape: f64| {
        let canvas = own.shaped(shape, fit);
        fits(canvas.scaled(side.min(canvas.longest())))
    };
    // Between a shape that is taken and one that is not, in logarithms.
    let (mut good, mut bad) = (inside.ln(), ratio.ln());
    for _ in 0..24 {
        let middle = f64::midpoint(good, bad);
        if taken(middle.exp()) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    // A hair further in: whole pixels are rarely exact.
    let safe = good + (inside.ln() - good).clamp(-0.002, 0.002);
    own.shaped(safe.exp(), fit).largest(fits).or_else(|| own.shaped(inside, fit).largest(fits))
}

/// The largest number that is taken between one that is and one that may be; what is taken has no gaps.
fn largest(taken: u64, most: u64, takes: impl Fn(u64) -> bool) -> u64 {
    if takes(most) {
        return most;
    }
    let (mut good, mut bad) = (taken, most);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if takes(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// Dimensions that may be scaled down.
#[derive(Debug, Clone, Copy)]
struct Canvas {
    width: u32,
    height: u32,
    /// Sides are multiples of it.
    step: u32,
}

impl Canvas {
    fn ratio(&self) -> f64 {
        f64::from(self.width) / f64::from(self.height)
    }

    fn longest(&self) -> u32 {
        self.width.max(self.height)
    }

    /// The canvas of this shape around the picture, or in it.
    fn shaped(&self, ratio: f64, fit: Fit) -> Self {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let flatter = ratio < self.ratio();
        let (width, height) =
            if flatter == (fit == Fit::Pad) { (width, width / ratio) } else { (height * ratio, height) };
        Self { width: whole(width), height: whole(height), step: self.step }
    }

    /// The dimensions when the longer side has so many pixels.
    fn scaled(&self, side: u32) -> (u32, u32) {
        let scale = f64::from(side) / f64::from(self.longest());
        let step = |side: f64| (whole(side) / self.step).max(1) * self.step;
        (step(f64::from(self.width) * scale), step(f64::from(self.height) * scale))
    }

    /// The largest dimensions of this shape that `fits` says yes to.
    fn largest(&self, fits: &dyn Fn((u32, u32)) -> bool) -> Option<(u32, u32)> {
        let longest = self.longest();
        let mut side = longest;
        while !fits(self.scaled(side)) {
            side = side / 4 * 3;
            if side < LEAST_SIDE {
                return None;
            }
        }
        if side == longest {
            return Some(self.scaled(side));
        }
        let above = u64::from(side / 3 * 4 + 4).min(u64::from(longest));
        let found = largest(u64::from(side), above, |side| {
            u32::try_from(side).is_ok_and(|side| fits(self.scaled(side)))
        });
        u32::try_from(found).ok().map(|side| self.scaled(side))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures, rounded and clamped"
)]
pub(super) fn whole(side: f64) -> u32 {
    side.round().clamp(1.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests;
