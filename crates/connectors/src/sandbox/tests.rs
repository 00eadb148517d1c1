mod large;
mod serve;
mod toy;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, ManualClock, Timestamp};
use futures::StreamExt;
use http::StatusCode;
use url::Url;

use super::oauth::BadCode;
use super::*;
use crate::kit::http::{Body, Call, Reply, Safety, SendError, Transport};
use toy::{Toy, item};

struct Setup {
    clock: Arc<ManualClock>,
    world: Arc<World>,
    transport: InProcess,
}

fn setup() -> Setup {
    let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_790_000_000).expect("time")));
    let world = World::builder(clock.clone()).seed(7).build();
    let sandbox = Sandbox::with(world.clone(), vec![Box::new(Toy)]);
    let token = Token::new("toy", TokenKind::Access, "t0ken");
    world.tokens().issue(token.grant("g1"));
    let refresh = Token::new("toy", TokenKind::Refresh, "refresh");
    world.tokens().issue(refresh.grant("g1"));
    Setup { clock, world, transport: InProcess::over(sandbox) }
}

impl Setup {
    fn sandbox(&self) -> Sandbox {
        Sandbox::with(self.world.clone(), vec![Box::new(Toy)])
    }

    async fn create(&self) -> Result<Reply, SendError> {
        let call = Call::post("posts.create", Safety::Unsafe, "https://api.toy.example/posts")
            .bearer(&Secret::new("t0ken"))
            .body("text/plain", Body::Bytes(Bytes::from_static(b"hello")));
        self.transport.send(call, None).await
    }

    async fn get(&self, url: &str) -> Reply {
        self.transport.send(Call::get("get", url), None).await.expect("an answer")
    }

    fn posted(&self) -> usize {
        self.world.ledger().items().len()
    }
}

#[tokio::test]
async fn the_same_host_is_reached_in_every_form() {
    let s = setup();
    let cases = [
        ("https://api.toy.example/where", "https://api.toy.example/x"),
        ("http://127.0.0.1:8081/toy/api.toy.example/where", "http://127.0.0.1:8081/toy/api.toy.example/x"),
        ("http://two.toy.localhost:8081/where", "http://two.toy.localhost:8081/x"),
        ("http://[::1]:8081/toy/any.toy.localhost/where", "http://[::1]:8081/toy/any.toy.localhost/x"),
    ];
    for (url, want) in cases {
        assert_eq!(s.get(url).await.snippet(200), want, "{url}");
    }
    assert_eq!(
        s.get("http://127.0.0.1:8081/toy/a.b.toy.localhost/where").await.status,
        StatusCode::NOT_FOUND
    );
    let unknown = s.transport.send(Call::get("get", "https://elsewhere.example/"), None).await;
    assert!(matches!(unknown, Err(SendError::NotSent(_))), "{unknown:?}");
}

/// Another network with a host of the toy's.
struct Twin;

impl Simulator for Twin {
    fn platform(&self) -> &'static str {
        "twin"
    }
    fn title(&self) -> &'static str {
        "Twin"
    }
    fn hosts(&self) -> Vec<SiteHost> {
        vec![SiteHost::exact("api.toy.example", "API")]
    }
    fn router(&self, world: Arc<World>) -> axum::Router {
        let body = |text: String| async move { format!("twin {text}") };
        axum::Router::new()
            .route("/where", axum::routing::get(|| async { "twin" }))
            .route("/posts", axum::routing::post(body))
            .with_state(world)
    }
    fn fault_response(&self, _: &FaultAnswer<'_>) -> axum::response::Response {
        axum::response::Response::default()
    }
}

#[tokio::test]
async fn a_host_of_several_networks_is_his_whose_token_is_shown() {
    let s = setup();
    let grant = oauth::CodeGrant { platform: "twin".to_owned(), ..oauth::CodeGrant::default() };
    let code = s.world.codes().issue(grant, Duration::from_secs(60));
    s.world.tokens().issue(Token::new("twin", TokenKind::Access, "tw1n"));
    let sandbox = Sandbox::with(s.world.clone(), vec![Box::new(Toy), Box::new(Twin)]);
    let network = InProcess::over(sandbox);
    let url = "https://api.toy.example/where";
    let answer = async |call: Call| network.send(call, None).await.expect("an answer").snippet(100);
    assert_eq!(answer(Call::get("get", url)).await, "https://api.toy.example/x", "the first, unclaimed");
    assert_eq!(answer(Call::get("get", url).bearer(&Secret::new("tw1n"))).await, "twin");
    assert_eq!(
        answer(Call::get("get", url).bearer(&Secret::new("t0ken"))).await,
        "https://api.toy.example/x"
    );
    let app = Call::get("get", url).query([("access_token", "app|tw1n")]);
    assert_eq!(answer(app).await, "twin", "identifier and secret in one");
    let form = Call::post("posts", Safety::Invisible, "https://api.toy.example/posts");
    assert_eq!(answer(form.form([("code", &code)])).await, format!("twin code={code}"), "the body is whole");
    let path = "http://127.0.0.1:8081/toy/api.toy.example/where";
    let by_path = Call::get("get", path).bearer(&Secret::new("tw1n"));
    assert_eq!(answer(by_path).await, "http://127.0.0.1:8081/toy/api.toy.example/x", "the path says whose");
}

#[tokio::test]
async fn a_cut_before_has_no_effect_and_one_after_has() {
    for (when, posted) in [(When::Before, 0), (When::After, 1)] {
        let s = setup();
        s.world.faults().add(Fault::once("toy", "commit", when, FaultKind::Cut));
        let answer = s.create().await;
        assert!(matches!(answer, Err(SendError::Lost(_))), "{answer:?}");
        assert_eq!(s.posted(), posted, "{when:?}");
        assert_eq!(s.create().await.expect("healthy again").status, StatusCode::CREATED);
        assert_eq!(s.posted(), posted + 1);
    }
}

#[tokio::test]
async fn a_fault_of_a_network_that_is_not_there_is_refused_with_those_that_are() {
    let s = setup();
    let add = async |platform: &str| {
        let fault = serde_json::json!({ "platform": platform, "operation": "commit", "fault": "status" });
        let call = Call::post("faults", Safety::Unsafe, "http://127.0.0.1/sandbox/faults");
        let call = call.body("application/json", Body::Bytes(fault.to_string().into()));
        let reply = s.transport.send(call, None).await.expect("an answer");
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    };
    let (status, text) = add("nope").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
    assert!(text.contains("nope") && text.contains("`toy`"), "{text}");
    assert!(s.world.faults().list().is_empty());
    for platform in ["toy", "*"] {
        assert_eq!(add(platform).await.0, StatusCode::CREATED, "{platform}");
    }
}

#[test]
fn servers_that_people_name_carry_the_port() {
    let named = named_servers(8081);
    assert!(named["mastodon"].contains(&"social.mastodon.localhost:8081".to_owned()), "{named:?}");
    assert!(named["bluesky"].contains(&"pds.bluesky.localhost:8081".to_owned()), "{named:?}");
    assert!(!named.contains_key("x"));
}

#[tokio::test]
async fn faults_name_platform_operation_and_count() {
    let s = setup();
    s.world.faults().add(Fault::once("other", "*", When::Before, FaultKind::Status));
    s.world.faults().add(Fault::once("toy", "posts.list", When::Before, FaultKind::Status));
    let id =
        s.world.faults().add(Fault::once("toy", "*", When::After, FaultKind::Status).status(500).times(2));
    let first = s.create().await.expect("an answer");
    assert_eq!((first.status, s.posted()), (StatusCode::INTERNAL_SERVER_ERROR, 1));
    assert_eq!(first.json::<serde_json::Value>().expect("json")["toy_error"], "posts.create");
    assert_eq!(s.get("https://api.toy.example/posts").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        s.get("https://api.toy.example/where").await.status,
        StatusCode::OK,
        "pages are not operations"
    );
    assert_eq!(s.get("https://api.toy.example/posts").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(s.get("https://api.toy.example/posts").await.status, StatusCode::OK, "used up");
    assert!(s.world.faults().remove(id) && !s.world.faults().remove(id));
}

#[tokio::test]
async fn a_fault_after_spares_what_the_network_refused() {
    let s = setup();
    s.world.faults().add(Fault::once("toy", "posts.create", When::After, FaultKind::Cut));
    let call = Call::post("posts.create", Safety::Unsafe, "https://api.toy.example/posts");
    assert_eq!(s.transport.send(call, None).await.expect("an answer").status, StatusCode::UNAUTHORIZED);
    assert!(s.create().await.is_err(), "the fault is still there for a call with an effect");
}

#[tokio::test]
async fn delays_take_no_time_in_process_but_may_lose_the_answer() {
    let s = setup();
    let short = Fault::once("toy", "*", When::Before, FaultKind::Delay).delay(Duration::from_secs(29));
    let long = Fault::once("toy", "*", When::Before, FaultKind::Delay).delay(Duration::from_secs(30));
    s.world.faults().add(short);
    assert_eq!(s.create().await.expect("just in time").status, StatusCode::CREATED);
    s.world.faults().add(long);
    assert!(matches!(s.create().await, Err(SendError::Lost(_))));
    assert_eq!(s.posted(), 2, "the network did its work all the same");
}

#[tokio::test]
async fn rate_limits_and_token_faults_speak_the_networks_words() {
    let s = setup();
    s.world.faults().add(Fault::once("toy", "*", When::Before, FaultKind::RateLimit).reset(90));
    let limited = s.create().await.expect("an answer");
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS);
    let reset: Timestamp = limited.header("x-reset").expect("header").parse().expect("time");
    assert_eq!(reset, s.clock.now() + Duration::from_secs(90));

    s.world.faults().add(Fault::once("toy", "*", When::Before, FaultKind::TokenExpired));
    assert_eq!(s.create().await.expect("an answer").snippet(20), "expired");
    assert_eq!(s.create().await.expect("an answer").snippet(40), r#"{"state":"expired"}"#, "really expired");
    assert_eq!(s.world.tokens().look_up("toy", "refresh").expect("token").1, TokenState::Live);

    s.world.faults().add(Fault::once("toy", "*", When::Before, FaultKind::TokenRevoked));
    s.create().await.expect("an answer");
    assert_eq!(s.world.tokens().look_up("toy", "refresh").expect("token").1, TokenState::Revoked);
}

#[tokio::test]
async fn probability_is_seeded() {
    let run = |seed: u64| async move {
        let s = setup();
        let mut fault = Fault::once("toy", "posts.list", When::Before, FaultKind::Status);
        (fault.count, fault.probability, fault.seed) = (None, Some(0.5), Some(seed));
        s.world.faults().add(fault);
        let mut struck = Vec::new();
        for _ in 0..64 {
            struck.push(s.get("https://api.toy.example/posts").await.status != StatusCode::OK);
        }
        struck
    };
    let first = run(3).await;
    assert_eq!(first, run(3).await);
    assert_ne!(first, run(4).await);
    let hits = first.iter().filter(|hit| **hit).count();
    assert!((16..=48).contains(&hits), "{hits} of 64");
}

#[tokio::test]
async fn uploads_are_hashed_and_joined() {
    let s = setup();
    let send = |len: u64, chunks: &'static [&'static [u8]]| {
        let stream = futures::stream::iter(chunks.iter().map(|c| Ok(Bytes::from_static(c)))).boxed();
        let call = Call::post("media.upload", Safety::Invisible, "https://api.toy.example/upload");
        s.transport.send(call.body("video/mp4", Body::Stream { len, stream }), None)
    };
    let first: blob::BlobInfo = send(6, &[b"abc", b"def"]).await.expect("answer").json().expect("info");
    assert_eq!(first.bytes, 6);
    assert_eq!(first.sha256, "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721");
    let short = send(7, &[b"abc"]).await.expect("answer");
    assert_eq!(short.status, StatusCode::BAD_REQUEST, "a body shorter than announced breaks off");
    let twice = s.world.blobs().join(&[first.sha256.clone(), first.sha256.clone()]).await.expect("joined");
    assert_eq!(twice.bytes, 12);
    let shown = s.get(&format!("https://api.toy.example/sandbox/blobs/{}", twice.sha256)).await;
    assert_eq!(shown.snippet(20), "abcdefabcdef");
}

#[tokio::test]
async fn people_can_sign_in_agree_and_refuse() {
    let s = setup();
    for base in ["https://api.toy.example", "http://127.0.0.1:8081/toy/api.toy.example"] {
        let url = Url::parse(&format!("{base}/authorize?client_id=c&state=a%26b%22&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Foauth%2Ftoy%2Fcallback")).expect("url");
        let back = testing::approve(&s.sandbox(), &url, "theolund").await;
        let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        assert_eq!(get("state").as_deref(), Some("a&b\""));
        let code = get("code").expect("code");
        assert_eq!(s.world.codes().redeem("toy", &code).expect("good").persona, "theolund");
        assert!(matches!(s.world.codes().redeem("toy", &code), Err(BadCode::Used(_))));
        let back = testing::refuse(&s.sandbox(), &url, "theolund").await;
        assert!(back.query().unwrap_or_default().contains("error=access_denied"), "{back}");
    }
    let url = Url::parse("https://api.toy.example/authorize?redirect_uri=http://h/cb").expect("url");
    let back = testing::approve(&s.sandbox(), &url, "marafields").await;
    s.world.advance(Duration::from_secs(30));
    let code = back.query_pairs().find(|(k, _)| k == "code").expect("code").1.into_owned();
    assert_eq!(s.world.codes().redeem("toy", &code), Err(BadCode::Expired));
}

#[tokio::test]
async fn pages_escape_what_people_write() {
    let s = setup();
    s.world.ledger().add(item(&s.world, "1", "<script>alert('x')</script>"));
    let page = s.get("https://api.toy.example/feed").await.snippet(20_000);
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
}

#[tokio::test]
async fn a_world_survives_a_restart() {
    let s = setup();
    s.create().await.expect("posted");
    s.world.advance(Duration::from_secs(3600));
    s.world.tokens().use_once("toy", "refresh").expect("first use");
    let secret = s.world.random_text(20);
    let saved = s.world.snapshot().expect("snapshot");

    let world = World::builder(s.clock.clone()).seed(7).build();
    world.restore(&saved).expect("restored");
    assert_eq!(world.now(), s.world.now());
    assert_eq!(world.ledger().items(), s.world.ledger().items());
    assert_eq!(world.tokens().use_once("toy", "refresh"), Err(Some(TokenState::Used)));
    assert_eq!(world.next_number("toy.post"), 2);
    assert_ne!(world.random_text(20), secret, "randomness goes on, it does not start again");
    let again = world.snapshot().expect("an untouched platform is kept");
    assert!(String::from_utf8_lossy(&again).contains("\"texts\":[\"hello\"]"));
    let sandbox = Sandbox::with(world, vec![Box::new(Toy)]);
    assert_eq!(testing::open(&sandbox, "https://api.toy.example/posts").await.snippet(20), r#"["hello"]"#);
}

#[tokio::test]
async fn ledger_marks_deletions_once() {
    let s = setup();
    s.world.ledger().add(item(&s.world, "1", "x"));
    assert!(s.world.ledger().delete("toy", None, "1"));
    assert!(!s.world.ledger().delete("toy", None, "1"));
    assert_eq!(s.world.ledger().items()[0].deleted_at, Some(s.world.now()));
}
