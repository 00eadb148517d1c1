//! Rules for files: one video, or up to 35 pictures.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;

use crate::kit::document;
use crate::platforms::tiktok::creator::Creator;
use crate::platforms::tiktok::limits::{
    CODECS, FRAME_RATE, LONGEST_MS, MEDIA, PICTURE_SIDES, SHORTEST_MS, SIDES,
};
use crate::platforms::tiktok::options::Options;

/// The video of a draft.
pub(in crate::platforms::tiktok) fn video(draft: &Draft) -> Option<&MediaInfo> {
    draft.root.media.iter().find(|file| file.kind == MediaKind::Video)
}

/// Whether it is a post of pictures.
pub(in crate::platforms::tiktok) fn is_pictures(draft: &Draft) -> bool {
    video(draft).is_none() && draft.root.media.iter().any(|file| file.kind == MediaKind::Image)
}

/// All problems of a draft's files.
pub(super) fn check(draft: &Draft, options: &Options, account: &AccountIdentity, report: &mut CheckReport) {
    for (index, file) in draft.root.media.iter().enumerate() {
        let mut rules = Rules { report, field: format!("media.{index}") };
        match file.kind {
            MediaKind::Document => {
                rules.report.violations.push(document::refused("TikTok", &rules.field));
                continue;
            }
            MediaKind::Video => rules.video(file, options, account),
            MediaKind::Image => rules.picture(file),
            MediaKind::Gif => {
                let message = "TikTok takes no animated GIF. Convert it to a video.";
                rules.refuse("wrong_type", message, MEDIA.video_types.to_vec(), file.mime.clone());
            }
        }
        if file.alt.as_deref().is_some_and(|alt| !alt.trim().is_empty()) {
            let message = "TikTok takes no descriptions for those who can't see it; this one is not sent.";
            report.warnings.push(Violation::new(format!("media.{index}.alt"), "unsupported", message));
        }
    }
    let pictures = draft.root.media.len();
    if is_pictures(draft) && options.cover_picture >= pictures {
        let message =
            format!("The cover is one of the {pictures} pictures. Say a number from 1 to {pictures}.");
        let violation = Violation::new("options.cover_picture", "out_of_range", message);
        report.violations.push(violation.with_limit(pictures, options.cover_picture + 1));
    }
}

/// One video, or pictures.
pub(super) fn numbers(draft: &Draft) -> Vec<Violation> {
    let mut violations = Vec::new();
    let of = |kind| draft.root.media.iter().filter(|file| file.kind == kind).count();
    let (videos, pictures) = (of(MediaKind::Video), of(MediaKind::Image));
    let most = usize::try_from(MEDIA.max_items).unwrap_or(usize::MAX);
    let mut refuse = |code: &str, message: String, limit: usize, found: usize| {
        violations.push(Violation::new("media", code, message).with_limit(limit, found));
    };
    if draft.root.media.is_empty() {
        refuse("missing", "A post on TikTok is a video, or pictures. Add one.".to_owned(), 1, 0);
    }
    if videos > 1 {
        let message = "TikTok takes one video in one post. Make a post of each.";
        refuse("too_many", message.to_owned(), 1, videos);
    }
    if videos > 0 && pictures > 0 {
        let message = "TikTok takes a video or pictures in one post, not both. Make two posts.";
        refuse("exclusive", message.to_owned(), 0, pictures);
    }
    if pictures > most {
        let message = format!("TikTok takes {most} pictures in one post. Take {} out.", pictures - most);
        refuse("too_many", message, most, pictures);
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
        if !MEDIA.video_types.contains(&file.mime.as_str()) {
            let message = format!("TikTok does not take {}. Convert it to MP4, MOV or WebM.", file.mime);
            self.refuse("wrong_type", message, MEDIA.video_types.to_vec(), file.mime.clone());
        }
        if file.bytes == 0 {
            self.refuse("empty", "The file is empty. Upload it to the library again.", 1, 0);
        }
        if file.bytes > MEDIA.video_bytes {
            let message = "A video may have 4 GB on TikTok. Make it smaller.";
            self.refuse("too_large", message, MEDIA.video_bytes, file.bytes);
        }
        if let Some(codec) = file.video_codec.as_deref().filter(|codec| !CODECS.contains(codec)) {
            let message = format!("TikTok does not take {codec}. Convert the video to H.264.");
            self.refuse("wrong_codec", message, CODECS.to_vec(), codec);
        }
        let (slowest, fastest) = FRAME_RATE;
        if let Some(rate) = file.frame_rate.filter(|rate| !(slowest..=fastest).contains(&rate.round())) {
            let message = format!(
                "TikTok takes {slowest} to {fastest} frames a second; this video has {rate:.1}. Convert it to 30."
            );
            self.refuse("wrong_frame_rate", message, vec![slowest, fastest], rate);
        }
        self.sides(file);
        self.length(file, options, account);
    }

    fn sides(&mut self, file: &MediaInfo) {
        let (Some(width), Some(height)) = (file.width, file.height) else { return };
        let (least, most) = SIDES;
        if width.min(height) < least || width.max(height) > most {
            let message = format!(
                "Each side of a video has {least} to {most} pixels on TikTok; this one has {width} × {height}. Scale it."
            );
            self.refuse("wrong_size", message, vec![least, most], vec![width, height]);
        }
    }

    fn length(&mut self, file: &MediaInfo, options: &Options, account: &AccountIdentity) {
        let Some(length) = file.duration_ms else { return };
        if length < SHORTEST_MS {
            self.warn("too_short", "Shorter than three seconds: TikTok may refuse it.");
        }
        let own = Creator::of(account).filter(|_| !options.inbox).and_then(|creator| creator.longest_ms());
        let most = own.unwrap_or(LONGEST_MS).min(LONGEST_MS);
        self.report.counts.push(TextCount {
            field: self.field.clone(),
            used: length.div_ceil(1000),
            limit: most / 1000,
        });
        if length > most {
            let message = format!(
                "TikTok takes videos of up to {} seconds from this account; this one has {}. Shorten it.",
                most / 1000,
                length.div_ceil(1000)
            );
            self.refuse("too_long", message, most, length);
        }
        if let Some(cover) = options.cover_ms.filter(|cover| *cover > length) {
            let message = format!(
                "The cover is at {cover} ms, and the video ends at {length} ms. Choose an earlier frame."
            );
            let violation = Violation::new("options.thumb_offset", "out_of_range", message);
            self.report.violations.push(violation.with_limit(length, cover));
        }
    }

    fn picture(&mut self, file: &MediaInfo) {
        if !MEDIA.image_types.contains(&file.mime.as_str()) {
            let message = format!("TikTok does not take {}. Convert it to JPEG or WebP.", file.mime);
            self.refuse("wrong_type", message, MEDIA.image_types.to_vec(), file.mime.clone());
        }
        if file.bytes > MEDIA.image_bytes {
            let message = "A picture may have 20 MB on TikTok. Make it smaller.";
            self.refuse("too_large", message, MEDIA.image_bytes, file.bytes);
        }
        let (Some(width), Some(height)) = (file.width, file.height) else { return };
        let (short, long) = PICTURE_SIDES;
        if width.min(height) > short || width.max(height) > long {
            let message = format!(
                "A picture has at most {short} × {long} pixels on TikTok; this one has {width} × {height}. Scale it down."
            );
            self.refuse("wrong_size", message, vec![short, long], vec![width, height]);
        }
    }
}
