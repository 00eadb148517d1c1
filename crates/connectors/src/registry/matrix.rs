//! `docs/reference/platforms.md`, as the registry has it.

use super::Registry;
use crate::contract::capability::{Capabilities, Connect, DocumentRules, PostKind, TextUnit};
use crate::contract::connector::Connector;
use crate::contract::insights::{Metric, Offers};
use crate::contract::publisher::CommitSafety;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/platforms.md");
const BEGIN: &str = "<!-- begin matrix -->\n";
const END: &str = "<!-- end matrix -->";

/// What a row says of a platform.
type Cell = fn(&Capabilities) -> String;

/// Some of the numbers that a network shows only to the owner.
type Told = fn(&Offers) -> &'static [Metric];

const OWNER_ROWS: [(&str, Told); 3] = [
    ("numbers for the owner: account", |offers| offers.account),
    ("numbers for the owner: post", |offers| offers.post),
    ("numbers for the owner: audience", |offers| offers.audience),
];

const ROWS: [(&str, Cell); 19] = [
    ("sign-in", |c| match c.connect {
        Connect::Oauth { flavours: [_] } => "at the network".to_owned(),
        Connect::Oauth { flavours } => format!("at the network: {}", flavours.join(" or ")),
        Connect::OauthPerServer => "at the account's server".to_owned(),
        Connect::AppPassword { .. } => "app password".to_owned(),
    }),
    ("kinds of posts", |c| list(c.kinds.iter().map(|kind| noun(*kind)))),
    ("text", |c| match c.text.unit {
        TextUnit::Graphemes => format!("{} graphemes", c.text.max),
        TextUnit::Characters => format!("{} characters", c.text.max),
        TextUnit::Bytes => format!("{} bytes", c.text.max),
        TextUnit::Utf16 => format!("{} UTF-16 units", c.text.max),
        TextUnit::Weighted => format!("{} by X's weights", c.text.max),
        TextUnit::EmojiBytes => format!("{} characters, emoji as bytes", c.text.max),
        TextUnit::MastodonCharacters => format!("{} by Mastodon's count", c.text.max),
    }),
    ("text alone", |c| yes(!c.media.required)),
    ("most files", |c| c.media.max_items.to_string()),
    ("pictures and videos together", |c| yes(c.media.mixed)),
    ("pictures", |c| files(c.media.image_types, c.media.image_bytes)),
    ("videos", |c| {
        let most = c.media.video_ms.map(|ms| format!(", {} min", ms.div_ceil(60_000))).unwrap_or_default();
        format!("{}{most}", files(c.media.video_types, c.media.video_bytes))
    }),
    ("documents", |c| {
        let of = |d: &DocumentRules| {
            format!("{}; {}, {} pages", list(d.types.iter().map(|mime| ending(mime))), size(d.bytes), d.pages)
        };
        c.media.documents.as_ref().map_or_else(|| yes(false), of)
    }),
    ("alternative text", |c| if c.alt_text { format!("{} characters", c.media.alt_max) } else { yes(false) }),
    ("threads of several parts", |c| yes(c.threads)),
    ("polls", |c| yes(c.polls)),
    ("first comment", |c| yes(c.first_comment)),
    ("deleting", |c| yes(c.delete)),
    ("changing the text of what is public", |c| yes(c.edit)),
    ("options", |c| list(c.options.iter().map(|option| format!("`{}`", option.name)))),
    ("posts of an account a day", |c| c.daily_cap.map_or_else(|| "–".to_owned(), |cap| cap.to_string())),
    ("prepared ahead", |c| format!("{} min", c.prepare_ahead_s / 60)),
    ("when an answer is lost", |c| {
        let what = match c.commit_safety {
            CommitSafety::Idempotent => "looked for, sent again to the same address",
            CommitSafety::Reconcilable => "looked for, sent again when proved absent",
            CommitSafety::Answered => "looked for; a person decides where it isn't found",
            CommitSafety::Blind => "a person decides",
        };
        what.to_owned()
    }),
];

fn yes(able: bool) -> String {
    if able { "yes" } else { "–" }.to_owned()
}

fn list(words: impl Iterator<Item = String>) -> String {
    let words = words.collect::<Vec<_>>();
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

fn noun(kind: PostKind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn files(types: &[&str], most_bytes: u64) -> String {
    if types.is_empty() {
        return yes(false);
    }
    let ends = types.iter().map(|mime| mime.rsplit('/').next().unwrap_or(mime).to_owned());
    format!("{}; {}", list(ends), size(most_bytes))
}

/// The ending that people know an Office type by.
fn ending(mime: &str) -> String {
    let name = match mime.rsplit(['/', '.']).next().unwrap_or(mime) {
        "msword" => "doc",
        "ms-powerpoint" => "ppt",
        "document" => "docx",
        "presentation" => "pptx",
        other => other,
    };
    name.to_owned()
}

fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes / (unit / 10);
        if tenths.is_multiple_of(10) {
            (tenths / 10).to_string()
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    };
    match bytes {
        1_000_000_000.. => format!("{} GB", tenths(1_000_000_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

fn matrix(connectors: &[&dyn Connector]) -> String {
    let titles = connectors.iter().map(|c| format!(" {} |", c.descriptor().title)).collect::<String>();
    let mut text = format!("| |{titles}\n|---|{}\n", "---|".repeat(connectors.len()));
    for (name, cell) in ROWS {
        let cells = connectors.iter().map(|c| format!(" {} |", cell(c.capabilities())));
        text.push_str(&format!("| {name} |{}\n", cells.collect::<String>()));
    }
    for (name, metrics) in OWNER_ROWS {
        let cells = connectors.iter().map(|c| {
            let offered = c.insights().map(|insights| metrics(insights.offers())).unwrap_or_default();
            format!(" {} |", list(distinct(offered).into_iter()))
        });
        text.push_str(&format!("| {name} |{}\n", cells.collect::<String>()));
    }
    text
}

/// Each once, also where two logins have it by different names.
fn distinct(metrics: &[Metric]) -> Vec<String> {
    let mut all = Vec::new();
    for metric in metrics {
        let text = match metric.by {
            Some(by) => format!("`{}` by {by}", metric.name),
            None => format!("`{}`", metric.name),
        };
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

#[test]
fn the_page_says_what_the_registry_says() {
    let page = std::fs::read_to_string(PAGE).expect("docs/reference/platforms.md");
    let found = matrix(Registry.all());
    let written = page.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).map(|(text, _)| text);
    assert_eq!(
        written,
        Some(found.as_str()),
        "docs/reference/platforms.md must hold, between its marks:\n{found}"
    );
}
