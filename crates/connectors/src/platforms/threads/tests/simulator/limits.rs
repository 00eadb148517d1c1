//! Quotas, limits of calls, and what the fault script makes the network say.

use serde_json::json;

use super::*;

const ALL: &str = "quota_usage,config,reply_quota_usage,reply_config,delete_quota_usage,delete_config";

async fn quota(net: &Net, user: &User) -> Value {
    net.list(user, "me/threads_publishing_limit", &[("fields", ALL)]).await[0].clone()
}

#[tokio::test]
async fn quotas_are_read_and_hold_for_a_day() {
    let net = Net::new();
    let user = net.user().await;
    let config = |total: u32| json!({ "quota_total": total, "quota_duration": 86_400 });
    let fresh = json!({
        "quota_usage": 0, "config": config(250), "reply_quota_usage": 0, "reply_config": config(1000),
        "delete_quota_usage": 0, "delete_config": config(100),
    });
    assert_eq!(quota(&net, &user).await, fresh);
    net.set(|s| (s.post_quota, s.reply_quota, s.delete_quota) = (Some(2), Some(1), Some(1)));
    let first = net.text(&user, "One.").await;
    net.wait(2);
    net.reply(&user, &first, "A reply is counted apart.").await;
    let second = net.text(&user, "Two.").await;
    let text = [("media_type", "TEXT"), ("text", "Three.")];
    let third = id(&net.create(&user, &text).await);
    net.wait(30);
    let full = (400, 9, 2_207_042);
    assert_eq!(refusal(&net.publish(&user, &third).await), full);
    assert_eq!(net.status(&user, &third).await, "FINISHED", "it can be published later");
    let reply = [text[0], text[1], ("reply_to_id", second.as_str())];
    let reply = id(&net.create(&user, &reply).await);
    net.wait(30);
    assert_eq!(refusal(&net.publish(&user, &reply).await), full);
    ok(&net.delete(&user, &first).await);
    assert_eq!(refusal(&net.delete(&user, &second).await), full);
    let used = quota(&net, &user).await;
    let usage = ["quota_usage", "reply_quota_usage", "delete_quota_usage"].map(|name| used[name].clone());
    assert_eq!(usage, [json!(2), json!(1), json!(1)], "what was deleted still counts");
    assert_eq!(net.ledger().len(), 3);
    // The first post is a day old by now, the container a few seconds younger than that.
    net.wait(86_290);
    assert_eq!(net.status(&user, &third).await, "FINISHED");
    id(&net.publish(&user, &third).await);
}

#[tokio::test]
async fn each_part_of_the_quota_needs_its_permission() {
    let net = Net::new();
    let user = net.user_with("marafields", "threads_basic,threads_content_publish").await;
    let path = "me/threads_publishing_limit";
    let read = async |fields: &str| net.get(path, &user.token, &[("fields", fields)]).await;
    ok(&read("quota_usage,config").await);
    for fields in ["reply_quota_usage", "delete_config", "location_search_config"] {
        assert_eq!(refusal(&read(fields).await), (403, 10, 0), "{fields}");
    }
    assert_eq!(refusal(&read("nonsense").await), (400, 100, 0));
}

#[tokio::test]
async fn usage_is_said_after_some_calls_and_refused_beyond_the_limit() {
    let net = Net::new();
    let user = net.user().await;
    let header = "x-business-use-case-usage";
    let read = async || net.get("me", &user.token, &[]).await;
    net.set(|s| s.calls_per_day = Some(20));
    // The login read the profile once.
    assert!(read().await.header(header).is_none(), "not from the first call on");
    for _ in 0..8 {
        ok(&read().await);
    }
    let entry = |reply: &Reply| {
        let usage: Value = serde_json::from_str(reply.header(header).unwrap()).unwrap();
        usage.as_object().unwrap().values().next().unwrap()[0].clone()
    };
    let told = entry(&read().await);
    assert_eq!((&told["type"], &told["call_count"]), (&json!("threads"), &json!(55)));
    for _ in 0..9 {
        ok(&read().await);
    }
    let refused = read().await;
    assert_eq!(refusal(&refused), (400, 4, 0));
    assert_eq!(entry(&refused)["estimated_time_to_regain_access"], 24 * 60);
    net.wait(86_400);
    ok(&read().await);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_its_effect() {
    let net = Net::new();
    let user = net.user().await;
    let new = async || {
        let container = id(&net.create(&user, &[("media_type", "TEXT"), ("text", "Once.")]).await);
        net.wait(30);
        container
    };
    for (when, public) in [(When::After, true), (When::Before, false)] {
        for (kind, status) in [(FaultKind::Cut, 500), (FaultKind::Status, 500), (FaultKind::Status, 503)] {
            let before = net.ledger().len();
            let container = new().await;
            net.fault("commit", when, kind, status);
            let params = [("creation_id", container.as_str())];
            let call = net.call(Method::POST, "me/threads_publish", &user.token, &params);
            match net.try_send(call).await {
                Ok(reply) => assert_eq!(refusal(&reply), (status, 2, 0)),
                Err(error) => assert!(matches!(error, SendError::Lost(_)), "{error}"),
            }
            assert_eq!(net.ledger().len() - before, usize::from(public), "{when:?} {kind:?}");
            let want = if public { "PUBLISHED" } else { "FINISHED" };
            assert_eq!(net.status(&user, &container).await, want, "{when:?} {kind:?}");
        }
    }
    let fields = [("fields", "id,text,timestamp,media_type,permalink")];
    assert_eq!(net.list(&user, "me/threads", &fields).await.len(), 3);
    let blocked = new().await;
    net.fault("threads.publish", When::After, FaultKind::Status, 400);
    assert_eq!(refusal(&net.publish(&user, &blocked).await), (400, 4, 2_207_051));
    assert_eq!(net.ledger().len(), 4, "blocked, and live all the same");
}

#[tokio::test]
async fn scripted_faults_speak_the_networks_words() {
    let net = Net::new();
    let user = net.user().await;
    let cases = [
        (400, (400, 4, 2_207_051)),
        (403, (403, 10, 0)),
        (404, (400, 100, 33)),
        (409, TOO_EARLY),
        (420, (400, 613, 1996)),
        (429, (400, 17, 0)),
        (451, (403, 10, 4_279_013)),
        (458, (401, 190, 458)),
        (459, (401, 190, 459)),
        (460, (401, 190, 460)),
        (463, (401, 190, 463)),
        (464, (401, 190, 464)),
        (467, (401, 190, 467)),
        (501, (500, 1, 0)),
        (502, (500, -1, 0)),
        (503, (503, 2, 0)),
    ];
    for (status, want) in cases {
        net.fault("threads.publish", When::Before, FaultKind::Status, status);
        assert_eq!(refusal(&net.publish(&user, "1").await), want, "{status}");
    }
    net.fault("containers.create", When::Before, FaultKind::Status, 400);
    let created = net.create(&user, &[("media_type", "TEXT"), ("text", "x")]).await;
    assert_eq!(refusal(&created), (400, 1, 2_207_052));
    let limit = Fault::once("threads", "threads.publish", When::Before, FaultKind::RateLimit);
    net.bench.world.faults().add(limit.reset(90));
    let reply = net.publish(&user, "1").await;
    assert_eq!(refusal(&reply), (400, 4, 0));
    let usage = reply.header("x-business-use-case-usage").unwrap();
    assert!(usage.contains("\"estimated_time_to_regain_access\":2"), "{usage}");
    assert!(net.ledger().is_empty());
}

#[tokio::test]
async fn a_token_can_end_in_the_middle() {
    let net = Net::new();
    for (kind, subcode) in [(FaultKind::TokenExpired, 463), (FaultKind::TokenRevoked, 458)] {
        let user = net.user().await;
        net.fault("containers.create", When::Before, kind, 400);
        let text = [("access_token", user.token.as_str()), ("media_type", "TEXT"), ("text", "x")];
        let call = Call::post("raw", Safety::Invisible, format!("{GRAPH}/me/threads")).form(text);
        assert_eq!(refusal(&net.send(call).await), (401, 190, subcode));
        assert_eq!(refusal(&net.get("me", &user.token, &[]).await), (401, 190, subcode), "and it stays so");
    }
}
