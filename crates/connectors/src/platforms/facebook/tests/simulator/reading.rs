//! Fields, pages and numbers.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_page_shows_the_fields_that_are_asked_for() {
    let net = Net::new();
    let page = net.page().await;
    let fields = "id,name,username,link,about,category,fan_count,followers_count,picture{url},cover,\
                  verification_status,instagram_business_account";
    let shown = ok(&net.get(&page.id, &page.token, &[("fields", fields)]).await);
    assert_eq!((&shown["username"], &shown["id"]), (&json!("marafields"), &json!(page.id)));
    assert!(shown["followers_count"].as_u64().unwrap() > 100);
    assert!(shown["picture"]["data"]["url"].is_string() && shown.get("instagram_business_account").is_none());
    let post = net.text_post(&page, "numbers").await;
    net.wait(2 * 86_400);
    let fields = "message,shares{count},reactions.summary(true).limit(0),comments.summary(true).limit(0)";
    let shown = ok(&net.get(&post, &page.token, &[("fields", fields)]).await);
    assert!(shown["reactions"]["summary"]["total_count"].as_u64().unwrap() > 0, "{shown}");
    assert_eq!(shown["comments"]["summary"]["total_count"], 0);
    assert!(shown["shares"]["count"].as_u64().unwrap() > 0);
    for (fields, want) in [("id,likers", 100), ("id,", 2500), ("from{nme}", 100), ("shares.limit(1)", 100)] {
        let reply = net.get(&post, &page.token, &[("fields", fields)]).await;
        assert_eq!(refusal(&reply).1, want, "{fields}");
    }
    assert_eq!(refusal(&net.get("61000/impressions", &page.token, &[]).await).1, 2500);
}

#[tokio::test]
async fn lists_are_read_page_by_page_to_their_end() {
    let net = Net::new();
    let page = net.page().await;
    let mut posts = Vec::new();
    for n in 0..7 {
        posts.insert(0, net.text_post(&page, &format!("post {n}")).await);
        net.wait(60);
    }
    ok(&net.delete(&posts[1], &page.token).await);
    let edge = format!("{}/published_posts", page.id);
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut after = None;
    loop {
        let mut query = vec![("limit", "3"), ("fields", "id")];
        query.extend(after.as_deref().map(|cursor| ("after", cursor)));
        let body = ok(&net.get(&edge, &page.token, &query).await);
        let data = body["data"].as_array().unwrap();
        sizes.push(data.len());
        seen.extend(data.iter().map(|p| p["id"].as_str().unwrap().to_owned()));
        after = body["paging"]["cursors"]["after"].as_str().map(str::to_owned);
        if body["paging"]["next"].is_null() {
            break;
        }
    }
    posts.remove(1);
    assert_eq!((seen, sizes), (posts.clone(), vec![2, 3, 1]), "what is gone keeps its place");
    let first = ok(&net.get(&edge, &page.token, &[("limit", "2")]).await);
    let next =
        format!("{}&appsecret_proof={}", first["paging"]["next"].as_str().unwrap(), proof(&page.token));
    let second = ok(&net.send(Call::get("raw", next)).await);
    assert_eq!(second["data"][0]["id"], posts[1]);
    assert!(second["paging"]["previous"].is_string());
    assert_eq!(refusal(&net.get(&edge, &page.token, &[("after", "nonsense")]).await), (400, 100, 0));
    let span = [("since", "1793610060"), ("until", "2026-11-02T09:02:00+0000"), ("fields", "message")];
    let within = ok(&net.get(&edge, &page.token, &span).await);
    assert_eq!(within["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_post_can_be_late_in_the_lists() {
    let net = Net::new();
    let page = net.page().await;
    let late = Fault::once("facebook", "posts.visible", When::Before, FaultKind::SlowProcessing);
    net.bench.world.faults().add(late.delay(Duration::from_secs(45)));
    let post = net.text_post(&page, "soon").await;
    assert!(net.list(&page, "published_posts", "id").await.is_empty());
    ok(&net.get(&post, &page.token, &[]).await);
    net.wait(45);
    assert_eq!(net.list(&page, "published_posts", "id").await.len(), 1);
}

#[tokio::test]
async fn insights_have_todays_names_only() {
    let net = Net::new();
    let page = net.page().await;
    let of = async |node: &str, params: &[(&str, &str)]| {
        net.get(&format!("{node}/insights"), &page.token, params).await
    };
    let month = ("since", "1793000000");
    let params = [("metric", "page_media_view,page_follows"), ("period", "day"), month];
    let series = ok(&of(&page.id, &params).await);
    assert_eq!(series["data"][0]["name"], "page_media_view");
    let values = series["data"][0]["values"].as_array().unwrap();
    assert!(values.len() == 6 || values.len() == 7, "{values:?}");
    assert!(values[0]["end_time"].as_str().unwrap().ends_with("T07:00:00+0000"));
    let all = ok(&of(&page.id, &[("metric", "page_media_view")]).await);
    assert_eq!(all["data"].as_array().unwrap().len(), 3, "once for each period");
    let post = net.text_post(&page, "counted").await;
    net.wait(86_400);
    let numbers = ok(&of(&post, &[("metric", "post_media_view,post_reactions_by_type_total")]).await);
    assert!(numbers["data"][0]["values"][0]["value"].as_u64().unwrap() > 0);
    assert!(numbers["data"][1]["values"][0]["value"]["like"].is_u64());
    let video = format!("{post}/video_insights");
    let other = net.get(&video, &page.token, &[("metric", "total_video_views")]).await;
    assert_eq!(refusal(&other), (400, 100, 0), "a post is no video");
    assert_eq!(refusal(&of(&post, &[("metric", "STORY_MEDIA_VIEW")]).await), (400, 100, 0));
    assert_eq!(refusal(&of(&page.id, &[("metric", "page_fans")]).await), (400, 100, 0));
    assert_eq!(refusal(&of(&page.id, &[]).await), (400, 3_001, 1_504_028));
    let day = [("metric", "post_clicks"), ("period", "day")];
    assert_eq!(refusal(&of(&post, &day).await), (400, 100, 0), "posts have no days");
    let long = [("metric", "page_follows"), ("since", "1780000000")];
    assert_eq!(refusal(&of(&page.id, &long).await), (400, 100, 0));
    let unable = net.page_with("aishaokafor", "pages_show_list,pages_read_engagement").await;
    let empty = [("metric", "page_follows")];
    let empty = net.get(&format!("{}/insights", unable.id), &unable.token, &empty).await;
    assert_eq!(ok(&empty)["data"], json!([]));
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let net = Net::new();
    let page = net.page().await;
    let post = net.text_post(&page, "kept").await;
    let snapshot = net.bench.world.snapshot().unwrap();
    let other = Net::new();
    other.bench.world.restore(&snapshot).unwrap();
    assert_eq!(other.list(&page, "feed", "id").await[0]["id"], post);
}
