//! Decision records: `docs/adr/NNNN-title.md`, one number each.

use std::collections::BTreeMap;

use super::{File, Finding};

/// Every record has a number of its own.
pub fn unique_numbers(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for file in files {
        let Some(name) = file.path.strip_prefix("docs/adr/") else { continue };
        if name == "README.md" {
            continue;
        }
        let number = name.get(..4).filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let Some(number) = number.filter(|_| name.as_bytes().get(4) == Some(&b'-') && name.ends_with(".md"))
        else {
            findings.push(Finding::new(&file.path, 0, "a decision record is named NNNN-title.md"));
            continue;
        };
        if let Some(other) = seen.insert(number, &file.path) {
            findings.push(Finding::new(&file.path, 0, format!("has the same number as {other}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::file;

    #[test]
    fn double_and_missing_numbers_are_found() {
        let files = ["0001-a.md", "0002-b.md", "0002-c.md", "d.md", "README.md"];
        let files: Vec<File> = files.iter().map(|name| file(&format!("docs/adr/{name}"), "")).collect();
        let paths: Vec<String> = unique_numbers(&files).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["docs/adr/0002-c.md", "docs/adr/d.md"]);
    }
}
