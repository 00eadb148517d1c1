//! What TikTok pulls itself: photos always, videos if asked to.

use super::*;

/// What is wrong with a body, and how it gets there.
type Wrong<'a> = (&'a str, &'a dyn Fn(&mut Value));

const PUBLIC: &str = "PUBLIC_TO_EVERYONE";

fn photos(mode: &str, addresses: &[String]) -> Value {
    json!({
        "media_type": "PHOTO",
        "post_mode": mode,
        "post_info": { "title": "Rocks", "description": "Two of the same rock.", "privacy_level": PUBLIC },
        "source_info": { "source": "PULL_FROM_URL", "photo_images": addresses, "photo_cover_index": 0 },
    })
}

fn pulled(address: &str) -> Value {
    json!({
        "post_info": info("Pulled", PUBLIC),
        "source_info": { "source": "PULL_FROM_URL", "video_url": address },
    })
}

fn publish_id(reply: &Reply) -> String {
    let data = data(reply);
    assert!(data.get("upload_url").is_none(), "{data}");
    data["publish_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn photos_are_posted_in_their_order() {
    let net = Net::new();
    let mara = net.mara().await;
    let files = [net.bench.library.jpeg(1_080, 1_080, None), net.bench.library.jpeg(1_080, 1_920, None)];
    let addresses: Vec<String> = files.iter().map(|file| net.address(file)).collect();
    let id = publish_id(&mara.publish("content/init", photos("DIRECT_POST", &addresses)).await);
    assert!(id.starts_with("p_pub_url~") && id.len() <= 64, "{id}");
    assert_eq!(mara.stands(&id).await.0, "PROCESSING_DOWNLOAD");
    net.wait(70);
    let status = data(&mara.status(&id).await);
    assert_eq!(status["downloaded_bytes"], files[0].bytes + files[1].bytes);
    let number = status["publicaly_available_post_id"][0].as_u64().unwrap();
    let live = net.live();
    assert_eq!(
        (live.len(), live[0].kind.as_str(), live[0].text.as_str()),
        (1, "photo", "Two of the same rock.")
    );
    let sent: Vec<&str> = live[0].media.iter().map(|media| media.sha256.as_str()).collect();
    assert_eq!(sent, [files[0].sha256.as_str(), files[1].sha256.as_str()]);
    assert_eq!(live[0].remote_id, number.to_string());
    let page = net.page(&format!("/@marafields/photo/{number}")).await.snippet(100_000);
    assert!(page.contains("Rocks") && page.contains("Two of the same rock."), "{page}");
    let fields = "/v2/video/list/?fields=title,video_description,share_url,duration";
    let listed = data(&mara.post(fields, json!({})).await)["videos"][0].take();
    assert_eq!((&listed["title"], &listed["duration"]), (&json!("Rocks"), &json!(0)));
    assert_eq!(listed["video_description"], "Two of the same rock.");
    assert!(listed["share_url"].as_str().unwrap().contains("/photo/"));
}

#[tokio::test]
async fn requests_for_photos_are_read_strictly() {
    let net = Net::new();
    let mara = net.mara().await;
    let address = net.address(&net.bench.library.jpeg(1_080, 1_080, None));
    let many = |count: usize| json!(vec![address.clone(); count]);
    let wrong: [Wrong<'_>; 12] = [
        ("another type", &|body| body["media_type"] = json!("VIDEO")),
        ("another mode", &|body| body["post_mode"] = json!("LATER")),
        ("no mode", &|body| body["post_mode"] = Value::Null),
        ("bytes", &|body| body["source_info"]["source"] = json!("FILE_UPLOAD")),
        ("none", &|body| body["source_info"]["photo_images"] = json!([])),
        ("36", &|body| body["source_info"]["photo_images"] = many(36)),
        ("a cover that is none", &|body| body["source_info"]["photo_cover_index"] = json!(1)),
        ("a long title", &|body| body["post_info"]["title"] = json!("🦀".repeat(46))),
        ("a long description", &|body| body["post_info"]["description"] = json!("a".repeat(4_001))),
        ("a duet", &|body| body["post_info"]["disable_duet"] = json!(true)),
        ("no audience", &|body| body["post_info"]["privacy_level"] = Value::Null),
        ("no address", &|body| body["source_info"]["photo_images"] = json!(["rock.jpg"])),
    ];
    for (story, change) in wrong {
        let mut body = photos("DIRECT_POST", std::slice::from_ref(&address));
        change(&mut body);
        assert_eq!(told(&mara.publish("content/init", body).await), code(400, "invalid_param"), "{story}");
        net.wait(11);
    }
    let mut body = photos("DIRECT_POST", &[]);
    body["source_info"]["photo_images"] = many(35);
    body["source_info"]["photo_cover_index"] = json!(34);
    body["post_info"] = json!({
        "title": "🦀".repeat(45), "description": "a".repeat(4_000), "privacy_level": PUBLIC, "disable_comment": true,
        "auto_add_music": true, "brand_content_toggle": false, "brand_organic_toggle": true,
    });
    publish_id(&mara.publish("content/init", body).await);
}

#[tokio::test]
async fn only_verified_addresses_are_pulled() {
    let net = Net::new();
    let mara = net.mara().await;
    let unverified = code(403, "url_ownership_unverified");
    for address in ["https://elsewhere.example/film.mp4", "https://notcarillon.example/film.mp4"] {
        assert_eq!(told(&mara.publish("video/init", pulled(address)).await), unverified, "{address}");
    }
    let plain = mara.publish("video/init", pulled("http://media.carillon.example/film.mp4")).await;
    assert_eq!(told(&plain), code(400, "invalid_param"));
    assert!(net.live().is_empty());
    let film = net.address(&net.bench.library.mp4(5_000, 10_000, None));
    net.rules(|memory| memory.rules.verified = Some(vec!["media.carillon.example".to_owned()]));
    publish_id(&mara.publish("video/init", pulled(&film)).await);
    net.rules(|memory| memory.rules.verified = Some(vec![film.clone()]));
    publish_id(&mara.publish("video/init", pulled(&film)).await);
    let other = ["https://media.carillon.example/other".to_owned()];
    assert_eq!(told(&mara.publish("content/init", photos("DIRECT_POST", &other)).await), unverified);
}

#[tokio::test]
async fn what_cannot_be_pulled_or_used_fails() {
    let net = Net::new();
    let mara = net.mara().await;
    let library = &net.bench.library;
    let large = library.padded(library.jpeg(1_080, 1_080, None), 20_000_001);
    let cases = [
        ("https://media.carillon.example/gone".to_owned(), "photo_pull_failed"),
        (net.address(&library.png(1_080, 1_080, None)), "file_format_check_failed"),
        (net.address(&library.jpeg(1_081, 1_920, None)), "picture_size_check_failed"),
        (net.address(&library.jpeg(1_921, 1_080, None)), "picture_size_check_failed"),
        (net.address(&large), "picture_size_check_failed"),
    ];
    let good = net.address(&library.jpeg(1_920, 1_080, None));
    for (bad, reason) in cases {
        let body = photos("DIRECT_POST", &[good.clone(), bad.clone()]);
        let id = publish_id(&mara.publish("content/init", body).await);
        assert_eq!(mara.stands(&id).await.0, "PROCESSING_DOWNLOAD");
        net.wait(30);
        assert_eq!(mara.stands(&id).await, ("FAILED".to_owned(), Some(reason.to_owned())), "{bad}");
    }
    let id = publish_id(&mara.publish("video/init", pulled("https://media.carillon.example/gone")).await);
    net.wait(30);
    assert_eq!(mara.stands(&id).await.1.as_deref(), Some("video_pull_failed"));
    assert!(net.live().is_empty(), "one bad picture spoils the post");
}

#[tokio::test]
async fn a_pull_can_be_cancelled_while_it_runs() {
    let net = Net::new();
    let mara = net.mara().await;
    let address = net.address(&net.bench.library.mp4(5_000, 10_000, None));
    let first = publish_id(&mara.publish("video/init", pulled(&address)).await);
    assert!(first.starts_with("v_pub_url~"), "{first}");
    assert_eq!(net.live().len(), 1, "only time is missing");
    let cancel = async |id: &str| data(&mara.publish("cancel", json!({ "publish_id": id })).await);
    assert_eq!(cancel(&first).await, json!({}));
    let cancelled = ("FAILED".to_owned(), Some("publish_cancelled".to_owned()));
    assert_eq!(mara.stands(&first).await, cancelled);
    assert!(net.live().is_empty());
    let second = publish_id(&mara.publish("video/init", pulled(&address)).await);
    net.wait(300);
    cancel(&second).await;
    assert_eq!(mara.stands(&second).await.0, "PUBLISH_COMPLETE", "too late");
    assert_eq!(mara.stands(&first).await, cancelled);
    assert_eq!(net.live().len(), 1);
}

#[tokio::test]
async fn drafts_are_pulled_too() {
    let net = Net::new();
    let mara = net.mara().await;
    let address = net.address(&net.bench.library.jpeg(1_080, 1_080, None));
    let body = photos("MEDIA_UPLOAD", std::slice::from_ref(&address));
    let id = publish_id(&mara.publish("content/init", body.clone()).await);
    assert!(id.starts_with("p_inbox_url~"), "{id}");
    net.wait(30);
    assert_eq!(mara.stands(&id).await.0, "SEND_TO_USER_INBOX");
    let film = net.address(&net.bench.library.mp4(5_000, 10_000, None));
    let source = json!({ "source": "PULL_FROM_URL", "video_url": film });
    let id = publish_id(&mara.publish("inbox/video/init", json!({ "source_info": source })).await);
    assert!(id.starts_with("v_inbox_url~"), "{id}");
    assert!(net.live().is_empty());
    let publisher = net.login("theolund", "user.info.basic,video.publish").await;
    assert_eq!(told(&publisher.publish("content/init", body).await), code(401, "scope_not_authorized"));
    let uploader = net.login("aishaokafor", "user.info.basic,video.upload").await;
    let body = photos("DIRECT_POST", &[address]);
    assert_eq!(told(&uploader.publish("content/init", body).await), code(401, "scope_not_authorized"));
}
