//! The rules of a draft, before anything is sent. Pure; finds everything at once.

mod media;

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::media::MediaKind;
use carillon_domain::post::Draft;

use super::options::{self, Kind, Options};
use super::{limits, text};

/// Checks a draft.
pub(super) fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let (options, violations) = options::read(&draft.options);
    let mut report = CheckReport { violations, ..CheckReport::default() };
    let kind = Kind::of(draft, &options);
    caption(draft, kind, &mut report);
    parts(draft, &mut report);
    media::check(draft, kind, &mut report);
    fitting_options(draft, kind, &options, &mut report);
    user_tags(draft, kind, &options, &mut report);
    first_comment(draft, kind, &mut report);
    page_role(account, &mut report);
    report
}

fn caption(draft: &Draft, kind: Kind, report: &mut CheckReport) {
    if kind == Kind::Story {
        if !draft.root.text.trim().is_empty() {
            report.warnings.push(Violation::new(
                "text",
                "ignored",
                "A story has no caption: the text will not be shown. Put it into the picture or video.",
            ));
        }
        return;
    }
    texts("text", "caption", &draft.root.text, report);
}

fn first_comment(draft: &Draft, kind: Kind, report: &mut CheckReport) {
    let Some(comment) = draft.first_comment.as_deref() else { return };
    if kind == Kind::Story {
        report.violations.push(Violation::new(
            "first_comment",
            "unsupported",
            "A story can't be commented on. Remove the first comment.",
        ));
    }
    if comment.trim().is_empty() {
        report.violations.push(Violation::new("first_comment", "missing", "The first comment is empty."));
    }
    texts("first_comment", "first comment", comment, report);
}

fn texts(field: &str, noun: &str, body: &str, report: &mut CheckReport) {
    let used = text::characters(body);
    report.counts.push(TextCount {
        field: field.to_owned(),
        used: u64::try_from(used).unwrap_or(u64::MAX),
        limit: u64::try_from(limits::CAPTION_CHARACTERS).unwrap_or(u64::MAX),
    });
    let mut too_many = |code: &str, what: &str, found: usize, limit: usize| {
        if found > limit {
            let message =
                format!("The {noun} has {found} {what}; Instagram takes {limit}. Remove {}.", found - limit);
            report.violations.push(Violation::new(field, code, message).with_limit(limit, found));
        }
    };
    too_many("too_long", "characters", used, limits::CAPTION_CHARACTERS);
    too_many("too_many_hashtags", "hashtags", text::hashtags(body), limits::HASHTAGS);
    too_many("too_many_mentions", "mentions", text::mentions(body), limits::MENTIONS);
}

fn parts(draft: &Draft, report: &mut CheckReport) {
    for index in 0..draft.parts.len() {
        report.violations.push(Violation::new(
            format!("parts.{index}"),
            "unsupported",
            "Instagram has no threads. Remove this part, or move its text into the caption or the first comment.",
        ));
    }
}

/// Options that do not go with the kind.
fn fitting_options(draft: &Draft, kind: Kind, options: &Options, report: &mut CheckReport) {
    let mut refuse = |given: bool, name: &str, allowed: &str| {
        if given {
            let message = format!("This option is for {allowed}; this post is {}. Remove it.", kind.noun());
            report.violations.push(Violation::new(format!("options.{name}"), "unsupported", message));
        }
    };
    let feed = "posts in the feed and reels, not stories";
    refuse(
        options.share_to_feed.is_some() && !matches!(kind, Kind::Reel | Kind::Carousel),
        "share_to_feed",
        "reels and carousels",
    );
    refuse(options.thumb_offset.is_some() && kind != Kind::Reel, "thumb_offset", "reels");
    refuse(options.cover_url.is_some() && kind != Kind::Reel, "cover_url", "reels");
    refuse(!options.collaborators.is_empty() && kind == Kind::Story, "collaborators", feed);
    refuse(options.location_id.is_some() && kind == Kind::Story, "location_id", feed);
    let length = draft.root.media.first().and_then(|m| m.duration_ms);
    if let (Some(offset), Some(length)) = (options.thumb_offset, length)
        && kind == Kind::Reel
        && offset > length
    {
        let message =
            format!("The cover frame at {offset} ms lies after the end of the video ({length} ms).");
        report
            .violations
            .push(Violation::new("options.thumb_offset", "out_of_range", message).with_limit(length, offset));
    }
    if options.thumb_offset.is_some() && options.cover_url.is_some() {
        report.warnings.push(Violation::new(
            "options.thumb_offset",
            "ignored",
            "The cover picture wins over the cover frame.",
        ));
    }
}

fn user_tags(draft: &Draft, kind: Kind, options: &Options, report: &mut CheckReport) {
    for tag in &options.user_tags {
        let item = draft.root.media.get(tag.item - 1);
        let name = &tag.username;
        let problem = match (kind, item.map(|m| m.kind)) {
            (Kind::Image | Kind::Reel | Kind::Story, _) if tag.item != 1 => Some((
                "out_of_range",
                format!("`{name}` is tagged on item {}, but there is only one.", tag.item),
            )),
            (Kind::Carousel, None) => Some((
                "out_of_range",
                format!(
                    "`{name}` is tagged on item {}, but the carousel has {}.",
                    tag.item,
                    draft.root.media.len()
                ),
            )),
            (Kind::Carousel, Some(MediaKind::Video)) => Some((
                "unsupported",
                format!("`{name}` is tagged on a video; in a carousel only pictures have tags."),
            )),
            (Kind::Reel, _) if tag.at.is_some() => {
                Some(("unsupported", format!("Tags on videos have no place. Remove x and y of `{name}`.")))
            }
            (Kind::Image | Kind::Carousel, _) if tag.at.is_none() => Some((
                "missing",
                format!("A tag on a picture needs its place. Give x and y (0 to 1) for `{name}`."),
            )),
            _ => None,
        };
        if let Some((code, message)) = problem {
            report.violations.push(Violation::new("options.user_tags", code, message));
        }
    }
}

/// Tasks on the Page that allow publishing. Source: Instagram Platform - Overview, tasks and permissions.
fn page_role(account: &AccountIdentity, report: &mut CheckReport) {
    let Some(tasks) = account.meta.get("tasks").and_then(serde_json::Value::as_array) else { return };
    let may_publish = tasks.iter().any(|t| matches!(t.as_str(), Some("CREATE_CONTENT" | "MANAGE")));
    if !tasks.is_empty() && !may_publish {
        report.warnings.push(Violation::new(
            "account",
            "role",
            "The person who connected this account had no right to publish on its Facebook Page. If publishing fails, \
             have the right given and connect the account again.",
        ));
    }
}
