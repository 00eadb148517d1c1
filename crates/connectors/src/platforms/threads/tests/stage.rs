//! A bench whose wire is watched: each request is kept, and can be answered in another way than by the sandbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::post::Draft;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::sandbox::simulator;
use super::super::{CONNECTOR, NAME};
use crate::conformance::{Bench, Connect, Session, draft};
use crate::kit::http::{Body, Call, Http, Reply, SendError, Transport};
use crate::kit::pause::NoPause;
use crate::sandbox::{InProcess, LedgerItem};

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

/// What happens to a call instead of what should.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// It never arrives, and this is answered.
    Instead(u16, Value),
    /// It has its effect, and this is answered.
    After(u16, Value),
    /// It has its effect, and the answer is lost.
    Lost,
    /// It is lost on its way.
    Cut,
}

/// The watched wire.
pub(super) struct Wire {
    inner: InProcess,
    pub seen: Mutex<Vec<Seen>>,
    /// What is still to come, by operation.
    script: Mutex<Vec<(&'static str, Trouble)>>,
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let (base, query) = call.url.split_once('?').unwrap_or((&call.url, ""));
        let mut params: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if let Body::Bytes(bytes) = &call.body {
            params.extend(form_urlencoded::parse(bytes).into_owned());
        }
        let (operation, method, url) = (call.operation, call.method.to_string(), base.to_owned());
        self.seen.lock().unwrap().push(Seen { operation, method, url, params });
        let trouble = {
            let mut script = self.script.lock().unwrap();
            let next = script.iter().position(|(name, _)| *name == operation);
            next.map(|index| script.remove(index).1)
        };
        match trouble {
            None => self.inner.send(call, not_after).await,
            Some(Trouble::Instead(status, body)) => Ok(reply(status, &body)),
            Some(Trouble::Cut) => Err(SendError::Lost("broken off".to_owned())),
            Some(after) => {
                self.inner.send(call, not_after).await?;
                match after {
                    Trouble::After(status, body) => Ok(reply(status, &body)),
                    _ => Err(SendError::Lost("broken off".to_owned())),
                }
            }
        }
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
        let wire = Arc::new(Wire { inner, seen: Mutex::default(), script: Mutex::default() });
        bench.http = Http::new(wire.clone(), bench.clock.clone()).with_pause(Arc::new(NoPause));
        Self { bench, wire }
    }

    pub(super) async fn connected(&self) -> Session<'_> {
        self.bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.unwrap()
    }

    pub(super) fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of(NAME)
    }

    /// Lets the next calls of an operation go wrong, as often as said.
    pub(super) fn script(&self, operation: &'static str, times: usize, trouble: &Trouble) {
        let mut script = self.wire.script.lock().unwrap();
        script.extend(std::iter::repeat_n((operation, trouble.clone()), times));
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
        draft(text, [self.bench.library.mp4(300_000, 15_000, Some("waves"))])
    }
}

/// The draft with an option.
pub(super) fn with(mut draft: Draft, name: &str, value: Value) -> Draft {
    draft.options.insert(name.to_owned(), value);
    draft
}

/// An answer.
pub(super) fn reply(status: u16, body: &Value) -> Reply {
    let status = StatusCode::from_u16(status).unwrap();
    Reply { status, headers: HeaderMap::new(), body: body.to_string().into() }
}

/// An error in the network's shape.
pub(super) fn error(code: i64, subcode: Option<i64>) -> Value {
    let body = json!({
        "message": "words of the network", "type": "OAuthException", "code": code, "error_subcode": subcode,
        "fbtrace_id": "Axyz"
    });
    json!({ "error": body })
}
