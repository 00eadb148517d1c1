//! Keeps what goes over the wire.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::conformance::canned::whole_body;
use crate::kit::http::{Body, Call, Reply, SendError, Transport};
use crate::sandbox::InProcess;

/// One call with its answer, if one arrived.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub operation: String,
    pub method: String,
    pub url: String,
    pub content_type: Option<String>,
    pub authorization: Option<String>,
    /// Its beginning.
    pub body: Bytes,
    /// All of it, bytes.
    pub len: usize,
    pub reply: Option<(u16, Bytes)>,
}

/// So much of a body is kept, bytes.
const KEPT: usize = 64 * 1024;

pub(super) struct Recording {
    inner: InProcess,
    exchanges: Arc<Mutex<Vec<Exchange>>>,
}

impl Recording {
    pub(super) fn over(inner: InProcess, exchanges: Arc<Mutex<Vec<Exchange>>>) -> Self {
        Self { inner, exchanges }
    }
}

#[async_trait]
impl Transport for Recording {
    async fn send(&self, mut call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let body = whole_body(&mut call).await?;
        let header = |name: &str| call.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let mut exchange = Exchange {
            operation: call.operation.to_owned(),
            method: call.method.to_string(),
            url: call.url.clone(),
            content_type: header("content-type"),
            authorization: header("authorization"),
            body: body.slice(..body.len().min(KEPT)),
            len: body.len(),
            reply: None,
        };
        call.body = Body::Bytes(body);
        let result = self.inner.send(call, not_after).await;
        if let Ok(reply) = &result {
            exchange.reply = Some((reply.status.as_u16(), reply.body.clone()));
        }
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        result
    }
}
