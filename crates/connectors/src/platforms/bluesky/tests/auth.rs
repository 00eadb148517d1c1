use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use serde_json::json;
use url::Url;

use super::{PDS, bench, bench_session, strike};
use crate::conformance::{Bench, Connect, draft};
use crate::contract::authorizer::{Authorizer, Granted, SignIn};
use crate::contract::cx::PlatformSettings;
use crate::kit::http::{Call, Safety};
use crate::platforms::bluesky::CONNECTOR;
use crate::platforms::bluesky::errors::PLATFORM;
use crate::sandbox::{Fault, FaultKind, Persona, TokenKind, TokenState, When};

async fn sign_in(
    bench: &Bench,
    server: Option<&str>,
    identifier: &str,
    password: &str,
) -> Result<Granted, ConnectorError> {
    let settings = PlatformSettings::default();
    let request = SignIn {
        server: server.map(|s| Url::parse(s).unwrap()),
        identifier: identifier.to_owned(),
        app_password: Secret::new(password),
    };
    CONNECTOR.sign_in(&bench.auth_cx(&settings, None), request).await
}

fn password(bench: &Bench, key: &str) -> String {
    bench.sandbox.login(PLATFORM, Persona::find(key).unwrap()).unwrap().app_password
}

fn password_at(bench: &Bench, server: &str, did: &str) -> String {
    let tokens = bench.world.tokens().list();
    let found = tokens.iter().find(|(t, _)| {
        t.kind == TokenKind::AppPassword
            && t.server.as_deref() == Some(server)
            && t.account.as_deref() == Some(did)
    });
    found.expect("an app password").0.value.clone()
}

async fn did_of(bench: &Bench, handle: &str) -> String {
    let url = format!("https://api.bsky.app/xrpc/com.atproto.identity.resolveHandle?handle={handle}");
    let reply = crate::sandbox::testing::open(&bench.sandbox, &url).await;
    reply.json::<serde_json::Value>().unwrap()["did"].as_str().expect("known").to_owned()
}

#[tokio::test]
async fn a_handle_leads_to_the_server_of_its_account() {
    let bench = bench();
    let granted =
        sign_in(&bench, None, " @MaraFields.bsky.social ", &password(&bench, "marafields")).await.unwrap();
    assert_eq!(granted.targets.len(), 1);
    let account = &granted.targets[0];
    assert!(
        account.remote_id.starts_with("did:plc:") && account.remote_id.len() == 32,
        "{}",
        account.remote_id
    );
    assert_eq!(account.handle, "marafields.bsky.social");
    assert_eq!(account.name, "Mara Fields");
    assert_eq!(account.server.as_deref(), Some(PDS));
    assert!(account.avatar_url.is_some());
    assert_eq!(account.meta["image_bytes"], 2_000_000);
    let now = bench.clock.now_second();
    assert_eq!(granted.credential.expires_at.map(|t| t.as_second() - now), Some(2 * 3600));
    assert_eq!(granted.credential.refresh_expires_at.map(|t| t.as_second() - now), Some(90 * 86_400));
}

#[tokio::test]
async fn a_server_of_ones_own_is_found_by_handle_or_named() {
    let bench = bench();
    let handle = "theolund.garden.test";
    let did = did_of(&bench, handle).await;
    let password = password_at(&bench, "garden.bluesky.localhost", &did);
    for (server, identifier) in [
        (None, handle),
        (None, did.as_str()),
        (Some("https://garden.bluesky.localhost/"), "theolund@example.com"),
    ] {
        let granted = sign_in(&bench, server, identifier, &password).await.expect(identifier);
        let account = &granted.targets[0];
        assert_eq!(account.server.as_deref(), Some("https://garden.bluesky.localhost"));
        assert_eq!(account.handle, handle);
        assert_eq!(account.meta["image_bytes"], 1_000_000, "servers of one's own may be old");
    }
}

#[tokio::test]
async fn the_listener_s_addresses_work_like_the_real_hosts() {
    let bench = bench();
    let mut settings = PlatformSettings::default();
    for (key, host) in [
        ("entryway_base_url", "bsky.social"),
        ("appview_base_url", "public.api.bsky.app"),
        ("plc_base_url", "plc.directory"),
        ("web_base_url", "bsky.app"),
    ] {
        settings.values.insert(key.to_owned(), format!("http://127.0.0.1:8081/bluesky/{host}"));
    }
    let how = Connect::as_persona("theolund");
    let session = bench.connect_with(&CONNECTOR, settings, how).await.expect("connected");
    let server = session.account.server.clone().expect("a server");
    assert_eq!(server, "http://127.0.0.1:8081/bluesky/shimeji.us-east.host.bsky.network");
    let outcome = session.publish(&draft("by path", [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let url = outcome.progress().units[0].remote_url.clone().expect("a link");
    assert!(crate::sandbox::testing::open(&bench.sandbox, &url).await.snippet(9000).contains("by path"));
    for page in ["/", "/profile/theolund.bsky.social", "/settings/app-passwords"] {
        let url = format!("http://127.0.0.1:8081/bluesky/bsky.app{page}");
        let page = crate::sandbox::testing::open(&bench.sandbox, &url).await;
        assert!(page.status.is_success() && page.snippet(20_000).contains("Theo Lund"), "{url}");
    }
}

#[tokio::test]
async fn a_handle_that_does_not_point_back_is_not_believed() {
    let bench = bench();
    // The directory is silent, so nobody can say where the account lives: the entryway is asked, as always.
    let mut silent = Fault::once(PLATFORM, "didDocument", When::Before, FaultKind::Status);
    silent.count = None;
    bench.world.faults().add(silent);
    let granted =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap();
    assert_eq!(granted.targets[0].server.as_deref(), Some(PDS), "from the session's own document");
    let mut unknown = Fault::once(PLATFORM, "*", When::Before, FaultKind::Status).status(404);
    unknown.operation = "resolveHandle".to_owned();
    unknown.count = None;
    bench.world.faults().add(unknown.clone());
    let granted =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap();
    assert_eq!(granted.targets[0].handle, "marafields.bsky.social", "its own host still points to it");
    unknown.operation = "wellKnownDid".to_owned();
    bench.world.faults().add(unknown);
    let granted =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap();
    assert_eq!(granted.targets[0].handle, "handle.invalid");
}

#[tokio::test]
async fn an_address_of_mail_needs_no_server_at_the_entryway() {
    let bench = bench();
    let granted =
        sign_in(&bench, None, "marafields@example.com", &password(&bench, "marafields")).await.unwrap();
    assert_eq!(granted.targets[0].server.as_deref(), Some(PDS));
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let bench = bench();
    let good = password(&bench, "marafields");
    for (server, identifier, password, code) in [
        (None, "marafields.bsky.social", "aaaa-bbbb-cccc-dddd", "wrong_credentials"),
        (None, "nobody.bsky.social", good.as_str(), "wrong_credentials"),
        (None, "mara fields", good.as_str(), "identifier_invalid"),
        (None, "marafields", good.as_str(), "identifier_invalid"),
        (Some("https://plc.directory"), "marafields.bsky.social", good.as_str(), "not_a_server"),
        (Some("https://bsky.app"), "marafields.bsky.social", good.as_str(), "not_a_server"),
        (Some("https://bsky.social/about/blog/old"), "marafields.bsky.social", good.as_str(), "not_a_server"),
        (None, "marafields.bsky.social", "the-own-password-of-marafields", "not_an_app_password"),
    ] {
        let error = sign_in(&bench, server, identifier, password).await.expect_err(code);
        assert_eq!((error.code.as_str(), &error.kind), (code, &ErrorKind::Rejected), "{error:?}");
        assert!(!error.action.is_empty(), "{error:?}");
        assert!(!format!("{error:?}").contains(password), "{error:?}");
    }
    let error = sign_in(&bench, Some("https://nowhere.example"), "a.b", &good).await.expect_err("down");
    assert_eq!(error.kind, ErrorKind::Transient);
}

#[tokio::test]
async fn a_session_with_the_own_password_is_closed_again() {
    let bench = bench();
    let _ = sign_in(&bench, None, "marafields.bsky.social", "the-own-password-of-marafields").await;
    let live = |kind| {
        let tokens = bench.world.tokens().list();
        tokens.iter().filter(|(t, s)| t.kind == kind && *s == TokenState::Live).count()
    };
    assert_eq!((live(TokenKind::Access), live(TokenKind::Refresh)), (0, 0));
}

#[tokio::test]
async fn deactivated_accounts_are_refused() {
    let bench = bench();
    let owner = Call::post(
        "createSession",
        Safety::Invisible,
        format!("{PDS}/xrpc/com.atproto.server.createSession"),
    )
    .json(&json!({ "identifier": "marafields.bsky.social", "password": "the-own-password-of-marafields" }));
    let session: serde_json::Value = bench.http.send(owner).await.unwrap().json().unwrap();
    let token = Secret::new(session["accessJwt"].as_str().unwrap());
    let off =
        Call::post("off", Safety::Invisible, format!("{PDS}/xrpc/com.atproto.server.deactivateAccount"));
    assert!(bench.http.send(off.bearer(&token).json(&json!({}))).await.unwrap().status.is_success());
    let error =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap_err();
    assert_eq!(error.code, "account_inactive");
}

#[tokio::test]
async fn too_many_sign_ins_are_a_matter_of_waiting() {
    let bench = bench();
    for _ in 0..30 {
        let _ = sign_in(&bench, None, "marafields.bsky.social", "aaaa-bbbb-cccc-dddd").await;
    }
    let error =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap_err();
    let ErrorKind::RateLimited { until: Some(until) } = error.kind else { panic!("{error:?}") };
    bench.clock.advance_to(until);
    sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields"))
        .await
        .expect("allowed again");
}

#[tokio::test]
async fn expired_sessions_are_renewed_and_lost_answers_asked_for_again() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let first = session.credential();
    bench.clock.advance(Duration::from_secs(2 * 3600));
    strike(&bench, "refreshSession", When::After, FaultKind::Cut);
    let error = session.refresh().await.expect_err("lost");
    assert_eq!(error.kind, ErrorKind::Transient, "{error:?}");
    session.refresh().await.expect("the old token works for a while longer");
    let second = session.credential();
    assert_ne!(first.access_token, second.access_token);
    assert_ne!(first.refresh_token, second.refresh_token);
    // Long after, the used token is worth nothing any more.
    bench.clock.advance(Duration::from_secs(3 * 3600));
    session.set_credential(first);
    let error = session.refresh().await.expect_err("replayed");
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::AuthRevoked, "session_over"));
    session.set_credential(second);
    session.refresh().await.expect("the new one does");
}

#[tokio::test]
async fn a_session_that_was_not_used_for_long_is_over() {
    let bench = bench();
    let session = bench_session(&bench).await;
    bench.clock.advance(Duration::from_secs(90 * 86_400));
    let error = session.refresh().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AuthRevoked);
    assert!(error.action.contains("app password"));
}

#[tokio::test]
async fn disconnecting_ends_the_session_and_may_be_repeated() {
    let bench = bench();
    let session = bench_session(&bench).await;
    let cx = bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.expect("ended");
    let refresh = session.credential().refresh_token.unwrap();
    let (_, state) = bench.world.tokens().look_up(PLATFORM, refresh.expose()).unwrap();
    assert_eq!(state, TokenState::Revoked);
    CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.expect("gone already");
}

#[tokio::test]
async fn a_server_in_trouble_gets_no_password() {
    let bench = bench();
    let trouble = Fault::once(PLATFORM, "describeServer", When::Before, FaultKind::Status).times(3);
    bench.world.faults().add(trouble);
    let error =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Transient, "server_error"));
}

#[tokio::test]
async fn a_server_that_is_down_is_named_and_nobody_promises_another_try() {
    let bench = bench();
    bench.world.faults().add(Fault::once(PLATFORM, "describeServer", When::Before, FaultKind::Cut).times(9));
    let error =
        sign_in(&bench, None, "marafields.bsky.social", &password(&bench, "marafields")).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.field.as_deref()), ("server_down", Some("server")));
    assert!(
        error.cause.starts_with("https://") && error.cause.contains("does not answer"),
        "{}",
        error.cause
    );
    assert!(!error.action.contains("by itself"), "{}", error.action);
}

trait Seconds {
    fn now_second(&self) -> i64;
}
impl Seconds for carillon_domain::time::ManualClock {
    fn now_second(&self) -> i64 {
        carillon_domain::time::Clock::now(self).as_second()
    }
}
