//! OAuth 2.0 with PKCE, as a confidential and as a public client.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use url::Url;

use super::Lab;
use crate::conformance::Connect;
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Feature};
use crate::contract::cx::PlatformSettings;
use crate::platforms::x::CONNECTOR;
use crate::sandbox::oauth::App;
use crate::sandbox::{Fault, FaultKind, TokenKind, TokenState, When, testing};

async fn begin(lab: &Lab, settings: &PlatformSettings) -> Begun {
    let request = BeginRequest {
        redirect_uri: Url::parse("https://carillon.example/oauth/x/callback").unwrap(),
        state: "s t&te".to_owned(),
        server: None,
        flavour: None,
    };
    CONNECTOR.begin(&lab.bench.auth_cx(settings, None), request).await.unwrap()
}

async fn code(lab: &Lab, begun: &Begun) -> Callback {
    let back = testing::approve(&lab.bench.sandbox, &begun.authorize_url, "marafields").await;
    let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    assert_eq!(get("state").as_deref(), Some("s t&te"));
    Callback { code: get("code").map(Secret::new), ..Callback::default() }
}

fn states(lab: &Lab, kind: TokenKind) -> Vec<TokenState> {
    let tokens = lab.bench.world.tokens().list();
    tokens.into_iter().filter(|(t, _)| t.kind == kind && t.platform == "x").map(|(_, s)| s).collect()
}

#[tokio::test]
async fn the_authorize_page_gets_all_that_it_needs() {
    let lab = Lab::new();
    let settings = lab.bench.settings(&CONNECTOR);
    let begun = begin(&lab, &settings).await;
    let url = &begun.authorize_url;
    assert_eq!((url.host_str(), url.path()), (Some("x.com"), "/i/oauth2/authorize"));
    let get = |name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned()).unwrap();
    assert_eq!(get("scope"), "tweet.read tweet.write users.read media.write offline.access");
    assert_eq!((get("response_type").as_str(), get("code_challenge_method").as_str()), ("code", "S256"));
    let verifier = begun.pending.verifier.unwrap();
    assert_eq!(verifier.expose().len(), 43);
    assert!(!url.as_str().contains(verifier.expose()));
    assert!(CONNECTOR.scopes_for(Feature::Read, None).iter().all(|s| !s.ends_with(".write")));
}

#[tokio::test]
async fn a_confidential_client_connects() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert_eq!(session.account.handle, "marafields");
    assert_eq!(session.account.name, "Mara Fields");
    assert!(session.account.remote_id.bytes().all(|b| b.is_ascii_digit()));
    let credential = session.credential();
    assert_eq!(credential.scopes.len(), 5);
    let left = credential.expires_at.unwrap().duration_since(lab.bench.clock.now());
    assert_eq!(left.as_secs(), 7200);
    let token = lab.recorded().into_iter().find(|e| e.operation == "oauth2.token").unwrap();
    assert!(token.authorization.unwrap().starts_with("Basic "));
    assert!(!String::from_utf8_lossy(&token.body).contains("client_id"));
}

#[tokio::test]
async fn a_public_client_connects_and_refreshes_without_a_secret() {
    let lab = Lab::new();
    lab.bench.world.apps().register(App {
        platform: "x".to_owned(),
        server: None,
        name: "Native".to_owned(),
        client_id: "native".to_owned(),
        client_secret: String::new(),
        redirect_uris: vec!["https://carillon.example/oauth/x/callback".to_owned()],
        scopes: Vec::new(),
    });
    let mut settings = PlatformSettings::default();
    settings.values.insert("client_id".to_owned(), "native".to_owned());
    let how = Connect::as_persona("theolund");
    let session = lab.bench.connect_with(&CONNECTOR, settings, how).await.unwrap();
    session.refresh().await.unwrap();
    let calls: Vec<_> = lab.recorded().into_iter().filter(|e| e.operation.starts_with("oauth2.")).collect();
    assert_eq!(calls.len(), 2);
    for call in calls {
        assert_eq!(call.authorization, None);
        assert!(String::from_utf8_lossy(&call.body).contains("client_id=native"));
    }
}

#[tokio::test]
async fn a_refusal_is_told_as_such() {
    let lab = Lab::new();
    let refused = lab.bench.connect(&CONNECTOR, Connect::refusing("marafields")).await.err().unwrap();
    assert_eq!((&refused.kind, refused.code.as_str()), (&ErrorKind::Rejected, "access_denied"));
    assert!(states(&lab, TokenKind::Access).is_empty());
}

#[tokio::test]
async fn without_app_credentials_the_operator_is_told_what_to_set() {
    let lab = Lab::new();
    let settings = PlatformSettings::default();
    let how = Connect::as_persona("marafields");
    let missing = lab.bench.connect_with(&CONNECTOR, settings, how).await.err().unwrap();
    assert_eq!((&missing.kind, missing.code.as_str()), (&ErrorKind::Rejected, "app_credentials_missing"));
    assert!(missing.action.contains("platforms.x.client_id"));
}

#[tokio::test]
async fn wrong_app_credentials_are_not_the_accounts_fault() {
    let lab = Lab::new();
    let mut settings = lab.bench.settings(&CONNECTOR);
    settings.secrets.insert("client_secret".to_owned(), Secret::new("not-the-secret"));
    let how = Connect::as_persona("marafields");
    let wrong = lab.bench.connect_with(&CONNECTOR, settings, how).await.err().unwrap();
    assert_eq!((&wrong.kind, wrong.code.as_str()), (&ErrorKind::Rejected, "app_credentials_wrong"));
    assert!(!format!("{wrong:?}").contains("not-the-secret"));
}

#[tokio::test]
async fn a_code_is_good_for_thirty_seconds_and_for_one_use() {
    let lab = Lab::new();
    let settings = lab.bench.settings(&CONNECTOR);
    let cx = lab.bench.auth_cx(&settings, None);
    let begun = begin(&lab, &settings).await;
    let callback = code(&lab, &begun).await;
    lab.bench.clock.advance(Duration::from_secs(29));
    CONNECTOR.complete(&cx, begun.pending.clone(), callback.clone()).await.unwrap();
    let again = CONNECTOR.complete(&cx, begun.pending, callback).await.unwrap_err();
    assert_eq!((&again.kind, again.code.as_str()), (&ErrorKind::Rejected, "code_expired"));

    let begun = begin(&lab, &settings).await;
    let callback = code(&lab, &begun).await;
    lab.bench.clock.advance(Duration::from_secs(31));
    let late = CONNECTOR.complete(&cx, begun.pending, callback).await.unwrap_err();
    assert_eq!(late.code, "code_expired");
}

#[tokio::test]
async fn another_verifier_gets_nothing() {
    let lab = Lab::new();
    let settings = lab.bench.settings(&CONNECTOR);
    let begun = begin(&lab, &settings).await;
    let callback = code(&lab, &begun).await;
    let other = begin(&lab, &settings).await;
    let cx = lab.bench.auth_cx(&settings, None);
    let refused = CONNECTOR.complete(&cx, other.pending, callback).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Rejected);
    assert!(states(&lab, TokenKind::Access).is_empty());
}

#[tokio::test]
async fn each_refresh_token_is_good_once() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert!(CONNECTOR.single_use_refresh());
    let old = session.credential();
    session.refresh().await.unwrap();
    let new = session.credential();
    assert_ne!(old.refresh_token, new.refresh_token);
    assert_ne!(old.access_token, new.access_token);
    assert_eq!(new.scopes, old.scopes);
    assert_eq!(states(&lab, TokenKind::Refresh), [TokenState::Used, TokenState::Live]);
    session.set_credential(old);
    let spent = session.refresh().await.unwrap_err();
    assert_eq!((&spent.kind, spent.code.as_str()), (&ErrorKind::AuthRevoked, "grant_invalid"));
    session.set_credential(new);
    session.refresh().await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_is_ambiguous_and_an_outage_is_not() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let faults = lab.bench.world.faults();
    faults.add(Fault::once("x", "oauth2.token", When::Before, FaultKind::Status).status(503));
    let outage = session.refresh().await.unwrap_err();
    assert_eq!(outage.kind, ErrorKind::Transient, "an answer that says no has used nothing up");
    session.refresh().await.unwrap();
    faults.add(Fault::once("x", "oauth2.token", When::After, FaultKind::Cut));
    let lost = session.refresh().await.unwrap_err();
    assert_eq!((&lost.kind, lost.code.as_str()), (&ErrorKind::Ambiguous, "answer_lost"));
    let spent = session.refresh().await.unwrap_err();
    assert_eq!(spent.kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn disconnecting_takes_both_tokens_back_and_may_be_repeated() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let cx = lab.bench.auth_cx(&session.settings, None);
    for _ in 0..2 {
        CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.unwrap();
        assert_eq!(states(&lab, TokenKind::Access), [TokenState::Revoked]);
        assert_eq!(states(&lab, TokenKind::Refresh), [TokenState::Revoked]);
    }
    assert_eq!(session.refresh().await.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn an_app_may_be_asked_for_in_a_different_place() {
    let lab = Lab::new();
    let mut settings = lab.bench.settings(&CONNECTOR);
    settings.values.insert("api_base_url".to_owned(), "http://127.0.0.1:8081/x/api.x.com".to_owned());
    settings.values.insert("web_base_url".to_owned(), "http://127.0.0.1:8081/x/x.com/".to_owned());
    let how = Connect::as_persona("marafields");
    let session = lab.bench.connect_with(&CONNECTOR, settings, how).await.unwrap();
    let outcome = session.publish(&crate::conformance::draft("By path", [])).await;
    let url = outcome.progress().units[0].remote_url.clone().unwrap();
    assert!(url.starts_with("http://127.0.0.1:8081/x/x.com/marafields/status/"), "{url}");
}
