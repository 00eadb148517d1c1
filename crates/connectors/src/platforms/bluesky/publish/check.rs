//! Every rule of the network, before anything is sent.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::{Draft, Part};
use carillon_domain::text::graphemes;
use serde_json::Value;

use super::super::limits;
use super::options::{LANGS, LINK_CARD, is_language};
use crate::kit::document;

/// All problems of `draft` at once.
pub fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let image_bytes = account.meta.get("image_bytes").and_then(Value::as_u64).unwrap_or(limits::IMAGE_BYTES);
    let mut report = CheckReport::default();
    part(&mut report, "", &draft.root, image_bytes);
    for (index, p) in draft.parts.iter().enumerate() {
        part(&mut report, &format!("parts.{index}."), p, image_bytes);
    }
    if let Some(comment) = &draft.first_comment {
        text(&mut report, "first_comment", comment);
        if comment.trim().is_empty() {
            report.violations.push(Violation::new(
                "first_comment",
                "missing",
                "The first comment is empty. Write something or remove it.",
            ));
        }
    }
    options(&mut report, draft);
    report
}

fn part(report: &mut CheckReport, prefix: &str, part: &Part, image_bytes: u64) {
    let field = format!("{prefix}text");
    text(report, &field, &part.text);
    if part.text.trim().is_empty() && part.media.is_empty() {
        let message = "There is neither text nor media. Write something or add an image.";
        report.violations.push(Violation::new(&field, "missing", message));
    }
    media(report, &format!("{prefix}media"), &part.media, image_bytes);
}

fn text(report: &mut CheckReport, field: &str, text: &str) {
    let used = graphemes::count(text) as u64;
    let limit = u64::from(limits::TEXT_GRAPHEMES);
    report.counts.push(TextCount { field: field.to_owned(), used, limit });
    if used > limit {
        let message = format!(
            "The text has {used} characters, and Bluesky allows {limit}. Shorten it by {}, or split it into a thread.",
            used - limit
        );
        report.violations.push(Violation::new(field, "too_long", message).with_limit(limit, used));
    }
    let bytes = text.len() as u64;
    let limit = u64::from(limits::TEXT_BYTES);
    if bytes > limit {
        let message = format!(
            "The text takes {bytes} bytes, and Bluesky allows {limit}. Use fewer emoji or accents, or split it into a thread."
        );
        report.violations.push(Violation::new(field, "too_many_bytes", message).with_limit(limit, bytes));
    }
}

fn media(report: &mut CheckReport, field: &str, media: &[MediaInfo], image_bytes: u64) {
    let videos = media.iter().filter(|m| m.kind == MediaKind::Video).count();
    let images = media.iter().filter(|m| matches!(m.kind, MediaKind::Image | MediaKind::Gif)).count();
    if videos > 0 && images > 0 {
        let message =
            "Images and videos can't be in one post. Keep one kind, or move the other to a thread part.";
        report.violations.push(Violation::new(field, "exclusive", message));
    }
    if videos > 1 {
        let message = format!(
            "There are {videos} videos, and Bluesky allows 1 per post. Move the others to thread parts."
        );
        report.violations.push(Violation::new(field, "too_many", message).with_limit(1, videos));
    }
    let most = limits::IMAGES as usize;
    if images > most {
        let message = format!(
            "There are {images} images, and Bluesky allows {most} per post. Move the others to thread parts."
        );
        report.violations.push(Violation::new(field, "too_many", message).with_limit(most, images));
    }
    for (index, item) in media.iter().enumerate() {
        let field = format!("{field}.{index}");
        match item.kind {
            MediaKind::Video => video(report, &field, item),
            MediaKind::Image | MediaKind::Gif => image(report, &field, item, image_bytes),
            MediaKind::Document => {
                report.violations.push(document::refused("Bluesky", &field));
                continue;
            }
        }
        alt(report, &field, item);
    }
}

fn image(report: &mut CheckReport, field: &str, item: &MediaInfo, most: u64) {
    if !limits::IMAGE_TYPES.contains(&item.mime.as_str()) {
        let message =
            format!("Bluesky does not show images of type {}. Convert it to JPEG, PNG or WebP.", item.mime);
        report.violations.push(
            Violation::new(field, "wrong_type", message)
                .with_limit(limits::IMAGE_TYPES.join(", "), item.mime.clone()),
        );
    }
    too_large(report, field, item, "image", most);
    if item.kind == MediaKind::Gif && item.frames != Some(1) {
        let message =
            "Bluesky shows only the first frame of a GIF. Convert it to an MP4 video if it should move.";
        report.warnings.push(Violation::new(field, "not_animated", message));
    }
}

fn video(report: &mut CheckReport, field: &str, item: &MediaInfo) {
    if !limits::VIDEO_TYPES.contains(&item.mime.as_str()) {
        let message = format!("Bluesky takes videos only as MP4, and this one is {}. Convert it.", item.mime);
        report.violations.push(
            Violation::new(field, "wrong_type", message)
                .with_limit(limits::VIDEO_TYPES.join(", "), item.mime.clone()),
        );
    }
    too_large(report, field, item, "video", limits::VIDEO_BYTES);
    if let Some(length) = item.duration_ms.filter(|ms| *ms > limits::VIDEO_MS) {
        let message = format!(
            "The video is {} seconds long, and Bluesky allows {}. Cut it.",
            length.div_ceil(1000),
            limits::VIDEO_MS / 1000
        );
        report
            .violations
            .push(Violation::new(field, "too_long", message).with_limit(limits::VIDEO_MS, length));
    }
}

fn too_large(report: &mut CheckReport, field: &str, item: &MediaInfo, what: &str, most: u64) {
    if item.bytes > most {
        let message = format!(
            "The {what} has {} bytes, and this account's server takes {most}. Use a smaller or more compressed version.",
            item.bytes
        );
        report.violations.push(Violation::new(field, "too_large", message).with_limit(most, item.bytes));
    }
}

fn alt(report: &mut CheckReport, field: &str, item: &MediaInfo) {
    let length = item.alt.as_deref().map_or(0, graphemes::count);
    let most = limits::ALT_GRAPHEMES as usize;
    if length == 0 {
        let message = "There is no description for people who can't see it. Add an alt text.";
        report.warnings.push(Violation::new(field, "alt_missing", message));
    } else if length > most {
        let message =
            format!("The alt text has {length} characters; Bluesky's own apps write at most {most}.");
        report.warnings.push(Violation::new(field, "alt_long", message).with_limit(most, length));
    }
}

fn options(report: &mut CheckReport, draft: &Draft) {
    for (name, value) in &draft.options {
        let field = format!("options.{name}");
        match name.as_str() {
            LANGS => langs(report, &field, value),
            LINK_CARD if value.is_boolean() => {}
            LINK_CARD => report.violations.push(Violation::new(
                field,
                "wrong_type",
                "`link_card` is either true or false.",
            )),
            _ => report.violations.push(Violation::new(
                field,
                "unknown_option",
                format!("Bluesky has no option `{name}`. It knows `{LANGS}` and `{LINK_CARD}`."),
            )),
        }
    }
}

fn langs(report: &mut CheckReport, field: &str, value: &Value) {
    let Some(langs) = value.as_array() else {
        let message = "`langs` is a list of language tags, for example [\"en\", \"el\"].";
        report.violations.push(Violation::new(field, "wrong_type", message));
        return;
    };
    let most = limits::LANGS as usize;
    if langs.len() > most {
        let message = format!("There are {} languages, and Bluesky allows {most}. Remove some.", langs.len());
        report.violations.push(Violation::new(field, "too_many", message).with_limit(most, langs.len()));
    }
    for (index, lang) in langs.iter().enumerate() {
        if !lang.as_str().is_some_and(is_language) {
            let message = "This is not a language tag. Write for example `en`, `el` or `pt-BR`.";
            report.violations.push(
                Violation::new(format!("{field}.{index}"), "wrong_format", message)
                    .with_limit("BCP 47", lang.clone()),
            );
        }
    }
}
