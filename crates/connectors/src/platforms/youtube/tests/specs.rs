//! Google's own tables. They are no part of this repository: the environment variable `CARILLON_SPECS` names their folder.

use std::path::PathBuf;

use serde_json::Value;

/// A file of Google's folder; says so when there is none.
pub(in crate::platforms::youtube) fn read(test: &str, file: &str) -> Option<Value> {
    let found = load(file);
    if found.is_none() {
        skipped(test);
    }
    found
}

/// The same, without a word.
pub(super) fn load(file: &str) -> Option<Value> {
    let folder = std::env::var_os("CARILLON_SPECS").map(|specs| PathBuf::from(specs).join("google"))?;
    let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}")))
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn skipped(test: &str) {
    use std::io::Write;
    eprintln!("skipped: CARILLON_SPECS unset");
    if let Ok(log) = std::env::var("CARILLON_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        writeln!(log, "{test}: CARILLON_SPECS unset").unwrap();
    }
}
