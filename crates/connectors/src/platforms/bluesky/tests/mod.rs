//! Both sides together, in process.

use serde_json::Value;

use super::CONNECTOR;
use super::errors::PLATFORM;
use super::sandbox::simulator;
use crate::conformance::{Bench, Connect, Session};
use crate::kit::http::Call;
use crate::sandbox::{Fault, FaultKind, LedgerItem, When, testing};

mod auth;
mod cards;
mod check;
mod faults;
mod parity;
mod peers;
mod publish;
mod read;

/// Where Mara's account lives.
const PDS: &str = "https://shimeji.us-east.host.bsky.network";

async fn bench_session(bench: &Bench) -> Session<'_> {
    bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.expect("connected")
}

fn bench() -> Bench {
    Bench::new(simulator())
}

fn ledger(bench: &Bench) -> Vec<LedgerItem> {
    bench.world.ledger().of(PLATFORM)
}

/// The record behind a remote id, read as anybody could.
async fn record(bench: &Bench, uri: &str) -> Value {
    let mut parts = uri.trim_start_matches("at://").split('/');
    let (repo, collection, rkey) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let url = Call::get("getRecord", format!("{PDS}/xrpc/com.atproto.repo.getRecord"))
        .query([("repo", repo), ("collection", collection), ("rkey", rkey)])
        .url;
    testing::open(&bench.sandbox, &url).await.json::<Value>().expect("json")
}

fn strike(bench: &Bench, operation: &str, when: When, fault: FaultKind) {
    bench.world.faults().add(Fault::once(PLATFORM, operation, when, fault));
}
