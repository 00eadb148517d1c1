//! Which package may use which: read from the manifests, so that an arrow that turns round fails here first.

use super::{File, Finding};

/// Package folder under `crates/`, and the packages of ours that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("connectors", &["domain"]),
    ("store", &["domain"]),
    ("engine", &["domain", "connectors", "store"]),
    ("server", &["domain", "connectors", "store", "engine"]),
    ("bench", &["domain", "connectors", "store", "engine", "server"]),
];

/// No arrow but those of the map, tests and build scripts included; `xtask` uses none of them.
pub fn arrows(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, manifest) in manifests(files) {
        let folder = file.path.trim_end_matches("/Cargo.toml").trim_start_matches("crates/");
        let allowed = match ARROWS.iter().find(|(name, _)| *name == folder) {
            Some((_, allowed)) => *allowed,
            None if folder == "xtask" => &[],
            None => {
                findings.push(Finding::new(
                    &file.path,
                    0,
                    "a package that the map in tidy/manifests.rs does not have",
                ));
                continue;
            }
        };
        for name in dependencies(&manifest) {
            let Some(ours) = name.strip_prefix("carillon-") else { continue };
            if !allowed.contains(&ours) {
                findings.push(Finding::new(&file.path, 0, format!("`{folder}` may not use `{ours}`")));
            }
        }
    }
    findings
}

/// Time is jiff's business.
pub fn no_chrono(files: &[File]) -> Vec<Finding> {
    refuse(files, &["chrono", "chrono-tz", "time"], |_| false, "times are jiff's here")
}

/// Only one package speaks SQL.
pub fn sql_in_store_only(files: &[File]) -> Vec<Finding> {
    let in_store = |path: &str| path == "crates/store/Cargo.toml";
    refuse(files, &["sqlx", "rusqlite", "tokio-postgres"], in_store, "only `store` knows SQL")
}

fn refuse(files: &[File], names: &[&str], excused: fn(&str) -> bool, why: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, manifest) in manifests(files).filter(|(file, _)| !excused(&file.path)) {
        for name in dependencies(&manifest).filter(|name| names.contains(name)) {
            findings.push(Finding::new(&file.path, 0, format!("depends on `{name}`: {why}")));
        }
    }
    findings
}

fn manifests(files: &[File]) -> impl Iterator<Item = (&File, toml::Table)> {
    files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .map(|file| (file, file.text.parse().unwrap_or_default()))
}

/// The names of everything a package depends on, in each section and for each target.
fn dependencies(manifest: &toml::Table) -> impl Iterator<Item = &str> {
    let targets = manifest.get("target").and_then(toml::Value::as_table).into_iter();
    let tables = targets.flat_map(|targets| targets.values()).filter_map(toml::Value::as_table);
    std::iter::once(manifest).chain(tables).flat_map(|table| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|section| table.get(section)?.as_table())
            .flat_map(|section| section.keys().map(String::as_str))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::lines;

    const DOMAIN: &str = "crates/domain/Cargo.toml";

    #[test]
    fn a_forbidden_arrow_is_found_in_every_section() {
        let none = [0usize; 0];
        for section in ["dependencies", "dev-dependencies", "target.'cfg(unix)'.build-dependencies"] {
            let text = format!("[{section}]\ncarillon-store.workspace = true\n");
            assert_eq!(lines(arrows, DOMAIN, &text), [0], "{section}");
            assert_eq!(lines(arrows, "crates/connectors/Cargo.toml", &text), [0], "{section}");
            assert_eq!(lines(arrows, "xtask/Cargo.toml", &text), [0], "{section}");
            assert_eq!(lines(arrows, "crates/engine/Cargo.toml", &text), none, "{section}");
        }
    }

    #[test]
    fn a_package_outside_the_map_is_found() {
        assert_eq!(lines(arrows, "crates/utils/Cargo.toml", ""), [0]);
    }

    #[test]
    fn forbidden_packages_are_found() {
        assert_eq!(lines(no_chrono, DOMAIN, "[dependencies]\nchrono = \"0.4\"\n"), [0]);
        assert_eq!(lines(sql_in_store_only, DOMAIN, "[dependencies.sqlx]\nworkspace = true\n"), [0]);
        let store = "crates/store/Cargo.toml";
        assert_eq!(lines(sql_in_store_only, store, "[dependencies.sqlx]\nworkspace = true\n"), [0usize; 0]);
    }
}
