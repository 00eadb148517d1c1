//! Both sides together, in process, on a clock that moves only when told to.

use std::time::Duration;

use carillon_domain::post::{Draft, Part};
use carillon_domain::time::Clock;
use serde_json::json;

use super::{CONNECTOR, sandbox};
use crate::conformance::{Bench, Connect, Session, draft};
use crate::sandbox::{Fault, FaultKind, LedgerItem, When};

mod canned;
mod check;
mod connect;
mod edit;
mod lost;
mod network;
mod publish;
mod read;

const SOCIAL: &str = "https://social.mastodon.localhost";
const ROOMY: &str = "https://roomy.mastodon.localhost";
const VINTAGE: &str = "https://vintage.mastodon.localhost";
const ODD: &str = "https://odd.mastodon.localhost";
const ALL: [&str; 4] = [SOCIAL, ROOMY, VINTAGE, ODD];

fn bench() -> Bench {
    Bench::new(sandbox::simulator())
}

async fn connected<'b>(bench: &'b Bench, server: &str) -> Session<'b> {
    let how = Connect::as_persona("marafields").server(server);
    bench.connect(&CONNECTOR, how).await.expect("connected")
}

/// What is public on a server, oldest first.
fn public(bench: &Bench) -> Vec<LedgerItem> {
    bench.world.ledger().of("mastodon").into_iter().filter(|i| i.deleted_at.is_none()).collect()
}

fn texts(bench: &Bench) -> Vec<String> {
    public(bench).into_iter().map(|i| i.text).collect()
}

fn fault(operation: &str, when: When, kind: FaultKind) -> Fault {
    Fault::once("mastodon", operation, when, kind)
}

fn with_options(mut draft: Draft, options: serde_json::Value) -> Draft {
    draft.options = options.as_object().expect("object").clone();
    draft
}

fn part(text: &str) -> Part {
    Part { text: text.to_owned(), media: Vec::new() }
}
