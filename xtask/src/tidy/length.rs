//! A source file is one room, not a house.

use super::source::{is_rust, is_test};
use super::{File, Finding};

const LIMIT: usize = 400;
/// Tests are lists more than stories.
const TEST_LIMIT: usize = 600;

/// Where our style sheets are.
const STYLES: &str = "crates/server/static/css/";

/// Files that are longer, each with the length that it may not pass. Only ever take from this list.
const EXCEPTIONS: &[(&str, usize)] = &[];

/// Rust files and style sheets of our own of at most 400 lines, tests of at most 600.
pub fn short_files(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_rust(&file.path) || file.path.starts_with(STYLES)) {
        let lines = file.text.lines().count();
        let limit = if is_test(&file.path) { TEST_LIMIT } else { LIMIT };
        let exception = EXCEPTIONS.iter().find(|(path, _)| *path == file.path);
        match exception {
            Some(_) if lines <= limit => {
                findings.push(Finding::new(
                    &file.path,
                    0,
                    "is short now; take it off the list in tidy/length.rs",
                ));
            }
            Some((_, longest)) if lines > *longest => {
                findings.push(Finding::new(
                    &file.path,
                    0,
                    format!("{lines} lines, may not grow past {longest}"),
                ));
            }
            None if lines > limit => {
                findings.push(Finding::new(
                    &file.path,
                    0,
                    format!("{lines} lines, more than {limit}; split it"),
                ));
            }
            _ => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::lines;

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(lines(short_files, "crates/a/src/b.rs", &"x\n".repeat(LIMIT + 1)), [0]);
        assert_eq!(lines(short_files, "crates/a/src/b.rs", &"x\n".repeat(LIMIT)), [0usize; 0]);
        assert_eq!(lines(short_files, "crates/a/tests/it/b.rs", &"x\n".repeat(TEST_LIMIT + 1)), [0]);
        assert_eq!(lines(short_files, "crates/a/tests/it/b.rs", &"x\n".repeat(TEST_LIMIT)), [0usize; 0]);
        let styles = "crates/server/static/css/app/a.css";
        assert_eq!(lines(short_files, styles, &"x\n".repeat(LIMIT + 1)), [0]);
        assert_eq!(lines(short_files, "docs/long.md", &"x\n".repeat(LIMIT + 1)), [0usize; 0]);
    }
}
