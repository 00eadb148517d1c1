//! Reading Rust source by lines: enough for text rules, no parser.

/// The lines of production code with their one-based numbers: comments are left out, and everything from the test
/// module on, which by custom ends a file.
pub fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.lines().zip(text.lines().skip(1)).position(|(line, next)| {
        line.trim() == "#[cfg(test)]"
            && next.trim_start().starts_with("mod ")
            && next.trim_end().ends_with('{')
    });
    text.lines()
        .take(tests.unwrap_or(usize::MAX))
        .enumerate()
        .map(|(index, line)| (index + 1, without_comment(line)))
        .filter(|(_, line)| !line.trim().is_empty())
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split_once(" // ").map_or(line, |(code, _)| code)
}

/// Whether the file holds only tests.
pub fn is_test(path: &str) -> bool {
    let test_file = path.ends_with("/tests.rs") || path.ends_with("_tests.rs");
    test_file || path.contains("/tests/") || path.contains("/conformance/")
}

/// Whether the file is Rust source of one of our packages.
pub fn is_rust(path: &str) -> bool {
    path.ends_with(".rs") && (path.starts_with("crates/") || path.starts_with("xtask/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_tests_are_no_production_code() {
        let text = "//! a\nlet b = 1; // c\n\n#[cfg(test)]\nmod tests {\n    let d = 2;\n}\n";
        assert_eq!(code_lines(text).collect::<Vec<_>>(), [(2, "let b = 1;")]);
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_hides_nothing() {
        let text = "#[cfg(test)]\nmod tests;\nlet a = 1;\n";
        assert_eq!(code_lines(text).count(), 3);
    }
}
