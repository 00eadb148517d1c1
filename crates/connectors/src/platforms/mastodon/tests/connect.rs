use carillon_domain::connector_error::ErrorKind;
use carillon_domain::secret::Secret;
use url::Url;

use super::*;
use crate::contract::authorizer::{APP_UNKNOWN, Authorizer, BeginRequest, Callback, Feature, Pending};
use crate::contract::cx::PlatformSettings;
use crate::platforms::mastodon::limits::{Limits, Meta};
use crate::sandbox::{TokenKind, TokenState, testing};

fn url(text: &str) -> Url {
    Url::parse(text).expect("url")
}

fn back() -> Url {
    url("https://carillon.example/oauth/mastodon/callback")
}

fn request(server: &str) -> BeginRequest {
    BeginRequest { redirect_uri: back(), state: "st4te".to_owned(), server: Some(url(server)), flavour: None }
}

fn live_tokens(bench: &Bench) -> usize {
    let live = |t: &(crate::sandbox::Token, TokenState)| {
        t.0.kind == TokenKind::Access && t.0.account.is_some() && t.1 == TokenState::Live
    };
    bench.world.tokens().list().iter().filter(|t| live(t)).count()
}

#[tokio::test]
async fn accounts_of_many_servers_connect_with_their_servers_limits() {
    let bench = bench();
    for server in ALL {
        let session = connected(&bench, server).await;
        let host = server.trim_start_matches("https://");
        assert_eq!(session.account.handle, format!("marafields@{host}"));
        assert_eq!(session.account.name, "Mara Fields");
        assert_eq!(session.account.server.as_deref(), Some(server));
        let credential = session.credential();
        assert!(credential.expires_at.is_none() && credential.refresh_token.is_none());
        let limits = Meta::of(&session.account).limits;
        let want = if server == ROOMY { (5_000, 8) } else { (500, 4) };
        assert_eq!((limits.characters, limits.media), want, "{server}");
        let app = session.app.as_ref().expect("registered");
        assert!(bench.world.apps().find("mastodon", Some(host), &app.client_id).is_some());
    }
    let session = connected(&bench, "https://anybody.mastodon.localhost").await;
    let limits = Meta::of(&session.account).limits;
    assert!(Limits::default().types.iter().all(|t| limits.types.contains(t)));
    let types = Limits::default().types;
    assert_eq!(Limits { types, ..limits }, Limits::default(), "what a usual server says is our default, too");
}

#[tokio::test]
async fn pkce_is_used_where_the_metadata_promise_it() {
    let bench = bench();
    let settings = PlatformSettings::default();
    for server in ALL {
        let cx = bench.auth_cx(&settings, None);
        let app = CONNECTOR.register(&cx, &url(server), &back()).await.expect("registered");
        let cx = bench.auth_cx(&settings, Some(&app));
        let begun = CONNECTOR.begin(&cx, request(server)).await.expect("begun");
        let get = |name: &str| {
            begun.authorize_url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
        };
        assert_eq!(get("scope").as_deref(), Some("read:accounts read:statuses write:statuses write:media"));
        let modern = matches!(server, SOCIAL | ROOMY);
        assert_eq!(get("code_challenge_method").as_deref() == Some("S256"), modern, "{server}");
        assert_eq!(begun.pending.verifier.is_some(), modern, "{server}");
    }
}

#[tokio::test]
async fn only_the_right_verifier_gets_a_token() {
    let bench = bench();
    let settings = PlatformSettings::default();
    let app =
        CONNECTOR.register(&bench.auth_cx(&settings, None), &url(SOCIAL), &back()).await.expect("registered");
    let cx = bench.auth_cx(&settings, Some(&app));
    let begun = CONNECTOR.begin(&cx, request(SOCIAL)).await.expect("begun");
    let callback = testing::approve(&bench.sandbox, &begun.authorize_url, "theolund").await;
    let code = callback.query_pairs().find(|(k, _)| k == "code").expect("code").1.into_owned();
    let callback = Callback { code: Some(Secret::new(&code)), ..Callback::default() };
    let wrong = Pending { verifier: Some(Secret::new("x".repeat(43))), ..begun.pending.clone() };
    let error = CONNECTOR.complete(&cx, wrong, callback.clone()).await.expect_err("refused");
    assert_eq!(error.code, "invalid_grant");
    let error = CONNECTOR.complete(&cx, begun.pending, callback).await.expect_err("used up");
    assert_eq!(error.code, "invalid_grant");
    assert_eq!(live_tokens(&bench), 0);
}

#[tokio::test]
async fn a_code_runs_out() {
    let bench = bench();
    let settings = PlatformSettings::default();
    let app =
        CONNECTOR.register(&bench.auth_cx(&settings, None), &url(SOCIAL), &back()).await.expect("registered");
    let cx = bench.auth_cx(&settings, Some(&app));
    let begun = CONNECTOR.begin(&cx, request(SOCIAL)).await.expect("begun");
    let callback = testing::approve(&bench.sandbox, &begun.authorize_url, "theolund").await;
    let code = callback.query_pairs().find(|(k, _)| k == "code").expect("code").1.into_owned();
    bench.clock.advance(Duration::from_secs(601));
    let callback = Callback { code: Some(Secret::new(&code)), ..Callback::default() };
    let error = CONNECTOR.complete(&cx, begun.pending, callback).await.expect_err("too late");
    assert_eq!(error.code, "invalid_grant");
    assert!(error.action.contains("Start connecting again"), "{}", error.action);
}

#[tokio::test]
async fn refusing_leaves_nothing_behind() {
    let bench = bench();
    for server in ALL {
        let how = Connect::refusing("theolund").server(server);
        let error = bench.connect(&CONNECTOR, how).await.err().expect("refused");
        assert_eq!((error.code.as_str(), error.kind), ("access_denied", ErrorKind::Rejected));
    }
    assert_eq!(live_tokens(&bench), 0);
}

#[tokio::test]
async fn addresses_that_are_no_server_are_told_apart() {
    let bench = bench();
    let code = async |server: &str| {
        let how = Connect::as_persona("theolund").server(server);
        bench.connect(&CONNECTOR, how).await.err().expect("no server")
    };
    let blog = code("https://blog.mastodon.localhost").await;
    assert_eq!(blog.code, "not_mastodon");
    assert!(blog.cause.contains("blog.mastodon.localhost"), "{}", blog.cause);
    let elsewhere = code("https://elsewhere.mastodon.localhost").await;
    assert_eq!(elsewhere.code, "redirects_elsewhere");
    assert!(elsewhere.action.contains("enter social.mastodon.localhost instead"), "{}", elsewhere.action);
    let nobody = code("https://mastodon.invalid").await;
    assert_eq!((nobody.code.as_str(), nobody.kind), ("server_down", ErrorKind::Transient));
    bench.world.faults().add(fault("instance.get", When::Before, FaultKind::Status).status(503).times(20));
    let busy = code(SOCIAL).await;
    assert_eq!((busy.code.as_str(), busy.kind), ("busy", ErrorKind::Transient));
    let registered = bench.world.tokens().list().into_iter().filter(|(t, _)| t.server.is_some()).count();
    assert_eq!(registered, 0, "no app was registered anywhere");
}

#[tokio::test]
async fn an_app_that_the_server_forgot_is_noticed() {
    let bench = bench();
    let settings = PlatformSettings::default();
    let app = CONNECTOR
        .register(&bench.auth_cx(&settings, None), &url(VINTAGE), &back())
        .await
        .expect("registered");
    bench.clock.advance(Duration::from_secs(25 * 3600));
    let cx = bench.auth_cx(&settings, Some(&app));
    let error = CONNECTOR.begin(&cx, request(VINTAGE)).await.expect_err("forgotten");
    assert_eq!(error.code, APP_UNKNOWN);

    let app =
        CONNECTOR.register(&bench.auth_cx(&settings, None), &url(VINTAGE), &back()).await.expect("anew");
    let cx = bench.auth_cx(&settings, Some(&app));
    CONNECTOR.begin(&cx, request(VINTAGE)).await.expect("known, and kept alive from now on");
    bench.clock.advance(Duration::from_secs(100 * 3600));
    CONNECTOR.begin(&cx, request(VINTAGE)).await.expect("still known");
}

#[tokio::test]
async fn a_registration_for_another_address_of_ours_is_not_used() {
    let bench = bench();
    let settings = PlatformSettings::default();
    let app =
        CONNECTOR.register(&bench.auth_cx(&settings, None), &url(SOCIAL), &back()).await.expect("registered");
    let cx = bench.auth_cx(&settings, Some(&app));
    let other =
        BeginRequest { redirect_uri: url("https://new.example/oauth/mastodon/callback"), ..request(SOCIAL) };
    assert_eq!(CONNECTOR.begin(&cx, other).await.expect_err("another address").code, APP_UNKNOWN);
    let none = bench.auth_cx(&settings, None);
    let error = CONNECTOR.begin(&none, request(SOCIAL)).await.expect_err("no app");
    assert_eq!(error.code, "app_credentials_missing");
}

#[tokio::test]
async fn the_operators_name_is_shown() {
    let bench = bench();
    let mut settings = PlatformSettings::default();
    settings.values.insert("app_name".to_owned(), "Bells & Co".to_owned());
    let how = Connect::as_persona("marafields").server(SOCIAL);
    let session = bench.connect_with(&CONNECTOR, settings, how).await.expect("connected");
    let client_id = &session.app.as_ref().expect("app").client_id;
    let app = bench.world.apps().find("mastodon", Some("social.mastodon.localhost"), client_id).expect("app");
    assert_eq!(app.name, "Bells & Co");
}

#[tokio::test]
async fn disconnecting_takes_the_token_back_and_may_be_repeated() {
    let bench = bench();
    for server in ALL {
        let session = connected(&bench, server).await;
        let cx = bench.auth_cx(&session.settings, session.app.as_ref());
        for _ in 0..2 {
            CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.expect("revoked");
        }
        let token = session.credential().access_token;
        let (_, state) = bench.world.tokens().look_up("mastodon", token.expose()).expect("token");
        assert_eq!(state, TokenState::Revoked);
    }
}

#[tokio::test]
async fn tokens_are_not_renewed() {
    let bench = bench();
    let session = connected(&bench, SOCIAL).await;
    assert!(!CONNECTOR.refreshable(&session.credential()) && !CONNECTOR.single_use_refresh());
    let error = session.refresh().await.expect_err("nothing to renew");
    assert_eq!(error.kind, ErrorKind::AuthRevoked);
}

#[test]
fn scopes_are_minimal() {
    let read = CONNECTOR.scopes_for(Feature::Read, None);
    assert_eq!(read, ["read:accounts", "read:statuses"]);
    let publish = CONNECTOR.scopes_for(Feature::Publish, None);
    assert_eq!(publish, ["read:accounts", "read:statuses", "write:statuses", "write:media"]);
}
