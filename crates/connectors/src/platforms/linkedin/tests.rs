//! The connector: by itself, against answers that are written down here, and against its sandbox, on a clock that moves only when
//! told to.

mod canned;
mod check;
mod documents;
mod errors;
mod insights;
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
    crate::specs::needed(test, "linkedin/linkedin_facts.json")
}
