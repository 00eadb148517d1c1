//! Leaves out of Tabler's style sheet what no page uses: a first visit carries, and a phone reads, a fifth of it.
//!
//! A rule stays while each class of its selector is a word of a template, a script or the code of the pages. A class that is put together,
//! `alert-{{ kind }}`, leaves a word that ends with a hyphen; it keeps all that begin with it. Words that are no classes at all, in comments
//! for instance, keep rules as well: one too many is carried rather than one lost. What stands in brackets (`:not(.btn)`, `[type=button]`)
//! is not looked at, and what has no class, such as elements, variables and keyframes, stays.
//!
//! The sheet is the minified one of the package, without nested rules; `cargo xtask vendor` compares it with the original.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Tabler's style sheet.
const SHEET: &str = "static/vendor/tabler.min.css";
/// Where classes are written: folders, and the endings of their files.
const WRITTEN: [(&str, &str); 3] = [("templates", "html"), ("static/js", "js"), ("src/web", "rs")];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut words = BTreeSet::new();
    for (folder, ending) in WRITTEN {
        println!("cargo::rerun-if-changed={folder}");
        read_words(&root.join(folder), ending, &mut words)?;
    }
    println!("cargo::rerun-if-changed={SHEET}");
    let sheet = fs::read_to_string(root.join(SHEET))?;
    let used = Used { starts: words.iter().filter(|word| is_start(word)).cloned().collect(), words };
    let mut kept = String::new();
    used.keep(&sheet, &mut kept);
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("tabler.min.css"), kept)?;
    Ok(())
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

/// Whether a word is the beginning of a class that is put together. A single letter belongs to the path of a drawing.
fn is_start(word: &str) -> bool {
    word.len() > 2 && word.ends_with('-') && !word.starts_with('-')
}

fn read_words(folder: &Path, ending: &str, words: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_words(&path, ending, words)?;
        } else if path.extension().is_some_and(|found| found == ending) {
            let text = fs::read_to_string(&path)?;
            words.extend(
                text.split(|letter: char| !is_name(letter))
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned),
            );
        }
    }
    Ok(())
}

/// The classes that pages may have.
struct Used {
    words: BTreeSet<String>,
    /// Words that begin classes.
    starts: Vec<String>,
}

impl Used {
    fn has(&self, class: &str) -> bool {
        self.words.contains(class) || self.starts.iter().any(|start| class.starts_with(start.as_str()))
    }

    /// Adds the rules of `sheet` that are used.
    fn keep(&self, sheet: &str, kept: &mut String) {
        let mut rest = sheet;
        while !rest.is_empty() {
            if let Some(comment) = rest.strip_prefix("/*") {
                // Whose work it is stays with it.
                let end = comment.find("*/").map_or(rest.len(), |at| at + 4);
                kept.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            let Some(at) = outside(rest, |letter| letter == '{' || letter == ';') else {
                kept.push_str(rest);
                return;
            };
            if rest[at..].starts_with(';') {
                kept.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
                continue;
            }
            let (head, from) = rest.split_at(at);
            let end = end_of_block(from);
            self.keep_rule(head, &from[1..end - 1], kept);
            rest = &from[end..];
        }
    }

    fn keep_rule(&self, head: &str, body: &str, kept: &mut String) {
        if head.starts_with("@media") {
            let mut inner = String::new();
            self.keep(body, &mut inner);
            if !inner.is_empty() {
                kept.extend([head, "{", inner.as_str(), "}"]);
            }
        } else if head.starts_with('@') {
            kept.extend([head, "{", body, "}"]);
        } else {
            let used: Vec<&str> = selectors(head).filter(|one| self.may_match(one)).collect();
            if !used.is_empty() {
                kept.extend([used.join(",").as_str(), "{", body, "}"]);
            }
        }
    }

    /// Whether a page may have what a selector without commas selects.
    fn may_match(&self, selector: &str) -> bool {
        let mut depth = 0_usize;
        let mut classes = selector.char_indices().filter_map(|(at, letter)| {
            match letter {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                '.' if depth == 0 => return selector.get(at + 1..),
                _ => {}
            }
            None
        });
        classes.all(|rest| self.has(rest.split(|letter: char| !is_name(letter)).next().unwrap_or_default()))
    }
}

/// Where the first such letter is that is not in quotation marks.
fn outside(text: &str, mut wanted: impl FnMut(char) -> bool) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match quote {
            Some(mark) if mark == letter => quote = None,
            Some(_) => {}
            None if letter == '"' || letter == '\'' => quote = Some(letter),
            None if wanted(letter) => return Some(at),
            None => {}
        }
    }
    None
}

/// How long the block is that begins here, braces included; all of it if it is never closed.
fn end_of_block(text: &str) -> usize {
    let mut depth = 0_usize;
    let end = outside(text, |letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == '}' && depth == 0
    });
    end.map_or(text.len(), |at| at + 1)
}

/// The parts of a list of selectors.
fn selectors(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut depth = 0_usize;
        let comma = outside(text, |letter| {
            match letter {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            letter == ',' && depth == 0
        });
        rest = comma.map(|at| &text[at + 1..]);
        Some(comma.map_or(text, |at| &text[..at]))
    })
}
