//! Rules for files: docs.x.com, "Media best practices" (2026).

use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};

use crate::kit::document;
use crate::platforms::x::limits::{MEDIA, gif, video};

/// The files of one part. `field` names a file's path, `all` that of the list.
pub(super) fn check(
    report: &mut CheckReport,
    field: &dyn Fn(usize) -> String,
    all: &str,
    media: &[MediaInfo],
    subscribed: bool,
) {
    let most = usize::try_from(MEDIA.max_items).unwrap_or(usize::MAX);
    if media.len() > most {
        let message = format!(
            "X takes at most {most} images in one post. Take some out, or move them to another part."
        );
        report.violations.push(Violation::new(all, "too_many", message).with_limit(most, media.len()));
    }
    if media.len() > 1 && media.iter().any(|m| matches!(m.kind, MediaKind::Gif | MediaKind::Video)) {
        let message = "On X an animated GIF or a video stands alone. Keep only it, or only the images.";
        report.violations.push(Violation::new(all, "exclusive", message));
    }
    for (index, file) in media.iter().enumerate() {
        let mut rules = Rules { report, field: field(index) };
        match file.kind {
            MediaKind::Document => {
                rules.report.violations.push(document::refused("X", &rules.field));
                continue;
            }
            MediaKind::Image => rules.image(file),
            MediaKind::Gif => rules.gif(file),
            MediaKind::Video => rules.video(file, subscribed),
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

    fn bytes(&mut self, what: &str, file: &MediaInfo, limit: u64) {
        if file.bytes > limit {
            let message = format!("{what} may have {} MB on X. Make it smaller.", limit / 1024 / 1024);
            self.over("too_large", message, limit, file.bytes);
        }
    }

    fn kind(&mut self, file: &MediaInfo, allowed: &[&str]) {
        if !allowed.contains(&file.mime.as_str()) {
            let message =
                format!("X does not take {}. Convert it to one of {}.", file.mime, allowed.join(", "));
            self.over("wrong_type", message, allowed.to_vec(), file.mime.clone());
        }
    }

    fn image(&mut self, file: &MediaInfo) {
        self.kind(file, MEDIA.image_types);
        self.bytes("An image", file, MEDIA.image_bytes);
    }

    fn gif(&mut self, file: &MediaInfo) {
        self.kind(file, &["image/gif"]);
        self.bytes("An animated GIF", file, gif::BYTES);
        let (width, height) = gif::SIDES;
        if file.width.is_some_and(|w| w > width) || file.height.is_some_and(|h| h > height) {
            let message = format!("An animated GIF may have {width}×{height} pixels on X. Make it smaller.");
            self.over("too_large", message, format!("{width}x{height}"), size(file));
        }
        if let Some(frames) = file.frames.filter(|f| *f > gif::FRAMES) {
            let message = format!("An animated GIF may have {} frames on X. Shorten it.", gif::FRAMES);
            self.over("too_many_frames", message, gif::FRAMES, frames);
        }
        let volume = |w: u32, h: u32, f: u32| u64::from(w) * u64::from(h) * u64::from(f);
        if let (Some(w), Some(h), Some(f)) = (file.width, file.height, file.frames)
            && volume(w, h, f) > gif::VOLUME
        {
            let message =
                "The GIF has too many pixels over all its frames for X. Make it smaller or shorter.";
            self.over("too_large", message, gif::VOLUME, volume(w, h, f));
        }
    }

    fn video(&mut self, file: &MediaInfo, subscribed: bool) {
        self.kind(file, MEDIA.video_types);
        self.bytes("A video", file, MEDIA.video_bytes);
        self.length(file, subscribed);
        self.sides(file, subscribed);
        if let Some(rate) = file.frame_rate.filter(|r| *r > video::FRAME_RATE) {
            let message = "X takes at most 60 frames per second. It would accept the upload and refuse the post: \
                           convert the video.";
            self.over("frame_rate", message, video::FRAME_RATE, rate);
        }
        for (found, wanted, what) in [
            (&file.video_codec, video::VIDEO_CODEC, "video"),
            (&file.audio_codec, video::AUDIO_CODEC, "audio"),
        ] {
            if let Some(codec) = found.as_deref().filter(|c| *c != wanted) {
                let message = format!("X takes {what} in {wanted}, and this is {codec}. Convert it.");
                self.over("wrong_codec", message, wanted, codec);
            }
        }
    }

    fn length(&mut self, file: &MediaInfo, subscribed: bool) {
        let Some(length) = file.duration_ms else { return };
        if length < video::MIN_MS {
            self.over("too_short", "A video on X lasts at least half a second.", video::MIN_MS, length);
        }
        let longest = MEDIA.video_ms.unwrap_or(u64::MAX);
        if length > longest && subscribed {
            let message =
                "Longer than 140 seconds: X takes it only as long as the account's subscription allows it.";
            let warning = Violation::new(&self.field, "long_video", message);
            self.report.warnings.push(warning.with_limit(longest, length));
        } else if length > longest {
            let message = "A video on X lasts at most 140 seconds without X Premium. Shorten it.";
            self.over("too_long", message, longest, length);
        }
    }

    fn sides(&mut self, file: &MediaInfo, subscribed: bool) {
        let (Some(width), Some(height)) = (file.width, file.height) else { return };
        if width.min(height) < video::MIN_SIDE {
            let message = "A video on X has at least 32×32 pixels.";
            self.over("too_small", message, video::MIN_SIDE, width.min(height));
        }
        let beyond = |(long, short): (u32, u32)| width.max(height) > long || width.min(height) > short;
        let limit = |(long, short): (u32, u32)| format!("{long}x{short}");
        if beyond(video::SIDES_MOST) {
            let message = "A video may have 1920×1200 pixels on X. Make it smaller.";
            self.over("too_large", message, limit(video::SIDES_MOST), size(file));
        } else if beyond(video::SIDES) && !subscribed {
            let message =
                "X promises to take 1280×1024 pixels; larger ones only from accounts with X Premium.";
            let warning = Violation::new(&self.field, "large_video", message);
            self.report.warnings.push(warning.with_limit(limit(video::SIDES), size(file)));
        }
        let (narrow, wide) = video::RATIO;
        if let Some(ratio) = file.ratio().filter(|r| !(narrow..=wide).contains(r)) {
            let message = "X takes videos from 1:3 to 3:1. Crop it.";
            self.over("wrong_ratio", message, "1:3 to 3:1", ratio);
        }
    }

    fn alt(&mut self, file: &MediaInfo) {
        let Some(alt) = file.alt.as_deref().filter(|a| !a.is_empty()) else { return };
        let chars = alt.chars().count();
        let most = usize::try_from(MEDIA.alt_max).unwrap_or(usize::MAX);
        if file.kind == MediaKind::Video {
            let message = "X shows descriptions of images and GIFs only; this one is not sent.";
            self.report.warnings.push(Violation::new(format!("{}.alt", self.field), "unsupported", message));
        } else if chars > most {
            let message = format!("A description has at most {most} characters on X. Shorten it.");
            let violation = Violation::new(format!("{}.alt", self.field), "too_long", message);
            self.report.violations.push(violation.with_limit(most, chars));
        }
    }
}

fn size(file: &MediaInfo) -> String {
    format!("{}x{}", file.width.unwrap_or_default(), file.height.unwrap_or_default())
}
