//! Limits of calls, and what the fault script makes the network say.

use serde_json::Value;

use super::*;

#[tokio::test]
async fn usage_is_said_after_some_calls_and_refused_beyond_the_limit() {
    let net = Net::new();
    let user = net.user("marafields").await;
    let page = net.page().await;
    net.set(|s| s.calls_per_day = Some(20));
    let read = async || net.get(&page.id, &page.token, &[]).await;
    let header = "x-business-use-case-usage";
    assert!(read().await.header(header).is_none(), "not from the first call on");
    for _ in 0..9 {
        read().await;
    }
    let usage: Value = serde_json::from_str(read().await.header(header).unwrap()).unwrap();
    let entry = &usage[&page.id][0];
    assert_eq!((&entry["type"], &entry["call_count"]), (&"pages".into(), &55.into()));
    for _ in 0..9 {
        ok(&read().await);
    }
    let refused = read().await;
    assert_eq!(refusal(&refused), (400, 80_001, 0));
    let minutes = |reply: &Reply| {
        let usage: Value = serde_json::from_str(reply.header(header).unwrap()).unwrap();
        let page = usage.as_object().unwrap().values().next().unwrap().clone();
        page[0]["estimated_time_to_regain_access"].as_i64().unwrap()
    };
    assert_eq!(minutes(&refused), 24 * 60);
    assert_eq!(minutes(&read().await), 24 * 60 + 1, "calls while blocked prolong it");
    net.wait(86_400);
    assert_eq!(refusal(&read().await).1, 80_001);
    net.wait(180);
    ok(&read().await);
    for _ in 0..6 {
        net.get("me", &user, &[]).await;
    }
    let app = net.get("me", &user, &[]).await;
    assert!(app.header("x-app-usage").is_some_and(|h| h.contains("call_count")), "{:?}", app.headers);
}

#[tokio::test]
async fn an_error_can_hide_that_it_worked() {
    let net = Net::new();
    let page = net.page().await;
    net.fault("commit", When::After, FaultKind::Status, 500);
    let answer = net.on(&page, "feed", &[("message", "there all the same")]).await;
    assert_eq!(refusal(&answer), (500, 2, 0));
    assert_eq!(answer.json::<Value>().unwrap()["error"]["is_transient"], true);
    assert_eq!(net.ledger().len(), 1);
    net.fault("photos.create", When::Before, FaultKind::Status, 501);
    let url = url_of(&net.bench.library.jpeg(100, 100, None));
    assert_eq!(refusal(&net.on(&page, "photos", &[("url", &url)]).await), (500, 1, 99));
    assert_eq!(net.ledger().len(), 1, "before means without effect");
}

#[tokio::test]
async fn scripted_faults_speak_the_networks_words() {
    let net = Net::new();
    let page = net.page().await;
    let cases = [
        (400, (400, 368, 1_390_008)),
        (403, (403, 200, 0)),
        (404, (400, 100, 33)),
        (409, (400, 506, 0)),
        (423, (401, 190, 459)),
        (451, (403, 200, 1_404_078)),
        (458, (401, 190, 458)),
        (460, (401, 190, 460)),
        (463, (401, 190, 463)),
        (464, (401, 190, 464)),
        (467, (401, 190, 467)),
        (492, (401, 190, 492)),
        (501, (500, 1, 99)),
        (503, (503, 2, 0)),
    ];
    for (status, want) in cases {
        net.fault("posts.create", When::Before, FaultKind::Status, status);
        assert_eq!(refusal(&net.on(&page, "feed", &[("message", "x")]).await), want, "{status}");
    }
    net.fault("videos.read", When::Before, FaultKind::Status, 404);
    assert_eq!(refusal(&net.get("8821034000007907", &page.token, &[]).await), (400, 100, 33));
    let limit = Fault::once("facebook", "posts.create", When::Before, FaultKind::RateLimit);
    net.bench.world.faults().add(limit.reset(90));
    let reply = net.on(&page, "feed", &[("message", "x")]).await;
    assert_eq!(refusal(&reply), (400, 80_001, 0));
    let usage = reply.header("x-business-use-case-usage").unwrap();
    assert!(usage.contains("\"estimated_time_to_regain_access\":2"), "{usage}");
    net.fault("pages.list", When::Before, FaultKind::RateLimit, 400);
    assert_eq!(refusal(&net.get("me/accounts", &page.token, &[]).await), (400, 4, 0));
    net.fault("posts.create", When::Before, FaultKind::TokenRevoked, 400);
    assert_eq!(refusal(&net.on(&page, "feed", &[("message", "x")]).await), (401, 190, 458));
    assert_eq!(refusal(&net.get("me", &page.token, &[]).await), (401, 190, 458), "and it stays so");
    assert!(net.ledger().is_empty());
}

#[tokio::test]
async fn subscriptions_are_kept_for_each_page() {
    let net = Net::new();
    let page = net.page().await;
    let edge = "subscribed_apps";
    assert_eq!(refusal(&net.on(&page, edge, &[("subscribed_fields", "feed,nonsense")]).await).1, 100);
    ok(&net.on(&page, edge, &[("subscribed_fields", "feed,mention")]).await);
    let path = format!("{}/{edge}", page.id);
    let shown = ok(&net.get(&path, &page.token, &[]).await);
    assert_eq!(shown["data"][0]["subscribed_fields"], serde_json::json!(["feed", "mention"]));
    ok(&net.delete(&path, &page.token).await);
    assert_eq!(ok(&net.get(&path, &page.token, &[]).await)["data"], serde_json::json!([]));
}
