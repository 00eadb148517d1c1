//! How often, how much, and who at all.

use super::*;

const PUBLIC: &str = "PUBLIC_TO_EVERYONE";

fn direct() -> Value {
    json!({ "post_info": info("", PUBLIC), "source_info": whole(500) })
}

#[tokio::test]
async fn calls_a_minute_are_counted_per_token() {
    let net = Net::new();
    let mara = net.mara().await;
    let slow = code(429, "rate_limit_exceeded");
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(begun(&mara.publish("video/init", direct()).await).id);
        net.wait(5);
    }
    let reply = mara.publish("video/init", direct()).await;
    assert_eq!(told(&reply), slow);
    assert!(reply.header("retry-after").is_none());
    let again = net.mara().await;
    begun(&again.publish("video/init", direct()).await);
    net.wait(30);
    begun(&mara.publish("video/init", direct()).await);
    assert_eq!(told(&mara.publish("video/init", direct()).await), slow, "the window slides");

    for _ in 0..30 {
        data(&mara.status(&ids[0]).await);
    }
    assert_eq!(told(&mara.status(&ids[0]).await), slow);
    for _ in 0..20 {
        data(&mara.publish("creator_info/query", json!({})).await);
    }
    assert_eq!(told(&mara.publish("creator_info/query", json!({})).await), slow);
    for _ in 0..5 {
        begun(&mara.inbox(500).await);
    }
    assert_eq!(told(&mara.inbox(500).await), code(403, "spam_risk_too_many_pending_share"));
    assert_eq!(told(&mara.inbox(500).await), slow);
}

#[tokio::test]
async fn fifteen_posts_a_day() {
    let net = Net::new();
    let mara = net.mara().await;
    for number in 0..15 {
        let title = format!("Number {number}");
        mara.video(&title, PUBLIC, &film(&title)).await;
        net.wait(60);
    }
    let full = code(403, "spam_risk_too_many_posts");
    assert_eq!(told(&mara.publish("video/init", direct()).await), full);
    assert_eq!(told(&mara.publish("creator_info/query", json!({})).await), full, "this call says so, too");
    begun(&mara.inbox(500).await);
    let theo = net.login("theolund", EVERYTHING).await;
    begun(&theo.publish("video/init", direct()).await);
    net.wait(86_400 - 15 * 60);
    let mara = net.mara().await;
    begun(&mara.publish("video/init", direct()).await);
    assert_eq!(told(&mara.publish("video/init", direct()).await), full, "one of them is a day old, not more");
    assert_eq!(net.live().len(), 15);
}

#[tokio::test]
async fn what_failed_or_never_came_does_not_count() {
    let net = Net::new();
    let mara = net.mara().await;
    net.rules(|memory| memory.rules.daily_posts = Some(1));
    mara.direct("Never sent", PUBLIC, 500).await;
    assert_eq!(told(&mara.publish("video/init", direct()).await), code(403, "spam_risk_too_many_posts"));
    net.wait(3_600);
    let text = Bytes::from_static(b"this is no film, whatever it says of itself");
    let id = mara.video("Fails", PUBLIC, &text).await;
    net.wait(60);
    assert_eq!(mara.stands(&id).await.0, "FAILED");
    mara.video("Counts", PUBLIC, &film("Counts")).await;
    assert_eq!(told(&mara.publish("video/init", direct()).await), code(403, "spam_risk_too_many_posts"));
}

#[tokio::test]
async fn five_drafts_may_wait() {
    let net = Net::new();
    let mara = net.mara().await;
    for _ in 0..5 {
        let file = film("draft");
        let begun = begun(&mara.inbox(file.len()).await);
        assert_eq!(net.put_whole(&begun.url, &file).await.status, StatusCode::CREATED);
        net.wait(60);
    }
    assert_eq!(told(&mara.inbox(500).await), code(403, "spam_risk_too_many_pending_share"));
    begun(&mara.publish("video/init", direct()).await);
    net.wait(86_400);
    let mara = net.mara().await;
    begun(&mara.inbox(500).await);
    assert!(net.live().is_empty(), "drafts are not public");
}

#[tokio::test]
async fn an_app_without_audit_posts_to_private_accounts_for_their_owners_only() {
    let net = Net::new();
    net.rules(|memory| memory.rules.unaudited = true);
    let init = |level: &str| json!({ "post_info": info("", level), "source_info": whole(500) });
    let refused = code(403, "unaudited_client_can_only_post_to_private_accounts");
    let mara = net.mara().await;
    for level in [PUBLIC, "SELF_ONLY"] {
        assert_eq!(told(&mara.publish("video/init", init(level)).await), refused, "{level}");
    }
    begun(&mara.inbox(500).await);
    net.rules(|memory| {
        let all = ["marafields", "theolund", "aishaokafor", "harborlightcoffee", "fernwehbikes"];
        memory.rules.private.extend(all.map(|key| (key.to_owned(), true)));
    });
    assert_eq!(told(&mara.publish("video/init", init("FOLLOWER_OF_CREATOR")).await), refused);
    begun(&mara.publish("video/init", init("SELF_ONLY")).await);
    for persona in ["theolund", "aishaokafor", "harborlightcoffee", "fernwehbikes"] {
        let other = net.login(persona, EVERYTHING).await;
        begun(&other.publish("video/init", init("SELF_ONLY")).await);
    }
    let sixth = net.login("nikospapadakis", EVERYTHING).await;
    let full = code(403, "reached_active_user_cap");
    assert_eq!(told(&sixth.publish("video/init", init("SELF_ONLY")).await), full);
    assert_eq!(told(&sixth.publish("creator_info/query", json!({})).await), full);
    begun(&mara.publish("video/init", init("SELF_ONLY")).await);
}

#[tokio::test]
async fn banned_people_and_old_apps_are_refused() {
    let net = Net::new();
    let mara = net.mara().await;
    net.rules(|memory| memory.rules.old_app = vec!["marafields".to_owned()]);
    assert_eq!(told(&mara.inbox(500).await), code(400, "app_version_check_failed"));
    begun(&mara.publish("video/init", direct()).await);
    net.rules(|memory| memory.rules.banned = vec!["marafields".to_owned()]);
    let banned = code(403, "spam_risk_user_banned_from_posting");
    assert_eq!(told(&mara.publish("video/init", direct()).await), banned);
    assert_eq!(told(&mara.publish("creator_info/query", json!({})).await), banned);
    assert_eq!(told(&mara.inbox(500).await), banned);
}
