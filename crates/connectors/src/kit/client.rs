//! The layers between a connector and the transport.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Entropy, SeededEntropy, Timestamp, random_bytes};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::budget::Budget;
use super::errors::retry_after;
use super::gate::Gate;
use super::http::{Body, Call, CommitPermit, Opened, Reply, Safety, SendError, Transport};
use super::journal::{self, EXCERPT, Entry, Journal};
use super::pause::{Pause, Sleep};
use super::redact::Redactor;

/// What connectors send their calls through. Cheap to clone; the engine makes one per attempt with that attempt's journal,
/// budget and secrets:
///
/// ```ignore
/// let http = shared.clone().for_platform("x").with_journal(journal).with_budget(budget).with_secrets([token]);
/// ```
///
/// In order: the transport's egress guard, gate, repetition of reads, budget, journal, metrics and trace, transport.
#[derive(Clone)]
pub struct Http {
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    pause: Arc<dyn Pause>,
    dice: Arc<SeededEntropy>,
    gate: Option<Arc<dyn Gate>>,
    budget: Option<Arc<dyn Budget>>,
    journal: Option<Arc<dyn Journal>>,
    redactor: Arc<Redactor>,
    platform: &'static str,
}

/// Repetitions of a read after its first try.
const REPEATS: u32 = 2;
/// Longest `Retry-After` that a repetition waits for; longer ones are the engine's business.
const PATIENCE: Duration = Duration::from_secs(5);

impl Http {
    /// Layers over `transport`, without budget and journal.
    pub fn new(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        // Only spreads repetitions, so it need not be hard to guess.
        let seed = clock.now().as_nanosecond().unsigned_abs() as u64;
        Self {
            transport,
            clock,
            pause: Arc::new(Sleep),
            dice: Arc::new(SeededEntropy::new(seed)),
            gate: None,
            budget: None,
            journal: None,
            redactor: Arc::default(),
            platform: "",
        }
    }

    /// Names the platform in metrics and traces.
    #[must_use]
    pub fn for_platform(mut self, platform: &'static str) -> Self {
        self.platform = platform;
        self
    }

    /// Asks here before each call.
    #[must_use]
    pub fn with_gate(mut self, gate: Arc<dyn Gate>) -> Self {
        self.gate = Some(gate);
        self
    }

    /// Keeps to this budget.
    #[must_use]
    pub fn with_budget(mut self, budget: Arc<dyn Budget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Writes each call down here.
    #[must_use]
    pub fn with_journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// Keeps these values out of the journal, wherever they stand.
    #[must_use]
    pub fn with_secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.redactor = Arc::new(Redactor::new(secrets));
        self
    }

    /// Waits in this way between repetitions.
    #[must_use]
    pub fn with_pause(mut self, pause: Arc<dyn Pause>) -> Self {
        self.pause = pause;
        self
    }

    /// Sends a call. Reads are repeated twice when no answer arrives or the network is briefly away (502, 503, 504);
    /// everything else is sent once.
    ///
    /// # Errors
    /// [`SendError`] when no complete answer arrived.
    pub async fn send(&self, call: Call) -> Result<Reply, SendError> {
        self.transport.admit(&call)?;
        let operation = call.operation;
        self.ask_gate(operation)?;
        let result = self.with_repeats(call).await;
        self.tell_gate(operation, &result);
        result
    }

    async fn with_repeats(&self, mut call: Call) -> Result<Reply, SendError> {
        let mut attempt = 1;
        loop {
            let again = (call.safety == Safety::Read && attempt <= REPEATS).then(|| repeat(&call)).flatten();
            let result = self.once(call, None, attempt).await;
            let Some(next) = again else { return result };
            let Some(wait) = self.wait_before_repeat(&result, attempt) else { return result };
            self.pause.pause(wait).await;
            call = next;
            attempt += 1;
        }
    }

    /// Opens what somebody named, for its bytes. It goes to no network in particular, so neither gate nor budget nor journal hear of it.
    ///
    /// # Errors
    /// [`SendError`] when no head of an answer arrived, or the guard of such addresses forbids this one.
    pub async fn open(&self, call: Call) -> Result<Opened, SendError> {
        self.transport.open(call).await
    }

    /// Sends the one call that the permit was given for. Never repeated.
    ///
    /// # Errors
    /// [`SendError`] when no complete answer arrived.
    pub async fn commit(&self, call: Call, permit: CommitPermit) -> Result<Reply, SendError> {
        self.transport.admit(&call)?;
        if self.clock.monotonic() >= permit.deadline {
            return Err(SendError::NotSent("the commit's deadline passed before it was sent".to_owned()));
        }
        let operation = call.operation;
        self.ask_gate(operation)?;
        let result = self.once(call, Some(permit.deadline), 1).await;
        self.tell_gate(operation, &result);
        result
    }

    /// Tells the budget what only a connector can read out of an answer: that nothing is left for `operation` until then.
    pub async fn used_up(&self, operation: &str, until: Timestamp) {
        if let Some(budget) = &self.budget {
            budget.used_up(operation, until).await;
        }
    }

    fn ask_gate(&self, operation: &'static str) -> Result<(), SendError> {
        let Some(gate) = &self.gate else { return Ok(()) };
        gate.admit(operation, self.clock.monotonic()).map_err(|wait| {
            let now = self.clock.now();
            SendError::LeftAlone { until: now.checked_add(wait).unwrap_or(now) }
        })
    }

    fn tell_gate(&self, operation: &'static str, result: &Result<Reply, SendError>) {
        let Some(gate) = &self.gate else { return };
        let answered = match result {
            Ok(reply) => !reply.status.is_server_error(),
            Err(SendError::NotSent(_) | SendError::Lost(_)) => false,
            Err(SendError::Forbidden(_) | SendError::OverBudget { .. } | SendError::LeftAlone { .. }) => {
                return;
            }
        };
        gate.ended(operation, self.clock.monotonic(), answered);
    }

    async fn once(&self, call: Call, not_after: Option<Duration>, attempt: u32) -> Result<Reply, SendError> {
        let operation = call.operation;
        if let Some(budget) = &self.budget {
            budget.reserve(operation, call.cost).await.map_err(|until| SendError::OverBudget { until })?;
        }
        let journal = self.journal.as_ref().filter(|journal| !journal.count());
        let draft = journal.map(|_| self.draft(&call, attempt));
        let start = self.clock.monotonic();
        let result = self.transport.send(call, not_after).await;
        let duration = self.clock.monotonic().saturating_sub(start);
        if let (Some(budget), Ok(reply)) = (&self.budget, &result) {
            budget.observe(operation, reply.status, &reply.headers).await;
        }
        if let (Some(journal), Some(draft)) = (journal, draft) {
            journal.record(self.entry(draft.finish(duration), &result));
        }
        self.measure(operation, duration, &result);
        result
    }

    fn draft(&self, call: &Call, attempt: u32) -> journal::Draft {
        let content_type = call.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        journal::Draft {
            operation: call.operation,
            method: call.method.clone(),
            url: self.redactor.url(&call.url),
            request: match &call.body {
                Body::Empty => String::new(),
                Body::Bytes(bytes) => self.redactor.body(content_type, bytes, EXCERPT),
                Body::Stream { len, .. } => format!("[{len} bytes of {}]", content_type.unwrap_or("data")),
            },
            at: self.clock.now(),
            attempt,
        }
    }

    fn entry(&self, mut entry: Entry, result: &Result<Reply, SendError>) -> Entry {
        match result {
            Ok(reply) => {
                entry.status = Some(reply.status.as_u16());
                entry.request_id = request_id(reply).map(str::to_owned);
                entry.answer = self.redactor.body(reply.header("content-type"), &reply.body, EXCERPT);
            }
            Err(error) => entry.error = Some(self.redactor.text(&error.to_string())),
        }
        entry
    }

    fn measure(&self, operation: &'static str, duration: Duration, result: &Result<Reply, SendError>) {
        let outcome = match result {
            Ok(reply) => match reply.status.as_u16() {
                200..=299 => "2xx",
                300..=399 => "3xx",
                429 => "429",
                400..=499 => "4xx",
                _ => "5xx",
            },
            Err(SendError::NotSent(_)) => "not_sent",
            Err(SendError::Forbidden(_)) => "forbidden",
            Err(SendError::OverBudget { .. }) => "over_budget",
            Err(SendError::LeftAlone { .. }) => "left_alone",
            Err(SendError::Lost(_)) => "lost",
        };
        let platform = self.platform;
        metrics::counter!("carillon_remote_calls_total", "platform" => platform, "operation" => operation, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("carillon_remote_call_seconds", "platform" => platform, "operation" => operation)
            .record(duration.as_secs_f64());
        tracing::debug!(platform, operation, outcome, duration_ms = duration.as_millis(), "called a network");
    }

    /// How long to wait before a read is repeated; `None`: its result stands.
    fn wait_before_repeat(&self, result: &Result<Reply, SendError>, attempt: u32) -> Option<Duration> {
        let asked = match result {
            Err(SendError::NotSent(_) | SendError::Lost(_)) => None,
            Ok(reply) if is_brief(reply.status) => {
                let now = self.clock.now();
                retry_after(&reply.headers, now)
                    .map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default())
            }
            _ => return None,
        };
        if asked.is_some_and(|asked| asked > PATIENCE) {
            return None;
        }
        // 0.25 to 0.5 s, then 0.5 to 1 s.
        let full = Duration::from_millis(250 << attempt.min(4));
        let roll = f64::from(u16::from_le_bytes(random_bytes(&*self.dice as &dyn Entropy))) / 65_536.0;
        Some(full.mul_f64(0.5 + roll / 2.0).max(asked.unwrap_or_default()))
    }
}

fn is_brief(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT)
}

/// The same call once more, if its body can be sent twice.
fn repeat(call: &Call) -> Option<Call> {
    let body = match &call.body {
        Body::Empty => Body::Empty,
        Body::Bytes(bytes) => Body::Bytes(Bytes::clone(bytes)),
        Body::Stream { .. } => return None,
    };
    Some(Call {
        operation: call.operation,
        safety: call.safety,
        cost: call.cost,
        timeout: call.timeout,
        method: call.method.clone(),
        url: call.url.clone(),
        headers: call.headers.clone(),
        body,
    })
}

/// The id that the network gave the request, under the headers that are in use.
fn request_id(reply: &Reply) -> Option<&str> {
    ["x-request-id", "x-transaction-id", "x-fb-trace-id", "x-fb-request-id", "request-id", "x-li-uuid"]
        .iter()
        .find_map(|name| reply.header(name))
}
