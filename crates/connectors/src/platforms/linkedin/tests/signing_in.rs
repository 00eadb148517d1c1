//! Signing in as a member, and for pages.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Clock;
use serde_json::{Value, json};
use url::Url;

use super::canned::{Answer, Stage, no, ok};
use crate::contract::authorizer::{Authorizer, BeginRequest, Callback, Feature, Granted};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::platforms::linkedin::CONNECTOR;

const TOKEN: &str = "POST /oauth/v2/accessToken";
const ROLES: &str = "GET /rest/organizationAcls";

fn authorizer() -> &'static dyn Authorizer {
    CONNECTOR.authorizer()
}

async fn begin(stage: &Stage, settings: &PlatformSettings, flavour: &str) -> Result<Url, ConnectorError> {
    let request = BeginRequest {
        redirect_uri: Url::parse("https://carillon.example/oauth/linkedin/callback").expect("url"),
        state: "st4te".to_owned(),
        server: None,
        flavour: Some(flavour.to_owned()),
    };
    let cx = stage.bench.auth_cx(settings, None);
    authorizer().begin(&cx, request).await.map(|begun| begun.authorize_url)
}

async fn complete(stage: &Stage, flavour: &str, callback: Callback) -> Result<Granted, ConnectorError> {
    let settings = Stage::settings();
    let request = BeginRequest {
        redirect_uri: Url::parse("https://carillon.example/oauth/linkedin/callback").expect("url"),
        state: "st4te".to_owned(),
        server: None,
        flavour: Some(flavour.to_owned()),
    };
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = authorizer().begin(&cx, request).await?;
    authorizer().complete(&cx, begun.pending, callback).await
}

fn code() -> Callback {
    Callback { code: Some(Secret::new("AQ-code")), ..Callback::default() }
}

fn token(scope: &str, more: &Value) -> Answer {
    let mut body =
        json!({ "access_token": "AQX-new", "expires_in": 5_184_000, "scope": scope, "token_type": "Bearer" });
    body.as_object_mut().expect("object").extend(more.as_object().cloned().unwrap_or_default());
    ok(&body)
}

fn asked_scopes(url: &Url) -> String {
    url.query_pairs().find(|(k, _)| k == "scope").map(|(_, v)| v.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn each_login_asks_for_the_few_scopes_that_it_needs() {
    let stage = Stage::new();
    let mut settings = Stage::settings();
    let member = begin(&stage, &settings, "member").await.expect("url");
    assert_eq!(asked_scopes(&member), "openid profile w_member_social");
    assert!(
        member.as_str().starts_with("https://www.linkedin.com/oauth/v2/authorization?response_type=code&")
    );
    assert!(member.as_str().contains("scope=openid%20profile%20w_member_social"), "{member}");
    assert!(member.query_pairs().any(|p| p == ("client_id".into(), "client_id-value".into())), "{member}");
    let page = begin(&stage, &settings, "organization").await.expect("url");
    assert_eq!(asked_scopes(&page), "rw_organization_admin r_organization_social w_organization_social");
    assert!(
        page.query_pairs().any(|p| p == ("client_id".into(), "organization_client_id-value".into())),
        "{page}"
    );
    settings.values.insert("member_analytics".to_owned(), "on".to_owned());
    let counted = begin(&stage, &settings, "member").await.expect("url");
    let more = "openid profile w_member_social r_member_postAnalytics r_member_profileAnalytics";
    assert_eq!(asked_scopes(&counted), more);
    let page = begin(&stage, &settings, "organization").await.expect("url");
    assert!(!asked_scopes(&page).contains("member"), "members' scopes are never asked for pages");
}

#[test]
fn no_scope_is_common_to_both_logins() {
    for feature in [Feature::Publish, Feature::Read] {
        let member = authorizer().scopes_for(feature, Some("member"));
        let page = authorizer().scopes_for(feature, Some("organization"));
        assert!(member.iter().all(|scope| !scope.contains("organization")), "{member:?}");
        assert!(page.iter().all(|scope| scope.contains("organization")), "{page:?}");
    }
    let read = authorizer().scopes_for(Feature::Read, None);
    assert!(!read.contains(&"w_member_social"), "reading does not ask to write");
}

#[tokio::test]
async fn a_member_signs_in() {
    let stage = Stage::new();
    for scope in [
        "openid profile w_member_social",
        "openid,profile,w_member_social",
        "openid%20profile%20w_member_social",
    ] {
        stage.network.on(TOKEN, [token(scope, &json!({}))]);
        let granted = complete(&stage, "member", code()).await.expect("granted");
        assert_eq!(granted.credential.scopes, ["openid", "profile", "w_member_social"]);
        assert!(!authorizer().refreshable(&granted.credential));
        let left = granted.credential.expires_at.expect("an end").duration_since(stage.bench.clock.now());
        assert_eq!(left.as_hours(), 60 * 24);
        let account = &granted.targets[0];
        assert_eq!(
            (account.remote_id.as_str(), account.name.as_str()),
            ("urn:li:person:Ab-c1", "Mara Fields")
        );
    }
    let asked = stage.network.asked_of(TOKEN);
    let form: Vec<(String, String)> = form_urlencoded::parse(&asked[0].body).into_owned().collect();
    let want = [
        ("grant_type", "authorization_code"),
        ("code", "AQ-code"),
        ("redirect_uri", "https://carillon.example/oauth/linkedin/callback"),
        ("client_id", "client_id-value"),
        ("client_secret", "client_secret-value"),
    ];
    assert_eq!(form, want.map(|(k, v)| (k.to_owned(), v.to_owned())), "credentials in the body, no PKCE");
    assert_eq!(asked[0].header("authorization"), None);
}

#[tokio::test]
async fn a_grant_that_can_not_publish_is_refused_at_once() {
    let stage = Stage::new();
    stage.network.on(TOKEN, [token("openid profile", &json!({}))]);
    let error = complete(&stage, "member", code()).await.expect_err("refused");
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Rejected, "scope_missing"));
    let error = complete(&stage, "organization", code()).await.expect_err("refused");
    assert_eq!(error.code, "scope_missing");
}

#[tokio::test]
async fn the_pages_that_one_may_post_for_each_once() {
    let stage = Stage::new();
    stage
        .network
        .on(TOKEN, [token("rw_organization_admin,r_organization_social,w_organization_social", &json!({}))]);
    let acl = |role: &str, key: &str, id: u32| json!({ "role": role, "state": "APPROVED", "roleAssignee": "urn:li:person:a", key: format!("urn:li:organization:{id}") });
    let next =
        json!([{ "rel": "next", "href": "/rest/organizationAcls?q=roleAssignee&start=100&count=100" }]);
    stage.network.on(
        ROLES,
        [
            ok(&json!({ "paging": { "links": next }, "elements": [acl("ADMINISTRATOR", "organization", 1)] })),
            ok(&json!({ "elements": [acl("ADMINISTRATOR", "organizationTarget", 2), acl("ADMINISTRATOR", "organization", 3)] })),
            ok(&json!({ "elements": [acl("CONTENT_ADMINISTRATOR", "organization", 1), acl("ANALYST", "organization", 4)] })),
            no(403, &json!({ "code": "ACCESS_DENIED" })),
        ],
    );
    let page = |name: &str| ok(&json!({ "localizedName": name, "vanityName": name.to_lowercase() }));
    stage.network.on("GET /rest/organizations/1", [page("One")]);
    stage.network.on("GET /rest/organizations/2", [page("Two")]);
    stage.network.on("GET /rest/organizations/3", [no(403, &json!({ "code": "ACCESS_DENIED" }))]);
    let granted = complete(&stage, "organization", code()).await.expect("granted");
    let found: Vec<_> = granted.targets.iter().map(|t| (t.remote_id.as_str(), t.handle.as_str())).collect();
    let want =
        [("urn:li:organization:1", "one"), ("urn:li:organization:2", "two"), ("urn:li:organization:3", "3")];
    assert_eq!(found, want);
    let roles = &granted.targets[0].meta["roles"];
    assert_eq!(roles, &json!(["ADMINISTRATOR", "CONTENT_ADMINISTRATOR"]));
    let asked = stage.network.asked_of(ROLES);
    assert_eq!(asked[0].query, "q=roleAssignee&role=ADMINISTRATOR&state=APPROVED&start=0&count=100");
    assert!(stage.network.asked_of("GET /v2/userinfo").is_empty(), "that app knows nothing of people");
}

#[tokio::test]
async fn somebody_without_a_page_is_told_so() {
    let stage = Stage::new();
    stage.network.on(TOKEN, [token("", &json!({}))]).on(ROLES, [ok(&json!({ "elements": [] }))]);
    let error = complete(&stage, "organization", code()).await.expect_err("refused");
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Rejected, "no_page"));
}

#[tokio::test]
async fn refusals_on_the_page_and_of_the_code() {
    let stage = Stage::new();
    for (theirs, ours) in [
        ("user_cancelled_login", "access_denied"),
        ("user_cancelled_authorize", "access_denied"),
        ("unauthorized_scope_error", "scope_not_allowed"),
        ("server_error", "refused"),
    ] {
        let callback = Callback { error: Some(theirs.to_owned()), ..Callback::default() };
        let error = complete(&stage, "member", callback).await.expect_err("refused");
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Rejected, ours));
        assert_eq!(error.remote.code.as_deref(), Some(theirs));
    }
    let answers = [
        (
            401,
            "invalid_request",
            "Unable to retrieve access token: authorization code not found",
            "code_refused",
        ),
        (400, "invalid_redirect_uri", "appid/redirect uri/code verifier does not match", "code_refused"),
        (401, "invalid_client", "Client authentication failed", "app_credentials_wrong"),
    ];
    for (status, error, description, ours) in answers {
        stage.network.on(TOKEN, [no(status, &json!({ "error": error, "error_description": description }))]);
        let error = complete(&stage, "member", code()).await.expect_err("refused");
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Rejected, ours));
        assert_eq!(error.remote.message.as_deref(), Some(description));
    }
}

#[tokio::test]
async fn an_app_that_was_not_set_up_is_named() {
    let stage = Stage::new();
    for (flavour, key) in [("member", "client_id"), ("organization", "organization_client_secret")] {
        let mut settings = Stage::settings();
        settings.values.remove(key);
        settings.secrets.remove(key);
        let error = begin(&stage, &settings, flavour).await.expect_err("refused");
        assert_eq!(error.code, "app_credentials_missing");
        assert!(error.action.contains(key), "{}", error.action);
    }
}

#[tokio::test]
async fn a_login_is_renewed_where_linkedin_gave_something_for_it() {
    let stage = Stage::new();
    let more = json!({ "refresh_token": "AQW-refresh", "refresh_token_expires_in": 31_536_000 });
    let less = json!({ "refresh_token": "AQW-refresh", "refresh_token_expires_in": 1_000 });
    stage.network.on(TOKEN, [token("w_member_social", &more), token("", &less), token("", &json!({}))]);
    let granted = complete(&stage, "member", code()).await.expect("granted");
    assert!(authorizer().refreshable(&granted.credential) && !authorizer().single_use_refresh());
    let settings = Stage::settings();
    let cx = stage.bench.auth_cx(&settings, None);
    let renew = |credential| async move { authorizer().refresh(&cx, &granted.targets[0], &credential).await };
    let renewed = renew(granted.credential.clone()).await.expect("renewed");
    let left = renewed.refresh_expires_at.expect("an end").duration_since(stage.bench.clock.now());
    assert_eq!(left.as_secs(), 1_000, "it shrinks");
    assert_eq!(renewed.scopes, ["w_member_social"], "what is not said again is not forgotten");
    let asked = stage.network.asked_of(TOKEN);
    let form: Vec<(String, String)> = form_urlencoded::parse(&asked[1].body).into_owned().collect();
    assert_eq!(
        form[..2],
        [("grant_type", "refresh_token"), ("refresh_token", "AQW-refresh")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
    stage
        .network
        .on(TOKEN, [no(400, &json!({ "error": "invalid_request", "error_description": "revoked" }))]);
    let error = authorizer().refresh(&cx, &stage.member().account, &renewed).await.expect_err("revoked");
    assert_eq!(error.kind, ErrorKind::AuthRevoked);
}
