//! Sign-in, consent, and codes.

use sha2::{Digest, Sha256};

use super::*;

fn challenge(verifier: &str) -> String {
    hex::encode(Sha256::digest(verifier))
}

#[tokio::test]
async fn a_code_brings_tokens_and_names_what_was_granted() {
    let net = Net::new();
    let url = net.authorize_url(EVERYTHING, &[]);
    let back = testing::approve(&net.bench.sandbox, &url, "marafields").await;
    assert_eq!(parameter(&back, "scopes").as_deref(), Some(EVERYTHING));
    assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    let code = parameter(&back, "code").unwrap();
    assert!(code.contains(['*', '!']) && back.query().unwrap().contains("%21"), "{back}");
    let grant: Value = net.redeem(&code, &[]).await.json().unwrap();
    assert!(grant["access_token"].as_str().unwrap().starts_with("act."));
    assert!(grant["refresh_token"].as_str().unwrap().starts_with("rft."));
    assert_eq!(
        (grant["expires_in"].as_u64(), grant["refresh_expires_in"].as_u64()),
        (Some(7_200), Some(15_552_000))
    );
    assert_eq!((grant["scope"].as_str(), grant["token_type"].as_str()), (Some(EVERYTHING), Some("Bearer")));
    assert!(!grant["open_id"].as_str().unwrap().is_empty());
    assert!(grant.get("error").is_none() && grant.get("data").is_none(), "no envelope here: {grant}");
}

#[tokio::test]
async fn people_may_refuse_and_untick() {
    let net = Net::new();
    let back = testing::refuse(&net.bench.sandbox, &net.authorize_url(EVERYTHING, &[]), "theolund").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert!(parameter(&back, "error_description").is_some() && parameter(&back, "code").is_none());
    assert_eq!(parameter(&back, "state").as_deref(), Some("s"));
    net.rules(|memory| {
        memory.rules.unticked = vec!["user.info.basic".to_owned(), "video.publish".to_owned()];
    });
    let someone = net.login("theolund", "user.info.basic,video.publish,video.list").await;
    assert_eq!(someone.grant["scope"], "user.info.basic,video.list", "the basic scope can't be unticked");
    assert_eq!(
        told(&someone.publish("creator_info/query", json!({})).await),
        code(401, "scope_not_authorized")
    );
}

#[tokio::test]
async fn a_wrong_request_gets_a_page_or_an_error_and_never_a_code() {
    let net = Net::new();
    let long = format!("https://carillon.example/{}", "a".repeat(500));
    let pages: [&[(&str, &str)]; 8] = [
        &[("client_key", "nobody")],
        &[("client_key", ""), ("client_id", "carillon-sandbox")],
        &[("redirect_uri", "")],
        &[("redirect_uri", "http://carillon.example/back")],
        &[("redirect_uri", "https://carillon.example/back?x=1")],
        &[("redirect_uri", "https://carillon.example/back#x")],
        &[("redirect_uri", "not an address")],
        &[("redirect_uri", &long)],
    ];
    for more in pages {
        let reply = testing::open(&net.bench.sandbox, net.authorize_url(EVERYTHING, more).as_str()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{more:?}");
    }
    let errors: [(&[(&str, &str)], &str); 8] = [
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("state", "")], "invalid_request"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "user.info.basic video.list")], "invalid_scope"),
        (&[("scope", "user.info.basic, video.list")], "invalid_scope"),
        (&[("scope", "user.info.everything")], "invalid_scope"),
        (&[("disable_auto_auth", "yes")], "invalid_request"),
        (&[("code_challenge_method", "S256"), ("code_challenge", "short")], "invalid_request"),
    ];
    for (more, error) in errors {
        let reply = testing::open(&net.bench.sandbox, net.authorize_url(EVERYTHING, more).as_str()).await;
        let target = Url::parse(reply.header("location").unwrap()).unwrap();
        assert_eq!(parameter(&target, "error").as_deref(), Some(error), "{more:?}: {target}");
    }
    let slashless = format!("{WWW}/v2/auth/authorize");
    assert_eq!(testing::open(&net.bench.sandbox, &slashless).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_challenge_is_hex_and_desktops_need_one() {
    let net = Net::new();
    let verifier = "v".repeat(43);
    let hexed = challenge(&verifier);
    let pkce = [("code_challenge", hexed.as_str()), ("code_challenge_method", "S256")];
    let ask = async || net.code("theolund", EVERYTHING, &pkce).await;
    assert_eq!(net.redeem(&ask().await, &[("code_verifier", &verifier)]).await.status, StatusCode::OK);
    let (status, error, _) = oauth(&net.redeem(&ask().await, &[]).await);
    assert_eq!((status, error.as_str()), (400, "invalid_request"));
    let other = oauth(&net.redeem(&ask().await, &[("code_verifier", &"w".repeat(43))]).await);
    assert_eq!((other.0, other.1.as_str()), (400, "invalid_grant"));
    let short = "v".repeat(42);
    let hexed = challenge(&short);
    let pkce = [("code_challenge", hexed.as_str()), ("code_challenge_method", "S256")];
    let code = net.code("theolund", EVERYTHING, &pkce).await;
    assert_eq!(oauth(&net.redeem(&code, &[("code_verifier", &short)]).await).1, "invalid_grant");

    net.rules(|memory| memory.rules.desktop = true);
    let reply = testing::open(&net.bench.sandbox, net.authorize_url(EVERYTHING, &[]).as_str()).await;
    assert!(reply.header("location").unwrap().contains("error=invalid_request"));
    assert_eq!(net.redeem(&ask().await, &[("code_verifier", &verifier)]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn codes_are_good_once_decoded_and_for_who_asked() {
    let net = Net::new();
    let ask = async || net.code("theolund", EVERYTHING, &[]).await;
    let grant = |reply: Reply| {
        let (status, error, _) = oauth(&reply);
        assert_eq!((status, error.as_str()), (400, "invalid_grant"));
    };
    let first = ask().await;
    assert_eq!(net.redeem(&first, &[]).await.status, StatusCode::OK);
    grant(net.redeem(&first, &[]).await);
    grant(net.redeem(&ask().await.replace('*', "%2A").replace('!', "%21"), &[]).await);
    grant(net.redeem(&ask().await, &[("redirect_uri", "https://carillon.example/other")]).await);
    let late = ask().await;
    net.wait(301);
    grant(net.redeem(&late, &[]).await);
    let wrong = oauth(&net.redeem(&ask().await, &[("client_secret", "wrong")]).await);
    assert_eq!((wrong.0, wrong.1.as_str()), (401, "invalid_client"));
    let stranger = oauth(&net.redeem(&ask().await, &[("client_key", "nobody")]).await);
    assert_eq!((stranger.0, stranger.1.as_str()), (401, "invalid_client"));
    let error = |reply: Reply| oauth(&reply).1;
    assert_eq!(
        error(net.redeem(&ask().await, &[("grant_type", "password")]).await),
        "unsupported_grant_type"
    );
    assert_eq!(error(net.redeem(&ask().await, &[("grant_type", "")]).await), "invalid_request");
    assert_eq!(error(net.redeem("", &[]).await), "invalid_request");
    assert_eq!(error(net.redeem(&ask().await, &[("client_key", "")]).await), "invalid_request");
}

#[tokio::test]
async fn who_agreed_before_is_not_asked_again_by_apps_that_want_that() {
    let net = Net::new();
    net.login("theolund", "user.info.basic,video.list").await;
    let back = |url: Url| {
        let sandbox = net.bench.sandbox.clone();
        // Somebody who is shown the consent page refuses.
        async move { testing::refuse(&sandbox, &url, "theolund").await }
    };
    let quick = [("disable_auto_auth", "0")];
    let url = net.authorize_url("user.info.basic,video.list", &quick);
    assert!(parameter(&back(url).await, "code").is_some());
    let more = net.authorize_url(EVERYTHING, &quick);
    assert_eq!(parameter(&back(more).await, "error").as_deref(), Some("access_denied"));
    let slow = net.authorize_url("user.info.basic,video.list", &[("disable_auto_auth", "1")]);
    assert_eq!(parameter(&back(slow).await, "error").as_deref(), Some("access_denied"));
}
