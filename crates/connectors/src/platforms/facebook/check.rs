//! The rules of a draft, before anything is sent. Pure; finds everything at once.

mod media;

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::Draft;

use super::auth::PUBLISHING_TASKS;
use super::limits;
use super::options::{self, Kind, Options};

/// Checks a draft.
pub(super) fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let (options, violations) = options::read(&draft.options);
    let mut report = CheckReport { violations, ..CheckReport::default() };
    let kind = Kind::of(draft, &options);
    message(draft, kind, &options, &mut report);
    parts(draft, &mut report);
    media::check(draft, kind, &mut report);
    fitting_options(kind, &options, &mut report);
    first_comment(draft, kind, &mut report);
    page_role(account, &mut report);
    report
}

/// Characters of a text: Unicode scalar values.
fn characters(text: &str) -> usize {
    text.chars().count()
}

fn message(draft: &Draft, kind: Kind, options: &Options, report: &mut CheckReport) {
    let text = &draft.root.text;
    if kind.is_story() {
        if !text.trim().is_empty() {
            report.warnings.push(Violation::new(
                "text",
                "ignored",
                "A story on Facebook has no text: it will not be shown. Put it into the picture or video.",
            ));
        }
        return;
    }
    if text.trim().is_empty() && draft.root.media.is_empty() && options.link.is_none() {
        let message = "There is nothing to publish. Write a text, or add a photo, a video or a link.";
        report.violations.push(Violation::new("text", "missing", message));
    }
    long_text("text", "text", text, report);
}

fn long_text(field: &str, noun: &str, text: &str, report: &mut CheckReport) {
    let (used, limit) = (characters(text), limits::MESSAGE_CHARACTERS);
    report.counts.push(TextCount {
        field: field.to_owned(),
        used: u64::try_from(used).unwrap_or(u64::MAX),
        limit: u64::try_from(limit).unwrap_or(u64::MAX),
    });
    if used > limit {
        let message = format!(
            "The {noun} has {used} characters; Facebook takes {limit}. Shorten it by {}.",
            used - limit
        );
        report.violations.push(Violation::new(field, "too_long", message).with_limit(limit, used));
    }
}

fn first_comment(draft: &Draft, kind: Kind, report: &mut CheckReport) {
    let Some(comment) = draft.first_comment.as_deref() else { return };
    if kind.is_story() {
        let message = "A story can't be commented on. Remove the first comment.";
        report.violations.push(Violation::new("first_comment", "unsupported", message));
    }
    if comment.trim().is_empty() {
        let message = "The first comment is empty. Write it, or remove it.";
        report.violations.push(Violation::new("first_comment", "missing", message));
    }
    long_text("first_comment", "first comment", comment, report);
    let (used, advised) = (characters(comment), limits::COMMENT_CHARACTERS);
    if (advised + 1..=limits::MESSAGE_CHARACTERS).contains(&used) {
        let message = format!(
            "The first comment has {used} characters; Facebook is known to refuse more than {advised}. Shorten it."
        );
        report.warnings.push(Violation::new("first_comment", "too_long", message).with_limit(advised, used));
    }
}

fn parts(draft: &Draft, report: &mut CheckReport) {
    for index in 0..draft.parts.len() {
        report.violations.push(Violation::new(
            format!("parts.{index}"),
            "unsupported",
            "Facebook has no threads. Remove this part, or move its text into the post or the first comment.",
        ));
    }
}

/// Options that do not go with the kind.
fn fitting_options(kind: Kind, options: &Options, report: &mut CheckReport) {
    let mut refuse = |given: bool, name: &str, allowed: &str| {
        if given {
            let message = format!("This option is for {allowed}; this post is {}. Remove it.", kind.noun());
            report.violations.push(Violation::new(format!("options.{name}"), "unsupported", message));
        }
    };
    let link = options.link.is_some() && kind != Kind::Text;
    refuse(link, "link", "posts without photos and videos, which show the link's own preview");
    let posted_video = matches!(kind, Kind::Video | Kind::Reel);
    refuse(options.video_title.is_some() && !posted_video, "video_title", "videos and reels");
    refuse(options.is_ai_generated && !posted_video, "is_ai_generated", "videos and reels");
    let place = options.location_id.is_some() && (kind == Kind::Video || kind.is_story());
    refuse(place, "location_id", "texts, photos and reels");
}

/// A person without the right task on the Page is refused by Facebook. Source: Pages API - Overview, tasks.
fn page_role(account: &AccountIdentity, report: &mut CheckReport) {
    let Some(tasks) = account.meta.get("tasks").and_then(serde_json::Value::as_array) else { return };
    let may_publish = tasks.iter().filter_map(|t| t.as_str()).any(|t| PUBLISHING_TASKS.contains(&t));
    if !tasks.is_empty() && !may_publish {
        report.warnings.push(Violation::new(
            "account",
            "role",
            "The person who connected this Page had no right to publish on it. If publishing fails, have the right given \
             and connect the Page again.",
        ));
    }
}
