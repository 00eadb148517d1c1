//! What may be set, how often, and who may see it.

use super::*;

/// Metadata with one value changed.
fn with(path: &str, value: Value) -> Value {
    let mut body = meta("Good", "private");
    *body.pointer_mut(path).unwrap_or(&mut Value::Null) = value.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

#[tokio::test]
async fn metadata_is_checked_before_any_byte() {
    let net = Net::new().await;
    let tags = |count: usize, text: &str| json!(vec![text; count]);
    let cases: &[(&str, Value, Option<&str>)] = &[
        ("/snippet/title", json!(""), Some("invalidTitle")),
        ("/snippet/title", json!("é".repeat(100)), None),
        ("/snippet/title", json!("é".repeat(101)), Some("invalidTitle")),
        ("/snippet/title", json!("a < b"), Some("invalidTitle")),
        ("/snippet/title", json!(7), Some("badRequest")),
        ("/snippet/description", json!("x".repeat(5_000)), None),
        ("/snippet/description", json!("é".repeat(2_501)), Some("invalidDescription")),
        ("/snippet/description", json!("a > b"), Some("invalidDescription")),
        // Fifty of nine letters with 49 commas are 499; with a space each counts two more.
        ("/snippet/tags", tags(50, "ninechars"), None),
        ("/snippet/tags", tags(51, "ninechars"), Some("invalidTags")),
        ("/snippet/tags", tags(41, "nine char"), None),
        ("/snippet/tags", tags(42, "nine char"), Some("invalidTags")),
        ("/snippet/categoryId", json!("999"), Some("invalidCategoryId")),
        ("/snippet/categoryId", json!("42"), Some("invalidCategoryId")),
        ("/snippet/sponsor", json!("x"), Some("badRequest")),
        ("/status/privacyStatus", json!("friends"), Some("badRequest")),
        ("/status/license", json!("mine"), Some("badRequest")),
        ("/status/selfDeclaredMadeForKids", json!("yes"), Some("badRequest")),
        ("/status/publishAt", json!("tomorrow"), Some("invalidPublishAt")),
        ("/status/publishAt", json!("2026-12-01T10:00:00Z"), None),
        ("/recordingDetails", json!({ "recordingDate": "then" }), Some("invalidRecordingDetails")),
        (
            "/localizations",
            json!({ "de": { "title": "Gut", "description": "" } }),
            Some("defaultLanguageNotSet"),
        ),
        ("/paidProductPlacementDetails", json!({ "hasPaidProductPlacement": true }), None),
        ("/colour", json!("red"), Some("unknownPart")),
    ];
    for (path, value, reason) in cases {
        let reply = net.start(&with(path, value.clone()), 1_000).await;
        match reason {
            None => assert_eq!(reply.status, StatusCode::OK, "{path} {value}: {}", reply.snippet(300)),
            Some(reason) => assert_eq!(refused(&reply), (400, (*reason).to_owned()), "{path} {value}"),
        }
    }
    let mut scheduled = with("/status/publishAt", json!("2026-12-01T10:00:00Z"));
    scheduled["status"]["privacyStatus"] = json!("public");
    assert_eq!(refused(&net.start(&scheduled, 1_000).await).1, "invalidPublishAt");
}

#[tokio::test]
async fn the_request_around_the_metadata_is_checked() {
    let net = Net::new().await;
    let start = async |query: &str, headers: &[(&'static str, &str)], kind: &str, body: &str| {
        let call =
            Call::post("raw", Safety::Invisible, format!("{UPLOAD}/videos?uploadType=resumable&{query}"));
        let mut call = call.header(http::header::AUTHORIZATION, &net.bearer());
        for (name, value) in headers {
            call = call.header(HeaderName::from_static(name), value);
        }
        net.send(call.body(kind, Body::Bytes(body.to_owned().into()))).await
    };
    let json = "application/json; charset=UTF-8";
    let body = meta("Good", "private").to_string();
    let good = "part=snippet,status";
    assert_eq!(start(good, &[], json, &body).await.status, StatusCode::OK);
    assert_eq!(
        start(&format!("{good}&notifySubscribers=false"), &[], json, &body).await.status,
        StatusCode::OK
    );
    let reason = |reply: Reply| refused(&reply);
    let bad = |reason: &str| (400, reason.to_owned());
    assert_eq!(reason(start("", &[], json, &body).await), bad("missingRequiredParameter"));
    assert_eq!(reason(start("part=snippet", &[], json, &body).await), bad("unexpectedPart"));
    assert_eq!(reason(start("part=snippet,mood", &[], json, &body).await), bad("unknownPart"));
    assert_eq!(
        reason(start(&format!("{good}&notify=no"), &[], json, &body).await),
        bad("unexpectedParameter")
    );
    assert_eq!(
        reason(start(&format!("{good}&notifySubscribers=no"), &[], json, &body).await),
        bad("invalidParameter")
    );
    assert_eq!(reason(start(good, &[], "text/plain", &body).await), bad("badContent"));
    assert_eq!(reason(start(good, &[], json, "{").await), bad("badRequest"));
    assert_eq!(
        reason(start(good, &[("x-upload-content-type", "image/png")], json, &body).await),
        bad("badContent")
    );
    assert_eq!(
        reason(start(good, &[("x-upload-content-length", "0")], json, &body).await),
        bad("mediaBodyRequired")
    );
    let large = [("x-upload-content-length", "274877906945")];
    assert_eq!(reason(start(good, &large, json, &body).await).0, 413);
    let largest = [("x-upload-content-length", "274877906944")];
    assert_eq!(start(good, &largest, json, &body).await.status, StatusCode::OK);
    let old = format!("https://youtube.googleapis.com/resumable/upload/youtube/v3/videos?{good}");
    let call = Call::post("raw", Safety::Invisible, old).header(http::header::AUTHORIZATION, &net.bearer());
    assert_eq!(net.send(call.json(&meta("Old", "private"))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_scheduled_video_becomes_public_at_its_time() {
    let mut net = Net::new().await;
    let at = net.bench.clock.now() + Duration::from_secs(7_200);
    let mut body = meta("Later", "private");
    body["status"]["publishAt"] = json!(at.to_string());
    let file = film("later", None);
    let session = net.session(&body, file.len()).await;
    net.fault("commit", When::After, FaultKind::Cut, None);
    let range = format!("bytes 0-{}/{}", file.len() - 1, file.len());
    let lost = net.try_send(part(&session, &range, Body::Bytes(file.clone()))).await;
    assert!(lost.is_err(), "its last byte is the commit");
    let id = json_of(&net.question(&session, "*").await)["id"].as_str().unwrap().to_owned();
    net.wait(7_199);
    assert!(net.live().await.is_empty());
    net.wait(1);
    let live = net.live().await;
    assert_eq!((live.len(), live[0].at), (1, at));
    net.token = net.sign_in("marafields", EVERYTHING).await;
    let video = json_of(&net.get(&format!("videos?part=status,snippet&id={id}")).await)["items"][0].clone();
    assert_eq!(
        (video["status"]["privacyStatus"].as_str(), video["status"].get("publishAt")),
        (Some("public"), None)
    );
    assert_eq!(video["snippet"]["publishedAt"], at.to_string());
    let status = |publish_at: Value| json!({ "id": id, "status": { "privacyStatus": "private", "publishAt": publish_at } });
    let again = net.put("videos?part=status", status(json!("2027-01-01T00:00:00Z"))).await;
    assert_eq!(refused(&again), (400, "invalidPublishAt".to_owned()), "it has been published before");
}

#[tokio::test]
async fn schedules_can_be_moved_and_cancelled_and_lie_in_the_past() {
    let net = Net::new().await;
    let video = async |title: &str| {
        net.upload(&meta(title, "private"), &film(title, None)).await["id"].as_str().unwrap().to_owned()
    };
    let status = async |id: &str, publish_at: Value| {
        let body = json!({ "id": id, "status": { "privacyStatus": "private", "publishAt": publish_at } });
        json_of(&net.put("videos?part=status", body).await)["status"].clone()
    };
    let (moved, dropped, past) = (video("Moved").await, video("Dropped").await, video("Past").await);
    let soon = net.bench.clock.now() + Duration::from_secs(100);
    let late = net.bench.clock.now() + Duration::from_secs(200);
    assert_eq!(status(&moved, json!(soon.to_string())).await["publishAt"], soon.to_string());
    status(&moved, json!(late.to_string())).await;
    status(&dropped, json!(soon.to_string())).await;
    assert!(status(&dropped, Value::Null).await.get("publishAt").is_none());
    assert_eq!(status(&past, json!("2020-01-01T00:00:00Z")).await["privacyStatus"], "public");
    let ids = async || net.live().await.into_iter().map(|item| item.remote_id).collect::<Vec<_>>();
    assert_eq!(ids().await, [past.as_str()]);
    net.wait(150);
    assert_eq!(ids().await, [past.as_str()]);
    net.wait(50);
    assert_eq!(ids().await, [past, moved]);
}

#[tokio::test]
async fn an_update_replaces_whole_parts() {
    let net = Net::new().await;
    let mut body = meta("First", "private");
    body["snippet"]["tags"] = json!(["one", "two"]);
    body["status"]["license"] = json!("creativeCommon");
    let id = net.upload(&body, &film("first", None)).await["id"].as_str().unwrap().to_owned();
    let refuse = async |part: &str, mut body: Value| {
        body["id"] = json!(id);
        refused(&net.put(&format!("videos?part={part}"), body).await)
    };
    assert_eq!(
        refuse("snippet", json!({ "snippet": { "title": "No category" } })).await.1,
        "invalidCategoryId"
    );
    assert_eq!(refuse("snippet", json!({ "snippet": { "categoryId": "22" } })).await.1, "invalidTitle");
    assert_eq!(refuse("statistics", json!({})).await.1, "unexpectedPart");
    let snippet = json!({ "id": id, "snippet": { "title": "Second", "categoryId": "10" } });
    let shown = json_of(&net.put("videos?part=snippet,status", snippet).await);
    assert_eq!(
        (shown["snippet"]["title"].as_str(), shown["snippet"]["description"].as_str()),
        (Some("Second"), Some(""))
    );
    assert!(shown["snippet"].get("tags").is_none());
    assert_eq!(
        (shown["status"]["license"].as_str(), shown["status"]["privacyStatus"].as_str()),
        (Some("youtube"), Some("public")),
        "what is left out goes back to its default"
    );
    assert_eq!(net.live().await[0].text, "Second", "a video without a description stands under its title");
    net.put("videos?part=status", json!({ "id": id, "status": { "privacyStatus": "private" } })).await;
    assert!(net.live().await.is_empty());
    net.put("videos?part=status", json!({ "id": id, "status": { "privacyStatus": "unlisted" } })).await;
    assert_eq!(net.live().await.len(), 1);
}

#[tokio::test]
async fn others_see_what_is_public_and_change_nothing() {
    let mut net = Net::new().await;
    let hidden =
        net.upload(&meta("Hidden", "private"), &film("h", None)).await["id"].as_str().unwrap().to_owned();
    let public = net.video("Seen").await;
    let mine = net.token.clone();
    net.token = net.sign_in("theolund", EVERYTHING).await;
    let both = format!("{hidden},{public},unknown1234");
    let items = json_of(&net.get(&format!("videos?part=status&id={both}")).await)["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1);
    assert!(items[0]["status"].get("selfDeclaredMadeForKids").is_none());
    for part in ["processingDetails", "fileDetails", "suggestions"] {
        assert_eq!(
            refused(&net.get(&format!("videos?part={part}&id={public}")).await),
            (403, "forbidden".to_owned())
        );
    }
    assert_eq!(refused(&net.delete(&format!("videos?id={public}")).await), (403, "forbidden".to_owned()));
    assert_eq!(refused(&net.delete(&format!("videos?id={hidden}")).await), (404, "videoNotFound".to_owned()));
    let status = json!({ "id": public, "status": { "privacyStatus": "private" } });
    assert_eq!(refused(&net.put("videos?part=status", status).await).0, 403);
    net.token = mine;
    assert_eq!(net.delete(&format!("videos?id={public}")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(refused(&net.delete(&format!("videos?id={public}")).await), (404, "videoNotFound".to_owned()));
    assert!(net.live().await.is_empty());
    assert_eq!(net.bench.world.ledger().of(PLATFORM).len(), 1, "the ledger remembers it");
}

#[tokio::test]
async fn a_day_in_los_angeles_has_a_hundred_uploads() {
    let net = Net::new().await;
    net.rules(|memory| memory.rules.daily_uploads = Some(1_000));
    for _ in 0..100 {
        net.session(&meta("One of many", "private"), 1_000).await;
    }
    let full = || (403, "quotaExceeded".to_owned());
    assert_eq!(refused(&net.start(&meta("Too many", "private"), 1_000).await), full());
    json_of(&net.get("channels?part=id&mine=true").await);
    // It is one in the morning there; in winter midnight is at eight in Greenwich.
    net.wait(22 * 3_600 + 3_599);
    let mut net = net;
    net.token = net.sign_in("marafields", EVERYTHING).await;
    assert_eq!(refused(&net.start(&meta("Still", "private"), 1_000).await), full());
    net.wait(1);
    net.session(&meta("A new day", "private"), 1_000).await;
}

#[tokio::test]
async fn units_add_up_and_searches_have_their_own() {
    let net = Net::new().await;
    let id = net.video("Counted").await;
    net.rules(|memory| {
        memory.rules.quota =
            [("default".to_owned(), 52), ("search".to_owned(), 1), ("stats".to_owned(), 1)].into()
    });
    let status = json!({ "id": id, "status": { "privacyStatus": "public" } });
    json_of(&net.get("channels?part=id&mine=true").await);
    json_of(&net.put("videos?part=status", status.clone()).await);
    assert_eq!(refused(&net.get("videos?part=id").await).0, 400, "an invalid call costs one, too");
    let quota = || (403, "quotaExceeded".to_owned());
    assert_eq!(refused(&net.get("channels?part=id&mine=true").await), quota());
    assert_eq!(refused(&net.put("videos?part=status", status).await), quota());
    let search = "search?part=snippet&forMine=true&type=video&q=counted";
    assert_eq!(json_of(&net.get(search).await)["items"][0]["id"]["videoId"], id);
    assert_eq!(refused(&net.get(search).await), quota());
    let stats = format!("videos:batchGetStats?part=id,snippet,contentDetails,statistics&id={id}");
    let found = json_of(&net.get(&stats).await);
    assert_eq!(
        (found["kind"].as_str(), found["items"][0]["id"].as_str()),
        (Some("youtube#batchGetStatsResponse"), Some(id.as_str()))
    );
    assert!(found["items"][0]["statistics"]["viewCount"].is_string(), "{found}");
    assert_eq!(refused(&net.get(&stats).await), quota());
}

#[tokio::test]
async fn channels_have_limits_of_their_own() {
    let net = Net::new().await;
    net.rules(|memory| memory.rules.daily_uploads = Some(1));
    net.video("The one").await;
    assert_eq!(
        refused(&net.start(&meta("Two", "private"), 1_000).await),
        (400, "uploadLimitExceeded".to_owned())
    );
    let mut net = net;
    net.wait(86_400);
    net.token = net.sign_in("marafields", EVERYTHING).await;
    net.rules(|memory| memory.rules.locks_private = true);
    let mut body = meta("Locked", "private");
    body["status"]["publishAt"] = json!("2026-12-01T10:00:00Z");
    let video = net.upload(&body, &film("locked", None)).await;
    assert_eq!(
        (video["status"]["privacyStatus"].as_str(), video["status"].get("publishAt")),
        (Some("private"), None)
    );
    net.rules(|memory| {
        memory.rules.daily_uploads = None;
        memory.rules.without_channel = vec!["marafields".to_owned()];
    });
    assert_eq!(
        refused(&net.start(&meta("Nobody", "private"), 1_000).await),
        (401, "youtubeSignupRequired".to_owned())
    );
    let nobody = json_of(&net.get("channels?part=snippet&mine=true").await);
    assert_eq!((nobody.get("items"), nobody["pageInfo"]["totalResults"].as_i64()), (None, Some(0)));
}
