//! Top-level domains, to tell an address that was written without its scheme from a word with a dot in it.
//! Source: IANA, "List of Top-Level Domains" (2026), in Unicode form.

use std::sync::LazyLock;

/// Sorted by bytes.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("tlds.txt").lines().collect());

/// Whether `label` is a top-level domain, in any case.
pub fn is_top_level(label: &str) -> bool {
    let label = label.to_lowercase();
    NAMES.binary_search(&label.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(NAMES.is_sorted());
        assert!(NAMES.len() > 1000);
    }

    #[test]
    fn knows_countries_brands_and_other_scripts() {
        for name in ["com", "GR", "social", "ελ", "xn--qxam"] {
            assert_eq!(is_top_level(name), name != "xn--qxam", "{name}");
        }
        assert!(!is_top_level("js"));
        assert!(!is_top_level("txt"));
        assert!(!is_top_level(""));
    }
}
