//! Every rule of the account's server, before anything is sent.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::{Draft, Part};
use carillon_domain::text::{graphemes, mastodon};

use super::limits::{Limits, Meta, SCALED_PIXELS};
use super::options::{self, Options, POLL_OPTIONS_MIN, Poll};
use crate::kit::document;

/// All problems of `draft` at once.
pub fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let limits = Meta::of(account).limits;
    let (options, wrong) = options::read(&draft.options);
    let mut check = Check { limits: &limits, options: &options, report: CheckReport::default() };
    check.part("", &draft.root);
    for (index, part) in draft.parts.iter().enumerate() {
        check.part(&format!("parts.{index}."), part);
    }
    if let Some(comment) = &draft.first_comment {
        check.text("first_comment", comment);
        if comment.trim().is_empty() {
            check.wrong(
                "first_comment",
                "missing",
                "The first comment is empty. Write something or remove it.",
            );
        }
    }
    check.report.violations.extend(wrong);
    check.options(draft);
    check.report
}

struct Check<'a> {
    limits: &'a Limits,
    options: &'a Options,
    report: CheckReport,
}

impl Check<'_> {
    fn wrong(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.report.violations.push(Violation::new(field, code, message));
    }

    fn over(
        &mut self,
        field: &str,
        code: &str,
        limit: impl Into<serde_json::Value>,
        value: impl Into<serde_json::Value>,
        message: String,
    ) {
        self.report.violations.push(Violation::new(field, code, message).with_limit(limit, value));
    }

    fn warn(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.report.warnings.push(Violation::new(field, code, message));
    }

    fn part(&mut self, prefix: &str, part: &Part) {
        let field = format!("{prefix}text");
        self.text(&field, &part.text);
        if part.text.trim().is_empty() && part.media.is_empty() {
            self.wrong(&field, "missing", "There is neither text nor media. Write something or add media.");
        }
        self.media(&format!("{prefix}media"), &part.media);
    }

    fn text(&mut self, field: &str, text: &str) {
        let spoiler = &self.options.spoiler;
        let used = mastodon::length(text, spoiler, self.limits.link_length);
        let limit = u64::from(self.limits.characters);
        self.report.counts.push(TextCount { field: field.to_owned(), used, limit });
        if used > limit {
            let with = if spoiler.is_empty() { "" } else { " together with the content warning" };
            let message = format!(
                "The text has {used} characters{with}, and this server allows {limit}. Shorten it by {}, or split it into \
                 a thread.",
                used - limit
            );
            self.over(field, "too_long", limit, used, message);
        }
    }

    fn media(&mut self, field: &str, media: &[MediaInfo]) {
        let most = self.limits.media as usize;
        if media.len() > most {
            let message = format!(
                "There are {} files, and this server allows {most} on a post. Move the others to thread parts.",
                media.len()
            );
            self.over(field, "too_many", most, media.len(), message);
        }
        let moving = media.iter().filter(|m| is_moving(m)).count();
        if moving > 0 && media.len() > 1 {
            let message =
                "A video or animated GIF stands alone on a post. Keep only it, or move it to a thread part.";
            self.wrong(field, "exclusive", message);
        }
        for (index, item) in media.iter().enumerate() {
            let field = format!("{field}.{index}");
            if document::is_document(item) {
                self.report.violations.push(document::refused("Mastodon", &field));
                continue;
            }
            self.file(&field, item);
            self.description(&field, item);
        }
    }

    fn file(&mut self, field: &str, item: &MediaInfo) {
        let types = &self.limits.types;
        if !types.is_empty() && !types.contains(&item.mime) {
            let message = format!(
                "This server does not take files of type {}. Convert it to JPEG, PNG or MP4.",
                item.mime
            );
            self.over(field, "wrong_type", types.join(", "), item.mime.clone(), message);
        }
        let video = item.kind == MediaKind::Video;
        let (what, bytes, pixels) = match video {
            true => ("video", self.limits.video_bytes, self.limits.video_pixels),
            false => ("image", self.limits.image_bytes, self.limits.image_pixels),
        };
        if item.bytes > bytes {
            let message = format!(
                "The {what} has {} bytes, and this server takes {bytes}. Use a smaller or more compressed version.",
                item.bytes
            );
            self.over(field, "too_large", bytes, item.bytes, message);
        }
        let (Some(width), Some(height)) = (item.width, item.height) else { return };
        let area = u64::from(width) * u64::from(height);
        if area > pixels {
            let message = format!(
                "The {what} has {width} × {height} = {area} pixels, and this server takes {pixels}. Scale it down."
            );
            self.over(field, "too_many_pixels", pixels, area, message);
        } else if !video && area > SCALED_PIXELS {
            self.warn(field, "scaled_down", "The server scales images down to about 8.3 megapixels.");
        }
        let rate = f64::from(self.limits.frame_rate);
        if let Some(found) = item.frame_rate.filter(|r| video && *r > rate) {
            let message =
                format!("The video has {found} frames per second, and this server takes {rate}. Convert it.");
            self.over(field, "frame_rate", rate, found, message);
        }
    }

    fn description(&mut self, field: &str, item: &MediaInfo) {
        // Counted in code points, unlike the text.
        let length = item.alt.as_deref().map_or(0, |alt| alt.chars().count());
        let most = self.limits.description as usize;
        if length == 0 {
            self.warn(
                field,
                "alt_missing",
                "There is no description for people who can't see it. Add an alt text.",
            );
        } else if length > most {
            let message =
                format!("The alt text has {length} characters, and this server allows {most}. Shorten it.");
            self.over(field, "alt_too_long", most, length, message);
        }
    }

    fn options(&mut self, draft: &Draft) {
        let options = self.options;
        if let Some(poll) = &options.poll {
            if !draft.root.media.is_empty() {
                let message = "A post has either a poll or media. Remove one of them, or move the media to a thread part.";
                self.wrong("options.poll", "exclusive", message);
            }
            self.poll(poll);
        }
        if options.focus.len() > draft.root.media.len() {
            let (points, files) = (options.focus.len(), draft.root.media.len());
            let message =
                format!("There are {points} focus points for {files} files. Remove the ones too many.");
            self.over("options.focus", "too_many", files, points, message);
        }
        if options.visibility.as_deref() == Some("direct") {
            self.warn(
                "options.visibility",
                "direct",
                "Only people who are mentioned in the text will see this post.",
            );
        }
    }

    fn poll(&mut self, poll: &Poll) {
        const OPTIONS: &str = "options.poll.options";
        let (count, most) = (poll.options.len(), self.limits.poll_options as usize);
        if count < POLL_OPTIONS_MIN {
            let message = format!("The poll has {count} answers. It needs at least {POLL_OPTIONS_MIN}.");
            self.over(OPTIONS, "too_few", POLL_OPTIONS_MIN, count, message);
        }
        if count > most {
            let message =
                format!("The poll has {count} answers, and this server allows {most}. Remove some.");
            self.over(OPTIONS, "too_many", most, count, message);
        }
        let longest = u64::from(self.limits.poll_option_characters);
        for (index, option) in poll.options.iter().enumerate() {
            let field = format!("{OPTIONS}.{index}");
            let length = graphemes::count(option) as u64;
            if option.trim().is_empty() {
                self.wrong(&field, "missing", "This answer is empty. Write something or remove it.");
            } else if length > longest {
                let message = format!(
                    "This answer has {length} characters, and this server allows {longest}. Shorten it."
                );
                self.over(&field, "too_long", longest, length, message);
            } else if poll.options[..index].contains(option) {
                self.wrong(&field, "duplicate", "This answer is there twice. Change or remove one.");
            }
        }
        let (least, most) = (self.limits.poll_min_s, self.limits.poll_max_s);
        let field = "options.poll.duration_minutes";
        if poll.seconds < least {
            let message =
                format!("The poll must run for at least {} minutes on this server.", least.div_ceil(60));
            self.over(field, "too_short", least.div_ceil(60), poll.seconds / 60, message);
        } else if poll.seconds > most {
            let message = format!("The poll may run for at most {} minutes on this server.", most / 60);
            self.over(field, "too_long", most / 60, poll.seconds / 60, message);
        }
    }
}

/// What the server turns into a video, and so takes only alone.
fn is_moving(item: &MediaInfo) -> bool {
    match item.kind {
        MediaKind::Video => true,
        MediaKind::Gif => item.frames != Some(1),
        MediaKind::Image | MediaKind::Document => false,
    }
}
