//! A network that answers as a test wants.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::VIDEO;
use crate::kit::http::{Body, Call, Reply, SendError, Transport};

/// An answer, or none.
pub(super) type Answer = Result<Reply, SendError>;

/// Where uploads of the script go.
pub(super) const SESSION: &str =
    "https://www.googleapis.com/upload/youtube/v3/videos?uploadType=resumable&upload_id=ABPnzSECRET";

/// An answer with this body.
pub(super) fn json_of(status: u16, body: &Value) -> Answer {
    Ok(Reply {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: body.to_string().into(),
    })
}

/// An answer without a body, with this header.
pub(super) fn head(status: u16, name: &'static str, value: &str) -> Answer {
    let headers =
        HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())]);
    Ok(Reply { status: StatusCode::from_u16(status).unwrap(), headers, body: Bytes::new() })
}

/// An error of the Data API.
pub(super) fn error_of(status: u16, reason: &str) -> Answer {
    json_of(
        status,
        &json!({ "error": { "code": status, "message": reason, "errors": [{
            "message": format!("The request: <a href=\"/x\">{reason}</a>."), "domain": "youtube.video", "reason": reason,
        }] } }),
    )
}

/// No answer.
pub(super) fn lost() -> Answer {
    Err(SendError::Lost("the connection broke".to_owned()))
}

/// A list of one video with this status.
pub(super) fn video(status: &Value) -> Answer {
    json_of(
        200,
        &json!({ "kind": "youtube#videoListResponse", "items": [
        { "kind": "youtube#video", "id": VIDEO, "status": status,
          "snippet": { "title": "Waves", "description": "", "publishedAt": "2026-11-02T09:00:00Z" } }
    ] }),
    )
}

/// A list without videos.
pub(super) fn no_video() -> Answer {
    json_of(200, &json!({ "kind": "youtube#videoListResponse", "items": [] }))
}

/// What `videos.update` answers.
pub(super) fn updated(privacy: &str) -> Answer {
    json_of(200, &json!({ "kind": "youtube#video", "id": VIDEO, "status": { "privacyStatus": privacy } }))
}

/// Answers by operation, in order; the last one of each goes on for ever.
#[derive(Default)]
pub(super) struct Script {
    answers: Mutex<BTreeMap<&'static str, VecDeque<Answer>>>,
    receiver: Option<Arc<Receiver>>,
}

impl Script {
    /// A network where all goes well, with this privacy in the end.
    pub(super) fn fine(privacy: &str) -> Self {
        Self::default()
            .on("videos.insert", head(200, "location", SESSION))
            .on("videos.upload", json_of(201, &json!({ "kind": "youtube#video", "id": VIDEO })))
            .on("videos.list", video(&json!({ "uploadStatus": "processed", "privacyStatus": "private" })))
            .on("videos.update", updated(privacy))
            .on("oauth.refresh", json_of(200, &json!({ "access_token": "ya29.new", "expires_in": 3599 })))
    }

    /// One more answer.
    pub(super) fn on(self, operation: &'static str, answer: Answer) -> Self {
        self.answers.lock().unwrap().entry(operation).or_default().push_back(answer);
        self
    }

    /// These answers and no others.
    pub(super) fn only(self, operation: &'static str, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.answers.lock().unwrap().insert(operation, answers.into_iter().collect());
        self
    }

    /// Uploads are really received.
    pub(super) fn receiving(mut self, receiver: &Arc<Receiver>) -> Self {
        self.receiver = Some(receiver.clone());
        self
    }
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, call: Call, _: Option<Duration>) -> Result<Reply, SendError> {
        if let Some(receiver) = &self.receiver
            && matches!(call.operation, "videos.upload" | "videos.uploaded")
        {
            return receiver.receive(call).await;
        }
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = answers.get_mut(call.operation);
        let queue = queue.unwrap_or_else(|| panic!("nothing is scripted for {}", call.operation));
        let next = if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() };
        next.unwrap()
    }
}

/// Keeps the bytes of one session, as the resumable protocol has it.
#[derive(Default)]
pub(super) struct Receiver {
    stored: Mutex<Vec<u8>>,
    /// Of each part at most so many bytes are kept, one after the other; 0: all.
    keeps: Mutex<VecDeque<usize>>,
    received: Mutex<u64>,
}

impl Receiver {
    pub(super) fn keeping(keeps: impl IntoIterator<Item = usize>) -> Arc<Self> {
        Arc::new(Self { keeps: Mutex::new(keeps.into_iter().collect()), ..Self::default() })
    }

    pub(super) fn stored(&self) -> Vec<u8> {
        self.stored.lock().unwrap().clone()
    }

    /// All bytes that arrived, also those that were not kept.
    pub(super) fn received(&self) -> u64 {
        *self.received.lock().unwrap()
    }

    async fn receive(&self, call: Call) -> Answer {
        let told = call.headers.get("content-range").unwrap().to_str().unwrap().to_owned();
        let (range, total) = told.strip_prefix("bytes ").unwrap().split_once('/').unwrap();
        let total: usize = total.parse().unwrap();
        let mut body = Vec::new();
        match call.body {
            Body::Empty => {}
            Body::Bytes(bytes) => body.extend_from_slice(&bytes),
            // One that breaks off has brought what came before.
            Body::Stream { mut stream, .. } => {
                while let Some(Ok(piece)) = stream.next().await {
                    body.extend_from_slice(&piece);
                }
            }
        }
        *self.received.lock().unwrap() += body.len() as u64;
        let mut stored = self.stored.lock().unwrap();
        if range != "*" {
            let (first, last) = range.split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            assert_eq!(first, stored.len(), "goes on where the network is");
            assert!(last + 1 == total || (last + 1 - first) % 262_144 == 0, "{told}: a multiple of 256 KiB");
            let keep = self.keeps.lock().unwrap().pop_front().filter(|n| *n > 0).unwrap_or(body.len());
            stored.extend_from_slice(&body[..keep.min(body.len())]);
        }
        match stored.len() {
            n if n == total => json_of(201, &json!({ "kind": "youtube#video", "id": VIDEO })),
            0 => Ok(Reply {
                status: StatusCode::PERMANENT_REDIRECT,
                headers: HeaderMap::new(),
                body: Bytes::new(),
            }),
            n => head(308, "range", &format!("bytes=0-{}", n - 1)),
        }
    }
}
