//! Signing in, renewing and ending a grant.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde_json::{Value, json};
use url::Url;

use super::script::{Answer, Script, error_of, json_of};
use super::{CHANNEL, CONNECTOR, Lab, credential};
use crate::contract::authorizer::{Authorizer, BeginRequest, Callback, Feature, Granted, Pending};
use crate::contract::cx::PlatformSettings;

const SCOPE: &str = "https://www.googleapis.com/auth/youtube.force-ssl";
/// What the page is asked for: Analytics besides.
const SCOPES: &str = "https://www.googleapis.com/auth/youtube.force-ssl https://www.googleapis.com/auth/youtube.readonly \
                      https://www.googleapis.com/auth/yt-analytics.readonly";

fn back() -> Url {
    Url::parse("https://carillon.example/oauth/youtube/callback").unwrap()
}

fn tokens(scope: &str) -> Value {
    json!({ "access_token": "ya29.first", "expires_in": 3599, "refresh_token": "1//first", "scope": scope, "token_type": "Bearer" })
}

fn channel() -> Answer {
    json_of(
        200,
        &json!({ "kind": "youtube#channelListResponse", "items": [{ "kind": "youtube#channel", "id": CHANNEL,
        "snippet": { "title": "Mara", "customUrl": "@mara" } }] }),
    )
}

async fn complete(lab: &Lab, callback: Callback) -> Result<Granted, ConnectorError> {
    let settings = lab.bench.settings(&CONNECTOR);
    let pending = Pending {
        redirect_uri: back(),
        server: None,
        flavour: None,
        verifier: Some(Secret::new("v".repeat(43))),
    };
    CONNECTOR.complete(&lab.bench.auth_cx(&settings, None), pending, callback).await
}

fn with_code() -> Callback {
    Callback { code: Some(Secret::new("4/code")), ..Callback::default() }
}

#[tokio::test]
async fn the_page_is_asked_for_lasting_access() {
    let lab = Lab::scripted(Script::default());
    let settings = lab.bench.settings(&CONNECTOR);
    let request =
        BeginRequest { redirect_uri: back(), state: "st4te".to_owned(), server: None, flavour: None };
    let begun = CONNECTOR.begin(&lab.bench.auth_cx(&settings, None), request).await.unwrap();
    assert!(begun.authorize_url.as_str().starts_with("https://accounts.google.com/o/oauth2/v2/auth?"));
    let get =
        |name: &str| begun.authorize_url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    for (name, value) in [
        ("response_type", "code"),
        ("redirect_uri", "https://carillon.example/oauth/youtube/callback"),
        ("scope", SCOPES),
        ("state", "st4te"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("include_granted_scopes", "true"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(get(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(CONNECTOR.scopes_for(Feature::Publish, None), [SCOPE]);
    assert!(CONNECTOR.scopes_for(Feature::Read, None).iter().all(|scope| scope.ends_with(".readonly")));
    let empty = PlatformSettings::default();
    let request =
        BeginRequest { redirect_uri: back(), state: "st4te".to_owned(), server: None, flavour: None };
    let error = CONNECTOR.begin(&lab.bench.auth_cx(&empty, None), request).await.unwrap_err();
    assert_eq!(error.code, "app_credentials_missing");
}

#[tokio::test]
async fn a_code_becomes_a_channel_with_tokens() {
    let script =
        Script::default().on("oauth.token", json_of(200, &tokens(SCOPE))).on("channels.list", channel());
    let lab = Lab::scripted(script);
    let granted = complete(&lab, with_code()).await.unwrap();
    assert_eq!((granted.targets.len(), granted.targets[0].remote_id.as_str()), (1, CHANNEL));
    let kept = granted.credential;
    assert_eq!(kept.refresh_token.map(|t| t.expose().to_owned()).as_deref(), Some("1//first"));
    assert_eq!(
        kept.expires_at,
        Some(lab.bench.clock.now() + carillon_domain::time::SignedDuration::from_secs(3599))
    );
    assert_eq!((kept.refresh_expires_at, kept.scopes), (None, vec![SCOPE.to_owned()]));
    let sent = lab.of("oauth.token")[0].form();
    let get = |name: &str| sent.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    assert_eq!((get("grant_type"), get("code")), (Some("authorization_code"), Some("4/code")));
    assert_eq!(get("redirect_uri"), Some("https://carillon.example/oauth/youtube/callback"));
    assert!(get("client_id").is_some() && get("client_secret").is_some() && get("code_verifier").is_some());
}

#[tokio::test]
async fn a_grant_that_ends_by_itself_says_when() {
    let mut answer = tokens(SCOPE);
    answer["refresh_token_expires_in"] = 604_799.into();
    let script = Script::default().on("oauth.token", json_of(200, &answer)).on("channels.list", channel());
    let lab = Lab::scripted(script);
    let granted = complete(&lab, with_code()).await.unwrap();
    let left = granted.credential.refresh_expires_at.unwrap().duration_since(lab.bench.clock.now());
    assert_eq!(left.as_secs(), 604_799);
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_is_said_plainly() {
    let denied = Callback { error: Some("access_denied".to_owned()), ..Callback::default() };
    let word =
        |status, error: &str| json_of(status, &json!({ "error": error, "error_description": "Bad Request" }));
    let fine = || json_of(200, &tokens(SCOPE));
    let none =
        json_of(200, &json!({ "kind": "youtube#channelListResponse", "pageInfo": { "totalResults": 0 } }));
    let unticked = json_of(200, &tokens("https://www.googleapis.com/auth/youtube.readonly"));
    for (callback, token, channels, code) in [
        (denied, fine(), channel(), "access_denied"),
        (Callback::default(), fine(), channel(), "no_code"),
        (with_code(), word(400, "invalid_grant"), channel(), "code_expired"),
        (with_code(), word(401, "invalid_client"), channel(), "app_credentials_wrong"),
        (with_code(), word(400, "redirect_uri_mismatch"), channel(), "redirect_uri_wrong"),
        (with_code(), word(400, "unsupported_grant_type"), channel(), "sign_in_refused"),
        (with_code(), unticked, channel(), "scope_missing"),
        (with_code(), fine(), none, "no_channel"),
        (with_code(), fine(), error_of(401, "youtubeSignupRequired"), "no_channel"),
    ] {
        let lab = Lab::scripted(Script::default().on("oauth.token", token).on("channels.list", channels));
        let error = complete(&lab, callback).await.unwrap_err();
        assert_eq!((error.code.as_str(), &error.kind), (code, &ErrorKind::Rejected), "{error:?}");
        assert!(!error.cause.is_empty() && !error.action.is_empty(), "{error:?}");
    }
}

#[tokio::test]
async fn the_refresh_token_stays_the_same() {
    let fresh =
        json!({ "access_token": "ya29.second", "expires_in": 3599, "scope": SCOPE, "token_type": "Bearer" });
    let gone = json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." });
    let lab =
        Lab::scripted(Script::default().only("oauth.refresh", [json_of(200, &fresh), json_of(400, &gone)]));
    let session = lab.adopted();
    session.refresh().await.unwrap();
    let kept = session.credential();
    assert_eq!(kept.access_token.expose(), "ya29.second");
    assert_eq!(kept.refresh_token.map(|t| t.expose().to_owned()).as_deref(), Some("1//refresh"));
    assert!(kept.expires_at.is_some() && !CONNECTOR.single_use_refresh());
    let error = session.refresh().await.unwrap_err();
    assert_eq!((error.code.as_str(), &error.kind), ("grant_invalid", &ErrorKind::AuthRevoked));
    let without = crate::contract::cx::Credential { refresh_token: None, ..credential() };
    assert!(!CONNECTOR.refreshable(&without));
    session.set_credential(without);
    assert_eq!(session.refresh().await.unwrap_err().code, "no_refresh_token");
}

#[tokio::test]
async fn ending_a_grant_that_is_gone_is_no_error() {
    let unknown =
        json_of(400, &json!({ "error": "invalid_token", "error_description": "Token expired or revoked" }));
    let script = Script::default()
        .only("oauth.revoke", [json_of(200, &json!({})), unknown, error_of(503, "backendError")]);
    let lab = Lab::scripted(script);
    let session = lab.adopted();
    let cx = lab.bench.auth_cx(&session.settings, None);
    for _ in 0..2 {
        CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.unwrap();
    }
    let error = CONNECTOR.revoke(&cx, &session.account, &session.credential()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
    assert_eq!(lab.of("oauth.revoke")[0].form(), [("token".to_owned(), "1//refresh".to_owned())]);
}
