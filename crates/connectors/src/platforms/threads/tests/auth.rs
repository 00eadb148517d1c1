//! Connecting, renewing.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, SignedDuration};
use url::Url;

use super::super::{CONNECTOR, NAME};
use super::stage::Stage;
use crate::conformance::draft;
use crate::contract::authorizer::{Authorizer, BeginRequest, Callback, Feature, Granted};
use crate::contract::cx::PlatformSettings;
use crate::sandbox::testing;

fn request() -> BeginRequest {
    BeginRequest {
        redirect_uri: Url::parse("https://carillon.example/oauth/threads/callback/").unwrap(),
        state: "st4te".to_owned(),
        server: None,
        flavour: None,
    }
}

fn callback(back: &Url) -> Callback {
    let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    Callback {
        code: get("code").map(Secret::new),
        error: get("error"),
        error_description: get("error_description"),
    }
}

async fn grant(stage: &Stage, tail: &str) -> Result<Granted, ConnectorError> {
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = CONNECTOR.begin(&cx, request()).await?;
    let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, "harborlightcoffee").await;
    let mut callback = callback(&back);
    callback.code = callback.code.map(|code| Secret::new(format!("{}{tail}", code.expose())));
    CONNECTOR.complete(&cx, begun.pending, callback).await
}

#[tokio::test]
async fn the_login_gives_one_account_for_sixty_days() {
    let stage = Stage::new();
    // The network writes `#_` behind the code, and some browsers leave it there.
    for tail in ["", "#_"] {
        let granted = grant(&stage, tail).await.unwrap();
        let [account] = granted.targets.try_into().unwrap();
        assert_eq!(account.handle, "harborlightcoffee");
        assert!(!account.remote_id.is_empty() && account.remote_id.bytes().all(|b| b.is_ascii_digit()));
        let left = granted.credential.expires_at.unwrap().duration_since(stage.bench.clock.now());
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        assert!(left > days(59) && left <= days(60), "{left}");
        assert!(CONNECTOR.refreshable(&granted.credential));
    }
    let codes = stage.sent("oauth.code");
    assert_eq!(codes[0].get("redirect_uri"), Some("https://carillon.example/oauth/threads/callback"));
}

#[tokio::test]
async fn the_documentations_misspelling_is_a_refusal_too() {
    let stage = Stage::new();
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    for (word, code) in
        [("access_denied", "access_denied"), ("acceess_denied", "access_denied"), ("other", "login_failed")]
    {
        let begun = CONNECTOR.begin(&cx, request()).await.unwrap();
        let refused = Callback { error: Some(word.to_owned()), ..Callback::default() };
        let error = CONNECTOR.complete(&cx, begun.pending, refused).await.unwrap_err();
        assert_eq!((error.code.as_str(), &error.kind), (code, &ErrorKind::Rejected), "{word}");
    }
}

#[tokio::test]
async fn without_app_credentials_nothing_begins() {
    let stage = Stage::new();
    let settings = PlatformSettings::default();
    let error = CONNECTOR.begin(&stage.bench.auth_cx(&settings, None), request()).await.unwrap_err();
    assert_eq!(error.code, "app_credentials_missing");
    assert!(error.action.contains("platforms.threads.client_id"), "{}", error.action);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let stage = Stage::new();
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = CONNECTOR.begin(&cx, request()).await.unwrap();
    let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, "marafields").await;
    CONNECTOR.complete(&cx, begun.pending.clone(), callback(&back)).await.unwrap();
    let again = CONNECTOR.complete(&cx, begun.pending.clone(), callback(&back)).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Rejected, "{again:?}");
    let none = CONNECTOR.complete(&cx, begun.pending, Callback::default()).await.unwrap_err();
    assert_eq!(none.code, "code_missing");
}

#[tokio::test]
async fn a_token_is_renewed_from_its_second_day_on() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let first = session.credential();
    let error = session.refresh().await.unwrap_err();
    let ErrorKind::RateLimited { until: Some(until) } = error.kind else { panic!("{error:?}") };
    assert_eq!(until.duration_since(stage.bench.clock.now()), SignedDuration::from_hours(24));
    assert!(stage.sent("oauth.refresh").is_empty(), "the network would refuse");

    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    session.refresh().await.unwrap();
    assert!(session.credential().expires_at > first.expires_at);
    assert!(session.publish(&draft("renewed", [])).await.is_published());

    stage.bench.clock.advance(Duration::from_secs(61 * 24 * 3600));
    assert_eq!(session.refresh().await.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn a_token_that_the_network_calls_too_young_is_kept() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    let refusal = super::stage::Trouble::Instead(400, super::stage::error(100, None));
    stage.script("oauth.refresh", 2, &refusal);
    let error = session.refresh().await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::RateLimited { until: Some(_) }), "{error:?}");
    // One that does not work either needs its owner.
    stage.bench.world.tokens().revoke(NAME, session.credential().access_token.expose());
    assert_eq!(session.refresh().await.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn a_young_token_that_is_dead_is_found_out_at_once() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.bench.world.tokens().revoke(NAME, session.credential().access_token.expose());
    assert_eq!(session.refresh().await.unwrap_err().kind, ErrorKind::AuthRevoked);
    let cx = stage.bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.unwrap();
}

#[test]
fn scopes_are_minimal() {
    let read = CONNECTOR.scopes_for(Feature::Read, None);
    let publish = CONNECTOR.scopes_for(Feature::Publish, None);
    assert!(!read.iter().any(|scope| scope.contains("publish") || scope.contains("delete")), "{read:?}");
    assert!(
        !publish.contains(&"threads_manage_insights") && publish.contains(&"threads_basic"),
        "{publish:?}"
    );
}
