//! A bench whose wire is watched: each request is kept, checked against Meta's specifications, and can be broken off.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::post::Draft;
use futures::StreamExt;
use serde_json::{Value, json};

use super::super::sandbox::{State, simulator};
use super::super::{CONNECTOR, NAME};
use super::specs;
use crate::conformance::{Bench, Connect, Session, draft};
use crate::kit::http::{Body, Call, Http, Reply, SendError, Transport};
use crate::kit::pause::NoPause;
use crate::sandbox::{Fault, FaultKind, InProcess, LedgerItem, When};

/// A request as it went out.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub operation: &'static str,
    pub method: String,
    pub url: String,
    /// Query and form together.
    pub params: Vec<(String, String)>,
}

impl Seen {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The watched wire.
pub(super) struct Wire {
    inner: InProcess,
    pub seen: Mutex<Vec<Seen>>,
    /// Breaks the next uploads off after so many bytes.
    pub cut_uploads: Mutex<Vec<usize>>,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, mut call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let (base, query) = call.url.split_once('?').unwrap_or((&call.url, ""));
        let mut params: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if let Body::Bytes(bytes) = &call.body {
            params.extend(form_urlencoded::parse(bytes).into_owned());
        }
        let (operation, method, url) = (call.operation, call.method.to_string(), base.to_owned());
        let seen = Seen { operation, method, url, params };
        specs::check(&seen);
        self.seen.lock().unwrap().push(seen.clone());
        let cut =
            if call.operation == "containers.upload" { self.cut_uploads.lock().unwrap().pop() } else { None };
        if let Some(mut left) = cut
            && let Body::Stream { len, stream } = std::mem::replace(&mut call.body, Body::Empty)
        {
            let short = stream.take_while(move |chunk| {
                let size = chunk.as_ref().map_or(0, |c| c.len());
                let more = size <= left;
                left = left.saturating_sub(size);
                std::future::ready(more)
            });
            call.body = Body::Stream { len, stream: short.boxed() };
            let _ = self.inner.send(call, not_after).await;
            return Err(SendError::Lost("broken off".to_owned()));
        }
        let reply = self.inner.send(call, not_after).await?;
        specs::check_answer(&seen, &reply);
        Ok(reply)
    }
}

/// A bench with a watched wire.
pub(super) struct Stage {
    pub bench: Bench,
    pub wire: Arc<Wire>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let mut bench = Bench::new(simulator());
        let inner = InProcess::over(bench.sandbox.clone());
        let wire = Arc::new(Wire { inner, seen: Mutex::default(), cut_uploads: Mutex::default() });
        bench.http = Http::new(wire.clone(), bench.clock.clone()).with_pause(Arc::new(NoPause));
        Self { bench, wire }
    }

    /// Connected with Instagram's own login.
    pub(super) async fn instagram(&self) -> Session<'_> {
        self.bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.unwrap()
    }

    /// Connected with the Facebook login.
    pub(super) async fn facebook(&self) -> Session<'_> {
        self.bench.connect(&CONNECTOR, Connect::as_persona("marafields").flavour("facebook")).await.unwrap()
    }

    pub(super) fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of(NAME)
    }

    pub(super) fn fault(&self, operation: &str, when: When, fault: FaultKind) {
        self.bench.world.faults().add(Fault::once(NAME, operation, when, fault));
    }

    /// A fault with a status, so many times.
    pub(super) fn status(&self, operation: &str, when: When, status: u16, times: u32) {
        let fault = Fault::once(NAME, operation, when, FaultKind::Status);
        self.bench.world.faults().add(fault.status(status).times(times));
    }

    /// Calls that the network takes within 24 hours.
    pub(super) fn calls_per_day(&self, calls: u64) {
        self.bench.world.state(NAME, |s: &mut State| s.calls_per_day = Some(calls));
    }

    pub(super) fn quota(&self, total: usize) {
        self.bench.world.state(NAME, |s: &mut State| s.quota_total = Some(total));
    }

    /// Requests of an operation so far.
    pub(super) fn sent(&self, operation: &str) -> Vec<Seen> {
        self.wire.seen.lock().unwrap().iter().filter(|s| s.operation == operation).cloned().collect()
    }

    /// A draft with one square picture.
    pub(super) fn picture(&self, text: &str) -> Draft {
        draft(text, [self.bench.library.jpeg(1080, 1080, Some("a boat"))])
    }

    /// A draft with one upright video.
    pub(super) fn video(&self, text: &str) -> Draft {
        draft(text, [self.bench.library.mp4(300_000, 15_000, None)])
    }
}

/// The draft with an option.
pub(super) fn with(mut draft: Draft, name: &str, value: Value) -> Draft {
    draft.options.insert(name.to_owned(), value);
    draft
}

/// The draft as a story.
pub(super) fn story(draft: Draft) -> Draft {
    with(draft, "kind", json!("story"))
}

/// The draft with a first comment.
pub(super) fn commented(draft: Draft, text: &str) -> Draft {
    Draft { first_comment: Some(text.to_owned()), ..draft }
}
