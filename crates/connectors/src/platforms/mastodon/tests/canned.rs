//! Servers that answer what the sandbox does not play.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use http::{HeaderMap, StatusCode};
use url::Url;

use super::*;
use crate::contract::authorizer::{Authorizer, Callback, Granted, Pending};
use crate::contract::cx::{AppCredentials, AuthCx, Cx, PlatformSettings};
use crate::contract::progress::Stage;
use crate::contract::publisher::{Publisher, Reconciliation};
use crate::kit::http::{Call, CommitPermit, Http, Reply, SendError, Transport};
use crate::platforms::mastodon::limits::Meta;

type Answer = Result<(u16, &'static str), SendError>;

/// What it is, its answers, our code and kind.
type Case = (&'static str, Vec<(&'static str, Answer)>, &'static str, ErrorKind);

/// Answers by method and path; keeps what was asked.
struct Canned {
    answers: Vec<(&'static str, Answer)>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, call: Call, _: Option<Duration>) -> Result<Reply, SendError> {
        let url = Url::parse(&call.url).expect("url");
        let asked = format!("{} {}", call.method, url.path());
        self.asked.lock().expect("lock").push(asked.clone());
        let answer = self.answers.iter().find(|(what, _)| *what == asked).map(|(_, answer)| answer.clone());
        let (status, body) = answer.unwrap_or(Ok((404, "")))?;
        let status = StatusCode::from_u16(status).expect("status");
        Ok(Reply { status, headers: HeaderMap::new(), body: Bytes::from_static(body.as_bytes()) })
    }
}

fn http(bench: &Bench, answers: Vec<(&'static str, Answer)>) -> (Http, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::default();
    let canned = Canned { answers, asked: Arc::clone(&asked) };
    (Http::new(Arc::new(canned), bench.clock.clone()), asked)
}

const SERVER: &str = "https://example.social";

async fn register(answers: Vec<(&'static str, Answer)>) -> Result<AppCredentials, ConnectorError> {
    let bench = bench();
    let (http, _) = http(&bench, answers);
    let settings = PlatformSettings::default();
    let cx =
        AuthCx { http: &http, settings: &settings, app: None, clock: &*bench.clock, entropy: &bench.entropy };
    let back = Url::parse("https://carillon.example/oauth/mastodon/callback").expect("url");
    CONNECTOR.register(&cx, &Url::parse(SERVER).expect("url"), &back).await
}

const APP: Answer = Ok((200, r#"{"client_id":"id","client_secret":"s3cret"}"#));

#[tokio::test]
async fn what_a_server_may_be_instead() {
    let cases: Vec<Case> = vec![
        (
            "down",
            vec![("GET /api/v2/instance", Err(SendError::NotSent("refused".to_owned())))],
            "server_down",
            ErrorKind::Transient,
        ),
        (
            "silent",
            vec![("GET /api/v2/instance", Err(SendError::Lost("time-out".to_owned())))],
            "server_down",
            ErrorKind::Transient,
        ),
        (
            "at a private address",
            vec![("GET /api/v2/instance", Err(SendError::Forbidden("10.0.0.7".to_owned())))],
            "address_forbidden",
            ErrorKind::Rejected,
        ),
        ("a site without an API", vec![], "not_mastodon", ErrorKind::Rejected),
        (
            "another JSON API",
            vec![("GET /api/v2/instance", Ok((200, r#"{"version":"1.0"}"#))), ("POST /api/v1/apps", APP)],
            "not_mastodon",
            ErrorKind::Rejected,
        ),
        (
            "something that only looks like it",
            vec![
                ("GET /api/v1/instance", Ok((200, r#"{"version":"1.0","uri":"x.y"}"#))),
                ("POST /api/v1/apps", Ok((200, "{}"))),
            ],
            "not_mastodon",
            ErrorKind::Rejected,
        ),
        (
            "in trouble",
            vec![("GET /api/v2/instance", Ok((502, "<html>")))],
            "server_trouble",
            ErrorKind::Transient,
        ),
        (
            "a redirect without a target",
            vec![("GET /api/v2/instance", Ok((302, "")))],
            "redirects_elsewhere",
            ErrorKind::Rejected,
        ),
        (
            "a server that does not like our address",
            vec![
                ("GET /api/v1/instance", Ok((200, r#"{"version":"4.5.2","uri":"x.y"}"#))),
                (
                    "POST /api/v1/apps",
                    Ok((422, r#"{"error":"Validation failed: Redirect URI must be an absolute URI."}"#)),
                ),
            ],
            "redirect_refused",
            ErrorKind::Rejected,
        ),
    ];
    for (name, answers, code, kind) in cases {
        let error = register(answers).await.expect_err(name);
        assert_eq!((error.code.as_str(), &error.kind), (code, &kind), "{name}: {error:?}");
        assert!(!error.cause.is_empty() && !error.action.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_server_that_shows_itself_to_members_only_is_accepted() {
    let closed: Answer = Ok((401, r#"{"error":"This method requires an authenticated user"}"#));
    let app = register(vec![("GET /api/v2/instance", closed), ("POST /api/v1/apps", APP)]).await;
    assert_eq!(app.expect("registered").client_id, "id");
}

async fn complete(answers: Vec<(&'static str, Answer)>) -> Result<Granted, ConnectorError> {
    let bench = bench();
    let (http, _) = http(&bench, answers);
    let settings = PlatformSettings::default();
    let app = AppCredentials {
        client_id: "id".to_owned(),
        client_secret: Some(Secret::new("s3cret")),
        extra: serde_json::Value::Null,
    };
    let cx = AuthCx {
        http: &http,
        settings: &settings,
        app: Some(&app),
        clock: &*bench.clock,
        entropy: &bench.entropy,
    };
    let pending = Pending {
        redirect_uri: Url::parse("https://carillon.example/oauth/mastodon/callback").expect("url"),
        server: Some(Url::parse(SERVER).expect("url")),
        flavour: None,
        verifier: None,
    };
    let callback = Callback { code: Some(Secret::new("c0de")), ..Callback::default() };
    CONNECTOR.complete(&cx, pending, callback).await
}

const TOKEN: (&str, Answer) =
    ("POST /oauth/token", Ok((200, r#"{"access_token":"t0ken","scope":"read write"}"#)));
const VERIFY: &str = "GET /api/v1/accounts/verify_credentials";
const MARA: Answer = Ok((
    200,
    r#"{"id":7,"username":"mara","acct":"mara","display_name":"","source":{"privacy":"unlisted"}}"#,
));

#[tokio::test]
async fn pleroma_says_its_limits_in_its_own_words() {
    let instance: Answer = Ok((
        200,
        r#"{"uri":"https://example.social/","version":"2.7.2 (compatible; Pleroma 2.6.0)","max_toot_chars":5000,
            "upload_limit":16000000,"description_limit":5000,"poll_limits":{"max_options":20,"max_option_chars":200,
            "min_expiration":0,"max_expiration":31536000}}"#,
    ));
    let granted =
        complete(vec![TOKEN, (VERIFY, MARA), ("GET /api/v1/instance", instance)]).await.expect("granted");
    let account = &granted.targets[0];
    assert_eq!((account.remote_id.as_str(), account.handle.as_str()), ("7", "mara@example.social"));
    assert_eq!(account.name, "mara", "a name, if only the handle's");
    let meta = Meta::of(account);
    assert_eq!(meta.default_visibility.as_deref(), Some("unlisted"));
    let limits = meta.limits;
    assert_eq!((limits.characters, limits.image_bytes, limits.description), (5_000, 16_000_000, 5_000));
    assert_eq!((limits.poll_options, limits.poll_option_characters, limits.poll_min_s), (20, 200, 300));
}

#[tokio::test]
async fn a_server_that_does_not_count_links_counts_them_in_full() {
    let instance: Answer = Ok((
        200,
        r#"{"domain":"example.social","version":"0.17.0+git","configuration":{"statuses":
            {"max_characters":3000,"characters_reserved_per_url":0},"media_attachments":{"supported_mime_types":[]}}}"#,
    ));
    let granted =
        complete(vec![TOKEN, (VERIFY, MARA), ("GET /api/v2/instance", instance)]).await.expect("granted");
    let limits = Meta::of(&granted.targets[0]).limits;
    assert_eq!((limits.characters, limits.link_length), (3_000, 0));
    assert!(limits.types.is_empty());
}

#[tokio::test]
async fn grants_that_are_worth_nothing() {
    let scope: (&str, Answer) =
        ("POST /oauth/token", Ok((200, r#"{"access_token":"t0ken","scope":"read:accounts write:media"}"#)));
    let error = complete(vec![scope, (VERIFY, MARA)]).await.expect_err("scopes are missing");
    assert_eq!((error.code.as_str(), error.kind), ("scope_missing", ErrorKind::PermissionMissing));
    assert!(error.cause.contains("read:statuses, write:statuses"), "{}", error.cause);

    let moved: Answer = Ok((
        200,
        r#"{"id":"7","acct":"mara","moved":{"id":"9","acct":"mara@new.example","url":"https://new.example/@mara"}}"#,
    ));
    let error = complete(vec![TOKEN, (VERIFY, moved)]).await.expect_err("moved away");
    assert_eq!(error.code, "account_moved");
    assert!(error.action.contains("new.example"), "{}", error.action);

    let unknown: (&str, Answer) =
        ("POST /oauth/token", Ok((401, r#"{"error":"invalid_client","error_description":"x"}"#)));
    let error = complete(vec![unknown]).await.expect_err("the app is not known");
    assert_eq!(error.code, crate::contract::authorizer::APP_UNKNOWN);
    let text = format!("{error:?}");
    assert!(!text.contains("s3cret") && !text.contains("t0ken") && !text.contains("c0de"), "{text}");
}

#[tokio::test]
async fn a_server_before_3_1_3_takes_uploads_at_the_older_address() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let (http, asked) = http(
        &bench,
        vec![
            (
                "POST /api/v1/media",
                Ok((200, r#"{"id":5,"type":"image","url":"https://example.social/5.png"}"#)),
            ),
            ("GET /api/v1/accounts/7/statuses", Ok((200, "[]"))),
        ],
    );
    let account = AccountIdentity {
        remote_id: "7".to_owned(),
        server: Some(SERVER.to_owned()),
        ..session.account.clone()
    };
    let credential = session.credential();
    let cx = Cx { http: &http, account: &account, ..session.cx(&credential) };
    let draft = draft("x", [bench.library.png(10, 10, None)]);
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    assert_eq!(progress.stage, Stage::Ready { unit: 0 });
    let want = ["POST /api/v2/media", "POST /api/v1/media", "GET /api/v1/accounts/7/statuses"];
    assert_eq!(*asked.lock().expect("lock"), want);
}

/// Everything up to the lost answer of a commit, then a look at a server that answers like this.
async fn look_after_loss(text: &str, listed: Vec<(&'static str, Answer)>) -> Reconciliation {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    let credential = session.credential();
    let account = AccountIdentity {
        remote_id: "7".to_owned(),
        server: Some(SERVER.to_owned()),
        ..session.account.clone()
    };
    let draft = draft(text, []);
    let (before, _) = http(
        &bench,
        vec![
            (
                "GET /api/v1/accounts/7/statuses",
                Ok((200, r#"[{"id":"1","created_at":"2026-11-01T00:00:00.000Z"}]"#)),
            ),
            ("POST /api/v1/statuses", Ok((502, ""))),
        ],
    );
    let cx = Cx { http: &before, account: &account, ..session.cx(&credential) };
    let progress = CONNECTOR.start(&cx, &draft).expect("started");
    let progress = CONNECTOR.advance(&cx, &draft, progress).await.expect("prepared");
    let open = progress.at(Stage::Committing { unit: 0, since: bench.clock.now() });
    let permit = CommitPermit::after_durable_intent(bench.clock.monotonic() + Duration::from_secs(60));
    let error = CONNECTOR.commit(&cx, &draft, open.clone(), permit).await.expect_err("unclear");
    assert_eq!(error.kind, ErrorKind::Ambiguous);
    bench.clock.advance(Duration::from_secs(600));
    let (after, _) = http(&bench, listed);
    let cx = Cx { http: &after, account: &account, ..session.cx(&credential) };
    CONNECTOR.reconcile(&cx, &draft, &open).await.expect("looked")
}

#[tokio::test]
async fn a_text_that_the_server_may_have_changed_leaves_it_open() {
    const LIST: &str = "GET /api/v1/accounts/7/statuses";
    let dressed: Answer = Ok((
        200,
        r#"[{"id":"2","created_at":"2026-11-02T09:00:01.000Z","content":"<p>The <b>bells</b> ring at 9</p>"}]"#,
    ));
    let found = look_after_loss("The **bells** ring at nine", vec![(LIST, dressed.clone())]).await;
    let Reconciliation::Unknown { look_again_at: None, evidence } = found else { panic!("{found:?}") };
    assert!(evidence.contains("These posts may be it"), "{evidence}");

    let source: Answer = Ok((200, r#"{"id":"2","text":"The **bells** ring at nine","spoiler_text":""}"#));
    let known = vec![(LIST, dressed), ("GET /api/v1/statuses/2/source", source)];
    let found = look_after_loss("The **bells** ring at nine", known).await;
    assert!(matches!(found, Reconciliation::Found(_)), "{found:?}");

    let other: Answer = Ok((
        200,
        r#"[{"id":"2","created_at":"2026-11-02T09:00:01.000Z","content":"<p>Nothing like it</p>"}]"#,
    ));
    let found = look_after_loss("The **bells** ring at nine", vec![(LIST, other)]).await;
    assert!(matches!(found, Reconciliation::Absent { .. }), "{found:?}");
}
