//! Rules for files: one video, and one picture for it if wanted.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;

use crate::kit::document;
use crate::platforms::youtube::limits::{
    LONGEST_MS, MEDIA, SHORT_MS, THUMBNAIL_BYTES, THUMBNAIL_SIZE, UNVERIFIED_MS,
};
use crate::platforms::youtube::options::Options;

/// The video of a draft.
pub(in crate::platforms::youtube) fn video(draft: &Draft) -> Option<&MediaInfo> {
    draft.root.media.iter().find(|file| file.kind == MediaKind::Video)
}

/// The picture that becomes its thumbnail.
pub(in crate::platforms::youtube) fn thumbnail(draft: &Draft) -> Option<&MediaInfo> {
    draft.root.media.iter().find(|file| file.kind == MediaKind::Image)
}

/// Whether YouTube makes a Short of it: square or higher than wide, and at most three minutes long.
pub(in crate::platforms::youtube) fn is_short(video: &MediaInfo) -> bool {
    video.duration_ms.is_some_and(|ms| ms <= SHORT_MS) && video.ratio().is_some_and(|ratio| ratio <= 1.0)
}

/// All problems of a draft's files.
pub(super) fn check(draft: &Draft, options: &Options, account: &AccountIdentity, report: &mut CheckReport) {
    let short = video(draft).is_some_and(is_short);
    for (index, file) in draft.root.media.iter().enumerate() {
        let mut rules = Rules { report, field: format!("media.{index}") };
        match file.kind {
            MediaKind::Document => {
                rules.report.violations.push(document::refused("YouTube", &rules.field));
                continue;
            }
            MediaKind::Video => rules.video(file, options, account),
            MediaKind::Image => rules.thumbnail(file, short),
            MediaKind::Gif => {
                let message = "YouTube takes no animated GIF. Convert it to a video.";
                rules.refuse("wrong_type", message, MEDIA.video_types.to_vec(), file.mime.clone());
            }
        }
        if file.alt.as_deref().is_some_and(|alt| !alt.trim().is_empty()) {
            let message = "YouTube has no descriptions for those who can't see it; this one is not sent.";
            report.warnings.push(Violation::new(format!("media.{index}.alt"), "unsupported", message));
        }
    }
}

/// One video, and at most one picture.
pub(super) fn numbers(draft: &Draft) -> Vec<Violation> {
    let mut violations = Vec::new();
    let of = |kind| draft.root.media.iter().filter(|file| file.kind == kind).count();
    let (videos, pictures) = (of(MediaKind::Video), of(MediaKind::Image));
    if videos == 0 {
        let message = "A post on YouTube is a video. Add one.";
        violations.push(Violation::new("media", "missing", message));
    }
    for (found, message) in [
        (videos, "YouTube takes one video in one post. Make a post of each."),
        (pictures, "Beside the video YouTube takes one picture, its thumbnail. Take the others out."),
    ] {
        if found > 1 {
            violations.push(Violation::new("media", "too_many", message).with_limit(1, found));
        }
    }
    violations
}

struct Rules<'a> {
    report: &'a mut CheckReport,
    field: String,
}

impl Rules<'_> {
    fn refuse(
        &mut self,
        code: &str,
        message: impl Into<String>,
        limit: impl Into<serde_json::Value>,
        value: impl Into<serde_json::Value>,
    ) {
        self.report.violations.push(Violation::new(&self.field, code, message).with_limit(limit, value));
    }

    fn warn(&mut self, code: &str, message: impl Into<String>) {
        self.report.warnings.push(Violation::new(&self.field, code, message));
    }

    fn video(&mut self, file: &MediaInfo, options: &Options, account: &AccountIdentity) {
        if !file.mime.starts_with("video/") {
            let message = format!("YouTube does not take {}. Convert it to MP4.", file.mime);
            self.refuse("wrong_type", message, "video/*", file.mime.clone());
        }
        if file.bytes == 0 {
            self.refuse("empty", "The file is empty. Upload it to the library again.", 1, 0);
        }
        if file.bytes > MEDIA.video_bytes {
            let message = "A video may have 256 GB on YouTube. Make it smaller.";
            self.refuse("too_large", message, MEDIA.video_bytes, file.bytes);
        }
        if let Some(length) = file.duration_ms {
            self.length(length, account);
        }
        self.kind(file, options);
    }

    fn length(&mut self, length: u64, account: &AccountIdentity) {
        if length > LONGEST_MS {
            let message = "A video on YouTube lasts at most 12 hours. Shorten it.";
            self.refuse("too_long", message, LONGEST_MS, length);
            return;
        }
        if length <= UNVERIFIED_MS {
            return;
        }
        match account.meta.get("long_uploads").and_then(|v| v.as_str()) {
            Some("allowed") => {}
            Some(_) => {
                let message = "Longer than 15 minutes: YouTube takes that from channels with a verified phone number. Verify it \
                               at youtube.com/verify and connect the account again, or shorten the video.";
                self.refuse("too_long", message, UNVERIFIED_MS, length);
            }
            None => self.warn(
                "long_video",
                "Longer than 15 minutes: YouTube takes that only from channels with a verified phone number.",
            ),
        }
    }

    /// Whether the file is of the kind that was asked for: YouTube itself can't be told.
    fn kind(&mut self, file: &MediaInfo, options: &Options) {
        match options.kind {
            "short" if file.duration_ms.is_some_and(|ms| ms > SHORT_MS) => {
                let message = "A Short lasts at most three minutes. Shorten it, or let it be a usual video.";
                self.refuse("too_long", message, SHORT_MS, file.duration_ms);
            }
            "short" if file.ratio().is_some_and(|ratio| ratio > 1.0) => {
                let message =
                    "A Short is square or higher than wide. Crop it, or let it be a usual video.";
                self.refuse("wrong_ratio", message, 1.0, file.ratio());
            }
            "video" if is_short(file) => self.warn(
                "becomes_short",
                "Square or higher than wide and at most three minutes long: YouTube makes a Short of it, whatever is asked for.",
            ),
            _ => {}
        }
    }

    fn thumbnail(&mut self, file: &MediaInfo, short: bool) {
        if !MEDIA.image_types.contains(&file.mime.as_str()) {
            let message =
                format!("YouTube does not take {} as a thumbnail. Convert it to JPEG or PNG.", file.mime);
            self.refuse("wrong_type", message, MEDIA.image_types.to_vec(), file.mime.clone());
        }
        if file.bytes > THUMBNAIL_BYTES {
            let message = "A thumbnail may have 50 MB on YouTube. Make it smaller.";
            self.refuse("too_large", message, THUMBNAIL_BYTES, file.bytes);
        }
        let (Some(width), Some(height)) = (file.width, file.height) else { return };
        let (least, low) = THUMBNAIL_SIZE;
        let wide = u64::from(width) * 9 == u64::from(height) * 16;
        if !short && (width < least || height < low || !wide) {
            let message = format!(
                "A thumbnail looks best with {least}×{low} pixels or more in 16:9; this one has {width}×{height}."
            );
            self.warn("thumbnail_shape", message);
        }
    }
}
