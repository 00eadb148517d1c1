//! The rules of a draft, before anything is sent. Pure; finds everything at once.

mod media;

use std::collections::BTreeSet;

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::{Draft, Part};

use super::options::{self, Options};
use super::{limits, text};

/// Checks a draft.
pub(super) fn check(draft: &Draft, _account: &AccountIdentity) -> CheckReport {
    let (options, violations) = options::read(&draft.options);
    let mut report = CheckReport { violations, ..CheckReport::default() };
    part("", &draft.root, &options, &mut report);
    for (index, one) in draft.parts.iter().enumerate() {
        part(&format!("parts.{index}."), one, &Options::default(), &mut report);
    }
    if let Some(comment) = draft.first_comment.as_deref() {
        if comment.trim().is_empty() {
            let message = "The first comment is empty. Write it, or remove it.";
            report.violations.push(Violation::new("first_comment", "missing", message));
        }
        words("first_comment", "first comment", comment, None, &mut report);
    }
    fitting_options(draft, &options, &mut report);
    report
}

/// One part; `prefix` is its place in the draft.
fn part(prefix: &str, part: &Part, options: &Options, report: &mut CheckReport) {
    let field = format!("{prefix}text");
    let instead = options.poll.is_some() || options.gif_id.is_some() || options.text_attachment.is_some();
    if part.text.trim().is_empty() && part.media.is_empty() {
        let message = if instead {
            "Threads wants a text beside a poll, a GIF or an attached text. Write one."
        } else {
            "There is nothing to publish here. Write a text, or add a picture or a video."
        };
        report.violations.push(Violation::new(&field, "missing", message));
    }
    words(&field, "text", &part.text, options.link_attachment.as_deref(), report);
    media::check(prefix, part, report);
}

/// Length and links of a text.
fn words(field: &str, noun: &str, body: &str, attached: Option<&str>, report: &mut CheckReport) {
    let (used, limit) = (text::units(body), limits::TEXT);
    report.counts.push(TextCount {
        field: field.to_owned(),
        used: u64::try_from(used).unwrap_or(u64::MAX),
        limit: u64::try_from(limit).unwrap_or(u64::MAX),
    });
    if used > limit {
        let hint = if text::characters(body) == used { "" } else { " (an emoji counts as its bytes)" };
        let message = format!(
            "The {noun} has {used} characters{hint}; Threads takes {limit}. Shorten it by {}, or split it into a thread.",
            used - limit
        );
        report.violations.push(Violation::new(field, "too_long", message).with_limit(limit, used));
    }
    let mut links: BTreeSet<&str> = text::links(body);
    links.extend(attached);
    if links.len() > limits::LINKS {
        let (found, limit) = (links.len(), limits::LINKS);
        let message = format!(
            "The {noun} has {found} different links; Threads takes {limit}. Remove {}.",
            found - limit
        );
        report.violations.push(Violation::new(field, "too_many_links", message).with_limit(limit, found));
    }
}

/// Options that do not go with the post or with each other. Sources: Threads API - Posts, GIFs, Polls, Text attachments, Spoilers,
/// Ghost posts.
fn fitting_options(draft: &Draft, options: &Options, report: &mut CheckReport) {
    let media = !draft.root.media.is_empty();
    let mut refuse = |given: bool, name: &str, code: &str, message: &str| {
        if given {
            report.violations.push(Violation::new(format!("options.{name}"), code, message));
        }
    };
    let (poll, gif) = (options.poll.is_some(), options.gif_id.is_some());
    let (long, link) = (options.text_attachment.is_some(), options.link_attachment.is_some());
    let text_only = [("poll", poll), ("gif_id", gif), ("text_attachment", long), ("link_attachment", link)];
    for (name, given) in text_only {
        let message = "This goes with a text alone. Remove it, or the pictures and videos.";
        refuse(given && media, name, "exclusive", message);
    }
    refuse(
        poll && long,
        "text_attachment",
        "exclusive",
        "A poll and an attached text exclude each other. Remove one.",
    );
    refuse(poll && gif, "gif_id", "exclusive", "A poll and a GIF exclude each other. Remove one.");
    refuse(
        options.is_spoiler_media && !media,
        "is_spoiler_media",
        "unsupported",
        "Only pictures and videos can be hidden as a spoiler. Add one, or remove this option.",
    );
    if !options.is_ghost_post {
        return;
    }
    let others = poll
        || gif
        || long
        || link
        || options.quote_post_id.is_some()
        || options.topic_tag.is_some()
        || options.reply_control.is_some();
    let threaded = !draft.parts.is_empty() || draft.first_comment.is_some();
    refuse(
        media,
        "is_ghost_post",
        "exclusive",
        "A ghost post is a text alone. Remove the pictures and videos, or this option.",
    );
    refuse(
        others,
        "is_ghost_post",
        "exclusive",
        "A ghost post has no other options. Remove them, or this one.",
    );
    refuse(
        threaded,
        "is_ghost_post",
        "exclusive",
        "A ghost post has no replies of its author. Remove the further parts and the first comment, or this option.",
    );
}
