//! The real transport against the sandbox on a loopback socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, ManualClock, Timestamp};
use futures::StreamExt;
use http::StatusCode;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::toy::Toy;
use crate::kit::egress::Egress;
use crate::kit::http::{Body, Call, CommitPermit, Http, Reply, Safety, SendError};
use crate::kit::pause::NoPause;
use crate::kit::wire::{AGENT, Wire};
use crate::sandbox::*;

fn loopback() -> Vec<IpNet> {
    ["127.0.0.0/8", "::1/128"].iter().map(|n| n.parse().expect("net")).collect()
}

struct Served {
    world: Arc<World>,
    port: u16,
    clock: Arc<ManualClock>,
    http: Http,
    _stop: oneshot::Sender<()>,
}

async fn served() -> Served {
    served_on(Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH))).await
}

async fn served_on(clock: Arc<ManualClock>) -> Served {
    let world = World::builder(clock.clone()).build();
    world.tokens().issue(Token::new("toy", TokenKind::Access, "t0ken"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    let sandbox = Sandbox::with(world.clone(), vec![Box::new(Toy)]);
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(serve(listener, sandbox, false, async move {
        let _ = stopped.await;
    }));
    let wire = Wire::new(Egress::new(loopback()), clock.clone()).expect("transport");
    let http = Http::new(Arc::new(wire), clock.clone()).with_pause(Arc::new(NoPause));
    Served { world, port, clock, http, _stop: stop }
}

impl Served {
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/toy/api.toy.example{path}", self.port)
    }

    fn create(&self) -> Call {
        Call::post("posts.create", Safety::Unsafe, self.url("/posts"))
            .bearer(&Secret::new("t0ken"))
            .body("text/plain", Body::Bytes(Bytes::from_static(b"hello")))
    }

    async fn commit(&self) -> Result<Reply, SendError> {
        let deadline = self.clock.monotonic() + Duration::from_secs(60);
        self.http.commit(self.create(), CommitPermit::after_durable_intent(deadline)).await
    }

    fn posted(&self) -> usize {
        self.world.ledger().items().len()
    }
}

#[tokio::test]
async fn hosts_are_reached_by_path_and_by_name() {
    let s = served().await;
    let get = |url: String| async { s.http.send(Call::get("get", url)).await.expect("answer").snippet(200) };
    assert_eq!(get(s.url("/where")).await, s.url("/x"));
    let by_name = format!("http://one.toy.localhost:{}", s.port);
    assert_eq!(get(format!("{by_name}/where")).await, format!("{by_name}/x"));
    assert!(get(s.url("/agent")).await.contains(AGENT));
    let hosts = get(format!("http://127.0.0.1:{}/sandbox/hosts", s.port)).await;
    assert!(hosts.contains("api.toy.example"), "{hosts}");
}

#[tokio::test]
async fn a_commit_is_answered_lost_or_never_sent() {
    let s = served().await;
    assert_eq!(s.commit().await.expect("answer").status, StatusCode::CREATED);
    assert_eq!(s.posted(), 1);
    for (when, posted) in [(When::Before, 1), (When::After, 2)] {
        s.world.faults().add(Fault::once("toy", "commit", when, FaultKind::Cut));
        let answer = s.commit().await;
        assert!(matches!(answer, Err(SendError::Lost(_))), "{when:?}: {answer:?}");
        assert_eq!(s.posted(), posted, "{when:?}");
    }
    // A port that was just free: nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").await.expect("bound").local_addr().expect("address");
    for call in [
        Call::get("read", format!("http://{free}/")),
        Call::post("c", Safety::Invisible, format!("http://{free}/")),
    ] {
        let answer = s.http.send(call).await;
        assert!(matches!(answer, Err(SendError::NotSent(_))), "{answer:?}");
    }
    let call = Call::post("c", Safety::Unsafe, format!("http://{free}/"));
    let answer = s.http.commit(call, CommitPermit::after_durable_intent(Duration::MAX)).await;
    assert!(matches!(answer, Err(SendError::NotSent(_))), "{answer:?}");
}

/// A clock on which every look takes a second.
struct Ticking(AtomicU64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

#[tokio::test]
async fn the_deadline_is_looked_at_in_the_first_write() {
    let s = served().await;
    for (deadline, sent) in [(0, false), (1, false), (2, false), (3, true)] {
        let before = s.posted();
        let clock = Arc::new(Ticking(AtomicU64::new(0)));
        let wire = Wire::new(Egress::new(loopback()), clock.clone()).expect("transport");
        // Second 0: the first look in `commit`. Second 1: the start of the measurement. Second 2: the write.
        let http = Http::new(Arc::new(wire), clock);
        let permit = CommitPermit::after_durable_intent(Duration::from_secs(deadline));
        let answer = http.commit(s.create(), permit).await;
        assert_eq!(answer.is_ok(), sent, "{deadline}: {answer:?}");
        assert!(sent || matches!(answer, Err(SendError::NotSent(_))), "{answer:?}");
        assert_eq!(s.posted() - before, usize::from(sent));
    }
}

#[tokio::test]
async fn nothing_private_is_called_without_leave() {
    let s = served().await;
    let wire = Wire::new(Egress::new([]), s.clock.clone()).expect("transport");
    let strict = Http::new(Arc::new(wire), s.clock.clone());
    for url in [
        s.url("/where"),
        s.url("/where").replace("http://127.0.0.1", "https://localhost"),
        "https://[::1]/".to_owned(),
    ] {
        let read = strict.send(Call::get("read", url.clone())).await;
        assert!(matches!(read, Err(SendError::Forbidden(_))), "{url}: {read:?}");
        let call = Call::post("create", Safety::Unsafe, url.clone());
        let commit = strict.commit(call, CommitPermit::after_durable_intent(Duration::MAX)).await;
        assert!(matches!(commit, Err(SendError::Forbidden(_))), "{url}: {commit:?}");
    }
}

#[tokio::test]
async fn redirects_come_back_and_endless_answers_do_not() {
    let s = served().await;
    let moved = s.http.send(Call::get("read", s.url("/redirect"))).await.expect("answer");
    assert_eq!(moved.status, StatusCode::FOUND);
    let long = Call::post("read", Safety::Invisible, s.url("/long"));
    let get = Call { method: http::Method::GET, ..long };
    assert!(matches!(s.http.send(get).await, Err(SendError::Lost(_))));
}

#[tokio::test]
async fn bodies_are_streamed_with_their_length() {
    let s = served().await;
    let chunk = Bytes::from(vec![7; 64 * 1024]);
    for (len, status) in [(64 * 1024 * 48, Some(StatusCode::OK)), (64 * 1024 * 48 + 1, None)] {
        for direct in [false, true] {
            let stream = futures::stream::iter(vec![chunk.clone(); 48]).map(Ok).boxed();
            let call = Call::post("upload", Safety::Unsafe, s.url("/upload"));
            let call = call.body("video/mp4", Body::Stream { len, stream });
            let answer = if direct {
                s.http.commit(call, CommitPermit::after_durable_intent(Duration::MAX)).await
            } else {
                s.http.send(call).await
            };
            assert_eq!(answer.as_ref().ok().map(|r| r.status), status, "{direct}: {answer:?}");
            if let Ok(reply) = answer {
                assert_eq!(reply.json::<blob::BlobInfo>().expect("info").bytes, len);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_network_does_its_work_after_the_client_hung_up() {
    let s = served().await;
    s.world
        .faults()
        .add(Fault::once("toy", "commit", When::Before, FaultKind::Delay).delay(Duration::from_secs(90)));
    let answer = s.commit().await;
    assert!(matches!(answer, Err(SendError::Lost(_))), "{answer:?}");
    assert_eq!(s.posted(), 0);
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(s.posted(), 1);
}

#[tokio::test]
async fn only_loopback_is_listened_on_unless_told_so() {
    let world = World::builder(Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH))).build();
    let sandbox = Sandbox::with(world, vec![Box::new(Toy)]);
    let open = || TcpListener::bind("0.0.0.0:0");
    let refused = serve(open().await.expect("bound"), sandbox.clone(), false, async {}).await;
    assert!(matches!(refused, Err(ServeError::NotLoopback { .. })), "{refused:?}");
    assert!(serve(open().await.expect("bound"), sandbox, true, async {}).await.is_ok());
}

#[tokio::test]
async fn the_control_interface_works_as_documented() {
    let s = served().await;
    let base = format!("http://127.0.0.1:{}/sandbox", s.port);
    let post = |path: &str, body: &str| {
        let body = Body::Bytes(Bytes::copy_from_slice(body.as_bytes()));
        s.http.send(
            Call::post("control", Safety::Invisible, format!("{base}{path}")).body("application/json", body),
        )
    };
    let fault = r#"{"platform":"toy","operation":"commit","when":"after","fault":"cut","count":1}"#;
    let added = post("/faults", fault).await.expect("answer");
    assert_eq!(added.status, StatusCode::CREATED);
    let id = added.json::<serde_json::Value>().expect("json")["id"].as_str().expect("id").to_owned();
    assert!(s.commit().await.is_err());
    let gone = Call::new("control", Safety::Invisible, http::Method::DELETE, format!("{base}/faults/{id}"));
    assert_eq!(s.http.send(gone).await.expect("answer").status, StatusCode::NO_CONTENT);
    for wrong in [
        "",
        "{}",
        r#"{"platform":"toy","operation":"*","fault":"explode"}"#,
        r#"{"platform":"toy","operation":"*","fault":"delay"}"#,
        r#"{"platform":"toy","operation":"*","fault":"cut","probability":2}"#,
    ] {
        assert_eq!(
            post("/faults", wrong).await.expect("answer").status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong}"
        );
    }
    let moved = post("/clock", r#"{"advance_s":90}"#)
        .await
        .expect("answer")
        .json::<serde_json::Value>()
        .expect("json");
    assert_eq!(moved["now"], "1970-01-01T00:01:30Z");
    for wrong in [r#"{"advance_s":-1}"#, r#"{"advance_s":1e300}"#, r#"{"advance_s":9e9}"#, "{}"] {
        assert_eq!(
            post("/clock", wrong).await.expect("answer").status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong}"
        );
    }
    let get = |path: &str| s.http.send(Call::get("control", format!("{base}{path}")));
    let ledger = get("/ledger").await.expect("answer").json::<serde_json::Value>().expect("json");
    let item = &ledger["items"][0];
    for key in
        ["platform", "server", "account", "remote_id", "parent", "kind", "text", "media", "at", "deleted_at"]
    {
        assert!(item.get(key).is_some(), "{key}: {ledger}");
    }
    let tokens = get("/tokens").await.expect("answer").json::<serde_json::Value>().expect("json");
    let token = &tokens["items"][0];
    assert_eq!(
        (&token["kind"], &token["access_token"], &token["state"]),
        (&"access".into(), &"t0ken".into(), &"live".into())
    );
    assert_eq!(get("/nothing").await.expect("answer").status, StatusCode::NOT_FOUND);
    assert!(get("/avatars/marafields.svg").await.expect("answer").snippet(500).starts_with("<svg"));
    let truth = get("/truth/marafields").await.expect("answer").json::<serde_json::Value>().expect("json");
    assert_eq!((&truth["persona"], &truth["zone"]), (&"marafields".into(), &"Europe/Dublin".into()));
    let network = &truth["networks"][0];
    assert_eq!((&network["platform"], &truth["networks"][1]), (&"toy".into(), &serde_json::Value::Null));
    for week in ["activity", "response", "expected_engagement"] {
        let days = network[week].as_array().expect("days");
        assert!(days.len() == 7 && days.iter().all(|d| d.as_array().is_some_and(|h| h.len() == 24)));
    }
    assert!(network["followers"].as_f64() > Some(100.0) && network["events"].is_array(), "{truth}");
    for path in ["/truth/nobody", "/truth/marafields?platform=nowhere"] {
        assert_eq!(get(path).await.expect("answer").status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(get("/truth/marafields?platform=toy").await.expect("answer").status, StatusCode::OK);
}

/// A server that is trusted as `trusted`, and says `hello` to everybody.
async fn encrypted(name: &str) -> (u16, rustls::RootCertStore) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("certificate");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("root");
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("server");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await;
                let _ = stream.shutdown().await;
            });
        }
    });
    (port, roots)
}

#[tokio::test]
async fn certificates_are_checked_on_both_ways() {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let (port, roots) = encrypted("one.toy.localhost").await;
    let trusting = Wire::trusting(roots, Egress::new(loopback()), clock.clone()).expect("transport");
    let wary = Wire::new(Egress::new(loopback()), clock.clone()).expect("transport");
    for (wire, host, want) in [
        (&trusting, "one.toy.localhost", true),
        (&trusting, "two.toy.localhost", false),
        (&wary, "one.toy.localhost", false),
    ] {
        for not_after in [None, Some(Duration::MAX)] {
            let call = Call::post("c", Safety::Unsafe, format!("https://{host}:{port}/"));
            let answer = crate::kit::http::Transport::send(wire, call, not_after).await;
            match answer {
                Ok(reply) => assert!(want && reply.snippet(9) == "hello", "{host}"),
                Err(error) => assert!(!want && matches!(error, SendError::NotSent(_)), "{host}: {error:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_speaks_no_tls_was_never_sent_to() {
    let s = served().await;
    let url = format!("https://127.0.0.1:{}/", s.port);
    for direct in [false, true] {
        let call = Call::post("c", Safety::Unsafe, url.clone());
        let answer = if direct {
            s.http.commit(call, CommitPermit::after_durable_intent(Duration::MAX)).await
        } else {
            s.http.send(call).await
        };
        assert!(matches!(answer, Err(SendError::NotSent(_))), "{direct}: {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_loses_the_answer() {
    let s = served().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let url = format!("http://{}/", silent.local_addr().expect("address"));
    let call = Call::post("c", Safety::Unsafe, url);
    let answer = s.http.commit(call, CommitPermit::after_durable_intent(Duration::MAX)).await;
    assert!(matches!(answer, Err(SendError::Lost(_))), "{answer:?}");
}
