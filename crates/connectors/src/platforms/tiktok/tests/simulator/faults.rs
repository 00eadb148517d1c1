//! Scripted trouble in the network's own words.

use super::*;

const PUBLIC: &str = "PUBLIC_TO_EVERYONE";

#[tokio::test]
async fn each_status_has_its_code() {
    let net = Net::new();
    let mara = net.mara().await;
    let direct = json!({ "post_info": info("", PUBLIC), "source_info": whole(500) });
    let cases = [
        ("user.info", 400, "invalid_params"),
        ("user.info", 401, "access_token_invalid"),
        ("user.info", 403, "scope_not_authorized"),
        ("user.info", 429, "rate_limit_exceeded"),
        ("user.info", 500, "internal_error"),
        ("user.info", 503, "internal_error"),
        ("video.init", 400, "invalid_file_upload"),
        ("video.init", 403, "spam_risk_too_many_posts"),
        ("video.init", 500, "internal_error"),
        ("inbox.init", 400, "app_version_check_failed"),
        ("inbox.init", 403, "spam_risk_too_many_pending_share"),
        ("status", 400, "invalid_publish_id"),
        ("status", 404, "invalid_publish_id"),
        ("creator_info", 400, "invalid_param"),
        ("creator_info", 403, "spam_risk_too_many_posts"),
        ("creator_info", 404, "invalid_param"),
    ];
    for (operation, status, why) in cases {
        net.fault(operation, When::Before, FaultKind::Status, Some(status));
        let reply = match operation {
            "user.info" => mara.get("/v2/user/info/?fields=open_id").await,
            "video.init" => mara.publish("video/init", direct.clone()).await,
            "inbox.init" => mara.inbox(500).await,
            "status" => mara.status("x").await,
            _ => mara.publish("creator_info/query", json!({})).await,
        };
        assert_eq!(told(&reply), code(status, why), "{operation}");
    }
    net.fault("video.list", When::Before, FaultKind::Status, Some(502));
    let gateway = mara.post("/v2/video/list/?fields=id", json!({})).await;
    assert_eq!(gateway.status, StatusCode::BAD_GATEWAY);
    assert!(gateway.json::<Value>().is_err(), "a page, no envelope");
    net.fault("video.list", When::Before, FaultKind::RateLimit, None);
    let slow = mara.post("/v2/video/list/?fields=id", json!({})).await;
    assert_eq!(told(&slow), code(429, "rate_limit_exceeded"));
}

#[tokio::test]
async fn token_endpoints_and_upload_hosts_have_shapes_of_their_own() {
    let net = Net::new();
    let mara = net.mara().await;
    let cases = [
        (400, "invalid_grant"),
        (401, "invalid_client"),
        (403, "access_denied"),
        (404, "invalid_request"),
        (429, "rate_limit_exceeded"),
        (500, "server_error"),
    ];
    for (status, why) in cases {
        net.fault("oauth.token", When::Before, FaultKind::Status, Some(status));
        let (given, error, _) = oauth(&net.refresh(mara.refresh_token()).await);
        assert_eq!((given, error.as_str()), (status, why));
    }
    let file = film("bare");
    let bare = mara.direct("Bare", PUBLIC, file.len()).await;
    for status in [400, 403, 404, 416, 500, 503] {
        net.fault("upload", When::Before, FaultKind::Status, Some(status));
        let reply = net.put_whole(&bare.url, &file).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (status, 0));
    }
    for (fault, status) in [(FaultKind::RateLimit, 503), (FaultKind::TokenExpired, 403)] {
        net.fault("upload", When::Before, fault, None);
        assert_eq!(net.put_whole(&bare.url, &file).await.status.as_u16(), status);
    }
    assert!(net.live().is_empty());
    assert_eq!(net.put_whole(&bare.url, &file).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn tokens_end_when_the_script_says_so() {
    let net = Net::new();
    let mut mara = net.mara().await;
    let ended = code(401, "access_token_invalid");
    net.fault("status", When::Before, FaultKind::TokenExpired, None);
    assert_eq!(told(&mara.status("x").await), ended);
    assert_eq!(told(&mara.status("x").await), ended);
    mara.grant = net.refresh(mara.refresh_token()).await.json().unwrap();
    assert_eq!(told(&mara.status("x").await), code(400, "invalid_publish_id"));
    net.fault("status", When::Before, FaultKind::TokenRevoked, None);
    assert_eq!(told(&mara.status("x").await), ended);
    assert_eq!(oauth(&net.refresh(mara.refresh_token()).await).1, "invalid_grant");
}

#[tokio::test]
async fn answers_get_lost_after_their_effect() {
    let net = Net::new();
    let mara = net.mara().await;
    let lost = async |body: Value| {
        let call = mara.call("/v2/post/publish/video/init/", &body);
        assert!(matches!(net.try_send(call).await, Err(SendError::Lost(_))));
    };
    // An upload that was begun without an answer leads to nothing.
    net.fault("video.init", When::After, FaultKind::Cut, None);
    lost(json!({ "post_info": info("Lost", PUBLIC), "source_info": whole(500) })).await;
    net.wait(3_600);
    assert!(net.live().is_empty());
    // A pull does.
    net.fault("commit", When::After, FaultKind::Cut, None);
    let address = net.address(&net.bench.library.mp4(5_000, 10_000, None));
    let source = json!({ "source": "PULL_FROM_URL", "video_url": address });
    lost(json!({ "post_info": info("Pulled", PUBLIC), "source_info": source })).await;
    assert_eq!(net.live().len(), 1);
    // So does the last chunk, which can be sent once more.
    let file = film("last");
    let last = mara.direct("Last", PUBLIC, file.len()).await;
    net.fault("commit", When::After, FaultKind::Status, Some(500));
    assert_eq!(net.put_whole(&last.url, &file).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(net.live().len(), 2);
    assert_eq!(net.put_whole(&last.url, &file).await.status, StatusCode::CREATED);
    assert_eq!(net.live().len(), 2, "once is enough");
}

#[tokio::test]
async fn what_makes_a_post_needs_a_permit() {
    let net = Net::new();
    let mara = net.mara().await;
    let without = async |call: Call| {
        let reply = InProcess::over(net.bench.sandbox.clone()).send(call, None).await.unwrap();
        assert!(reply.status.is_success(), "{}", reply.snippet(300));
        net.bench.world.unpermitted().len()
    };
    let init = |path: &str, body: Value| mara.call(&format!("/v2/post/publish/{path}/init/"), &body);
    let address = net.address(&net.bench.library.jpeg(1_080, 1_080, None));
    let photos = |mode: &str| {
        json!({
            "media_type": "PHOTO",
            "post_mode": mode,
            "post_info": { "title": "", "privacy_level": PUBLIC },
            "source_info": { "source": "PULL_FROM_URL", "photo_images": [address], "photo_cover_index": 0 },
        })
    };
    let file = film("permit");
    let all = format!("bytes 0-{}/{}", file.len() - 1, file.len());
    let direct = mara.direct("Direct", PUBLIC, file.len()).await;
    let draft = begun(&mara.inbox(file.len()).await);
    let sent = json!({ "post_info": info("", PUBLIC), "source_info": whole(500) });
    assert_eq!(without(init("video", sent)).await, 0);
    assert_eq!(without(init("content", photos("MEDIA_UPLOAD"))).await, 0);
    assert_eq!(without(part(&draft.url, &all, Body::Bytes(file.clone()))).await, 0);
    assert_eq!(without(part(&direct.url, &all, Body::Bytes(file))).await, 1);
    assert_eq!(without(init("content", photos("DIRECT_POST"))).await, 2);
    let film = net.address(&net.bench.library.mp4(5_000, 10_000, None));
    let source = json!({ "source": "PULL_FROM_URL", "video_url": film });
    let pulled = json!({ "post_info": info("", PUBLIC), "source_info": source });
    assert_eq!(without(init("video", pulled)).await, 3);
    assert_eq!(net.bench.world.unpermitted(), ["upload", "content.init", "video.init"]);
}
