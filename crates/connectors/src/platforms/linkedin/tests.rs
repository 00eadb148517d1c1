//! The connector: by itself, against answers that are written down here, and against its sandbox, on a clock that moves only when
//! told to.

mod canned;
mod check;
mod errors;
mod lost;
mod reading;
mod refused;
mod sending;
mod signing_in;
mod simulator;
mod texts;
mod uploads;
mod whole;

/// The compilation of facts about the network, where it is at hand; says so when it is not.
fn facts(test: &str) -> Option<serde_json::Value> {
    let Some(folder) = std::env::var_os("CARILLON_SPECS") else {
        skipped(test);
        return None;
    };
    let path = std::path::PathBuf::from(folder).join("linkedin/linkedin_facts.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).expect("facts"))
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn skipped(test: &str) {
    use std::io::Write as _;
    eprintln!("skipped: CARILLON_SPECS unset");
    if let Ok(path) = std::env::var("CARILLON_SKIP_LOG") {
        let mut log = std::fs::OpenOptions::new().create(true).append(true).open(path).expect("a log");
        writeln!(log, "{test}: CARILLON_SPECS unset").expect("a line");
    }
}
