//! The networks' own descriptions, tables and samples, for tests. They are no part of this repository: the environment variable
//! `CARILLON_SPECS` names their folder, and tests that need them say so where it is not set.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Where a file or folder is, by its path in there; `None` without the variable.
pub fn path(inside: &str) -> Option<PathBuf> {
    std::env::var_os("CARILLON_SPECS").map(|folder| PathBuf::from(folder).join(inside))
}

/// A JSON file; `None` without the variable.
pub fn file<T: DeserializeOwned>(inside: &str) -> Option<T> {
    let path = path(inside)?;
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// A JSON file for this test, which is skipped without the variable.
pub fn needed(test: &str, inside: &str) -> Option<Value> {
    let found = file(inside);
    if found.is_none() {
        skipped(test);
    }
    found
}

/// Notes that a test could not run: for whoever reads, and for CI, where that is a failure.
#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
pub fn skipped(test: &str) {
    use std::io::Write as _;
    eprintln!("skipped: CARILLON_SPECS unset");
    if let Ok(path) = std::env::var("CARILLON_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(log, "{test}: CARILLON_SPECS unset").unwrap();
    }
}
