//! Rules for photos and videos.

use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;
use serde_json::Value;

use super::super::limits::{self, VideoRule};
use super::super::options::Kind;
use super::characters;
use crate::kit::document;
use crate::kit::graph::video::{seconds, too_large};

/// Checks the number of media, then each of them.
pub(super) fn check(draft: &Draft, kind: Kind, report: &mut CheckReport) {
    let media = &draft.root.media;
    number(media, kind, report);
    for (index, item) in media.iter().enumerate() {
        let field = format!("media.{index}");
        match (item.kind, kind) {
            (MediaKind::Document, _) => {
                report.violations.push(document::refused("Facebook", &field));
                continue;
            }
            (MediaKind::Video, Kind::Reel) => video(&field, item, &limits::REEL, report),
            (MediaKind::Video, Kind::VideoStory) => video(&field, item, &limits::STORY, report),
            (MediaKind::Video, _) => video(&field, item, &limits::VIDEO, report),
            (_, Kind::Reel) => report.violations.push(Violation::new(
                field,
                "wrong_type",
                "A reel is a video; this is a picture. Choose a video, or another kind of post.",
            )),
            (MediaKind::Image | MediaKind::Gif, _) => photo(&field, item, kind, report),
        }
        alt_text(index, item, report);
    }
}

fn number(media: &[MediaInfo], kind: Kind, report: &mut CheckReport) {
    let found = media.len();
    let videos = media.iter().filter(|m| m.kind == MediaKind::Video).count();
    let mut violate = |code: &str, message: String, limit: usize| {
        report.violations.push(Violation::new("media", code, message).with_limit(limit, found));
    };
    match kind {
        Kind::PhotoStory if found == 0 => {
            violate("missing", "A story is one photo or one video. Add it.".to_owned(), 1);
        }
        Kind::PhotoStory | Kind::VideoStory if found > 1 => {
            let message =
                format!("A story is one photo or one video; there are {found}. Remove {}.", found - 1);
            violate("too_many", message, 1);
        }
        Kind::Reel if found == 0 => violate("missing", "A reel is one video. Add it.".to_owned(), 1),
        Kind::Reel | Kind::Video if videos > 0 && videos < found => {
            let message = "Facebook takes photos or one video, not both in one post. Make two posts of it.";
            violate("exclusive", message.to_owned(), 1);
        }
        Kind::Reel | Kind::Video if found > 1 => {
            let message =
                format!("A post on Facebook has one video; there are {found}. Remove {}.", found - 1);
            violate("too_many", message, 1);
        }
        Kind::Photos if found > limits::PHOTOS => {
            let (limit, more) = (limits::PHOTOS, found - limits::PHOTOS);
            let message =
                format!("A post has at most {limit} photos here; there are {found}. Remove {more}.");
            violate("too_many", message, limit);
        }
        _ => {}
    }
}

fn photo(field: &str, item: &MediaInfo, kind: Kind, report: &mut CheckReport) {
    if !limits::PHOTO_TYPES.contains(&item.mime.as_str()) {
        let message = format!(
            "Facebook takes photos as JPEG, PNG or GIF; this one is {}. Upload it as JPEG.",
            item.mime
        );
        let violation = Violation::new(field, "wrong_type", message);
        report.violations.push(violation.with_limit(limits::PHOTO_TYPES, item.mime.clone()));
    }
    let most = if kind.is_story() { limits::STORY_PHOTO_BYTES } else { limits::PHOTO_BYTES };
    size(field, item, most, report);
    if item.kind == MediaKind::Gif {
        report.warnings.push(Violation::new(
            field,
            "still",
            "Facebook shows a GIF that is uploaded as a photo without its movement. Upload it as a video (MP4) to keep that.",
        ));
    }
    if item.mime == "image/png" && (limits::PNG_ADVISED_BYTES..=most).contains(&item.bytes) {
        let message = "Facebook advises PNGs below 1 MB; larger ones may look bad. Use JPEG for photos.";
        report.warnings.push(
            Violation::new(field, "large_png", message).with_limit(limits::PNG_ADVISED_BYTES, item.bytes),
        );
    }
}

fn video(field: &str, item: &MediaInfo, rule: &VideoRule, report: &mut CheckReport) {
    let mut violate = |code: &str, message: String, limit: Value, value: Value| {
        report.violations.push(Violation::new(field, code, message).with_limit(limit, value));
    };
    let what = rule.what;
    let types = limits::MEDIA.video_types;
    if !types.contains(&item.mime.as_str()) {
        let message = format!(
            "Carillon sends videos to Facebook as MP4 or MOV; this one is {}. Convert it to MP4.",
            item.mime
        );
        violate("wrong_type", message, types.into(), item.mime.clone().into());
    }
    if let Some(ms) = item.duration_ms
        && !(rule.ms.0..=rule.ms.1).contains(&ms)
    {
        let (code, limit) = if ms < rule.ms.0 { ("too_short", rule.ms.0) } else { ("too_long", rule.ms.1) };
        let message = format!(
            "The video of {what} lasts {} to {} seconds; this one lasts {:.1}. Cut it{}.",
            rule.ms.0 / 1000,
            rule.ms.1 / 1000,
            seconds(ms),
            if what == limits::VIDEO.what { "" } else { ", or publish it as a video" },
        );
        violate(code, message, limit.into(), ms.into());
    }
    let (min, max) = limits::VIDEO_RATIO;
    // A hair of tolerance: 9:16 in whole pixels is rarely exact.
    if let Some(ratio) = item.ratio()
        && !(min - 0.01..=max + 0.01).contains(&ratio)
    {
        let message = format!("The video's shape is {ratio:.2}:1; Facebook takes 9:16 to 16:9. Crop it.");
        violate("wrong_ratio", message, "9:16 to 16:9".into(), ratio.into());
    }
    if let (Some((least_width, least_height)), Some(width), Some(height)) =
        (rule.smallest, item.width, item.height)
        && (width < least_width || height < least_height)
    {
        let message = format!(
            "The video has {width} by {height} pixels; {what} needs at least {least_width} by {least_height}. Use a larger one."
        );
        let limit = format!("{least_width}x{least_height}");
        violate("too_small", message, limit.into(), format!("{width}x{height}").into());
    }
    if let (Some((slowest, fastest)), Some(rate)) = (rule.frame_rate, item.frame_rate)
        // 23.976 is called 24 by everybody but the file.
        && !(slowest - 0.5..=fastest + 0.5).contains(&rate)
    {
        let message = format!(
            "The video has {rate:.1} frames per second; {what} has {slowest} to {fastest}. Convert it."
        );
        violate("wrong_frame_rate", message, format!("{slowest} to {fastest}").into(), rate.into());
    }
    for (codec, known, part) in
        [(&item.video_codec, rule.video_codecs, "picture"), (&item.audio_codec, rule.audio_codecs, "sound")]
    {
        if let (Some(codec), Some(known)) = (codec, known)
            && !known.contains(&codec.as_str())
        {
            let message = format!(
                "The video's {part} is coded as {codec}; {what} takes {}. Convert it to MP4 with H.264 and AAC.",
                known.join(" or ")
            );
            violate("wrong_codec", message, known.into(), codec.clone().into());
        }
    }
    size(field, item, rule.bytes, report);
    upright(field, item, rule, report);
}

fn upright(field: &str, item: &MediaInfo, rule: &VideoRule, report: &mut CheckReport) {
    let noun = match rule.what {
        what if what == limits::REEL.what => "A reel",
        what if what == limits::STORY.what => "A story",
        _ => return,
    };
    if item.ratio().is_some_and(|ratio| ratio > 0.6 && ratio <= limits::VIDEO_RATIO.1 + 0.01) {
        let message = format!("{noun} is upright, 9:16; other shapes are shown with borders.");
        report.warnings.push(Violation::new(field, "shape", message));
    }
}

fn size(field: &str, item: &MediaInfo, limit: u64, report: &mut CheckReport) {
    report.violations.extend(too_large("Facebook", field, item, limit));
}

fn alt_text(index: usize, item: &MediaInfo, report: &mut CheckReport) {
    let field = format!("media.{index}.alt");
    let Some(alt) = item.alt.as_deref().filter(|alt| !alt.trim().is_empty()) else { return };
    if item.kind == MediaKind::Video {
        report.warnings.push(Violation::new(
            field,
            "ignored",
            "Facebook takes alternative text for photos only; this one will not be sent.",
        ));
        return;
    }
    let (found, limit) = (characters(alt), limits::ALT_CHARACTERS);
    if found > limit {
        let message = format!(
            "The alternative text has {found} characters; {limit} fit. Shorten it by {}.",
            found - limit
        );
        report.violations.push(Violation::new(field, "too_long", message).with_limit(limit, found));
    }
}
