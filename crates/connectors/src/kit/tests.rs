use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, ManualClock, Timestamp};
use http::{HeaderMap, StatusCode};

use super::budget::Budget;
use super::http::{Body, Call, CommitPermit, Http, Reply, Safety, SendError, Transport};
use super::journal::{Entry, Journal};
use super::pause::Pause;

/// Answers from a list; remembers what was asked.
#[derive(Default)]
struct Script {
    answers: Mutex<Vec<Result<Reply, SendError>>>,
    asked: Mutex<Vec<(String, Option<Duration>)>>,
}

fn reply(status: u16, body: &str) -> Result<Reply, SendError> {
    let status = StatusCode::from_u16(status).expect("status");
    Ok(Reply { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) })
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        self.asked.lock().expect("lock").push((call.url, not_after));
        let mut answers = self.answers.lock().expect("lock");
        if answers.is_empty() { reply(200, "{}") } else { answers.remove(0) }
    }
}

#[derive(Default)]
struct Watch {
    entries: Mutex<Vec<Entry>>,
    pauses: Mutex<Vec<Duration>>,
    seen: Mutex<Vec<u16>>,
    left: Mutex<u32>,
}

impl Journal for Watch {
    fn record(&self, entry: Entry) {
        self.entries.lock().expect("lock").push(entry);
    }
}

#[async_trait]
impl Pause for Watch {
    async fn pause(&self, length: Duration) {
        self.pauses.lock().expect("lock").push(length);
    }
}

#[async_trait]
impl Budget for Watch {
    async fn reserve(&self, _: &str, cost: u32) -> Result<(), Option<Timestamp>> {
        let mut left = self.left.lock().expect("lock");
        *left = left.checked_sub(cost).ok_or(Some(Timestamp::UNIX_EPOCH))?;
        Ok(())
    }
    async fn observe(&self, _: &str, status: StatusCode, _: &HeaderMap) {
        self.seen.lock().expect("lock").push(status.as_u16());
    }
}

struct Setup {
    script: Arc<Script>,
    watch: Arc<Watch>,
    clock: Arc<ManualClock>,
    http: Http,
}

fn setup(answers: Vec<Result<Reply, SendError>>) -> Setup {
    let script = Arc::new(Script { answers: Mutex::new(answers), ..Script::default() });
    let watch = Arc::new(Watch { left: Mutex::new(100), ..Watch::default() });
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let http = Http::new(script.clone(), clock.clone())
        .for_platform("toy")
        .with_pause(watch.clone())
        .with_journal(watch.clone())
        .with_budget(watch.clone())
        .with_secrets([Secret::new("s3cr3t-value")]);
    Setup { script, watch, clock, http }
}

impl Setup {
    fn tries(&self) -> usize {
        self.script.asked.lock().expect("lock").len()
    }
    fn permit(&self) -> CommitPermit {
        CommitPermit::after_durable_intent(self.clock.monotonic() + Duration::from_secs(60))
    }
}

fn lost() -> Result<Reply, SendError> {
    Err(SendError::Lost("reset".to_owned()))
}

#[tokio::test]
async fn reads_are_repeated_twice_and_nothing_else_is() {
    let s = setup(vec![lost(), reply(503, ""), reply(200, "here")]);
    assert_eq!(
        s.http.send(Call::get("read", "https://h.example/")).await.expect("third time").snippet(9),
        "here"
    );
    assert_eq!(s.tries(), 3);
    let pauses = s.watch.pauses.lock().expect("lock").clone();
    assert!(pauses[0] >= Duration::from_millis(250) && pauses[0] <= Duration::from_millis(500), "{pauses:?}");
    assert!(pauses[1] >= Duration::from_millis(500) && pauses[1] <= Duration::from_secs(1), "{pauses:?}");

    let s = setup(vec![lost(), lost(), lost(), reply(200, "")]);
    assert_eq!(
        s.http.send(Call::get("read", "https://h.example/")).await.map(|r| r.status),
        Err(SendError::Lost("reset".into()))
    );
    assert_eq!(s.tries(), 3);

    for safety in [Safety::Invisible, Safety::Unsafe] {
        for answer in [lost(), reply(503, ""), Err(SendError::NotSent("refused".to_owned()))] {
            let s = setup(vec![answer]);
            let _ = s.http.send(Call::post("write", safety, "https://h.example/")).await;
            assert_eq!(s.tries(), 1);
        }
    }
    for answer in [reply(500, ""), reply(429, ""), reply(404, "")] {
        let s = setup(vec![answer]);
        s.http.send(Call::get("read", "https://h.example/")).await.expect("an answer");
        assert_eq!(s.tries(), 1, "answers that waiting does not change");
    }
}

#[tokio::test]
async fn a_long_retry_after_is_left_to_the_engine() {
    let after = |seconds: &'static str| {
        let mut answer = reply(503, "").expect("reply");
        answer.headers.insert("retry-after", seconds.parse().expect("value"));
        Ok(answer)
    };
    let s = setup(vec![after("3"), after("6")]);
    assert_eq!(s.http.send(Call::get("read", "https://h.example/")).await.expect("answer").status, 503);
    assert_eq!(s.tries(), 2);
    assert_eq!(s.watch.pauses.lock().expect("lock").as_slice(), [Duration::from_secs(3)]);
}

#[tokio::test]
async fn a_commit_is_sent_once_with_its_deadline_or_not_at_all() {
    let s = setup(vec![lost()]);
    let call = || Call::post("create", Safety::Unsafe, "https://h.example/posts");
    let deadline = s.clock.monotonic() + Duration::from_secs(60);
    assert!(matches!(s.http.commit(call(), s.permit()).await, Err(SendError::Lost(_))));
    assert_eq!(
        s.script.asked.lock().expect("lock").as_slice(),
        [("https://h.example/posts".to_owned(), Some(deadline))]
    );

    let permit = s.permit();
    s.clock.advance(Duration::from_secs(60));
    assert!(matches!(s.http.commit(call(), permit).await, Err(SendError::NotSent(_))));
    assert_eq!(s.tries(), 1);
}

#[tokio::test]
async fn the_budget_is_asked_before_and_told_after_every_try() {
    let s = setup(vec![reply(503, ""), reply(200, "")]);
    let mut call = Call::get("read", "https://h.example/");
    call.cost = 40;
    s.http.send(call).await.expect("answer");
    assert_eq!(*s.watch.left.lock().expect("lock"), 20);
    assert_eq!(s.watch.seen.lock().expect("lock").as_slice(), [503, 200]);
    let mut dear = Call::post("create", Safety::Unsafe, "https://h.example/");
    dear.cost = 21;
    let refused = s.http.commit(dear, s.permit()).await;
    assert_eq!(refused.map(|r| r.status), Err(SendError::OverBudget { until: Some(Timestamp::UNIX_EPOCH) }));
    assert_eq!(s.tries(), 2, "nothing was sent");
}

#[tokio::test]
async fn the_journal_tells_the_story_without_secrets() {
    let s = setup(vec![reply(200, r#"{"id":"7","access_token":"abc","echo":"s3cr3t-value"}"#), lost()]);
    let call = Call::post("create", Safety::Invisible, "https://h.example/x?access_token=abc")
        .bearer(&Secret::new("s3cr3t-value"))
        .json(&serde_json::json!({ "text": "hello", "password": "pw" }));
    s.http.send(call).await.expect("answer");
    let stream = Body::Stream { len: 9, stream: Box::pin(futures::stream::empty()) };
    let _ = s
        .http
        .send(Call::post("upload", Safety::Invisible, "https://h.example/u").body("video/mp4", stream))
        .await;
    let entries = s.watch.entries.lock().expect("lock").clone();
    assert_eq!(entries[0].url, "https://h.example/x?access_token=[redacted]");
    assert_eq!(entries[0].request, r#"{"password":"[redacted]","text":"hello"}"#);
    assert_eq!(entries[0].answer, r#"{"access_token":"[redacted]","echo":"[redacted]","id":"7"}"#);
    assert_eq!((entries[0].status, entries[0].attempt), (Some(200), 1));
    assert_eq!(entries[1].request, "[9 bytes of video/mp4]");
    assert_eq!(entries[1].error.as_deref(), Some("answer lost: reset"));
    let all = format!("{entries:?}");
    assert!(!all.contains("s3cr3t-value") && !all.contains("\"pw\""), "{all}");
}

/// Counts, and reads nothing.
#[derive(Default)]
struct Tally(Mutex<u32>);

impl Journal for Tally {
    fn record(&self, entry: Entry) {
        panic!("nobody reads {entry:?}");
    }

    fn count(&self) -> bool {
        *self.0.lock().expect("lock") += 1;
        true
    }
}

#[tokio::test]
async fn a_journal_that_counts_is_told_of_every_try_and_given_none() {
    let s = setup(vec![lost(), reply(200, "{}")]);
    let tally = Arc::new(Tally::default());
    let http = s.http.clone().with_journal(tally.clone());
    http.send(Call::get("read", "https://h.example/")).await.expect("answer");
    assert_eq!((*tally.0.lock().expect("lock"), s.tries()), (2, 2));
    assert!(s.watch.entries.lock().expect("lock").is_empty());
}
