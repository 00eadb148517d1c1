//! `cargo xtask tidy`: rules of the text that the compiler and clippy can't see. Each rule is a function from the files
//! to its findings, with a test that shows it failing; one test runs them all on the repository.
//!
//! Where a rule has exceptions, they are a list beside it that may only shrink: an entry that is no longer needed is a
//! finding too.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::command::{read, root};

mod decisions;
mod length;
mod machine;
mod manifests;
mod platform_names;
mod sandbox;
mod source;
mod switched_off;

/// A file of the repository with its text.
pub struct File {
    /// Path from the root, with forward slashes.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    /// One-based; 0 for the file as a whole.
    line: usize,
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

type Rule = fn(&[File]) -> Vec<Finding>;

const RULES: &[Rule] = &[
    decisions::unique_numbers,
    length::short_files,
    machine::no_machine_paths,
    manifests::arrows,
    manifests::no_chrono,
    manifests::sql_in_store_only,
    platform_names::inside_their_folders,
    sandbox::independent_of_the_connector,
    switched_off::no_ignored_tests,
    switched_off::no_new_lint_exceptions,
];

/// Runs every rule; whether nothing was found.
pub fn run(arguments: &[String]) -> anyhow::Result<bool> {
    if let Some(argument) = arguments.first() {
        bail!("`cargo xtask tidy` takes no argument, got `{argument}`");
    }
    let findings = check(&root())?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("{}", if findings.is_empty() { "Tidy." } else { "Not tidy." });
    Ok(findings.is_empty())
}

fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let files = files(root)?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&files)).collect();
    findings.sort();
    Ok(findings)
}

/// The text files that git tracks or would track.
fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let list = read(&mut git).context("the rules look at the files that git knows")?;
    let paths = list.split('\0').filter(|path| !path.is_empty());
    let text_of = |path: &str| {
        let bytes = std::fs::read(root.join(path)).ok()?;
        Some(File { path: path.to_owned(), text: String::from_utf8(bytes).ok()? })
    };
    Ok(paths.filter_map(text_of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file for the rules' own tests.
    pub fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    /// The paths and lines that a rule finds in one file.
    pub fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
        let findings = rule(&[file(path, text)]);
        findings.into_iter().filter(|finding| finding.path == path).map(|finding| finding.line).collect()
    }

    #[test]
    fn the_repository_is_tidy() {
        let findings = check(&root()).expect("the rules run");
        let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(list.is_empty(), "{}", list.join("\n"));
    }
}
