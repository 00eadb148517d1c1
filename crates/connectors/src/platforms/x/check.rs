//! Checking a draft against X's rules before anything is sent.

use carillon_domain::account::AccountIdentity;
use carillon_domain::limits::{CheckReport, TextCount, Violation};
use carillon_domain::post::{Draft, Unit};
use carillon_domain::text::weighted::{self, MAX_WEIGHTED_LENGTH};

use super::limits::{self, price};
use super::options::Options;

mod media;

/// All problems of a draft at once.
pub(super) fn check(draft: &Draft, account: &AccountIdentity) -> CheckReport {
    let mut report = CheckReport::default();
    let subscribed = is_subscribed(account);
    let (options, wrong) = Options::read(draft);
    report.violations.extend(wrong);
    for index in 0..draft.units() {
        let field = |name: &str| field(draft, index, name);
        match draft.unit(index) {
            Some(Unit::Part(part)) => {
                text(&mut report, &field("text"), &part.text, part.media.is_empty(), subscribed);
                media::check(
                    &mut report,
                    &|i| field(&format!("media.{i}")),
                    &field("media"),
                    &part.media,
                    subscribed,
                );
            }
            Some(Unit::Comment(comment)) => text(&mut report, "first_comment", comment, true, subscribed),
            None => {}
        }
    }
    if options.poll.is_some() && !draft.root.media.is_empty() {
        report.violations.push(Violation::new(
            "options.poll",
            "exclusive",
            "X takes a poll or media in one post, not both. Take one of them out.",
        ));
    }
    repeated(draft, &mut report);
    report
}

/// Whether the account may post longer texts and videos.
pub(super) fn is_subscribed(account: &AccountIdentity) -> bool {
    let kind = account.meta.get("subscription_type").and_then(|v| v.as_str());
    kind.is_some_and(|kind| limits::SUBSCRIPTIONS.contains(&kind))
}

/// Path of a unit's field inside the draft.
fn field(draft: &Draft, index: u16, name: &str) -> String {
    match usize::from(index) {
        0 => name.to_owned(),
        i if i <= draft.parts.len() => format!("parts.{}.{name}", i - 1),
        _ => "first_comment".to_owned(),
    }
}

fn text(report: &mut CheckReport, field: &str, text: &str, alone: bool, subscribed: bool) {
    let weighed = weighted::weigh(text);
    let limit = if subscribed { limits::LONG_TEXT } else { MAX_WEIGHTED_LENGTH };
    report.counts.push(TextCount {
        field: field.to_owned(),
        used: weighed.length.into(),
        limit: limit.into(),
    });
    if text.trim().is_empty() {
        if alone {
            let message = "X takes no empty post. Write something or add media.";
            report.violations.push(Violation::new(field, "missing", message));
        }
        return;
    }
    if weighed.length > limit {
        let message = format!(
            "The text is {} too long for X, where a link counts 23, and an emoji or a Chinese, Japanese or Korean \
             character 2. Shorten it, or split it into a thread.",
            weighed.length - limit
        );
        report.violations.push(Violation::new(field, "too_long", message).with_limit(limit, weighed.length));
    }
    if weighed.invalid_characters {
        let message =
            "The text holds an invisible character that X refuses (U+FEFF, U+FFFE or U+FFFF). Remove it.";
        report.violations.push(Violation::new(field, "invalid_characters", message));
    }
    let cashtags = weighted::cashtags(text).len();
    if cashtags > limits::CASHTAGS {
        let message =
            "X takes one cashtag in a post made by an app. Leave one, and write the others without \"$\".";
        let violation = Violation::new(field, "too_many_cashtags", message);
        report.violations.push(violation.with_limit(limits::CASHTAGS, cashtags));
    }
    if !weighted::links(text).is_empty() {
        let message = format!(
            "Under X's pay-per-use prices a post with a link costs {:.2} USD instead of {:.3}.",
            price::POST_WITH_LINK,
            price::POST
        );
        report.warnings.push(Violation::new(field, "link_price", message));
    }
}

/// X refuses a text that the account posted a short time ago, so two equal ones in a thread can't both become public.
fn repeated(draft: &Draft, report: &mut CheckReport) {
    let texts: Vec<(u16, String)> = (0..draft.units())
        .filter_map(|i| match draft.unit(i)? {
            Unit::Part(part) => Some((i, part.text.as_str())),
            Unit::Comment(text) => Some((i, text)),
        })
        .map(|(i, text)| (i, weighted::normalize(text).trim().to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    for (position, (index, text)) in texts.iter().enumerate() {
        if texts.iter().take(position).any(|(_, other)| other == text) {
            report.violations.push(Violation::new(
                field(draft, *index, "text"),
                "duplicate",
                "X refuses the same text twice in a short time. Change this part or leave it out.",
            ));
        }
    }
}
