//! Google's login: consent, codes, tokens and their ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::*;

fn error(reply: &Reply) -> (u16, String, String) {
    let body: Value = reply.json().unwrap();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (reply.status.as_u16(), text("error"), text("error_description"))
}

fn over() -> (u16, String, String) {
    (400, "invalid_grant".to_owned(), "Token has been expired or revoked.".to_owned())
}

#[tokio::test]
async fn a_refresh_token_needs_offline_and_consent() {
    let net = Net::new().await;
    let has = |answer: &Value| answer.get("refresh_token").is_some();
    assert!(has(&net.grant("theolund", EVERYTHING, &[("prompt", "")]).await), "the first time");
    assert!(!has(&net.grant("theolund", EVERYTHING, &[("prompt", "")]).await), "agreed before");
    assert!(has(&net.grant("theolund", EVERYTHING, &[]).await), "asked to agree again");
    assert!(!has(&net.grant("theolund", EVERYTHING, &[("access_type", "online")]).await));
    let answer = net.grant("theolund", EVERYTHING, &[]).await;
    assert_eq!((answer["expires_in"].as_i64(), answer["token_type"].as_str()), (Some(3_599), Some("Bearer")));
    assert!(answer["access_token"].as_str().unwrap().starts_with("ya29."));
    assert!(answer.get("refresh_token_expires_in").is_none());
}

#[tokio::test]
async fn people_may_refuse_and_untick() {
    let net = Net::new().await;
    let back = testing::refuse(&net.bench.sandbox, &net.authorize_url(EVERYTHING, &[]), "theolund").await;
    assert_eq!(back.query(), Some("state=s&error=access_denied"));
    net.rules(|memory| memory.rules.unticked = vec!["youtube.force-ssl".to_owned()]);
    let answer = net.grant("theolund", EVERYTHING, &[]).await;
    assert_eq!(answer["scope"], format!("{AUTH}youtube.upload {AUTH}youtube"));
    net.rules(|memory| memory.rules.unticked.clear());
    let answer =
        net.grant("theolund", &["yt-analytics.readonly"], &[("include_granted_scopes", "true")]).await;
    let scopes = answer["scope"].as_str().unwrap();
    assert!(scopes.contains("youtube.upload") && scopes.contains("yt-analytics.readonly"), "{scopes}");
}

#[tokio::test]
async fn a_wrong_request_gets_a_page_and_never_a_code() {
    let net = Net::new().await;
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str);
    let cases: &[Case<'_>] = &[
        (&[("client_id", "nobody")], 401, "invalid_client"),
        (&[("redirect_uri", "")], 400, "redirect_uri"),
        (&[("response_type", "token")], 400, "response_type"),
        (&[("scope", "")], 400, "scope"),
        (&[("scope", "https://www.googleapis.com/auth/everything")], 400, "invalid_scope"),
        (&[("access_type", "always")], 400, "access_type"),
        (&[("prompt", "please")], 400, "prompt"),
        (&[("code_challenge", "short")], 400, "code_challenge"),
    ];
    for (more, status, text) in cases {
        let url = net.authorize_url(EVERYTHING, more);
        let reply = testing::open(&net.bench.sandbox, url.as_str()).await;
        assert_eq!(reply.status.as_u16(), *status, "{more:?}");
        assert!(reply.snippet(20_000).contains(text), "{more:?}: {}", reply.snippet(20_000));
    }
}

#[tokio::test]
async fn codes_are_good_once_and_for_who_asked() {
    let net = Net::new().await;
    let verifier = "v".repeat(50);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    let code = async || {
        let url = net.authorize_url(EVERYTHING, &pkce);
        let back = testing::approve(&net.bench.sandbox, &url, "theolund").await;
        back.query_pairs().find(|(k, _)| k == "code").unwrap().1.into_owned()
    };
    let good = [("code_verifier", verifier.as_str())];
    let first = code().await;
    assert_eq!(net.redeem(&first, &good).await.status, StatusCode::OK);
    assert_eq!(error(&net.redeem(&first, &good).await).2, "Bad Request");
    assert_eq!(error(&net.redeem(&code().await, &[]).await).2, "Missing code verifier.");
    assert_eq!(
        error(&net.redeem(&code().await, &[("code_verifier", &"w".repeat(50))]).await).2,
        "Invalid code verifier."
    );
    let elsewhere = [good[0], ("redirect_uri", "https://else.example/")];
    assert_eq!(error(&net.redeem(&code().await, &elsewhere).await).1, "redirect_uri_mismatch");
    assert_eq!(error(&net.redeem("nonsense", &good).await).1, "invalid_grant");
    let late = code().await;
    net.wait(601);
    assert_eq!(error(&net.redeem(&late, &good).await).1, "invalid_grant");
    let wrong = [good[0], ("client_secret", "wrong")];
    assert_eq!(error(&net.redeem(&code().await, &wrong).await).0, 401);
    assert_eq!(error(&net.token_call(&[("grant_type", "password")]).await).1, "unsupported_grant_type");
    assert_eq!(error(&net.token_call(&[]).await).1, "invalid_request");
}

#[tokio::test]
async fn access_lasts_an_hour_and_refreshing_keeps_the_refresh_token() {
    let mut net = Net::new().await;
    let answer = net.grant("theolund", EVERYTHING, &[]).await;
    let refresh = answer["refresh_token"].as_str().unwrap();
    answer["access_token"].as_str().unwrap().clone_into(&mut net.token);
    net.wait(3_599);
    json_of(&net.get("channels?part=id&mine=true").await);
    net.wait(1);
    let reply = net.get("channels?part=id&mine=true").await;
    assert_eq!(refused(&reply), (401, "authError".to_owned()));
    assert!(reply.header("www-authenticate").is_some_and(|h| h.contains("invalid_token")));
    for _ in 0..2 {
        let fresh: Value = net.refresh(refresh).await.json().unwrap();
        assert!(fresh.get("refresh_token").is_none(), "it does not rotate");
        fresh["access_token"].as_str().unwrap().clone_into(&mut net.token);
        json_of(&net.get("channels?part=id&mine=true").await);
    }
}

#[tokio::test]
async fn refresh_tokens_end_in_testing_unused_and_in_crowds() {
    let net = Net::new().await;
    net.rules(|memory| memory.rules.testing = true);
    let answer = net.grant("theolund", EVERYTHING, &[]).await;
    assert_eq!(answer["refresh_token_expires_in"], 604_799);
    let short = answer["refresh_token"].as_str().unwrap().to_owned();
    net.wait(7 * 86_400 - 1);
    assert_eq!(net.refresh(&short).await.status, StatusCode::OK);
    net.wait(1);
    assert_eq!(error(&net.refresh(&short).await), over());

    net.rules(|memory| memory.rules.testing = false);
    let refresh_token = async || {
        net.grant("aishaokafor", EVERYTHING, &[]).await["refresh_token"].as_str().unwrap().to_owned()
    };
    let kept = refresh_token().await;
    net.wait(181 * 86_400);
    assert_eq!(net.refresh(&kept).await.status, StatusCode::OK);
    net.wait(181 * 86_400);
    assert_eq!(net.refresh(&kept).await.status, StatusCode::OK, "each use counts anew");
    net.wait(182 * 86_400);
    assert_eq!(error(&net.refresh(&kept).await), over());

    let oldest = refresh_token().await;
    for _ in 0..99 {
        refresh_token().await;
    }
    assert_eq!(net.refresh(&oldest).await.status, StatusCode::OK, "a hundred may live");
    refresh_token().await;
    assert_eq!(error(&net.refresh(&oldest).await), over());
}

#[tokio::test]
async fn revoking_any_token_ends_the_grant() {
    let mut net = Net::new().await;
    let answer = net.grant("theolund", EVERYTHING, &[]).await;
    let access = answer["access_token"].as_str().unwrap().to_owned();
    let refresh = answer["refresh_token"].as_str().unwrap();
    let revoke = |token: &str| {
        let call = Call::post("raw", Safety::Invisible, "https://oauth2.googleapis.com/revoke");
        call.form([("token", token)])
    };
    let info = format!("https://oauth2.googleapis.com/tokeninfo?access_token={access}");
    let told: Value = json_of(&net.send(Call::get("raw", &info)).await);
    assert_eq!((told["expires_in"].as_str(), told["aud"].as_str()), (Some("3600"), Some("carillon-sandbox")));
    assert_eq!(net.send(revoke(&access)).await.status, StatusCode::OK);
    assert_eq!(error(&net.send(revoke(&access)).await).1, "invalid_token");
    assert_eq!(error(&net.send(revoke("unknown")).await).1, "invalid_token");
    assert_eq!(error(&net.refresh(refresh).await), over());
    assert_eq!(net.send(Call::get("raw", &info)).await.status, StatusCode::BAD_REQUEST);
    net.token = access;
    assert_eq!(refused(&net.get("channels?part=id&mine=true").await).1, "authError");
    let again = net.grant("theolund", EVERYTHING, &[("prompt", "")]).await;
    assert!(again.get("refresh_token").is_some(), "after a revocation it is the first time again");
}

#[tokio::test]
async fn scopes_and_missing_tokens_are_told_apart() {
    let mut net = Net::new().await;
    net.token = net.sign_in("theolund", &["youtube.readonly"]).await;
    json_of(&net.get("channels?part=id&mine=true").await);
    let scope = || (403, "insufficientPermissions".to_owned());
    assert_eq!(refused(&net.start(&meta("No", "private"), 10).await), scope());
    assert_eq!(refused(&net.delete("videos?id=x").await), scope());
    assert_eq!(refused(&net.get("commentThreads?part=snippet&videoId=x").await), scope());
    net.token = net.sign_in("theolund", &["youtube.upload"]).await;
    assert_eq!(refused(&net.get("channels?part=id&mine=true").await), scope());
    net.session(&meta("Yes", "private"), 10).await;
    let bare = net.send(Call::get("raw", format!("{V3}/channels?part=id&mine=true"))).await;
    assert_eq!(refused(&bare), (401, "authorizationRequired".to_owned()));
}
