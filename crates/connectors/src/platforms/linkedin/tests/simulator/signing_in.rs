//! Logins, scopes and the life of tokens.

use super::*;

const DAY: u64 = 86_400;

async fn refused(net: &Net, scopes: &str) -> (String, String) {
    let reply = testing::open(&net.bench.sandbox, net.authorize_url(scopes).as_str()).await;
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.snippet(300));
    let back = Url::parse(reply.header("location").unwrap()).unwrap();
    assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    (parameter(&back, "error").unwrap(), parameter(&back, "error_description").unwrap())
}

#[tokio::test]
async fn a_member_gets_sixty_days_and_nothing_to_refresh_with() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    assert_eq!(mara.grant["expires_in"], 60 * DAY);
    assert_eq!(mara.grant["token_type"], "Bearer");
    assert_eq!(mara.grant["scope"], "openid,profile,w_member_social");
    assert!(mara.grant["refresh_token"].is_null() && mara.grant["id_token"].is_string());
    assert!(mara.token.expose().len() > 400, "tokens are long");
    let info = body(&mara.legacy("userinfo").await);
    assert_eq!(info["name"], "Mara Fields");
    assert_eq!((&info["given_name"], &info["email"]), (&json!("Mara"), &Value::Null), "without the scope");
    assert_eq!(refusal(&mara.legacy("me").await), (403, "ACCESS_DENIED".into()));
    net.pass(60 * DAY);
    let late = mara.legacy("userinfo").await;
    assert_eq!(refusal(&late), (401, "EXPIRED_ACCESS_TOKEN".into()));
    assert_eq!(body(&late)["serviceErrorCode"], 65_602);
}

#[tokio::test]
async fn an_organization_login_can_be_refreshed_for_a_year_from_the_first_grant() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    assert_eq!(mara.grant["refresh_token_expires_in"], 365 * DAY);
    assert_eq!(body(&mara.legacy("me").await)["localizedLastName"], "Fields");
    assert_eq!(refusal(&mara.legacy("userinfo").await).0, 403);
    let refresh_token = mara.grant["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    let refresh = || net.token(&form);
    net.pass(50 * DAY);
    let fresh = body(&refresh().await);
    assert_eq!(fresh["refresh_token"], refresh_token, "the same one");
    assert_eq!(fresh["refresh_token_expires_in"], 315 * DAY, "use does not extend it");
    assert_eq!(fresh["expires_in"], 60 * DAY);
    assert_ne!(fresh["access_token"], mara.grant["access_token"]);
    net.pass(315 * DAY);
    let over = refresh().await;
    assert_eq!((over.status.as_u16(), &body(&over)["error"]), (400, &json!("invalid_request")));
    assert!(body(&over)["error_description"].as_str().unwrap().ends_with("is invalid, expired or revoked"));
}

#[tokio::test]
async fn scopes_of_two_products_and_closed_ones_are_refused() {
    let net = Net::new();
    for (scopes, culprit) in [
        ("openid profile w_organization_social", "w_organization_social"),
        ("r_basicprofile w_member_social", "w_member_social"),
        ("openid r_member_social", "r_member_social"),
        ("openid r_liteprofile", "r_liteprofile"),
    ] {
        let (error, text) = refused(&net, scopes).await;
        assert_eq!(error, "unauthorized_scope_error", "{scopes}");
        assert_eq!(text, format!("Scope \"{culprit}\" is not authorized for your application"));
    }
    assert_eq!(refused(&net, "").await.0, "unauthorized_scope_error");
    let back = testing::refuse(&net.bench.sandbox, &net.authorize_url(MEMBER), "marafields").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("user_cancelled_authorize"));
}

#[tokio::test]
async fn a_wrong_app_or_address_ends_on_a_page_of_linkedin() {
    let net = Net::new();
    let url = net.authorize_url(MEMBER);
    for (from, to) in [
        ("carillon-sandbox", "somebody"),
        ("https%3A%2F%2Fcarillon", "http%3A%2F%2Fcarillon"),
        ("%2Fcallback", "%2Fcallback%23part"),
        ("response_type=code", "response_type=token"),
    ] {
        let wrong = url.as_str().replace(from, to);
        assert_ne!(wrong, url.as_str());
        let page = testing::open(&net.bench.sandbox, &wrong).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::BAD_REQUEST, None), "{wrong}");
    }
    let local = url.as_str().replace("https%3A%2F%2Fcarillon.example", "http%3A%2F%2Flocalhost%3A8080");
    assert_eq!(testing::open(&net.bench.sandbox, &local).await.status, StatusCode::OK);
}

#[tokio::test]
async fn codes_work_once_within_half_an_hour() {
    let net = Net::new();
    let error = |reply: &Reply| (reply.status.as_u16(), body(reply)["error"].as_str().unwrap().to_owned());
    let code = net.code("marafields", MEMBER).await;
    assert_eq!(net.redeem(&code).await.status, 200);
    assert_eq!(error(&net.redeem(&code).await), (401, "invalid_request".into()));
    assert_eq!(error(&net.redeem("nonsense").await), (401, "invalid_request".into()));
    let code = net.code("marafields", MEMBER).await;
    net.pass(1_800);
    assert_eq!(error(&net.redeem(&code).await), (400, "invalid_redirect_uri".into()));
    let code = net.code("marafields", MEMBER).await;
    let elsewhere =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", "https://b.example")];
    assert_eq!(error(&net.token(&elsewhere).await), (400, "invalid_redirect_uri".into()));
    let missing = net.token(&[("grant_type", "authorization_code"), ("code", "x")]).await;
    assert_eq!(body(&missing)["error_description"], "A required parameter \"redirect_uri\" is missing");
    // Credentials stand in the body: a header in their place is not looked at.
    let basic =
        crate::kit::oauth::basic_authorization("carillon-sandbox", &Secret::new("sandbox-secret-linkedin"));
    let call = Call::post("raw", Safety::Invisible, format!("{WWW}/oauth/v2/accessToken"));
    let call = call.form([("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", REDIRECT)]);
    let reply = net.send(call.header(http::header::AUTHORIZATION, basic.expose())).await;
    assert_eq!(body(&reply)["error_description"], "A required parameter \"client_id\" is missing");
    let wrong = [("client_id", "carillon-sandbox"), ("client_secret", "guess")];
    let call = Call::post("raw", Safety::Invisible, format!("{WWW}/oauth/v2/accessToken"));
    let form = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", REDIRECT)];
    let reply = net.send(call.form(wrong.into_iter().chain(form))).await;
    assert_eq!(error(&reply), (401, "invalid_client".into()));
}

#[tokio::test]
async fn another_set_of_scopes_ends_the_tokens_before() {
    let net = Net::new();
    let first = net.login("marafields", MEMBER).await;
    let same = net.login("marafields", "w_member_social profile openid").await;
    let page = net.login("marafields", ORGANIZATION).await;
    assert_eq!(first.legacy("userinfo").await.status, 200, "the same set in another order");
    let other = net.login("marafields", "openid profile email w_member_social").await;
    for ended in [&first, &same] {
        let reply = ended.legacy("userinfo").await;
        assert_eq!(refusal(&reply), (401, "REVOKED_ACCESS_TOKEN".into()));
        assert_eq!(body(&reply)["serviceErrorCode"], 65_601);
    }
    assert_eq!(body(&other.legacy("userinfo").await)["email"], "marafields@example.com");
    assert_eq!(page.legacy("me").await.status, 200, "the other app's grant is its own");
}

#[tokio::test]
async fn introspection_tells_what_a_token_is() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let ask = async |token: &str| {
        let app = net.bench.world.apps().ready_made("linkedin");
        let call = Call::post("raw", Safety::Invisible, format!("{WWW}/oauth/v2/introspectToken"));
        let form =
            [("client_id", app.client_id.as_str()), ("client_secret", &app.client_secret), ("token", token)];
        body(&net.send(call.form(form)).await)
    };
    let live = ask(mara.token.expose()).await;
    assert_eq!((&live["active"], &live["status"]), (&json!(true), &json!("active")));
    assert_eq!(live["expires_at"].as_i64().unwrap() - live["created_at"].as_i64().unwrap(), 60 * 86_400);
    net.pass(60 * DAY);
    assert_eq!(ask(mara.token.expose()).await["status"], "expired");
    assert_eq!(ask("nonsense").await, json!({ "active": false }));
}
