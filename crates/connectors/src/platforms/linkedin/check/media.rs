//! Rules for files: learn.microsoft.com, "Images API", "MultiImage API", "Videos API" and "Documents API" (2026).

use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};

use super::most_files;
use crate::kit::document;
use crate::platforms::linkedin::limits::{DOCUMENTS, MEDIA, image, video};
use crate::platforms::linkedin::text;

/// The files of a post.
pub(super) fn check(report: &mut CheckReport, media: &[MediaInfo]) {
    let most = most_files();
    if media.len() > most {
        let message = format!("LinkedIn takes at most {most} pictures in one post. Take some out.");
        report.violations.push(Violation::new("media", "too_many", message).with_limit(most, media.len()));
    }
    if media.len() > 1 && media.iter().any(|m| m.kind == MediaKind::Video) {
        let message = "On LinkedIn a video stands alone. Keep only it, or only the pictures.";
        report.violations.push(Violation::new("media", "exclusive", message));
    }
    if media.len() > 1 && media.iter().any(document::is_document) {
        let message = "On LinkedIn a document stands alone. Keep only one, or only the pictures.";
        report.violations.push(Violation::new("media", "exclusive", message));
    }
    for (index, file) in media.iter().enumerate() {
        let mut rules = Rules { report, field: format!("media.{index}") };
        match file.kind {
            MediaKind::Image | MediaKind::Gif => rules.picture(file),
            MediaKind::Video => rules.video(file),
            MediaKind::Document => rules.document(file),
        }
        rules.alt(file);
    }
}

struct Rules<'a> {
    report: &'a mut CheckReport,
    field: String,
}

impl Rules<'_> {
    fn over(
        &mut self,
        code: &str,
        message: impl Into<String>,
        limit: impl Into<serde_json::Value>,
        value: impl Into<serde_json::Value>,
    ) {
        self.report.violations.push(Violation::new(&self.field, code, message).with_limit(limit, value));
    }

    fn kind(&mut self, file: &MediaInfo, allowed: &[&str]) {
        if !allowed.contains(&file.mime.as_str()) {
            let message =
                format!("LinkedIn does not take {}. Convert it to one of {}.", file.mime, allowed.join(", "));
            self.over("wrong_type", message, allowed.to_vec(), file.mime.clone());
        }
    }

    fn picture(&mut self, file: &MediaInfo) {
        self.kind(file, MEDIA.image_types);
        if let (Some(width), Some(height)) = (file.width, file.height) {
            let pixels = u64::from(width) * u64::from(height);
            if pixels >= image::PIXELS {
                let message =
                    "The picture has too many pixels for LinkedIn: 36 million are the most. Make it smaller.";
                self.over("too_large", message, image::PIXELS - 1, pixels);
            }
        }
        if let Some(frames) = file.frames.filter(|frames| *frames > image::FRAMES) {
            let message =
                format!("An animated GIF may have {} frames on LinkedIn. Shorten it.", image::FRAMES);
            self.over("too_many_frames", message, image::FRAMES, frames);
        }
        if file.bytes > MEDIA.image_bytes {
            let message = "LinkedIn's own pages take pictures up to 5 MB; what programs may send it does not say. If it refuses the \
                           picture, make it smaller.";
            let warning = Violation::new(&self.field, "large_picture", message);
            self.report.warnings.push(warning.with_limit(MEDIA.image_bytes, file.bytes));
        }
    }

    fn video(&mut self, file: &MediaInfo) {
        self.kind(file, MEDIA.video_types);
        if file.bytes > MEDIA.video_bytes {
            let message = "A video may have 500 MB on LinkedIn. Make it smaller.";
            self.over("too_large", message, MEDIA.video_bytes, file.bytes);
        } else if file.bytes < video::MIN_BYTES {
            let message = "A video has at least 75 KB on LinkedIn. Use a longer or better one.";
            self.over("too_small", message, video::MIN_BYTES, file.bytes);
        }
        let Some(length) = file.duration_ms else { return };
        let longest = MEDIA.video_ms.unwrap_or(u64::MAX);
        if length > longest {
            let message = "A video on LinkedIn lasts at most 30 minutes. Shorten it.";
            self.over("too_long", message, longest, length);
        } else if length < video::MIN_MS {
            let message = "A video on LinkedIn lasts at least 3 seconds.";
            self.over("too_short", message, video::MIN_MS, length);
        }
    }

    fn document(&mut self, file: &MediaInfo) {
        if !DOCUMENTS.types.contains(&file.mime.as_str()) {
            let message = format!(
                "LinkedIn does not take {} as a document. Export it as a PDF, or save it as DOCX or PPTX.",
                file.mime
            );
            self.over("wrong_type", message, DOCUMENTS.types.to_vec(), file.mime.clone());
        }
        if file.bytes > DOCUMENTS.bytes {
            let message = "A document may have 100 MB on LinkedIn. Make it smaller.";
            self.over("too_large", message, DOCUMENTS.bytes, file.bytes);
        }
        match file.pages {
            Some(pages) if pages > DOCUMENTS.pages => {
                let message =
                    format!("A document may have {} pages on LinkedIn. Take some out.", DOCUMENTS.pages);
                self.over("too_many_pages", message, DOCUMENTS.pages, pages);
            }
            Some(_) => {}
            None => {
                let message = format!(
                    "How many pages this document has is not known before LinkedIn has it; {} are the most.",
                    DOCUMENTS.pages
                );
                self.report.warnings.push(Violation::new(&self.field, "pages_unknown", message));
            }
        }
    }

    fn alt(&mut self, file: &MediaInfo) {
        let Some(alt) = file.alt.as_deref().filter(|a| !a.is_empty()) else { return };
        let most = usize::try_from(MEDIA.alt_max).unwrap_or(usize::MAX);
        let (field, length) = (format!("{}.alt", self.field), text::length(alt));
        if matches!(file.kind, MediaKind::Video | MediaKind::Document) {
            let message = "LinkedIn shows descriptions of pictures only; this one is not sent.";
            self.report.warnings.push(Violation::new(field, "unsupported", message));
        } else if length > most {
            let message = format!("A description has at most {most} characters on LinkedIn. Shorten it.");
            self.report.violations.push(Violation::new(field, "too_long", message).with_limit(most, length));
        }
    }
}
