//! A wire that keeps what goes over it, and breaks when told to.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;
use serde_json::Value;

use crate::kit::http::{Body, Call, Reply, SendError, Transport};

/// One call with its answer, if one arrived.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub operation: String,
    pub method: String,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub reply: Option<(u16, Bytes)>,
    /// So many bytes the answer says to have stored.
    pub stored: Option<u64>,
}

impl Exchange {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn query(&self) -> Vec<(String, String)> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.query().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The wire.
pub(super) struct Watched {
    inner: Box<dyn Transport>,
    seen: Mutex<Vec<Exchange>>,
    /// After so many of their bytes the next uploads break off.
    cuts: Mutex<VecDeque<usize>>,
}

impl Watched {
    pub(super) fn over(inner: impl Transport + 'static) -> Self {
        Self { inner: Box::new(inner), seen: Mutex::default(), cuts: Mutex::default() }
    }

    pub(super) fn seen(&self) -> Vec<Exchange> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Breaks uploads off after so many of their bytes, one after the other.
    pub(super) fn cut(&self, after: impl IntoIterator<Item = usize>) {
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner).extend(after);
    }

    fn next_cut(&self) -> Option<usize> {
        self.cuts.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn note(&self, exchange: Exchange) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}

async fn all(body: Body) -> Bytes {
    match body {
        Body::Empty => Bytes::new(),
        Body::Bytes(bytes) => bytes,
        Body::Stream { len, mut stream } => {
            let mut all = Vec::new();
            while let Some(chunk) = stream.next().await {
                all.extend_from_slice(&chunk.unwrap());
            }
            assert_eq!(all.len() as u64, len, "the announced length is exact");
            all.into()
        }
    }
}

#[async_trait]
impl Transport for Watched {
    async fn send(&self, mut call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let uploads = call.operation == "videos.upload";
        let body = all(std::mem::replace(&mut call.body, Body::Empty)).await;
        let mut exchange = Exchange {
            operation: call.operation.to_owned(),
            method: call.method.to_string(),
            url: call.url.clone(),
            headers: call.headers.clone(),
            body: body.clone(),
            reply: None,
            stored: None,
        };
        let cut = if uploads { self.next_cut() } else { None };
        if let Some(after) = cut {
            let head = body.slice(..after.min(body.len()));
            let pieces: Vec<_> = head.chunks(64 * 1024).map(|piece| Ok(head.slice_ref(piece))).collect();
            let broken = futures::stream::iter(pieces)
                .chain(futures::stream::iter([Err(std::io::Error::other("the connection broke"))]));
            call.body = Body::Stream { len: body.len() as u64, stream: broken.boxed() };
            let _ = self.inner.send(call, not_after).await;
            self.note(exchange);
            return Err(SendError::Lost("the connection broke".to_owned()));
        }
        call.body = Body::Bytes(body);
        let result = self.inner.send(call, not_after).await;
        if let Ok(reply) = &result {
            exchange.reply = Some((reply.status.as_u16(), reply.body.clone()));
            let last = reply.header("range").and_then(|range| range.rsplit('-').next()?.parse::<u64>().ok());
            exchange.stored = last.map(|last| last + 1);
        }
        self.note(exchange);
        result
    }
}
