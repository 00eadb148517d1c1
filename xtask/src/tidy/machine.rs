//! Nothing in the repository may depend on the machine it was written on.

use super::{File, Finding};

const PATHS: [&str; 3] = ["/work/", "/root/", "/home/"];

/// Download hosts of package registries: they belong in the configuration of a machine.
const HOSTS: [&str; 7] = [
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "index.crates.io",
    "static.crates.io",
    "files.pythonhosted.org",
    "pypi.org/simple",
    "deb.debian.org",
];

/// No home folders, no registry hosts.
pub fn no_machine_paths(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // This file has to name what it looks for.
    for file in files.iter().filter(|file| !file.path.ends_with("tidy/machine.rs")) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(path) = PATHS.iter().find(|path| names_path(line, path)) {
                findings.push(Finding::new(&file.path, index + 1, format!("a path of one machine: {path}")));
            }
            if let Some(host) = HOSTS.iter().find(|host| line.contains(*host)) {
                findings.push(Finding::new(
                    &file.path,
                    index + 1,
                    format!("a package registry's host: {host}"),
                ));
            }
        }
    }
    findings
}

/// Whether `path` stands at the start of a path, not inside a URL or a longer path.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}/:".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::lines;

    #[test]
    fn machine_paths_and_registry_hosts_are_found() {
        let text =
            "cd /work/x\n\"/root/.npmrc\"\nhttps://example.org/home/page\nhttps://registry.npmjs.org/a\n";
        assert_eq!(lines(no_machine_paths, "docs/a.md", text), [1, 2, 4]);
    }
}
