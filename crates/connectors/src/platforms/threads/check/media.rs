//! Rules for pictures and videos.

use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Part;

use super::super::limits;
use super::super::text::characters;
use crate::kit::document;
use crate::kit::graph::video::too_large;

/// Checks the number of a part's media, then each of them.
pub(super) fn check(prefix: &str, part: &Part, report: &mut CheckReport) {
    let (found, most) = (part.media.len(), limits::CAROUSEL_ITEMS.1);
    if found > most {
        let message =
            format!("A carousel has at most {most} items; there are {found}. Remove {}.", found - most);
        let violation = Violation::new(format!("{prefix}media"), "too_many", message);
        report.violations.push(violation.with_limit(most, found));
    }
    for (index, item) in part.media.iter().enumerate() {
        let field = format!("{prefix}media.{index}");
        match item.kind {
            MediaKind::Document => {
                report.violations.push(document::refused("Threads", &field));
                continue;
            }
            MediaKind::Gif => report.violations.push(
                Violation::new(
                    &field,
                    "wrong_type",
                    "Threads takes no GIF files. Upload it as a video (MP4), or name a GIF of GIPHY in the options.",
                )
                .with_limit(limits::IMAGE_TYPES, item.mime.clone()),
            ),
            MediaKind::Image => image(&field, item, report),
            MediaKind::Video => {
                limits::VIDEO.check(&field, item, report);
                report.violations.extend(too_large("Threads", &field, item, limits::VIDEO.bytes));
            }
        }
        alt_text(&field, item, report);
    }
}

fn image(field: &str, item: &MediaInfo, report: &mut CheckReport) {
    if !limits::IMAGE_TYPES.contains(&item.mime.as_str()) {
        let message =
            format!("Threads takes pictures as JPEG or PNG; this one is {}. Upload it as JPEG.", item.mime);
        let violation = Violation::new(field, "wrong_type", message);
        report.violations.push(violation.with_limit(limits::IMAGE_TYPES, item.mime.clone()));
    }
    report.violations.extend(too_large("Threads", field, item, limits::IMAGE_BYTES));
    let most = limits::IMAGE_RATIO;
    if let Some(ratio) = item.ratio()
        && !(1.0 / most..=most).contains(&ratio)
    {
        let message = format!(
            "The picture's shape is {ratio:.2}:1; its longer side may be {most} times the shorter one. Crop it."
        );
        report.violations.push(Violation::new(field, "wrong_ratio", message).with_limit(most, ratio));
    }
}

fn alt_text(field: &str, item: &MediaInfo, report: &mut CheckReport) {
    let (found, limit) = (item.alt.as_deref().map_or(0, characters), limits::ALT_CHARACTERS);
    if found > limit {
        let message = format!(
            "The alternative text has {found} characters; Threads takes {limit}. Shorten it by {}.",
            found - limit
        );
        report
            .violations
            .push(Violation::new(format!("{field}.alt"), "too_long", message).with_limit(limit, found));
    }
}
