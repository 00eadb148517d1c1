//! Sentences of the code are known again by their English: what the files of texts have is what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast;

/// Sentences of each package that no other language has: only what a page never shows, and what is left to be done. The numbers only
/// shrink.
const UNSAID: [(&str, usize); 4] = [("domain", 1), ("connectors", 41), ("engine", 2), ("server", 20)];

/// Folders whose English nobody reads on a page: other sides of networks, tests and the command line.
const APART: [&str; 8] = ["sandbox", "tests", "conformance", "testing", "demo", "cli", "telemetry", "specs"];

fn sources(package: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
            match path.is_dir() {
                _ if APART.contains(&stem.as_str()) => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

/// The literals of a file but for its tests, with `{}` wherever something is put in.
fn literals(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
            }
            // The character itself, not the begin of a text.
            '"' if before == '\'' && chars.peek() == Some(&'\'') => {}
            '"' => found.push(places(&literal(&mut chars))),
            _ => {}
        }
        before = c;
    }
    found
}

/// The rest of a literal, as the program has it.
fn literal(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('\n') => {
                    while chars.peek().is_some_and(|c| c.is_whitespace()) {
                        chars.next();
                    }
                }
                Some('n') => text.push('\n'),
                Some(escaped) => text.push(escaped),
                None => break,
            },
            c => text.push(c),
        }
    }
    text
}

/// `{name:.1}` and the like as `{}`.
fn places(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let inside = after.split_once('}').filter(|(inside, _)| {
            let name = inside.split(':').next().unwrap_or_default();
            !inside.contains('{') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        match inside {
            Some((_, after)) => {
                out.push_str("{}");
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The English of the sentences that can be said in other languages, likewise.
fn known() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en");
    let mut known = BTreeSet::new();
    for file in ["said.ftl", "said_networks.ftl"] {
        let text = fs::read_to_string(folder.join(file)).expect("a file");
        let resource = fluent_syntax::parser::parse(text.as_str()).expect("no mistakes");
        for entry in resource.body {
            let ast::Entry::Message(message) = entry else { continue };
            assert!(message.id.name.starts_with("said-"), "{}", message.id.name);
            let english: String = message.value.expect("a text").elements.iter().map(written).collect();
            assert!(known.insert(english.clone()), "twice: {english}");
        }
    }
    known
}

fn written<'a>(element: &ast::PatternElement<&'a str>) -> &'a str {
    match element {
        ast::PatternElement::TextElement { value } => value,
        ast::PatternElement::Placeable { expression: ast::Expression::Inline(inline) } => match inline {
            ast::InlineExpression::VariableReference { .. } => "{}",
            ast::InlineExpression::StringLiteral { value } => value,
            other => panic!("sentences have arguments and nothing else: {other:?}"),
        },
        ast::PatternElement::Placeable { expression } => panic!("sentences choose no forms: {expression:?}"),
    }
}

#[test]
fn the_english_of_sentences_is_what_the_code_says() {
    let packages = UNSAID.map(|(package, _)| package);
    let said: BTreeSet<String> = packages
        .iter()
        .flat_map(|package| sources(package))
        .flat_map(|path| literals(&fs::read_to_string(&path).expect("text")))
        .collect();
    let gone: Vec<_> = known().into_iter().filter(|sentence| !said.contains(sentence)).collect();
    assert_eq!(gone, Vec::<String>::new(), "in said*.ftl, but the code does not say it, or not so");
}

#[test]
fn few_sentences_can_be_said_in_english_only() {
    let known = known();
    for (package, most) in UNSAID {
        let mut missing = BTreeSet::new();
        for path in sources(package) {
            let text = fs::read_to_string(&path).expect("text");
            missing.extend(
                literals(&text).into_iter().filter(|text| is_sentence(text) && !known.contains(text)),
            );
        }
        let list = missing.iter().cloned().collect::<Vec<_>>().join("\n");
        assert!(
            missing.len() <= most,
            "{package}: {} instead of {most}; put new ones into said.ftl of every language:\n{list}",
            missing.len()
        );
        assert!(missing.len() + 5 > most, "{package}: only {} are left, say so here", missing.len());
    }
}

/// Three words or more, from a capital letter or an argument to a full stop.
fn is_sentence(text: &str) -> bool {
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_uppercase() || "{`“".contains(c));
    begins && text.ends_with('.') && text.split_whitespace().count() >= 3 && !text.contains('\n')
}
