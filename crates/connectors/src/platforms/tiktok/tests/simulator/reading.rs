//! The Display API: profiles and posts with their numbers.

use super::*;
use crate::sandbox::Persona;

const INFO: &str = "/v2/user/info/?fields=";

#[tokio::test]
async fn each_field_of_a_profile_needs_its_scope() {
    let net = Net::new();
    let mara = net.mara().await;
    let fields = "open_id,union_id,avatar_url,avatar_url_100,avatar_large_url,display_name,bio_description,\
                  profile_deep_link,is_verified,username,follower_count,following_count,likes_count,video_count";
    let user = data(&mara.get(&format!("{INFO}{fields}")).await)["user"].take();
    let persona = Persona::find("marafields").unwrap();
    assert_eq!(user.as_object().unwrap().len(), 14);
    assert_eq!((&user["username"], &user["display_name"]), (&json!("marafields"), &json!(persona.name)));
    assert_eq!(user["open_id"], mara.grant["open_id"]);
    assert_ne!(user["open_id"], user["union_id"]);
    let followers = persona.followers_at(PLATFORM, net.bench.world.now());
    assert_eq!(user["follower_count"].as_u64(), Some(followers));
    assert_eq!((&user["likes_count"], &user["video_count"]), (&json!(0), &json!(0)));

    let some = data(&mara.get(&format!("{INFO}display_name,username")).await);
    assert_eq!(some["user"].as_object().unwrap().len(), 2);
    for wrong in ["", "display_name,", "display_name,%20username", "everything"] {
        assert_eq!(
            told(&mara.get(&format!("{INFO}{wrong}")).await),
            code(400, "invalid_params"),
            "{wrong:?}"
        );
    }
    assert_eq!(told(&mara.get("/v2/user/info/").await), code(400, "invalid_params"));
    assert_eq!(mara.get("/v2/user/info?fields=open_id").await.status, StatusCode::NOT_FOUND);

    let basic = net.login("theolund", "user.info.basic").await;
    data(&basic.get(&format!("{INFO}display_name")).await);
    for field in ["username", "follower_count", "display_name,video_count"] {
        assert_eq!(
            told(&basic.get(&format!("{INFO}{field}")).await),
            code(401, "scope_not_authorized"),
            "{field}"
        );
    }
    let bare = net.send(Call::get("raw", format!("{API}{INFO}open_id"))).await;
    assert_eq!(told(&bare), code(401, "access_token_invalid"));
}

#[tokio::test]
async fn videos_are_listed_newest_first_and_page_by_time() {
    let net = Net::new();
    let mara = net.mara().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.insert(0, mara.public(&format!("Number {number}")).await);
    }
    let all = mara.list(json!({})).await;
    assert_eq!(all["has_more"], false);
    let listed = |page: &Value| {
        let videos = page["videos"].as_array().unwrap().iter();
        videos.map(|video| video["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&all), ids);
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    for _ in 0..3 {
        let page = mara.list(json!({ "max_count": 2, "cursor": cursor })).await;
        seen.extend(listed(&page));
        cursor = page["cursor"].clone();
        assert_eq!(page["has_more"], seen.len() < 5);
    }
    assert_eq!(seen, ids);
    let empty = mara.list(json!({ "cursor": 1_000 })).await;
    assert_eq!(
        (listed(&empty).len(), &empty["has_more"], &empty["cursor"]),
        (0, &json!(false), &json!(1_000))
    );
    let wrong = [
        json!({ "max_count": 0 }),
        json!({ "max_count": 21 }),
        json!({ "cursor": "1" }),
        json!({ "count": 1 }),
    ];
    for body in wrong {
        let reply = mara.post("/v2/video/list/?fields=id", body.clone()).await;
        assert_eq!(told(&reply), code(400, "invalid_params"), "{body}");
    }
    assert_eq!(told(&mara.post("/v2/video/list/", json!({})).await), code(400, "invalid_params"));
    let fields = "id,create_time,cover_image_url,share_url,video_description,duration,height,width,title,embed_html,\
                  embed_link,like_count,comment_count,share_count,view_count";
    let body = json!({ "max_count": 1 });
    let full = data(&mara.post(&format!("/v2/video/list/?fields={fields}"), body).await)["videos"][0].take();
    assert_eq!(full.as_object().unwrap().len(), 15);
    assert_eq!((&full["title"], &full["video_description"]), (&json!("Number 4"), &json!("Number 4")));
    assert_eq!(
        (&full["duration"], &full["width"], &full["height"]),
        (&json!(10), &json!(1_080), &json!(1_920))
    );
    let share = full["share_url"].as_str().unwrap();
    assert!(share.starts_with(&format!("{WWW}/@marafields/video/{}?", ids[0])), "{share}");
    assert!(full["cover_image_url"].as_str().unwrap().contains("x-expires="));
}

#[tokio::test]
async fn numbers_grow_and_agree() {
    let net = Net::new();
    let mara = net.mara().await;
    let id = mara.public("Counted").await;
    let views = async || mara.list(json!({})).await["videos"][0]["view_count"].as_u64().unwrap();
    let first = views().await;
    net.wait(3_600);
    let second = views().await;
    net.wait(86_400);
    let mara = net.mara().await;
    let third = mara.list(json!({})).await["videos"][0]["view_count"].as_u64().unwrap();
    assert!(first < second && second < third, "{first}, {second}, {third}");
    let user = data(&mara.get(&format!("{INFO}likes_count,video_count")).await)["user"].take();
    let body = json!({ "filters": { "video_ids": [id] } });
    let video = data(&mara.post("/v2/video/query/?fields=like_count", body).await)["videos"][0].take();
    assert_eq!((&user["likes_count"], &user["video_count"]), (&video["like_count"], &json!(1)));
}

#[tokio::test]
async fn a_query_leaves_out_what_is_not_ones_own() {
    let net = Net::new();
    let (mara, theo) = (net.mara().await, net.login("theolund", EVERYTHING).await);
    let (mine, theirs) = (mara.public("Mine").await, theo.public("Theirs").await);
    let ask = async |ids: Value| {
        let body = json!({ "filters": { "video_ids": ids } });
        mara.post("/v2/video/query/?fields=id,title", body).await
    };
    let found = data(&ask(json!([mine, theirs, "7"])).await);
    assert_eq!(found["videos"], json!([{ "id": mine, "title": "Mine" }]));
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    for wrong in [json!([]), json!(many), json!([7]), json!("7")] {
        assert_eq!(told(&ask(wrong.clone()).await), code(400, "invalid_params"), "{wrong}");
    }
    let few = net.login("aishaokafor", "user.info.basic").await;
    assert_eq!(
        told(&few.post("/v2/video/list/?fields=id", json!({})).await),
        code(401, "scope_not_authorized")
    );
}

#[tokio::test]
async fn six_hundred_calls_a_minute() {
    let net = Net::new();
    let mara = net.mara().await;
    let me = format!("{INFO}open_id");
    for _ in 0..300 {
        data(&mara.get(&me).await);
    }
    net.wait(30);
    for _ in 0..300 {
        data(&mara.get(&me).await);
    }
    assert_eq!(told(&mara.get(&me).await), code(429, "rate_limit_exceeded"));
    let fresh = net.mara().await;
    assert_eq!(
        told(&fresh.get(&me).await),
        code(429, "rate_limit_exceeded"),
        "counted by person, not by token"
    );
    data(&mara.post("/v2/video/list/?fields=id", json!({})).await);
    net.wait(30);
    data(&mara.get(&me).await);
}

#[tokio::test]
async fn an_app_that_lost_a_scope_is_told_so() {
    let net = Net::new();
    let app = crate::sandbox::oauth::App {
        platform: PLATFORM.to_owned(),
        server: None,
        name: "Small".to_owned(),
        client_id: "small".to_owned(),
        client_secret: "small-secret".to_owned(),
        redirect_uris: vec![REDIRECT.to_owned()],
        scopes: vec!["user.info.basic".to_owned()],
    };
    net.bench.world.apps().register(app);
    let asked = net.authorize_url("user.info.basic,video.list", &[("client_key", "small")]);
    let reply = testing::open(&net.bench.sandbox, asked.as_str()).await;
    assert!(reply.header("location").unwrap().contains("error=invalid_scope"));
    let here = [("client_key", "small")];
    let granted = net.code("theolund", "user.info.basic", &here).await;
    let form = [("client_key", "small"), ("client_secret", "small-secret")];
    let grant: Value = net.redeem(&granted, &form).await.json().unwrap();
    let theo = Someone { net: &net, grant };
    data(&theo.get(&format!("{INFO}open_id")).await);
    assert_eq!(told(&theo.get(&format!("{INFO}username")).await), code(400, "scope_permission_missed"));
    let other = net.login("theolund", EVERYTHING).await;
    assert_ne!(other.grant["open_id"], theo.grant["open_id"], "ids are the app's own");
    let union =
        async |who: &Someone<'_>| data(&who.get(&format!("{INFO}union_id")).await)["user"]["union_id"].take();
    assert_eq!(union(&other).await, union(&theo).await);
}
