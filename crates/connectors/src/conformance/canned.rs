//! A network that answers what a test wrote down, and keeps what it was asked. What a sandbox makes of the same calls is tested
//! elsewhere; here it is what exactly goes over the wire, and what answers that no healthy network gives lead to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::kit::http::{Body, Call, Reply, SendError, Transport};

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `POST /v2/video/list/`, without the query.
    pub what: String,
    /// The query to the letter.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{self:?}: {e}"))
    }

    /// A form as pairs, in the order in which they were sent.
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

/// One answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A status, headers and a body.
    Reply(u16, Vec<(&'static str, String)>, String),
    /// It was received, and the answer was lost.
    Lost,
}

impl Answer {
    /// JSON with this status.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::Reply(status, vec![], body.to_string())
    }

    fn sent(self) -> Result<Reply, SendError> {
        let Self::Reply(status, given, body) = self else { return Err(SendError::Lost("reset".to_owned())) };
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).expect("header"));
        }
        let status = StatusCode::from_u16(status).expect("status");
        Ok(Reply { status, headers, body: body.into() })
    }
}

#[derive(Default)]
struct State {
    script: Vec<(&'static str, VecDeque<Answer>)>,
    otherwise: Option<Answer>,
    asked: Vec<Asked>,
}

/// Answers by method and path; the last answer for one holds on. What has none fails the test.
#[derive(Clone, Default)]
pub struct Canned(Arc<Mutex<State>>);

impl Canned {
    /// One that answers so what nothing is written down for.
    pub fn otherwise(answer: Answer) -> Self {
        Self(Arc::new(Mutex::new(State { otherwise: Some(answer), ..State::default() })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers `what` with these, one after the other.
    pub fn on(&self, what: &'static str, answers: impl IntoIterator<Item = Answer>) -> &Self {
        let answers: VecDeque<Answer> = answers.into_iter().collect();
        let mut state = self.lock();
        state.script.retain(|(known, _)| *known != what);
        state.script.push((what, answers));
        drop(state);
        self
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// What was asked of `what`.
    pub fn asked_of(&self, what: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|a| a.what == what).collect()
    }

    fn answer(&self, asked: Asked) -> Answer {
        let mut state = self.lock();
        let what = asked.what.clone();
        state.asked.push(asked);
        let found = state.script.iter_mut().find(|(known, _)| *known == what);
        let next =
            found.and_then(
                |(_, answers)| {
                    if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
                },
            );
        let next = next.or_else(|| state.otherwise.clone());
        next.unwrap_or_else(|| panic!("nothing is written down for {what}"))
    }
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, mut call: Call, _: Option<Duration>) -> Result<Reply, SendError> {
        let body = whole_body(&mut call).await?;
        let (address, query) = call.url.split_once('?').unwrap_or((&call.url, ""));
        let path = address.splitn(4, '/').nth(3).unwrap_or_default();
        let what = format!("{} /{path}", call.method);
        self.answer(Asked { what, query: query.to_owned(), headers: call.headers.clone(), body }).sent()
    }
}

/// Takes the whole body out of a call.
pub async fn whole_body(call: &mut Call) -> Result<Bytes, SendError> {
    match std::mem::replace(&mut call.body, Body::Empty) {
        Body::Empty => Ok(Bytes::new()),
        Body::Bytes(bytes) => Ok(bytes),
        Body::Stream { len, mut stream } => {
            let mut all = Vec::new();
            while let Some(chunk) = stream.next().await {
                all.extend_from_slice(&chunk.map_err(|e| SendError::Lost(e.to_string()))?);
            }
            assert_eq!(all.len() as u64, len, "{}: the announced length is exact", call.operation);
            Ok(all.into())
        }
    }
}
