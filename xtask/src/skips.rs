//! Tests that could not run must say so. The runner hides what a passing test prints, so such a test does two things:
//! it prints `skipped: <reason> (<test name>)`, and it appends the same line to the file named by the environment variable
//! `CARILLON_SKIP_LOG`, if that is set. A line that is only a test's name means [`SPECS`].
//!
//! Only one reason may be excused: the networks' machine-readable descriptions are not part of the repository.

use std::collections::BTreeSet;

/// The reason of tests that compare requests with the networks' own descriptions.
pub const SPECS: &str = "CARILLON_SPECS unset";

/// The tests that did not run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Skips {
    /// For want of the networks' descriptions.
    pub specs: BTreeSet<String>,
    /// For any other reason, with the reason.
    pub others: BTreeSet<(String, String)>,
}

/// Reads the text of a skip log.
pub fn parse(log: &str) -> Skips {
    let mut skips = Skips::default();
    for line in log.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (reason, test) = match line.strip_prefix("skipped: ") {
            Some(rest) => {
                rest.trim_end_matches(')').rsplit_once(" (").unwrap_or((rest, "a test without a name"))
            }
            None => line.split_once(": ").map_or((SPECS, line), |(test, reason)| (reason, test)),
        };
        if reason == SPECS {
            skips.specs.insert(test.to_owned());
        } else {
            skips.others.insert((test.to_owned(), reason.to_owned()));
        }
    }
    skips
}

impl Skips {
    /// Prints what did not run; whether that is acceptable.
    pub fn report(&self, none_allowed: bool) -> bool {
        for (test, reason) in &self.others {
            println!("skipped: {reason}: {test}");
        }
        for test in &self.specs {
            println!("skipped: {SPECS}: {test}");
        }
        let failing = if none_allowed { self.others.len() + self.specs.len() } else { self.others.len() };
        if failing > 0 {
            println!("{failing} test(s) did not run; that counts as a failure.");
        } else if !self.specs.is_empty() {
            println!("To run these too, set CARILLON_SPECS to a folder with the networks' API descriptions.");
        }
        failing == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_apart() {
        let skips = parse(
            "a::b\na::b: CARILLON_SPECS unset\nskipped: CARILLON_SPECS unset (c::d)\n\n\
             skipped: CARILLON_TEST_PDS_DIR unset (peers::pds)\n",
        );
        assert_eq!(skips.specs, BTreeSet::from(["a::b".to_owned(), "c::d".to_owned()]));
        let pds = ("peers::pds".to_owned(), "CARILLON_TEST_PDS_DIR unset".to_owned());
        assert_eq!(skips.others, BTreeSet::from([pds]));
    }

    #[test]
    fn only_missing_specs_are_excused_and_only_when_allowed() {
        assert!(parse("").report(true));
        assert!(parse("a").report(false));
        assert!(!parse("a").report(true));
        assert!(!parse("a: CARILLON_TEST_CHROMIUM unset").report(false));
    }
}
