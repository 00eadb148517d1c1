//! A platform's sandbox is a second, independent reading of the platform's documentation. If it shared code with the
//! connector, one wrong field name would pass on both sides.

use super::source::{code_lines, is_test};
use super::{File, Finding};

/// A sandbox imports nothing from the connector beside it.
pub fn independent_of_the_connector(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !is_test(&file.path)) {
        let Some(depth) = depth(&file.path) else { continue };
        let above = format!("{}super::", "super::".repeat(depth));
        for (number, line) in code_lines(&file.text) {
            let own = line.contains("crate::platforms::") && !line.contains("::sandbox");
            if line.contains(&above) || own {
                findings.push(Finding::new(&file.path, number, "a sandbox may not use its connector's code"));
            }
        }
    }
    findings
}

/// How many `super::` of this file stay inside the sandbox; `None` when it is no sandbox file of a platform.
fn depth(path: &str) -> Option<usize> {
    let inside = path.strip_prefix("crates/connectors/src/platforms/")?.split_once('/')?.1;
    match inside.strip_prefix("sandbox")? {
        ".rs" => Some(0),
        rest => {
            let rest = rest.strip_prefix('/')?.strip_suffix(".rs")?;
            let rest = rest.strip_suffix("mod").unwrap_or(rest);
            Some(rest.split('/').filter(|part| !part.is_empty()).count())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::lines;

    #[test]
    fn imports_from_the_connector_are_found() {
        let text = "use super::wire::Post;\nuse crate::sandbox::World;\nuse crate::platforms::x::limits;\n";
        assert_eq!(
            lines(independent_of_the_connector, "crates/connectors/src/platforms/x/sandbox.rs", text),
            [1, 3]
        );
        assert_eq!(
            lines(independent_of_the_connector, "crates/connectors/src/platforms/x/sandbox/mod.rs", text),
            [1, 3]
        );
    }

    #[test]
    fn a_sandbox_of_several_files_may_use_itself() {
        let path = "crates/connectors/src/platforms/x/sandbox/media.rs";
        let text = "use super::State;\nuse super::super::wire;\nuse crate::platforms::x::sandbox::State;\n";
        assert_eq!(lines(independent_of_the_connector, path, text), [2]);
    }

    #[test]
    fn the_connector_itself_is_free() {
        let path = "crates/connectors/src/platforms/x/publish.rs";
        assert_eq!(lines(independent_of_the_connector, path, "use super::wire;\n"), [0usize; 0]);
    }
}
