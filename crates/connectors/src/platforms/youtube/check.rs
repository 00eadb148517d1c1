//! Checking a draft against YouTube's rules before anything is sent.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::Draft;

use super::limits::{DESCRIPTION_BYTES, FORBIDDEN, HASHTAGS};
use super::options::Options;
use super::text;

pub(super) mod media;

/// All problems of a draft at once.
pub(super) fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let mut report = CheckReport::default();
    let (options, wrong) = Options::read(draft);
    report.violations.extend(wrong);
    description(draft, &options, &mut report);
    report.violations.extend(structure(draft));
    media::check(draft, &options, account, &mut report);
    combinations(&options, &mut report);
    comment(draft, &options, &mut report);
    report
}

/// What makes a draft none that could be sent at all: it would go out without something that is in it.
pub(super) fn structure(draft: &Draft) -> Vec<Violation> {
    let mut found = media::numbers(draft);
    for index in 0..draft.parts.len() {
        let message = "YouTube has no threads. Remove this part, or move its text into the description or the first comment.";
        found.push(Violation::new(format!("parts.{index}"), "unsupported", message));
    }
    found
}

fn description(draft: &Draft, options: &Options, report: &mut CheckReport) {
    let text = &draft.root.text;
    bytes("text", "description", text, report);
    if text.contains(FORBIDDEN) {
        let message = "YouTube takes no < and > in a description. Take them out.";
        report.violations.push(Violation::new("text", "invalid_characters", message));
    }
    let hashtags = text::hashtags(text);
    if hashtags > HASHTAGS {
        let message =
            format!("With more than {HASHTAGS} hashtags YouTube ignores all of them. Leave some out.");
        report
            .warnings
            .push(Violation::new("text", "too_many_hashtags", message).with_limit(HASHTAGS, hashtags));
    }
    if options.title.is_some() {
        return;
    }
    let title = text::title_from(text);
    if title.is_empty() {
        let message = "A video on YouTube needs a title. Set the option \"title\", or write a text.";
        report.violations.push(Violation::new("options.title", "missing", message));
    } else {
        let message = format!("No title is set, so it is the beginning of the text: {title}");
        report.warnings.push(Violation::new("options.title", "title_from_text", message));
    }
}

/// Counts a text as YouTube does.
fn bytes(field: &str, noun: &str, text: &str, report: &mut CheckReport) {
    let used = text.len();
    report.counts.push(TextCount {
        field: field.to_owned(),
        used: u64::try_from(used).unwrap_or(u64::MAX),
        limit: u64::try_from(DESCRIPTION_BYTES).unwrap_or(u64::MAX),
    });
    if used > DESCRIPTION_BYTES {
        let message = format!(
            "The {noun} has {used} bytes; YouTube takes {DESCRIPTION_BYTES}, where letters beyond the English ones count 2 to 4. \
             Shorten it by {}.",
            used - DESCRIPTION_BYTES
        );
        let violation = Violation::new(field, "too_long", message);
        report.violations.push(violation.with_limit(DESCRIPTION_BYTES, used));
    }
}

/// Options that do not go together.
fn combinations(options: &Options, report: &mut CheckReport) {
    if options.publish_at.is_some() && options.privacy != "public" {
        let message = "YouTube makes a video public at the time of \"publish_at\". Take it out, or set the privacy to public.";
        report.violations.push(Violation::new("options.publish_at", "exclusive", message));
    }
}

fn comment(draft: &Draft, options: &Options, report: &mut CheckReport) {
    let Some(comment) = draft.first_comment.as_deref() else { return };
    bytes("first_comment", "first comment", comment, report);
    let mut refuse = |code: &str, message: &str| {
        report.violations.push(Violation::new("first_comment", code, message));
    };
    if comment.trim().is_empty() {
        refuse("missing", "The first comment is empty. Write it or take it out.");
    }
    if options.made_for_kids {
        refuse(
            "unsupported",
            "Comments are off for videos that are made for children. Remove the first comment.",
        );
    }
    if !options.is_seen_at_once() {
        let message = "YouTube takes no comment on a video that is not public yet. Remove the first comment, or publish the \
                       video at once.";
        refuse("unsupported", message);
    }
}
