//! Checking a draft against TikTok's rules before anything is sent. What the account itself allows is what TikTok last said of it.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::Draft;

use super::creator::{self, Creator};
use super::limits::{CAPTION, DESCRIPTION};
use super::options::{Options, Privacy};
use super::text;

pub(super) mod media;

/// What people agree to by posting, and where it is written; TikTok asks that it be said with a link. developers.tiktok.com, "Content
/// Sharing Guidelines" (Nov 2026).
const MUSIC: (&str, &str) =
    ("Music Usage Confirmation", "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en");
const BRANDED: (&str, &str) =
    ("Branded Content Policy", "https://www.tiktok.com/legal/page/global/bc-policy/en");

/// All problems of a draft at once.
pub(super) fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let mut report = CheckReport::default();
    let (options, wrong) = Options::read(draft);
    report.violations.extend(wrong);
    let mut rules =
        Rules { draft, options: &options, creator: Creator::of(account), account, report: &mut report };
    rules.text();
    rules.way();
    rules.privacy();
    rules.switches();
    rules.only_of_one_kind();
    rules.consent();
    report.violations.extend(structure(draft));
    media::check(draft, &options, account, &mut report);
    report
}

/// What makes a draft none that could be sent at all: it would go out without something that is in it.
pub(super) fn structure(draft: &Draft) -> Vec<Violation> {
    let mut found = media::numbers(draft);
    for index in 0..draft.parts.len() {
        let message = "TikTok has no threads. Remove this part, or move its text into the first one.";
        found.push(Violation::new(format!("parts.{index}"), "unsupported", message));
    }
    if draft.first_comment.is_some() {
        let message = "TikTok lets no program comment. Remove the first comment, or move it into the text.";
        found.push(Violation::new("first_comment", "unsupported", message));
    }
    found
}

/// Nobody has chosen who can see it; TikTok lets no program choose.
pub(super) fn unchosen(options: &Options) -> Option<Violation> {
    let message = "Choose who can see the post: TikTok lets no program choose that for you.";
    let missing = !options.inbox && options.privacy.is_none();
    missing.then(|| Violation::new("options.privacy", "missing", message))
}

/// Most units of a draft's text: pictures may have more.
pub(super) fn longest_text(draft: &Draft) -> usize {
    if media::is_pictures(draft) { DESCRIPTION } else { CAPTION }
}

struct Rules<'a> {
    draft: &'a Draft,
    options: &'a Options,
    creator: Option<Creator>,
    account: &'a AccountIdentity,
    report: &'a mut CheckReport,
}

impl Rules<'_> {
    fn refuse(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.report.violations.push(Violation::new(field, code, message));
    }

    fn warn(&mut self, field: &str, code: &str, message: impl Into<String>) {
        self.report.warnings.push(Violation::new(field, code, message));
    }

    /// Whether the account's notes say no to this.
    fn lacks(&self, what: &str) -> bool {
        creator::lacks(self.account, what)
    }

    fn text(&mut self) {
        let (used, limit) = (text::units(&self.draft.root.text), longest_text(self.draft));
        self.report.counts.push(TextCount {
            field: "text".to_owned(),
            used: u64::try_from(used).unwrap_or(u64::MAX),
            limit: u64::try_from(limit).unwrap_or(u64::MAX),
        });
        if used > limit {
            let message = format!(
                "The text has {used} characters, where most emoji count two or more; TikTok takes {limit}. Shorten it by {}.",
                used - limit
            );
            let violation = Violation::new("text", "too_long", message);
            self.report.violations.push(violation.with_limit(limit, used));
        }
        if self.options.inbox && used > 0 && !media::is_pictures(self.draft) {
            let message =
                "TikTok takes no text with a video for the inbox. Write it in the app when you publish it.";
            self.warn("text", "not_sent", message);
        }
    }

    /// Directly, or by way of the inbox.
    fn way(&mut self) {
        if self.options.inbox {
            let message = "It goes to the account's inbox as a draft. Carillon calls it published when it is there; open the TikTok \
                           app to finish and publish it.";
            self.warn("options.mode", "draft", message);
            if self.lacks("inbox") {
                let message = "The account was connected without the permission for drafts. Connect it again and allow it, or post \
                               directly.";
                self.refuse("options.mode", "no_permission", message);
            }
        } else if self.lacks("direct") {
            let message = "The account was connected without the permission to post. Connect it again and allow it, or send it to \
                           the inbox.";
            self.refuse("options.mode", "no_permission", message);
        }
    }

    fn privacy(&mut self) {
        if self.options.inbox {
            return;
        }
        // What could not be read is told already.
        let told = self.report.violations.iter().any(|v| v.field == "options.privacy");
        if let Some(violation) = unchosen(self.options).filter(|_| !told) {
            self.report.violations.push(violation);
        }
        let Some(privacy) = self.options.privacy else { return };
        if let Some(creator) = self.creator.as_ref().filter(|creator| !creator.offers(privacy)) {
            let message = format!(
                "The account does not offer \"{}\". Choose one of these: {}.",
                privacy.name(),
                creator.choices()
            );
            let offered: Vec<&str> =
                Privacy::all().filter(|p| creator.offers(*p)).map(Privacy::name).collect();
            let violation = Violation::new("options.privacy", "unsupported", message);
            self.report.violations.push(violation.with_limit(offered, privacy.name()));
        }
        if self.lacks("audited") {
            self.unaudited(privacy);
        }
        if self.options.paid_partnership && privacy == Privacy::PRIVATE {
            let message =
                "A paid partnership can't be seen by nobody else. Choose who can see it, or switch it off.";
            self.refuse("options.paid_partnership", "exclusive", message);
        }
    }

    /// developers.tiktok.com, "Content Sharing Guidelines" (Nov 2026).
    fn unaudited(&mut self, privacy: Privacy) {
        if privacy != Privacy::PRIVATE {
            let message = "TikTok has not audited this installation's app, and until then lets it make only posts that nobody else \
                           sees. Choose \"private\", or send it to the inbox and publish it in the app.";
            let violation = Violation::new("options.privacy", "app_not_audited", message);
            self.report.violations.push(violation.with_limit(Privacy::PRIVATE.name(), privacy.name()));
        }
        let message = "Until TikTok has audited the app, the account itself must be private when the post goes out, and only five \
                       accounts may post in 24 hours.";
        self.warn("options.privacy", "app_not_audited", message);
    }

    /// Switches that the account has turned off.
    fn switches(&mut self) {
        let Some(creator) = self.creator.clone().filter(|_| !self.options.inbox) else { return };
        let video = !media::is_pictures(self.draft);
        for (wanted, off, field, what) in [
            (self.options.allow_comments, creator.comments_off, "options.allow_comments", "Comments"),
            (self.options.allow_duet && video, creator.duet_off, "options.allow_duet", "Duets"),
            (self.options.allow_stitch && video, creator.stitch_off, "options.allow_stitch", "Stitches"),
        ] {
            if wanted && off {
                let message = format!(
                    "{what} are off in the account's settings at TikTok. Switch this off, or them on there."
                );
                self.refuse(field, "unsupported", message);
            }
        }
    }

    /// What only videos, or only pictures, have.
    fn only_of_one_kind(&mut self) {
        let (options, pictures) = (self.options, media::is_pictures(self.draft));
        let (of_videos, of_pictures) =
            ("Only videos have this. Take it out.", "Only pictures have this. Take it out.");
        for (said, field, message) in [
            (pictures && options.allow_duet, "options.allow_duet", of_videos),
            (pictures && options.allow_stitch, "options.allow_stitch", of_videos),
            (pictures && options.cover_ms.is_some(), "options.thumb_offset", of_videos),
            (pictures && options.is_ai_generated, "options.is_ai_generated", of_videos),
            (!pictures && options.title.is_some(), "options.title", of_pictures),
            (!pictures && options.cover_picture > 0, "options.cover_picture", of_pictures),
            (!pictures && options.auto_music, "options.auto_music", of_pictures),
        ] {
            if said {
                self.refuse(field, "unsupported", message);
            }
        }
    }

    fn consent(&mut self) {
        if self.options.inbox {
            return;
        }
        let mut message = "By posting, you agree to TikTok's Music Usage Confirmation.";
        if self.options.paid_partnership {
            message = "By posting, you agree to TikTok's Branded Content Policy and TikTok's Music Usage Confirmation.";
        }
        let mut consent = Violation::new("text", "consent", message).with_link(MUSIC.0, MUSIC.1);
        if self.options.paid_partnership {
            consent = consent.with_link(BRANDED.0, BRANDED.1);
        }
        self.report.warnings.push(consent);
    }
}
