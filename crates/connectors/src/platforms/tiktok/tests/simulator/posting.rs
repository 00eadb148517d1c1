//! What may be asked for before anything is sent.

use super::*;

/// What is wrong with a body, and how it gets there.
type Wrong<'a> = (&'a str, &'a dyn Fn(&mut Value));

const PUBLIC: &str = "PUBLIC_TO_EVERYONE";

#[tokio::test]
async fn creator_info_tells_what_can_be_chosen() {
    let net = Net::new();
    let mara = net.mara().await;
    let info = data(&mara.publish("creator_info/query", json!({})).await);
    assert_eq!(info["creator_username"], "marafields");
    assert_eq!(info["creator_nickname"], "Mara Fields");
    assert!(info["creator_avatar_url"].as_str().is_some_and(|url| url.starts_with("https://")));
    assert_eq!(info["privacy_level_options"], json!([PUBLIC, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]));
    let switches = |info: &Value| {
        ["comment_disabled", "duet_disabled", "stitch_disabled"].map(|name| info[name].as_bool().unwrap())
    };
    assert_eq!(switches(&info), [false; 3]);
    assert_eq!(info["max_video_post_duration_sec"], 600);
    let bare = mara.bearer(Call::post(
        "raw",
        Safety::Invisible,
        format!("{API}/v2/post/publish/creator_info/query/"),
    ));
    data(&net.send(bare).await);
    assert_eq!(
        told(&mara.publish("creator_info/query", json!({ "x": 1 })).await),
        code(400, "invalid_param")
    );

    let nikos = net.login("nikospapadakis", EVERYTHING).await;
    let info = data(&nikos.publish("creator_info/query", json!({})).await);
    assert_eq!(
        info["privacy_level_options"],
        json!(["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"])
    );
    assert_eq!(switches(&info), [false, true, true]);
    assert_eq!(info["max_video_post_duration_sec"], 180);
    let bikes = net.login("fernwehbikes", EVERYTHING).await;
    assert_eq!(switches(&data(&bikes.publish("creator_info/query", json!({})).await)), [true, false, false]);
}

#[tokio::test]
async fn the_audience_must_be_one_that_is_offered_now() {
    let net = Net::new();
    let mara = net.mara().await;
    let body = |level: &str| json!({ "post_info": info("", level), "source_info": whole(500) });
    let mismatch = code(403, "privacy_level_option_mismatch");
    assert_eq!(told(&mara.publish("video/init", body("FOLLOWER_OF_CREATOR")).await), mismatch);
    net.rules(|memory| {
        memory.rules.private.insert("marafields".to_owned(), true);
    });
    assert_eq!(told(&mara.publish("video/init", body(PUBLIC)).await), mismatch);
    begun(&mara.publish("video/init", body("FOLLOWER_OF_CREATOR")).await);
    assert_eq!(told(&mara.publish("video/init", body("EVERYBODY")).await), code(400, "invalid_param"));
}

#[tokio::test]
async fn post_info_is_read_strictly() {
    let net = Net::new();
    let mara = net.mara().await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({ "post_info": info("Fine", PUBLIC), "source_info": whole(500) });
        change(&mut body);
        body
    };
    let wrong: [Wrong<'_>; 11] = [
        ("no post_info", &|body| body["post_info"] = Value::Null),
        ("post_info is no object", &|body| body["post_info"] = json!("Fine")),
        ("no privacy_level", &|body| body["post_info"]["privacy_level"] = Value::Null),
        ("a long title", &|body| body["post_info"]["title"] = json!("é".repeat(2_201))),
        ("a title of surrogates", &|body| body["post_info"]["title"] = json!("🦀".repeat(1_101))),
        ("a title that is no text", &|body| body["post_info"]["title"] = json!(7)),
        ("a switch that is a word", &|body| body["post_info"]["disable_duet"] = json!("true")),
        ("an unknown field", &|body| body["post_info"]["hashtags"] = json!([])),
        ("an unknown part", &|body| body["post_mode"] = json!("DIRECT_POST")),
        ("a cover before the start", &|body| body["post_info"]["video_cover_timestamp_ms"] = json!(-1)),
        ("no source_info", &|body| body["source_info"] = Value::Null),
    ];
    for (story, change) in wrong {
        assert_eq!(
            told(&mara.publish("video/init", with(change)).await),
            code(400, "invalid_param"),
            "{story}"
        );
        net.wait(11);
    }
    net.wait(60);
    let secret = with(&|body| {
        body["post_info"] = json!({ "privacy_level": "SELF_ONLY", "brand_content_toggle": true });
    });
    assert_eq!(told(&mara.publish("video/init", secret).await), code(400, "invalid_param"));
    let full = with(&|body| {
        body["post_info"] = json!({
            "title": "🦀".repeat(1_100), "privacy_level": PUBLIC, "disable_comment": true, "disable_duet": true,
            "disable_stitch": true, "video_cover_timestamp_ms": 1_000, "brand_content_toggle": true,
            "brand_organic_toggle": true, "is_aigc": true,
        });
    });
    let begun = begun(&mara.publish("video/init", full).await);
    assert!(begun.id.starts_with("v_pub_file~v2-1.") && begun.id.len() <= 64, "{}", begun.id);
}

#[tokio::test]
async fn json_has_a_charset_and_paths_end_with_a_slash() {
    let net = Net::new();
    let mara = net.mara().await;
    let body = json!({ "post_info": info("", PUBLIC), "source_info": whole(500) });
    let path = "/v2/post/publish/video/init/";
    for kind in ["application/json", "text/plain; charset=UTF-8", "application/json; charset=latin1"] {
        let call = mara.call(path, &body).header(CONTENT_TYPE, kind);
        assert_eq!(told(&net.send(call).await), code(400, "invalid_param"), "{kind}");
    }
    let list = mara.call("/v2/video/list/?fields=id", &json!({})).header(CONTENT_TYPE, "application/json");
    assert_eq!(told(&net.send(list).await), code(400, "invalid_params"));
    let lower = mara.call(path, &body).header(CONTENT_TYPE, "application/json;charset=utf-8");
    begun(&net.send(lower).await);
    let broken = mara.call(path, &body).body(JSON, Body::Bytes(Bytes::from_static(b"{")));
    assert_eq!(told(&net.send(broken).await), code(400, "invalid_param"));
    assert_eq!(mara.post("/v2/post/publish/video/init", body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mara.get(path).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn scopes_open_their_own_calls() {
    let net = Net::new();
    let direct = json!({ "post_info": info("", PUBLIC), "source_info": whole(500) });
    let publish = net.login("theolund", "user.info.basic,video.publish").await;
    let upload = net.login("aishaokafor", "user.info.basic,video.upload").await;
    let refused = code(401, "scope_not_authorized");
    begun(&publish.publish("video/init", direct.clone()).await);
    assert_eq!(told(&publish.inbox(500).await), refused);
    let draft = begun(&upload.inbox(500).await);
    assert!(draft.id.starts_with("v_inbox_file~"), "{}", draft.id);
    assert_eq!(told(&upload.publish("video/init", direct).await), refused);
    assert_eq!(told(&upload.publish("creator_info/query", json!({})).await), refused);
    data(&upload.status(&draft.id).await);
    let neither = net.login("marafields", "user.info.basic").await;
    assert_eq!(told(&neither.status(&draft.id).await), refused);
}

#[tokio::test]
async fn ids_are_known_to_their_creator_and_app_alone() {
    let net = Net::new();
    let (mara, theo) = (net.mara().await, net.login("theolund", EVERYTHING).await);
    let begun = mara.direct("Mine", PUBLIC, 500).await;
    let foreign = code(400, "token_not_authorized_for_specified_publish_id");
    assert_eq!(told(&theo.status(&begun.id).await), foreign);
    assert_eq!(told(&theo.publish("cancel", json!({ "publish_id": begun.id })).await), foreign);
    for unknown in ["v_pub_file~v2-1.7", "x"] {
        assert_eq!(told(&mara.status(unknown).await), code(400, "invalid_publish_id"));
        let cancelled = mara.publish("cancel", json!({ "publish_id": unknown })).await;
        assert_eq!(told(&cancelled), code(400, "invalid_publish_id"));
    }
    assert_eq!(told(&mara.publish("status/fetch", json!({})).await), code(400, "invalid_param"));
}

#[tokio::test]
async fn refusals_may_come_with_200() {
    let net = Net::new();
    let mara = net.mara().await;
    net.rules(|memory| memory.rules.refusals_with_200 = true);
    assert_eq!(told(&mara.status("x").await), code(200, "invalid_publish_id"));
    let body = json!({
        "post_info": info("", PUBLIC),
        "source_info": { "source": "PULL_FROM_URL", "video_url": "https://elsewhere.example/film.mp4" },
    });
    assert_eq!(told(&mara.publish("video/init", body).await), code(200, "url_ownership_unverified"));
    assert_eq!(told(&mara.get("/v2/user/info/").await), code(400, "invalid_params"), "there only");
}
