//! Texts: every key that is used exists, every key that exists is used, and nothing is written past Fluent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use carillon_connectors::Registry;
use carillon_connectors::contract::capability::{Connect, OptionField, OptionInput};
use carillon_connectors::contract::cx::PlatformSettings;
use carillon_connectors::contract::errand::Errand;
use carillon_domain::insight::{self, Basis, Comparison};
use carillon_domain::kept_text::TextKind;
use carillon_domain::metric;
use carillon_domain::note::Colour;
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::publication::PublicationState;
use carillon_domain::sync::{SyncKind, SyncReason};
use carillon_domain::time::Timestamp;
use carillon_engine::report;
use carillon_engine::usecase::post_files;
use carillon_server::i18n::{self, Tr};
use fluent_syntax::ast;

/// Kinds of what goes wrong at networks.
const KINDS: [&str; 8] = [
    "transient",
    "rate_limited",
    "auth_expired",
    "auth_revoked",
    "permission_missing",
    "rejected",
    "not_ready",
    "ambiguous",
];

/// Closed sets whose texts are looked up as `family-value`.
fn families() -> Vec<(&'static str, Vec<String>)> {
    let roles = || Role::ALL.iter().map(|role| role.as_str().to_owned()).collect();
    let numbers = |to: u8| (1..=to).map(|n| n.to_string()).collect::<Vec<_>>();
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let mut states: Vec<String> = PublicationState::ALL.iter().map(|s| s.as_str().to_owned()).collect();
    states.push("partially_published".to_owned());
    vec![
        ("made-of", names(&["several", "story", "video", "picture", "link", "poll", "document"])),
        ("month", numbers(12)),
        ("month-long", numbers(12)),
        ("weekday", numbers(7)),
        ("role", roles()),
        ("role-means", roles()),
        ("status", states),
        ("held", names(&["overdue", "reauth", "cap", "platform_off"])),
        ("account-status", names(&["connected", "needs_reconnect", "disconnected"])),
        ("sync-state", names(&["queued", "waiting", "running", "done", "partial", "failed"])),
        ("sync-reason", SyncReason::ALL.iter().map(|r| r.as_str().to_owned()).collect()),
        ("sync-kind", SyncKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
        (
            "health",
            names(&[
                "green",
                "amber",
                "red",
                "suspended",
                "gone",
                "never_read",
                "failing",
                "stale",
                "on_request",
            ]),
        ),
        ("error-kind", names(&KINDS)),
        ("errand", Errand::ALL.iter().map(|errand| errand.as_str().to_owned()).collect()),
        ("repeat", names(&["daily", "weekdays", "weekly", "fortnightly", "monthly", "yearly", "rule"])),
        ("reports-every", names(&["week", "month"])),
        ("emoji-group", numbers(9)),
        ("texts-kind", TextKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
        ("texts-kind-one", TextKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
        ("texts", names(&["utm-source", "utm-medium", "utm-campaign", "utm-content"])),
        ("reports-state", names(&["making", "sent", "failed"])),
        ("notice", NoticeKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
        ("metric", metric::ALL.iter().chain(insight::DERIVED).map(|d| d.name.to_owned()).collect()),
        ("compare", Comparison::ALL.iter().map(|one| one.as_str().to_owned()).collect()),
        ("basis", Basis::ALL.iter().map(|basis| basis.as_str().to_owned()).collect()),
        ("table", names(&report::TABLES)),
        ("column", names(report::COLUMNS)),
        ("report", names(report::WORDS)),
        ("note-colour", Colour::ALL.iter().map(|colour| colour.as_str().to_owned()).collect()),
        ("post-column", names(&post_files::COLUMNS)),
        ("post-column-means", names(&post_files::COLUMNS)),
        ("slashes", post_files::Slashes::ALL.iter().map(|one| one.as_str().to_owned()).collect()),
        ("library-standing", names(&["all", "ready", "scheduled", "published", "failed"])),
        ("kinds", names(&["image", "gif", "video", "document"])),
        ("media", names(&["gif", "video", "document"])),
        ("outcome", names(&["published", "retry", "failed", "held", "unconfirmed", "incomplete"])),
        ("budget", budgets()),
        (
            "option",
            options().map(|o| o.name.replace('_', "-")).collect::<BTreeSet<_>>().into_iter().collect(),
        ),
    ]
}

/// What networks allow an installation as a whole.
fn budgets() -> Vec<String> {
    let settings = PlatformSettings::default();
    let quotas = Registry.all().iter().flat_map(|c| c.shared_quotas(&settings, Timestamp::UNIX_EPOCH));
    quotas.map(|quota| quota.bucket.to_owned()).collect()
}

/// Every option of every platform.
fn options() -> impl Iterator<Item = &'static OptionField> {
    Registry.all().iter().flat_map(|c| c.capabilities().options)
}

/// Values of options and login flavours; those without a text speak for themselves.
fn values() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for option in options() {
        if let OptionInput::Choice { values } = option.input {
            keys.extend(values.iter().map(|v| format!("value-{}-{v}", option.name.replace('_', "-"))));
        }
    }
    for connector in Registry.all() {
        if let Connect::Oauth { flavours } = connector.capabilities().connect {
            keys.extend(flavours.iter().map(|f| format!("value-flavour-{f}")));
        }
    }
    keys
}

#[test]
fn keys_of_templates_and_code_are_those_of_the_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut used = BTreeSet::new();
    for folder in ["templates", "src"] {
        walk(&root.join(folder), &mut |text| {
            for marker in [".tr(\"", "i18n::key(\""] {
                used.extend(
                    text.split(marker).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned),
                );
            }
        });
    }
    for (family, values) in families() {
        used.extend(values.iter().map(|value| format!("{family}-{value}")));
    }
    let mut have = BTreeSet::new();
    walk(&root.join("locales").join(i18n::DEFAULT_LANGUAGE), &mut |text| {
        let resource = fluent_syntax::parser::parse(text).expect("a file without mistakes");
        for entry in resource.body {
            if let fluent_syntax::ast::Entry::Message(message) = entry {
                assert!(have.insert(message.id.name.to_owned()), "{} exists twice", message.id.name);
            }
        }
    });
    used.extend(values().into_iter().filter(|key| have.contains(key)));
    // The code does not name these: `said` compares them with it.
    used.extend(have.iter().filter(|key| key.starts_with("said-")).cloned());
    assert_eq!(used.difference(&have).collect::<Vec<_>>(), Vec::<&String>::new(), "used, but not in a file");
    assert_eq!(have.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "in a file, but not used");
}

/// The messages of a language with the names of their arguments, by file.
fn messages(language: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut messages = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        let file = path.file_name().expect("name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("text");
        let resource = fluent_syntax::parser::parse(text.as_str()).expect("a file without mistakes");
        for entry in resource.body {
            if let ast::Entry::Message(message) = entry {
                let mut arguments = BTreeSet::new();
                arguments_of(message.value.as_ref().expect("a text"), &mut arguments);
                messages.insert((file.clone(), message.id.name.to_owned()), arguments);
            }
        }
    }
    messages
}

fn arguments_of(pattern: &ast::Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            ast::PatternElement::Placeable { expression: ast::Expression::Select { selector, variants } } => {
                found.extend(argument(selector));
                for variant in variants {
                    arguments_of(&variant.value, found);
                }
            }
            ast::PatternElement::Placeable { expression: ast::Expression::Inline(inline) } => {
                found.extend(argument(inline));
            }
            ast::PatternElement::TextElement { .. } => {}
        }
    }
}

fn argument(inline: &ast::InlineExpression<&str>) -> Option<String> {
    match inline {
        ast::InlineExpression::VariableReference { id } => Some(id.name.to_owned()),
        _ => None,
    }
}

#[test]
fn every_language_has_all_texts_with_the_same_arguments() {
    let english = messages(i18n::DEFAULT_LANGUAGE);
    let others: Vec<_> = i18n::languages().filter(|language| *language != i18n::DEFAULT_LANGUAGE).collect();
    assert!(others.contains(&"el"), "{others:?}");
    for language in others {
        let own = messages(language);
        let only = |a: &BTreeMap<_, _>, b: &BTreeMap<_, _>| -> Vec<_> {
            a.keys().filter(|key| !b.contains_key(*key)).cloned().collect()
        };
        let none: Vec<(String, String)> = Vec::new();
        assert_eq!(only(&english, &own), none, "not in {language}");
        assert_eq!(only(&own, &english), none, "only in {language}");
        for (key, arguments) in &english {
            assert_eq!(own.get(key), Some(arguments), "{language} {key:?}");
        }
    }
}

#[test]
fn texts_take_arguments() {
    let t = Tr::negotiate(None, Some("en-GB"));
    assert_eq!(t.arg("id", "abc").tr("error-id"), "Reference abc");
}

/// Words between tags that are not an expression are text that nobody can translate.
#[test]
fn templates_hold_no_words_of_their_own() {
    const NAMES: &[&str] = &["Carillon"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    walk(&root, &mut |text| {
        let mut bare = String::new();
        // The names of classes are not read by people.
        let text = text.replace("{% block body_class %}plain{% endblock %}", "");
        let mut rest = text.as_str();
        while let Some(start) = rest.find(['<', '{']) {
            bare.push_str(&rest[..start]);
            bare.push('\n');
            let tail = &rest[start..];
            let end = match tail.as_bytes().get(..2) {
                Some(b"{{") => closing(tail, "}}"),
                Some(b"{%") => closing(tail, "%}"),
                Some(b"{#") => closing(tail, "#}"),
                Some(_) if tail.starts_with('<') => closing_tag(tail),
                _ => 1,
            };
            rest = &tail[end..];
        }
        bare.push_str(rest);
        for line in bare.lines().map(str::trim).filter(|l| l.chars().any(char::is_alphabetic)) {
            let line = line.trim_matches(|c: char| !c.is_alphanumeric());
            assert!(NAMES.contains(&line), "not through Fluent: {line:?}");
        }
    });
}

fn closing(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |i| i + end.len())
}

/// The end of a tag, past expressions and quoted values inside of it.
fn closing_tag(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("{{") {
            at += closing(rest, "}}");
        } else if rest.starts_with("{%") {
            at += closing(rest, "%}");
        } else if rest.starts_with('>') {
            return at + 1;
        } else if rest.starts_with("=\"") {
            at += 2;
            at += value_end(&text[at..]);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The end of an attribute's value, past expressions inside of it.
fn value_end(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("{{") {
            at += closing(rest, "}}");
        } else if rest.starts_with("{%") {
            at += closing(rest, "%}");
        } else if rest.starts_with('"') {
            return at + 1;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            walk(&path, visit);
        } else {
            visit(&fs::read_to_string(&path).expect("text"));
        }
    }
}
