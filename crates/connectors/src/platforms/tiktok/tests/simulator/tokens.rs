//! How long tokens live, and how they end.

use super::*;

const ME: &str = "/v2/user/info/?fields=open_id";

fn dead(reply: &Reply) {
    let (status, error, _) = oauth(reply);
    assert_eq!((status, error.as_str()), (400, "invalid_grant"));
}

#[tokio::test]
async fn access_lasts_two_hours_and_each_refresh_token_is_good_once() {
    let net = Net::new();
    let mut mara = net.mara().await;
    net.wait(7_199);
    data(&mara.get(ME).await);
    net.wait(1);
    assert_eq!(told(&mara.get(ME).await), code(401, "access_token_invalid"));
    for _ in 0..2 {
        let used = mara.refresh_token().to_owned();
        let reply = net.refresh(&used).await;
        let fresh: Value = reply.json().unwrap();
        assert_ne!(fresh["refresh_token"], used.as_str());
        assert_eq!(fresh["refresh_expires_in"], 15_552_000);
        assert_eq!(fresh["open_id"], mara.grant["open_id"]);
        assert_eq!(fresh["scope"], EVERYTHING);
        mara.grant = fresh;
        dead(&net.refresh(&used).await);
        data(&mara.get(ME).await);
    }
    net.wait(15_552_000);
    dead(&net.refresh(mara.refresh_token()).await);
    dead(&net.refresh("rft.unknown").await);
    dead(&net.refresh(mara.access()).await);
}

#[tokio::test]
async fn tokens_lived_longer_once_and_did_not_rotate() {
    let net = Net::new();
    net.rules(|memory| memory.rules.old_lifetimes = true);
    let mara = net.mara().await;
    assert_eq!(mara.grant["expires_in"], 86_400);
    assert_eq!(mara.grant["refresh_expires_in"], 31_536_000);
    net.wait(86_400);
    assert_eq!(told(&mara.get(ME).await), code(401, "access_token_invalid"));
    for _ in 0..2 {
        let fresh: Value = net.refresh(mara.refresh_token()).await.json().unwrap();
        assert_eq!(fresh["refresh_token"], mara.refresh_token());
        assert_eq!(fresh["refresh_expires_in"], 31_536_000 - 86_400);
    }
}

#[tokio::test]
async fn revoking_ends_everything_between_a_person_and_an_app() {
    let net = Net::new();
    let (mara, theo) = (net.mara().await, net.login("theolund", EVERYTHING).await);
    let second = net.mara().await;
    let reply = net.revoke(mara.access()).await;
    assert_eq!((reply.status, reply.body.len()), (StatusCode::OK, 0));
    for ended in [&mara, &second] {
        assert_eq!(told(&ended.get(ME).await), code(401, "access_token_invalid"));
        dead(&net.refresh(ended.refresh_token()).await);
    }
    data(&theo.get(ME).await);
    assert_eq!(net.revoke(mara.refresh_token()).await.status, StatusCode::OK, "over already");
    dead(&net.revoke("act.unknown").await);
    assert_eq!(oauth(&net.revoke("").await).1, "invalid_request");
    let again = net.mara().await;
    assert_eq!(again.grant["open_id"], mara.grant["open_id"]);
    data(&again.get(ME).await);
}

#[tokio::test]
async fn a_token_of_the_app_alone_opens_nothing_here() {
    let net = Net::new();
    let reply = net.form("/v2/oauth/token/", &[("grant_type", "client_credentials")]).await;
    let grant: Value = reply.json().unwrap();
    assert!(grant.get("open_id").is_none() && grant.get("refresh_token").is_none());
    let app = Someone { net: &net, grant };
    assert_eq!(told(&app.get(ME).await), code(401, "access_token_invalid"));
}

#[tokio::test]
async fn credentials_stand_in_a_form() {
    let net = Net::new();
    let call = Call::post("raw", Safety::Invisible, format!("{API}/v2/oauth/token/"));
    let reply = net.send(call.json(&json!({ "grant_type": "client_credentials" }))).await;
    let (status, error, _) = oauth(&reply);
    assert_eq!((status, error.as_str()), (400, "invalid_request"));
    let slashless = net.form("/v2/oauth/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!(slashless.status, StatusCode::NOT_FOUND);
    let elsewhere = Call::post("raw", Safety::Invisible, format!("{WWW}/v2/oauth/token/"));
    assert_eq!(
        net.send(elsewhere.form([("grant_type", "client_credentials")])).await.status,
        StatusCode::NOT_FOUND
    );
}
