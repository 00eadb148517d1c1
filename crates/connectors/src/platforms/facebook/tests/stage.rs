//! A bench whose wire is watched: each request is kept, checked against Meta's specifications, and can go wrong by the
//! connector's own name of the operation.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use carillon_domain::post::Draft;
use futures::StreamExt;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::sandbox::simulator;
use super::super::{CONNECTOR, NAME};
use super::specs;
use crate::conformance::canned::whole_body;
use crate::conformance::{Bench, Connect, Session, draft};
use crate::contract::progress::Progress;
use crate::contract::publisher::Reconciliation;
use crate::kit::http::{Body, Call, Http, Reply, SendError, Transport};
use crate::kit::pause::NoPause;
use crate::sandbox::{InProcess, LedgerItem};

/// A request as it went out.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub operation: &'static str,
    pub method: String,
    /// Without its query.
    pub url: String,
    /// Query, form and text parts together; of files the number of bytes.
    pub params: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// Bytes of the body.
    pub len: usize,
    /// The network's answer, where one came.
    pub answer: Option<(StatusCode, Bytes)>,
}

impl Seen {
    /// What was asked, in one line.
    pub(super) fn brief(&self) -> String {
        let params: Vec<_> = self.params.iter().filter(|(name, _)| name != "appsecret_proof").collect();
        format!("{} {} {} {params:?}", self.operation, self.method, self.url)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What goes wrong with a call.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// The connection breaks before anything arrives.
    LostBefore,
    /// The answer is lost, after the effect.
    LostAfter,
    /// This answer, and no effect.
    Instead(u16, Value),
    /// This answer, after the effect.
    Hiding(u16, Value),
    /// The body breaks off after so many bytes.
    BreaksOff(usize),
}

/// The watched wire.
pub(super) struct Wire {
    inner: InProcess,
    pub seen: Mutex<Vec<Seen>>,
    script: Mutex<Vec<(&'static str, Trouble)>>,
}

impl Wire {
    fn trouble(&self, operation: &str) -> Option<Trouble> {
        let mut script = self.script.lock().unwrap();
        let at = script.iter().position(|(of, _)| *of == operation)?;
        Some(script.remove(at).1)
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, mut call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let body = whole_body(&mut call).await?;
        let mut seen = describe(&call, &body);
        specs::check(&seen);
        let trouble = self.trouble(call.operation);
        let (len, streamed) = (body.len() as u64, !body.is_empty());
        call.body = match &trouble {
            Some(Trouble::BreaksOff(at)) => {
                let pieces: Vec<_> = body
                    .slice(..(*at).min(body.len()))
                    .chunks(1000)
                    .map(Bytes::copy_from_slice)
                    .map(Ok)
                    .collect();
                Body::Stream { len, stream: futures::stream::iter(pieces).boxed() }
            }
            _ if streamed => Body::Bytes(body),
            _ => Body::Empty,
        };
        let lost = || SendError::Lost("broken off".to_owned());
        let scripted = trouble.is_some();
        let result = match trouble {
            Some(Trouble::LostBefore) => Err(lost()),
            Some(Trouble::Instead(status, answer)) => Ok(reply(status, &answer)),
            Some(Trouble::LostAfter | Trouble::BreaksOff(_)) => {
                let _ = self.inner.send(call, not_after).await;
                Err(lost())
            }
            Some(Trouble::Hiding(status, answer)) => {
                self.inner.send(call, not_after).await.map(|_| reply(status, &answer))
            }
            None => self.inner.send(call, not_after).await,
        };
        seen.answer = result.as_ref().ok().map(|reply| (reply.status, reply.body.clone()));
        if !scripted {
            specs::check_answer(&seen);
        }
        self.seen.lock().unwrap().push(seen);
        result
    }
}

fn describe(call: &Call, body: &Bytes) -> Seen {
    let (base, query) = call.url.split_once('?').unwrap_or((&call.url, ""));
    let mut params: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let kind = call.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") {
        params.extend(form_urlencoded::parse(body).into_owned());
    } else if let Some((_, boundary)) = kind.split_once("boundary=") {
        params.extend(parts(body, boundary));
    }
    Seen {
        operation: call.operation,
        method: call.method.to_string(),
        url: base.to_owned(),
        params,
        headers: call.headers.clone(),
        len: body.len(),
        answer: None,
    }
}

/// The parts of a form: texts as they are, of files the number of bytes.
fn parts(body: &[u8], boundary: &str) -> Vec<(String, String)> {
    let mark = format!("--{boundary}");
    let text = String::from_utf8_lossy(body);
    let part = |piece: &str| {
        let (head, content) = piece.trim_start_matches("\r\n").split_once("\r\n\r\n")?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?.to_owned();
        let content = content.strip_suffix("\r\n").unwrap_or(content);
        let file = head.contains("filename=\"");
        Some((name, if file { format!("[{} bytes]", content.len()) } else { content.to_owned() }))
    };
    text.split(&mark).filter_map(part).collect()
}

/// An answer of the Graph API with this body.
pub(super) fn reply(status: u16, body: &Value) -> Reply {
    let status = StatusCode::from_u16(status).unwrap();
    Reply { status, headers: HeaderMap::new(), body: body.to_string().into() }
}

/// An error in the network's shape.
pub(super) fn error(code: i64, subcode: Option<i64>) -> Value {
    let mut error = json!({ "message": "words of the network", "type": "OAuthException", "code": code, "fbtrace_id": "Axyz" });
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    json!({ "error": error })
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

    /// The first Page of this person.
    pub(super) async fn page(&self) -> Session<'_> {
        self.bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.unwrap()
    }

    pub(super) fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of(NAME)
    }

    /// Lets the next call of an operation go wrong; several wait their turn.
    pub(super) fn script(&self, operation: &'static str, trouble: Trouble) {
        self.wire.script.lock().unwrap().push((operation, trouble));
    }

    /// What of the script is still to come.
    pub(super) fn left(&self) -> usize {
        self.wire.script.lock().unwrap().len()
    }

    /// Requests of an operation so far.
    pub(super) fn sent(&self, operation: &str) -> Vec<Seen> {
        self.wire.seen.lock().unwrap().iter().filter(|s| s.operation == operation).cloned().collect()
    }

    /// How many uploads of videos were begun.
    pub(super) fn starts(&self) -> usize {
        ["videos.start", "reels.start", "stories.start"]
            .map(|operation| self.sent(operation).len())
            .iter()
            .sum()
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

impl Stage {
    /// A commit with trouble, left open.
    pub(super) async fn lost(
        &self,
        session: &Session<'_>,
        post: &Draft,
        operation: &'static str,
        trouble: Trouble,
    ) -> Progress {
        let progress = session.prepared(post).await;
        self.script(operation, trouble);
        session.commit(post, progress).await.0
    }

    /// A commit whose call did not arrive, up to the look that takes it for absent: the notes before that look, and after it.
    pub(super) async fn believed_absent(
        &self,
        session: &Session<'_>,
        post: &Draft,
        operation: &'static str,
    ) -> (Progress, Progress) {
        let open = self.lost(session, post, operation, Trouble::LostBefore).await;
        self.bench.clock.advance(Duration::from_secs(200));
        let look = session.look(post, &open).await;
        let Reconciliation::Absent { again, .. } = look else { panic!("{operation}: {look:?}") };
        (open, again)
    }
}

/// The draft with an option.
pub(super) fn with(mut draft: Draft, name: &str, value: Value) -> Draft {
    draft.options.insert(name.to_owned(), value);
    draft
}

/// The draft as a reel.
pub(super) fn reel(draft: Draft) -> Draft {
    with(draft, "kind", json!("reel"))
}

/// The draft as a story.
pub(super) fn story(draft: Draft) -> Draft {
    with(draft, "kind", json!("story"))
}

/// The draft with a first comment.
pub(super) fn commented(draft: Draft, text: &str) -> Draft {
    Draft { first_comment: Some(text.to_owned()), ..draft }
}

/// How many kinds of posts there are.
pub(super) const KINDS: usize = 7;

/// One draft of each kind, with the operation that makes it public.
pub(super) fn kind(stage: &Stage, index: usize) -> (Draft, &'static str) {
    let library = &stage.bench.library;
    match index {
        0 => (draft("words", []), "feed.create"),
        1 => (stage.picture("a photo"), "feed.create"),
        2 => (draft("two", [library.jpeg(800, 800, None), library.jpeg(800, 800, None)]), "feed.create"),
        3 => (stage.video("a video"), "videos.finish"),
        4 => (reel(stage.video("a reel")), "reels.finish"),
        5 => (story(draft("", [library.jpeg(1080, 1920, None)])), "stories.create"),
        _ => (story(stage.video("")), "stories.finish"),
    }
}
