//! Rules for pictures and videos.

use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;

use super::super::limits;
use super::super::options::Kind;
use super::super::text;
use crate::kit::document;
use crate::kit::graph::video::{VideoRule, seconds, too_large};

/// Checks the number of media, then each of them.
pub(super) fn check(draft: &Draft, kind: Kind, report: &mut CheckReport) {
    let media = &draft.root.media;
    number(media, kind, report);
    for (index, item) in media.iter().enumerate() {
        let field = format!("media.{index}");
        match (item.kind, kind) {
            (MediaKind::Document, _) => {
                report.violations.push(document::refused("Instagram", &field));
                continue;
            }
            (MediaKind::Gif, _) => report.violations.push(Violation::new(
                field,
                "wrong_type",
                "Instagram takes no GIFs. Upload it as a video (MP4), or a still picture as JPEG.",
            )),
            (MediaKind::Image, Kind::Reel) => report.violations.push(Violation::new(
                field,
                "wrong_type",
                "A reel is a video; this is a picture. Choose a video, or another kind of post.",
            )),
            (MediaKind::Video, Kind::Image) => report.violations.push(Violation::new(
                field,
                "wrong_type",
                "This is a video, which Instagram publishes as a reel. Choose the kind reel, or a picture.",
            )),
            (MediaKind::Image, _) => image(&field, item, kind, report),
            (MediaKind::Video, Kind::Story) => video(&field, item, &limits::STORY_VIDEO, report),
            (MediaKind::Video, _) => {
                video(&field, item, &limits::REEL, report);
                if kind == Kind::Carousel {
                    long_in_carousel(&field, item, report);
                }
            }
        }
        alt_text(index, item, kind, report);
    }
}

fn number(media: &[MediaInfo], kind: Kind, report: &mut CheckReport) {
    let found = media.len();
    let (code, message, limit) = match kind {
        _ if media.is_empty() => {
            ("missing", "Instagram publishes no text without a picture or video. Add one.".to_owned(), 1)
        }
        Kind::Carousel if found < limits::CAROUSEL_ITEMS.0 => {
            ("too_few", "A carousel needs at least 2 items. Add one, or choose another kind.".to_owned(), 2)
        }
        Kind::Carousel if found > limits::CAROUSEL_ITEMS.1 => {
            let message =
                format!("A carousel has at most 10 items; there are {found}. Remove {}.", found - 10);
            ("too_many", message, 10)
        }
        Kind::Image | Kind::Reel | Kind::Story if found > 1 => {
            let what = if kind == Kind::Image { "one picture" } else { "one item" };
            let message = format!(
                "{} is {what}; there are {found}. Choose the kind carousel, or remove {}.",
                capital(kind.noun()),
                found - 1
            );
            ("too_many", message, 1)
        }
        _ => return,
    };
    report.violations.push(Violation::new("media", code, message).with_limit(limit, found));
}

fn image(field: &str, item: &MediaInfo, kind: Kind, report: &mut CheckReport) {
    if item.mime != "image/jpeg" {
        let message =
            format!("Instagram takes pictures only as JPEG; this one is {}. Convert it to JPEG.", item.mime);
        report
            .violations
            .push(Violation::new(field, "wrong_type", message).with_limit("image/jpeg", item.mime.clone()));
    }
    size(field, item, limits::IMAGE_BYTES, report);
    let (min, max) = limits::IMAGE_RATIO;
    let Some(ratio) = item.ratio() else { return };
    // A hair of tolerance: 4:5 in whole pixels is rarely exact.
    if kind != Kind::Story && !(min - 0.005..=max + 0.005).contains(&ratio) {
        let message =
            format!("The picture's shape is {ratio:.2}:1; Instagram takes 0.80:1 (4:5) to 1.91:1. Crop it.");
        report
            .violations
            .push(Violation::new(field, "wrong_ratio", message).with_limit("4:5 to 1.91:1", ratio));
    }
    if kind == Kind::Story {
        upright(field, ratio, report);
    }
}

fn video(field: &str, item: &MediaInfo, rule: &VideoRule, report: &mut CheckReport) {
    rule.check(field, item, report);
    size(field, item, rule.bytes, report);
    if let Some(ratio) = item.ratio()
        && (rule.ratio.0..=rule.ratio.1).contains(&ratio)
    {
        upright(field, ratio, report);
    }
}

fn size(field: &str, item: &MediaInfo, limit: u64, report: &mut CheckReport) {
    report.violations.extend(too_large("Instagram", field, item, limit));
}

fn long_in_carousel(field: &str, item: &MediaInfo, report: &mut CheckReport) {
    if let Some(ms) = item.duration_ms.filter(|ms| *ms > limits::CAROUSEL_VIDEO_MS) {
        let message = format!(
            "Instagram may refuse videos over 60 seconds in a carousel; this one lasts {:.0}.",
            seconds(ms)
        );
        report
            .warnings
            .push(Violation::new(field, "too_long", message).with_limit(limits::CAROUSEL_VIDEO_MS, ms));
    }
}

fn upright(field: &str, ratio: f64, report: &mut CheckReport) {
    if ratio > 0.7 {
        report.warnings.push(Violation::new(
            field,
            "shape",
            "Instagram advises an upright 9:16 shape here; other shapes are shown with borders or cropped.",
        ));
    }
}

fn alt_text(index: usize, item: &MediaInfo, kind: Kind, report: &mut CheckReport) {
    let field = format!("media.{index}.alt");
    let Some(alt) = item.alt.as_deref().filter(|alt| !alt.trim().is_empty()) else { return };
    let taken = item.kind == MediaKind::Image && matches!(kind, Kind::Image | Kind::Carousel);
    if !taken {
        report.warnings.push(Violation::new(
            field,
            "ignored",
            "Instagram takes alternative text for pictures in the feed only; this one will not be sent.",
        ));
        return;
    }
    let found = text::characters(alt);
    if found > limits::ALT_CHARACTERS {
        let message = format!(
            "The alternative text has {found} characters; Instagram takes 1000. Shorten it by {}.",
            found - 1000
        );
        report
            .violations
            .push(Violation::new(field, "too_long", message).with_limit(limits::ALT_CHARACTERS, found));
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
