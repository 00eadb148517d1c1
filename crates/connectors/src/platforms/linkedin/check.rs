//! Checking a draft against LinkedIn's rules before anything is sent.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::media::{MediaInfo, MediaKind};
use carillon_domain::post::Draft;

use super::flavour::Flavour;
use super::limits::{MEDIA, TEXT};
use super::options::Options;
use super::text;

mod media;

/// All problems of a draft at once.
pub(super) fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let mut report = CheckReport::default();
    let (options, wrong) = Options::read(draft);
    report.violations.extend(wrong);
    units(draft, &mut report);
    words(draft, &options, &mut report);
    media::check(&mut report, &draft.root.media);
    together(draft, &options, &mut report);
    if options.visibility == Some("CONNECTIONS") && Flavour::of(account) == Flavour::Organization {
        let message =
            "A page has followers, not connections. Show the post to everybody, or to whoever is signed in.";
        report.violations.push(Violation::new("options.visibility", "unsupported", message));
    }
    report
}

/// A post is one thing here.
fn units(draft: &Draft, report: &mut CheckReport) {
    if !draft.parts.is_empty() {
        let message = "LinkedIn has no threads. Leave the further parts out, or post them one by one.";
        report.violations.push(Violation::new("parts", "unsupported", message));
    }
    if draft.first_comment.is_some() {
        let message = "LinkedIn lets nobody find out what became of a comment, so Carillon sends none. Write it into the text, or \
                       by hand.";
        report.violations.push(Violation::new("first_comment", "unsupported", message));
    }
}

fn words(draft: &Draft, options: &Options, report: &mut CheckReport) {
    let (most, used) = (u64::from(TEXT.max), text::length(&draft.root.text) as u64);
    report.counts.push(TextCount { field: "text".to_owned(), used, limit: most });
    let empty = draft.root.text.trim().is_empty();
    if empty && draft.root.media.is_empty() && options.card.is_none() && options.poll.is_none() {
        let message = "LinkedIn takes no empty post. Write something, or add media.";
        report.violations.push(Violation::new("text", "missing", message));
    }
    if used > most {
        let message = format!("The text is {} characters too long for LinkedIn. Shorten it.", used - most);
        report.violations.push(Violation::new("text", "too_long", message).with_limit(most, used));
        return;
    }
    let sent = text::length(&text::to_little(&draft.root.text)) as u64;
    if sent > most {
        let message = "LinkedIn may count the marks that hashtags, brackets and some other characters get on the way. If it refuses \
                       the text as too long, use fewer of them.";
        report.warnings.push(Violation::new("text", "near_limit", message).with_limit(most, sent));
    }
}

/// Only one kind of content stands below a text.
fn together(draft: &Draft, options: &Options, report: &mut CheckReport) {
    let media = &draft.root.media;
    let mut exclusive = |field: &str, message: &str| {
        report.violations.push(Violation::new(field, "exclusive", message));
    };
    if options.poll.is_some() && !media.is_empty() {
        exclusive(
            "options.poll",
            "LinkedIn takes a poll or media in one post, not both. Take one of them out.",
        );
    }
    if options.poll.is_some() && options.card.is_some() {
        exclusive(
            "options.link",
            "LinkedIn takes a poll or a link card in one post, not both. Take one of them out.",
        );
    }
    let pictured = media.len() == 1 && media.iter().all(|m| m.kind == MediaKind::Image);
    if options.card.is_some() && !media.is_empty() && !pictured {
        exclusive("media", "A link card shows one picture. Keep one, or take the link card out.");
    }
    if options.card.is_some() && media.is_empty() {
        let message = "LinkedIn shows a link card without a picture as a bare line. Add one picture.";
        report.warnings.push(Violation::new("media", "no_thumbnail", message));
    }
    title(media, options, report);
}

/// A video may have a title, a document must.
fn title(media: &[MediaInfo], options: &Options, report: &mut CheckReport) {
    let only = match media {
        [only] => Some(only.kind),
        _ => None,
    };
    let titled = matches!(only, Some(MediaKind::Video | MediaKind::Document));
    if options.media_title.is_some() && !titled {
        let message = "Only a video or a document shows a title. This one is not sent.";
        report.warnings.push(Violation::new("options.media_title", "unsupported", message));
    }
    if options.media_title.is_none() && only == Some(MediaKind::Document) {
        let message = "LinkedIn shows a title above a document. Write one.";
        report.violations.push(Violation::new("options.media_title", "missing", message));
    }
}

/// Most files of a post.
fn most_files() -> usize {
    usize::try_from(MEDIA.max_items).unwrap_or(usize::MAX)
}
