//! Profiles, lists and numbers.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_profile_shows_the_fields_that_are_asked_for() {
    let net = Net::new();
    let user = net.user().await;
    let fields = "id,username,name,threads_profile_picture_url,threads_biography,is_verified,\
                  is_eligible_for_geo_gating,recently_searched_keywords";
    let shown = ok(&net.get("me", &user.token, &[("fields", fields)]).await);
    assert_eq!((&shown["username"], &shown["name"]), (&json!("marafields"), &json!("Mara Fields")));
    assert_eq!(shown["recently_searched_keywords"], json!([]));
    assert!(shown["threads_profile_picture_url"].is_string() && shown["threads_biography"].is_string());
    assert_eq!(ok(&net.get(&user.id, &user.token, &[]).await), json!({ "id": user.id }));
    for (fields, code) in [("id,followers_count", 100), ("id,", 2500), ("id{", 2500)] {
        assert_eq!(refusal(&net.get("me", &user.token, &[("fields", fields)]).await).1, code, "{fields}");
    }
    let other = net.user_with("theolund", SCOPES).await;
    assert_eq!(refusal(&net.get(&other.id, &user.token, &[]).await), (400, 100, 33));
    assert_eq!(refusal(&net.get(&format!("{}/threads", other.id), &user.token, &[]).await), (400, 100, 33));
    assert_eq!(refusal(&net.get("me/nonsense", &user.token, &[]).await), (400, 2500, 0));
}

#[tokio::test]
async fn a_post_is_read_back_as_it_was_sent() {
    let net = Net::new();
    let user = net.user().await;
    let post = net.text(&user, "Grey\nall day.").await;
    let fields = "id,media_product_type,media_type,permalink,shortcode,owner,username,text,timestamp,is_quote_post,\
                  has_replies,is_reply,topic_tag,media_url,reply_audience";
    let shown = ok(&net.get(&post, &user.token, &[("fields", fields)]).await);
    let code = shown["shortcode"].as_str().unwrap();
    let want = json!({
        "id": post, "media_product_type": "THREADS", "media_type": "TEXT_POST", "text": "Grey\nall day.",
        "permalink": format!("https://www.threads.net/@marafields/post/{code}"), "shortcode": code,
        "owner": { "id": user.id }, "username": "marafields", "timestamp": "2026-11-02T09:00:30+0000",
        "is_quote_post": false, "has_replies": false, "is_reply": false, "reply_audience": "EVERYONE",
    });
    assert_eq!(shown, want);
    let url = format!("https://graph.threads.com/v1.0/{post}");
    let newer = ok(&net.get(&url, &user.token, &[("fields", "permalink")]).await);
    assert_eq!(newer["permalink"], format!("https://www.threads.com/@marafields/post/{code}"));
    let page = net.open(&format!("/@marafields/post/{code}")).await;
    assert!(page.snippet(20_000).contains("all day."));
    for missing in ["/@marafields/post/nothing", "/@nobody", "/marafields"] {
        assert_eq!(net.open(missing).await.status, StatusCode::NOT_FOUND, "{missing}");
    }
    assert!(net.open("/").await.snippet(20_000).contains("all day."));
}

#[tokio::test]
async fn lists_are_read_page_by_page_to_their_end() {
    let net = Net::new();
    let user = net.user().await;
    let mut posts = Vec::new();
    for n in 0..7 {
        posts.insert(0, net.text(&user, &format!("post {n}")).await);
        net.wait(30);
    }
    let page = async |params: &[(&str, &str)]| ok(&net.get("me/threads", &user.token, params).await);
    let first = page(&[("limit", "3")]).await;
    // What comes and goes meanwhile does not move the pages.
    net.text(&user, "new").await;
    ok(&net.delete(&user, &posts[2]).await);
    ok(&net.delete(&user, &posts[3]).await);
    let owned = |list: &Value| -> Vec<String> {
        ids(list["data"].as_array().unwrap()).into_iter().map(str::to_owned).collect()
    };
    let mut seen = owned(&first);
    let mut after = first["paging"]["cursors"]["after"].as_str().map(str::to_owned);
    while let Some(cursor) = after {
        let body = page(&[("limit", "3"), ("after", &cursor)]).await;
        let more = owned(&body);
        assert!(body["paging"]["next"].is_null(), "the second page is the last: {body}");
        after = body["paging"]["cursors"]["after"].as_str().map(str::to_owned);
        assert_eq!(after.is_none(), more.is_empty());
        seen.extend(more);
    }
    let want = [&posts[0], &posts[1], &posts[2], &posts[4], &posts[5], &posts[6]];
    assert_eq!(seen.iter().collect::<Vec<_>>(), want);
    let next = first["paging"]["next"].as_str().unwrap();
    let second = ok(&net.send(Call::get("raw", next)).await);
    assert_eq!(second["data"][0]["id"], posts[4]);
    let before = second["paging"]["cursors"]["before"].as_str().unwrap();
    let back = page(&[("limit", "2"), ("before", before)]).await;
    assert_eq!(owned(&back), [posts[0].clone(), posts[1].clone()]);
}

#[tokio::test]
async fn lists_take_a_span_and_refuse_nonsense() {
    let net = Net::new();
    let user = net.user().await;
    let first = net.text(&user, "at nine").await;
    net.wait(86_400);
    let second = net.text(&user, "a day later").await;
    let list = async |params: &[(&str, &str)]| net.list(&user, "me/threads", params).await;
    assert_eq!(ids(&list(&[("since", "1793610031")]).await), [second.as_str()]);
    assert_eq!(ids(&list(&[("until", "1793610030")]).await), [first.as_str()]);
    assert_eq!(ids(&list(&[("since", "2026-11-03")]).await), [second.as_str()]);
    assert_eq!(list(&[("since", "2026-11-02"), ("until", "2026-11-04")]).await.len(), 2);
    let cursor = "YXQgMQ";
    let wrong: &[&[(&str, &str)]] = &[
        &[("since", "1688540399")],
        &[("since", "yesterday, roughly")],
        &[("since", "1793610031"), ("until", "1793610030")],
        &[("limit", "0")],
        &[("limit", "101")],
        &[("limit", "many")],
        &[("after", "nonsense")],
        &[("after", cursor), ("before", cursor)],
        &[("nonsense", "1")],
    ];
    for params in wrong {
        let reply = net.get("me/threads", &user.token, params).await;
        assert_eq!(refusal(&reply), (400, 100, 0), "{params:?}");
    }
}

#[tokio::test]
async fn reposts_and_quotes_point_at_what_they_repeat() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let post = net.text(&mara, "Worth repeating.").await;
    let repost = id(&net.post(&format!("{post}/repost"), &theo.token, &[]).await);
    let params = [("media_type", "TEXT"), ("text", "Indeed."), ("quote_post_id", post.as_str())];
    let quote = net.posted(&theo, &params).await;
    let fields = [("fields", "media_type,is_quote_post,quoted_post,reposted_post")];
    let list = net.list(&theo, "me/threads", &fields).await;
    assert_eq!(ids(&list), [quote.as_str(), repost.as_str()]);
    assert_eq!((&list[0]["is_quote_post"], &list[0]["quoted_post"]["id"]), (&json!(true), &json!(post)));
    assert_eq!(list[1]["media_type"], "REPOST_FACADE");
    assert_eq!(list[1]["reposted_post"]["id"], post);
    let again = net.post(&format!("{post}/repost"), &theo.token, &[]).await;
    assert_eq!(refusal(&again), (400, 100, 0));
    let metric = [("metric", "reposts,quotes")];
    let numbers = ok(&net.get(&format!("{post}/insights"), &mara.token, &metric).await);
    let values: Vec<_> = (0..2_usize).map(|n| numbers["data"][n]["values"][0]["value"].clone()).collect();
    assert_eq!(values, [json!(1), json!(1)]);
    let none = ok(&net.get(&format!("{repost}/insights"), &theo.token, &[("metric", "views")]).await);
    assert_eq!(none["data"], json!([]));
}

#[tokio::test]
async fn posts_have_numbers_for_their_author() {
    let net = Net::new();
    let user = net.user().await;
    let post = net.text(&user, "Count me.").await;
    net.wait(2);
    let reply = net.reply(&user, &post, "One.").await;
    net.wait(2);
    net.reply(&user, &reply, "Two.").await;
    net.wait(2 * 86_400);
    let metric = [("metric", "views,likes,replies,reposts,quotes,shares")];
    let insights = async |post: &str| ok(&net.get(&format!("{post}/insights"), &user.token, &metric).await);
    let numbers = insights(&post).await;
    let data = numbers["data"].as_array().unwrap();
    assert_eq!(data.len(), 6);
    let value = |n: usize| data[n]["values"][0]["value"].as_u64().unwrap();
    assert!(value(0) > value(1) && value(1) > 0, "{numbers}");
    assert_eq!((&data[0]["name"], &data[0]["period"]), (&json!("views"), &json!("lifetime")));
    assert_eq!((value(2), value(3)), (2, 0), "all replies of a thread count for its top");
    assert_eq!(data[1]["id"], format!("{post}/insights/likes/lifetime"));
    assert_eq!(insights(&reply).await["data"][2]["values"][0]["value"], 1, "those right below");
    let path = format!("{post}/insights");
    assert_eq!(refusal(&net.get(&path, &user.token, &[("metric", "impressions")]).await), (400, 100, 0));
    assert_eq!(refusal(&net.get(&path, &user.token, &[]).await), (400, 100, 0));
    let unable = net.user_with("marafields", "threads_basic").await;
    assert_eq!(refusal(&net.get(&path, &unable.token, &metric).await), (403, 10, 0));
    let other = net.user_with("theolund", SCOPES).await;
    assert_eq!(refusal(&net.get(&path, &other.token, &metric).await), (400, 100, 33));
}

#[tokio::test]
async fn profiles_have_numbers_in_four_forms() {
    let net = Net::new();
    let user = net.user().await;
    net.text(&user, "Something.").await;
    net.wait(86_400);
    let ask = async |params: &[(&str, &str)]| net.get("me/threads_insights", &user.token, params).await;
    let all = ok(&ask(&[("metric", "views,likes,clicks,followers_count")]).await);
    let data = all["data"].as_array().unwrap();
    assert_eq!(data[0]["values"].as_array().unwrap().len(), 1, "the one day that ended since yesterday");
    assert!(data[0]["values"][0]["end_time"].as_str().unwrap().ends_with("T07:00:00+0000"));
    assert!(data[1]["total_value"]["value"].is_u64(), "{all}");
    assert!(data[2]["link_total_values"][0]["link_url"].is_string(), "{all}");
    assert!(data[3]["total_value"]["value"].as_u64().unwrap() > 1_000);
    let week = [("metric", "views"), ("since", "1793005200"), ("until", "1793610000")];
    assert_eq!(ok(&ask(&week).await)["data"][0]["values"].as_array().unwrap().len(), 7);
    let demographics = ok(&ask(&[("metric", "follower_demographics"), ("breakdown", "age")]).await);
    let parts = &demographics["data"][0]["total_value"]["breakdowns"][0];
    assert_eq!(parts["dimension_keys"], json!(["age"]));
    assert_eq!(parts["results"].as_array().unwrap().len(), 3);
    let wrong: &[&[(&str, &str)]] = &[
        &[("metric", "follower_demographics")],
        &[("metric", "follower_demographics"), ("breakdown", "shoes")],
        &[("metric", "followers_count"), ("since", "1793005200")],
        &[("metric", "views"), ("since", "1712991599")],
        &[("metric", "nonsense")],
        &[],
    ];
    for params in wrong {
        assert_eq!(refusal(&ask(params).await), (400, 100, 0), "{params:?}");
    }
}

#[tokio::test]
async fn a_post_is_deleted_by_its_author_and_once() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let post = net.text(&mara, "Gone soon.").await;
    assert_eq!(refusal(&net.delete(&theo, &post).await), (400, 100, 33));
    let unable = net.user_with("marafields", "threads_basic,threads_content_publish").await;
    assert_eq!(refusal(&net.delete(&unable, &post).await), (403, 10, 0));
    let answer = ok(&net.delete(&mara, &post).await);
    assert_eq!(answer, json!({ "success": true, "deleted_id": post }));
    assert_eq!(refusal(&net.delete(&mara, &post).await), (400, 100, 33));
    assert_eq!(refusal(&net.get(&post, &mara.token, &[]).await), (400, 100, 33));
    assert!(net.list(&mara, "me/threads", &[]).await.is_empty());
    assert!(net.ledger()[0].deleted_at.is_some());
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let net = Net::new();
    let user = net.user().await;
    let post = net.text(&user, "kept").await;
    let waiting = id(&net.create(&user, &[("media_type", "TEXT"), ("text", "half done")]).await);
    let snapshot = net.bench.world.snapshot().unwrap();
    let other = Net::new();
    other.wait(60);
    other.bench.world.restore(&snapshot).unwrap();
    assert_eq!(ids(&other.list(&user, "me/threads", &[]).await), [post.as_str()]);
    id(&other.publish(&user, &waiting).await);
}

#[tokio::test]
async fn visitors_see_what_is_public_and_nothing_else() {
    let net = Net::new();
    let (mara, theo) = (net.user().await, net.user_with("theolund", SCOPES).await);
    let media = net.bench.library.jpeg(1080, 1350, None);
    let url = url_of(&media);
    let params = [
        ("media_type", "IMAGE"),
        ("image_url", url.as_str()),
        ("text", "A <picture>"),
        ("alt_text", "Waves"),
    ];
    let picture = net.posted(&mara, &params).await;
    net.wait(2);
    net.reply(&theo, &picture, "Lovely light.").await;
    id(&net.post(&format!("{picture}/repost"), &theo.token, &[]).await);
    let gone = net.text(&mara, "Gone again.").await;
    ok(&net.delete(&mara, &gone).await);
    for (path, seen) in [
        ("/@marafields", ["A &lt;picture&gt;", "Waves", &media.sha256, "Lovely light."]),
        ("/@theolund", ["A &lt;picture&gt;", "Waves", &media.sha256, "Repost"]),
        ("/", ["A &lt;picture&gt;", "Repost", "Theo Lund", "Lovely light."]),
    ] {
        let page = net.open(path).await.snippet(60_000);
        for words in seen {
            assert!(page.contains(words), "{path} lacks {words}: {page}");
        }
        assert!(!page.contains("Gone again."), "{path}: {page}");
    }
    net.set(|s| {
        s.private.insert("marafields".to_owned());
    });
    for path in ["/", "/@marafields", "/@theolund"] {
        let page = net.open(path).await.snippet(60_000);
        assert!(!page.contains("&lt;picture&gt;"), "of a private profile: {page}");
    }
}
