//! The connector against the simulated network, and against scripted answers that it does not give. Every request that any of these
//! tests sends, and every answer to it, is held against Google's own description, where that is at hand.

use std::sync::Arc;

use carillon_domain::account::AccountIdentity;
use carillon_domain::media::MediaInfo;
use carillon_domain::post::Draft;
use carillon_domain::secret::Secret;
use serde_json::{Value, json};

use super::CONNECTOR;
use super::sandbox::simulator;
use crate::conformance::{Bench, Connect, Session, draft};
use crate::contract::authorizer::Granted;
use crate::contract::cx::Credential;
use crate::kit::http::Http;
use crate::kit::pause::NoPause;
use crate::sandbox::{InProcess, LedgerItem};

mod checking;
mod committing;
mod discovery;
mod errors;
mod insights;
mod network;
mod processing;
mod reading;
mod reports;
mod script;
mod signing_in;
mod simulator;
mod uploading;
mod webhooks;
mod wire;

use script::Script;
use wire::{Exchange, Watched};

/// The id of every scripted video.
const VIDEO: &str = "dQw4w9WgXcQ";
/// The id of the scripted channel.
const CHANNEL: &str = "UC0123456789abcdefghijkl";

/// A bench whose wire is watched, and held against the description when it ends.
struct Lab {
    bench: Bench,
    wire: Arc<Watched>,
    /// Scripted answers say strange things on purpose, so that they are not held against the description.
    scripted: bool,
}

impl Lab {
    /// With the simulated network.
    fn new() -> Self {
        let bench = Bench::new(simulator());
        let wire = Watched::over(InProcess::over(bench.sandbox.clone()));
        Self::with(bench, wire, false)
    }

    /// With answers of our own.
    fn scripted(script: Script) -> Self {
        Self::with(Bench::with(Vec::new()), Watched::over(script), true)
    }

    fn with(mut bench: Bench, wire: Watched, scripted: bool) -> Self {
        let wire = Arc::new(wire);
        bench.http = Http::new(wire.clone(), bench.clock.clone())
            .with_pause(Arc::new(NoPause))
            .with_journal(bench.diary.clone());
        Self { bench, wire, scripted }
    }

    /// Signs in at the simulated network.
    async fn connect(&self) -> Session<'_> {
        self.bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.unwrap()
    }

    /// An account of the scripted network.
    fn adopted(&self) -> Session<'_> {
        let granted = Granted { credential: credential(), targets: vec![account()], person: None };
        self.bench.adopt(&CONNECTOR, self.bench.settings(&CONNECTOR), granted)
    }

    /// A video of so many bytes, wider than high and a minute long.
    fn film(&self, bytes: usize) -> MediaInfo {
        let film = self.bench.library.mp4(bytes, 60_000, None);
        MediaInfo { width: Some(1920), height: Some(1080), ..film }
    }

    /// A post with a small video.
    fn post(&self, text: &str) -> Draft {
        draft(text, [self.film(5_000)])
    }

    fn calls(&self, operation: &str) -> usize {
        self.of(operation).len()
    }

    /// What was sent as this operation.
    fn of(&self, operation: &str) -> Vec<Exchange> {
        self.wire.seen().into_iter().filter(|e| e.operation == operation).collect()
    }

    fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of("youtube")
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if let Some(google) = discovery::Description::load() {
            let mut seen = self.wire.seen();
            if self.scripted {
                seen.iter_mut().for_each(|exchange| exchange.reply = None);
            }
            let problems = google.problems(&seen);
            assert!(problems.is_empty(), "against Google's description:\n{}", problems.join("\n"));
        }
    }
}

fn credential() -> Credential {
    Credential {
        access_token: Secret::new("ya29.access"),
        refresh_token: Some(Secret::new("1//refresh")),
        expires_at: None,
        refresh_expires_at: None,
        scopes: vec!["https://www.googleapis.com/auth/youtube.force-ssl".to_owned()],
        extra: Value::Null,
    }
}

fn account() -> AccountIdentity {
    AccountIdentity {
        remote_id: CHANNEL.to_owned(),
        handle: "marafields".to_owned(),
        name: "Mara Fields".to_owned(),
        avatar_url: None,
        server: None,
        meta: json!({ "uploads": "UU0123456789abcdefghijkl", "long_uploads": "allowed" }),
    }
}

/// The same post with options.
fn with_options(draft: Draft, options: Value) -> Draft {
    Draft { options: options.as_object().unwrap().clone(), ..draft }
}
