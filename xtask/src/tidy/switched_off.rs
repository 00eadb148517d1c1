//! Tests and lints are on.

use super::source::is_rust;
use super::{File, Finding};

/// Where the ban on ambient time, randomness and HTTP clients may be lifted: the production implementations of what
/// everything else is given. Only ever take from this list.
const LINT_EXCEPTIONS: &[&str] = &["crates/connectors/src/kit/wire.rs", "crates/server/src/ambient.rs"];

/// No test is switched off.
pub fn no_ignored_tests(files: &[File]) -> Vec<Finding> {
    find(files, "tidy/switched_off.rs", |line| line.starts_with("#[ignore"), "a test that is switched off")
}

/// The bans of `clippy.toml` hold everywhere but at the listed places.
pub fn no_new_lint_exceptions(files: &[File]) -> Vec<Finding> {
    let lifts = |line: &str| {
        line.contains("clippy::disallowed_") && (line.contains("expect(") || line.contains("allow("))
    };
    let found = find(files, "tidy/switched_off.rs", lifts, "lifts a ban of clippy.toml");
    let unneeded =
        |path: &&&str| files.iter().any(|f| f.path == **path) && found.iter().all(|f| f.path != **path);
    let mut findings: Vec<Finding> = LINT_EXCEPTIONS.iter().filter(unneeded).map(stale).collect();
    findings.extend(found.into_iter().filter(|finding| !LINT_EXCEPTIONS.contains(&finding.path.as_str())));
    findings
}

fn stale(path: &&str) -> Finding {
    Finding::new(path, 0, "lifts no ban any more; take it off the list in tidy/switched_off.rs")
}

fn find(files: &[File], but: &str, wanted: fn(&str) -> bool, what: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_rust(&file.path) && !file.path.ends_with(but)) {
        for (index, line) in file.text.lines().enumerate() {
            if wanted(line.trim_start()) {
                findings.push(Finding::new(&file.path, index + 1, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::lines;

    #[test]
    fn ignored_tests_and_lifted_bans_are_found() {
        let text = "#[test]\n#[ignore = \"flaky\"]\n#[expect(clippy::disallowed_methods)]\n";
        assert_eq!(lines(no_ignored_tests, "crates/a/src/b.rs", text), [2]);
        assert_eq!(lines(no_new_lint_exceptions, "crates/a/src/b.rs", text), [3]);
    }
}
