//! Mentions, searches, public profiles, places, and what webhooks would say.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::*;

#[tokio::test]
async fn who_is_mentioned_finds_it() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let post = net.text(&mara, "Bread by @theolund.").await;
    net.text(&mara, "Not by @theolunds.").await;
    assert_eq!(ids(&net.list(&theo, "me/mentions", &[]).await), [post.as_str()]);
    let shown = ok(&net.get(&post, &theo.token, &[("fields", "text,username,owner")]).await);
    assert_eq!(shown, json!({ "id": post, "text": "Bread by @theolund.", "username": "marafields" }));
    let stranger = net.user_with("aishaokafor", "threads_basic").await;
    assert_eq!(refusal(&net.get(&post, &stranger.token, &[]).await), (400, 100, 33));
    assert_eq!(refusal(&net.get("me/mentions", &stranger.token, &[]).await), (403, 10, 0));
    net.set(|s| {
        s.private.insert("marafields".to_owned());
    });
    assert!(net.list(&theo, "me/mentions", &[]).await.is_empty(), "private profiles are not heard of");
}

#[tokio::test]
async fn posts_are_found_by_words_and_tags() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let tide = net.text(&mara, "The TIDE is low #coast").await;
    let url = net.jpeg();
    let params = [("media_type", "IMAGE"), ("image_url", url.as_str()), ("text", "Another tide")];
    let picture = net.posted(&mara, &params).await;
    let search = async |params: &[(&str, &str)]| net.list(&theo, "keyword_search", params).await;
    assert_eq!(ids(&search(&[("q", "tide")]).await), [picture.as_str(), tide.as_str()]);
    let recent = [("q", "tide"), ("search_type", "RECENT"), ("media_type", "TEXT")];
    assert_eq!(ids(&search(&recent).await), [tide.as_str()]);
    assert_eq!(ids(&search(&[("q", "Coast"), ("search_mode", "TAG")]).await), [tide.as_str()]);
    assert!(search(&[("q", "low"), ("search_mode", "TAG")]).await.is_empty());
    let wrong: &[&[(&str, &str)]] =
        &[&[("q", "")], &[("q", "x"), ("search_type", "BEST")], &[("q", "x"), ("lang", "no")]];
    for params in wrong {
        let reply = net.get("keyword_search", &theo.token, params).await;
        assert_eq!(refusal(&reply), (400, 100, 0), "{params:?}");
    }
    let fields = [("fields", "recently_searched_keywords")];
    let me = ok(&net.get("me", &theo.token, &fields).await);
    assert_eq!(me["recently_searched_keywords"][0]["query"], "low");
}

#[tokio::test]
async fn public_profiles_can_be_looked_up() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let post = net.text(&mara, "For all to see.").await;
    let who = [("username", "@marafields")];
    let shown = ok(&net.get("profile_lookup", &theo.token, &who).await);
    assert_eq!(shown["name"], "Mara Fields");
    assert!(shown["follower_count"].as_u64().unwrap() >= 1_000);
    assert_eq!(ids(&net.list(&theo, "profile_posts", &who).await), [post.as_str()]);
    let nobody = net.get("profile_lookup", &theo.token, &[("username", "nobody")]).await;
    assert_eq!(refusal(&nobody), (400, 100, 33));
    net.set(|s| {
        s.private.insert("marafields".to_owned());
    });
    assert_eq!(refusal(&net.get("profile_posts", &theo.token, &who).await), (400, 100, 33));
    let unable = net.user_with("theolund", "threads_basic").await;
    assert_eq!(refusal(&net.get("profile_lookup", &unable.token, &who).await), (403, 10, 0));
}

#[tokio::test]
async fn a_place_is_searched_and_tagged() {
    let net = Net::new();
    let user = net.user().await;
    let words = [("q", "menlo park"), ("fields", "id,name,city")];
    let found = net.list(&user, "location_search", &words).await;
    assert_eq!((found.len(), &found[0]["city"]), (1, &json!("Menlo Park")));
    let place = found[0]["id"].as_str().unwrap();
    let near = [("latitude", "60.4"), ("longitude", "5.3")];
    assert_eq!(net.list(&user, "location_search", &near).await[0]["name"], "Bryggen");
    assert_eq!(refusal(&net.get("location_search", &user.token, &near[..1]).await), (400, 100, 0));
    let alone = ok(&net.get(place, &user.token, &[("fields", "country,postal_code")]).await);
    assert_eq!(alone, json!({ "id": place, "country": "USA", "postal_code": "94025" }));
    let params = [("media_type", "TEXT"), ("text", "Here."), ("location_id", place)];
    let post = net.posted(&user, &params).await;
    let shown = ok(&net.get(&post, &user.token, &[("fields", "location_id,location{name}")]).await);
    assert_eq!((&shown["location_id"], &shown["location"]["name"]), (&json!(place), &json!("Menlo Park")));
    let limit = [("fields", "location_search_quota_usage,location_search_config")];
    let quota = &net.list(&user, "me/threads_publishing_limit", &limit).await[0];
    assert_eq!(quota["location_search_quota_usage"], 2, "refused ones are free");
    assert_eq!(quota["location_search_config"]["quota_total"], 500);
}

#[tokio::test]
async fn webhooks_have_their_own_envelope_and_a_signature() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let post = net.text(&mara, "Top.").await;
    net.wait(2);
    let reply = net.reply(&theo, &post, "For @marafields").await;
    ok(&net.delete(&theo, &reply).await);
    let sent: Value = net.open("/dashboard/webhooks").await.json().unwrap();
    let mut seen = Vec::new();
    for delivery in sent["deliveries"].as_array().unwrap() {
        let text = delivery["body"].as_str().unwrap();
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        let want = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(delivery["signature"], want);
        let body: Value = serde_json::from_str(text).unwrap();
        assert_eq!((&body["app_id"], &body["has_uid_field"]), (&json!(APP), &json!(false)));
        assert!(body["time"].is_i64() && body["subscription_id"].is_string(), "{body}");
        let values = &body["values"];
        let said = [&body["topic"], &values["field"], &body["target_id"], &values["value"]["id"]];
        seen.push(said.map(|word| word.as_str().unwrap_or_default().to_owned()));
    }
    let row = |topic: &str, field: &str, target: &User, id: &str| {
        [topic, field, target.id.as_str(), id].map(str::to_owned)
    };
    let want = [
        row("moderate", "delete", &theo, &reply),
        row("interaction", "mentions", &mara, &reply),
        row("moderate", "replies", &mara, &reply),
        row("interaction", "publish", &theo, &reply),
        row("interaction", "publish", &mara, &post),
    ];
    assert_eq!(seen, want);
}
