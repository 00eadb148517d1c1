//! What every call must carry, how addresses are written, and how many calls a day has.

use super::*;
use crate::sandbox::{Fault, FaultKind, When};

#[tokio::test]
async fn version_and_protocol_must_be_named() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let path = "organizationAcls?q=roleAssignee";
    let plain = || mara.call(Method::GET, path);
    assert_eq!(mara.get(path).await.status, 200);
    let missing = mara.send(without(plain(), "linkedin-version")).await;
    assert_eq!(refusal(&missing), (400, "VERSION_MISSING".into()));
    for dead in ["202510", "202610", "202613", "2026-09", "20260901"] {
        let reply = mara.send(header(plain(), "linkedin-version", dead)).await;
        assert_eq!(refusal(&reply), (426, "NONEXISTENT_VERSION".into()), "{dead}");
    }
    let old = mara.send(without(plain(), "x-restli-protocol-version")).await;
    assert_eq!(old.status, 400);
    let old = mara.send(header(plain(), "x-restli-protocol-version", "1.0.0")).await;
    assert_eq!(old.status, 400);
}

#[tokio::test]
async fn tokens_are_told_apart() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let call = || mara.call(Method::GET, "organizationAcls?q=roleAssignee");
    let code = |reply: &Reply| (refusal(reply).1, body(reply)["serviceErrorCode"].as_u64().unwrap());
    let none = mara.send(without(call(), "authorization")).await;
    assert_eq!(code(&none), ("EMPTY_ACCESS_TOKEN".into(), 65_604));
    let refresh_token = mara.grant["refresh_token"].as_str().unwrap();
    for wrong in ["nonsense", refresh_token] {
        let reply = mara.send(call().bearer(&Secret::new(wrong))).await;
        assert_eq!(code(&reply), ("INVALID_ACCESS_TOKEN".into(), 65_600));
    }
    for (kind, want) in [
        (FaultKind::TokenExpired, ("EXPIRED_ACCESS_TOKEN".to_owned(), 65_602)),
        (FaultKind::TokenRevoked, ("REVOKED_ACCESS_TOKEN".to_owned(), 65_601)),
    ] {
        let someone = net.login("theolund", ORGANIZATION).await;
        net.bench.world.faults().add(Fault::once("linkedin", "organizations.acls", When::Before, kind));
        for _ in 0..2 {
            assert_eq!(code(&someone.get("organizationAcls?q=roleAssignee").await), want);
        }
    }
}

#[tokio::test]
async fn structures_stay_literal_and_urns_are_encoded() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let page = mara.page().await;
    let urn = mara.publish(&page, "Hello", Value::Null).await;
    let statistics = |rest: &str| {
        format!(
            "organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={}{rest}",
            encoded(&page)
        )
    };
    for good in [
        format!("posts/{}", encoded(&urn)),
        statistics(""),
        statistics(&format!("&shares=List({})", encoded(&urn))),
        statistics(
            "&timeIntervals=(timeRange:(start:1793000000000,end:1793600000000),timeGranularityType:DAY)",
        ),
    ] {
        assert_eq!(mara.get(&good).await.status, 200, "{good}");
    }
    for (bad, status) in [
        (format!("posts/{urn}"), 404),
        (statistics("").replace("%3A", ":"), 400),
        (statistics(&format!("&shares=List%28{}%29", encoded(&urn))), 400),
        (statistics(&format!("&shares=List({urn})")), 400),
        (statistics("&timeIntervals=%28timeRange%3A%28start%3A1%29%2CtimeGranularityType%3ADAY%29"), 400),
        (statistics("&format=json"), 403),
        ("nothing".to_owned(), 404),
    ] {
        let reply = mara.get(&bad).await;
        assert_eq!(reply.status, status, "{bad}: {}", reply.snippet(200));
    }
}

#[tokio::test]
async fn a_long_query_goes_as_a_form() {
    let net = Net::new();
    let mara = net.login("marafields", ORGANIZATION).await;
    let ids: Vec<String> = (0..1_000).map(|n| format!("{}", 10_000 + n)).collect();
    let query = format!("ids=List({})", ids.join(","));
    assert!(query.len() > 4 * 1024);
    assert_eq!(mara.get(&format!("organizations?{query}")).await.status, 414);
    let call = header(mara.call(Method::POST, "organizations"), "x-http-method-override", "GET");
    let call = call.body("application/x-www-form-urlencoded", bytes_of(query.clone().into_bytes()));
    assert_eq!(mara.send(call).await.status, 200);
    let call = header(mara.call(Method::POST, "organizations"), "x-http-method-override", "GET");
    let call = call.body("application/json", bytes_of(query.into_bytes()));
    assert_eq!(mara.send(call).await.status, 415);
}

#[tokio::test]
async fn a_member_has_150_posts_a_utc_day() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    for n in 0..150 {
        mara.publish(&me, &format!("Number {n}"), Value::Null).await;
    }
    let full = mara.post("posts", &draft(&me, "One more")).await;
    assert_eq!(refusal(&full), (429, "TOO_MANY_REQUESTS".into()));
    assert_eq!(body(&full)["serviceErrorCode"], 101);
    assert!(body(&full)["message"].as_str().unwrap().contains("throttle MEMBER DAY limit"));
    assert!(full.header("retry-after").is_none(), "nothing says when");
    let image = json!({ "initializeUploadRequest": { "owner": me } });
    assert_eq!(mara.post("images?action=initializeUpload", &image).await.status, 200, "another resource");
    let theo = net.login("theolund", MEMBER).await;
    theo.publish(&theo.me().await, "Somebody else", Value::Null).await;
    // The world begins at nine in the morning.
    net.pass(15 * 3_600 - 1);
    assert_eq!(mara.post("posts", &draft(&me, "Still today")).await.status, 429);
    net.pass(1);
    mara.publish(&me, "Tomorrow", Value::Null).await;
}

#[tokio::test]
async fn the_development_tier_is_small_and_has_no_batches() {
    let net = Net::new();
    net.memory(|m| m.development = true);
    let mara = net.login("marafields", ORGANIZATION).await;
    assert_eq!(refusal(&mara.get("organizations?ids=List(1,2)").await).0, 403);
    for _ in 0..100 {
        assert_eq!(mara.get("organizationAcls?q=roleAssignee").await.status, 200);
    }
    assert_eq!(refusal(&mara.get("organizationAcls?q=roleAssignee").await).0, 429);
    net.memory(|m| m.app_day = Some(101));
    let theo = net.login("theolund", ORGANIZATION).await;
    assert_eq!(theo.get("organizationAcls?q=roleAssignee").await.status, 200);
    let full = body(&theo.get("organizationAcls?q=roleAssignee").await);
    assert!(full["message"].as_str().unwrap().contains("throttle APPLICATION DAY limit"), "{full}");
}

#[tokio::test]
async fn a_gateway_may_time_out_after_the_post_is_live() {
    let net = Net::new();
    let mara = net.login("marafields", MEMBER).await;
    let me = mara.me().await;
    let fault = Fault::once("linkedin", "commit", When::After, FaultKind::Status).status(504);
    net.bench.world.faults().add(fault);
    let lost = mara.post("posts", &draft(&me, "Did it go through?")).await;
    assert_eq!(lost.status, 504);
    assert!(lost.json::<Value>().is_err() && lost.snippet(100).contains("<html>"));
    let urn = net.ledger()[0].remote_id.clone();
    let again = mara.post("posts", &draft(&me, "Did it go through?")).await;
    assert_eq!(refusal(&again), (422, "DUPLICATE_POST".into()));
    assert!(body(&again)["message"].as_str().unwrap().ends_with(&urn));
    for (status, code) in [(409, "CONFLICT"), (500, "INTERNAL_SERVER_ERROR"), (429, "TOO_MANY_REQUESTS")] {
        let fault = Fault::once("linkedin", "posts.create", When::Before, FaultKind::Status).status(status);
        net.bench.world.faults().add(fault);
        assert_eq!(refusal(&mara.post("posts", &draft(&me, "Next")).await), (status, code.into()));
    }
    assert_eq!(net.ledger().len(), 1);
}
