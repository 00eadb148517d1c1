//! Where the posts go: an HTTP server that notes when each one arrived, and tells an account what it has posted. To X it answers as X
//! does, below `/xrpc/` as a Bluesky server.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carillon_domain::time::{Clock, Timestamp};
use carillon_server::ambient::SystemClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

mod records;

use records::{Put, Records};

/// What stands before the account's id in its token, so that the sink knows whose a post is.
pub const TOKEN: &str = "token-of-";

/// X's ids count milliseconds from here. docs.x.com, "X IDs" (2026).
const FIRST_ID_MS: i64 = 1_288_834_974_657;

/// Posts in one answer, at most.
const PAGE: usize = 100;

/// A sink that listens.
pub struct Sink {
    /// Where.
    pub address: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    clock: SystemClock,
    latency: Duration,
    ledger: Mutex<Ledger>,
}

/// What came.
#[derive(Default)]
struct Ledger {
    /// When a post with this name came, microseconds since 1970, as often as it came.
    seen: HashMap<String, Vec<i64>>,
    /// What each account posted, oldest first.
    posts: HashMap<String, Vec<Post>>,
    last_id: i64,
    records: Records,
}

struct Post {
    id: i64,
    /// As it stood in the request's JSON.
    text: String,
    at: Timestamp,
}

impl State {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink {
    /// Listens on a free port, and lets each caller wait `latency` for its answer to a post.
    pub async fn start(latency: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { latency, ..State::default() });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move { serve(stream, &state).await });
            }
        });
        Ok(Self { address, state, task })
    }

    /// When each post came, microseconds since 1970, by the name that its text begins with.
    pub fn seen(&self) -> HashMap<String, Vec<i64>> {
        self.state.ledger().seen.clone()
    }

    /// Counts anew. What the accounts posted stays.
    pub fn count_anew(&self) {
        self.state.ledger().seen.clear();
    }

    /// Waits until so many different posts came, or until `end`; whether they came.
    pub async fn wait_for(&self, posts: usize, end: Instant) -> bool {
        while self.state.ledger().seen.len() < posts {
            if Instant::now() >= end {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, state: &State) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut buffer = Vec::with_capacity(2_048);
    loop {
        let (head, length) = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(buffer.get(..end)?);
                let length = header(&head, "content-length").parse().unwrap_or(0);
                break (end + 4, length);
            }
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        };
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
        }
        let posted = buffer.starts_with(b"POST");
        let request = String::from_utf8_lossy(buffer.get(..head)?);
        let line = request.lines().next().unwrap_or_default();
        let mut status = if posted { "201 Created" } else { "200 OK" };
        let body = if line.contains(" /xrpc/") {
            let mut ledger = state.ledger();
            let answer = match records::put_of(buffer.get(head..head + length)?).filter(|_| posted) {
                Some(put) => ledger.put(put, state.clock.now()),
                None => ledger.records.get(line),
            };
            status = if answer.is_ok() { "200 OK" } else { "400 Bad Request" };
            answer.unwrap_or_else(|refusal| refusal).to_string()
        } else if posted {
            let account = header(&request, "authorization").rsplit(TOKEN).next().unwrap_or_default();
            let text = text_of(buffer.get(head..head + length)?);
            let id = state.ledger().note(account, text, state.clock.now());
            format!("{{\"data\":{{\"id\":\"{id}\",\"text\":\"ok\"}}}}")
        } else {
            state.ledger().timeline(line)
        };
        drop(request);
        buffer.drain(..head + length);
        if posted && !state.latency.is_zero() {
            tokio::time::sleep(state.latency).await;
        }
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

impl Ledger {
    /// A record came for an address; it is a post if nothing is there.
    fn put(&mut self, put: Put, at: Timestamp) -> Result<serde_json::Value, serde_json::Value> {
        let text = put.record["text"].as_str().unwrap_or_default().to_owned();
        let (written, new) = self.records.put(put)?;
        if new {
            self.saw(&text, at);
        }
        Ok(written)
    }

    fn saw(&mut self, text: &str, at: Timestamp) {
        let name = text.split(' ').next().unwrap_or_default().to_owned();
        self.seen.entry(name).or_default().push(at.as_microsecond());
    }

    /// A post came; gives its id, which is larger than all before.
    fn note(&mut self, account: &str, text: String, at: Timestamp) -> i64 {
        let id = ((at.as_millisecond() - FIRST_ID_MS) << 22).max(self.last_id + 1);
        self.last_id = id;
        self.saw(&text, at);
        self.posts.entry(account.to_owned()).or_default().push(Post { id, text, at });
        id
    }

    /// What `GET /2/users/<account>/tweets?…` answers.
    fn timeline(&self, request: &str) -> String {
        let (path, query) = request.split_once('?').unwrap_or((request, ""));
        let account = path.split('/').skip_while(|part| *part != "users").nth(1).unwrap_or_default();
        let query = query.split(' ').next().unwrap_or_default();
        let since = query.split('&').find_map(|pair| pair.strip_prefix("since_id=")?.parse().ok());
        let since: i64 = since.unwrap_or(0);
        let posts = self.posts.get(account).map(Vec::as_slice).unwrap_or_default();
        let newer: Vec<&Post> = posts.iter().rev().filter(|post| post.id > since).take(PAGE).collect();
        let Some(newest) = newer.first() else { return "{\"meta\":{\"result_count\":0}}".to_owned() };
        let shown = newer.iter().map(|post| {
            format!("{{\"id\":\"{}\",\"text\":\"{}\",\"created_at\":\"{}\"}}", post.id, post.text, post.at)
        });
        let shown = shown.collect::<Vec<_>>().join(",");
        let meta = format!("{{\"result_count\":{},\"newest_id\":\"{}\"}}", newer.len(), newest.id);
        format!("{{\"data\":[{shown}],\"meta\":{meta}}}")
    }
}

/// A header's value, or nothing.
fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let line = head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    });
    line.unwrap_or_default()
}

/// The post's text as it stands in the JSON. The benchmark's own texts have nothing in them that JSON escapes.
fn text_of(body: &[u8]) -> String {
    let text = body.windows(8).position(|window| window == b"\"text\":\"").map_or(0, |at| at + 8);
    let text = body.get(text..).unwrap_or_default();
    let end = text.iter().position(|byte| *byte == b'"').unwrap_or(text.len());
    String::from_utf8_lossy(text.get(..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("time")
    }

    #[test]
    fn an_account_is_told_its_own_posts_newest_first_and_only_newer_ones() {
        let mut ledger = Ledger::default();
        let first = ledger.note("7", text_of(br#"{"text":"one bells"}"#), at(1_700_000_000));
        ledger.note("8", "other bells".to_owned(), at(1_700_000_000));
        let last = ledger.note("7", "two bells".to_owned(), at(1_700_000_000));
        let ask = |query: &str| {
            let answer = ledger.timeline(&format!("GET /2/users/7/tweets?{query} HTTP/1.1"));
            serde_json::from_str::<serde_json::Value>(&answer).expect("json")
        };
        let all = ask("max_results=100");
        let texts: Vec<_> = all["data"].as_array().expect("posts").iter().map(|p| &p["text"]).collect();
        assert_eq!(texts, ["two bells", "one bells"]);
        assert_eq!(all["meta"]["newest_id"], last.to_string());
        let newer = ask(&format!("max_results=100&since_id={first}&tweet.fields=text"));
        assert_eq!(newer["meta"]["result_count"], 1);
        assert_eq!(ask(&format!("since_id={last}")), serde_json::json!({"meta": {"result_count": 0}}));
        assert_eq!(ledger.seen["one"].len(), 1);
    }

    #[test]
    fn a_post_that_comes_again_is_counted_again() {
        let mut ledger = Ledger::default();
        let once = ledger.note("7", "one bells".to_owned(), at(1_700_000_000));
        assert!(ledger.note("7", "one bells".to_owned(), at(1_700_000_000)) > once);
        assert_eq!(ledger.seen["one"].len(), 2);
    }

    #[test]
    fn a_header_is_found_whatever_its_case() {
        assert_eq!(header("POST / HTTP/1.1\r\nContent-Length: 12\r\nHost: a", "content-length"), "12");
        assert_eq!(header("POST / HTTP/1.1", "content-length"), "");
    }
}
