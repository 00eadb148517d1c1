//! Connecting by both logins, renewing, revoking.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, SignedDuration};
use url::Url;

use super::super::{CONNECTOR, NAME};
use super::stage::Stage;
use crate::conformance::Connect;
use crate::contract::authorizer::{Authorizer, BeginRequest, Callback, Granted};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::sandbox::{TokenState, testing};

async fn grant(stage: &Stage, persona: &str, flavour: &str) -> Result<Granted, ConnectorError> {
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = CONNECTOR.begin(&cx, request(flavour)).await?;
    let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, persona).await;
    CONNECTOR.complete(&cx, begun.pending, callback(&back)).await
}

fn request(flavour: &str) -> BeginRequest {
    BeginRequest {
        redirect_uri: Url::parse("https://carillon.example/oauth/instagram/callback").unwrap(),
        state: "st4te".to_owned(),
        server: None,
        flavour: Some(flavour.to_owned()),
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

#[tokio::test]
async fn the_instagram_login_gives_one_account_for_sixty_days() {
    let stage = Stage::new();
    let granted = grant(&stage, "harborlightcoffee", "instagram").await.unwrap();
    let [account] = granted.targets.try_into().unwrap();
    assert_eq!(
        (account.handle.as_str(), account.name.as_str()),
        ("harborlightcoffee", "Harbor Light Coffee")
    );
    assert!(
        account.remote_id.starts_with("17841"),
        "the professional id, not the app's: {}",
        account.remote_id
    );
    let left = granted.credential.expires_at.unwrap().duration_since(stage.bench.clock.now());
    assert!(
        left > SignedDuration::from_hours(59 * 24) && left <= SignedDuration::from_hours(60 * 24),
        "{left}"
    );
    assert_eq!(granted.credential.scopes.len(), 4);
    assert!(CONNECTOR.refreshable(&granted.credential));
}

#[tokio::test]
async fn the_facebook_login_offers_all_accounts_of_the_persons_pages() {
    let stage = Stage::new();
    let handles = |granted: &Granted| granted.targets.iter().map(|t| t.handle.clone()).collect::<Vec<_>>();
    let granted = grant(&stage, "marafields", "facebook").await.unwrap();
    assert_eq!(handles(&granted), ["marafields", "harborlightcoffee"]);
    // One Page only through a Business, and a Page without an account that is left out.
    let granted = grant(&stage, "theolund", "facebook").await.unwrap();
    assert_eq!(handles(&granted), ["theolund", "fernwehbikes"]);
    let meta = &granted.targets[1].meta;
    assert_eq!(
        (meta["flavour"].as_str(), meta["page_name"].as_str()),
        (Some("facebook"), Some("Fernweh Bikes"))
    );
    assert!(
        granted.credential.expires_at.is_some()
            && granted.credential.scopes.contains(&"instagram_basic".to_owned())
    );
    // Tokens are not in what is shown about accounts.
    assert!(!format!("{:?}", granted.targets).contains("EAAB"));
    assert!(!format!("{:?}", granted.credential.access_token).contains("EAAB"));
}

#[tokio::test]
async fn a_refusal_connects_nothing() {
    let stage = Stage::new();
    for flavour in ["instagram", "facebook"] {
        let refused = stage.bench.connect(&CONNECTOR, Connect::refusing("marafields").flavour(flavour)).await;
        let error = refused.err().unwrap();
        assert_eq!((error.code.as_str(), &error.kind), ("access_denied", &ErrorKind::Rejected));
    }
    assert!(stage.bench.world.tokens().list().iter().all(|(t, _)| t.account.is_none()));
}

#[tokio::test]
async fn without_app_credentials_nothing_begins() {
    let stage = Stage::new();
    let settings = PlatformSettings::default();
    let cx = stage.bench.auth_cx(&settings, None);
    for (flavour, key) in [("instagram", "platforms.instagram.client_id"), ("facebook", "facebook_client_id")]
    {
        let error = CONNECTOR.begin(&cx, request(flavour)).await.unwrap_err();
        assert_eq!(error.code, "app_credentials_missing");
        assert!(error.action.contains(key), "{}", error.action);
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_for_a_while() {
    let stage = Stage::new();
    for flavour in ["instagram", "facebook"] {
        let settings = stage.bench.settings(&CONNECTOR);
        let cx = stage.bench.auth_cx(&settings, None);
        let begun = CONNECTOR.begin(&cx, request(flavour)).await.unwrap();
        let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, "marafields").await;
        assert_eq!(back.fragment(), Some("_"));
        CONNECTOR.complete(&cx, begun.pending.clone(), callback(&back)).await.unwrap();
        let again = CONNECTOR.complete(&cx, begun.pending.clone(), callback(&back)).await.unwrap_err();
        assert_eq!(again.kind, ErrorKind::Rejected, "{again:?}");

        let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, "marafields").await;
        stage.bench.clock.advance(Duration::from_secs(3_700));
        let late = CONNECTOR.complete(&cx, begun.pending.clone(), callback(&back)).await.unwrap_err();
        assert_eq!(late.kind, ErrorKind::Rejected, "{late:?}");

        let none = CONNECTOR.complete(&cx, begun.pending, Callback::default()).await.unwrap_err();
        assert_eq!(none.code, "code_missing");
    }
}

#[tokio::test]
async fn a_code_that_still_carries_the_networks_tail_works() {
    let stage = Stage::new();
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = CONNECTOR.begin(&cx, request("instagram")).await.unwrap();
    let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, "marafields").await;
    let mut callback = callback(&back);
    callback.code = callback.code.map(|c| Secret::new(format!("{}#_", c.expose())));
    CONNECTOR.complete(&cx, begun.pending, callback).await.unwrap();
}

#[tokio::test]
async fn an_instagram_token_is_renewed_from_its_second_day_on() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let first = session.credential();
    let error = session.refresh().await.unwrap_err();
    let ErrorKind::RateLimited { until: Some(until) } = error.kind else { panic!("{error:?}") };
    assert_eq!(until.duration_since(stage.bench.clock.now()), SignedDuration::from_hours(24));
    assert!(stage.sent("oauth.refresh").is_empty(), "the network would refuse");

    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    session.refresh().await.unwrap();
    let second = session.credential();
    assert!(second.expires_at > first.expires_at);
    assert_eq!(second.scopes, first.scopes);
    assert!(session.publish(&stage.picture("renewed")).await.is_published());

    stage.bench.clock.advance(Duration::from_secs(61 * 24 * 3600));
    let error = session.refresh().await.unwrap_err();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::AuthRevoked, "token_expired"));
}

#[tokio::test]
async fn a_young_token_that_is_dead_is_found_out_at_once() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let token = session.credential().access_token;
    stage.bench.world.tokens().revoke(NAME, token.expose());
    assert_eq!(session.refresh().await.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn a_facebook_token_is_exchanged_while_it_lives() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    stage.bench.clock.advance(Duration::from_secs(50 * 24 * 3600));
    let before = session.credential();
    session.refresh().await.unwrap();
    let after = session.credential();
    assert!(after.expires_at > before.expires_at);
    assert_eq!(after.extra["pages"], before.extra["pages"], "Page tokens stay");
    stage.bench.clock.advance(Duration::from_secs(61 * 24 * 3600));
    assert_eq!(session.refresh().await.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn revoking_ends_the_whole_facebook_grant() {
    let stage = Stage::new();
    let session = stage.facebook().await;
    let credential = session.credential();
    let cx = stage.bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&cx, &session.account, &credential).await.unwrap();
    let states: Vec<_> =
        stage.bench.world.tokens().list().into_iter().filter(|(t, _)| t.grant.is_some()).collect();
    assert!(states.len() >= 4 && states.iter().all(|(_, state)| *state == TokenState::Revoked), "{states:?}");
    // Once more: it is gone already.
    CONNECTOR.revoke(&cx, &session.account, &credential).await.unwrap();
}

#[test]
fn scopes_are_minimal() {
    use crate::contract::authorizer::Feature;
    for flavour in ["instagram", "facebook"] {
        let read = CONNECTOR.scopes_for(Feature::Read, Some(flavour));
        let publish = CONNECTOR.scopes_for(Feature::Publish, Some(flavour));
        assert!(
            read.iter().all(|scope| publish.contains(scope) != scope.contains("insights")),
            "publishing goes on without"
        );
        assert!(!read.iter().any(|scope| scope.contains("publish") || scope.contains("manage_c")));
    }
    assert_eq!(CONNECTOR.descriptor().name, NAME);
}
