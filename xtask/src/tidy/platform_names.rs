//! One platform's specifics stay in its folder: elsewhere nobody asks which platform it is, but what it can do.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{code_lines, is_rust, is_test};
use super::{File, Finding};

const FOLDERS: &str = "crates/connectors/src/platforms/";

/// Networks we know of, whether or not they have a folder yet.
const KNOWN: [&str; 15] = [
    "bluesky",
    "discord",
    "facebook",
    "google-business",
    "instagram",
    "linkedin",
    "mastodon",
    "pinterest",
    "reddit",
    "telegram",
    "threads",
    "tiktok",
    "whatsapp",
    "x",
    "youtube",
];

/// Files that may name platforms, each with how many lines of it do. Only ever take from this list.
const EXCEPTIONS: &[(&str, usize)] = &[("crates/engine/src/usecase/caps.rs", 1)];

/// No platform's name in code outside its folder, and no `match` on a platform. Tests may name them.
pub fn inside_their_folders(files: &[File]) -> Vec<Finding> {
    let names = names(files);
    let mut found: BTreeMap<&str, Vec<Finding>> = BTreeMap::new();
    for file in files {
        if !is_rust(&file.path) || is_test(&file.path) || file.path.starts_with("xtask/") {
            continue;
        }
        let own = file.path.strip_prefix(FOLDERS).and_then(|rest| rest.split('/').next());
        for (number, line) in code_lines(&file.text) {
            if let Some(what) = names_platform(line, &names, own) {
                found.entry(&file.path).or_default().push(Finding::new(&file.path, number, what));
            }
        }
    }
    settle(found)
}

fn names(files: &[File]) -> BTreeSet<&str> {
    let folders = files.iter().filter_map(|file| file.path.strip_prefix(FOLDERS)?.split_once('/'));
    folders.map(|(name, _)| name).chain(KNOWN).collect()
}

fn names_platform(line: &str, names: &BTreeSet<&str>, own: Option<&str>) -> Option<String> {
    // Filling a text is the one other use of a short literal.
    let line = &line.replace("\"x\".repeat(", "");
    let foreign = names.iter().filter(|name| Some(**name) != own);
    for name in foreign {
        // Inside another platform's folder the same word is that network's own: a login flavour, a coordinate.
        let named = own.is_none() && line.contains(&format!("\"{name}\""));
        if named || line.contains(&format!("platforms::{name}::")) {
            return Some(format!("names the platform `{name}` outside its folder"));
        }
    }
    let asks = line.trim_start().starts_with("match ") || line.contains("= match ");
    let subject = line.split("match ").nth(1).unwrap_or_default();
    (own.is_none() && asks && subject.contains("platform"))
        .then(|| "decides by platform; ask a capability instead".to_owned())
}

fn settle(mut found: BTreeMap<&str, Vec<Finding>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, allowed) in EXCEPTIONS {
        let count = found.get(path).map_or(0, Vec::len);
        if count < *allowed {
            let what = format!("{count} lines name platforms, the list allows {allowed}: lower it");
            findings.push(Finding::new(path, 0, what));
        }
        if count <= *allowed {
            found.remove(path);
        }
    }
    findings.extend(found.into_values().flatten());
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::lines;

    const ELSEWHERE: &str = "crates/engine/src/jobs/publish.rs";

    #[test]
    fn deciding_by_platform_is_found() {
        let text = "match account.platform {\n    \"bluesky\" => 1,\n}\nif name == \"x\" {}\nlet n = match platform {};\n";
        assert_eq!(lines(inside_their_folders, ELSEWHERE, text), [1, 2, 4, 5]);
    }

    #[test]
    fn reaching_into_a_platform_is_found() {
        let text = "use carillon_connectors::platforms::mastodon::wire;\n";
        assert_eq!(lines(inside_their_folders, ELSEWHERE, text), [1]);
    }

    #[test]
    fn a_platform_may_not_reach_into_another() {
        let path = "crates/connectors/src/platforms/instagram/mod.rs";
        let text = "id: \"instagram\",\nflavours: [\"facebook\"],\nuse crate::platforms::facebook::wire;\n";
        assert_eq!(lines(inside_their_folders, path, text), [3]);
    }

    #[test]
    fn tests_and_comments_may_name_platforms() {
        let text = "// \"bluesky\"\n#[cfg(test)]\nmod tests {\n    let a = \"bluesky\";\n}\n";
        assert_eq!(lines(inside_their_folders, ELSEWHERE, text), [0usize; 0]);
    }
}
